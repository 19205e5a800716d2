/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-import.h"

/**
 * Read every file into empty staging, count problems, write rejects and sample.
 *
 * CC_ERR_CONFLICT "cancelled": somebody asked for it. CC_ERR_UNAVAILABLE: the worker stops
 * (ccd_job_again) or the database went away. Anything else is the file's fault.
 */
cc_status ccd_import_read(ccd_import *import, cc_error *reterr) CC_MUSTCHECK;
