/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"
#include "common/base/cc-str.h"
#include "common/codec/cc-type.h"

/* The engine over field tables. It never logs and keeps no state; jansson is its detail. */

/* Call once before any thread starts: routes jansson's memory into the arena of the running decode
 * and seeds its hash. */
void cc_codec_init(void);

typedef enum cc_mode {
  CC_MODE_CREATE = 0, /* required keys must be there, fallbacks fill absent ones */
  CC_MODE_PATCH,      /* nothing is required, nothing filled */
  CC_MODE_REPLY,      /* a reply read by the client: lenient; unknown keys and names are ignored */
} cc_mode;

#define CC_JSON_DEPTH_MAX 32
#define CC_JSON_ITEMS_MAX 10000 /* members and elements in one document */

/**
 * Decode and validate one JSON object.
 *
 * @json: not NUL-terminated; any bytes
 * @ret: a struct of @type in @arena, unset members zero; set only on CC_OK
 * @ret_present: fields whose key was there; may be NULL
 * @reterr: list with its arena set; every error found, each with its JSON pointer
 *
 * CC_ERR_MALFORMED: not JSON (or too deep, too many items, duplicate keys, not an object), one
 * item. CC_ERR_INVALID: fields are wrong. CC_ERR_NO_MEMORY: the arena's ceiling.
 */
cc_status cc_decode(const cc_type *type,
                    const char *json,
                    size_t length,
                    cc_mode mode,
                    cc_arena *arena,
                    void **ret,
                    cc_present *ret_present,
                    cc_error_list *reterr) CC_MUSTCHECK;

/* A name and its text, as a path or a query string has them (already percent-decoded). */
typedef struct cc_pair {
  const char *name;
  const char *text;
  size_t length;
} cc_pair;

/**
 * Decode path parameters or a query string by the same tables: scalars from text, STRINGS and ENUM
 * lists are not possible here. A repeated or unknown name is an error. Pointers are the names.
 */
cc_status cc_decode_pairs(const cc_type *type,
                          const cc_pair *pairs,
                          size_t n_pairs,
                          cc_arena *arena,
                          void **ret,
                          cc_present *ret_present,
                          cc_error_list *reterr) CC_MUSTCHECK;

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

/* Fill a struct from a row (strings are copied into @arena). The inverse of cc_field_text. */
cc_status cc_bind_row(const cc_row_map *map,
                      const cc_cell *cells,
                      cc_arena *arena,
                      void *ret_object) CC_MUSTCHECK;

/* A JSON literal of a value that the field accepts, for documents and tests: its example, or one
 * made from kind, format and limits. */
void cc_field_sample(const cc_field *field, cc_str *out);

/* A body that decodes: an object with every writable field's sample. */
void cc_type_sample(const cc_type *type, cc_str *out);

typedef enum cc_schema_use {
  CC_SCHEMA_REPLY = 0, /* write-only fields left out; every visible field listed */
  CC_SCHEMA_CREATE,    /* read-only fields left out; required as the table says */
  CC_SCHEMA_PATCH,     /* read-only fields left out; nothing required */
} cc_schema_use;

/* JSON Schema (2020-12, as OpenAPI 3.1 uses it) of a type. Nested types are written in place. */
void cc_schema(const cc_type *type, cc_schema_use use, cc_str *out);

/* Schema of one field alone (for parameters). */
void cc_schema_field(const cc_field *field, cc_schema_use use, cc_str *out);
