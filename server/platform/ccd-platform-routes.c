/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/platform/ccd-platform-routes.h"

#include <string.h>

#include "ccd-docs-files.h"
#include "ccd-queries.h"
#include "common/api/cc-platform.h"
#include "server/data/ccd-redis.h"
#include "server/engine/ccd-docs.h"
#include "server/engine/ccd-exchange.h"
#include "server/engine/ccd-feed.h"
#include "server/engine/ccd-health.h"
#include "server/engine/ccd-openapi.h"
#include "server/engine/ccd-reply-file.h"
#include "server/providers/ccd-storage.h"

static cc_status
get_health(ccd_call *call, cc_error *reterr)
{
  cc_health *reply = cc_arena_alloc(call->arena, sizeof(*reply));
  if (reply == NULL)
    return cc_fail_memory(reterr);
  const ccd_config *config = ccd_call_config(call);
  reply->database = ccd_health_database(call->server) ? CC_PART_UP : CC_PART_DOWN;
  reply->redis = *config->redis_url == '\0'          ? CC_PART_OFF
                 : ccd_redis_up(call->server->redis) ? CC_PART_UP
                                                     : CC_PART_DOWN;
  reply->storage = ccd_storage_health(config);
  if (reply->database == CC_PART_DOWN)
    reply->status = CC_HEALTH_UNHEALTHY;
  else if (reply->redis == CC_PART_DOWN || reply->storage == CC_PART_DOWN)
    reply->status = CC_HEALTH_DEGRADED;
  else
    reply->status = CC_HEALTH_HEALTHY;
  if (reply->status == CC_HEALTH_UNHEALTHY)
    ccd_exchange_of(call)->response->status = 503;
  call->reply = reply;
  return CC_OK;
}

/* Reply with @text (UTF-8) and the media type of the operation. Frees @text. */
static cc_status
send_document(ccd_call *call, cc_str *text, cc_error *reterr)
{
  const char *media = cc_arena_printf(call->arena, "%s; charset=utf-8", call->route->op->media);
  const ccd_file file = {.media = media};
  ccd_exchange_of(call)->content_type = media;
  cc_status status =
    text->failed || media == NULL
      ? cc_fail_memory(reterr)
      : ccd_call_send_text(call, text->text, text->length, &file, /* packed= */ false, reterr);
  cc_str_done(text);
  return status;
}

/* The document is generated on each request: this takes one or two milliseconds, and an idle
 * server needs two megabytes less. Such requests run on the threads of visitors, so that a
 * client that repeats them does not delay health checks. */
static cc_status
get_openapi(ccd_call *call, cc_error *reterr)
{
  cc_str text = CC_STR_INIT(CCD_REPLY_MAX);
  ccd_openapi_write(call->server->route_tables, &text);
  return send_document(call, &text, reterr);
}

static cc_status
get_docs(ccd_call *call, cc_error *reterr)
{
  cc_str text = CC_STR_INIT(CCD_REPLY_MAX);
  ccd_docs_write(call->server->route_tables, ccd_call_config(call)->public_url, &text);
  return send_document(call, &text, reterr);
}

static cc_status
docs_style(ccd_call *call, cc_error *reterr)
{
  cc_str text = CC_STR_INIT(CCD_REPLY_MAX);
  cc_str_add(&text, ccd_file_docs_css);
  return send_document(call, &text, reterr);
}

static cc_status
docs_script(ccd_call *call, cc_error *reterr)
{
  cc_str text = CC_STR_INIT(CCD_REPLY_MAX);
  cc_str_add(&text, ccd_file_docs_js);
  return send_document(call, &text, reterr);
}

const ccd_route ccd_platform_routes[] = {
  {&cc_op_list_changes, .right = CC_RIGHT_MEMBER, .tx = CCD_READ, .handler = ccd_feed_list},
  {&cc_op_live_changes,
   .right = CC_RIGHT_MEMBER,
   .tx = CCD_TX_BY_HANDLER,
   .handler = ccd_feed_live},
  {&cc_op_list_audit_log,
   .right = CC_RIGHT_VIEW_AUDIT,
   .tx = CCD_READ,
   .query = &ccd_q_audit_list,
   .keyset = {"seq"}},
  {&cc_op_health,
   .right = CC_RIGHT_PUBLIC,
   .tx = CCD_TX_BY_HANDLER,
   .handler = get_health,
   .limit = CCD_LIMIT_NONE},
  {&cc_op_openapi, .right = CC_RIGHT_PUBLIC, .tx = CCD_TX_BY_HANDLER, .handler = get_openapi},
  {&cc_op_docs, .right = CC_RIGHT_PUBLIC, .tx = CCD_TX_BY_HANDLER, .handler = get_docs},
  {&cc_op_docs_style, .right = CC_RIGHT_PUBLIC, .tx = CCD_TX_BY_HANDLER, .handler = docs_style},
  {&cc_op_docs_script, .right = CC_RIGHT_PUBLIC, .tx = CCD_TX_BY_HANDLER, .handler = docs_script},
  {0},
};
