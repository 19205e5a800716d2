/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The step "reading" of the import job. */

#include "server/voters/ccd-import.h"

/**
 * Read all files of the import into staging, which is emptied first. Count problems, and write the
 * file of rejects and the sample.
 *
 * Returns CC_ERR_CONFLICT "cancelled" when a user cancelled the import, and CC_ERR_UNAVAILABLE when
 * the worker is stopping (ccd_job_again) or the database is unavailable. Any other error is caused
 * by the files.
 */
cc_status ccd_import_read(ccd_import *import, cc_error *reterr) CC_MUSTCHECK;
