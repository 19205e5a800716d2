/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-reply-file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/engine/ccd-crypto.h"
#include "server/engine/ccd-exchange.h"
#include "server/engine/ccd-gzip.h"
#include "server/engine/ccd-listener-head.h"
#include "server/engine/ccd-response.h"

/* Replies that are files: sent from the disk, or made in memory by a handler. */

static cc_status
leave_file(ccd_call *call, const ccd_file *file, cc_error *reterr)
{
  ccd_file *kept = cc_arena_alloc(call->arena, sizeof(*kept));
  if (kept == NULL)
    return cc_fail_memory(reterr);
  *kept = *file;
  ccd_reply_file_drop(ccd_exchange_of(call));
  call->file = kept;
  return CC_OK;
}

cc_status
ccd_call_send_file(ccd_call *call, int fd, const ccd_file *file, cc_error *reterr)
{
  struct stat found;
  ccd_file left = *file;
  cc_status status = fstat(fd, &found) == 0 && S_ISREG(found.st_mode)
                       ? CC_OK
                       : cc_fail(reterr, CC_ERR_INTERNAL, "file", "No regular file to send");
  if (status == CC_OK) {
    left.bytes = NULL;
    left.fd = fd;
    left.length = found.st_size;
    status = leave_file(call, &left, reterr);
  }
  if (status != CC_OK)
    (void) close(fd);
  return status;
}

cc_status
ccd_call_send_bytes(ccd_call *call,
                    const void *bytes,
                    size_t length,
                    const ccd_file *file,
                    cc_error *reterr)
{
  ccd_file left = *file;
  left.bytes = bytes != NULL ? bytes : "";
  left.fd = -1;
  left.length = (int64_t) length;
  return leave_file(call, &left, reterr);
}

/* Does Accept-Encoding (RFC 9110 section 12.5.3) accept gzip, by name or as "*"? */
static bool
takes_gzip(const char *accept)
{
  bool any = false;
  for (const char *at = accept; *at != '\0'; at += *at == ',') {
    at += strspn(at, " \t");
    size_t name = strcspn(at, " \t;,");
    size_t item = strcspn(at, ",");
    const char *weight = memmem(at, item, "q=", 2);
    bool good = weight == NULL || strtod(weight + 2, NULL) > 0;
    if (name == 4 && strncasecmp(at, "gzip", 4) == 0)
      return good;
    any = any || (name == 1 && *at == '*' && good);
    at += item;
  }
  return any;
}

static const char *
etag_of_bytes(cc_arena *arena, const void *bytes, size_t length)
{
  uint8_t hash[CCD_HASH_BYTES];
  ccd_sha256(bytes, length, hash);
  const char *hex = ccd_hex(arena, hash, 16);
  return hex == NULL ? NULL : cc_arena_printf(arena, "\"%s\"", hex);
}

cc_status
ccd_call_send_text(ccd_call *call,
                   const void *text,
                   size_t length,
                   const ccd_file *file,
                   bool packed,
                   cc_error *reterr)
{
  ccd_exchange *exchange = ccd_exchange_of(call);
  ccd_file left = *file;
  const char *accept = ccd_http_header(exchange->request, "accept-encoding");
  if (accept != NULL)
    packed = takes_gzip(accept);
  if (left.etag == NULL)
    left.etag = etag_of_bytes(call->arena, text, length);
  /* Two encodings of a file are two representations, so each needs its own ETag. */
  if (left.etag != NULL && !packed)
    left.etag =
      cc_arena_printf(call->arena, "%.*s-plain\"", (int) strlen(left.etag) - 1, left.etag);
  exchange->etag = left.etag;
  bool needed = left.etag != NULL && !ccd_response_not_modified(exchange);
  left.encoding = packed ? "gzip" : NULL;
  size_t sent = needed ? length : 0;
  void *bytes = !needed  ? (void *) text
                : packed ? ccd_gzip(call->arena, text, length, &sent)
                         : cc_arena_alloc(call->arena, length + 1);
  if (left.etag == NULL || bytes == NULL)
    return cc_fail_memory(reterr);
  if (needed && !packed)
    memcpy(bytes, text, length);
  return ccd_call_send_bytes(call, needed ? bytes : NULL, sent, &left, reterr);
}

void
ccd_reply_file_drop(ccd_exchange *exchange)
{
  const ccd_file *file = exchange->call.file;
  if (file != NULL && file->bytes == NULL)
    (void) close(file->fd);
  exchange->call.file = NULL;
}

/* Read digits and advance *at. -1: there are none, or too many. */
static int64_t
read_digits(const char **at)
{
  size_t digits = strspn(*at, "0123456789");
  int64_t value = digits == 0 || digits > 18 ? -1 : strtoll(*at, NULL, 10);
  *at += digits;
  return value;
}

/* Parse one byte range (RFC 9110 section 14.1.2). False: another unit, several ranges, or a
 * syntax error; all are treated like an absent Range. */
