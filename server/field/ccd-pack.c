/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ccd-queries.h"
#include "common/api/cc-event.h"
#include "common/api/cc-pack.h"
#include "common/base/cc-str.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-crypto.h"
#include "server/engine/ccd-feed-page.h"
#include "server/engine/ccd-reply-file.h"
#include "server/field/ccd-field.h"

/* Makes the bytes of a pack. The database makes its lines, all from one snapshot; this file adds
 * the header with its signed feed cursor, the end line by which a truncated stream is detected,
 * and the compression. The same content gives the same bytes, so that ETag and Range work. */

#define PACK_MAX (12u * 1024 * 1024)

static const char *
json_boolean(bool value)
{
  return value ? "true" : "false";
}

cc_status
ccd_field_packs(ccd_call *call, cc_error *reterr)
{
  const ccd_arg args[] = {
    {"canvasses", json_boolean(call->actor->rights & CC_RIGHT_BIT(CC_RIGHT_CANVASS))},
    {"checks_in", json_boolean(call->actor->rights & CC_RIGHT_BIT(CC_RIGHT_CHECK_IN))},
    {0},
  };
  return ccd_call_query(call, &ccd_q_field_packs, args, &call->rows, reterr);
}

static void
add_header(ccd_call *call, const ccd_rows *rows, const char *kind, int64_t id, cc_str *out)
{
  const char *cursor = ccd_call_feed_cursor(call, ccd_rows_get(rows, 0, "xid"), "0");
  cc_pack_header *header = cc_arena_alloc(call->arena, sizeof(*header));
  cc_error error;
  /* Read the header's members from the row: its columns have the names of the members (made_at,
   * expires_at, content, snapshot). */
  if (cursor == NULL || header == NULL ||
      ccd_rows_bind(rows, 0, &cc_pack_header_type, call->arena, header, &error) != CC_OK) {
    out->failed = true;
    return;
  }
  header->line = (char *) "header";
  header->kind = (char *) kind;
  header->id = id;
  header->cursor = (char *) cursor;
  cc_encode(&cc_pack_header_type, header, CC_VIEW_MEMBER, out);
  cc_str_add_char(out, '\n');
}

static void
add_end(ccd_call *call, int64_t lines, cc_str *out)
{
  uint8_t hash[CCD_HASH_BYTES];
  ccd_sha256(out->text, out->length, hash);
  const cc_pack_end end = {.line = (char *) "end",
                           .lines = lines,
                           .sha256 = (char *) ccd_hex(call->arena, hash, sizeof(hash))};
  if (end.sha256 == NULL) {
    out->failed = true;
    return;
  }
  cc_encode(&cc_pack_end_type, &end, CC_VIEW_MEMBER, out);
  cc_str_add_char(out, '\n');
}

static cc_status
send_lines(ccd_call *call, const ccd_rows *rows, const char *kind, int64_t id, cc_error *reterr)
{
  cc_str text = CC_STR_INIT(PACK_MAX);
  const char *lines = ccd_rows_get(rows, 0, "lines");
  add_header(call, rows, kind, id, &text);
  if (lines != NULL) {
    cc_str_add(&text, lines);
    cc_str_add_char(&text, '\n');
  }
  add_end(call, ccd_rows_int64(rows, 0, "n_lines"), &text);
  const ccd_file file = {0};
  cc_status status =
    text.failed
      ? cc_fail_memory(reterr)
      : ccd_call_send_text(call, text.text, text.length, &file, /* packed= */ true, reterr);
  cc_str_done(&text);
  return status;
}

static cc_status
send_pack(ccd_call *call, const char *kind, int64_t id, cc_error *reterr)
{
  const cc_pack_query *query = call->query;
  const char *xid = NULL;
  const char *change = NULL;
  cc_status status =
    query->since == NULL ? CC_OK : ccd_call_feed_place(call, query->since, &xid, &change, reterr);
  if (status == CC_ERR_GONE)
    xid = change = NULL; /* no cursor of the phone is usable: send the whole pack, which replaces
                            the one on the phone */
  else if (status != CC_OK)
    return status;
  const ccd_arg args[] = {
    {"kind", kind},
    {"pack_id", ccd_text_int64(call->arena, id)},
    {"since_xid", xid},
    {"since_id", change},
    {0},
  };
  const ccd_rows *rows = NULL;
  status =
    ccd_call_query_in_own_tx(call, CCD_WRITE, "pack.take", &ccd_q_field_pack, args, &rows, reterr);
  if (status != CC_OK)
    return status;
  if (ccd_rows_n(rows) == 0)
    return cc_fail_absent(reterr);
  return send_lines(call, rows, kind, id, reterr);
}

cc_status
ccd_turf_pack(ccd_call *call, cc_error *reterr)
{
  const cc_turf_pack_ref *ref = call->params;
  return send_pack(call, "turf", ref->turf_id, reterr);
}

cc_status
ccd_event_pack(ccd_call *call, cc_error *reterr)
{
  const cc_event_ref *ref = call->params;
  return send_pack(call, "event", ref->event_id, reterr);
}
