/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"
#include "common/codec/cc-type.h"

/* JSON Schema of the field tables, for the OpenAPI document. */

typedef enum cc_schema_use {
  CC_SCHEMA_REPLY = 0, /* without write-only fields; every visible field is listed */
  CC_SCHEMA_CREATE,    /* without read-only fields; required fields as in the table */
  CC_SCHEMA_PATCH,     /* without read-only fields; no field is required */
} cc_schema_use;

/* JSON Schema (2020-12, as OpenAPI 3.1 uses it) of a type, listed in the document under its
 * cc_schema_name(). Nested types are references. */
void cc_schema(const cc_type *type, cc_schema_use use, cc_str *out);

/* Schema of one field alone (for parameters). */
void cc_schema_field(const cc_field *field, cc_schema_use use, cc_str *out);

/* Name of the schema, also its title, from which generators make class names: "Event" for a
 * reply, "EventBody", "EventPatch". */
void cc_schema_name(const cc_type *type, cc_schema_use use, cc_str *out);

/* Write {"$ref": …} to the schema of the type. */
void cc_schema_ref(const cc_type *type, cc_schema_use use, cc_str *out);

/* The use for types nested inside a type of @use: nested objects are always complete, also in a
 * merge-patch. */
cc_schema_use cc_schema_part(cc_schema_use use);
