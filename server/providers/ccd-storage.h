/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-config.h"

/* Where files are kept: a folder, or an S3-compatible service. So far only whether it is there. */

/* CC_PART_UP, CC_PART_DOWN, or CC_PART_OFF when none is configured. A service is asked at most once
 * in five seconds and with a limit of one second. */
int ccd_storage_health(const ccd_config *config);
