/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/codec/cc-codec.h"
#include "server/voters/ccd-date.h"
#include "server/voters/ccd-profile.h"
#include "server/voters/ccd-voter-mapper.h"
#include "server/voters/ccd-voter-row.h"

/* Prints what the reader of voter files reads, as lines of JSON, for tests in Python, and its
 * speed.
 *
 *   voter-files-dump guess FILE
 *   voter-files-dump rows FILE                  rows and rejects
 *   voter-files-dump voters PROFILE FILE        PROFILE: key of a shipped one or a path
 *   voter-files-dump addresses                  lines of stdin: ADDRESS TAB ZIP
 *   voter-files-dump speed PROFILE FILE         MB/s of reading, and of reading and mapping */

static cc_arena *arena;

static json_t *
text(ccd_slice s)
{
  json_t *made = json_stringn(s.text != NULL ? s.text : "", s.length);
  return made != NULL ? made : json_sprintf("not UTF-8, %zu bytes", s.length);
}

static void
print(json_t *line)
{
  json_dumpf(line, stdout, JSON_COMPACT);
  putchar('\n');
  json_decref(line);
}

static int
fail(const cc_error *error)
{
  print(json_pack("{s:s, s:s, s:s}",
                  "failed",
                  error->code,
                  "message",
                  error->message,
                  "hint",
                  error->hint));
  return 2;
}

static cc_voter_profile *
load_profile(const char *name)
{
  const ccd_shipped_profile *shipped = ccd_profile_shipped(name);
  char *json = NULL;
  size_t length = 0;
  if (shipped == NULL) {
    FILE *file = fopen(name, "re");
    ssize_t n = file != NULL ? getdelim(&json, &length, EOF, file) : -1;
    length = n > 0 ? (size_t) n : 0;
    if (file != NULL)
      fclose(file);
  }
  cc_error_list errors = {.arena = arena};
  cc_voter_profile *profile = NULL;
  cc_status status = ccd_profile_parse(shipped != NULL ? shipped->json : json,
                                       shipped != NULL ? shipped->length : length,
                                       arena,
                                       &profile,
                                       &errors);
  free(json);
  for (size_t i = 0; i < errors.n; i++)
    fprintf(stderr, "%s: %s: %s\n", name, errors.items[i].pointer, errors.items[i].message);
  if (status != CC_OK)
    exit(2);
  return profile;
}

static int
dump_guess(const char *path)
{
  ccd_table_guess guess;
  cc_error error = {0};
  if (ccd_table_guess_file(path, NULL, arena, &guess, &error) != CC_OK)
    return fail(&error);
  char delimiter[2] = {guess.format.delimiter, '\0'};
  json_t *columns = json_array();
  for (size_t i = 0; i < guess.n_columns; i++)
    json_array_append_new(columns, json_string(guess.columns[i]));
  json_t *scores = json_object();
  for (const ccd_shipped_profile *each = ccd_shipped_profiles; each->key != NULL; each++)
    json_object_set_new(scores,
                        each->key,
                        json_integer(ccd_profile_score(load_profile(each->key), &guess)));
  print(json_pack("{s:s, s:s, s:b, s:b, s:I, s:I, s:I, s:o, s:o}",
                  "delimiter",
                  delimiter,
                  "encoding",
                  guess.encoding,
                  "header",
                  guess.format.header,
                  "fixed_width",
                  guess.fixed_width,
                  "line_length",
                  (json_int_t) guess.line_length,
                  "skip_lines",
                  (json_int_t) guess.format.skip_lines,
                  "n_rows",
                  (json_int_t) guess.n_rows,
                  "columns",
                  columns,
                  "scores",
                  scores));
  return 0;
}

static void
print_row(const ccd_table_row *row)
{
  json_t *fields = json_array();
  for (size_t i = 0; i < row->n; i++)
    json_array_append_new(fields, text(row->fields[i]));
  print(json_pack("{s:I, s:I, s:o}", "row", row->number, "line", row->line, "fields", fields));
}

static void
print_reject(const ccd_table_reject *reject)
{
  print(json_pack("{s:s, s:I, s:I, s:i, s:s, s:o, s:I}",
                  "reject",
                  reject->code,
                  "row",
                  reject->number,
                  "line",
                  reject->line,
                  "column",
                  reject->column,
                  "message",
                  reject->message,
                  "raw",
                  text(reject->raw),
                  "raw_length",
                  (json_int_t) reject->raw.length));
}

static int
open_table(const char *path,
           const cc_voter_profile *profile,
           ccd_source **source,
           ccd_table **table,
           cc_error *error)
{
  ccd_table_guess guess;
  ccd_table_format format;
  if (ccd_table_guess_file(path, NULL, arena, &guess, error) != CC_OK)
    return fail(error);
  format = guess.format;
  if (profile != NULL && ccd_profile_format(profile, &guess, arena, &format) != CC_OK)
    return 2;
  if (ccd_source_open(path, NULL, source, error) != CC_OK ||
      ccd_table_open(*source, &format, table, error) != CC_OK)
    return fail(error);
  return 0;
}

