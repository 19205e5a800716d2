/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-voter-profile.h"

/* clang-format off */
static const char *const delimiter_names[] = {"comma", "tab", "pipe", "semicolon", "fixed_width"};
const cc_enum cc_table_delimiter_enum = {delimiter_names, CC_N(delimiter_names)};

static const char *const date_names[] = {"auto", "mdy", "dmy", "ymd", "yyyymmdd", "mmddyyyy", "excel", "year"};
const cc_enum cc_date_form_enum = {date_names, CC_N(date_names)};

static const char *const registration_names[] = {"active", "inactive", "pending", "removed"};
const cc_enum cc_registration_status_enum = {registration_names, CC_N(registration_names)};

static const char *const field_names[] = {
  "state_id", "first_name", "middle_name", "last_name", "suffix", "birth_date", "birth_year", "sex", "party",
  "registration_status", "registered_on", "residence_line", "residence_city", "residence_state", "residence_zip",
  "residence_zip4", "mailing_line", "mailing_city", "mailing_state", "mailing_zip", "mailing_country", "phone",
  "email", "precinct", "district", "history", "custom", "column",
  "residence_number", "residence_number_suffix", "residence_predirection", "residence_street", "residence_street_type",
  "residence_postdirection", "residence_unit_type", "residence_unit", "number", "opted_out", "tags", "election",
  "vote_method",
};
_Static_assert(CC_N(field_names) == _CC_VOTER_FIELD_MAX - 1, "each field has a name");
const cc_enum cc_voter_field_enum = {field_names, CC_N(field_names)};

static const char *const kind_names[] = {"voters", "history"};
static const cc_enum kind_enum = {kind_names, CC_N(kind_names)};

static const cc_field code_fields[] = {
  CC_STRING(cc_voter_code, to, .flags = CC_REQUIRED, .min = 1, .max = 50, .format = CC_FORMAT_LINE,
            .doc = "Value of the voter's field.", .example = "\"active\""),
  CC_STRINGS(cc_voter_code, from, .flags = CC_REQUIRED, .min = 1, .max = 200,
             .doc = "Values of the file with this meaning; case is ignored.", .example = "[\"A\",\"ACTIVE\"]"),
};
static const cc_type code_type = CC_TYPE(cc_voter_code, "VoterFileCode", code_fields, .doc = "Values of a file and their meaning.");

static const cc_field mapping_fields[] = {
  CC_ENUM(cc_voter_mapping, field, &cc_voter_field_enum, .flags = CC_REQUIRED, .doc = "Field of the voter to fill.",
          .example = "\"last_name\""),
  CC_STRING(cc_voter_mapping, key, .flags = CC_NULLABLE, .min = 1, .max = 60, .format = CC_FORMAT_LINE,
            .doc = "Name of the district, election, custom field or other column of the voter, for these four.", .example = "null"),
  CC_STRINGS(cc_voter_mapping, columns, .max = 20, .fallback = "[]", .example = "[]",
             .doc = "Columns to join, in this order; a missing column counts as empty."),
  CC_STRINGS(cc_voter_mapping, any, .max = 40, .fallback = "[]", .doc = "Names of columns; the first one in the file is used.",
             .example = "[\"last_name\",\"surname\"]"),
  CC_STRING(cc_voter_mapping, prefix, .flags = CC_NULLABLE, .min = 1, .max = 100, .format = CC_FORMAT_LINE,
            .doc = "Uses every column whose name begins with this text, and its name is the key; history and custom only.", .example = "null"),
  CC_STRING(cc_voter_mapping, separator, .max = 5, .format = CC_FORMAT_LINE, .fallback = "\" \"",
            .doc = "Separator between joined columns that are not empty.", .example = "\" \""),
  CC_ENUM(cc_voter_mapping, date, &cc_date_form_enum, .fallback = "\"auto\"", .doc = "How birth_date and registered_on are written."),
  CC_BOOL(cc_voter_mapping, required, .fallback = "false", .doc = "True: the profile does not fit a file that lacks the column."),
  CC_STRING(cc_voter_mapping, split, .flags = CC_NULLABLE, .min = 1, .max = 5, .example = "null",
            .doc = "Separator between several values of a cell: for phone, email, mailing_line and history with names_election."),
  CC_BOOL(cc_voter_mapping, json, .fallback = "false",
          .doc = "The cell is JSON, as exportVoters writes it: an object of district or custom, a list of history. Without key."),
  CC_BOOL(cc_voter_mapping, names_election, .fallback = "false",
          .doc = "The cell of history names the election (or its date) and not the method, such as a column of the last vote."),
  CC_LIST(cc_voter_mapping, codes, cc_voter_code, &code_type, .max = 100, .fallback = "[]", .example = "[]",
          .doc = "Meaning of the file's values; other values stay as they are."),
};
static const cc_type mapping_type = CC_TYPE(cc_voter_mapping, "VoterFileMapping", mapping_fields,
                                            .doc = "A field of the voter and the source of its text: columns, any or prefix.");

