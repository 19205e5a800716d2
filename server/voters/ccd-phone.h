/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "server/voters/ccd-table.h"

/* Telephone numbers as files have them. */

#define CCD_PHONE_MAX 17 /* + and 15 digits and NUL */

/* The number in E.164, without its extension. Numbers without a country are of the North American
 * plan. False: none, or one that the plan does not have. */
bool ccd_phone_normal(ccd_slice text, char ret[static CCD_PHONE_MAX]);
