/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"
#include "server/jobs/ccd-job.h"

/* The commands of the program: arguments begin with the command's own name; the result is the exit
 * code. Errors go to standard error, in one line. */
int ccd_command_serve(int argc, char **argv);
int ccd_command_worker(int argc, char **argv);
int ccd_command_migrate(int argc, char **argv);
int ccd_command_config(int argc, char **argv);
int ccd_command_openapi(int argc, char **argv);
int ccd_command_rules(int argc, char **argv);
int ccd_command_import(int argc, char **argv);
int ccd_command_audit(int argc, char **argv);
int ccd_command_hash_password(int argc, char **argv);

/* Every route table, and every table of kinds of jobs (tables.c); NULL-terminated. */
extern const ccd_route *const ccd_route_tables[];
extern const ccd_job_kind *const ccd_job_tables[];

/* For commands that are a worker of their own kinds (serve.c): configuration, log, database, jobs.
 * Stop it also after a start that failed. Signals are blocked before any thread begins. */
void ccd_program_block_signals(void);
cc_status ccd_program_start_jobs(ccd_server *server,
                                 const ccd_job_kind *const *kinds,
                                 cc_error *reterr) CC_MUSTCHECK;
void ccd_program_stop(ccd_server *server);
