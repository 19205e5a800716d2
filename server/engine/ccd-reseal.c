/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-reseal.h"

#include <stdlib.h>
#include <string.h>

#include "server/data/ccd-script.h"

/* Seals stored values again. The table below lists the columns with sealed values; the places
 * are those of ccd-second-factor.c and ccd-mail-job.c. Stored replies for repeated requests are
 * not sealed again: they are deleted within 25 hours. */

typedef struct sealed_column {
  const char *list;   /* lists id, place and value; $1: prefix of seals under the current key */
  const char *update; /* $1: new value, $2: id, $3: value as read before */
} sealed_column;

static const sealed_column columns[] = {
  {"SELECT id, 'users|' || id || '|totp_secret', totp_secret FROM users"
   " WHERE totp_secret IS NOT NULL AND substring(totp_secret FROM 1 FOR 5) <> $1::bytea",
   "UPDATE users SET totp_secret = $1::bytea WHERE id = $2::bigint AND totp_secret = $3::bytea"},
  {"SELECT id, 'jobs|mail', payload FROM jobs"
   " WHERE kind = 'mail' AND payload <> '' AND substring(payload FROM 1 FOR 5) <> $1::bytea",
   "UPDATE jobs SET payload = $1::bytea WHERE id = $2::bigint AND payload = $3::bytea"},
};

static const char kept_answers[] =
  "SELECT count(*) FROM idempotency_keys"
  " WHERE body IS NOT NULL AND scope <> 'health' AND substring(body FROM 1 FOR 5) <> $1::bytea";

static cc_status
reseal_value(PGconn *pg,
             const ccd_keys *keys,
             cc_arena *arena,
             const sealed_column *column,
             const char *const row[3],
             ccd_resealed *ret,
             cc_error *reterr)
{
  char *clear = NULL;
  size_t n = 0;
  if (!ccd_unseal(arena, keys, row[1], row[2], &clear, &n)) {
    ret->closed++;
    return CC_OK;
  }
  const char *const args[] = {ccd_seal(arena, keys, row[1], clear, n), row[0], row[2]};
  explicit_bzero(clear, n);
  if (args[0] == NULL)
    return cc_fail_memory(reterr);
  ret->sealed++;
  return ccd_script_query(pg, column->update, args, 3, /* ret= */ NULL, reterr);
}

static cc_status
reseal_column(PGconn *pg,
              const ccd_keys *keys,
              cc_arena *arena,
              const char *begin,
              const sealed_column *column,
              ccd_resealed *ret,
              cc_error *reterr)
{
  PGresult *rows = NULL;
  const char *const args[] = {begin};
  cc_status status = ccd_script_query(pg, column->list, args, 1, &rows, reterr);
  if (status != CC_OK)
    return status;
  for (int i = 0; status == CC_OK && i < PQntuples(rows); i++) {
    const char *const row[] = {PQgetvalue(rows, i, 0),
                               PQgetvalue(rows, i, 1),
                               PQgetvalue(rows, i, 2)};
    status = reseal_value(pg, keys, arena, column, row, ret, reterr);
    cc_arena_clear(arena);
  }
  PQclear(rows);
  return status;
}

static cc_status
reseal_all(PGconn *pg, const ccd_keys *keys, cc_arena *arena, ccd_resealed *ret, cc_error *reterr)
{
  char begin[] = "\\x0200000000";
  for (size_t i = 0; i < CCD_KEY_ID_BYTES; i++) {
    static const char digits[] = "0123456789abcdef";
    begin[4 + 2 * i] = digits[keys->id[i] >> 4];
    begin[5 + 2 * i] = digits[keys->id[i] & 15];
  }
  cc_status status = CC_OK;
  for (size_t i = 0; status == CC_OK && i < CC_N(columns); i++)
    status = reseal_column(pg, keys, arena, begin, &columns[i], ret, reterr);
  PGresult *rows = NULL;
  const char *const args[] = {begin};
  if (status == CC_OK)
    status = ccd_script_query(pg, kept_answers, args, 1, &rows, reterr);
  if (rows != NULL)
    ret->kept = strtoll(PQgetvalue(rows, 0, 0), NULL, 10);
  PQclear(rows);
  return status;
}

cc_status
ccd_reseal(const char *url, const ccd_keys *keys, ccd_resealed *ret, cc_error *reterr)
{
  cc_arena *arena = cc_arena_new(4u * 1024 * 1024);
  if (arena == NULL)
    return cc_fail_memory(reterr);
  PGconn *pg = PQconnectdb(url);
  cc_status status = PQstatus(pg) == CONNECTION_OK ? reseal_all(pg, keys, arena, ret, reterr)
                                                   : cc_fail(reterr,
                                                             CC_ERR_UNAVAILABLE,
                                                             "database_away",
                                                             "The database cannot be reached: %s",
                                                             PQerrorMessage(pg));
  PQfinish(pg);
  cc_arena_free(arena);
  return status;
}
