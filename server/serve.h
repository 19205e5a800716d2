/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-server.h"
#include "server/jobs/ccd-job.h"

/* Commands that run until a signal; see commands.h. */
int ccd_command_serve(int argc, char **argv);
int ccd_command_worker(int argc, char **argv);

/* For commands that run their own job worker: start configuration, log, database and jobs.
 * ccd_program_stop must be called also after a failed start. ccd_program_block_signals must be
 * called before any thread starts. */
void ccd_program_block_signals(void);
cc_status ccd_program_start_jobs(ccd_server *server,
                                 const ccd_job_kind *const *kinds,
                                 cc_error *reterr) CC_MUSTCHECK;
void ccd_program_stop(ccd_server *server);
