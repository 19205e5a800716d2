/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes a mapped row as a line of COPY staging.rows in text format: tabs between the columns, \N
 * for NULL, and a backslash before characters that would end a column. */
#include "server/voters/ccd-import-row.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/api/cc-voter.h"
#include "server/engine/ccd-crypto.h"
#include "server/voters/ccd-date.h"
#include "server/voters/ccd-voter-column.h"

#define ROW_MAX (4u << 20)
#define YEAR_FIRST 1850
#define YEAR_LAST 2200

void
ccd_import_writer_done(ccd_import_writer *writer)
{
  cc_str_done(&writer->row);
  cc_str_done(&writer->json);
}

static void
add_escaped(cc_str *out, const char *text, size_t length)
{
  char *to = cc_str_reserve(out, 2 * length);
  if (to == NULL)
    return;
  size_t n = 0;
  for (size_t i = 0; i < length; i++) {
    char c = text[i];
    const char letter = c == '\\'   ? '\\'
                        : c == '\t' ? 't'
                        : c == '\n' ? 'n'
                        : c == '\r' ? 'r'
                                    : '\0';
    if (letter != '\0')
      to[n++] = '\\';
    to[n++] = letter != '\0' ? letter : c;
  }
  cc_str_wrote(out, n);
}

/* Append a tab and the value of a column; \N for an empty value. */
static void
add_column(cc_str *out, ccd_slice value)
{
  cc_str_add_char(out, '\t');
  if (value.length == 0)
    cc_str_add_n(out, "\\N", 2);
  else
    add_escaped(out, value.text, value.length);
}

static void
add_text(cc_str *out, const char *text)
{
  add_column(out, (ccd_slice){.text = text, .length = strlen(text)});
}

static void
add_date(cc_str *out, ccd_date date)
{
  char text[11] = "";
  if (date.month > 0 && date.year >= YEAR_FIRST && date.year <= YEAR_LAST)
    ccd_date_format(date, text);
  add_text(out, text);
}

static void
add_year(cc_str *out, ccd_date date)
{
  char text[16] = "";
  if (date.year >= YEAR_FIRST && date.year <= YEAR_LAST)
    (void) snprintf(text, sizeof(text), "%d", date.year);
  add_text(out, text);
}

/* Append a column with JSON that the file itself contains (only files of exportVoters do).
 * Returns false, and appends nothing, when @json is empty. */
static bool
add_given_json(ccd_import_writer *writer, ccd_slice json)
{
  if (json.length == 0)
    return false;
  add_column(&writer->row, json);
  return true;
}

/* Append the content of writer->json as a column (NULL if @empty), and clear writer->json. */
static void
add_json(ccd_import_writer *writer, bool empty)
{
  ccd_slice none = {0};
  add_column(&writer->row,
             empty ? none : (ccd_slice){.text = writer->json.text, .length = writer->json.length});
  writer->row.failed = writer->row.failed || writer->json.failed;
  cc_str_clear(&writer->json);
}

static void
add_list(ccd_import_writer *writer, const ccd_slice *items, size_t n)
{
  cc_str_add_char(&writer->json, '[');
  for (size_t i = 0; i < n; i++) {
    if (i > 0)
      cc_str_add_char(&writer->json, ',');
    cc_str_add_json(&writer->json, items[i].text, items[i].length);
  }
  cc_str_add_char(&writer->json, ']');
  add_json(writer, n == 0);
}

static void
add_object(ccd_import_writer *writer, const ccd_voter_pair *pairs, size_t n)
{
  cc_str_add_char(&writer->json, '{');
  for (size_t i = 0; i < n; i++) {
    if (i > 0)
      cc_str_add_char(&writer->json, ',');
    cc_str_add_json(&writer->json, pairs[i].key, strlen(pairs[i].key));
    cc_str_add_char(&writer->json, ':');
    cc_str_add_json(&writer->json, pairs[i].value.text, pairs[i].value.length);
  }
  cc_str_add_char(&writer->json, '}');
  add_json(writer, n == 0);
}

static void
add_history(ccd_import_writer *writer, const ccd_voter_pair *pairs, size_t n)
{
  cc_str_add_char(&writer->json, '[');
  for (size_t i = 0; i < n; i++) {
    cc_str_add(&writer->json, i > 0 ? ",{\"election\":" : "{\"election\":");
    cc_str_add_json(&writer->json, pairs[i].key, strlen(pairs[i].key));
    cc_str_add(&writer->json, ",\"method\":");
    if (pairs[i].value.length > 0)
      cc_str_add_json(&writer->json, pairs[i].value.text, pairs[i].value.length);
    else
      cc_str_add(&writer->json, "null");
    cc_str_add_char(&writer->json, '}');
  }
  cc_str_add_char(&writer->json, ']');
  add_json(writer, n == 0);
}

