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
  CC_INT64(cc_tag, id, .flags = CC_READ_ONLY, .doc = "Number of the tag."),
  CC_STRING(cc_tag, name, .flags = CC_REQUIRED, .min = 1, .max = 100, .format = CC_FORMAT_NAME, .doc = "Its name, once per organization.",
            .example = "\"volunteer\""),
  CC_STRING(cc_tag, description, .flags = CC_NULLABLE, .max = 1000, .doc = "Meaning of the tag."),
  CC_TIME(cc_tag, created_at, .flags = CC_READ_ONLY, .doc = "When the object was created."),
  CC_TIME(cc_tag, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_tag, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_tag_type = CC_TYPE(cc_tag, "Tag", tag_fields, .doc = "A tag for voters.");

static const cc_field voter_tag_fields[] = {
  CC_INT64(cc_voter_tag, id, .doc = "Number of the tag."),
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
  CC_INT64(cc_voter, id, .flags = CC_READ_ONLY | CC_EXPORTED, .doc = "Number of the voter."),
  CC_INT64(cc_voter, organization_id, .flags = CC_READ_ONLY, .doc = "Organization of the record."),
  CC_STRING(cc_voter, state_id, .flags = CC_READ_ONLY | CC_NULLABLE | OF_FILE | CC_EXPORTED, .max = 100, .format = CC_FORMAT_LINE,
            .doc = "The state's number of the person; null: added by hand."),
  CC_OPT_INT64(cc_voter, source_id, .flags = CC_READ_ONLY | CC_NULLABLE | CC_MERGEABLE, .doc = "Where the record came from."),
  CC_OPT_INT64(cc_voter, household_id, .flags = CC_READ_ONLY | CC_NULLABLE | CC_MERGEABLE | CC_RESIDENCE, .doc = "Household, by the address."),
  CC_OPT_INT64(cc_voter, door_id, .flags = CC_READ_ONLY | CC_NULLABLE | CC_MERGEABLE | CC_RESIDENCE, .doc = "Door, by the address."),
  CC_STRING(cc_voter, first_name, .flags = CC_REQUIRED | OF_FILE | CC_EXPORTED | CC_SEARCHABLE, .max = 100, .format = CC_FORMAT_WORDS, .doc = "First name.", .example = "\"Rosa\""),
  CC_STRING(cc_voter, middle_name, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED | CC_SEARCHABLE, .max = 100, .format = CC_FORMAT_WORDS, .doc = "Middle name."),
  CC_STRING(cc_voter, last_name, .flags = CC_REQUIRED | CC_MAY_BE_EMPTY | OF_FILE | CC_EXPORTED | CC_SEARCHABLE, .min = 1, .max = 100, .format = CC_FORMAT_NAME, .doc = "Last name.",
            .example = "\"Medina\""),
  CC_STRING(cc_voter, name_suffix, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED | CC_SEARCHABLE, .max = 20, .format = CC_FORMAT_WORDS, .doc = "Jr, III …"),
  CC_STRING(cc_voter, birth_date, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED, .max = 10, .format = CC_FORMAT_DATE, .doc = "Date of birth."),
  CC_OPT_INT64(cc_voter, birth_year, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED, .min = 1850, .max = 2200, .example = "1980",
               .doc = "Year of birth; equals that of birth_date when it is known."),
  CC_ENUM(cc_voter, sex, &cc_sex_enum, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED, .doc = "As the file has it."),
  CC_STRING(cc_voter, party, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED, .max = 50, .format = CC_FORMAT_WORDS, .doc = "Party of registration, as the file writes it."),
  CC_ENUM(cc_voter, registration_status, &cc_registration_status_enum, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED, .doc = "Of the registration."),
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
  CC_STRING(cc_voter, zip4, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED | CC_RESIDENCE, .min = 4, .max = 4, .format = CC_FORMAT_DIGITS, .doc = "Its four further digits.", .example = "\"1234\""),
  CC_STRING(cc_voter, mailing_address, .flags = CC_NULLABLE | OF_FILE | CC_EXPORTED | CC_RESIDENCE, .max = 1000, .doc = "Lines of the mailing address when it is another one."),
  CC_STRINGS(cc_voter, phones, .flags = OF_FILE | CC_EXPORTED | CC_SEARCHABLE, .max = PHONES_MAX, .format = CC_FORMAT_PHONE, .fallback = "[]", .example = "[\"+16175550101\"]",
             .doc = "Telephone numbers, the best first."),
  CC_STRINGS(cc_voter, emails, .flags = OF_FILE | CC_EXPORTED, .max = PHONES_MAX, .format = CC_FORMAT_EMAIL, .fallback = "[]", .example = "[\"rosa@example.org\"]",
             .doc = "E-mail addresses, the best first."),
  CC_LIST(cc_voter, vote_history, cc_voter_vote, &vote_type, .flags = OF_FILE | CC_EXPORTED, .max = 500, .fallback = "[]",
          .example = "[{\"election\": \"11/05/2024 GENERAL\", \"method\": \"absentee\"}]", .doc = "Elections in which the person voted."),
  CC_JSON(cc_voter, custom, .flags = OF_FILE | CC_EXPORTED, .fallback = "{}", .example = "{\"union\": \"32BJ\"}", .doc = "Further data of the file or the organization."),
  CC_BOOL(cc_voter, confidential, .flags = CC_IMPORTED | CC_EXPORTED | CC_MERGEABLE, .fallback = "false", .doc = "The address is for no canvass and no export."),
  CC_STRING(cc_voter, unreachable, .flags = CC_READ_ONLY | CC_NULLABLE | CC_EXPORTED | CC_MERGEABLE, .max = 20, .format = CC_FORMAT_LINE,
            .doc = "Why the person is on no list: moved, deceased, gone, merged or removed."),
  CC_OPT_TIME(cc_voter, moved_at, .flags = CC_READ_ONLY | CC_NULLABLE | CC_PERSONAL | CC_MERGEABLE, .doc = "When the person was found to live elsewhere."),
  CC_OPT_INT64(cc_voter, merged_into, .flags = CC_READ_ONLY | CC_NULLABLE | CC_MERGEABLE, .doc = "The record into which this one was merged."),
  CC_OPT_INT64(cc_voter, support_level, .flags = CC_READ_ONLY | CC_NULLABLE | CC_EXPORTED | CC_MERGEABLE, .doc = "1 strong support to 5 strong opposition; by contacts."),
  CC_OPT_TIME(cc_voter, support_at, .flags = CC_READ_ONLY | CC_NULLABLE | CC_MERGEABLE, .doc = "Time of the contact that determined the support level."),
  CC_OPT_TIME(cc_voter, last_contact_at, .flags = CC_READ_ONLY | CC_NULLABLE | CC_EXPORTED | CC_MERGEABLE, .doc = "Last attempt."),
  CC_STRING(cc_voter, last_disposition, .flags = CC_READ_ONLY | CC_NULLABLE | CC_MERGEABLE, .max = 50, .format = CC_FORMAT_LINE, .doc = "Result of the last attempt."),
  CC_OPT_TIME(cc_voter, reached_at, .flags = CC_READ_ONLY | CC_NULLABLE | CC_MERGEABLE, .doc = "Last attempt in which the person was reached."),
  CC_OPT_TIME(cc_voter, quiet_until, .flags = CC_READ_ONLY | CC_NULLABLE | CC_MERGEABLE, .doc = "The person must not be asked before this time."),
  CC_LIST(cc_voter, tags, cc_voter_tag, &voter_tag_type, .flags = CC_READ_ONLY, .doc = "Changed by tagVoter and tagVoters."),
  CC_INT64(cc_voter, contacts_revision, .flags = CC_READ_ONLY | CC_REVISION, .doc = "Incremented when contacts change the record."),
  CC_TIME(cc_voter, created_at, .flags = CC_READ_ONLY, .doc = "When the record was made."),
  CC_TIME(cc_voter, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_voter, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Grows with every change; with the revision the ETag."),
};
const cc_type cc_voter_type = CC_TYPE(cc_voter, "Voter", voter_fields, .doc = "A person of the voter file, or one added by hand.");

static const cc_field voted_fields[] = {
  CC_INT64(cc_voted_at_least, n, .flags = CC_REQUIRED, .min = 1, .max = 100, .doc = "In how many of them."),
  CC_STRINGS(cc_voted_at_least, of, .flags = CC_REQUIRED, .min = 1, .max = 100, .example = "[\"11/05/2024 GENERAL\"]", .doc = "Elections."),
};
static const cc_type voted_type = CC_TYPE(cc_voted_at_least, "VotedAtLeast", voted_fields);

#define POLYGON "{\"type\": \"Polygon\", \"coordinates\": [[[-71.08, 42.36], [-71.07, 42.36], [-71.07, 42.37], [-71.08, 42.36]]]}"

static const cc_field filter_fields[] = {
  CC_STRING(cc_voter_filter, text, .flags = CC_NULLABLE, .max = 100, .format = CC_FORMAT_LINE, .example = "\"medina\"",
            .doc = "Words of names, address or telephone number, or the state's number: all of them, in any order; of three letters or more anywhere, shorter ones at the beginning of a word."),
  CC_STRINGS(cc_voter_filter, ids, .max = IDS_MAX, .format = CC_FORMAT_DIGITS, .example = "[\"17\"]", .doc = "Numbers of voters."),
  CC_STRINGS(cc_voter_filter, party, .max = VALUES_MAX, .example = "[\"DEM\"]", .doc = "One of these parties."),
  CC_STRINGS(cc_voter_filter, precinct, .max = VALUES_MAX, .example = "[\"2-3\"]", .doc = "In one of these precincts."),
  CC_JSON(cc_voter_filter, district, .flags = CC_NULLABLE, .example = "{\"congress\": \"05\"}", .doc = "In all of these districts, kind to code."),
  CC_STRING(cc_voter_filter, city, .flags = CC_NULLABLE, .max = 100, .format = CC_FORMAT_LINE, .example = "\"Cambridge\"", .doc = "In this city; any case."),
  CC_STRINGS(cc_voter_filter, zip5, .max = VALUES_MAX, .format = CC_FORMAT_DIGITS, .example = "[\"02141\"]", .doc = "In one of these ZIP codes."),
  CC_OPT_INT64(cc_voter_filter, age_min, .flags = CC_NULLABLE, .max = 150, .doc = "At least so old."),
  CC_OPT_INT64(cc_voter_filter, age_max, .flags = CC_NULLABLE, .max = 150, .example = "99", .doc = "At most so old."),
  CC_ENUM(cc_voter_filter, sex, &cc_sex_enum, .flags = CC_NULLABLE, .doc = "Of this sex."),
  CC_STRINGS(cc_voter_filter, registration_status, .max = 4, .example = "[\"active\"]", .doc = "One of these: active, inactive, pending, removed."),
  CC_STRINGS(cc_voter_filter, voted_in, .max = 100, .example = "[\"11/05/2024 GENERAL\"]", .doc = "Voted in every one of these elections."),
  CC_OBJECT(cc_voter_filter, voted_at_least, cc_voted_at_least, &voted_type, .flags = CC_NULLABLE, .doc = "Voted in so many of these elections."),
  CC_STRINGS(cc_voter_filter, tags_any, .max = VALUES_MAX, .format = CC_FORMAT_DIGITS, .example = "[\"3\"]", .doc = "Has one of these tags, by number."),
  CC_STRINGS(cc_voter_filter, tags_all, .max = VALUES_MAX, .format = CC_FORMAT_DIGITS, .example = "[\"3\"]", .doc = "Has all of these tags."),
  CC_STRINGS(cc_voter_filter, tags_none, .max = VALUES_MAX, .format = CC_FORMAT_DIGITS, .example = "[\"3\"]", .doc = "Has none of these tags."),
  CC_STRINGS(cc_voter_filter, support_levels, .max = 6, .example = "[\"1\", \"none\"]", .doc = "One of these levels, \"1\" to \"5\", or \"none\"."),
  CC_OPT_TIME(cc_voter_filter, last_contact_before, .flags = CC_NULLABLE, .doc = "Last attempt before this time."),
  CC_OPT_TIME(cc_voter_filter, last_contact_after, .flags = CC_NULLABLE, .doc = "Last attempt at or after this time."),
  CC_OPT_BOOL(cc_voter_filter, never_contacted, .flags = CC_NULLABLE, .doc = "True: without an attempt; false: with one."),
  CC_OPT_BOOL(cc_voter_filter, reached, .flags = CC_NULLABLE, .doc = "Was spoken to (true), or never (false)."),
  CC_STRINGS(cc_voter_filter, disposition, .max = 50, .example = "[\"not_home\"]", .doc = "The last attempt came to one of these."),
  CC_OPT_BOOL(cc_voter_filter, has_phone, .flags = CC_NULLABLE, .doc = "Has a telephone number, or none."),
  CC_OPT_BOOL(cc_voter_filter, has_email, .flags = CC_NULLABLE, .doc = "Has an e-mail address, or none."),
  CC_OPT_BOOL(cc_voter_filter, has_door, .flags = CC_NULLABLE, .doc = "Has a door (true); or none (false), since the address has no number, is a mailbox, or is hidden."),
  CC_JSON(cc_voter_filter, polygon, .flags = CC_NULLABLE, .example = POLYGON, .doc = "The door lies within: GeoJSON, a polygon or several."),
  CC_OPT_INT64(cc_voter_filter, area_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "In this area; a precinct or ZIP code is named by its code."),
};
const cc_type cc_voter_filter_type = CC_TYPE(cc_voter_filter, "VoterFilter", filter_fields,
  .doc = "A filter of voters. Members that are absent, null or empty are ignored; all others must match.");

static const cc_field voter_query_fields[] = {
  CC_STRING(cc_voter_query, text, .min = 1, .max = 100, .format = CC_FORMAT_LINE,
            .doc = "Words of names, address or telephone number, or the state voter number. People whose name begins with the text come first; of the others at most 1,000 are listed when there is no other condition."),
  CC_STRING(cc_voter_query, party, .max = 50, .format = CC_FORMAT_LINE, .doc = "Of this party."),
  CC_STRING(cc_voter_query, precinct, .max = 100, .format = CC_FORMAT_LINE, .doc = "Of this precinct."),
  CC_STRING(cc_voter_query, city, .max = 100, .format = CC_FORMAT_LINE, .doc = "Of this city."),
  CC_STRING(cc_voter_query, zip5, .max = 5, .format = CC_FORMAT_DIGITS, .doc = "Of this ZIP code."),
  CC_OPT_INT64(cc_voter_query, tag_id, .min = 1, .max = INT64_MAX, .doc = "With this tag."),
  CC_OPT_INT64(cc_voter_query, support_level, .min = 1, .max = 5, .doc = "With this level of support."),
  CC_PAGE_ROWS(cc_voter_query),
};
static const cc_type voter_query_type = CC_TYPE(cc_voter_query, "VoterQuery", voter_query_fields);

static const cc_field reach_query_fields[] = {
  CC_ENUM(cc_reach_query, reach, &cc_reach_enum, .doc = "Leave out people who may not be contacted through this channel."),
  CC_ENUM(cc_reach_query, aim, &cc_aim_enum, .fallback = "\"any\"", .doc = "Purpose: an opt-out applies to its purpose."),
};
static const cc_type reach_query_type = CC_TYPE(cc_reach_query, "ReachQuery", reach_query_fields);

static const cc_field count_fields[] = {
  CC_INT64(cc_voter_count, count, .flags = CC_READ_ONLY, .doc = "How many."),
};
static const cc_type count_type = CC_TYPE(cc_voter_count, "VoterCount", count_fields);

static const cc_field list_fields[] = {
  CC_INT64(cc_voter_list, id, .flags = CC_READ_ONLY, .doc = "Number of the list."),
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
  CC_STRINGS(cc_tagging, add, .max = TAGS_MAX, .format = CC_FORMAT_DIGITS, .fallback = "[]", .example = "[]", .doc = "Numbers of tags to give."),
  CC_STRINGS(cc_tagging, remove, .max = TAGS_MAX, .format = CC_FORMAT_DIGITS, .fallback = "[]", .example = "[]", .doc = "Numbers of tags to remove."),
};
static const cc_type tagging_type = CC_TYPE(cc_tagging, "Tagging", tagging_fields);

static const cc_field bulk_tagging_fields[] = {
  CC_OPT_INT64(cc_bulk_tagging, list_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .example = "null", .doc = "Everybody on this list."),
  CC_OBJECT(cc_bulk_tagging, filter, cc_voter_filter, &cc_voter_filter_type, .flags = CC_NULLABLE, .doc = "Filter of the people."),
  CC_STRINGS(cc_bulk_tagging, add, .max = TAGS_MAX, .format = CC_FORMAT_DIGITS, .fallback = "[]", .example = "[]", .doc = "Numbers of tags to give."),
  CC_STRINGS(cc_bulk_tagging, remove, .max = TAGS_MAX, .format = CC_FORMAT_DIGITS, .fallback = "[]", .example = "[]", .doc = "Numbers of tags to remove."),
};
static const cc_type bulk_tagging_type = CC_TYPE(cc_bulk_tagging, "BulkTagging", bulk_tagging_fields);

static const cc_field bulk_tagged_fields[] = {
  CC_INT64(cc_bulk_tagged, voters, .flags = CC_READ_ONLY, .doc = "How many voters were meant."),
  CC_INT64(cc_bulk_tagged, added, .flags = CC_READ_ONLY, .doc = "Number of tags that were added."),
  CC_INT64(cc_bulk_tagged, removed, .flags = CC_READ_ONLY, .doc = "Number of tags that were removed."),
};
static const cc_type bulk_tagged_type = CC_TYPE(cc_bulk_tagged, "BulkTagged", bulk_tagged_fields);

static const cc_field person_fields[] = {
  CC_INT64(cc_household_member, id, .doc = "Number of the voter."),
  CC_STRING(cc_household_member, first_name, .max = 100, .format = CC_FORMAT_LINE, .doc = "First name."),
  CC_STRING(cc_household_member, last_name, .max = 100, .format = CC_FORMAT_LINE, .doc = "Last name."),
  CC_STRING(cc_household_member, name_suffix, .flags = CC_NULLABLE, .max = 20, .format = CC_FORMAT_LINE, .doc = "Jr, III …"),
  CC_OPT_INT64(cc_household_member, birth_year, .flags = CC_NULLABLE, .doc = "Year of birth."),
  CC_STRING(cc_household_member, party, .flags = CC_NULLABLE, .max = 50, .format = CC_FORMAT_LINE, .doc = "Party of registration."),
  CC_OPT_INT64(cc_household_member, support_level, .flags = CC_NULLABLE, .doc = "Support level: 1 (strong support) to 5 (strong opposition)."),
  CC_STRING(cc_household_member, unreachable, .flags = CC_NULLABLE, .max = 20, .format = CC_FORMAT_LINE, .doc = "Why the person is on no list."),
};
static const cc_type person_type = CC_TYPE(cc_household_member, "VoterInBrief", person_fields);

static const cc_field household_fields[] = {
  CC_INT64(cc_household, id, .flags = CC_READ_ONLY, .doc = "Number of the household."),
  CC_OPT_INT64(cc_household, door_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Its door; null: known by the mailing address only."),
  CC_STRING(cc_household, address, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 200, .format = CC_FORMAT_LINE, .doc = "House number and street."),
  CC_STRING(cc_household, unit, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 50, .format = CC_FORMAT_LINE, .doc = "Unit, such as a flat or suite."),
  CC_INT64(cc_household, n_voters, .flags = CC_READ_ONLY, .doc = "How many voters live here."),
  CC_LIST(cc_household, people, cc_household_member, &person_type, .flags = CC_READ_ONLY,
          .doc = "People of the household; without manage_voters those who are not confidential."),
  CC_TIME(cc_household, updated_at, .flags = CC_READ_ONLY, .doc = "When it last changed; its people have times of their own."),
};
const cc_type cc_household_type = CC_TYPE(cc_household, "Household", household_fields, .doc = "The people at one door.");

static const cc_field duplicate_fields[] = {
  CC_INT64(cc_duplicate, id, .flags = CC_READ_ONLY, .doc = "Number of the pair."),
  CC_INT64(cc_duplicate, voter_id, .flags = CC_READ_ONLY, .doc = "The older record."),
  CC_INT64(cc_duplicate, other_id, .flags = CC_READ_ONLY, .doc = "The younger one."),
  CC_DOUBLE(cc_duplicate, score, .flags = CC_READ_ONLY, .doc = "Sum of the weights of the common data; a larger sum is more certain."),
  CC_STRINGS(cc_duplicate, reasons, .flags = CC_READ_ONLY, .example = "[\"name_birth_date\"]", .doc = "Rules that found the pair."),
  CC_ENUM(cc_duplicate, state, &cc_duplicate_state_enum, .flags = CC_READ_ONLY, .doc = "open: not decided. dismissed: decided to be two people."),
  CC_OBJECT(cc_duplicate, voter, cc_household_member, &person_type, .flags = CC_READ_ONLY, .doc = "The older record in brief."),
  CC_OBJECT(cc_duplicate, other, cc_household_member, &person_type, .flags = CC_READ_ONLY, .doc = "The younger one in brief."),
  CC_OPT_TIME(cc_duplicate, decided_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When it was dismissed or merged."),
  CC_OPT_INT64(cc_duplicate, decided_by, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Account of the person who decided."),
  CC_TIME(cc_duplicate, created_at, .flags = CC_READ_ONLY, .doc = "When it was found."),
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
  CC_INT64(cc_merge_new, survivor_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "The voter whose values stay."),
  CC_INT64(cc_merge_new, merged_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .example = "2", .doc = "The voter that is merged into it."),
};
static const cc_type merge_new_type = CC_TYPE(cc_merge_new, "VoterMergeNew", merge_new_fields);

static const cc_field merge_fields[] = {
  CC_INT64(cc_merge, id, .flags = CC_READ_ONLY, .doc = "Number of the merge."),
  CC_INT64(cc_merge, survivor_id, .flags = CC_READ_ONLY, .doc = "The remaining voter."),
  CC_INT64(cc_merge, merged_id, .flags = CC_READ_ONLY, .doc = "The voter that was merged into it."),
  CC_JSON(cc_merge, survivor_before, .flags = CC_READ_ONLY, .example = "{\"first_name\": \"Rosa\"}", .doc = "The survivor as it was."),
  CC_JSON(cc_merge, merged_before, .flags = CC_READ_ONLY, .example = "{\"first_name\": \"Rosa\"}", .doc = "The other as it was."),
  CC_OPT_INT64(cc_merge, merged_by, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Account of the person who merged them."),
  CC_TIME(cc_merge, merged_at, .flags = CC_READ_ONLY, .doc = "When."),
  CC_OPT_TIME(cc_merge, undone_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When it was taken back."),
  CC_INT64(cc_merge, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_merge_type = CC_TYPE(cc_merge, "VoterMerge", merge_fields, .doc = "Two records made one, with both as they were.");

static const cc_field started_fields[] = {
  CC_INT64(cc_started, job_id, .flags = CC_READ_ONLY, .doc = "Number of the background job."),
};
const cc_type cc_started_type = CC_TYPE(cc_started, "Started", started_fields, .doc = "A background job.");

#define REF(S, member, what) \
  static const cc_field S##_fields[] = { \
    CC_INT64(S, member, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Number of the " what "."), \
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
  .shape = CC_REPLY_LIST, .tag = "Voters", .summary = "Search voters, by last name.",
  .doc = "A page reads at most 10,000 people: it may be short or empty while `next_cursor` is set.",
};
const cc_op cc_op_search_voters = {
  .id = "searchVoters", .method = CC_POST, .path = "/v1/voters/search", .query = &cc_page_query_type,
  .body = &cc_voter_filter_type, .reply = &cc_voter_type, .shape = CC_REPLY_LIST, .tag = "Voters",
  .summary = "Search voters by a whole filter.", .doc = "Changes nothing. Request the next pages with the same body. A page reads at most 10,000 people: it may be short or empty while next_cursor is set.",
};
const cc_op cc_op_count_voters = {
  .id = "countVoters", .method = CC_POST, .path = "/v1/voters/count", .query = &reach_query_type, .body = &cc_voter_filter_type,
  .reply = &count_type, .tag = "Voters", .summary = "Count voters that match a filter.",
  .doc = "With reach only people who may be contacted in that way. Changes nothing.",
};
const cc_op cc_op_create_voter = {
  .id = "createVoter", .method = CC_POST, .path = "/v1/voters", .body = &cc_voter_type, .reply = &cc_voter_type,
  .creates = true, .location = &cc_op_get_voter, .tag = "Voters", .summary = "Add a voter by hand.",
  .doc = "An address finds or makes its building, door and household.",
};
const cc_op cc_op_get_voter = {
  .id = "getVoter", .method = CC_GET, .path = "/v1/voters/{voter_id}", .params = &voter_ref_type, .reply = &cc_voter_type,
  .errors = NOT_FOUND, .tag = "Voters", .summary = "Read a voter.",
};
const cc_op cc_op_update_voter = {
  .id = "updateVoter", .method = CC_PATCH, .path = "/v1/voters/{voter_id}", .params = &voter_ref_type, .body = &cc_voter_type,
  .reply = &cc_voter_type, .errors = NOT_FOUND | CONFLICT | PRECONDITION, .tag = "Voters", .summary = "Change a voter.",
  .doc = "A merge-patch: members that are left out do not change. With If-Match only when the voter was not changed meanwhile. A merged voter cannot be changed (409 voter_merged).",
};
const cc_op cc_op_tag_voter = {
  .id = "tagVoter", .method = CC_POST, .path = "/v1/voters/{voter_id}/tags", .params = &voter_ref_type, .body = &tagging_type,
  .reply = &cc_voter_type, .errors = NOT_FOUND, .tag = "Voters", .summary = "Add and remove tags of a voter.",
};
const cc_op cc_op_tag_voters = {
  .id = "tagVoters", .method = CC_POST, .path = "/v1/voters/tags", .body = &bulk_tagging_type, .reply = &bulk_tagged_type,
  .errors = NOT_FOUND, .tag = "Voters", .summary = "Add and remove tags of everybody on a list.",
  .doc = "Name either list_id or filter. Recorded as one change.",
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
  .errors = CONFLICT, .tag = "Voters", .summary = "Make a tag.",
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
  .reply = &cc_voter_list_type, .creates = true, .location = &cc_op_get_voter_list, .errors = CONFLICT, .tag = "Voter lists", .summary = "Keep a search as a list.",
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
  .summary = "Read the people on a list, page by page.",
  .doc = "Each page adds an entry to the audit log with the number of its people. For a text in "
         "the middle of names 1,000 people are listed. A page reads at most 10,000 people: it may "
         "be short or empty while next_cursor is set.",
};
const cc_op cc_op_list_duplicates = {
  .id = "listVoterDuplicates", .method = CC_GET, .path = "/v1/voter-duplicates", .query = &duplicate_query_type,
  .reply = &cc_duplicate_type, .shape = CC_REPLY_LIST, .tag = "Voter duplicates", .summary = "List pairs of records that may be the same person, the most certain first.",
};
const cc_op cc_op_find_duplicates = {
  .id = "findVoterDuplicates", .method = CC_POST, .path = "/v1/voter-duplicates/find", .reply = &cc_started_type,
  .tag = "Voter duplicates", .summary = "Look for duplicates in the background.",
  .doc = "The pairs are in listVoterDuplicates and in the feed. Dismissed pairs stay dismissed.",
};
const cc_op cc_op_dismiss_duplicate = {
  .id = "dismissVoterDuplicate", .method = CC_POST, .path = "/v1/voter-duplicates/{duplicate_id}/dismiss",
  .params = &duplicate_ref_type, .reply = &cc_duplicate_type, .errors = NOT_FOUND | CONFLICT, .tag = "Voter duplicates",
  .summary = "Dismiss a pair permanently as two people.",
};
const cc_op cc_op_get_merge = {
  .id = "getVoterMerge", .method = CC_GET, .path = "/v1/voter-merges/{merge_id}", .params = &merge_ref_type, .reply = &cc_merge_type,
  .errors = NOT_FOUND, .tag = "Voter duplicates", .summary = "Read a merge.",
};
const cc_op cc_op_merge_voters = {
  .id = "mergeVoters", .method = CC_POST, .path = "/v1/voter-merges", .body = &merge_new_type, .reply = &cc_merge_type,
  .creates = true, .location = &cc_op_get_merge, .errors = CONFLICT, .tag = "Voter duplicates", .summary = "Make two voters one.",
  .doc = "The survivor's values win, its blanks are filled from the other. Contacts, consents, tags and follow-ups go with it. "
         "Sent again it changes nothing and answers with the same merge.",
};
const cc_op cc_op_list_merges = {
  .id = "listVoterMerges", .method = CC_GET, .path = "/v1/voter-merges", .query = &cc_page_query_type, .reply = &cc_merge_type,
  .shape = CC_REPLY_LIST, .tag = "Voter duplicates", .summary = "List merges, the latest first.",
};
const cc_op cc_op_undo_merge = {
  .id = "undoVoterMerge", .method = CC_POST, .path = "/v1/voter-merges/{merge_id}/undo", .params = &merge_ref_type,
  .reply = &cc_merge_type, .errors = NOT_FOUND | CONFLICT, .tag = "Voter duplicates", .summary = "Take a merge back.",
  .doc = "Both records are restored, except for later changes by hand. A second undo changes nothing.",
};
/* clang-format on */
