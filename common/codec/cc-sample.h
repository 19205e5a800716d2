/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"
#include "common/codec/cc-type.h"

/* Sample values, for documents and tests. */

/* Write a JSON literal that the field accepts: its example, or a value made from kind, format
 * and limits. */
void cc_field_sample(const cc_field *field, cc_str *out);

/* Write a valid body: an object with the sample of every writable field. */
void cc_type_sample(const cc_type *type, cc_str *out);
