/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The job "places.rekey": rebuilds the keys of places and voters page by page, each page in a
 * transaction. Rows that already have the right keys are not written. An interrupted job starts
 * again from the beginning and passes quickly over the rows that are done. */
#include "server/voters/ccd-rekey-job.h"

#include <string.h>

#include "ccd-queries.h"
#include "server/jobs/ccd-job-run.h"
#include "server/voters/ccd-home.h"

#define GIVEN_MAX ((size_t) 64 << 20)
#define SCRATCH_MAX ((size_t) 256 << 10)
#define ROUNDS_MAX 8 /* most rounds of the loop in add_holders */

/* How the keys of a database table are rebuilt. */
typedef struct table {
  const ccd_query *read, *apply; /* statements: read a page of rows; write the new keys */
  /* Returns the rows after the page whose current key is one of the new keys of the page. NULL:
   * keys of this table need not be unique. */
  const ccd_query *held;
  /* If the row needs new keys: appends a JSON object with these keys to @out, and the row's new
   * key to @keys. */
  cc_status (*add)(const ccd_rows *rows, int row, cc_arena *scratch, cc_str *out, cc_str *keys);
} table;

static ccd_slice
row_column(const ccd_rows *rows, int row, const char *name)
{
  return ccd_slice_of(ccd_rows_get(rows, row, name));
}

