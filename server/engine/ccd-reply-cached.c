/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-reply-cached.h"

/* Is the reply the same for every actor? True for a route with a statement that runs as the
 * public role. */
static bool
is_for_all(const ccd_exchange *exchange)
{
  const ccd_route *route = exchange->call.route;
  return route->as_public && route->query != NULL;
}

/* The key of a reply: path and query as sent. Different spellings are cached separately. */
static const char *
key_of(const ccd_exchange *exchange)
{
  const ccd_http_request *request = exchange->request;
  return cc_arena_printf(exchange->call.arena,
                         "%s?%s",
                         request->path,
                         request->query == NULL ? "" : request->query);
}

bool
ccd_reply_is_cached(ccd_exchange *exchange)
{
  if (!is_for_all(exchange))
    return false;
  const char *key = key_of(exchange);
  if (key != NULL)
    exchange->answer = ccd_public_cache_find(exchange->server->public_cache, key);
  return exchange->answer != NULL;
}

bool
ccd_reply_await_cached(ccd_exchange *exchange, bool wait)
{
  if (exchange->answer != NULL)
    return true;
  if (!is_for_all(exchange) || exchange->filling.key != NULL)
    return false;
  /* Reads by key never wait for another thread: they run in batches on shared threads, so one
   * that waits might wait for its own batch. */
  wait = wait && !exchange->call.route->by_key;
  const char *key = key_of(exchange);
  return key != NULL && ccd_public_cache_begin(exchange->server->public_cache,
                                               key,
                                               wait,
                                               &exchange->filling,
                                               &exchange->answer) == CCD_TURN_FOUND;
}

cc_status
ccd_reply_from_cache(ccd_exchange *exchange, cc_error *reterr)
{
  const ccd_answer *answer = exchange->answer;
  /* Copy the ETag, because the header is read after the exchange has ended, when the cached
   * reply may already be freed. */
  if (answer->etag != NULL) {
    exchange->etag = cc_arena_strdup(exchange->call.arena, answer->etag);
    if (exchange->etag == NULL)
      return cc_fail_memory(reterr);
  }
  exchange->next_cursor = answer->next_cursor;
  cc_str_add_n(&exchange->out, answer->body, answer->length);
  return exchange->out.failed ? cc_fail_memory(reterr) : CC_OK;
}

/* Return the organization whose changes invalidate the reply: for a single object the
 * organization of its row, for a list 0 (any). */
static int64_t
organization_of(const ccd_exchange *exchange)
{
  const ccd_rows *rows = exchange->call.rows;
  if (exchange->call.route->op->shape == CC_REPLY_LIST || rows == NULL ||
      ccd_rows_get(rows, 0, "organization_id") == NULL)
    return 0;
  return ccd_rows_int64(rows, 0, "organization_id");
}

void
ccd_reply_keep(ccd_exchange *exchange)
{
  const ccd_answer answer = {.body = exchange->out.text,
                             .length = exchange->out.length,
                             .etag = exchange->etag,
                             .next_cursor = exchange->next_cursor};
  if (exchange->filling.key != NULL && answer.body != NULL)
    ccd_public_cache_fill(exchange->server->public_cache,
                          &exchange->filling,
                          organization_of(exchange),
                          &answer);
}

void
ccd_reply_cached_end(ccd_exchange *exchange)
{
  ccd_public_cache_leave(exchange->server->public_cache, &exchange->filling);
  ccd_answer_release(exchange->answer);
  exchange->answer = NULL;
}
