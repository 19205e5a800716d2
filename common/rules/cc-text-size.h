/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

/* Size of a text message (3GPP TS 23.038). */
typedef struct cc_text_size {
  bool gsm7;    /* false: UCS-2 */
  int units;    /* septets, or 16-bit units */
  int segments; /* number of segments; 0: empty text */
} cc_text_size;

#define CC_TEMPLATE_SEGMENTS_MAX 6 /* limit of a first text filled with values of usual length */
#define CC_ANSWER_SEGMENTS_MAX 10  /* limit of every text that is sent */

/**
 * Measure a text. GSM-7: 160 characters in one segment, 153 in each of several; nine characters
 * count twice. UCS-2: 70, or 67. A character is never split between segments.
 *
 * @text: valid UTF-8
 */
cc_text_size cc_text_measure(const char *text);

/* "gsm7" or "ucs2". */
const char *cc_text_encoding(cc_text_size size);
