/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"

/* A value for a field of a template. */
typedef struct cc_text_field {
  const char *name;
  const char *value; /* NULL: nothing stands in its place */
} cc_text_field;

/* Fields that a template may name, with values of usual length; ends with a NULL name. */
extern const cc_text_field cc_text_fields[];

/**
 * Put values into a template: "Hi {first_name}". Goes over the template once: braces in a value are
 * text. A field without a value becomes what its stand-in says, "{first_name|neighbor}", or
 * nothing.
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