static int
dump_rows(const char *path)
{
  CC_AUTO(ccd_source) source = NULL;
  CC_AUTO(ccd_table) table = NULL;
  cc_error error = {0};
  int code = open_table(path, NULL, &source, &table, &error);
  if (code != 0)
    return code;
  ccd_table_row row;
  ccd_table_reject reject;
  ccd_table_step step;
  while ((step = ccd_table_next(table, &row, &reject, &error)) != CCD_TABLE_END) {
    if (step == CCD_TABLE_FAILED)
      return fail(&error);
    if (step == CCD_TABLE_ROW)
      print_row(&row);
    else
      print_reject(&reject);
  }
  size_t n;
  const char *const *columns = ccd_table_columns(table, &n);
  json_t *names = json_array();
  for (size_t i = 0; i < n; i++)
    json_array_append_new(names, json_string(columns[i]));
  print(json_pack("{s:o, s:I, s:I}",
                  "columns",
                  names,
                  "position",
                  ccd_source_position(source),
                  "size",
                  ccd_source_size(source)));
  return 0;
}

static json_t *
pairs(const ccd_voter_pair *items, size_t n)
{
  json_t *made = json_object();
  for (size_t i = 0; i < n; i++)
    json_object_set_new(made, items[i].key, text(items[i].value));
  return made;
}

static json_t *
slices(const ccd_slice *items, size_t n)
{
  json_t *made = json_array();
  for (size_t i = 0; i < n; i++)
    json_array_append_new(made, text(items[i]));
  return made;
}

static json_t *
address_json(const ccd_address *a)
{
  return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                   "line",
                   text(a->line),
                   "number",
                   text(a->number),
                   "fraction",
                   text(a->fraction),
                   "predirection",
                   text(a->predirection),
                   "street",
                   text(a->street),
                   "type",
                   text(a->type),
                   "postdirection",
                   text(a->postdirection),
                   "unit_type",
                   text(a->unit_type),
                   "unit",
                   text(a->unit),
                   "street_key",
                   text(a->street_key),
                   "building_key",
                   text(a->building_key),
                   "address_key",
                   text(a->address_key));
}

static void
set_lists(json_t *line, const ccd_voter_row *v)
{
  json_object_set_new(line, "mailing", slices(v->mailing, v->n_mailing));
  json_object_set_new(line, "phones", slices(v->phones, v->n_phones));
  json_object_set_new(line, "emails", slices(v->emails, v->n_emails));
  json_object_set_new(line, "districts", pairs(v->districts, v->n_districts));
  json_object_set_new(line, "history", pairs(v->history, v->n_history));
  json_object_set_new(line, "custom", pairs(v->custom, v->n_custom));
  json_t *problems = json_array();
  for (size_t i = 0; i < v->n_problems; i++)
    json_array_append_new(problems,
                          json_pack("[s, s, i, o]",
                                    cc_voter_field_enum.names[v->problems[i].field - 1],
                                    v->problems[i].code,
                                    v->problems[i].column,
                                    text(v->problems[i].value)));
  json_object_set_new(line, "problems", problems);
}

static void
print_voter(const ccd_voter_row *v, int64_t number)
{
  char birth[11], registered[11];
  const char sex[2] = {v->sex, '\0'};
  ccd_date_format(v->birth, birth);
  ccd_date_format(v->registered_on, registered);

  const struct {
    const char *name;
    ccd_slice value;
  } members[] = {
    {"state_id", v->state_id},
    {"first_name", v->first_name},
    {"middle_name", v->middle_name},
    {"last_name", v->last_name},
    {"suffix", v->suffix},
    {"party", v->party},
    {"city", v->city},
    {"state", v->state},
    {"zip5", v->zip5},
    {"zip4", v->zip4},
    {"precinct", v->precinct},
    {"mailing_city", v->mailing_city},
    {"mailing_state", v->mailing_state},
    {"mailing_zip", v->mailing_zip},
    {"mailing_country", v->mailing_country},
    {"birth", {birth, strlen(birth)}},
    {"registered_on", {registered, strlen(registered)}},
    {"sex", {sex, strlen(sex)}},
  };

  const char *status =
    v->registration_status > 0 ? cc_registration_status_enum.names[v->registration_status - 1] : "";
  json_t *line = json_pack("{s:I, s:s, s:b, s:o}",
                           "row",
                           number,
                           "registration_status",
                           status,
                           "confidential",
                           v->confidential,
                           "residence",
                           address_json(&v->residence));
  for (size_t i = 0; i < CC_N(members); i++)
    json_object_set_new(line, members[i].name, text(members[i].value));
  set_lists(line, v);
  print(line);
}

