/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/voters/ccd-table.h"

/* Dates as files have them. */

/* year 0: none; month 0: only the year is known. */
typedef struct ccd_date {
  int16_t year;
  uint8_t month, day;
} ccd_date;

/* One date by its form (CC_DATE_…). False when it is none; true with year 0 for the placeholders
 * 1800-01-01, 1900-01-01 and 00/00/0000 and for blanks. Two-digit years: up to @pivot years of this
 * century. */
bool ccd_date_parse(ccd_slice text, int form, int pivot, ccd_date *ret);

/* "YYYY-MM-DD", or "YYYY" when there is no more, "" for none. */
void ccd_date_format(ccd_date date, char buffer[static 11]);
