/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-dispatch.h"

#include "server/engine/ccd-address-subject.h"
#include "server/engine/ccd-count.h"
#include "server/engine/ccd-exchange-life.h"
#include "server/engine/ccd-intake.h"
#include "server/engine/ccd-log.h"
#include "server/engine/ccd-reply-cached.h"
#include "server/engine/ccd-steps.h"

/* Run the steps that do not need the body. */
static cc_status
run_first_steps(ccd_exchange *exchange, cc_error *reterr)
{
  if (exchange->admitted && exchange->request->malformed == NULL) {
    if (exchange->refusal != NULL)
      *reterr = *exchange->refusal;
    return exchange->admission;
  }
  cc_status status = ccd_step_route(exchange, reterr);
  if (status == CC_OK)
    status = ccd_step_size(exchange, reterr);
  if (status == CC_OK)
    status = ccd_step_actor(exchange, reterr);
  if (status == CC_OK)
    status = ccd_step_right(exchange, reterr);
  if (status == CC_OK)
    status = ccd_intake(exchange, reterr);
  return status;
}

static cc_status
run_steps(ccd_exchange *exchange, cc_error *reterr)
{
  cc_status status = run_first_steps(exchange, reterr);
  if (status == CC_OK && exchange->call.route->op->body_media != NULL)
    return cc_fail(reterr, CC_ERR_INVALID, "body_empty", "The file is empty");
  return status == CC_OK ? ccd_step_work(exchange, reterr) : status;
}

/* Run the remaining steps of a request whose body was received into a file. */
static cc_status
run_last_steps(ccd_exchange *exchange, cc_error *reterr)
{
  if (exchange->request->malformed != NULL) {
    exchange->response->close = true;
    return cc_fail(reterr, CC_ERR_MALFORMED, "http", "%s", exchange->request->malformed);
  }
  cc_status status = ccd_spool_finish(exchange->spool, reterr);
  exchange->call.spool = exchange->spool;
  return status == CC_OK ? ccd_step_work(exchange, reterr) : status;
}

/* Return the queue key of a visitor. It is as wide as the widest key of the rate limits: the
 * first 48 bits of an IPv6 address. Otherwise a site could open a queue for each of its 65,536
 * networks and be served that many times more often than others. */
static uint64_t
address_key(const char *address, cc_arena *arena)
{
  const char *network = NULL;
  (void) ccd_address_network(address, arena, &network);
  uint64_t key = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
  for (const char *at = network == NULL ? address : network; *at != '\0'; at++)
    key = (key ^ (uint8_t) *at) * UINT64_C(0x100000001b3);
  return key | UINT64_C(1) << 63;
}

static ccd_class
class_of(const ccd_exchange *exchange)
{
  const ccd_route *route = exchange->call.route;
  if (route->by_key && exchange->admitted)
    return route->as_public ? CCD_CLASS_PUBLIC_READ : CCD_CLASS_READ;
  if (route->limit == CCD_LIMIT_NONE)
    return CCD_CLASS_SELF;
  if (route->hashes)
    return CCD_CLASS_PASSWORD;
  if (route->slow)
    return CCD_CLASS_SLOW;
  return route->right == CC_RIGHT_PUBLIC ? CCD_CLASS_PUBLIC : CCD_CLASS_ORDINARY;
}

/* Run the steps before the work on the reading thread when they need neither Redis nor database:
 * for a request without a body whose actor and quota this process has cached. */
static void
admit_known(ccd_exchange *exchange)
{
  ccd_call *call = &exchange->call;
  cc_error error = {0};
  if (ccd_intake_weight(exchange) >
      1) /* a heavier request usually needs more requests than this process has leased */
    return;
  if (!ccd_sessions_admit_known(exchange->server->sessions,
                                &exchange->credential,
                                call->route->limit,
                                call->address,
                                call->arena,
                                &exchange->actor,
                                &exchange->limit))
    return;
  cc_status status = exchange->limit.refused ? ccd_count_refused(&exchange->limit, &error) : CC_OK;
  if (status == CC_OK)
    status = ccd_step_size(exchange, &error);
  if (status == CC_OK)
    status = ccd_step_right(exchange, &error);
  if (status == CC_OK)
    status = ccd_intake(exchange, &error);
  exchange->admitted = true;
  exchange->admission = status;
  if (status == CC_OK)
    return;
  exchange->refusal = cc_arena_alloc(call->arena, sizeof(error));
  if (exchange->refusal != NULL)
    *exchange->refusal = error;
}

