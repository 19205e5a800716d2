/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-dispatch-many.h"

#include "server/data/ccd-db-many.h"
#include "server/engine/ccd-bind.h"
#include "server/engine/ccd-exchange-life.h"
#include "server/engine/ccd-intake.h"
#include "server/engine/ccd-reply-cached.h"
#include "server/engine/ccd-reply.h"
#include "server/engine/ccd-steps.h"

/* Runs the reads of several requests in one round trip to the database. */

static void
end_job(ccd_exchange *exchange, cc_status status, const cc_error *error)
{
  exchange->conn = NULL; /* the batch's */
  ccd_exchange_end(exchange, status, error);
}

/* Prepare the query of a request. False: no query is needed, and the request has its reply. */
static bool
make_ask(ccd_http_job *job, ccd_server *server, ccd_ask *ask)
{
  cc_error error = {0};
  ccd_exchange *exchange = ccd_exchange_take(server, job->request, job->response);
  if (exchange == NULL)
    return false;
  if (ccd_reply_await_cached(exchange, /* wait= */ false)) {
    end_job(exchange, ccd_reply_from_cache(exchange, &error), &error);
    return false;
  }
  const ccd_query *query = exchange->call.route->query;
  const char **args =
    cc_arena_alloc(exchange->call.arena, sizeof(*args) * (size_t) (query->n_params + 1));
  cc_status status =
    args == NULL ? cc_fail_memory(&error) : ccd_exchange_args(exchange, query, NULL, args, &error);
  if (status != CC_OK) {
    end_job(exchange, status, &error);
    return false;
  }
  *ask = (ccd_ask){.context = &exchange->context, .query = query, .args = args};
  return true;
}

static void
answer_ask(ccd_http_job *job, ccd_ask *ask)
{
  ccd_exchange *exchange = job->request->begun;
  cc_status status = ask->status;
  exchange->call.rows = ask->rows;
  if (status == CC_OK)
    status = ccd_reply_encode(exchange, &ask->error);
  if (status == CC_OK)
    ccd_reply_keep(exchange);
  end_job(exchange, status, &ask->error);
}

/* Repeat the requests that must run alone. Called last, because running one invalidates the rows
 * of the others. */
static void
answer_again(ccd_http_job *job, ccd_db_conn *conn)
{
  cc_error error = {0};
  ccd_exchange *exchange = job->request->begun;
  exchange->conn = conn;
  cc_status status = ccd_step_work(exchange, &error);
  end_job(exchange, status, &error);
}

static void
ask_many(ccd_db *db, int64_t waited, ccd_db_conn **ret_conn, ccd_ask *asks, size_t n)
{
  cc_error error = {0};
  cc_status status = ccd_db_borrow(db, ret_conn, &error);
  if (status == CC_OK) {
    ccd_db_charge(*ret_conn, waited);
    ccd_db_query_many(*ret_conn, asks, n);
  }
  for (size_t i = 0; status != CC_OK && i < n; i++) {
    asks[i].status = status;
    asks[i].error = error;
  }
}

void
ccd_dispatch_many(void *data, ccd_http_job *jobs, size_t n, ccd_http_done *done)
{
  ccd_server *server = data;
  ccd_ask asks[CCD_ASKS_MAX];
  ccd_db_conn *conn = NULL;
  size_t n_asks = 0;
  for (size_t i = 0; i < n; i++) {
    ccd_http_job job = jobs[i];
    if (make_ask(&job, server, &asks[n_asks]))
      jobs[n_asks++] = job;
    else
      done(&job);
  }
  if (n_asks == 0)
    return;
  ccd_exchange *first = jobs[0].request->begun;
  ccd_db *db =
    ccd_exchange_pool(first); /* one pool serves all requests, because all are of one class */
  ask_many(db, jobs[0].request->waited, &conn, asks, n_asks);
  for (size_t i = 0; i < n_asks; i++) {
    if (asks[i].again)
      continue;
    answer_ask(&jobs[i], &asks[i]);
    done(&jobs[i]);
  }
  for (size_t i = 0; i < n_asks; i++) {
    if (!asks[i].again)
      continue;
    answer_again(&jobs[i], conn);
    done(&jobs[i]);
  }
  ccd_db_return(db, conn);
}
