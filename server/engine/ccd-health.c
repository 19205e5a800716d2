/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-health.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "ccd-queries.h"
#include "server/engine/ccd-log.h"
#include "server/engine/ccd-server.h"

#define BELIEVED_US CC_TIME_SECOND
#define SUSPECT_US (30 * CC_TIME_SECOND)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t asked; /* time of the last test; guarded by lock, like `answer` */
static bool answer = true;
static _Atomic int64_t suspected = INT64_MIN / 2;

void
ccd_health_suspect(void)
{
  atomic_store(&suspected, cc_time_monotonic());
}

static cc_status
probe_database(const ccd_server *server, cc_error *reterr)
{
  static const ccd_context context = {.tx = CCD_WRITE, .actor = "system", .action = "health.probe"};
  ccd_db_conn *conn = NULL;
  cc_status status = ccd_db_borrow(server->db, &conn, reterr);
  if (status != CC_OK)
    return status;
  if (cc_time_monotonic() - atomic_load(&suspected) < SUSPECT_US)
    ccd_db_renew(conn);
  ccd_db_begin(conn, &context);
  status = ccd_db_query(conn, &ccd_q_health_probe, /* args= */ NULL, /* ret= */ NULL, reterr);
  ccd_db_rollback(conn);
  ccd_db_return(server->db, conn);
  return status;
}

static void
take_answer(bool good, const cc_error *error)
{
  if (good && !answer)
    ccd_log(CCD_INFO, "health.ready");
  else if (!good && answer)
    ccd_log(CCD_ERROR,
            "health.not_ready",
            CCD_TEXT("code", error->code),
            CCD_TEXT("message", error->message));
  answer = good;
}

bool
ccd_health_database(const ccd_server *server)
{
  (void) pthread_mutex_lock(&lock);
  if (asked == 0 || cc_time_monotonic() - asked > BELIEVED_US) {
    cc_error error = {0};
    cc_status status = probe_database(server, &error);
    if (status == CC_OK || strcmp(error.code, "database_busy") != 0)
      take_answer(status == CC_OK, &error);
    asked = cc_time_monotonic();
  }
  bool good = answer;
  (void) pthread_mutex_unlock(&lock);
  return good;
}
