/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Work that is done later, enqueued in the transaction that causes it: it happens if and only if
 * the transaction committed. Payloads are sealed, since a mail may hold a token. */

typedef struct ccd_jobs ccd_jobs;

/* Enqueue a mail. All texts UTF-8; @text is the whole plain-text body. An empty @to makes a job
 * that does nothing: so an unknown address costs the same work as a known one. */
cc_status ccd_mail_enqueue(ccd_call *call,
                           const char *to,
                           const char *subject,
                           const char *text,
                           cc_error *reterr) CC_MUSTCHECK;

/* The worker: a thread that claims due jobs (FOR UPDATE SKIP LOCKED, a lease) and runs them; woken
 * by ccd_jobs_wake and once a second. Part of `serve` on a small machine. */
cc_status ccd_jobs_start(ccd_server *server, ccd_jobs **ret, cc_error *reterr) CC_MUSTCHECK;
void ccd_jobs_wake(ccd_jobs *jobs);
void ccd_jobs_stop(ccd_jobs *jobs);

/* Queued and failed jobs, for /metrics; -1 when not known yet. */
void ccd_jobs_figures(const ccd_jobs *jobs, int64_t *ret_queued, int64_t *ret_failed);