/* Append the parts that are not empty to @out as plain text, separated by @between. */
static void
join_json(cc_str *out, const ccd_slice *parts, size_t n, char between)
{
  for (size_t i = 0; i < n; i++) {
    if (parts[i].length == 0)
      continue;
    if (out->length > 0)
      cc_str_add_char(out, between);
    cc_str_add_n(out, parts[i].text, parts[i].length);
  }
}

static void
add_joined(ccd_import_writer *writer, const ccd_slice *parts, size_t n)
{
  join_json(&writer->json, parts, n, ' ');
  add_json(writer, writer->json.length == 0);
}

/* --- one function per column --- */

#define WRITE_TEXT(column, member)                                                                 \
  static void write_##column(ccd_import_writer *writer, const ccd_voter_row *row)                  \
  {                                                                                                \
    add_column(&writer->row, row->member);                                                         \
  }
WRITE_TEXT(state_id, state_id)
WRITE_TEXT(first_name, first_name)
WRITE_TEXT(middle_name, middle_name)
WRITE_TEXT(last_name, last_name)
WRITE_TEXT(name_suffix, suffix)
WRITE_TEXT(party, party)
WRITE_TEXT(precinct, precinct)
WRITE_TEXT(address, residence.line)
WRITE_TEXT(city, city)
WRITE_TEXT(state, state)
WRITE_TEXT(zip5, zip5)
WRITE_TEXT(zip4, zip4)

static void
write_birth_date(ccd_import_writer *writer, const ccd_voter_row *row)
{
  add_date(&writer->row, row->birth);
}

static void
write_birth_year(ccd_import_writer *writer, const ccd_voter_row *row)
{
  add_year(&writer->row, row->birth);
}

static void
write_sex(ccd_import_writer *writer, const ccd_voter_row *row)
{
  add_column(&writer->row, (ccd_slice){.text = &row->sex, .length = row->sex != '\0'});
}

static void
write_registration_status(ccd_import_writer *writer, const ccd_voter_row *row)
{
  int status = row->registration_status;
  add_text(&writer->row, status > 0 ? cc_registration_status_enum.names[status - 1] : "");
}

static void
write_registered_on(ccd_import_writer *writer, const ccd_voter_row *row)
{
  add_date(&writer->row, row->registered_on);
}

static void
write_districts(ccd_import_writer *writer, const ccd_voter_row *row)
{
  if (!add_given_json(writer, row->districts_json))
    add_object(writer, row->districts, row->n_districts);
}

static void
write_unit(ccd_import_writer *writer, const ccd_voter_row *row)
{
  const ccd_slice parts[] = {ccd_address_unit_word(&row->residence), row->residence.unit};
  add_joined(writer, parts, CC_N(parts));
}

static void
write_mailing_address(ccd_import_writer *writer, const ccd_voter_row *row)
{
  cc_str *out = &writer->json;
  join_json(out, row->mailing, row->n_mailing, '\n');
  const ccd_slice place[] = {row->mailing_city, row->mailing_state, row->mailing_zip};
  cc_str line = CC_STR_INIT(ROW_MAX);
  join_json(&line, place, CC_N(place), ' ');
  if (line.length > 0 && row->n_mailing > 0)
    join_json(out, &(ccd_slice){.text = line.text, .length = line.length}, 1, '\n');
  if (out->length > 0)
    join_json(out, &row->mailing_country, 1, '\n');
  writer->row.failed = writer->row.failed || line.failed;
  cc_str_done(&line);
  add_json(writer, out->length == 0);
}

static void
write_phones(ccd_import_writer *writer, const ccd_voter_row *row)
{
  add_list(writer, row->phones, row->n_phones);
}

static void
write_emails(ccd_import_writer *writer, const ccd_voter_row *row)
{
  add_list(writer, row->emails, row->n_emails);
}

static void
write_vote_history(ccd_import_writer *writer, const ccd_voter_row *row)
{
  if (!add_given_json(writer, row->history_json))
    add_history(writer, row->history, row->n_history);
}

static void
write_custom(ccd_import_writer *writer, const ccd_voter_row *row)
{
  if (!add_given_json(writer, row->custom_json))
    add_object(writer, row->custom, row->n_custom);
}

static void
write_confidential(ccd_import_writer *writer, const ccd_voter_row *row)
{
  add_text(&writer->row, row->confidential ? "t" : "f");
}

/* The columns of staging.rows that are written from members of ccd_voter_row. Other columns that
 * files fill are written from row->others (filled by the profile field "column") and need no
 * entry here. */
