/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"

/* Text messages: how long they are, templates with fields, and what an answer wants. */

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

/* A value for a field of a template. */
typedef struct cc_text_field {
  const char *name;
  const char *value; /* NULL: nothing stands in its place */
} cc_text_field;

/* Fields that a template may name, with values of usual length; ends with a NULL name. */
extern const cc_text_field cc_text_fields[];

/**
 * Put values into a template: "Hi {first_name}". Goes over the template once: braces in a value are
 * text. A field without a value becomes nothing.
 *
 * @fields: ends with a NULL name
 *
 * Returns NULL at the arena's ceiling.
 */
char *cc_text_render(const char *template, const cc_text_field *fields, cc_arena *arena);

/**
 * Check that a template names known fields only, and that every brace has its partner.
 *
 * @pointer: field of the request that the template stands in
 * @reterr: set on failure, with a hint that lists the fields
 */
cc_status cc_text_check(const char *template, const char *pointer, cc_error *reterr) CC_MUSTCHECK;

/* A name as people write it: "MARY ANN O'NEIL" becomes "Mary Ann O'Neil", a name in mixed case
 * stays. NULL at the arena's ceiling or when @name is NULL. */
const char *cc_text_name(const char *name, cc_arena *arena);

/* What somebody who answers a text wants of the sender. */
typedef enum cc_text_intent {
  CC_TEXT_TALK = 0, /* nothing in particular */
  CC_TEXT_STOP,     /* no more texts */
  CC_TEXT_START,    /* texts again */
} cc_text_intent;

/**
 * Read the intent out of an answer: a first word, certain phrases, or one of a few words as the
 * whole text, in English, Spanish and French. A bill that must be stopped is no opt-out.
 *
 * @text: valid UTF-8 of any length; nothing is allocated
 */
cc_text_intent cc_text_intent_of(const char *text);

/* "stop" or "start"; NULL: CC_TEXT_TALK. */
const char *cc_text_intent_name(cc_text_intent intent);
