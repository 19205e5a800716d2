/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"
#include "common/codec/cc-type.h"

/* Sample values, for documents and tests. */

/* A JSON literal of a value that the field accepts, for documents and tests: its example, or one
 * made from kind, format and limits. */
void cc_field_sample(const cc_field *field, cc_str *out);

/* A body that decodes: an object with every writable field's sample. */
void cc_type_sample(const cc_type *type, cc_str *out);
