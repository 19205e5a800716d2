/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/voters/ccd-table.h"

/* Parses and formats the dates of voter files. */

/* A date. year 0: no date. month 0: only the year is known. */
typedef struct ccd_date {
  int16_t year;
  uint8_t month, day;
} ccd_date;

/* Parse a date in the format @form (CC_DATE_…). Returns false when the text is not a date. Returns
 * true with year 0 for blank text and for the placeholders 1800-01-01, 1900-01-01 and 00/00/0000.
 * Years of two digits up to @pivot are 20xx, later ones 19xx. */
bool ccd_date_parse(ccd_slice text, int form, int pivot, ccd_date *ret);

/* Write "YYYY-MM-DD", or "YYYY" if only the year is known, or "" if there is no date. */
void ccd_date_format(ccd_date date, char buffer[static 11]);
