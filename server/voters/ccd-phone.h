/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "server/voters/ccd-table.h"

/* Parses the telephone numbers of voter files. */

#define CCD_PHONE_MAX 17 /* "+", 15 digits and NUL */

/* Convert a telephone number to E.164, without its extension. A number without a country code is
 * treated as a number of the North American Numbering Plan. Returns false when the text is not a
 * valid number. */
bool ccd_phone_normal(ccd_slice text, char ret[static CCD_PHONE_MAX]);

/* Split a cell with several numbers: returns the first number and removes it from @text. Returns
 * an empty slice when @text is empty. A part with fewer than 10 digits is not a number of its
 * own, but stays with the number before it (";ext=12"). */
ccd_slice ccd_phone_next(ccd_slice *text);
