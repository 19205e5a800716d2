/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/data/ccd-restored.h"

#include "server/data/ccd-script.h"

/* Starts a new generation of the change feed. Runs as a command without threads, so it uses
 * libpq synchronously. */

static cc_status
check_alone(PGconn *pg, cc_error *reterr)
{
  PGresult *rows = NULL;
  cc_status status =
    ccd_script_query(pg,
                     "SELECT FROM pg_stat_activity"
                     " WHERE datname = current_database() AND usename = 'campaign_api' LIMIT 1",
                     /* args= */ NULL,
                     0,
                     &rows,
                     reterr);
  if (status != CC_OK)
    return status;
  bool alone = PQntuples(rows) == 0;
  PQclear(rows);
  return alone ? CC_OK
               : cc_fail(reterr,
                         CC_ERR_CONFLICT,
                         "in_use",
                         "A server or worker is connected to this database. Stop it first.");
}

/* Empty the feed, mark every pack as never made (field_grants), and store a new generation. The
 * rows of field_grants are behind row-level security, which the owner switches off for this
 * transaction. */
static cc_status
begin_new_generation(PGconn *pg, cc_error *reterr)
{
  static const char new_generation[] =
    "UPDATE feed_generation SET generation = left(md5(gen_random_uuid()::text), 16),"
    " system_identifier = (SELECT c.system_identifier FROM pg_control_system() c)";
  static const char *const steps[] = {
    "BEGIN",
    "SET LOCAL app.bulk = 'on'",
    "TRUNCATE changes",
    "ALTER TABLE field_grants NO FORCE ROW LEVEL SECURITY",
    "UPDATE field_grants SET cursor_xid = '0', content = ''",
    "ALTER TABLE field_grants FORCE ROW LEVEL SECURITY",
    new_generation,
    "COMMIT",
  };
  cc_status status = CC_OK;
  for (size_t i = 0; i < CC_N(steps) && status == CC_OK; i++)
    status = ccd_script_exec(pg, steps[i], /* script= */ NULL, /* ret_state= */ NULL, reterr);
  return status;
}

cc_status
ccd_restored(const char *url, cc_error *reterr)
{
  PGconn *pg = PQconnectdb(url);
  cc_status status = PQstatus(pg) == CONNECTION_OK ? check_alone(pg, reterr)
                                                   : cc_fail(reterr,
                                                             CC_ERR_UNAVAILABLE,
                                                             "database_away",
                                                             "The database cannot be reached: %s",
                                                             PQerrorMessage(pg));
  if (status == CC_OK)
    status = begin_new_generation(pg, reterr);
  PQfinish(pg);
  return status;
}
