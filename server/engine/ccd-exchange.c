/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-exchange.h"

static bool
has_client_id(const cc_type *body)
{
  int index = body == NULL ? -1 : cc_type_find(body, "client_id");
  return index >= 0 && !(body->fields[index].flags & CC_READ_ONLY);
}

bool
ccd_exchange_takes_key(const ccd_route *route)
{
  return route->tx == CCD_WRITE && !route->secret_reply && route->op->shape != CC_REPLY_FILE &&
         route->op->body_media == NULL && !has_client_id(route->op->body);
}

cc_status
ccd_exchange_conn(ccd_exchange *exchange, cc_error *reterr)
{
  const ccd_route *route = exchange->call.route;
  if (exchange->conn != NULL)
    return CC_OK;
  cc_status status = ccd_db_borrow(ccd_exchange_pool(exchange), &exchange->conn, reterr);
  /* The whole waiting time of a client is limited, so the time in the queue counts. Slow routes
   * and password hashes have separate limits. */
  if (status == CC_OK && !route->slow && !route->hashes)
    ccd_db_charge(exchange->conn, exchange->request->waited);
  return status;
}

cc_status
ccd_exchange_open(ccd_exchange *exchange, cc_error *reterr)
{
  if (exchange->opened)
    return CC_OK;
  cc_status status = ccd_exchange_conn(exchange, reterr);
  if (status != CC_OK)
    return status;
  ccd_db_begin(exchange->conn, &exchange->context);
  exchange->opened = true;
  return CC_OK;
}