static bool
parse_range(const char *text, int64_t length, int64_t *ret_from, int64_t *ret_to)
{
  if (strncmp(text, "bytes=", 6) != 0)
    return false;
  const char *at = text + 6;
  int64_t from = read_digits(&at);
  if (*at++ != '-')
    return false;
  int64_t to = read_digits(&at);
  if (*at != '\0' || (from < 0 && to < 0) || (from >= 0 && to >= 0 && to < from))
    return false;
  if (from < 0) {
    from = to == 0 ? length : length - (to < length ? to : length);
    to = length - 1;
  }
  *ret_from = from;
  *ret_to = to < 0 || to >= length ? length - 1 : to;
  return true;
}

cc_status
ccd_reply_file_check(ccd_exchange *exchange, cc_error *reterr)
{
  const ccd_file *file = exchange->call.file;
  if (file == NULL)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "reply",
                   "%s left no file",
                   exchange->call.route->op->id);
  exchange->etag = file->etag;
  exchange->part = false;
  exchange->part_from = 0;
  exchange->part_length = file->length;
  const char *range = ccd_http_header(exchange->request, "range");
  const char *condition = ccd_http_header(exchange->request, "if-range");
  int64_t to = 0;
  if (range == NULL || strcmp(exchange->request->method, "GET") != 0 || file->etag == NULL ||
      (condition != NULL && strcmp(condition, file->etag) != 0) ||
      ccd_response_not_modified(exchange) ||
      !parse_range(range, file->length, &exchange->part_from, &to))
    return CC_OK;
  if (exchange->part_from >= file->length)
    return cc_fail_field(reterr,
                         CC_ERR_RANGE,
                         "range",
                         "Range",
                         "The file has %" PRId64 " bytes: nothing is left from there on",
                         file->length);
  exchange->part = true;
  exchange->part_length = to + 1 - exchange->part_from;
  return CC_OK;
}

/* Build the value "attachment" of Content-Disposition: the file name as plain ASCII and, if it
 * has other characters, also as UTF-8 (RFC 6266, RFC 8187). */
static const char *
content_disposition(cc_arena *arena, const char *name)
{
  static const char hex[] = "0123456789ABCDEF";
  cc_str out = CC_STR_INIT(4096);
  bool plain = true;
  cc_str_add(&out, "attachment; filename=\"");
  for (const unsigned char *at = (const unsigned char *) name; *at != '\0'; at++) {
    bool good = *at >= ' ' && *at < 0x7f && strchr("\"\\/%", *at) == NULL;
    cc_str_add_char(&out, good ? (char) *at : '_');
    plain = plain && good;
  }
  cc_str_add_char(&out, '"');
  if (!plain)
    cc_str_add(&out, "; filename*=UTF-8''");
  for (const unsigned char *at = (const unsigned char *) name; !plain && *at != '\0'; at++) {
    bool word = (*at >= '0' && *at <= '9') || (*at >= 'A' && *at <= 'Z') ||
                (*at >= 'a' && *at <= 'z') || strchr("-._~", *at) != NULL;
    if (!word) {
      cc_str_add_char(&out, '%');
      cc_str_add_char(&out, hex[*at >> 4]);
    }
    cc_str_add_char(&out, word ? (char) *at : hex[*at & 15]);
  }
  const char *text = out.failed ? NULL : cc_arena_strdup(arena, out.text);
  cc_str_done(&out);
  return text;
}

static const char *
media_of(const ccd_exchange *exchange, const ccd_file *file)
{
  if (file->media != NULL)
    return file->media;
  const char *at = exchange->call.route->op->media;
  size_t length = cc_media_next(&at);
  return cc_arena_strndup(exchange->call.arena, at, length);
}

static void
take_bytes(ccd_exchange *exchange, const ccd_file *file)
{
  ccd_http_response *response = exchange->response;
  size_t length = (size_t) exchange->part_length;
  response->body = malloc(length + 1);
  if (response->body == NULL) {
    response->status = 503;
    return;
  }
  memcpy(response->body, file->bytes + exchange->part_from, length);
  response->body_length = length;
}

void
ccd_reply_file_send(ccd_exchange *exchange)
{
  ccd_http_response *response = exchange->response;
  const ccd_file *file = exchange->call.file;
  cc_arena *arena = exchange->call.arena;
  if (file->etag != NULL)
    ccd_response_header(response, "Accept-Ranges", "bytes");
  if (response->status == 304)
    return;
  if (exchange->part) {
    response->status = 206;
    ccd_response_header(response,
                        "Content-Range",
                        cc_arena_printf(arena,
                                        "bytes %" PRId64 "-%" PRId64 "/%" PRId64,
                                        exchange->part_from,
                                        exchange->part_from + exchange->part_length - 1,
                                        file->length));
  }
  ccd_response_header(response, "Content-Type", media_of(exchange, file));
  ccd_response_header(response, "Content-Encoding", file->encoding);
  if (file->name != NULL)
    ccd_response_header(response, "Content-Disposition", content_disposition(arena, file->name));
  if (file->bytes != NULL) {
    take_bytes(exchange, file);
    return;
  }
  response->file = true;
  response->file_fd = file->fd;
  response->file_offset = (uint64_t) exchange->part_from;
  response->file_length = (uint64_t) exchange->part_length;
  exchange->call.file = NULL; /* from now on the listener owns the descriptor */
}
