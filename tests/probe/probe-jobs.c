/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ccd-queries.h"
#include "common/codec/cc-codec.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-log.h"
#include "server/engine/ccd-server.h"
#include "server/engine/ccd-spool.h"
#include "server/jobs/ccd-job-run.h"
#include "tests/probe/probe.h"

/* Kinds of jobs for the tests of jobs. */

typedef struct probe_payload {
  int64_t n;
} probe_payload;

static const cc_field probe_payload_fields[] = {CC_INT64(probe_payload, n)};
static const cc_type probe_payload_type =
  CC_TYPE(probe_payload, "ProbePayload", probe_payload_fields);

static const ccd_job_tx writes = {.action = "probe.step", .actor = "user:1", .user_id = 1};

static int64_t
n_of(const ccd_job *job)
{
  return ((const probe_payload *) job->payload)->n;
}

static void
nap(void)
{
  (void) nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
}

/* Do n steps, each in its own transaction; continue where a previous run ended. */
static cc_status
steps(ccd_job *job, cc_error *reterr)
{
  int64_t n = n_of(job);
  const ccd_rows *rows = NULL;
  cc_status status =
    ccd_job_once(job, &(ccd_job_tx){.read = true}, &ccd_q_probe_steps_done, NULL, &rows, reterr);
  int64_t step = status == CC_OK ? ccd_rows_int64(rows, 0, "n") : n;
  for (; status == CC_OK && step < n; step++) {
    if (ccd_job_stopping(job))
      return ccd_job_again(job, 0, reterr);
    const ccd_arg args[] = {{"step", ccd_text_int64(job->arena, step)}, {0}};
    status = ccd_job_once(job, &writes, &ccd_q_probe_step, args, NULL, reterr);
    nap();
  }
  return status;
}

/* Run one statement that takes longer than the lease, then a step. The job fails unless the
 * lease is extended and the pool's limits are lifted. */
static cc_status
one_long_statement(ccd_job *job, cc_error *reterr)
{
  const ccd_arg args[] = {{"seconds", ccd_text_int64(job->arena, n_of(job))}, {"step", "0"}, {0}};
  cc_status status = ccd_job_begin(job, &writes, reterr);
  if (status == CC_OK)
    status = ccd_job_query(job, &ccd_q_probe_sleep, args, NULL, reterr);
  if (status == CC_OK)
    status = ccd_job_query(job, &ccd_q_probe_step, args, NULL, reterr);
  return status == CC_OK ? ccd_job_commit(job, reterr) : status;
}

static cc_status
quick(ccd_job *job, cc_error *reterr)
{
  const ccd_arg args[] = {{"step", "0"}, {0}};
  return ccd_job_once(job, &writes, &ccd_q_probe_step, args, NULL, reterr);
}

static cc_status
fails(ccd_job *job, cc_error *reterr)
{
  return cc_fail(reterr, CC_ERR_EXTERNAL, "probe", "It does not work today");
}

static cc_status
write_cb(void *data, const char *bytes, size_t length, cc_error *reterr)
{
  return fwrite(bytes, 1, length, data) == length
           ? CC_OK
           : cc_fail(reterr, CC_ERR_STORAGE, "probe", "Not written");
}

/* Write n rows by COPY FROM, then read them by COPY TO into the file probe/out.csv, all but the
 * last. */
static cc_status
copy_rows(ccd_job *job, int64_t n, FILE *out, cc_error *reterr)
{
  ccd_db_conn *conn = ccd_job_conn(job);
  int64_t copied = 0;
  cc_status status = ccd_db_copy_in(conn, &ccd_q_probe_copy_in, /* partition= */ 0, reterr);
  for (int64_t i = 1; status == CC_OK && i <= n; i++) {
    char row[64];
    int length = snprintf(row, sizeof(row), "%lld,\"row %lld, ä\"\n", (long long) i, (long long) i);
    status = ccd_db_copy_put(conn, row, (size_t) length, reterr);
  }
  if (status == CC_OK)
    status = ccd_db_copy_end(conn, &copied, reterr);
  if (status == CC_OK && copied != n)
    status = cc_fail(reterr, CC_ERR_INTERNAL, "probe", "%lld rows", (long long) copied);
  const ccd_arg args[] = {{"most", ccd_text_int64(job->arena, n - 1)}, {0}};
  if (status == CC_OK)
    status = ccd_job_query(job, &ccd_q_probe_most, args, NULL, reterr);
  if (status == CC_OK)
    status = ccd_db_copy_out(conn, &ccd_q_probe_copy_out, write_cb, out, reterr);
  return status;
}

