/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <float.h>
#include <jansson.h>

#include "common/codec/cc-codec.h"

/* Declarations shared by the files of the codec only. */

/* Begin: until cc_json_leave, jansson's memory on this thread comes from @arena. Returns the
 * value that cc_json_leave must restore. */
cc_arena *cc_json_enter(cc_arena *arena);
void cc_json_leave(cc_arena *before);

/* jansson's json_loadb, but safe at the arena's ceiling, where it returns NULL. Call between
 * enter and leave. */
json_t *cc_json_load(const char *json, size_t length, size_t flags, json_error_t *reterr);

#define CC_JSON_FLAGS (JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL)

/* Marks for JSON that is well formed but fits no field: a number beyond 64 bits, and half of a
 * surrogate pair in a text. */
#define CC_JSON_HUGE DBL_MAX
#define CC_JSON_HUGE_TEXT "1.7976931348623157e308"
#define CC_JSON_HALF "\0\x01"
#define CC_JSON_HALF_ESCAPED "\\u0000\\u0001"

/* Did the arena refuse memory since the enter? */
bool cc_json_exhausted(void);

/* Parse an untrusted document that must be one object. Call between enter and leave. On failure
 * @reterr has one error, and the result is CC_ERR_MALFORMED or CC_ERR_NO_MEMORY. */
cc_status
cc_json_parse(const char *json, size_t length, json_t **ret, cc_error_list *reterr) CC_MUSTCHECK;

/* Write a JSON tree without white space, with members in their order and real numbers in their
 * shortest form. */
void cc_json_write(const json_t *json, cc_str *out);

/* The shortest decimal that reads back as @value; null when it is not finite. */
void cc_json_write_double(double value, cc_str *out);

/* The stored form of a text that passed cc_format_check(): @text itself, or a copy in
 * @arena. NULL at the ceiling. */
char *cc_format_normal(cc_format format, cc_arena *arena, char *text, size_t length);

/* Is the host of a URL reachable from the public Internet? Accepts names and addresses in every
 * notation that browsers accept, and decides by the text alone: no name is resolved. */
bool cc_host_is_public(const char *text, size_t length);

/* Does a text contain at least one visible character? */
bool cc_text_is_seen(const char *text, size_t length);

/* Do .min and .max of a number or a count apply? When both are 0, neither does. A maximum below
 * the minimum is ignored, so `.min = 1` alone sets only a lower limit. */
static inline bool
cc_field_has_min(const cc_field *field)
{
  return field->min != 0 || field->max != 0;
}

static inline bool
cc_field_has_max(const cc_field *field)
{
  return cc_field_has_min(field) && field->max >= field->min;
}

/* Maximal length of a string field, in code points. */
static inline int64_t
cc_field_max_length(const cc_field *field)
{
  return field->max > 0 ? field->max : CC_LENGTH_MAX;
}

static inline void *
cc_member(const cc_field *field, void *object)
{
  return (char *) object + field->offset;
}

static inline const void *
cc_member_const(const cc_field *field, const void *object)
{
  return (const char *) object + field->offset;
}

/* State of one decode. */
typedef struct cc_decoder {
  cc_arena *arena;
  cc_error_list *errors;
  cc_mode mode;
  bool invalid; /* an error occurred, whether or not it fitted into the list */
  bool no_memory;
} cc_decoder;

/* One value being decoded: its position in the document and its target. The chain of positions
 * is on the stack; the JSON pointer is written only when there is an error. */
typedef struct cc_spot {
  cc_decoder *d;
  const struct cc_spot *up; /* NULL: the document itself, or a parameter */
  const char *name;         /* NULL: array element number .index */
  size_t index;
  const cc_field *field;
  void *object; /* the struct whose member receives the value */
} cc_spot;

/* Record one error: its message is `"field" @what.`, the remaining arguments make its hint. */
void cc_wrong(const cc_spot *at, const char *code, const char *what, const char *hint_format, ...)
  CC_PRINTF(4, 5);
void cc_wrong_type(const cc_spot *at);
void cc_wrong_value(const cc_spot *at);
void cc_wrong_name(const cc_spot *at, const cc_type *type);
void cc_wrong_missing(const cc_spot *at);

/* Decode one JSON value into its struct member. */
void cc_decode_value(const cc_spot *at, const json_t *json);

/* Handle the fields that were absent: an error, a default value, or nothing. @up contains
 * decoder and object. */
void cc_decode_finish(const cc_spot *up, const cc_type *type, const cc_present *seen);

cc_status cc_decode_outcome(const cc_decoder *d);
