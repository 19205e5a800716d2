/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

/* Size of a text message: encoding and number of segments. Used by
 * server/texting, which limits the size and reports it. */

/* Encoding and length of a text message (3GPP TS 23.038). */
typedef struct cc_text_size {
  bool gsm7;    /* GSM-7 encoding; false: UCS-2 */
  int units;    /* length in septets (GSM-7) or 16-bit units (UCS-2) */
  int segments; /* segments that the text is sent in; 0: the text is empty */
} cc_text_size;

/* Limits of segments: for the template of a first text (with typical field values), and for every
 * text that is sent. */
#define CC_TEMPLATE_SEGMENTS_MAX 6
#define CC_ANSWER_SEGMENTS_MAX 10

/**
 * Count the units and segments of a text. A segment has space for 160 septets (GSM-7) or 70 units
 * (UCS-2); when the text needs several segments, each has space for 153 or 67. The characters of
 * the GSM-7 extension table take two septets. No character is split between two segments.
 *
 * @text: valid UTF-8
 */
cc_text_size cc_text_measure(const char *text);

/* "gsm7" or "ucs2". */
const char *cc_text_encoding(cc_text_size size);