static bool
same_text(ccd_slice a, ccd_slice b)
{
  return a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

static void
begin_object(cc_str *out, const ccd_rows *rows, int row)
{
  cc_str_printf(out, "%s{\"id\":%s", out->length > 1 ? "," : "", ccd_rows_get(rows, row, "id"));
}

/* Append a quoted element to a PostgreSQL array. */
static void
add_key(cc_str *keys, ccd_slice key)
{
  cc_str_add_char(keys, keys->length > 1 ? ',' : '"');
  if (keys->length > 2)
    cc_str_add_char(keys, '"');
  for (size_t i = 0; i < key.length; i++) {
    if (key.text[i] == '"' || key.text[i] == '\\')
      cc_str_add_char(keys, '\\');
    cc_str_add_char(keys, key.text[i]);
  }
  cc_str_add_char(keys, '"');
}

/* Returns a key without the ZIP code or city (@place) at its end, so that it can be parsed as an
 * address line. */
static ccd_slice
without_place(ccd_slice key, ccd_slice place)
{
  if (place.length > 0 && key.length > place.length + 1 &&
      memcmp(key.text + key.length - place.length, place.text, place.length) == 0)
    key.length -= place.length + 1;
  return key;
}

static cc_status
add_segment(const ccd_rows *rows, int row, cc_arena *scratch, cc_str *out, cc_str *keys)
{
  ccd_slice key = {0};
  cc_status status = ccd_residence_street(row_column(rows, row, "name"), scratch, &key);
  if (status != CC_OK || same_text(key, row_column(rows, row, "street_key")) || key.length == 0)
    return status;
  (void) keys;
  begin_object(out, rows, row);
  ccd_home_add_member(out, "street_key", key);
  cc_str_add_char(out, '}');
  return CC_OK;
}

static cc_status
add_building(const ccd_rows *rows, int row, cc_arena *scratch, cc_str *out, cc_str *keys)
{
  ccd_slice old = row_column(rows, row, "key");
  ccd_residence given = {
    .line = row_column(rows, row, "address"),
    .zip5 = row_column(rows, row, "zip5"),
    .city = row_column(rows, row, "city"),
  };
  ccd_address parsed;
  cc_status status = ccd_residence_parse(&given, scratch, &parsed, NULL);
  if (status == CC_OK && parsed.building_key.length == 0) {
    given.line = without_place(old, given.zip5);
    status = ccd_residence_parse(&given, scratch, &parsed, NULL);
  }
  const char *number = status == CC_OK ? ccd_address_number_text(&parsed, scratch) : NULL;
  const char *street = status == CC_OK ? ccd_address_street_text(&parsed, scratch) : NULL;
  if (number == NULL || street == NULL)
    return CC_ERR_NO_MEMORY;
  ccd_slice key = parsed.building_key;
  bool right = same_text(key, old) &&
               same_text(parsed.street_key, row_column(rows, row, "street_key")) &&
               same_text(ccd_slice_of(number), row_column(rows, row, "number")) &&
               same_text(ccd_slice_of(street), row_column(rows, row, "street"));
  if (key.length == 0 || right)
    return CC_OK;
  begin_object(out, rows, row);
  ccd_home_add_member(out, "building_key", key);
  ccd_home_add_member(out, "street_key", parsed.street_key);
  ccd_home_add_member(out, "number", ccd_slice_of(number));
  ccd_home_add_member(out, "street", ccd_slice_of(street));
  cc_str_add_char(out, '}');
  if (!same_text(key, old))
    add_key(keys, key);
  return CC_OK;
}

/* Get the unit of a door whose column "unit" is empty, from the door's key, which may still
 * contain a unit. */
static cc_status
unit_of_key(ccd_slice key, ccd_slice zip5, cc_arena *scratch, ccd_slice *ret)
{
  ccd_address parsed;
  cc_status status =
    ccd_address_parse(without_place(key, zip5), (ccd_slice){NULL, 0}, scratch, &parsed);
  const char *text = status == CC_OK ? ccd_address_unit_text(&parsed, scratch) : NULL;
  *ret = ccd_slice_of(text);
  return text != NULL ? CC_OK : CC_ERR_NO_MEMORY;
}

/* Compute the keys of a door. The buildings have been rekeyed before the doors, so the new key
 * is the key of the door's building with the unit added. */
static cc_status
add_door(const ccd_rows *rows, int row, cc_arena *scratch, cc_str *out, cc_str *keys)
{
  ccd_slice old = row_column(rows, row, "key"), given_unit = row_column(rows, row, "unit"),
            unit = given_unit;
  ccd_residence given = {.zip5 = row_column(rows, row, "zip5"),
                         .city = row_column(rows, row, "city")};
  ccd_address parsed, place;
  cc_status status = CC_OK;
  if (given_unit.length == 0)
    status = unit_of_key(old, given.zip5, scratch, &unit);
  /* Get the end of the building's key, which is the ZIP code or the normalized city: parse a
   * made-up address in the same place, and take what follows its street. */
  given.line = ccd_slice_of("1 ELM ST");
  if (status == CC_OK)
    status = ccd_residence_parse(&given, scratch, &place, NULL);
  if (status != CC_OK)
    return status;
  const size_t bare = strlen("1 ELM ST ");
  ccd_slice where = place.building_key.length > bare ? (ccd_slice){place.building_key.text + bare,
                                                                   place.building_key.length - bare}
                                                     : (ccd_slice){NULL, 0};
  given.line = without_place(row_column(rows, row, "building_key"), where);
  given.unit = unit;
  status = ccd_residence_parse(&given, scratch, &parsed, NULL);
  const char *shown = status == CC_OK ? ccd_address_unit_text(&parsed, scratch) : NULL;
  if (shown == NULL)
    return CC_ERR_NO_MEMORY;
  ccd_slice key = parsed.address_key;
  bool new_unit = (given_unit.length == 0 && *shown != '\0') ||
                  memchr(given_unit.text, '#', given_unit.length) != NULL;
  if (key.length == 0 || (same_text(key, old) && !new_unit))
    return CC_OK;
  begin_object(out, rows, row);
  ccd_home_add_member(out, "address_key", key);
  if (new_unit)
    ccd_home_add_member(out, "unit", ccd_slice_of(shown));
  cc_str_add_char(out, '}');
  if (!same_text(key, old))
    add_key(keys, key);
  return CC_OK;
}

static cc_status
add_voter(const ccd_rows *rows, int row, cc_arena *scratch, cc_str *out, cc_str *keys)
{
  const ccd_residence given = {
    .line = row_column(rows, row, "address"),
    .unit = row_column(rows, row, "unit"),
    .zip5 = row_column(rows, row, "zip5"),
    .city = row_column(rows, row, "city"),
  };
  ccd_address parsed;
  cc_status status = ccd_residence_parse(&given, scratch, &parsed, NULL);
  const char *unit = status == CC_OK ? ccd_address_unit_text(&parsed, scratch) : NULL;
  if (unit == NULL)
    return CC_ERR_NO_MEMORY;
  ccd_slice old = row_column(rows, row, "key"), door = row_column(rows, row, "door_key");
  ccd_slice key = parsed.address_key.length > 0 ? parsed.address_key : door;
  bool moves = !same_text(key, door);
  if (key.length == 0 || (same_text(key, old) && !moves))
    return CC_OK;
  (void) keys;
  begin_object(out, rows, row);
  ccd_home_add_member(out, "address_key", key);
  if (*unit != '\0')
    ccd_home_add_member(out, "unit", ccd_slice_of(unit));
  if (moves) {
    static const char *const kept[] = {"city", "state", "precinct"};
    cc_str_add(out, ",\"home\":{");
    status = ccd_home_add(&given, scratch, out);
    for (size_t i = 0; i < CC_N(kept); i++) {
      if (ccd_rows_get(rows, row, kept[i]) != NULL)
        ccd_home_add_member(out, kept[i], row_column(rows, row, kept[i]));
    }
    cc_str_add_char(out, '}');
  }
  cc_str_add_char(out, '}');
  return status;
}

static cc_status
add_rows(const table *what, const ccd_rows *rows, cc_str *given, cc_str *keys, cc_error *reterr)
{
  CC_AUTO(cc_arena) scratch = cc_arena_new(SCRATCH_MAX);
  cc_status status = scratch != NULL ? CC_OK : CC_ERR_NO_MEMORY;
  for (int row = 0; status == CC_OK && row < ccd_rows_n(rows); row++) {
    status = what->add(rows, row, scratch, given, keys);
    cc_arena_clear(scratch);
  }
  return status == CC_OK && !given->failed && !keys->failed ? CC_OK : cc_fail_memory(reterr);
}

/* Also process rows after this page that currently have a key that a row of this page will get.
 * Such a row may get another key itself; if it were not processed now, the new key would look
 * like a duplicate. Its new key may be the current key of a further row, so this is repeated up
 * to ROUNDS_MAX times. */
static cc_status
add_holders(ccd_job *job,
            const table *what,
            const char *after,
            cc_str *given,
            const cc_str *wanted,
            cc_error *reterr)
{
  cc_status status = CC_OK;
  cc_str keys = CC_STR_INIT(GIVEN_MAX), next = CC_STR_INIT(GIVEN_MAX);
  cc_str_add_n(&keys, wanted->text, wanted->length);
  for (int round = 0; status == CC_OK && keys.length > 1 && round < ROUNDS_MAX; round++) {
    const ccd_rows *rows = NULL;
    cc_str_add_char(&keys, '}');
    const ccd_arg args[] = {{"after", after}, {"keys", keys.text}, {0}};
    status = ccd_job_query(job, what->held, args, &rows, reterr);
    cc_str_clear(&next);
    cc_str_add_char(&next, '{');
    if (status == CC_OK)
      status = add_rows(what, rows, given, &next, reterr);
    cc_str_clear(&keys);
    cc_str_add_n(&keys, next.text, next.length);
  }
  cc_str_done(&keys);
  cc_str_done(&next);
  return status;
}

/* Process one page in a transaction. *after is the last id of the previous page, and is set to
 * the last id of this page; to NULL after the last page. */
static cc_status
rekey_page(ccd_job *job, const table *what, const char **after, cc_error *reterr)
{
  const ccd_job_tx tx = {.action = "places.rekey", .bulk = true};
  const ccd_rows *rows = NULL;
  cc_str given = CC_STR_INIT(GIVEN_MAX), keys = CC_STR_INIT(GIVEN_MAX);
  const ccd_arg page[] = {{"after", *after}, {0}};
  cc_status status = ccd_job_begin(job, &tx, reterr);
  if (status == CC_OK)
    status = ccd_job_query(job, what->read, page, &rows, reterr);
  int n = status == CC_OK ? ccd_rows_n(rows) : 0;
  const char *last = n > 0 ? cc_arena_strdup(job->arena, ccd_rows_get(rows, n - 1, "id")) : NULL;
  cc_str_add_char(&given, '[');
  cc_str_add_char(&keys, '{');
  if (n > 0)
    status = last != NULL ? add_rows(what, rows, &given, &keys, reterr) : cc_fail_memory(reterr);
  if (status == CC_OK && n > 0 && what->held != NULL)
    status = add_holders(job, what, last, &given, &keys, reterr);
  bool changes = given.length > 1;
  cc_str_add_char(&given, ']');
  const ccd_arg apply[] = {{"given", given.text}, {0}};
  if (status == CC_OK && given.failed)
    status = cc_fail_memory(reterr);
  if (status == CC_OK && changes)
    status = ccd_job_query(job, what->apply, apply, NULL, reterr);
  if (status == CC_OK)
    status = ccd_job_commit(job, reterr);
  else
    ccd_job_rollback(job);
  cc_str_done(&given);
  cc_str_done(&keys);
  *after = last;
  return status;
}

cc_status
ccd_rekey_run(ccd_job *job, cc_error *reterr)
{
  static const table tables[] = {
    {&ccd_q_rekey_segments, &ccd_q_rekey_segments_apply, NULL, add_segment},
    {&ccd_q_rekey_buildings,
     &ccd_q_rekey_buildings_apply,
     &ccd_q_rekey_buildings_held,
     add_building},
    {&ccd_q_rekey_doors, &ccd_q_rekey_doors_apply, &ccd_q_rekey_doors_held, add_door},
    {&ccd_q_rekey_voters, &ccd_q_rekey_voters_apply, NULL, add_voter},
  };
  for (size_t i = 0; i < CC_N(tables); i++) {
    const char *after = "0";
    while (after != NULL) {
      if (ccd_job_stopping(job))
        return ccd_job_again(job, 0, reterr);
      cc_status status = rekey_page(job, &tables[i], &after, reterr);
      if (status != CC_OK)
        return status;
    }
  }
  const ccd_job_tx tx = {.action = "places.rekey"};
  return ccd_job_once(job, &tx, &ccd_q_rekey_finish, NULL, NULL, reterr);
}
