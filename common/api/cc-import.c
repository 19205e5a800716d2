/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-import.h"

/* clang-format off */
static const char *const state_names[] = {"created", "uploaded", "reading", "comparing", "ready", "applying", "done",
                                          "undoing", "undone", "cancelled", "failed"};
const cc_enum cc_import_state_enum = {state_names, CC_N(state_names)};

static const char *const kind_names[] = {"changed", "moved", "gone"};
static const cc_enum kind_enum = {kind_names, CC_N(kind_names)};

static const cc_field source_fields[] = {
  CC_INT64(cc_voter_source, id, .flags = CC_READ_ONLY, .doc = "Id of the source."),
  CC_STRING(cc_voter_source, name, .flags = CC_REQUIRED, .min = 1, .max = 200, .format = CC_FORMAT_NAME,
            .doc = "Name of the source, for instance with supplier and date.", .example = "\"NC State Board of Elections, 2026-11-01\""),
  CC_STRING(cc_voter_source, provider, .flags = CC_NULLABLE, .max = 200, .format = CC_FORMAT_LINE, .doc = "Supplier of the data."),
  CC_STRING(cc_voter_source, permitted_use, .flags = CC_NOT_BLANK | CC_REQUIRED, .min = 1, .max = 2000,
            .doc = "Use that the supplier permits.", .example = "\"Elections and campaigns; not commercial\""),
  CC_STRING(cc_voter_source, terms, .flags = CC_NULLABLE, .max = 20000, .doc = "Full text of the terms."),
  CC_STRING(cc_voter_source, received_on, .flags = CC_NULLABLE, .max = 10, .format = CC_FORMAT_DATE, .doc = "Date on which the data was received."),
  CC_STRING(cc_voter_source, expires_on, .flags = CC_NULLABLE, .max = 10, .format = CC_FORMAT_DATE, .example = "\"2099-12-31\"",
            .doc = "Last date on which the data may be used. After this date nothing can be imported from the source, and it should be purged."),
  CC_OPT_INT64(cc_voter_source, acknowledged_by, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the account of the person who accepted the terms; null: not accepted."),
  CC_OPT_TIME(cc_voter_source, acknowledged_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the terms were accepted; null: not accepted."),
  CC_OPT_TIME(cc_voter_source, purged_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When purging the data was requested; null: never."),
  CC_OPT_INT64(cc_voter_source, created_by, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the account of the person who added the source."),
  CC_TIME(cc_voter_source, created_at, .flags = CC_READ_ONLY, .doc = "When the source was added."),
  CC_TIME(cc_voter_source, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_voter_source, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_voter_source_type = CC_TYPE(cc_voter_source, "VoterSource", source_fields,
                                             .doc = "A source of voter data and its terms of use.");

static const cc_field certificate_fields[] = {
  CC_INT64(cc_purge_certificate, id, .flags = CC_READ_ONLY, .doc = "Id of the certificate."),
  CC_INT64(cc_purge_certificate, source_id, .flags = CC_READ_ONLY, .doc = "Id of the source whose data was deleted."),
  CC_INT64(cc_purge_certificate, voters_deleted, .flags = CC_READ_ONLY, .doc = "Number of voters whose records were deleted."),
  CC_INT64(cc_purge_certificate, voters_emptied, .flags = CC_READ_ONLY,
           .doc = "Number of voters with contacts, consents, tags or follow-ups. Their identifying data was cleared; the results stay."),
  CC_INT64(cc_purge_certificate, voters_kept, .flags = CC_READ_ONLY, .doc = "Number of voters who are in another source, too. They stay."),
  CC_STRING(cc_purge_certificate, ids_sha256, .flags = CC_READ_ONLY, .max = 64, .format = CC_FORMAT_LINE,
            .doc = "SHA-256 (hexadecimal) over the ids of the deleted and cleared voters, in ascending order, each followed by a line feed."),
  CC_STRING(cc_purge_certificate, requested_by, .flags = CC_READ_ONLY, .max = 100, .format = CC_FORMAT_LINE,
            .doc = "Actor who requested the purge, such as user:7.", .example = "\"user:7\""),
  CC_TIME(cc_purge_certificate, started_at, .flags = CC_READ_ONLY, .doc = "When the purge was requested."),
  CC_OPT_TIME(cc_purge_certificate, finished_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Time of completion; null: still running."),
  CC_TIME(cc_purge_certificate, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_purge_certificate, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_purge_certificate_type = CC_TYPE(cc_purge_certificate, "PurgeCertificate", certificate_fields,
                                                  .doc = "The certificate that the data of a source was deleted.");

/* A whole profile, so that it also serves as the example of a reply. */
#define PROFILE_EXAMPLE \
  "{\"name\":\"County file\",\"description\":null,\"format\":null,\"mappings\":[{\"field\":\"last_name\",\"key\":null,\"columns\":[\"LAST\"]," \
  "\"any\":[],\"prefix\":null,\"separator\":\" \",\"date\":\"auto\",\"required\":true,\"split\":null,\"json\":false,\"names_election\":false,\"codes\":[]}],\"confidential\":[]," \
  "\"blank_values\":[],\"ignore\":[],\"kind\":\"voters\"}"

static const cc_field saved_fields[] = {
  CC_INT64(cc_saved_profile, id, .flags = CC_READ_ONLY, .doc = "Id of the profile."),
  CC_STRING(cc_saved_profile, name, .flags = CC_READ_ONLY, .max = 100, .format = CC_FORMAT_NAME, .doc = "Name of the profile; the same as `name` in `profile`."),
  CC_OBJECT(cc_saved_profile, profile, cc_voter_profile, &cc_voter_profile_type, .flags = CC_REQUIRED, .doc = "The mapping: how columns of the file become fields of "
                                        "voters.",
            .example = PROFILE_EXAMPLE),
  CC_TIME(cc_saved_profile, created_at, .flags = CC_READ_ONLY, .doc = "When the mapping was saved."),
  CC_TIME(cc_saved_profile, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_saved_profile, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_saved_profile_type = CC_TYPE(cc_saved_profile, "VoterProfile", saved_fields,
                                              .doc = "A mapping that the organization has saved.");

static const cc_field shipped_fields[] = {
  CC_STRING(cc_shipped_profile, key, .flags = CC_READ_ONLY, .max = 50, .format = CC_FORMAT_SLUG, .doc = "Value for `profile_key` of an import.",
            .example = "\"nc\""),
  CC_OBJECT(cc_shipped_profile, profile, cc_voter_profile, &cc_voter_profile_type, .flags = CC_READ_ONLY, .doc = "The mapping: how columns of the file become fields of "
                                        "voters.",
            .example = PROFILE_EXAMPLE),
};
static const cc_type shipped_type = CC_TYPE(cc_shipped_profile, "ShippedProfile", shipped_fields, .doc = "A built-in mapping.");
static const cc_field shipped_list_fields[] = {
  CC_LIST(cc_shipped_profiles, profiles, cc_shipped_profile, &shipped_type, .flags = CC_READ_ONLY, .max = 100, .doc = "The mappings."),
};
const cc_type cc_shipped_profiles_type = CC_TYPE(cc_shipped_profiles, "ShippedProfiles", shipped_list_fields,
                                                 .doc = "All mappings that are part of the server.");

static const cc_field place_fields[] = {
  CC_INT64(cc_import_place, file, .flags = CC_READ_ONLY, .doc = "Index of the file in the upload; 1 is the first."),
  CC_INT64(cc_import_place, line, .flags = CC_READ_ONLY, .doc = "Line number in the file; 1 is the first line."),
};
static const cc_type place_type = CC_TYPE(cc_import_place, "ImportPlace", place_fields, .doc = "A place in a file.");

static const cc_field problem_fields[] = {
  CC_STRING(cc_import_problem, code, .flags = CC_READ_ONLY, .max = 40, .format = CC_FORMAT_LINE, .doc = "Code of the problem.",
            .example = "\"bad_date\""),
  CC_STRING(cc_import_problem, field, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 40, .format = CC_FORMAT_LINE,
            .doc = "Field of the voter that the problem concerns; null: the whole row.", .example = "\"birth_date\""),
  CC_STRING(cc_import_problem, column, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 500,
            .doc = "Name of the column, when the problem concerns a whole column; otherwise null.", .example = "null"),
  CC_STRING(cc_import_problem, message, .flags = CC_READ_ONLY, .max = 300, .doc = "Description of the problem as a sentence."),
  CC_BOOL(cc_import_problem, rejected, .flags = CC_READ_ONLY, .doc = "True: the rows are left out of the import. False: only the value is left out."),
  CC_INT64(cc_import_problem, count, .flags = CC_READ_ONLY, .doc = "Number of rows with this problem."),
  CC_LIST(cc_import_problem, places, cc_import_place, &place_type, .flags = CC_READ_ONLY, .max = 10, .doc = "The first rows with this problem."),
  CC_STRINGS(cc_import_problem, values, .flags = CC_READ_ONLY, .max = 10, .example = "[\"2/31/1980\"]",
             .doc = "The beginning of the value at each of these places; for a rejected row, the beginning of the row."),
};
const cc_type cc_import_problem_type = CC_TYPE(cc_import_problem, "ImportProblem", problem_fields,
                                               .doc = "A kind of problem that rows of the file have.");

static const cc_field column_fields[] = {
  CC_STRING(cc_import_column, name, .flags = CC_READ_ONLY, .max = 500, .doc = "Name of the column in the file, or in the layout of the profile.",
            .example = "\"LAST_NAME\""),
  CC_STRING(cc_import_column, field, .flags = CC_READ_ONLY, .max = 40, .format = CC_FORMAT_LINE, .example = "\"last_name\"",
            .doc = "Field of the voter that the column fills, by its name in profiles. ignored: it fills no field. confidential: it only marks confidential voters."),
  CC_STRING(cc_import_column, key, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 200, .format = CC_FORMAT_LINE, .example = "null",
            .doc = "Name of the district, election, custom field or other field that the column fills; null: the field has no such name."),
  CC_INT64(cc_import_column, values, .flags = CC_READ_ONLY, .doc = "Number of cells of the column that are not blank."),
  CC_INT64(cc_import_column, lost, .flags = CC_READ_ONLY, .doc = "Number of non-blank cells that are not imported: all "
                                        "cells of an ignored column, otherwise the cells with a "
                                        "problem."),
};
static const cc_type column_type = CC_TYPE(cc_import_column, "ImportColumn", column_fields, .doc = "How the import uses a column of the file.");

static const cc_field counts_fields[] = {
  CC_INT64(cc_import_counts, new, .flags = CC_READ_ONLY, .doc = "Number of new voters."),
  CC_INT64(cc_import_counts, changed, .flags = CC_READ_ONLY, .doc = "Number of voters with changed data at the same address."),
  CC_INT64(cc_import_counts, moved, .flags = CC_READ_ONLY, .doc = "Number of voters at a new address."),
  CC_INT64(cc_import_counts, unchanged, .flags = CC_READ_ONLY, .doc = "Number of voters without a change."),
  CC_INT64(cc_import_counts, gone, .flags = CC_READ_ONLY, .doc = "Number of voters of the source who are not in the file; only counted when `complete` is true."),
};
static const cc_type counts_type = CC_TYPE(cc_import_counts, "ImportCounts", counts_fields, .doc = "Numbers of voters by kind of change.");

static const cc_field import_fields[] = {
  CC_INT64(cc_import, id, .flags = CC_READ_ONLY, .doc = "Id of the import."),
  CC_INT64(cc_import, source_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the source of the file."),
  CC_STRING(cc_import, name, .flags = CC_REQUIRED, .min = 1, .max = 200, .format = CC_FORMAT_NAME, .doc = "Name of the import, for people.",
            .example = "\"November\""),
  CC_ENUM(cc_import, state, &cc_import_state_enum, .flags = CC_READ_ONLY, .doc = "State of the import."),
  CC_OPT_INT64(cc_import, profile_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .example = "null",
               .doc = "Id of a saved mapping for the columns. Send this, `profile_key`, or neither."),
  CC_STRING(cc_import, profile_key, .flags = CC_NULLABLE, .max = 50, .format = CC_FORMAT_SLUG, .example = "\"nc\"",
            .doc = "Key of a built-in mapping. Without `profile_id` and `profile_key` the mapping that fits the file best is used."),
  CC_STRING(cc_import, member, .flags = CC_NULLABLE, .max = 300, .format = CC_FORMAT_LINE,
            .doc = "Name of the file to import from a zip archive that contains several files."),
  CC_BOOL(cc_import, complete, .fallback = "false",
          .doc = "True when the file contains all voters of its source. Voters from earlier "
                 "imports of this source who are missing from the file are then marked as gone, "
                 "except voters whose row could not be read."),
  CC_BOOL(cc_import, auto_apply, .fallback = "false", .doc = "True: apply the import after the dry run without applyImport, unless the dry run has doubts."),
  CC_STRING(cc_import, file_name, .flags = CC_NULLABLE, .max = 300, .format = CC_FORMAT_LINE, .doc = "Name of the uploaded file, for people."),
  CC_INT64(cc_import, file_bytes, .flags = CC_READ_ONLY, .doc = "Number of bytes received so far."),
  CC_JSON(cc_import, format, .flags = CC_READ_ONLY, .doc = "Detected format of the file and the profile that is used."),
  CC_LIST(cc_import, problems, cc_import_problem, &cc_import_problem_type, .flags = CC_READ_ONLY, .max = 200,
          .doc = "Problems of the file, one entry per kind."),
  CC_LIST(cc_import, columns, cc_import_column, &column_type, .flags = CC_READ_ONLY, .max = 4096,
          .doc = "The columns of the file, the fields that they fill, and the number of values that are not imported."),
  CC_STRINGS(cc_import, doubts, .flags = CC_READ_ONLY, .max = 10, .example = "[\"gone\"]",
             .doc = "Shares of rows that are unusually high for a correct file. If there are "
                    "any, applyImport needs confirm=true. rejected: rows left out. bad_id: "
                    "malformed state voter numbers. no_door: addresses without a door. moved: "
                    "voters at a new address. gone: voters of the source who are not in the "
                    "file. own_numbers: new voters whose state voter number equals an id of this "
                    "server, as in an export whose columns were lost."),
  CC_JSON(cc_import, sample, .flags = CC_READ_ONLY, .doc = "The first rows of the file as voters, in the member `rows`."),
  CC_INT64(cc_import, rows_read, .flags = CC_READ_ONLY, .doc = "Number of rows read so far."),
  CC_INT64(cc_import, rows_rejected, .flags = CC_READ_ONLY, .doc = "Number of rows that are left out; getImportRejects returns them."),
  CC_INT64(cc_import, rows_staged, .flags = CC_READ_ONLY, .doc = "Number of rows to import."),
  CC_DOUBLE(cc_import, progress, .flags = CC_READ_ONLY, .doc = "Progress within the present state, from 0 to 1."),
  CC_OBJECT(cc_import, planned, cc_import_counts, &counts_type, .flags = CC_READ_ONLY | CC_NULLABLE,
            .doc = "Result of the dry run: numbers of voters that applying would change."),
  CC_OBJECT(cc_import, applied, cc_import_counts, &counts_type, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Numbers of voters that were changed by applying."),
  CC_STRING(cc_import, error_code, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 40, .format = CC_FORMAT_LINE, .doc = "Code of the reason for the failure; null: not failed."),
  CC_STRING(cc_import, error, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 300, .doc = "The same for people."),
  CC_OPT_INT64(cc_import, created_by, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the account of the person who created the object."),
  CC_TIME(cc_import, created_at, .flags = CC_READ_ONLY, .doc = "When the object was created."),
  CC_OPT_TIME(cc_import, applied_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When applying began; null: not yet."),
  CC_OPT_TIME(cc_import, finished_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the import ended; null: not yet."),
  CC_TIME(cc_import, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_import, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_import_type = CC_TYPE(cc_import, "Import", import_fields, .doc = "An import of a voter file.");

static const cc_field change_fields[] = {
  CC_INT64(cc_import_change, voter_id, .flags = CC_READ_ONLY, .doc = "Id of the voter."),
  CC_ENUM(cc_import_change, kind, &kind_enum, .flags = CC_READ_ONLY, .doc = "Kind of the change."),
  CC_STRING(cc_import_change, name, .flags = CC_READ_ONLY, .max = 300, .format = CC_FORMAT_LINE, .doc = "First and last name of the voter now."),
  CC_STRING(cc_import_change, old_address, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 300, .format = CC_FORMAT_LINE,
            .doc = "Former address of a voter who moved."),
  CC_STRING(cc_import_change, new_address, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 300, .format = CC_FORMAT_LINE,
            .doc = "Address of the voter now; null for confidential voters."),
  CC_STRINGS(cc_import_change, fields, .flags = CC_READ_ONLY, .max = 50, .example = "[\"party\"]", .doc = "Names of the changed fields of the voter."),
  CC_OPT_TIME(cc_import_change, at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the change was applied; null: not applied yet."),
};
const cc_type cc_import_change_type = CC_TYPE(cc_import_change, "ImportChange", change_fields,
                                              .doc = "A voter whom an import changed, or would change.");

static const cc_field import_ref_fields[] = {
  CC_INT64(cc_import_ref, import_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the import."),
};
static const cc_type import_ref_type = CC_TYPE(cc_import_ref, "ImportRef", import_ref_fields);
CC_PATH_1(source_ref, "VoterSourceRef", source_id, "Id of the source.");
CC_PATH_1(profile_ref, "VoterProfileRef", profile_id, "Id of the profile.");

#define PAGE_ROWS(S)                                                                                                     \
  CC_INT64(S, limit, .min = 1, .max = 500, .fallback = "50", .doc = "Maximum number of items on a page."),                            \
  CC_STRING(S, cursor, .format = CC_FORMAT_LINE, .max = 1000, .doc = "Position of the page: `next_cursor` of the previous page. Leave it out for the first page.")
static const cc_field page_fields[] = {PAGE_ROWS(cc_import_page)};
static const cc_type page_type = CC_TYPE(cc_import_page, "ImportPage", page_fields);
static const cc_field apply_fields[] = {
  CC_BOOL(cc_import_apply, confirm, .fallback = "false", .doc = "True confirms that a person has checked the doubts of the dry run."),
};
static const cc_type apply_type = CC_TYPE(cc_import_apply, "ImportApply", apply_fields);
static const cc_field change_filter_fields[] = {
  CC_ENUM(cc_import_change_filter, kind, &kind_enum, .doc = "Only voters with this kind of change."),
  PAGE_ROWS(cc_import_change_filter),
};
static const cc_type change_filter_type = CC_TYPE(cc_import_change_filter, "ImportChangeFilter", change_filter_fields);
static const cc_field piece_fields[] = {
  CC_OPT_INT64(cc_import_piece, offset, .max = INT64_MAX, .example = "0",
               .doc = "Byte offset in the file at which this piece begins, which is the number of bytes received so far. Left out: the body is the whole file."),
};
static const cc_type piece_type = CC_TYPE(cc_import_piece, "ImportPiece", piece_fields);
static const cc_field export_fields[] = {
  CC_OPT_INT64(cc_voter_export, list_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .example = "null", .doc = "Id of a saved list; only its voters are exported. Left "
                                        "out: all voters."),
  CC_BOOL(cc_voter_export, spreadsheet, .fallback = "true",
          .doc = "Put a quote before each cell that a spreadsheet would evaluate as a formula: a cell that "
                 "begins with = + - @, a tab or a carriage return, including telephone numbers. An import "
                 "removes the quote. For programs: false."),
};
static const cc_type export_type = CC_TYPE(cc_voter_export, "VoterExport", export_fields, .doc = "Which voters to export, and how.");

#define E_404 CC_ERR_BIT(CC_ERR_NOT_FOUND)
#define E_409 CC_ERR_BIT(CC_ERR_CONFLICT)
#define E_412 CC_ERR_BIT(CC_ERR_PRECONDITION)
#define FILE_MEDIA "text/csv, text/tab-separated-values, text/plain, application/gzip, application/zip, application/octet-stream"

const cc_op cc_op_create_voter_source = {
  .id = "createVoterSource", .method = CC_POST, .path = "/v1/voter-sources", .body = &cc_voter_source_type,
  .reply = &cc_voter_source_type, .creates = true, .location = &cc_op_get_voter_source, .tag = "Imports", .summary = "Add a source of voter data.",
};
const cc_op cc_op_list_voter_sources = {
  .id = "listVoterSources", .method = CC_GET, .path = "/v1/voter-sources", .query = &page_type, .reply = &cc_voter_source_type,
  .shape = CC_REPLY_LIST, .tag = "Imports", .summary = "List the sources of voter data.",
};
const cc_op cc_op_get_voter_source = {
  .id = "getVoterSource", .method = CC_GET, .path = "/v1/voter-sources/{source_id}", .params = &source_ref_type,
  .reply = &cc_voter_source_type, .errors = E_404, .tag = "Imports", .summary = "Read a source of voter data.",
};
const cc_op cc_op_update_voter_source = {
  .id = "updateVoterSource", .method = CC_PATCH, .path = "/v1/voter-sources/{source_id}", .params = &source_ref_type,
  .body = &cc_voter_source_type, .reply = &cc_voter_source_type, .errors = E_404 | E_412, .tag = "Imports",
  .summary = "Change a source of voter data.", .doc = "A merge-patch: members that are left out do not change. "
                                        "Changing the permitted use or the terms removes the "
                                        "acknowledgement, so acknowledgeVoterSource is needed "
                                        "again.",
};
const cc_op cc_op_acknowledge_voter_source = {
  .id = "acknowledgeVoterSource", .method = CC_POST, .path = "/v1/voter-sources/{source_id}/acknowledge",
  .params = &source_ref_type, .reply = &cc_voter_source_type, .errors = E_404, .tag = "Imports",
  .summary = "Accept the terms of a source.", .doc = "Required before the first import from the source.",
};
const cc_op cc_op_purge_voter_source = {
  .id = "purgeVoterSource", .method = CC_POST, .path = "/v1/voter-sources/{source_id}/purge", .params = &source_ref_type,
  .reply = &cc_purge_certificate_type, .errors = E_404 | E_409, .tag = "Imports", .summary = "Purge the data of a source permanently.",
  .doc = "Deletes the voters who are in this source only. Of voters with contacts, consents, "
         "tags or follow-ups the record stays, without identifying data. A purge runs in the "
         "background and cannot be undone. The certificate is complete when `finished_at` is set.",
};
const cc_op cc_op_get_purge_certificate = {
  .id = "getPurgeCertificate", .method = CC_GET, .path = "/v1/voter-sources/{source_id}/certificate", .params = &source_ref_type,
  .reply = &cc_purge_certificate_type, .errors = E_404, .tag = "Imports", .summary = "Read the certificate of a purge.",
};
const cc_op cc_op_list_shipped_profiles = {
  .id = "listShippedProfiles", .method = CC_GET, .path = "/v1/voter-profiles/shipped", .reply = &cc_shipped_profiles_type,
  .tag = "Imports", .summary = "List the built-in mappings.",
};
const cc_op cc_op_create_voter_profile = {
  .id = "createVoterProfile", .method = CC_POST, .path = "/v1/voter-profiles", .body = &cc_saved_profile_type,
  .reply = &cc_saved_profile_type, .creates = true, .location = &cc_op_get_voter_profile, .errors = E_409, .tag = "Imports", .summary = "Save a mapping.",
};
const cc_op cc_op_list_voter_profiles = {
  .id = "listVoterProfiles", .method = CC_GET, .path = "/v1/voter-profiles", .query = &page_type, .reply = &cc_saved_profile_type,
  .shape = CC_REPLY_LIST, .tag = "Imports", .summary = "List the organization's own mappings.",
};
const cc_op cc_op_get_voter_profile = {
  .id = "getVoterProfile", .method = CC_GET, .path = "/v1/voter-profiles/{profile_id}", .params = &profile_ref_type,
  .reply = &cc_saved_profile_type, .errors = E_404, .tag = "Imports", .summary = "Read a mapping.",
};
const cc_op cc_op_update_voter_profile = {
  .id = "updateVoterProfile", .method = CC_PUT, .path = "/v1/voter-profiles/{profile_id}", .params = &profile_ref_type,
  .body = &cc_saved_profile_type, .reply = &cc_saved_profile_type, .errors = E_404 | E_409 | E_412, .tag = "Imports",
  .summary = "Replace a mapping.",
};
const cc_op cc_op_delete_voter_profile = {
  .id = "deleteVoterProfile", .method = CC_DELETE, .path = "/v1/voter-profiles/{profile_id}", .params = &profile_ref_type,
  .errors = E_404 | E_409 | E_412, .tag = "Imports", .summary = "Delete a mapping.",
};
const cc_op cc_op_create_import = {
  .id = "createImport", .method = CC_POST, .path = "/v1/imports", .body = &cc_import_type, .reply = &cc_import_type, .creates = true, .location = &cc_op_get_import,
  .errors = E_409, .tag = "Imports", .summary = "Create an import.", .doc = "Next, upload the file with putImportFile and call startImport.",
};
const cc_op cc_op_list_imports = {
  .id = "listImports", .method = CC_GET, .path = "/v1/imports", .query = &page_type, .reply = &cc_import_type,
  .shape = CC_REPLY_LIST, .tag = "Imports", .summary = "List imports, the newest first.",
};
const cc_op cc_op_get_import = {
  .id = "getImport", .method = CC_GET, .path = "/v1/imports/{import_id}", .params = &import_ref_type, .reply = &cc_import_type,
  .errors = E_404, .tag = "Imports", .summary = "Read an import: state, problems, sample, counts.",
};
const cc_op cc_op_put_import_file = {
  .id = "putImportFile", .method = CC_PUT, .path = "/v1/imports/{import_id}/file", .params = &import_ref_type, .query = &piece_type,
  .body_media = FILE_MEDIA, .reply = &cc_import_type, .errors = E_404 | E_409, .tag = "Imports", .summary = "Upload the file of an import.",
  .doc = "Send the whole file, or pieces with `offset`. A wrong offset is answered with 409 and "
         "the header Upload-Offset, which has the number of bytes received so far. The format is "
         "detected from the content, not from the media type: separated by comma, tab, pipe or "
         "semicolon, or fixed width; plain, gzip or zip.",
};
const cc_op cc_op_start_import = {
  .id = "startImport", .method = CC_POST, .path = "/v1/imports/{import_id}/start", .params = &import_ref_type, .reply = &cc_import_type,
  .errors = E_404 | E_409, .tag = "Imports", .summary = "Read the file of an import and compare it with the voters (dry run).",
  .doc = "Runs in the background and changes no voters. When the state is ready, `columns`, "
         "`problems`, `sample`, `planned` and listImportChanges describe what applying would do.",
};
const cc_op cc_op_apply_import = {
  .id = "applyImport", .method = CC_POST, .path = "/v1/imports/{import_id}/apply", .params = &import_ref_type, .query = &apply_type,
  .reply = &cc_import_type, .errors = E_404 | E_409, .tag = "Imports", .summary = "Apply an import after its dry run.",
  .doc = "Runs in the background. 409 import_doubtful: the dry run has doubts and `confirm` is not set.",
};
const cc_op cc_op_cancel_import = {
  .id = "cancelImport", .method = CC_POST, .path = "/v1/imports/{import_id}/cancel", .params = &import_ref_type, .reply = &cc_import_type,
  .errors = E_404 | E_409, .tag = "Imports", .summary = "Cancel an import.", .doc = "Changes that were already written are undone.",
};
const cc_op cc_op_undo_import = {
  .id = "undoImport", .method = CC_POST, .path = "/v1/imports/{import_id}/undo", .params = &import_ref_type, .reply = &cc_import_type,
  .errors = E_404 | E_409, .tag = "Imports", .summary = "Undo the last import.",
  .doc = "409 later_import: another import was applied after this one. 409 has_work: voters whom this import created have been contacted since.",
};
const cc_op cc_op_get_import_rejects = {
  .id = "getImportRejects", .method = CC_GET, .path = "/v1/imports/{import_id}/rejects", .params = &import_ref_type,
  .shape = CC_REPLY_FILE, .media = "text/csv", .errors = E_404, .tag = "Imports",
  .summary = "Download the rejected rows as CSV with file, line, column, reason and raw row.",
};
const cc_op cc_op_list_import_changes = {
  .id = "listImportChanges", .method = CC_GET, .path = "/v1/imports/{import_id}/changes", .params = &import_ref_type,
  .query = &change_filter_type, .reply = &cc_import_change_type, .shape = CC_REPLY_LIST, .errors = E_404, .tag = "Imports",
  .summary = "List the voters whom an import changes.",
  .doc = "For an import that is ready: the voters whom applying would change. For an applied import: the voters whom it changed.",
};
const cc_op cc_op_export_voters = {
  .id = "exportVoters", .method = CC_POST, .path = "/v1/voters/export", .body = &export_type, .shape = CC_REPLY_FILE,
  .media = "text/csv", .errors = E_404, .tag = "Imports", .summary = "Download voters as CSV.",
  .doc = "The file contains opt-outs, but never addresses of confidential voters. Importing the "
         "file again creates and changes nothing. The audit log records the actor and the number "
         "of voters; therefore the method is POST.",
};
/* clang-format on */
