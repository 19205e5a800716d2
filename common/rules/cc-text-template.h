/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"

/* Templates of text messages: texts with fields such as {first_name}. Used by
 * server/texting to check and fill them. */

/* A field of a template and its value. */
typedef struct cc_text_field {
  const char *name;
  const char *value; /* NULL: no value */
} cc_text_field;

/* All fields that a template may contain, each with an example value of typical length; ends with a
 * NULL name. */
extern const cc_text_field cc_text_fields[];

/**
 * Replace the fields of a template by their values: "Hi {first_name}". A field without a value is
 * replaced by its fallback, as in "{first_name|neighbor}", or by nothing. Values are not searched
 * for fields, so braces in a value are plain text.
 *
 * @fields: ends with a NULL name
 *
 * Returns the text, allocated in @arena; NULL when the arena is at its limit.
 */
char *cc_text_render(const char *template, const cc_text_field *fields, cc_arena *arena);

/**
 * Check that a template contains known fields only, and that all braces are matched.
 *
 * @pointer: field of the request that contains the template
 * @reterr: set on failure, with a hint that lists the known fields
 */
cc_status cc_text_check(const char *template, const char *pointer, cc_error *reterr) CC_MUSTCHECK;

/* Returns a name with usual capitalization: "MARY ANN O'NEIL" becomes "Mary Ann O'Neil"; a name
 * that has small letters is returned unchanged. Returns NULL when the arena is at its limit or
 * @name is NULL. */
const char *cc_text_name(const char *name, cc_arena *arena);
