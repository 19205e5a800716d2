/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handlers that import files of areas, street segments and address points. PostgreSQL parses the
 * GeoJSON; the C code parses the addresses and street names. Each file is imported in one
 * transaction. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ccd-queries.h"
#include "common/api/cc-place.h"
#include "server/engine/ccd-spool.h"
#include "server/voters/ccd-home.h"
#include "server/voters/ccd-places-csv.h"
#include "server/voters/ccd-voters-routes.h"

#define KEYS_MAX (64u << 20)
#define SCRATCH_MAX (256u * 1024)

static cc_status
fail_too_large(cc_error *reterr)
{
  return cc_fail(reterr,
                 CC_ERR_NO_MEMORY,
                 "no_memory",
                 "The file is too large: split it and send the parts.");
}

/* Read the whole request body into the arena as text. The body has at most max_body bytes. */
static cc_status
read_body(ccd_call *call, const char **ret, cc_error *reterr)
{
  size_t length = (size_t) call->spool->length, at = 0;
  char *text = cc_arena_alloc(call->arena, length + 1);
  if (text == NULL)
    return fail_too_large(reterr);
  while (at < length) {
    ssize_t n = pread(call->spool->fd, text + at, length - at, (off_t) at);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return cc_fail(reterr, CC_ERR_STORAGE, "storage", "The file could not be read.");
    at += (size_t) n;
  }
  text[length] = '\0';
  if (memchr(text, '\0', length) != NULL)
    return cc_fail(reterr,
                   CC_ERR_INVALID,
                   "geojson",
                   "The file is not valid GeoJSON: it contains a NUL byte.");
  *ret = text;
  return CC_OK;
}

/* Returns the query parameters as JSON. They name the GeoJSON properties that the SQL functions
 * read. */
static const char *
query_as_json(ccd_call *call)
{
  cc_str json = CC_STR_INIT(16384);
  cc_encode_body(call->route->op->query, call->query, &call->query_present, &json);
  const char *text = json.failed ? NULL : cc_arena_strdup(call->arena, json.text);
  cc_str_done(&json);
  return text;
}

/* Append a JSON object with the street key of each street name: {"Main Street": "MAIN ST", …}. */
static cc_status
segment_keys(ccd_call *call, const ccd_rows *names, cc_str *out, cc_error *reterr)
{
  cc_str_add_char(out, '{');
  for (int row = 0; row < ccd_rows_n(names); row++) {
    const char *name = ccd_rows_get(names, row, "name");
    ccd_slice key = {0};
    if (ccd_residence_street(ccd_slice_of(name), call->arena, &key) != CC_OK)
      return fail_too_large(reterr);
    if (row > 0)
      cc_str_add_char(out, ',');
    cc_str_add_json(out, name, strlen(name));
    cc_str_add_char(out, ':');
    cc_str_add_json(out, key.text == NULL ? "" : key.text, key.length);
  }
  cc_str_add_char(out, '}');
  return out->failed ? fail_too_large(reterr) : CC_OK;
}

/* Append the parsed addresses as a JSON array in the order of the rows: [{"address_key": …}, …]. */
static cc_status
point_homes(ccd_call *call, const ccd_rows *lines, cc_str *out, cc_error *reterr)
{
  CC_AUTO(cc_arena) scratch = cc_arena_new(SCRATCH_MAX);
  if (scratch == NULL)
    return fail_too_large(reterr);
  cc_str_add_char(out, '[');
  for (int row = 0; row < ccd_rows_n(lines); row++) {
    const ccd_residence given = {
      .line = ccd_slice_of(ccd_rows_get(lines, row, "line")),
      .number = ccd_slice_of(ccd_rows_get(lines, row, "number")),
      .unit = ccd_slice_of(ccd_rows_get(lines, row, "unit")),
      .zip5 = ccd_slice_of(ccd_rows_get(lines, row, "zip5")),
      .city = ccd_slice_of(ccd_rows_get(lines, row, "city")),
    };
    cc_str_add(out, row > 0 ? ",{" : "{");
    if (ccd_home_add(&given, scratch, out) != CC_OK)
      return fail_too_large(reterr);
    cc_str_add_char(out, '}');
    cc_arena_clear(scratch);
  }
  cc_str_add_char(out, ']');
  return out->failed ? fail_too_large(reterr) : CC_OK;
}

/* Read the request body as GeoJSON. A table (text/csv) is converted to GeoJSON, which is stored
 * in @made. */
static cc_status
read_document(ccd_call *call, cc_str *made, const char **ret, cc_error *reterr)
{
  cc_status status = read_body(call, ret, reterr);
  if (status != CC_OK || strcmp(call->spool->media, "text/csv") != 0)
    return status;
  status = ccd_points_from_table(call->arena, *ret, (size_t) call->spool->length, made, reterr);
  *ret = made->text;
  return status;
}

/* Import a file in up to three steps. The query @lines extracts the addresses or street names
 * from the document, the function @keys parses them, and the query @import writes the places.
 * @lines and @keys may be NULL. */
static cc_status
import_document(ccd_call *call,
                const ccd_query *lines,
                cc_status (*keys)(ccd_call *, const ccd_rows *, cc_str *, cc_error *),
                const ccd_query *import,
                cc_error *reterr)
{
  const char *document = NULL;
  const ccd_rows *rows = NULL;
  cc_str text = CC_STR_INIT(KEYS_MAX), made = CC_STR_INIT(KEYS_MAX);
  cc_status status = read_document(call, &made, &document, reterr);
  ccd_arg args[] = {{"document", document}, {"named", query_as_json(call)}, {"keys", NULL}, {0}};
  if (status == CC_OK && lines != NULL)
    status = ccd_call_query(call, lines, args, &rows, reterr);
  if (status == CC_OK && lines != NULL)
    status = keys(call, rows, &text, reterr);
  args[2].text = text.text;
  if (status == CC_OK)
    status = ccd_call_query(call, import, args, &call->rows, reterr);
  cc_str_done(&text);
  cc_str_done(&made);
  return status;
}

cc_status
ccd_areas_import(ccd_call *call, cc_error *reterr)
{
  return import_document(call, NULL, NULL, &ccd_q_area_import, reterr);
}

cc_status
ccd_segments_import(ccd_call *call, cc_error *reterr)
{
  return import_document(call, &ccd_q_segment_names, segment_keys, &ccd_q_segment_import, reterr);
}

cc_status
ccd_points_import(ccd_call *call, cc_error *reterr)
{
  return import_document(call, &ccd_q_point_lines, point_homes, &ccd_q_point_import, reterr);
}

cc_status
ccd_street_prepare(ccd_call *call, cc_error *reterr)
{
  const cc_type *type = call->route->op->query;
  const char *street = *(char *const *) ((const char *) call->query +
                                         type->fields[cc_type_find(type, "street")].offset);
  ccd_arg *args = cc_arena_alloc(call->arena, 2 * sizeof(*args));
  ccd_slice key = {0};
  if (args == NULL ||
      (street != NULL && ccd_residence_street(ccd_slice_of(street), call->arena, &key) != CC_OK))
    return cc_fail_memory(reterr);
  const char *text =
    street == NULL
      ? NULL
      : cc_arena_printf(call->arena, "%.*s", (int) key.length, key.length > 0 ? key.text : "");
  if (street != NULL && text == NULL)
    return cc_fail_memory(reterr);
  args[0] = (ccd_arg){"street_key", text};
  args[1] = (ccd_arg){0};
  call->args = args;
  return CC_OK;
}
