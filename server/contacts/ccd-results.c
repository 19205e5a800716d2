/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/contacts/ccd-results.h"

#include <string.h>
#include <zlib.h>

#include "ccd-queries.h"
#include "common/api/cc-result.h"
#include "server/engine/ccd-feed-page.h"
#include "server/engine/ccd-reply-file.h"

/* The one row of @query as a struct of @type, and its place in the feed. */
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

static unsigned char
hex_value(char digit)
{
  return (unsigned char) (digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

/* bytea as PostgreSQL writes it: \x and small hexadecimal digits. NULL: no memory. */
static const unsigned char *
bytes_of(cc_arena *arena, const char *text, size_t *ret_length)
{
  size_t length = strlen(text) < 2 ? 0 : (strlen(text) - 2) / 2;
  unsigned char *bytes = cc_arena_alloc(arena, length + 1);
  for (size_t i = 0; bytes != NULL && i < length; i++)
    bytes[i] = (unsigned char) (hex_value(text[2 + 2 * i]) << 4 | hex_value(text[3 + 2 * i]));
  *ret_length = length;
  return bytes;
}

/* The gzip form of @bytes in the arena. */
static cc_status
compress_bytes(cc_arena *arena,
               const unsigned char *bytes,
               size_t length,
               unsigned char **ret,
               size_t *ret_length,
               cc_error *reterr)
{
  z_stream stream = {0};
  /* 15 + 16: the largest window, with gzip's head and tail. */
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return cc_fail_memory(reterr);
  uLong bound = deflateBound(&stream, (uLong) length);
  *ret = cc_arena_alloc(arena, bound);
  int result = Z_MEM_ERROR;
  if (*ret != NULL) {
    stream.next_in = (unsigned char *) bytes;
    stream.avail_in = (uInt) length;
    stream.next_out = *ret;
    stream.avail_out = (uInt) bound;
    result = deflate(&stream, Z_FINISH);
  }
  *ret_length = (size_t) stream.total_out;
  (void) deflateEnd(&stream);
  return result == Z_STREAM_END ? CC_OK : cc_fail_memory(reterr);
}

/* The tag is of what is inside, so it stays the same whatever zlib makes of it. */
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
  size_t packed_length = 0;
  unsigned char *packed = NULL;
  const unsigned char *bytes = bytes_of(call->arena, ccd_rows_get(rows, 0, "tile"), &length);
  ccd_file file = {.etag = etag_of(call, rows), .encoding = "gzip"};
  if (bytes == NULL || file.etag == NULL)
    return cc_fail_memory(reterr);
  status = compress_bytes(call->arena, bytes, length, &packed, &packed_length, reterr);
  if (status != CC_OK)
    return status;
  return ccd_call_send_bytes(call, packed, packed_length, &file, reterr);
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
                         "The box has nothing in it: its edges are the wrong way round");
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
