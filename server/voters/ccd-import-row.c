/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/voters/ccd-import-row.h"

#include <inttypes.h>
#include <string.h>

#include "server/engine/ccd-crypto.h"
#include "server/voters/ccd-date.h"
#include "server/voters/ccd-import.h"

/* A mapped row as a line of COPY staging.rows in text format: one tab between columns, \N for
 * NULL, backslash before what would end a column. */

#define ROW_MAX (4u << 20)
#define YEAR_FIRST 1850
#define YEAR_LAST 2200

void
ccd_import_writer_init(ccd_import_writer *writer)
{
  *writer = (ccd_import_writer){.row = CC_STR_INIT(ROW_MAX), .json = CC_STR_INIT(ROW_MAX)};
}

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

/* A column behind another one. */
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
    cc_str_add_json(&writer->json, pairs[i].value.text, pairs[i].value.length);
    cc_str_add_char(&writer->json, '}');
  }
  cc_str_add_char(&writer->json, ']');
  add_json(writer, n == 0);
}

/* Slices with blanks between those that are not empty, into the JSON buffer as plain text. */
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

static void
add_unit(ccd_import_writer *writer, const ccd_address *address)
{
  const ccd_slice parts[] = {ccd_address_unit_word(address), address->unit};
  add_joined(writer, parts, CC_N(parts));
}

static void
add_mailing(ccd_import_writer *writer, const ccd_voter_row *row)
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
add_residence(ccd_import_writer *writer, const ccd_voter_row *row)
{
  cc_str *out = &writer->row;
  const ccd_address *address = &row->residence;
  add_column(out, address->line);
  add_unit(writer, address);
  add_column(out, row->city);
  add_column(out, row->state);
  add_column(out, row->zip5);
  add_column(out, row->zip4);
  add_column(out, address->address_key);
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

/* Everything behind the hash, which is made of it: equal text, equal person. */
static void
write_columns(ccd_import_writer *writer, const ccd_voter_row *row)
{
  cc_str *out = &writer->row;
  const char sex[] = {row->sex, '\0'};
  int status = row->registration_status;
  cc_str_clear(out);
  cc_str_clear(&writer->json);
  add_column(out, row->state_id);
  add_column(out, row->first_name);
  add_column(out, row->middle_name);
  add_column(out, row->last_name);
  add_column(out, row->suffix);
  add_date(out, row->birth);
  add_year(out, row->birth);
  add_column(out, (ccd_slice){.text = sex, .length = sex[0] != '\0'});
  add_column(out, row->party);
  add_text(out, status > 0 ? cc_registration_status_enum.names[status - 1] : "");
  add_date(out, row->registered_on);
  add_column(out, row->precinct);
  add_object(writer, row->districts, row->n_districts);
  add_residence(writer, row);
  add_mailing(writer, row);
  add_list(writer, row->phones, row->n_phones);
  add_list(writer, row->emails, row->n_emails);
  add_history(writer, row->history, row->n_history);
  add_object(writer, row->custom, row->n_custom);
  add_text(out, row->confidential ? "t" : "f");
  add_building(writer, &row->residence);
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
  /* Which fields the profile fills is part of it, in a form that is not sent. */
  cc_str_printf(&writer->row, "\n%" PRIx64, fields);
  if (writer->row.failed)
    return false;
  ccd_sha256(writer->row.text, writer->row.length, digest);
  memcpy(&hash, digest, sizeof(hash));
  size_t length =
    (size_t) ((char *) memrchr(writer->row.text, '\n', writer->row.length) - writer->row.text);
  cc_str_add(out, import_id);
  cc_str_printf(out, "\t%" PRId64 "\t%d\t%" PRId64 "\t%" PRId64, number, file, line, hash);
  cc_str_add_n(out, writer->row.text, length);
  cc_str_add_char(out, '\n');
  return !out->failed;
}

static void
sample_text(cc_str *out, const char *name, ccd_slice value)
{
  if (value.length == 0)
    return;
  cc_str_printf(out, ",\"%s\":", name);
  cc_str_add_json(out, value.text, value.length);
}

void
ccd_import_sample_row(const ccd_voter_row *row, cc_str *out)
{
  char birth[11];
  ccd_date_format(row->birth, birth);
  cc_str_add(out, row->confidential ? "{\"confidential\":true" : "{\"confidential\":false");
  sample_text(out, "state_id", row->state_id);
  sample_text(out, "first_name", row->first_name);
  sample_text(out, "middle_name", row->middle_name);
  sample_text(out, "last_name", row->last_name);
  sample_text(out, "birth", (ccd_slice){.text = birth, .length = strlen(birth)});
  sample_text(out, "party", row->party);
  sample_text(out, "address", row->confidential ? (ccd_slice){0} : row->residence.line);
  sample_text(out, "city", row->city);
  sample_text(out, "zip5", row->zip5);
  sample_text(out, "precinct", row->precinct);
  sample_text(out, "phone", row->n_phones > 0 ? row->phones[0] : (ccd_slice){0});
  sample_text(out, "email", row->n_emails > 0 ? row->emails[0] : (ccd_slice){0});
  cc_str_add_char(out, '}');
}