static const ccd_import_column writers[] = {
  {"state_id", write_state_id},
  {"first_name", write_first_name},
  {"middle_name", write_middle_name},
  {"last_name", write_last_name},
  {"name_suffix", write_name_suffix},
  {"birth_date", write_birth_date},
  {"birth_year", write_birth_year},
  {"sex", write_sex},
  {"party", write_party},
  {"registration_status", write_registration_status},
  {"registered_on", write_registered_on},
  {"precinct", write_precinct},
  {"districts", write_districts},
  {"address", write_address},
  {"unit", write_unit},
  {"city", write_city},
  {"state", write_state},
  {"zip5", write_zip5},
  {"zip4", write_zip4},
  {"mailing_address", write_mailing_address},
  {"phones", write_phones},
  {"emails", write_emails},
  {"vote_history", write_vote_history},
  {"custom", write_custom},
  {"confidential", write_confidential},
};

static ccd_import_write *
find_writer(const char *column)
{
  for (size_t i = 0; i < CC_N(writers); i++) {
    if (strcmp(writers[i].name, column) == 0)
      return writers[i].write;
  }
  return NULL;
}

cc_status
ccd_import_writer_init(ccd_import_writer *writer, cc_error *reterr)
{
  *writer = (ccd_import_writer){.row = CC_STR_INIT(ROW_MAX), .json = CC_STR_INIT(ROW_MAX)};
  for (size_t i = 0; i < cc_voter_type.n_fields; i++) {
    const cc_field *field = &cc_voter_type.fields[i];
    if (!(field->flags & CC_IMPORTED))
      continue;
    ccd_import_write *write = find_writer(field->name);
    if (write == NULL && ccd_voter_other_column(field->name) == NULL)
      return cc_fail(reterr,
                     CC_ERR_INTERNAL,
                     "column",
                     "The field table marks voters.%s as CC_IMPORTED, but the import does not "
                     "write it",
                     field->name);
    writer->columns[writer->n_columns++] = (ccd_import_column){field->name, write};
  }
  return CC_OK;
}

static void
add_other(ccd_import_writer *writer, const ccd_voter_row *row, const char *name)
{
  ccd_slice value = {0};
  for (size_t i = 0; i < row->n_others; i++) {
    if (strcmp(row->others[i].key, name) == 0)
      value = row->others[i].value;
  }
  add_column(&writer->row, value);
}

static void
add_building(ccd_import_writer *writer, const ccd_address *address)
{
  const ccd_slice street[] = {address->predirection,
                              address->street,
                              address->type,
                              address->postdirection};
  const ccd_slice number[] = {address->number, address->fraction};
  const ccd_slice whole[] = {number[0], number[1], street[0], street[1], street[2], street[3]};
  add_column(&writer->row, address->building_key);
  add_joined(writer, whole, CC_N(whole));
  add_joined(writer, number, CC_N(number));
  add_joined(writer, street, CC_N(street));
  add_column(&writer->row, address->street_key);
}

/* Write the columns that follow the hash, in the order of the query import_copy. The hash is
 * computed from the written text, so an equal hash means an unchanged row. */
static void
write_columns(ccd_import_writer *writer, const ccd_voter_row *row)
{
  cc_str_clear(&writer->row);
  cc_str_clear(&writer->json);
  for (size_t i = 0; i < writer->n_columns; i++) {
    if (writer->columns[i].write != NULL)
      writer->columns[i].write(writer, row);
    else
      add_other(writer, row, writer->columns[i].name);
  }
  add_column(&writer->row, row->residence.address_key);
  add_building(writer, &row->residence);
}

/* Write the columns that only files of exportVoters contain. When all three are empty, they are
 * not part of the hash. */
static void
write_export_columns(ccd_import_writer *writer, const ccd_voter_row *row)
{
  add_column(&writer->row, row->number);
  add_column(&writer->row, row->opted_out);
  add_column(&writer->row, row->tags);
}

bool
ccd_import_write_row(ccd_import_writer *writer,
                     const char *import_id,
                     int64_t number,
                     int file,
                     int64_t line,
                     uint64_t fields,
                     const ccd_voter_row *row,
                     cc_str *out)
{
  uint8_t digest[CCD_HASH_BYTES];
  int64_t hash;
  write_columns(writer, row);
  size_t length = writer->row.length;
  if (row->number.length + row->opted_out.length + row->tags.length > 0)
    write_export_columns(writer, row);
  /* The bits of the fields that the profile fills are part of the hash, but are not sent to the
   * database. */
  cc_str_printf(&writer->row, "\n%" PRIx64, fields);
  if (writer->row.failed)
    return false;
  ccd_sha256(writer->row.text, writer->row.length, digest);
  memcpy(&hash, digest, sizeof(hash));
  cc_str_add(out, import_id);
  cc_str_printf(out, "\t%" PRId64 "\t%d\t%" PRId64 "\t%" PRId64, number, file, line, hash);
  cc_str_add_n(out, writer->row.text, length);
  cc_str_clear(&writer->row);
  write_export_columns(writer, row);
  cc_str_add_n(out, writer->row.text, writer->row.length);
  cc_str_add_char(out, '\n');
  return !out->failed;
}
