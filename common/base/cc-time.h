/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-base.h"

/* An instant: microseconds since 1970-01-01T00:00:00Z. */
typedef int64_t cc_time;

#define CC_TIME_SECOND INT64_C(1000000)
#define CC_TIME_TEXT_MAX 32 /* bytes that cc_time_format writes, with NUL */

cc_time cc_time_now(void);

/* Microseconds of a clock that never jumps: for deadlines and durations only. */
int64_t cc_time_monotonic(void);

/* Parse RFC 3339 with any offset, up to six fraction digits (further digits are cut) and years
 * 0001 to 9999; a leap second 60 is read as 59. False when @text is anything else. */
bool cc_time_parse(const char *text, size_t length, cc_time *ret);

/* Write RFC 3339 in UTC with Z, with a fraction only when it is not zero:
 * "2026-11-03T12:00:00Z". */
void cc_time_format(cc_time time, char buffer[static CC_TIME_TEXT_MAX]);

/* True for a name that the system's time zone database contains ("America/New_York"). Names
 * cannot lead out of its folder. */
bool cc_time_zone_known(const char *name);
