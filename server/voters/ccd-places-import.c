/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ccd-queries.h"
#include "common/api/cc-place.h"
#include "server/engine/ccd-spool.h"
#include "server/voters/ccd-address.h"
#include "server/voters/ccd-places-csv.h"
#include "server/voters/ccd-voters-routes.h"

/* Files of places: PostgreSQL takes the GeoJSON apart, addresses are read here. A file is one
 * transaction. */

#define KEYS_MAX (64u << 20)
#define SCRATCH_MAX (256u * 1024)

static cc_status
fail_too_large(cc_error *reterr)
{
  return cc_fail(reterr, CC_ERR_NO_MEMORY, "no_memory", "The file is too large: send it in parts.");
}

/* The whole body as text in the arena; of at most max_body. */
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
    return cc_fail(reterr, CC_ERR_INVALID, "geojson", "The file is no GeoJSON: it has a NUL.");
  *ret = text;
  return CC_OK;
}

/* What the query string named, as the functions take it. */
static const char *
named_source(ccd_call *call)
{
  cc_str json = CC_STR_INIT(16384);
  cc_encode_body(call->route->op->query, call->query, &call->query_present, &json);
  const char *text = json.failed ? NULL : cc_arena_strdup(call->arena, json.text);
  cc_str_done(&json);
  return text;
}

/* The member's name goes in front; the caller has written what comes before. */
static void
add_member(cc_str *out, const char *name, ccd_slice value)
{
  cc_str_printf(out, ",\"%s\":", name);
  cc_str_add_json(out, value.text == NULL ? "" : value.text, value.length);
}

/* {"name of a street": "its key", …} */
static cc_status
segment_keys(ccd_call *call, const ccd_rows *names, cc_str *out, cc_error *reterr)
{
  cc_str_add_char(out, '{');
  for (int row = 0; row < ccd_rows_n(names); row++) {
    const char *name = ccd_rows_get(names, row, "name");
    ccd_address parsed = {0};
    /* A street alone would lose a number that it begins with: "1 Ave". */
    const char *line = cc_arena_printf(call->arena, "1 %s", name);
    cc_status status =
      line == NULL
        ? CC_ERR_NO_MEMORY
        : ccd_address_parse(ccd_slice_of(line), ccd_slice_of(NULL), call->arena, &parsed);
    if (status != CC_OK)
      return fail_too_large(reterr);
    if (row > 0)
      cc_str_add_char(out, ',');
    cc_str_add_json(out, name, strlen(name));
    cc_str_add_char(out, ':');
    cc_str_add_json(out, parsed.street_key.text, parsed.street_key.length);
  }
  cc_str_add_char(out, '}');
  return out->failed ? fail_too_large(reterr) : CC_OK;
}

/* [{"address_key": …}, …] in the order of the lines. The unit of its own column is part of the
 * line. */
static cc_status
point_homes(ccd_call *call, const ccd_rows *lines, cc_str *out, cc_error *reterr)
{
  CC_AUTO(cc_arena) scratch = cc_arena_new(SCRATCH_MAX);
  if (scratch == NULL)
    return fail_too_large(reterr);
  cc_str_add_char(out, '[');
  for (int row = 0; row < ccd_rows_n(lines); row++) {
    const char *line = ccd_rows_get(lines, row, "line");
    const char *unit = ccd_rows_get(lines, row, "unit");
    ccd_slice zip5 = ccd_slice_of(ccd_rows_get(lines, row, "zip5"));
    const char *whole = line == NULL ? "" : line;
    if (unit != NULL)
      whole = cc_arena_printf(scratch, "%s # %s", whole, unit);
    ccd_address parsed = {0};
    cc_status status = whole == NULL
                         ? CC_ERR_NO_MEMORY
                         : ccd_address_parse(ccd_slice_of(whole), zip5, scratch, &parsed);
    if (status != CC_OK)
      return fail_too_large(reterr);
    cc_str_add(out, row > 0 ? ",{\"zip5\":" : "{\"zip5\":");
    cc_str_add_json(out, zip5.text, zip5.length);
    add_member(out, "address_key", parsed.address_key);
    add_member(out, "building_key", parsed.building_key);
    add_member(out, "street_key", parsed.street_key);
    add_member(out, "street", parsed.street_key);
    add_member(out, "number", parsed.number);
    ccd_slice word = ccd_address_unit_word(&parsed);
    const char *told = cc_arena_printf(scratch,
                                       "%.*s%s%.*s",
                                       (int) word.length,
                                       word.length > 0 ? word.text : "",
                                       word.length > 0 && parsed.unit.length > 0 ? " " : "",
                                       (int) parsed.unit.length,
                                       parsed.unit.length > 0 ? parsed.unit.text : "");
    if (told == NULL)
      return fail_too_large(reterr);
    add_member(out, "unit", ccd_slice_of(told));
    add_member(out, "line", ccd_slice_of(line));
    cc_str_add_char(out, '}');
    cc_arena_clear(scratch);
  }
  cc_str_add_char(out, ']');
  return out->failed ? fail_too_large(reterr) : CC_OK;
}

/* The body as GeoJSON; a table is made that, in @made. */
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

/* A file whose addresses are read here: @lines gives them, @keys makes what @import takes. */
static cc_status
import_with(ccd_call *call,
            const ccd_query *lines,
            cc_status (*keys)(ccd_call *, const ccd_rows *, cc_str *, cc_error *),
            const ccd_query *import,
            cc_error *reterr)
{
  const char *document = NULL;
  const ccd_rows *rows = NULL;
  cc_str text = CC_STR_INIT(KEYS_MAX), made = CC_STR_INIT(KEYS_MAX);
  cc_status status = read_document(call, &made, &document, reterr);
  ccd_arg args[] = {{"document", document}, {"named", named_source(call)}, {"keys", NULL}, {0}};
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
  return import_with(call, NULL, NULL, &ccd_q_area_import, reterr);
}

cc_status
ccd_segments_import(ccd_call *call, cc_error *reterr)
{
  return import_with(call, &ccd_q_segment_names, segment_keys, &ccd_q_segment_import, reterr);
}

cc_status
ccd_points_import(ccd_call *call, cc_error *reterr)
{
  return import_with(call, &ccd_q_point_lines, point_homes, &ccd_q_point_import, reterr);
}
