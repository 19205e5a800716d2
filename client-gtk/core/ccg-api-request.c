/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "client-gtk/core/ccg-api-private.h"
#include "client-gtk/core/ccg-error-private.h"

/* Converts an operation and its structs into an HTTP message. */

#define BODY_CEILING                                                                               \
  ((size_t) 128 * 1024) /* the largest body that the server accepts, in bytes                      \
                         */
#define TEXT_CEILING ((size_t) 256 * 1024)

char *
ccg_origin_parse(const char *text)
{
  g_autofree char *typed = g_strstrip(g_strdup(text == NULL ? "" : text));
  if (strstr(typed, "://") == NULL) {
    char *with_scheme = g_strconcat("https://", typed, NULL);
    g_free(typed);
    typed = with_scheme;
  }
  g_autoptr(GUri) uri = g_uri_parse(typed, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL)
    return NULL;
  const char *scheme = g_uri_get_scheme(uri);
  const char *host = g_uri_get_host(uri);
  const char *path = g_uri_get_path(uri);
  gboolean known = g_str_equal(scheme, "https") || g_str_equal(scheme, "http");
  gboolean bare = g_uri_get_query(uri) == NULL && g_uri_get_fragment(uri) == NULL &&
                  g_uri_get_userinfo(uri) == NULL && (*path == '\0' || g_str_equal(path, "/"));
  if (!known || !bare || host == NULL || *host == '\0' || strpbrk(host, " \t%") != NULL)
    return NULL;
  g_autofree char *small = g_ascii_strdown(host, -1);
  int port = g_uri_get_port(uri);
  if (port == (g_str_equal(scheme, "https") ? 443 : 80))
    port = -1;
  return g_uri_join(G_URI_FLAGS_NONE, scheme, NULL, small, port, "", NULL, NULL);
}

gboolean
ccg_origin_is_safe(const char *origin)
{
  g_autoptr(GUri) uri = g_uri_parse(origin, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL)
    return FALSE;
  const char *host = g_uri_get_host(uri);
  if (g_str_equal(g_uri_get_scheme(uri), "https") || g_strcmp0(host, "localhost") == 0)
    return TRUE;
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);
  return address != NULL &&
         (g_inet_address_get_is_loopback(address) || g_inet_address_get_is_site_local(address) ||
          g_inet_address_get_is_link_local(address));
}

gpointer
ccg_query_new(const cc_type *type, gint64 limit, const char *cursor)
{
  char *query = g_malloc0(type->size);
  int at = cc_type_find(type, "limit");
  if (at >= 0)
    memcpy(query + type->fields[at].offset, &limit, sizeof limit);
  at = cc_type_find(type, "cursor");
  if (at >= 0)
    memcpy(query + type->fields[at].offset, &cursor, sizeof cursor);
  return query;
}

/* Does the member have a value? A number or a time that is stored without a pointer has none
 * when it is 0. */
static gboolean
is_set(const cc_field *field, gconstpointer object)
{
  const char *member = (const char *) object + field->offset;
  gint64 number;
  double real;
  int name;
  gconstpointer pointer;
  switch (field->boxed ? CC_KIND_STRING : (cc_kind) field->kind) {
  case CC_KIND_BOOL:
    return *(const bool *) member;
  case CC_KIND_INT64:
  case CC_KIND_TIME:
    memcpy(&number, member, sizeof number);
    return number != 0;
  case CC_KIND_DOUBLE:
    memcpy(&real, member, sizeof real);
    return real < 0 || real > 0;
  case CC_KIND_ENUM:
    memcpy(&name, member, sizeof name);
    return name != 0;
  case CC_KIND_STRINGS:
    return ((const cc_strings *) (gconstpointer) member)->n > 0;
  case CC_KIND_STRING:
  case CC_KIND_JSON:
  case CC_KIND_OBJECT:
  case CC_KIND_LIST:
    memcpy(&pointer, member, sizeof pointer);
    return pointer != NULL;
  }
  return FALSE;
}

