/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-config.h"

/* Health check of the file storage (a folder, or an S3-compatible service) for the health
 * operation. */

/* Returns CC_PART_UP or CC_PART_DOWN; CC_PART_OFF when no storage is configured. A service is
 * requested at most once in five seconds, with a timeout of one second. Thread-safe. */
int ccd_storage_health(const ccd_config *config);
