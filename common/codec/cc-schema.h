/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"
#include "common/codec/cc-type.h"

/* JSON Schema of the field tables. */

typedef enum cc_schema_use {
  CC_SCHEMA_REPLY = 0, /* write-only fields left out; every visible field listed */
  CC_SCHEMA_CREATE,    /* read-only fields left out; required as the table says */
  CC_SCHEMA_PATCH,     /* read-only fields left out; nothing required */
} cc_schema_use;

/* JSON Schema (2020-12, as OpenAPI 3.1 uses it) of a type. Nested types are written in place. */
void cc_schema(const cc_type *type, cc_schema_use use, cc_str *out);

/* Schema of one field alone (for parameters). */
void cc_schema_field(const cc_field *field, cc_schema_use use, cc_str *out);
