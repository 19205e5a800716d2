/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"
#include "server/jobs/ccd-job.h"

/* The commands of the program. argv[0] is the command's name; the result is the exit code.
 * Errors are written to standard error in one line. */
int ccd_command_migrate(int argc, char **argv);
int ccd_command_health(int argc, char **argv);
int ccd_command_config(int argc, char **argv);
int ccd_command_openapi(int argc, char **argv);
int ccd_command_codes(int argc, char **argv);
int ccd_command_rules(int argc, char **argv);
int ccd_command_audit(int argc, char **argv);
int ccd_command_restored(int argc, char **argv);
int ccd_command_reseal(int argc, char **argv);
int ccd_command_hash_password(int argc, char **argv);

/* All route tables and all tables of job kinds (tables.c); NULL-terminated. */
extern const ccd_route *const ccd_route_tables[];
extern const ccd_job_kind *const ccd_job_tables[];
