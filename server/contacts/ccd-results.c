/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/contacts/ccd-results.h"

#include <string.h>

#include "ccd-queries.h"
#include "common/api/cc-result.h"
#include "server/engine/ccd-crypto.h"
#include "server/engine/ccd-feed-page.h"
#include "server/engine/ccd-reply-file.h"

/* Handlers of counts and map tiles, whose reply is not a plain row or list of rows. */

/* Run @query, which returns one row; read the row into a struct of @type and add the feed
 * cursor. */
static cc_status
count_results(ccd_call *call,
              const ccd_query *query,
              const cc_type *type,
              void **ret,
              char **ret_cursor,
              cc_error *reterr)
{
  void *object = cc_arena_alloc(call->arena, type->size);
  if (object == NULL)
    return cc_fail_memory(reterr);
  const ccd_rows *rows = NULL;
  cc_status status = ccd_call_query(call, query, NULL, &rows, reterr);
  if (status == CC_OK)
    status = ccd_rows_bind(rows, 0, type, call->arena, object, reterr);
  if (status != CC_OK)
    return status;
  *ret = object;
  *ret_cursor = (char *) ccd_call_feed_cursor(call, ccd_rows_get(rows, 0, "xid"), "0");
  return *ret_cursor != NULL ? CC_OK : cc_fail_memory(reterr);
}

cc_status
ccd_results_count(ccd_call *call, cc_error *reterr)
{
  void *object = NULL;
  char *cursor = NULL;
  cc_status status =
    count_results(call, &ccd_q_result_list, &cc_results_type, &object, &cursor, reterr);
  cc_results *reply = object;
  if (reply != NULL)
    reply->cursor = cursor;
  call->reply = reply;
  return status;
}

cc_status
ccd_results_answers(ccd_call *call, cc_error *reterr)
{
  void *object = NULL;
  char *cursor = NULL;
  cc_status status =
    count_results(call, &ccd_q_result_answers, &cc_answer_counts_type, &object, &cursor, reterr);
  cc_answer_counts *reply = object;
  if (reply != NULL)
    reply->cursor = cursor;
  call->reply = reply;
  return status;
}

/* Make the ETag from the tile before compression, so that the ETag does not depend on the zlib
 * version. */
static const char *
etag_of(ccd_call *call, const ccd_rows *rows)
{
  return cc_arena_printf(call->arena, "\"%s\"", ccd_rows_get(rows, 0, "etag"));
}

cc_status
ccd_map_tile(ccd_call *call, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  cc_status status = ccd_call_query(call, &ccd_q_map_tile, NULL, &rows, reterr);
  if (status != CC_OK)
    return status;
  size_t length = 0;
  uint8_t *bytes = NULL;
  ccd_file file = {.etag = etag_of(call, rows)};
  if (!ccd_bytea_parse(call->arena, ccd_rows_get(rows, 0, "tile"), &bytes, &length) ||
      file.etag == NULL)
    return cc_fail_memory(reterr);
  return ccd_call_send_text(call, bytes, length, &file, /* packed= */ true, reterr);
}

cc_status
ccd_map_features(ccd_call *call, cc_error *reterr)
{
  const cc_map_box *box = call->query;
  if (box->west > box->east || box->south > box->north)
    return cc_fail_field(reterr,
                         CC_ERR_INVALID,
                         "box",
                         box->west > box->east ? "east" : "north",
                         "The box is empty: west must not exceed east, and south must not exceed "
                         "north.");
  const ccd_rows *rows = NULL;
  cc_status status = ccd_call_query(call, &ccd_q_map_geojson, NULL, &rows, reterr);
  if (status != CC_OK)
    return status;
  const char *text = cc_arena_strdup(call->arena, ccd_rows_get(rows, 0, "document"));
  ccd_file file = {.etag = etag_of(call, rows)};
  if (text == NULL || file.etag == NULL)
    return cc_fail_memory(reterr);
  return ccd_call_send_bytes(call, text, strlen(text), &file, reterr);
}
