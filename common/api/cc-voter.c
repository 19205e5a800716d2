/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-voter.h"

#include "common/api/cc-voter-profile.h"

static const char *const sex_names[] = {"F", "M", "X"};
const cc_enum cc_sex_enum = {sex_names, CC_N(sex_names)};

static const char *const reach_names[] = {"door", "phone", "text", "email", "mail"};
const cc_enum cc_reach_enum = {reach_names, CC_N(reach_names)};

static const char *const aim_names[] = {"any", "campaign", "fundraising", "volunteer"};
const cc_enum cc_aim_enum = {aim_names, CC_N(aim_names)};

static const char *const duplicate_states[] = {"open", "dismissed", "merged"};
const cc_enum cc_duplicate_state_enum = {duplicate_states, CC_N(duplicate_states)};

#define PHONES_MAX 8
#define IDS_MAX 5000
#define VALUES_MAX 500
#define TAGS_MAX 50

/* clang-format off */
static const cc_field tag_fields[] = {
  CC_INT64(cc_tag, id, .flags = CC_READ_ONLY, .doc = "Id of the tag."),
  CC_STRING(cc_tag, name, .flags = CC_REQUIRED, .min = 1, .max = 100, .format = CC_FORMAT_NAME, .doc = "Name of the tag, unique within the organization.",
            .example = "\"volunteer\""),
  CC_STRING(cc_tag, description, .flags = CC_NULLABLE, .max = 1000, .doc = "Meaning of the tag."),
  CC_TIME(cc_tag, created_at, .flags = CC_READ_ONLY, .doc = "When the object was created."),
  CC_TIME(cc_tag, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_tag, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_tag_type = CC_TYPE(cc_tag, "Tag", tag_fields, .doc = "A tag for voters.");

static const cc_field voter_tag_fields[] = {
  CC_INT64(cc_voter_tag, id, .doc = "Id of the tag."),
  CC_STRING(cc_voter_tag, name, .max = 100, .format = CC_FORMAT_LINE, .doc = "Name of the object."),
};
static const cc_type voter_tag_type = CC_TYPE(cc_voter_tag, "VoterTag", voter_tag_fields);

static const cc_field vote_fields[] = {
  CC_STRING(cc_voter_vote, election, .flags = CC_NOT_BLANK | CC_REQUIRED, .min = 1, .max = 200, .format = CC_FORMAT_LINE,
            .doc = "The election: its day and kind, as imports name it whatever the file writes.", .example = "\"11/05/2024 GENERAL\""),
  CC_STRING(cc_voter_vote, method, .flags = CC_NULLABLE, .max = 100, .format = CC_FORMAT_LINE, .doc = "How the person voted."),
};
static const cc_type vote_type = CC_TYPE(cc_voter_vote, "VoterVote", vote_fields);

/* A column that files fill, that a merge takes over and that a purge destroys. */
#define OF_FILE (CC_IMPORTED | CC_PERSONAL | CC_MERGEABLE)

/* The columns of the table voters. Statements for import, undo, merge, purge, export and the
 * audit log are generated from the flags. Columns of the table without a field are listed in
 * tests/contract/test_voter_columns.py. */
static const cc_field voter_fields[] = {
  CC_INT64(cc_voter, id, .flags = CC_READ_ONLY | CC_EXPORTED, .doc = "Id of the voter."),
  CC_INT64(cc_voter, organization_id, .flags = CC_READ_ONLY, .doc = "Id of the organization."),
  CC_STRING(cc_voter, state_id, .flags = CC_READ_ONLY | CC_NULLABLE | OF_FILE | CC_EXPORTED, .max = 100, .format = CC_FORMAT_LINE,
            .doc = "The state voter number; null: the voter was added by hand."),
  CC_OPT_INT64(cc_voter, source_id, .flags = CC_READ_ONLY | CC_NULLABLE | CC_MERGEABLE, .doc = "Id of the source of the record; null: added by hand."),
  CC_OPT_INT64(cc_voter, household_id, .flags = CC_READ_ONLY | CC_NULLABLE | CC_MERGEABLE | CC_RESIDENCE, .doc = "Id of the household, derived from the address."),
  CC_OPT_INT64(cc_voter, door_id, .flags = CC_READ_ONLY | CC_NULLABLE | CC_MERGEABLE | CC_RESIDENCE, .doc = "Id of the door, derived from the address."),
  CC_STRING(cc_voter, first_name, .flags = CC_REQUIRED | OF_FILE | CC_EXPORTED | CC_SEARCHABLE, .max = 100, .format = CC_FORMAT_WORDS, .doc = "First name.", .example = "\"Rosa\""),
  CC_STRING(cc_voter, middle_name, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED | CC_SEARCHABLE, .max = 100, .format = CC_FORMAT_WORDS, .doc = "Middle name."),
  CC_STRING(cc_voter, last_name, .flags = CC_REQUIRED | CC_MAY_BE_EMPTY | OF_FILE | CC_EXPORTED | CC_SEARCHABLE, .min = 1, .max = 100, .format = CC_FORMAT_NAME, .doc = "Last name.",
            .example = "\"Medina\""),
  CC_STRING(cc_voter, name_suffix, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED | CC_SEARCHABLE, .max = 20, .format = CC_FORMAT_WORDS, .doc = "Suffix of the name, such as Jr or III."),
  CC_STRING(cc_voter, birth_date, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED, .max = 10, .format = CC_FORMAT_DATE, .doc = "Date of birth."),
  CC_OPT_INT64(cc_voter, birth_year, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED, .min = 1850, .max = 2200, .example = "1980",
               .doc = "Year of birth; equals that of birth_date when it is known."),
  CC_ENUM(cc_voter, sex, &cc_sex_enum, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED, .doc = "Sex as in the voter file."),
  CC_STRING(cc_voter, party, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED, .max = 50, .format = CC_FORMAT_WORDS, .doc = "Party of registration, as the file writes it."),
  CC_ENUM(cc_voter, registration_status, &cc_registration_status_enum, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED, .doc = "Status of the registration."),
  CC_STRING(cc_voter, registered_on, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED, .max = 10, .format = CC_FORMAT_DATE, .doc = "Day of registration."),
  CC_STRING(cc_voter, precinct, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED | CC_RESIDENCE, .max = 100, .format = CC_FORMAT_WORDS, .doc = "Code of the precinct.", .example = "\"2-3\""),
  CC_JSON(cc_voter, districts, .flags = OF_FILE | CC_EXPORTED | CC_RESIDENCE, .fallback = "{}", .example = "{\"congress\": \"05\"}", .doc = "Codes of districts by kind."),
  CC_STRING(cc_voter, address, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED | CC_SEARCHABLE | CC_RESIDENCE, .max = 200, .format = CC_FORMAT_WORDS,
            .doc = "Residence: number and street, with the unit when the file has all in one line. For a confidential person all parts of the address are null without manage_voters.",
            .example = "\"12 Canal Pk\""),
  CC_STRING(cc_voter, unit, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED | CC_SEARCHABLE | CC_RESIDENCE, .max = 50, .format = CC_FORMAT_WORDS, .doc = "Unit, such as a flat or suite."),
  CC_STRING(cc_voter, city, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED | CC_RESIDENCE, .max = 100, .format = CC_FORMAT_WORDS, .doc = "City."),
  CC_STRING(cc_voter, state, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED | CC_RESIDENCE, .max = 50, .format = CC_FORMAT_WORDS, .doc = "State.", .example = "\"MA\""),
  CC_STRING(cc_voter, zip5, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED | CC_RESIDENCE, .min = 5, .max = 5, .format = CC_FORMAT_DIGITS, .doc = "ZIP code.", .example = "\"02141\""),
  CC_STRING(cc_voter, zip4, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED | CC_RESIDENCE, .min = 4, .max = 4, .format = CC_FORMAT_DIGITS, .doc = "The four additional digits of the ZIP code (ZIP+4).", .example = "\"1234\""),
  CC_STRING(cc_voter, mailing_address, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED | CC_RESIDENCE, .max = 1000, .doc = "Lines of the mailing address, if it differs from the "
                                        "residence."),
  CC_STRINGS(cc_voter, phones, .flags = OF_FILE | CC_EXPORTED | CC_SEARCHABLE, .max = PHONES_MAX, .format = CC_FORMAT_PHONE, .fallback = "[]", .example = "[\"+16175550101\"]",
             .doc = "Telephone numbers, the best first."),
  CC_STRINGS(cc_voter, emails, .flags = OF_FILE | CC_EXPORTED, .max = PHONES_MAX, .format = CC_FORMAT_EMAIL, .fallback = "[]", .example = "[\"rosa@example.org\"]",
             .doc = "E-mail addresses, the best first."),
  CC_LIST(cc_voter, vote_history, cc_voter_vote, &vote_type, .flags = OF_FILE | CC_EXPORTED, .max = 500, .fallback = "[]",
          .example = "[{\"election\": \"11/05/2024 GENERAL\", \"method\": \"absentee\"}]", .doc = "Elections in which the person voted."),
  CC_JSON(cc_voter, custom, .flags = OF_FILE | CC_EXPORTED, .fallback = "{}", .example = "{\"union\": \"32BJ\"}", .doc = "Further data from the voter file or the organization, "
                                        "by name."),
  CC_BOOL(cc_voter, confidential, .flags = CC_IMPORTED | CC_EXPORTED | CC_MERGEABLE, .fallback = "false", .doc = "True: the address is confidential. Canvassers do not "
                                        "get it, and exports leave it out."),
  CC_STRING(cc_voter, unreachable, .flags = CC_READ_ONLY | CC_NULLABLE | CC_EXPORTED | CC_MERGEABLE, .max = 20, .format = CC_FORMAT_LINE,
            .doc = "Reason why the person is left out of all lists of people to contact: moved, deceased, gone, merged or removed; null: not left out."),
  CC_OPT_TIME(cc_voter, moved_at, .flags = CC_READ_ONLY | CC_NULLABLE | CC_PERSONAL | CC_MERGEABLE, .doc = "When it was recorded that the person has moved; null: "
                                        "not moved."),
  CC_OPT_INT64(cc_voter, merged_into, .flags = CC_READ_ONLY | CC_NULLABLE | CC_MERGEABLE, .doc = "Id of the record into which this record was merged; null: not merged."),
  CC_OPT_INT64(cc_voter, support_level, .flags = CC_READ_ONLY | CC_NULLABLE | CC_EXPORTED | CC_MERGEABLE, .doc = "Support level from contacts: 1 (strong support) to 5 "
                                        "(strong opposition); null: not known."),
  CC_OPT_TIME(cc_voter, support_at, .flags = CC_READ_ONLY | CC_NULLABLE | CC_MERGEABLE, .doc = "Time of the contact that determined the support level."),
  CC_OPT_TIME(cc_voter, last_contact_at, .flags = CC_READ_ONLY | CC_NULLABLE | CC_EXPORTED | CC_MERGEABLE, .doc = "Time of the last contact."),
  CC_STRING(cc_voter, last_disposition, .flags = CC_READ_ONLY | CC_NULLABLE | CC_MERGEABLE, .max = 50, .format = CC_FORMAT_LINE, .doc = "Disposition of the last contact."),
  CC_OPT_TIME(cc_voter, reached_at, .flags = CC_READ_ONLY | CC_NULLABLE | CC_MERGEABLE, .doc = "Time of the last contact in which the person was reached."),
  CC_OPT_TIME(cc_voter, quiet_until, .flags = CC_READ_ONLY | CC_NULLABLE | CC_MERGEABLE, .doc = "Time until which the person must not be contacted again; null: no limit."),
  CC_LIST(cc_voter, tags, cc_voter_tag, &voter_tag_type, .flags = CC_READ_ONLY, .doc = "The voter's tags; only tagVoter and tagVoters change them."),
  CC_INT64(cc_voter, contacts_revision, .flags = CC_READ_ONLY | CC_REVISION, .doc = "Incremented when contacts change the record; such "
                                        "changes do not change `version`. Second part of the "
                                        "ETag."),
  CC_TIME(cc_voter, created_at, .flags = CC_READ_ONLY, .doc = "When the record was created."),
  CC_TIME(cc_voter, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_voter, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the record, incremented by every change "
                                        "except those by contacts. First part of the ETag; "
                                        "If-Match compares this part only."),
};
const cc_type cc_voter_type = CC_TYPE(cc_voter, "Voter", voter_fields, .doc = "A person of the voter file, or one added by hand.");

static const cc_field voted_fields[] = {
  CC_INT64(cc_voted_at_least, n, .flags = CC_REQUIRED, .min = 1, .max = 100, .doc = "Minimum number of these elections in which the person voted."),
  CC_STRINGS(cc_voted_at_least, of, .flags = CC_REQUIRED, .min = 1, .max = 100, .example = "[\"11/05/2024 GENERAL\"]", .doc = "The elections."),
};
static const cc_type voted_type = CC_TYPE(cc_voted_at_least, "VotedAtLeast", voted_fields);

#define POLYGON "{\"type\": \"Polygon\", \"coordinates\": [[[-71.08, 42.36], [-71.07, 42.36], [-71.07, 42.37], [-71.08, 42.36]]]}"

static const cc_field filter_fields[] = {
  CC_STRING(cc_voter_filter, text, .flags = CC_NULLABLE, .max = 100, .format = CC_FORMAT_LINE, .example = "\"medina\"",
            .doc = "Words of names, address, telephone number or state voter number. All words "
                   "must match, in any order. Words of three letters or more match anywhere in a "
                   "word, shorter words at its beginning."),
  CC_STRINGS(cc_voter_filter, ids, .max = IDS_MAX, .format = CC_FORMAT_DIGITS, .example = "[\"17\"]", .doc = "Ids of voters."),
  CC_STRINGS(cc_voter_filter, party, .max = VALUES_MAX, .example = "[\"DEM\"]", .doc = "One of these parties."),
  CC_STRINGS(cc_voter_filter, precinct, .max = VALUES_MAX, .example = "[\"2-3\"]", .doc = "In one of these precincts."),
  CC_JSON(cc_voter_filter, district, .flags = CC_NULLABLE, .example = "{\"congress\": \"05\"}", .doc = "In all of these districts, kind to code."),
  CC_STRING(cc_voter_filter, city, .flags = CC_NULLABLE, .max = 100, .format = CC_FORMAT_LINE, .example = "\"Cambridge\"", .doc = "In this city; any case."),
  CC_STRINGS(cc_voter_filter, zip5, .max = VALUES_MAX, .format = CC_FORMAT_DIGITS, .example = "[\"02141\"]", .doc = "In one of these ZIP codes."),
  CC_OPT_INT64(cc_voter_filter, age_min, .flags = CC_NULLABLE, .max = 150, .doc = "Minimum age in years."),
  CC_OPT_INT64(cc_voter_filter, age_max, .flags = CC_NULLABLE, .max = 150, .example = "99", .doc = "Maximum age in years."),
  CC_ENUM(cc_voter_filter, sex, &cc_sex_enum, .flags = CC_NULLABLE, .doc = "Only people of this sex."),
  CC_STRINGS(cc_voter_filter, registration_status, .max = 4, .example = "[\"active\"]", .doc = "One of these: active, inactive, pending, removed."),
  CC_STRINGS(cc_voter_filter, voted_in, .max = 100, .example = "[\"11/05/2024 GENERAL\"]", .doc = "Voted in every one of these elections."),
  CC_OBJECT(cc_voter_filter, voted_at_least, cc_voted_at_least, &voted_type, .flags = CC_NULLABLE, .doc = "Voted in at least a number of these elections."),
  CC_STRINGS(cc_voter_filter, tags_any, .max = VALUES_MAX, .format = CC_FORMAT_DIGITS, .example = "[\"3\"]", .doc = "Has one of the tags with these ids."),
  CC_STRINGS(cc_voter_filter, tags_all, .max = VALUES_MAX, .format = CC_FORMAT_DIGITS, .example = "[\"3\"]", .doc = "Has all of the tags with these ids."),
  CC_STRINGS(cc_voter_filter, tags_none, .max = VALUES_MAX, .format = CC_FORMAT_DIGITS, .example = "[\"3\"]", .doc = "Has none of the tags with these ids."),
  CC_STRINGS(cc_voter_filter, support_levels, .max = 6, .example = "[\"1\", \"none\"]", .doc = "One of these levels, \"1\" to \"5\", or \"none\"."),
  CC_OPT_TIME(cc_voter_filter, last_contact_before, .flags = CC_NULLABLE, .doc = "The last contact was before this time."),
  CC_OPT_TIME(cc_voter_filter, last_contact_after, .flags = CC_NULLABLE, .doc = "The last contact was at or after this time."),
  CC_OPT_BOOL(cc_voter_filter, never_contacted, .flags = CC_NULLABLE, .doc = "True: people without a contact. False: people with a contact."),
  CC_OPT_BOOL(cc_voter_filter, reached, .flags = CC_NULLABLE, .doc = "True: people who were reached. False: people who were never reached."),
  CC_STRINGS(cc_voter_filter, disposition, .max = 50, .example = "[\"not_home\"]", .doc = "The disposition of the last contact is one of these codes."),
  CC_OPT_BOOL(cc_voter_filter, has_phone, .flags = CC_NULLABLE, .doc = "True: people with a telephone number. False: people without."),
  CC_OPT_BOOL(cc_voter_filter, has_email, .flags = CC_NULLABLE, .doc = "True: people with an e-mail address. False: people without."),
  CC_OPT_BOOL(cc_voter_filter, has_door, .flags = CC_NULLABLE, .doc = "True: people with a door. False: people without a door, "
                                        "because their address has no house number, is a mailbox "
                                        "or is confidential."),
  CC_JSON(cc_voter_filter, polygon, .flags = CC_NULLABLE, .example = POLYGON, .doc = "The door is within this area, a GeoJSON Polygon or MultiPolygon."),
  CC_OPT_INT64(cc_voter_filter, area_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "The door is in this area; a precinct or ZIP code is given by its code."),
};
const cc_type cc_voter_filter_type = CC_TYPE(cc_voter_filter, "VoterFilter", filter_fields,
  .doc = "A filter of voters. Members that are absent, null or empty are ignored; all others must match.");

static const cc_field voter_query_fields[] = {
  CC_STRING(cc_voter_query, text, .min = 1, .max = 100, .format = CC_FORMAT_LINE,
            .doc = "Words of names, address or telephone number, or the state voter number. People whose name begins with the text come first; of the others at most 1,000 are listed when there is no other condition."),
  CC_STRING(cc_voter_query, party, .max = 50, .format = CC_FORMAT_LINE, .doc = "Only people of this party."),
  CC_STRING(cc_voter_query, precinct, .max = 100, .format = CC_FORMAT_LINE, .doc = "Only people in the precinct with this code."),
  CC_STRING(cc_voter_query, city, .max = 100, .format = CC_FORMAT_LINE, .doc = "Only people in this city."),
  CC_STRING(cc_voter_query, zip5, .max = 5, .format = CC_FORMAT_DIGITS, .doc = "Only people in this ZIP code."),
  CC_OPT_INT64(cc_voter_query, tag_id, .min = 1, .max = INT64_MAX, .doc = "Only people who have the tag with this id."),
  CC_OPT_INT64(cc_voter_query, support_level, .min = 1, .max = 5, .doc = "Only people with this support level."),
  CC_PAGE_ROWS(cc_voter_query),
};
static const cc_type voter_query_type = CC_TYPE(cc_voter_query, "VoterQuery", voter_query_fields);

static const cc_field reach_query_fields[] = {
  CC_ENUM(cc_reach_query, reach, &cc_reach_enum, .doc = "Leave out people who may not be contacted through this channel."),
  CC_ENUM(cc_reach_query, aim, &cc_aim_enum, .fallback = "\"any\"", .doc = "Purpose: an opt-out applies to its purpose."),
};
static const cc_type reach_query_type = CC_TYPE(cc_reach_query, "ReachQuery", reach_query_fields);

static const cc_field count_fields[] = {
  CC_INT64(cc_voter_count, count, .flags = CC_READ_ONLY, .doc = "Number of voters."),
};
static const cc_type count_type = CC_TYPE(cc_voter_count, "VoterCount", count_fields);

static const cc_field list_fields[] = {
  CC_INT64(cc_voter_list, id, .flags = CC_READ_ONLY, .doc = "Id of the list."),
  CC_STRING(cc_voter_list, name, .flags = CC_REQUIRED, .min = 1, .max = 200, .format = CC_FORMAT_NAME, .doc = "Name of the list.",
            .example = "\"East side, undecided\""),
  CC_STRING(cc_voter_list, description, .flags = CC_NULLABLE, .max = 2000, .doc = "Purpose of the list."),
  CC_OBJECT(cc_voter_list, filter, cc_voter_filter, &cc_voter_filter_type, .flags = CC_REQUIRED, .doc = "Filter of its people, evaluated at each use."),
  CC_OPT_INT64(cc_voter_list, created_by, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the account of the person who created the object."),
  CC_TIME(cc_voter_list, created_at, .flags = CC_READ_ONLY, .doc = "When the object was created."),
  CC_TIME(cc_voter_list, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_voter_list, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_voter_list_type = CC_TYPE(cc_voter_list, "VoterList", list_fields, .doc = "A saved filter.");

static const cc_field tagging_fields[] = {
  CC_STRINGS(cc_tagging, add, .max = TAGS_MAX, .format = CC_FORMAT_DIGITS, .fallback = "[]", .example = "[]", .doc = "Ids of tags to add."),
  CC_STRINGS(cc_tagging, remove, .max = TAGS_MAX, .format = CC_FORMAT_DIGITS, .fallback = "[]", .example = "[]", .doc = "Ids of tags to remove."),
};
static const cc_type tagging_type = CC_TYPE(cc_tagging, "Tagging", tagging_fields);

static const cc_field bulk_tagging_fields[] = {
  CC_OPT_INT64(cc_bulk_tagging, list_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .example = "null", .doc = "Id of a saved list: all its voters. Send this or "
                                        "`filter`."),
  CC_OBJECT(cc_bulk_tagging, filter, cc_voter_filter, &cc_voter_filter_type, .flags = CC_NULLABLE, .doc = "Filter of the voters. Send this or `list_id`."),
  CC_STRINGS(cc_bulk_tagging, add, .max = TAGS_MAX, .format = CC_FORMAT_DIGITS, .fallback = "[]", .example = "[]", .doc = "Ids of tags to add."),
  CC_STRINGS(cc_bulk_tagging, remove, .max = TAGS_MAX, .format = CC_FORMAT_DIGITS, .fallback = "[]", .example = "[]", .doc = "Ids of tags to remove."),
};
static const cc_type bulk_tagging_type = CC_TYPE(cc_bulk_tagging, "BulkTagging", bulk_tagging_fields);

static const cc_field bulk_tagged_fields[] = {
  CC_INT64(cc_bulk_tagged, voters, .flags = CC_READ_ONLY, .doc = "Number of voters that the list or filter selected."),
  CC_INT64(cc_bulk_tagged, added, .flags = CC_READ_ONLY, .doc = "Number of tags that were added."),
  CC_INT64(cc_bulk_tagged, removed, .flags = CC_READ_ONLY, .doc = "Number of tags that were removed."),
};
static const cc_type bulk_tagged_type = CC_TYPE(cc_bulk_tagged, "BulkTagged", bulk_tagged_fields);

static const cc_field person_fields[] = {
  CC_INT64(cc_household_member, id, .doc = "Id of the voter."),
  CC_STRING(cc_household_member, first_name, .max = 100, .format = CC_FORMAT_LINE, .doc = "First name."),
  CC_STRING(cc_household_member, last_name, .max = 100, .format = CC_FORMAT_LINE, .doc = "Last name."),
  CC_STRING(cc_household_member, name_suffix, .flags = CC_NULLABLE, .max = 20, .format = CC_FORMAT_LINE, .doc = "Suffix of the name, such as Jr or III."),
  CC_OPT_INT64(cc_household_member, birth_year, .flags = CC_NULLABLE, .doc = "Year of birth."),
  CC_STRING(cc_household_member, party, .flags = CC_NULLABLE, .max = 50, .format = CC_FORMAT_LINE, .doc = "Party of registration."),
  CC_OPT_INT64(cc_household_member, support_level, .flags = CC_NULLABLE, .doc = "Support level: 1 (strong support) to 5 (strong opposition)."),
  CC_STRING(cc_household_member, unreachable, .flags = CC_NULLABLE, .max = 20, .format = CC_FORMAT_LINE, .doc = "Why the person is on no list."),
};
static const cc_type person_type = CC_TYPE(cc_household_member, "VoterInBrief", person_fields);

static const cc_field household_fields[] = {
  CC_INT64(cc_household, id, .flags = CC_READ_ONLY, .doc = "Id of the household."),
  CC_OPT_INT64(cc_household, door_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the door; null: the household is known by its mailing address only."),
  CC_STRING(cc_household, address, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 200, .format = CC_FORMAT_LINE, .doc = "House number and street."),
  CC_STRING(cc_household, unit, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 50, .format = CC_FORMAT_LINE, .doc = "Unit, such as a flat or suite."),
  CC_INT64(cc_household, n_voters, .flags = CC_READ_ONLY, .doc = "Number of voters in the household."),
  CC_LIST(cc_household, people, cc_household_member, &person_type, .flags = CC_READ_ONLY,
          .doc = "People of the household; without manage_voters those who are not confidential."),
  CC_TIME(cc_household, updated_at, .flags = CC_READ_ONLY, .doc = "When the household last changed; its people have `updated_at` of their own."),
};
const cc_type cc_household_type = CC_TYPE(cc_household, "Household", household_fields, .doc = "A household: the people at one door.");

static const cc_field duplicate_fields[] = {
  CC_INT64(cc_duplicate, id, .flags = CC_READ_ONLY, .doc = "Id of the pair."),
  CC_INT64(cc_duplicate, voter_id, .flags = CC_READ_ONLY, .doc = "Id of the older record."),
  CC_INT64(cc_duplicate, other_id, .flags = CC_READ_ONLY, .doc = "Id of the newer record."),
  CC_DOUBLE(cc_duplicate, score, .flags = CC_READ_ONLY, .doc = "Sum of the weights of the common data; a larger sum is more certain."),
  CC_STRINGS(cc_duplicate, reasons, .flags = CC_READ_ONLY, .example = "[\"name_birth_date\"]", .doc = "Rules that found the pair."),
  CC_ENUM(cc_duplicate, state, &cc_duplicate_state_enum, .flags = CC_READ_ONLY, .doc = "open: not decided. dismissed: decided to be two people."),
  CC_OBJECT(cc_duplicate, voter, cc_household_member, &person_type, .flags = CC_READ_ONLY, .doc = "Main data of the older record."),
  CC_OBJECT(cc_duplicate, other, cc_household_member, &person_type, .flags = CC_READ_ONLY, .doc = "Main data of the newer record."),
  CC_OPT_TIME(cc_duplicate, decided_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When it was dismissed or merged."),
  CC_OPT_INT64(cc_duplicate, decided_by, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the account of the person who decided; null: open."),
  CC_TIME(cc_duplicate, created_at, .flags = CC_READ_ONLY, .doc = "When the pair was found."),
  CC_TIME(cc_duplicate, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_duplicate, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_duplicate_type = CC_TYPE(cc_duplicate, "VoterDuplicate", duplicate_fields, .doc = "Two records that may be the same person.");

static const cc_field duplicate_query_fields[] = {
  CC_ENUM(cc_duplicate_query, state, &cc_duplicate_state_enum, .fallback = "\"open\"", .doc = "Only pairs in this state."),
  CC_PAGE_ROWS(cc_duplicate_query),
};
static const cc_type duplicate_query_type = CC_TYPE(cc_duplicate_query, "VoterDuplicateQuery", duplicate_query_fields);

static const cc_field merge_new_fields[] = {
  CC_INT64(cc_merge_new, survivor_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the voter who stays (the survivor)."),
  CC_INT64(cc_merge_new, merged_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .example = "2", .doc = "Id of the voter who is merged into the survivor."),
};
static const cc_type merge_new_type = CC_TYPE(cc_merge_new, "VoterMergeNew", merge_new_fields);

static const cc_field merge_fields[] = {
  CC_INT64(cc_merge, id, .flags = CC_READ_ONLY, .doc = "Id of the merge."),
  CC_INT64(cc_merge, survivor_id, .flags = CC_READ_ONLY, .doc = "Id of the surviving voter."),
  CC_INT64(cc_merge, merged_id, .flags = CC_READ_ONLY, .doc = "Id of the voter who was merged into the survivor."),
  CC_JSON(cc_merge, survivor_before, .flags = CC_READ_ONLY, .example = "{\"first_name\": \"Rosa\"}", .doc = "The survivor before the merge."),
  CC_JSON(cc_merge, merged_before, .flags = CC_READ_ONLY, .example = "{\"first_name\": \"Rosa\"}", .doc = "The merged voter before the merge."),
  CC_OPT_INT64(cc_merge, merged_by, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the account of the person who merged the voters."),
  CC_TIME(cc_merge, merged_at, .flags = CC_READ_ONLY, .doc = "When the voters were merged."),
  CC_OPT_TIME(cc_merge, undone_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the merge was undone; null: not undone."),
  CC_INT64(cc_merge, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_merge_type = CC_TYPE(cc_merge, "VoterMerge", merge_fields, .doc = "A merge of two voter records, with both records as they were before.");

static const cc_field started_fields[] = {
  CC_INT64(cc_started, job_id, .flags = CC_READ_ONLY, .doc = "Id of the background job."),
};
const cc_type cc_started_type = CC_TYPE(cc_started, "Started", started_fields, .doc = "A background job.");

#define REF(S, member, what) \
  static const cc_field S##_fields[] = { \
    CC_INT64(S, member, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the " what "."), \
  }
REF(cc_voter_ref, voter_id, "voter");
REF(cc_tag_ref, tag_id, "tag");
REF(cc_voter_list_ref, list_id, "list");
REF(cc_household_ref, household_id, "household");
REF(cc_duplicate_ref, duplicate_id, "pair");
REF(cc_merge_ref, merge_id, "merge");
static const cc_type voter_ref_type = CC_TYPE(cc_voter_ref, "VoterRef", cc_voter_ref_fields);
static const cc_type tag_ref_type = CC_TYPE(cc_tag_ref, "TagRef", cc_tag_ref_fields);
static const cc_type list_ref_type = CC_TYPE(cc_voter_list_ref, "VoterListRef", cc_voter_list_ref_fields);
static const cc_type household_ref_type = CC_TYPE(cc_household_ref, "HouseholdRef", cc_household_ref_fields);
static const cc_type duplicate_ref_type = CC_TYPE(cc_duplicate_ref, "VoterDuplicateRef", cc_duplicate_ref_fields);
static const cc_type merge_ref_type = CC_TYPE(cc_merge_ref, "VoterMergeRef", cc_merge_ref_fields);

#define NOT_FOUND CC_ERR_BIT(CC_ERR_NOT_FOUND)
#define CONFLICT CC_ERR_BIT(CC_ERR_CONFLICT)
#define PRECONDITION CC_ERR_BIT(CC_ERR_PRECONDITION)

const cc_op cc_op_list_voters = {
  .id = "listVoters", .method = CC_GET, .path = "/v1/voters", .query = &voter_query_type, .reply = &cc_voter_type,
  .shape = CC_REPLY_LIST, .tag = "Voters", .summary = "List voters by last name.",
  .doc = "A page reads at most 10,000 people: it may be short or empty while `next_cursor` is set.",
};
const cc_op cc_op_search_voters = {
  .id = "searchVoters", .method = CC_POST, .path = "/v1/voters/search", .query = &cc_page_query_type,
  .body = &cc_voter_filter_type, .reply = &cc_voter_type, .shape = CC_REPLY_LIST, .tag = "Voters",
  .summary = "Search voters with a filter.", .doc = "Changes nothing. Request the next pages with the same body. A page reads at most 10,000 people: it may be short or empty while next_cursor is set.",
};
const cc_op cc_op_count_voters = {
  .id = "countVoters", .method = CC_POST, .path = "/v1/voters/count", .query = &reach_query_type, .body = &cc_voter_filter_type,
  .reply = &count_type, .tag = "Voters", .summary = "Count voters that match a filter.",
  .doc = "With `reach` only people who may be contacted through that channel are counted. Changes nothing.",
};
const cc_op cc_op_create_voter = {
  .id = "createVoter", .method = CC_POST, .path = "/v1/voters", .body = &cc_voter_type, .reply = &cc_voter_type,
  .creates = true, .location = &cc_op_get_voter, .tag = "Voters", .summary = "Add a voter by hand.",
  .doc = "The voter is assigned to the building, door and household of the address; missing ones are created.",
};
const cc_op cc_op_get_voter = {
  .id = "getVoter", .method = CC_GET, .path = "/v1/voters/{voter_id}", .params = &voter_ref_type, .reply = &cc_voter_type,
  .errors = NOT_FOUND, .tag = "Voters", .summary = "Read a voter.",
};
const cc_op cc_op_update_voter = {
  .id = "updateVoter", .method = CC_PATCH, .path = "/v1/voters/{voter_id}", .params = &voter_ref_type, .body = &cc_voter_type,
  .reply = &cc_voter_type, .errors = NOT_FOUND | CONFLICT | PRECONDITION, .tag = "Voters", .summary = "Change a voter.",
  .doc = "A merge-patch: members that are left out do not change. With If-Match the change is "
         "made only if the voter has not changed since that version (otherwise 412). A merged "
         "voter cannot be changed (409 voter_merged).",
};
const cc_op cc_op_tag_voter = {
  .id = "tagVoter", .method = CC_POST, .path = "/v1/voters/{voter_id}/tags", .params = &voter_ref_type, .body = &tagging_type,
  .reply = &cc_voter_type, .errors = NOT_FOUND, .tag = "Voters", .summary = "Add and remove tags of a voter.",
};
const cc_op cc_op_tag_voters = {
  .id = "tagVoters", .method = CC_POST, .path = "/v1/voters/tags", .body = &bulk_tagging_type, .reply = &bulk_tagged_type,
  .errors = NOT_FOUND, .tag = "Voters", .summary = "Add and remove tags of all voters of a list or filter.",
  .doc = "Send either `list_id` or `filter`. The change feed and the audit log have one entry for all voters.",
};
const cc_op cc_op_get_household = {
  .id = "getHousehold", .method = CC_GET, .path = "/v1/households/{household_id}", .params = &household_ref_type,
  .reply = &cc_household_type, .errors = NOT_FOUND, .tag = "Voters", .summary = "Read a household with its people.",
};
const cc_op cc_op_list_tags = {
  .id = "listTags", .method = CC_GET, .path = "/v1/tags", .query = &cc_page_query_type, .reply = &cc_tag_type,
  .shape = CC_REPLY_LIST, .tag = "Voters", .summary = "List tags by name.",
};
const cc_op cc_op_get_tag = {
  .id = "getTag", .method = CC_GET, .path = "/v1/tags/{tag_id}", .params = &tag_ref_type, .reply = &cc_tag_type,
  .errors = NOT_FOUND, .tag = "Voters", .summary = "Read a tag.",
};
const cc_op cc_op_create_tag = {
  .id = "createTag", .method = CC_POST, .path = "/v1/tags", .body = &cc_tag_type, .reply = &cc_tag_type, .creates = true,
  .location = &cc_op_get_tag,
  .errors = CONFLICT, .tag = "Voters", .summary = "Create a tag.",
};
const cc_op cc_op_update_tag = {
  .id = "updateTag", .method = CC_PATCH, .path = "/v1/tags/{tag_id}", .params = &tag_ref_type, .body = &cc_tag_type,
  .reply = &cc_tag_type, .errors = NOT_FOUND | CONFLICT | PRECONDITION, .tag = "Voters", .summary = "Change a tag.",
};
const cc_op cc_op_delete_tag = {
  .id = "deleteTag", .method = CC_DELETE, .path = "/v1/tags/{tag_id}", .params = &tag_ref_type,
  .errors = NOT_FOUND | CONFLICT | PRECONDITION, .tag = "Voters", .summary = "Delete a tag, and remove it from all voters.",
};
const cc_op cc_op_list_voter_lists = {
  .id = "listVoterLists", .method = CC_GET, .path = "/v1/voter-lists", .query = &cc_page_query_type,
  .reply = &cc_voter_list_type, .shape = CC_REPLY_LIST, .tag = "Voter lists", .summary = "List saved lists by name.",
};
const cc_op cc_op_create_voter_list = {
  .id = "createVoterList", .method = CC_POST, .path = "/v1/voter-lists", .body = &cc_voter_list_type,
  .reply = &cc_voter_list_type, .creates = true, .location = &cc_op_get_voter_list, .errors = CONFLICT, .tag = "Voter lists", .summary = "Save a filter as a list.",
};
const cc_op cc_op_get_voter_list = {
  .id = "getVoterList", .method = CC_GET, .path = "/v1/voter-lists/{list_id}", .params = &list_ref_type,
  .reply = &cc_voter_list_type, .errors = NOT_FOUND, .tag = "Voter lists", .summary = "Read a saved list.",
};
const cc_op cc_op_update_voter_list = {
  .id = "updateVoterList", .method = CC_PATCH, .path = "/v1/voter-lists/{list_id}", .params = &list_ref_type,
  .body = &cc_voter_list_type, .reply = &cc_voter_list_type, .errors = NOT_FOUND | PRECONDITION, .tag = "Voter lists",
  .summary = "Change a saved list.",
};
const cc_op cc_op_delete_voter_list = {
  .id = "deleteVoterList", .method = CC_DELETE, .path = "/v1/voter-lists/{list_id}", .params = &list_ref_type,
  .errors = NOT_FOUND | PRECONDITION, .tag = "Voter lists", .summary = "Delete a saved list.",
};
const cc_op cc_op_count_voter_list = {
  .id = "countVoterList", .method = CC_GET, .path = "/v1/voter-lists/{list_id}/count", .params = &list_ref_type,
  .query = &reach_query_type, .reply = &count_type, .errors = NOT_FOUND, .tag = "Voter lists",
  .summary = "Count the people on a list, all or those who may be contacted.",
};
const cc_op cc_op_read_voter_list = {
  .id = "readVoterList", .method = CC_POST, .path = "/v1/voter-lists/{list_id}/read", .params = &list_ref_type,
  .query = &cc_page_query_type, .reply = &cc_voter_type, .shape = CC_REPLY_LIST, .errors = NOT_FOUND, .tag = "Voter lists",
  .summary = "List the people on a saved list.",
  .doc = "Each page adds an entry to the audit log with the number of its people. If the list's "
         "filter has only a text, at most 1,000 people who have it elsewhere than at the "
         "beginning of the name are listed. A page reads at most 10,000 people: it may be short "
         "or empty while `next_cursor` is set.",
};
const cc_op cc_op_list_duplicates = {
  .id = "listVoterDuplicates", .method = CC_GET, .path = "/v1/voter-duplicates", .query = &duplicate_query_type,
  .reply = &cc_duplicate_type, .shape = CC_REPLY_LIST, .tag = "Voter duplicates", .summary = "List pairs of records that may be the same person, the most certain first.",
};
const cc_op cc_op_find_duplicates = {
  .id = "findVoterDuplicates", .method = CC_POST, .path = "/v1/voter-duplicates/find", .reply = &cc_started_type,
  .tag = "Voter duplicates", .summary = "Search for duplicates in the background.",
  .doc = "The pairs found are returned by listVoterDuplicates and reported in the change feed. Dismissed pairs stay dismissed.",
};
const cc_op cc_op_dismiss_duplicate = {
  .id = "dismissVoterDuplicate", .method = CC_POST, .path = "/v1/voter-duplicates/{duplicate_id}/dismiss",
  .params = &duplicate_ref_type, .reply = &cc_duplicate_type, .errors = NOT_FOUND | CONFLICT, .tag = "Voter duplicates",
  .summary = "Dismiss a pair of records as two different people, permanently.",
};
const cc_op cc_op_get_merge = {
  .id = "getVoterMerge", .method = CC_GET, .path = "/v1/voter-merges/{merge_id}", .params = &merge_ref_type, .reply = &cc_merge_type,
  .errors = NOT_FOUND, .tag = "Voter duplicates", .summary = "Read a merge.",
};
const cc_op cc_op_merge_voters = {
  .id = "mergeVoters", .method = CC_POST, .path = "/v1/voter-merges", .body = &merge_new_type, .reply = &cc_merge_type,
  .creates = true, .location = &cc_op_get_merge, .errors = CONFLICT, .tag = "Voter duplicates", .summary = "Merge two voters.",
  .doc = "The survivor keeps its values, and its empty fields are filled from the merged voter. "
         "Contacts, consents, tags and follow-ups move to the survivor. A repeated request "
         "changes nothing and returns the same merge.",
};
const cc_op cc_op_list_merges = {
  .id = "listVoterMerges", .method = CC_GET, .path = "/v1/voter-merges", .query = &cc_page_query_type, .reply = &cc_merge_type,
  .shape = CC_REPLY_LIST, .tag = "Voter duplicates", .summary = "List merges, the latest first.",
};
const cc_op cc_op_undo_merge = {
  .id = "undoVoterMerge", .method = CC_POST, .path = "/v1/voter-merges/{merge_id}/undo", .params = &merge_ref_type,
  .reply = &cc_merge_type, .errors = NOT_FOUND | CONFLICT, .tag = "Voter duplicates", .summary = "Undo a merge.",
  .doc = "Both records are restored, except for later changes by hand. A second undo changes nothing.",
};
/* clang-format on */