static gboolean
add_path(GString *uri, const cc_op *op, gconstpointer params, cc_arena *arena)
{
  for (const char *at = op->path; *at != '\0'; at++) {
    if (*at != '{') {
      g_string_append_c(uri, *at);
      continue;
    }
    const char *end = strchr(at, '}');
    g_autofree char *name = g_strndup(at + 1, (gsize) (end - at - 1));
    int index = params == NULL ? -1 : cc_type_find(op->params, name);
    const char *text = index < 0 ? NULL : cc_field_text(&op->params->fields[index], params, arena);
    if (text == NULL || *text == '\0')
      return FALSE;
    g_string_append_uri_escaped(uri, text, NULL, FALSE);
    at = end;
  }
  return TRUE;
}

static void
add_query(GString *uri, const cc_op *op, gconstpointer query, cc_arena *arena)
{
  char separator = '?';
  for (gsize i = 0; query != NULL && i < op->query->n_fields; i++) {
    const cc_field *field = &op->query->fields[i];
    const char *text = is_set(field, query) ? cc_field_text(field, query, arena) : NULL;
    if (text == NULL)
      continue;
    g_string_append_printf(uri, "%c%s=", separator, field->name);
    g_string_append_uri_escaped(uri, text, NULL, FALSE);
    separator = '&';
  }
}

static gboolean
set_body(SoupMessage *message, const CcgRequest *request)
{
  const cc_op *op = request->op;
  if (op->body == NULL || request->body == NULL)
    return TRUE;
  cc_present present = {0};
  for (gsize i = 0; i < op->body->n_fields; i++) {
    const cc_field *field = &op->body->fields[i];
    gboolean flag = field->kind == CC_KIND_BOOL && !field->boxed;
    if ((field->flags & CC_READ_ONLY) == 0 && (flag || is_set(field, request->body)))
      cc_present_set(&present, i);
  }
  cc_str text = CC_STR_INIT(BODY_CEILING);
  cc_encode_body(op->body,
                 request->body,
                 request->body_present != NULL ? request->body_present : &present,
                 &text);
  gsize length = 0;
  char *taken = cc_str_take(&text, &length);
  cc_str_done(&text);
  if (taken == NULL)
    return FALSE;
  /* The memory is cleared, because a body may contain a password. */
  g_autoptr(GBytes) bytes = g_bytes_new(taken, length);
  explicit_bzero(taken, length);
  free(taken);
  soup_message_set_request_body_from_bytes(message, "application/json", bytes);
  return TRUE;
}

SoupMessage *
ccg_api_message(const char *origin, const CcgRequest *request, GError **error)
{
  const cc_op *op = request->op;
  CC_AUTO(cc_arena) arena = cc_arena_new(TEXT_CEILING);
  g_assert(arena != NULL);
  g_autoptr(GString) uri = g_string_new(origin);
  gboolean whole = add_path(uri, op, request->params, arena);
  if (whole)
    add_query(uri, op, request->query, arena);
  g_autoptr(SoupMessage) message =
    whole ? soup_message_new(cc_method_name(op->method), uri->str) : NULL;
  if (message == NULL || !set_body(message, request)) {
    g_propagate_error(error, ccg_error_new(CC_ERR_INVALID, "request", "This cannot be sent."));
    return NULL;
  }
  soup_message_add_flags(message, SOUP_MESSAGE_NO_REDIRECT);
  SoupMessageHeaders *headers = soup_message_get_request_headers(message);
  soup_message_headers_replace(headers, "Accept", "application/json, application/problem+json");
  if (op->method != CC_GET) {
    g_autofree char *made = g_uuid_string_random();
    const char *key = request->idempotency_key != NULL ? request->idempotency_key : made;
    soup_message_headers_replace(headers, "Idempotency-Key", key);
  }
  return g_steal_pointer(&message);
}
