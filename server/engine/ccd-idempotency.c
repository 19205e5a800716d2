/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-idempotency.h"

#include <inttypes.h>
#include <string.h>

#include "ccd-queries.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-exchange.h"

/* Idempotency-Key: the row of the key is written in the same transaction as the work, so that
 * either both exist or neither does. The stored reply is sealed
 * (draft-ietf-httpapi-idempotency-key-header). */

/* Return the owner of a key: an actor in one organization; for an anonymous client its address. */
static const char *
scope_of(ccd_exchange *exchange)
{
  const ccd_context *context = &exchange->context;
  if (exchange->actor.kind == CCD_ACTOR_ANONYMOUS)
    return cc_arena_printf(exchange->call.arena, "anonymous|%s", context->address);
  return cc_arena_printf(exchange->call.arena,
                         "%s|%" PRId64,
                         context->actor,
                         exchange->actor.organization_id);
}

static const char *
place_of(ccd_exchange *exchange)
{
  return cc_arena_printf(exchange->call.arena,
                         "idempotency|%s|%s",
                         scope_of(exchange),
                         exchange->idempotency_key);
}

static const char *
request_hash(ccd_exchange *exchange, const uint8_t key[static CCD_KEY_BYTES])
{
  const ccd_http_request *request = exchange->request;
  cc_arena *arena = exchange->call.arena;
  const char *head = cc_arena_printf(arena,
                                     "%s %s?%s\n",
                                     request->method,
                                     request->path,
                                     request->query == NULL ? "" : request->query);
  if (head == NULL)
    return NULL;
  /* Hash the decoded body: a client that sends its members in another order, or with other white
   * space, repeats the same request. */
  const char *whole =
    cc_arena_printf(arena, "%s%s", head, exchange->body_text == NULL ? "" : exchange->body_text);
  if (whole == NULL)
    return NULL;
  uint8_t hash[CCD_HASH_BYTES];
  /* The hash is keyed, because a body may contain a password, which could be guessed from a
   * plain hash. */
  ccd_hmac_sha256(key, whole, strlen(whole), hash);
  return ccd_bytea(arena, hash, sizeof(hash));
}

/* Send the stored first reply again. */
static cc_status
replay_answer(ccd_exchange *exchange, const ccd_rows *rows, cc_error *reterr)
{
  cc_arena *arena = exchange->call.arena;
  const char *body = ccd_rows_get(rows, 0, "body");
  const char *location = ccd_rows_get(rows, 0, "location");
  const char *etag = ccd_rows_get(rows, 0, "etag");
  char *plain = NULL;
  size_t length = 0;
  if (body != NULL &&
      !ccd_unseal(arena, &exchange->server->keys, place_of(exchange), body, &plain, &length))
    return cc_fail(reterr, CC_ERR_INTERNAL, "unseal", "The kept answer cannot be opened");
  exchange->replayed = true;
  exchange->response->status = (int) ccd_rows_int64(rows, 0, "status");
  exchange->location = cc_arena_strdup(arena, location);
  exchange->etag = cc_arena_strdup(arena, etag);
  if (plain != NULL)
    cc_str_add_n(&exchange->out, plain, length);
  return CC_OK;
}

/* Insert the key's row, or find it and compare the request's hash, computed with key number
 * @n_th: 0 is the current key. */
static cc_status
begin_with(ccd_exchange *exchange, size_t n_th, const ccd_rows **ret, cc_error *reterr)
{
  const ccd_keys *keys = &exchange->server->keys;
  const ccd_arg args[] = {
    {"scope", scope_of(exchange)},
    {"key", exchange->idempotency_key},
    {"request_hash",
     request_hash(exchange, n_th == 0 ? keys->lookup : keys->before[n_th - 1].lookup)},
    {0},
  };
  return ccd_call_query(&exchange->call, &ccd_q_idempotency_begin, args, ret, reterr);
}

static bool
is_outcome(const ccd_rows *rows, const char *name)
{
  const char *outcome = ccd_rows_get(rows, 0, "outcome");
  return outcome != NULL && strcmp(outcome, name) == 0;
}

cc_status
ccd_idempotency_begin(ccd_exchange *exchange, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  cc_status status = begin_with(exchange, 0, &rows, reterr);
  for (size_t i = 1;
       status == CC_OK && is_outcome(rows, "mismatch") && i <= exchange->server->keys.n_before;
       i++)
    status = begin_with(exchange, i, &rows, reterr);
  if (status != CC_OK)
    return status;
  if (is_outcome(rows, "new"))
    return CC_OK;
  if (is_outcome(rows, "replay"))
    return replay_answer(exchange, rows, reterr);
  if (is_outcome(rows, "mismatch"))
    return cc_fail_field(reterr,
                         CC_ERR_INVALID,
                         "idempotency_mismatch",
                         "Idempotency-Key",
                         "This Idempotency-Key was used for another request: take a new one");
  return cc_fail(reterr,
                 CC_ERR_CONFLICT,
                 "idempotency_running",
                 "The first request with this Idempotency-Key is still running: try again in a "
                 "moment");
}

cc_status
ccd_idempotency_finish(ccd_exchange *exchange, cc_error *reterr)
{
  cc_arena *arena = exchange->call.arena;
  const cc_str *out = &exchange->out;
  const char *body = NULL;
  if (out->length > 0) {
    body = ccd_seal(arena, &exchange->server->keys, place_of(exchange), out->text, out->length);
    if (body == NULL)
      return cc_fail_memory(reterr);
  }
  const ccd_arg args[] = {
    {"scope", scope_of(exchange)},
    {"key", exchange->idempotency_key},
    {"status", ccd_text_int64(arena, cc_op_success(exchange->call.route->op))},
    {"body", body},
    {"location", exchange->location},
    {"etag", exchange->etag},
    {0},
  };
  return ccd_call_query(&exchange->call, &ccd_q_idempotency_finish, args, NULL, reterr);
}
