/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The step of the import job that reads the files; called by ccd-import-job.c. */

#include "server/voters/ccd-import.h"

/**
 * Empty the staging of this import and read all files of the import into it. Also counts problems
 * and writes the file of rejects and the sample.
 *
 * Returns CC_ERR_CONFLICT "cancelled" when a user cancelled the import, and CC_ERR_UNAVAILABLE when
 * the worker is stopping (ccd_job_again) or the database is unavailable. Any other error is caused
 * by the files.
 */
cc_status ccd_import_read(ccd_import *import, cc_error *reterr) CC_MUSTCHECK;