static ccd_voter_mapper *
new_mapper(const cc_voter_profile *profile, const ccd_table *table)
{
  size_t n;
  const char *const *columns = ccd_table_columns(table, &n);
  ccd_voter_mapper *mapper = NULL;
  cc_error_list errors = {.arena = arena};
  cc_status status = ccd_voter_mapper_new(profile, columns, n, &mapper, &errors);
  for (size_t i = 0; i < errors.n; i++)
    fail(&errors.items[i]);
  return status == CC_OK ? mapper : NULL;
}

static int
dump_voters(const char *profile_name, const char *path, bool quiet)
{
  cc_voter_profile *profile = load_profile(profile_name);
  CC_AUTO(ccd_source) source = NULL;
  CC_AUTO(ccd_table) table = NULL;
  cc_error error = {0};
  int code = open_table(path, profile, &source, &table, &error);
  if (code != 0)
    return code;
  CC_AUTO(ccd_voter_mapper) mapper = new_mapper(profile, table);
  if (mapper == NULL)
    return 2;
  ccd_table_row row;
  ccd_table_reject reject;
  ccd_table_step step;
  ccd_voter_row voter;
  while ((step = ccd_table_next(table, &row, &reject, &error)) != CCD_TABLE_END) {
    if (step == CCD_TABLE_FAILED)
      return fail(&error);
    if (step == CCD_TABLE_ROW && ccd_voter_map(mapper, &row, &voter) != CC_OK)
      return 2;
    if (step == CCD_TABLE_ROW && !quiet)
      print_voter(&voter, row.number);
    else if (!quiet)
      print_reject(&reject);
  }
  return 0;
}

static int
dump_addresses(void)
{
  char *line = NULL;
  size_t room = 0;
  ssize_t n;
  CC_AUTO(cc_arena) lines = cc_arena_new((size_t) 1024 * 1024);
  while (lines != NULL && (n = getline(&line, &room, stdin)) >= 0) {
    size_t length = (size_t) n - (n > 0 && line[n - 1] == '\n');
    const char *tab = memchr(line, '\t', length);
    size_t address = tab != NULL ? (size_t) (tab - line) : length;
    ccd_slice zip = {line + address, 0};
    if (tab != NULL)
      zip = (ccd_slice){tab + 1, length - address - 1};
    ccd_address made;
    cc_arena_clear(lines);
    if (ccd_address_parse((ccd_slice){line, address}, zip, lines, &made) != CC_OK)
      return 2;
    print(address_json(&made));
  }
  free(line);
  return 0;
}

static int
read_only(const char *path, int64_t *ret_rows)
{
  CC_AUTO(ccd_source) source = NULL;
  CC_AUTO(ccd_table) table = NULL;
  cc_error error = {0};
  int code = open_table(path, NULL, &source, &table, &error);
  if (code != 0)
    return code;
  ccd_table_row row;
  ccd_table_reject reject;
  ccd_table_step step;
  while ((step = ccd_table_next(table, &row, &reject, &error)) != CCD_TABLE_END) {
    if (step == CCD_TABLE_FAILED)
      return fail(&error);
    ++*ret_rows;
  }
  return 0;
}

static int
speed(const char *profile, const char *path)
{
  FILE *file = fopen(path, "re");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0)
    return 2;
  double bytes = (double) ftell(file);
  fclose(file);
  int64_t rows = 0;
  int64_t began = cc_time_monotonic();
  int code = read_only(path, &rows);
  int64_t read = cc_time_monotonic();
  if (code == 0)
    code = dump_voters(profile, path, /* quiet= */ true);
  int64_t mapped = cc_time_monotonic();
  /* Bytes per microsecond are megabytes per second. */
  printf("%ld rows, %.0f MB: read %.0f MB/s, read and mapped %.0f MB/s (%.0f rows/s)\n",
         (long) rows,
         bytes / 1e6,
         bytes / (double) (read - began),
         bytes / (double) (mapped - read),
         (double) rows * 1e6 / (double) (mapped - read));
  return code;
}

int
main(int argc, char **argv)
{
  cc_codec_init();
  arena = cc_arena_new((size_t) 64 * 1024 * 1024);
  const char *command = argc > 1 ? argv[1] : "";
  int code = 64;
  if (strcmp(command, "guess") == 0 && argc == 3)
    code = dump_guess(argv[2]);
  else if (strcmp(command, "rows") == 0 && argc >= 3)
    code = dump_rows(argv[2]);
  else if (strcmp(command, "voters") == 0 && argc == 4)
    code = dump_voters(argv[2], argv[3], /* quiet= */ false);
  else if (strcmp(command, "addresses") == 0 && argc == 2)
    code = dump_addresses();
  else if (strcmp(command, "speed") == 0 && argc == 4)
    code = speed(argv[2], argv[3]);
  else
    fputs("usage: voter-files-dump guess|rows|voters|addresses|speed …\n", stderr);
  cc_arena_free(arena);
  return code;
}
