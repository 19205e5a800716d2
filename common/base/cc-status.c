/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/base/cc-status.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

#include "common/base/cc-arena.h"

typedef struct status_row {
  int http;
  const char *type, *title;
} status_row;

/* For an HTTP status with several rows, cc_status_from_http() returns the first one. */
static const status_row rows[_CC_STATUS_MAX] = {
  [CC_OK] = {200, "ok", "OK"},
  [CC_ERR_MALFORMED] = {400, "malformed_request", "Malformed request"},
  [CC_ERR_UNAUTHENTICATED] = {401, "not_authenticated", "Not signed in"},
  [CC_ERR_FORBIDDEN] = {403, "not_authorized", "Not allowed"},
  [CC_ERR_NOT_FOUND] = {404, "not_found", "Not found"},
  [CC_ERR_METHOD] = {405, "method_not_allowed", "Method not allowed"},
  [CC_ERR_CONFLICT] = {409, "conflict", "Conflict"},
  [CC_ERR_GONE] = {410, "gone", "No longer there"},
  [CC_ERR_PRECONDITION] = {412, "precondition_failed", "Changed in the meantime"},
  [CC_ERR_TOO_LARGE] = {413, "too_large", "Too large"},
  [CC_ERR_UNSUPPORTED] = {415, "unsupported_media_type", "Unsupported content type"},
  [CC_ERR_RANGE] = {416, "range_not_satisfiable", "Outside of the file"},
  [CC_ERR_INVALID] = {422, "validation_error", "Something in the request is not valid"},
  [CC_ERR_RATE_LIMITED] = {429, "rate_limited", "Too many requests"},
  [CC_ERR_INTERNAL] = {500, "internal", "Internal error"},
  [CC_ERR_EXTERNAL] = {502, "external_service", "A service that this server uses failed"},
  [CC_ERR_UNAVAILABLE] = {503, "unavailable", "Temporarily unavailable"},
  [CC_ERR_STORAGE] = {507, "storage_full", "The server has no space for the file"},
  [CC_ERR_NO_MEMORY] = {503, "unavailable", "Temporarily unavailable"},
};

static const status_row *
row_of(cc_status status)
{
  unsigned index = (unsigned) status;
  return &rows[index < _CC_STATUS_MAX ? index : CC_ERR_INTERNAL];
}

int
cc_status_http(cc_status status)
{
  return row_of(status)->http;
}

const char *
cc_status_type(cc_status status)
{
  return row_of(status)->type;
}

const char *
cc_status_title(cc_status status)
{
  return row_of(status)->title;
}

cc_status
cc_status_from_http(int http)
{
  if ((http >= 200 && http < 300) || http == 304)
    return CC_OK;
  for (unsigned i = 1; i < _CC_STATUS_MAX; i++) {
    if (rows[i].http == http)
      return (cc_status) i;
  }
  return CC_ERR_INTERNAL;
}

/* Remove bytes that are no complete character: cutting a text can leave them at its end or
 * inside. */
static void
keep_utf8(char *text)
{
  char *to = text;
  for (const char *at = text; *at != '\0';) {
    utf8proc_int32_t ignored;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *) at, -1, &ignored);
    if (n <= 0) {
      at++;
      continue;
    }
    memmove(to, at, (size_t) n);
    to += n;
    at += n;
  }
  *to = '\0';
}

static void CC_PRINTF(3, 0) put_format(char *to, size_t size, const char *format, va_list args)
{
  if (vsnprintf(to, size, format, args) < 0)
    to[0] = '\0';
  keep_utf8(to);
}

static void
put_text(char *to, size_t size, const char *text)
{
  size_t length = strlen(text);
  if (length >= size)
    length = size - 1;
  memcpy(to, text, length);
  to[length] = '\0';
  keep_utf8(to);
}

static void
start_error(cc_error *error, cc_status status, const char *code, const char *pointer)
{
  error->status = status;
  put_text(error->code, sizeof error->code, code);
  put_text(error->pointer, sizeof error->pointer, pointer);
  error->hint[0] = '\0';
}

cc_status
cc_fail(cc_error *error, cc_status status, const char *code, const char *format, ...)
{
  if (error == NULL)
    return status;
  start_error(error, status, code, "");
  va_list args;
  va_start(args, format);
  put_format(error->message, sizeof error->message, format, args);
  va_end(args);
  return status;
}

cc_status
cc_fail_field(cc_error *error,
              cc_status status,
              const char *code,
              const char *pointer,
              const char *format,
              ...)
{
  if (error == NULL)
    return status;
  start_error(error, status, code, pointer);
  va_list args;
  va_start(args, format);
  put_format(error->message, sizeof error->message, format, args);
  va_end(args);
  return status;
}

void
cc_error_vhint(cc_error *error, const char *format, va_list args)
{
  put_format(error->hint, sizeof error->hint, format, args);
}

void
cc_error_hint(cc_error *error, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  cc_error_vhint(error, format, args);
  va_end(args);
}

cc_status
cc_fail_memory(cc_error *error)
{
  return cc_fail(error, CC_ERR_NO_MEMORY, "no_memory", "The server is out of memory");
}

cc_status
cc_fail_absent(cc_error *error)
{
  return cc_fail(error,
                 CC_ERR_NOT_FOUND,
                 "not_found",
                 "There is no such thing, or it is not yours to see");
}

/* Memory for one more item, or NULL. An outgrown array stays in the arena. */
static cc_error *
list_next(cc_error_list *list)
{
  if (list->n >= CC_ERRORS_MAX)
    return NULL;
  if (list->n == list->capacity) {
    size_t capacity = list->capacity == 0 ? 4 : list->capacity * 2;
    cc_error *items = cc_arena_alloc(list->arena, capacity * sizeof *items);
    if (items == NULL)
      return NULL;
    if (list->n > 0)
      memcpy(items, list->items, list->n * sizeof *items);
    list->items = items;
    list->capacity = capacity;
  }
  return &list->items[list->n++];
}

cc_error *
cc_error_list_add(cc_error_list *list,
                  const char *code,
                  const char *pointer,
                  const char *format,
                  ...)
{
  cc_error *item = list_next(list);
  if (item == NULL)
    return NULL;
  start_error(item, CC_ERR_INVALID, code, pointer);
  va_list args;
  va_start(args, format);
  put_format(item->message, sizeof item->message, format, args);
  va_end(args);
  return item;
}
