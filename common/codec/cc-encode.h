/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "common/base/cc-str.h"
#include "common/codec/cc-type.h"

/* Structs and database rows into JSON and text. */

/* Encode a struct as a JSON object with the fields that @view may see. */
void cc_encode(const cc_type *type, const void *object, cc_view view, cc_str *out);

/* Encode what a request body said, for the database: the present fields only (PATCH) or, with
 * @present NULL, every field that is not read-only. Write-only fields are included. */
void
cc_encode_body(const cc_type *type, const void *object, const cc_present *present, cc_str *out);

/* One scalar field as text, as PostgreSQL's input functions read it (enum name, RFC 3339, digits,
 * raw JSON; STRINGS, OBJECT, LIST as JSON). NULL when the member is null. In @arena. */
const char *cc_field_text(const cc_field *field, const void *object, cc_arena *arena);

/* A cell of a database row in PostgreSQL's text format; text NULL = SQL NULL. */
typedef struct cc_cell {
  const char *text;
  int length;
} cc_cell;

/* Which column feeds each field: index into the row's cells, -1 = none (the field is left out). */
typedef struct cc_row_map {
  const cc_type *type;
  int16_t column[CC_FIELDS_MAX];
} cc_row_map;

/* Encode a row as a JSON object without an intermediate struct. Text format expected with
 * DateStyle ISO and TimeZone UTC. OBJECT, LIST, STRINGS and JSON columns are json or jsonb. */
void cc_encode_row(const cc_row_map *map, const cc_cell *cells, cc_view view, cc_str *out);
