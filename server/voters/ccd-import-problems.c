/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts the problems of an import's files by kind, and writes rejected rows to the file of
 * rejects. */
#include "server/voters/ccd-import-problems.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/cc-utf8.h"
#include "common/codec/cc-codec.h"
#include "server/voters/ccd-import.h"

typedef struct sentence {
  const char *code, *text;
} sentence;

static const sentence sentences[] = {
  {"bad_date", "The value is not a valid date, or not in the date format of the profile."},
  {"bad_zip", "The value is not a ZIP code of five or nine digits."},
  {"bad_phone", "The value is not a valid telephone number."},
  {"bad_email", "The value is not a valid e-mail address."},
  {"bad_id", "The voter id was damaged by a spreadsheet (as in 1.23457E+11); export it as text."},
  {"bad_unit", "The value is not a unit number; it was added to the address, not to the door."},
  {"lost_text", "The text has characters that were already lost when the file was written."},
  {"mended_text", "The text was encoded twice (Ãº); it was imported with the correct characters."},
  {"no_name", "The row has no last name."},
  {"no_door", "The address is not complete enough for a door: the person is on no walk list."},
  {"no_election", "The vote has no election or no voter id of the state."},
  {"unknown_id", "There is no voter with this id, so the vote was not imported."},
  {"header", "The row repeats the names of the columns."},
  {"ignored_column", "The profile does not use this column; its values are not imported."},
  {"missing_column", "The profile uses this column, but the file does not have it."},
  {"bad_value", "The value is not allowed in this column."},
  {"unknown_status", "The profile does not translate this registration status."},
  {"too_many", "The row has more values than can be stored; only the first were imported."},
  {"ragged", "The row does not have as many fields as the file has columns."},
  {"nul_byte", "The row has a NUL byte, which is not allowed in text."},
  {"field_too_long", "A field is longer than 64 KiB."},
  {"row_too_long", "The row is longer than 1 MiB."},
  {"unclosed_quote", "A quotation mark is not closed."},
  {"too_many_columns", "The row has more than 4096 columns."},
  {"nobody", "The row has neither a voter id nor a name."},
  {"repeated_id", "An earlier row has the same voter id; only the earlier row is imported."},
  {"repeated_row", "The row is the same as an earlier row."},
  {"erased", "This person was erased and is not imported again."},
};

/* Returns the standard sentence for a problem code; an unknown code is returned unchanged. */
static const char *
code_message(const char *code)
{
  for (size_t i = 0; i < CC_N(sentences); i++) {
    if (strcmp(sentences[i].code, code) == 0)
      return sentences[i].text;
  }
  return code;
}

/* Returns the entry for this code, field and column; a new entry is added if there is none.
 * Returns NULL when there are already CCD_IMPORT_PROBLEMS_MAX entries. */
static ccd_import_problem *
find_or_add_problem(ccd_import_findings *findings, const char *code, int field, const char *column)
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
  ccd_import_problem *found = find_or_add_problem(findings, code, field, NULL);
  if (found == NULL)
    return;
  found->rejected = rejected;
  found->count++;
  if (found->n_places == CCD_IMPORT_PLACES_MAX)
    return;
  ccd_import_place *place = &found->places[found->n_places++];
  size_t n = value.length < CCD_IMPORT_VALUE_MAX ? value.length : CCD_IMPORT_VALUE_MAX;
  while (n > 0 && n < value.length && ((unsigned char) value.text[n] & 0xC0) == 0x80)
    n--; /* do not cut the value inside a UTF-8 character */
  *place = (ccd_import_place){.file = file, .line = line};
  if (n > 0)
    memcpy(place->value, value.text, n);
  if (cc_utf8_length(place->value, strlen(place->value)) >= 0)
    return;
  for (char *at = place->value; *at != '\0';
       at++) { /* happens when the raw row is not valid UTF-8 */
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
  ccd_import_problem *found = find_or_add_problem(findings, code, 0, column);
  if (found != NULL)
    found->count += values;
}

void
ccd_import_count(ccd_import_findings *findings, const char *code, int64_t n)
{
  ccd_import_problem *found = n > 0 ? find_or_add_problem(findings, code, 0, NULL) : NULL;
  findings->n_rejected += n;
  if (found == NULL)
    return;
  found->rejected = true;
  found->count += n;
}

/* Write a cell in quotes. As in exports, a quote is put before text that a spreadsheet would
 * evaluate as a formula. */
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
                                    "The server has no space for the file of rejects");
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
  const char *message = *reject->message != '\0' ? reject->message : code_message(reject->code);
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

/* Append the places and the values of the first occurrences of the problem as JSON members. */
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
  const char *text = code_message(problem->code);
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