ccd_http_place
ccd_dispatch_place(void *data, const ccd_http_request *request, bool body, void **ret_begun)
{
  cc_error error = {0};
  ccd_http_place here = {.class = CCD_CLASS_NONE};
  ccd_exchange *exchange = ccd_exchange_new(data, request);
  if (exchange == NULL)
    return here;
  if (ccd_step_route(exchange, &error) != CC_OK) {
    ccd_exchange_put_arena(
      exchange->call.arena); /* the request is refused, but only after its body was read */
    return here;
  }
  *ret_begun = exchange;
  if (ccd_step_credential(exchange, &error) != CC_OK)
    return here;
  const ccd_route *route = exchange->call.route;
  if (!body)
    admit_known(exchange);
  if (exchange->admitted && (exchange->admission != CC_OK || ccd_reply_is_cached(exchange)))
    return here;
  const ccd_actor *actor = &exchange->actor;
  int64_t organization = exchange->admitted ? actor->organization_id
                                            : ccd_sessions_organization(exchange->server->sessions,
                                                                        &exchange->credential);
  exchange->class = class_of(exchange);
  return (ccd_http_place){.class = exchange->class,
                          .key = organization != 0
                                   ? (uint64_t) organization
                                   : address_key(request->address, exchange->call.arena),
                          .stream = route->op->body_media != NULL};
}

void
ccd_dispatch_refuse(void *data, const ccd_http_request *request, ccd_http_response *response)
{
  cc_error error = {0};
  ccd_exchange *exchange = ccd_exchange_take(data, request, response);
  if (exchange == NULL)
    return;
  cc_status status = cc_fail(&error,
                             CC_ERR_UNAVAILABLE,
                             "server_busy",
                             "Too many requests are waiting; try again in a few seconds");
  ccd_exchange_end(exchange, status, &error);
}

void
ccd_dispatch(void *data, const ccd_http_request *request, ccd_http_response *response)
{
  cc_error error = {0};
  ccd_exchange *exchange = ccd_exchange_take(data, request, response);
  if (exchange == NULL)
    return;
  cc_status status =
    exchange->spool != NULL ? run_last_steps(exchange, &error) : run_steps(exchange, &error);
  ccd_exchange_end(exchange, status, &error);
}

/* --- bodies that are files --- */

static cc_status
begin_file(ccd_exchange *exchange, cc_error *reterr)
{
  cc_status status = run_first_steps(exchange, reterr);
  if (status != CC_OK)
    return status;
  return ccd_spool_begin(&exchange->server->config,
                         exchange->call.arena,
                         exchange->body_media,
                         exchange->request->content_length,
                         (int64_t) exchange->call.route->max_body,
                         &exchange->spool,
                         reterr);
}

ccd_http_begin
ccd_dispatch_begin(void *data,
                   const ccd_http_request *request,
                   ccd_http_response *response,
                   void **ret_begun)
{
  cc_error error = {0};
  ccd_exchange *exchange = request->begun;
  *ret_begun = NULL;
  if (exchange == NULL)
    return CCD_HTTP_BUFFER; /* the request is refused, but only after its body was read */
  const ccd_route *route = exchange->call.route;
  bool file = route->op->body_media != NULL;
  /* The listener checks the largest limit of all routes; the limit of this route may be smaller. */
  if (!file && !ccd_step_announces_more(request, ccd_step_body_most(route))) {
    *ret_begun = exchange;
    return CCD_HTTP_BUFFER;
  }
  exchange->response = response;
  cc_status status = file ? begin_file(exchange, &error) : ccd_step_size(exchange, &error);
  if (status != CC_OK) {
    ccd_exchange_end(exchange, status, &error);
    return CCD_HTTP_ANSWERED;
  }
  exchange->response = NULL; /* the listener creates the response when the body has arrived */
  *ret_begun = exchange;
  return CCD_HTTP_STREAM;
}

bool
ccd_dispatch_write(void *begun, const char *bytes, size_t n)
{
  ccd_exchange *exchange = begun;
  return ccd_spool_write(exchange->spool, bytes, n);
}

void
ccd_dispatch_drop(void *begun)
{
  ccd_exchange *exchange = begun;
  ccd_log(CCD_INFO,
          "request.aborted",
          CCD_TEXT("id", exchange->call.request_id),
          CCD_TEXT("op", exchange->call.route->op->id),
          CCD_NUMBER("wait_us", exchange->request->waited),
          CCD_NUMBER("received", exchange->spool == NULL ? 0 : exchange->spool->length));
  ccd_spool_drop(exchange->spool);
  cc_str_done(&exchange->out);
  ccd_reply_cached_end(exchange);
  ccd_exchange_put_arena(exchange->call.arena);
}
