/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-response.h"

#include <assert.h>
#include <string.h>

#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-entity-tag.h"
#include "server/engine/ccd-listener-head.h"

void
ccd_response_header(ccd_http_response *response, const char *name, const char *value)
{
  if (value == NULL)
    return;
  assert(response->n_headers < CCD_HTTP_HEADERS_MAX);
  response->headers[response->n_headers++] = (ccd_http_header_line){name, value};
}

bool
ccd_origin_listed(const char *list, const char *origin)
{
  size_t length = strlen(origin);
  for (const char *at = list; *at != '\0';) {
    size_t item = strcspn(at, ",");
    if (item == length && memcmp(at, origin, length) == 0)
      return true;
    at += item + (at[item] == ',');
  }
  return false;
}

static void
add_cors(ccd_exchange *exchange)
{
  const char *origin = ccd_http_header(exchange->request, "origin");
  if (origin == NULL || !ccd_origin_listed(exchange->server->config.cors_origins, origin))
    return;
  ccd_response_header(exchange->response, "Access-Control-Allow-Origin", origin);
  ccd_response_header(exchange->response, "Access-Control-Allow-Credentials", "true");
  ccd_response_header(exchange->response,
                      "Access-Control-Expose-Headers",
                      "Accept-Ranges, Content-Disposition, Content-Range, ETag, Link, Location, "
                      "RateLimit, RateLimit-Policy, Retry-After, "
                      "Upload-Offset, X-Request-Id, Idempotent-Replayed");
}

/* Add the headers RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers). */
static void
add_limit(ccd_exchange *exchange)
{
  const ccd_limit_state *limit = &exchange->limit;
  if (limit->name == NULL)
    return;
  cc_arena *arena = exchange->call.arena;
  ccd_response_header(exchange->response,
                      "RateLimit-Policy",
                      cc_arena_printf(arena,
                                      "\"%s\";q=%lld;w=%lld",
                                      limit->name,
                                      (long long) limit->quota,
                                      (long long) limit->window_s));
  ccd_response_header(exchange->response,
                      "RateLimit",
                      cc_arena_printf(arena,
                                      "\"%s\";r=%lld;t=%lld",
                                      limit->name,
                                      (long long) limit->remaining,
                                      (long long) limit->reset_s));
}

void
ccd_response_common(ccd_exchange *exchange)
{
  ccd_http_response *response = exchange->response;
  ccd_response_header(response, "X-Request-Id", exchange->call.request_id);
  ccd_response_header(response, "X-Content-Type-Options", "nosniff");
  ccd_response_header(response, "Referrer-Policy", "no-referrer");
  ccd_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
  ccd_response_header(response, "X-Frame-Options", "DENY");
  bool page =
    exchange->content_type != NULL && strncmp(exchange->content_type, "text/html", 9) == 0;
  ccd_response_header(response,
                      "Content-Security-Policy",
                      page ? "default-src 'none'; style-src 'self'; script-src 'self'; base-uri "
                             "'none'; form-action "
                             "'none'; frame-ancestors 'none'"
                           : "default-src 'none'; frame-ancestors 'none'");
  if (strncmp(exchange->server->config.public_url, "https:", 6) == 0)
    ccd_response_header(response,
                        "Strict-Transport-Security",
                        "max-age=63072000; includeSubDomains");
  ccd_response_header(response, "Vary", "Accept-Encoding, Authorization, Cookie, Origin");
  if (exchange->upload_offset >= 0)
    ccd_response_header(response,
                        "Upload-Offset",
                        ccd_text_int64(exchange->call.arena, exchange->upload_offset));
  add_cors(exchange);
  add_limit(exchange);
}

/* Does an entity tag in If-None-Match equal the reply's ETag? (RFC 9110 section 13.1.2, weak
 * comparison.) */
bool
ccd_response_not_modified(const ccd_exchange *exchange)
{
  const char *tags = ccd_http_header(exchange->request, "if-none-match");
  if (exchange->etag == NULL || tags == NULL || exchange->method != CC_GET)
    return false;
  return ccd_entity_tag_among(tags, exchange->etag, /* weakly= */ true);
}
