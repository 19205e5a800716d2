/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"

/* A value for a field of a template. */
typedef struct cc_text_field {
  const char *name;
  const char *value; /* NULL: the field has no value */
} cc_text_field;

/* Fields that a template may contain, with values of usual length; ends with a row whose name is
 * NULL. */
extern const cc_text_field cc_text_fields[];

/**
 * Insert values into a template such as "Hi {first_name}". The template is read once, so braces in
 * a value are plain text. A field without a value is replaced by its substitute,
 * "{first_name|neighbor}", or by nothing.
 *
 * @fields: ends with a row whose name is NULL
 *
 * Returns NULL at the arena's ceiling.
 */
char *cc_text_render(const char *template, const cc_text_field *fields, cc_arena *arena);

/**
 * Check that a template contains known fields only, and that every brace has its partner.
 *
 * @pointer: field of the request that contains the template
 * @reterr: set on failure, with a hint that lists the fields
 */
cc_status cc_text_check(const char *template, const char *pointer, cc_error *reterr) CC_MUSTCHECK;

/* Correct the case of a name: "MARY ANN O'NEIL" becomes "Mary Ann O'Neil"; a name in mixed case
 * stays unchanged. NULL at the arena's ceiling or when @name is NULL. */
const char *cc_text_name(const char *name, cc_arena *arena);
