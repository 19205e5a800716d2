/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "server/voters/ccd-table.h"

/* Telephone numbers as files have them. */

#define CCD_PHONE_MAX 17 /* + and 15 digits and NUL */

/* The number in E.164, without its extension. Numbers without a country are of the North American
 * plan. False: none, or one that the plan does not have. */
bool ccd_phone_normal(ccd_slice text, char ret[static CCD_PHONE_MAX]);

/* The first of several numbers in one cell, taken off @text; of no length: there are no more. What
 * has too few digits for a number belongs to the one before it: ";ext=12". */
ccd_slice ccd_phone_next(ccd_slice *text);
