/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

/* How a text travels (3GPP TS 23.038). */
typedef struct cc_text_size {
  bool gsm7;    /* false: UCS-2 */
  int units;    /* septets, or units of 16 bits */
  int segments; /* messages that it is cut into; 0: empty */
} cc_text_size;

#define CC_TEMPLATE_SEGMENTS_MAX 6 /* of a first text with values of usual length */
#define CC_ANSWER_SEGMENTS_MAX 10  /* of any text that is sent */

/**
 * Count what a text takes. GSM-7: 160 characters in one segment, 153 in each of several; nine
 * characters count twice. UCS-2: 70, or 67. A character is never cut in two.
 *
 * @text: valid UTF-8
 */
cc_text_size cc_text_measure(const char *text);

/* "gsm7" or "ucs2". */
const char *cc_text_encoding(cc_text_size size);
