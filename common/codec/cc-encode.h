/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "common/base/cc-str.h"
#include "common/codec/cc-type.h"

/* Encode structs and database rows as JSON and text. */

/* Encode a struct as a JSON object with the fields that @view may see. */
void cc_encode(const cc_type *type, const void *object, cc_view view, cc_str *out);

/* Encode a decoded request body for the database: only the present fields (PATCH) or, when
 * @present is NULL, every field that is not read-only. Write-only fields are included. */
void
cc_encode_body(const cc_type *type, const void *object, const cc_present *present, cc_str *out);

/* One scalar field as text that PostgreSQL's input functions read (enum name, RFC 3339, digits,
 * raw JSON; STRINGS, OBJECT and LIST as JSON). NULL when the member is null. Allocated in
 * @arena. */
const char *cc_field_text(const cc_field *field, const void *object, cc_arena *arena);

/* A cell of a database row in PostgreSQL's text format; text NULL = SQL NULL. */
typedef struct cc_cell {
  const char *text;
  int length;
} cc_cell;

/* The column that supplies each field: index into the row's cells, -1 when no column does (the
 * field is left out). */
typedef struct cc_row_map {
  const cc_type *type;
  int16_t column[CC_FIELDS_MAX];
} cc_row_map;

/* Encode a row as a JSON object without an intermediate struct. Text format expected with
 * DateStyle ISO and TimeZone UTC. OBJECT, LIST, STRINGS and JSON columns are json or jsonb. */
void cc_encode_row(const cc_row_map *map, const cc_cell *cells, cc_view view, cc_str *out);