static const cc_field mark_fields[] = {
  CC_STRING(cc_voter_mark, column, .flags = CC_NOT_BLANK | CC_REQUIRED, .min = 1, .max = 100, .format = CC_FORMAT_LINE,
            .doc = "Name of the column.", .example = "\"confidential_ind\""),
  CC_STRINGS(cc_voter_mark, values, .flags = CC_REQUIRED, .min = 1, .max = 50, .doc = "Values that make the voter confidential.",
             .example = "[\"Y\"]"),
};
static const cc_type mark_type = CC_TYPE(cc_voter_mark, "VoterFileMark", mark_fields, .doc = "Columns and values that mark a confidential voter.");

static const cc_field layout_fields[] = {
  CC_STRING(cc_voter_layout_column, name, .flags = CC_NOT_BLANK | CC_REQUIRED, .min = 1, .max = 100, .format = CC_FORMAT_LINE,
            .doc = "Name by which mappings refer to the column.", .example = "\"last_name\""),
  CC_INT64(cc_voter_layout_column, width, .max = 10000, .fallback = "0", .doc = "Width in characters; only for fixed_width."),
};
static const cc_type layout_type = CC_TYPE(cc_voter_layout_column, "VoterFileColumn", layout_fields,
                                           .doc = "A column of a file without header.");

static const cc_field format_fields[] = {
  CC_ENUM(cc_voter_format, delimiter, &cc_table_delimiter_enum, .flags = CC_REQUIRED, .doc = "Separator between two columns."),
  CC_BOOL(cc_voter_format, quoted, .fallback = "true", .doc = "True when values may be enclosed in quotation marks."),
  CC_BOOL(cc_voter_format, header, .fallback = "true", .doc = "True when the first row contains the names of the columns."),
  CC_INT64(cc_voter_format, skip_lines, .max = 1000, .fallback = "0", .doc = "Number of lines to skip before the header or the first row."),
  CC_LIST(cc_voter_format, layout, cc_voter_layout_column, &layout_type, .max = 2000, .fallback = "[]", .example = "[]",
          .doc = "The columns of a file without header, in their order."),
};
static const cc_type format_type = CC_TYPE(cc_voter_format, "VoterFileFormat", format_fields, .doc = "Format of the file.");

static const cc_field profile_fields[] = {
  CC_STRING(cc_voter_profile, name, .flags = CC_REQUIRED, .min = 1, .max = 100, .format = CC_FORMAT_NAME,
            .doc = "Name for people.", .example = "\"County file\""),
  CC_STRING(cc_voter_profile, description, .flags = CC_NULLABLE, .max = 2000, .doc = "Description of the file."),
  CC_OBJECT(cc_voter_profile, format, cc_voter_format, &format_type, .flags = CC_NULLABLE,
            .doc = "Format of the file; left out: detected from the file.", .example = "null"),
  CC_LIST(cc_voter_profile, mappings, cc_voter_mapping, &mapping_type, .flags = CC_REQUIRED, .min = 1, .max = 500,
          .doc = "Meaning of each column."),
  CC_LIST(cc_voter_profile, confidential, cc_voter_mark, &mark_type, .max = 20, .fallback = "[]", .example = "[]",
          .doc = "Marks of a voter whose address is hidden from canvass and export; one of them is enough."),
  CC_STRINGS(cc_voter_profile, blank_values, .max = 50, .fallback = "[]", .example = "[\"*\"]",
             .doc = "Values that count as empty, in any column; in a name only values without a letter, since Null is a name, too."),
  CC_STRINGS(cc_voter_profile, ignore, .max = 500, .fallback = "[]", .example = "[\"age\"]",
             .doc = "Columns that are ignored on purpose: the dry run lists them, without a problem. A name "
                    "that ends with * matches all names that begin with it."),
  CC_ENUM(cc_voter_profile, kind, &kind_enum, .flags = CC_NULLABLE, .fallback = "\"voters\"",
          .doc = "Meaning of a row: a person, or (history) a vote of a person who exists and is found by state_id."),
};
const cc_type cc_voter_profile_type = CC_TYPE(cc_voter_profile, "VoterFileProfile", profile_fields,
                                              .doc = "A profile: how columns of a voter file become fields of voters.");
/* clang-format on */
