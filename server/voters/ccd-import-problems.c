/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/voters/ccd-import-problems.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/cc-utf8.h"
#include "common/codec/cc-codec.h"
#include "server/voters/ccd-import.h"

/* What is wrong with rows: counted by kind, and the rows that were left out as a CSV file. */

typedef struct sentence {
  const char *code, *text;
} sentence;

static const sentence sentences[] = {
  {"bad_date", "Not a date that there is, or not in the form that the profile says."},
  {"bad_zip", "Not a ZIP code of five or nine digits."},
  {"bad_phone", "Not a telephone number of this country."},
  {"bad_email", "Not an e-mail address."},
  {"bad_id", "No number of anybody, such as 1.23457E+11: a spreadsheet has destroyed it."},
  {"bad_unit", "No flat or suite; it stands behind the address and is no part of the door."},
  {"lost_text", "Characters were lost before this file was written."},
  {"mended_text", "Text was encoded twice (Ãº); it is imported as it was meant."},
  {"no_name", "No last name."},
  {"no_door", "No address that a door can be made of: the person is on no walk list."},
  {"no_election", "A vote without its election or without the state's number."},
  {"unknown_id", "A vote of somebody who is not here."},
  {"header", "The names of the columns once more."},
  {"ignored_column", "The profile has no use for this column; its values are not imported."},
  {"missing_column", "The profile names this column, and the file has none such."},
  {"bad_value", "Not a value that this column takes."},
  {"unknown_status", "No registration status that the profile knows."},
  {"too_many", "More values than are kept; the first ones were."},
  {"ragged", "Another number of columns than the file has."},
  {"nul_byte", "A NUL byte, which no text can have."},
  {"field_too_long", "A field of more than 64 KiB."},
  {"row_too_long", "A row of more than 1 MiB."},
  {"unclosed_quote", "A quotation mark that does not end where it should."},
  {"too_many_columns", "More than 4096 columns."},
  {"nobody", "Neither a number of the state nor a name."},
  {"repeated_id", "The state's number stands in an earlier row too; that one counts."},
  {"repeated_row", "The same as an earlier row."},
  {"erased", "This person was erased, and is not imported again."},
};

static const char *
sentence_of(const char *code)
{
  for (size_t i = 0; i < CC_N(sentences); i++) {
    if (strcmp(sentences[i].code, code) == 0)
      return sentences[i].text;
  }
  return code;
}

/* NULL: there is no room for another kind. */
static ccd_import_problem *
find_problem(ccd_import_findings *findings, const char *code, int field, const char *column)
{
  for (size_t i = 0; i < findings->n_problems; i++) {
    ccd_import_problem *each = &findings->problems[i];
    bool here = each->column == column ||
                (each->column != NULL && column != NULL && strcmp(each->column, column) == 0);
    if (each->field == field && here && strcmp(each->code, code) == 0)
      return each;
  }
  if (findings->n_problems == CCD_IMPORT_PROBLEMS_MAX)
    return NULL;
  ccd_import_problem *made = &findings->problems[findings->n_problems++];
  *made = (ccd_import_problem){.field = field, .column = column};
  (void) snprintf(made->code, sizeof(made->code), "%s", code);
  return made;
}

void
ccd_import_note(ccd_import_findings *findings,
                const char *code,
                int field,
                bool rejected,
                int file,
                int64_t line,
                ccd_slice value)
{
  ccd_import_problem *found = find_problem(findings, code, field, NULL);
  if (found == NULL)
    return;
  found->rejected = rejected;
  found->count++;
  if (found->n_places == CCD_IMPORT_PLACES_MAX)
    return;
  ccd_import_place *place = &found->places[found->n_places++];
  size_t n = value.length < CCD_IMPORT_VALUE_MAX ? value.length : CCD_IMPORT_VALUE_MAX;
  while (n > 0 && n < value.length && ((unsigned char) value.text[n] & 0xC0) == 0x80)
    n--; /* not inside a character */
  *place = (ccd_import_place){.file = file, .line = line};
  if (n > 0)
    memcpy(place->value, value.text, n);
  if (cc_utf8_length(place->value, strlen(place->value)) >= 0)
    return;
  for (char *at = place->value; *at != '\0'; at++) { /* of a row that is no text in any encoding */
    if ((unsigned char) *at >= 0x80)
      *at = '?';
  }
}