static cc_status
copies(ccd_job *job, cc_error *reterr)
{
  int fd = -1;
  cc_status status = ccd_spool_create(&job->server->config, "probe/out.csv", &fd, reterr);
  FILE *out = status == CC_OK ? fdopen(fd, "w") : NULL;
  if (out == NULL)
    return status;
  status = ccd_job_begin(job, &writes, reterr);
  if (status == CC_OK)
    status = copy_rows(job, n_of(job), out, reterr);
  (void) fclose(out);
  return status == CC_OK ? ccd_job_commit(job, reterr) : status;
}

/* Test three failed COPYs: one that is cancelled, one that the database refuses, one whose
 * reader stops. Each must leave a usable connection and no row. */
static cc_status
stop_cb(void *data, const char *bytes, size_t length, cc_error *reterr)
{
  return cc_fail(reterr, CC_ERR_EXTERNAL, "stopped", "Enough");
}

static cc_status
expect(cc_status status, cc_status wanted, const char *what, cc_error *reterr)
{
  return status == wanted ? CC_OK
                          : cc_fail(reterr,
                                    CC_ERR_INTERNAL,
                                    "probe",
                                    "%s: %d, not %d",
                                    what,
                                    (int) status,
                                    (int) wanted);
}

static cc_status
bad_copies(ccd_job *job, cc_error *reterr)
{
  cc_error ignored = {0};
  cc_status status = ccd_job_begin(job, &writes, reterr);
  if (status == CC_OK)
    status = ccd_db_copy_in(ccd_job_conn(job), &ccd_q_probe_copy_in, /* partition= */ 0, reterr);
  if (status == CC_OK)
    status = ccd_db_copy_put(ccd_job_conn(job), "1,a\n2,", 6, reterr);
  if (status == CC_OK)
    status = expect(ccd_job_commit(job, &ignored), CC_ERR_INTERNAL, "commit in COPY", reterr);
  ccd_job_rollback(job);

  if (status == CC_OK)
    status = ccd_job_begin(job, &writes, reterr);
  if (status == CC_OK)
    status = ccd_db_copy_in(ccd_job_conn(job), &ccd_q_probe_copy_in, /* partition= */ 0, reterr);
  if (status == CC_OK)
    status = ccd_db_copy_put(ccd_job_conn(job), "one,a\n", 6, reterr);
  if (status == CC_OK && ccd_db_copy_end(ccd_job_conn(job), NULL, &ignored) == CC_OK)
    status = cc_fail(reterr, CC_ERR_INTERNAL, "probe", "A bad row was taken");
  ccd_job_rollback(job);

  const ccd_arg args[] = {{"most", "9"}, {"step", "0"}, {0}};
  if (status == CC_OK)
    status = ccd_job_begin(job, &writes, reterr);
  if (status == CC_OK)
    status = ccd_db_copy_in(ccd_job_conn(job), &ccd_q_probe_copy_in, /* partition= */ 0, reterr);
  if (status == CC_OK)
    status = ccd_db_copy_put(ccd_job_conn(job), "1,a\n2,b\n", 8, reterr);
  if (status == CC_OK)
    status = ccd_db_copy_end(ccd_job_conn(job), NULL, reterr);
  if (status == CC_OK)
    status = ccd_job_query(job, &ccd_q_probe_most, args, NULL, reterr);
  if (status == CC_OK)
    status =
      expect(ccd_db_copy_out(ccd_job_conn(job), &ccd_q_probe_copy_out, stop_cb, NULL, &ignored),
             CC_ERR_EXTERNAL,
             "a reader that stops",
             reterr);
  ccd_job_rollback(job);
  return status == CC_OK ? ccd_job_once(job, &writes, &ccd_q_probe_step, args, NULL, reterr)
                         : status;
}

const ccd_job_kind probe_jobs[] = {
  {.name = "probe.steps",
   .lane = CCD_LANE_LONG,
   .lease_s = 3,
   .payload = &probe_payload_type,
   .run = steps},
  {.name = "probe.statement",
   .lane = CCD_LANE_LONG,
   .lease_s = 3,
   .payload = &probe_payload_type,
   .run = one_long_statement},
  {.name = "probe.copies",
   .lane = CCD_LANE_LONG,
   .lease_s = 60,
   .payload = &probe_payload_type,
   .run = copies},
  {.name = "probe.bad_copies",
   .lane = CCD_LANE_LONG,
   .lease_s = 60,
   .payload = &probe_payload_type,
   .run = bad_copies},
  {.name = "probe.quick", .lease_s = 60, .payload = &probe_payload_type, .run = quick},
  {.name = "probe.fails", .lease_s = 60, .payload = &probe_payload_type, .run = fails},
  {0},
};
