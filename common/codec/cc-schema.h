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

/* JSON Schema (2020-12, as OpenAPI 3.1 uses it) of a type: what stands in the document under its
 * cc_schema_name(). Nested types are references. */
void cc_schema(const cc_type *type, cc_schema_use use, cc_str *out);

/* Schema of one field alone (for parameters). */
void cc_schema_field(const cc_field *field, cc_schema_use use, cc_str *out);

/* The schema's name, also its title, of which generators make the name of a class: "Event" of a
 * reply, "EventBody", "EventPatch". */
void cc_schema_name(const cc_type *type, cc_schema_use use, cc_str *out);

/* {"$ref": …} to it. */
void cc_schema_ref(const cc_type *type, cc_schema_use use, cc_str *out);

/* The use of the types inside one of @use: a part is whole, also in a merge-patch. */
cc_schema_use cc_schema_part(cc_schema_use use);