void
ccd_import_note_column(ccd_import_findings *findings,
                       const char *code,
                       const char *column,
                       int64_t values)
{
  ccd_import_problem *found = find_problem(findings, code, 0, column);
  if (found != NULL)
    found->count += values;
}

void
ccd_import_count(ccd_import_findings *findings, const char *code, int64_t n)
{
  ccd_import_problem *found = n > 0 ? find_problem(findings, code, 0, NULL) : NULL;
  findings->n_rejected += n;
  if (found == NULL)
    return;
  found->rejected = true;
  found->count += n;
}

/* A cell that a spreadsheet would work out gets a quote before it, as in an export. */
static void
write_cell(FILE *out, const char *text, size_t length)
{
  (void) fputc('"', out);
  if (ccd_table_is_formula(text, length))
    (void) fputc('\'', out);
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '"')
      (void) fputc('"', out);
    (void) fputc(text[i], out);
  }
  (void) fputc('"', out);
}

static cc_status
check_written(FILE *out, cc_error *reterr)
{
  return ferror(out) == 0 ? CC_OK
                          : cc_fail(reterr,
                                    CC_ERR_STORAGE,
                                    "storage_full",
                                    "The server has no room for the file of rejects");
}

cc_status
ccd_import_rejects_begin(ccd_import_findings *findings, cc_error *reterr)
{
  (void) fputs("file,line,column,reason,message,raw\n", findings->rejects);
  return check_written(findings->rejects, reterr);
}

cc_status
ccd_import_reject(ccd_import_findings *findings,
                  int file,
                  const ccd_table_reject *reject,
                  cc_error *reterr)
{
  const char *message = *reject->message != '\0' ? reject->message : sentence_of(reject->code);
  findings->n_rejected++;
  ccd_import_note(findings,
                  reject->code,
                  /* field= */ 0,
                  /* rejected= */ true,
                  file,
                  reject->line,
                  reject->raw);
  FILE *out = findings->rejects;
  (void) fprintf(out, "%d,%" PRId64 ",", file, reject->line);
  if (reject->column > 0)
    (void) fprintf(out, "%d", reject->column);
  (void) fprintf(out, ",%s,", reject->code);
  write_cell(out, message, strlen(message));
  (void) fputc(',', out);
  write_cell(out, reject->raw.text, reject->raw.length);
  (void) fputc('\n', out);
  return check_written(out, reterr);
}

/* Where the first ones stand, and what stands there. */
static void
write_places(const ccd_import_problem *problem, cc_str *out)
{
  cc_str_add(out, "\"places\":[");
  for (size_t i = 0; i < problem->n_places; i++)
    cc_str_printf(out,
                  "%s{\"file\":%d,\"line\":%" PRId64 "}",
                  i > 0 ? "," : "",
                  problem->places[i].file,
                  problem->places[i].line);
  cc_str_add(out, "],\"values\":[");
  for (size_t i = 0; i < problem->n_places; i++) {
    if (i > 0)
      cc_str_add_char(out, ',');
    cc_str_add_json(out, problem->places[i].value, strlen(problem->places[i].value));
  }
  cc_str_add_char(out, ']');
}

static void
write_problem(const ccd_import_problem *problem, cc_str *out)
{
  const char *text = sentence_of(problem->code);
  cc_str_printf(out, "{\"code\":\"%s\",\"field\":", problem->code);
  if (problem->field > 0)
    cc_str_printf(out, "\"%s\"", cc_voter_field_enum.names[problem->field - 1]);
  else
    cc_str_add(out, "null");
  cc_str_add(out, ",\"column\":");
  if (problem->column != NULL)
    cc_str_add_json(out, problem->column, strlen(problem->column));
  else
    cc_str_add(out, "null");
  cc_str_add(out, ",\"message\":");
  cc_str_add_json(out, text, strlen(text));
  cc_str_printf(out,
                ",\"rejected\":%s,\"count\":%" PRId64 ",",
                problem->rejected ? "true" : "false",
                problem->count);
  write_places(problem, out);
  cc_str_add_char(out, '}');
}

void
ccd_import_problems_write(const ccd_import_findings *findings, cc_str *out)
{
  cc_str_add_char(out, '[');
  for (size_t i = 0; i < findings->n_problems; i++) {
    if (i > 0)
      cc_str_add_char(out, ',');
    write_problem(&findings->problems[i], out);
  }
  cc_str_add_char(out, ']');
}
