/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <float.h>
#include <jansson.h>

#include "common/codec/cc-codec.h"

/* What the engine's own files share. */

/* From here to the leave, jansson's memory on this thread comes from @arena. Returns what leave
 * must restore. */
cc_arena *cc_json_enter(cc_arena *arena);
void cc_json_leave(cc_arena *before);

/* jansson's json_loadb, safe at the arena's ceiling: NULL then. Between enter and leave. */
json_t *cc_json_load(const char *json, size_t length, size_t flags, json_error_t *reterr);

#define CC_JSON_FLAGS (JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL)

/* Marks of what a document has and no field takes: a number beyond 64 bits, and in a text half of a
 * surrogate pair. */
#define CC_JSON_HUGE DBL_MAX
#define CC_JSON_HUGE_TEXT "1.7976931348623157e308"
#define CC_JSON_HALF "\0\x01"
#define CC_JSON_HALF_ESCAPED "\\u0000\\u0001"

/* Has the arena refused memory since the enter? */
bool cc_json_exhausted(void);

/* Parse an untrusted document of one object. Between enter and leave; on failure one error in
 * @reterr, and CC_ERR_MALFORMED or CC_ERR_NO_MEMORY. */
cc_status
cc_json_parse(const char *json, size_t length, json_t **ret, cc_error_list *reterr) CC_MUSTCHECK;

/* Write a tree without white space, members in their order, reals in their shortest form. */
void cc_json_write(const json_t *json, cc_str *out);

/* The shortest decimal that reads back as @value; null when it is not finite. */
void cc_json_write_double(double value, cc_str *out);

/* The form in which a text that passed cc_format_check() is kept: @text itself, or a copy in
 * @arena. NULL at the ceiling. */
char *cc_format_normal(cc_format format, cc_arena *arena, char *text, size_t length);

/* Is the host of a web address, a name or an address in any form that browsers read, one that
 * everybody can reach? By its text alone: nothing is looked up. */
bool cc_host_is_public(const char *text, size_t length);

/* Does a text show at least one character? */
bool cc_text_is_seen(const char *text, size_t length);

/* Do .min and .max of a number or a count apply? Both 0: neither. A maximum below the minimum is
 * none, so `.min = 1` alone is a lower limit. */
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

/* Code points that a string field may have. */
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

/* One decode under way. */
typedef struct cc_decoder {
  cc_arena *arena;
  cc_error_list *errors;
  cc_mode mode;
  bool invalid; /* something was wrong, whether or not the list had room for it */
  bool no_memory;
} cc_decoder;

/* One value under way: where it stands in the document, and where it goes. The chain of places
 * lives on the stack and is written out only when something is wrong there. */
typedef struct cc_spot {
  cc_decoder *d;
  const struct cc_spot *up; /* NULL: the document itself, or a parameter */
  const char *name;         /* NULL: element number .index */
  size_t index;
  const cc_field *field;
  void *object; /* the struct whose member the value becomes */
} cc_spot;

/* Take down one error: the message becomes `"field" @what.`, the rest is its hint. */
void cc_wrong(const cc_spot *at, const char *code, const char *what, const char *hint_format, ...)
  CC_PRINTF(4, 5);
void cc_wrong_type(const cc_spot *at);
void cc_wrong_value(const cc_spot *at);
void cc_wrong_name(const cc_spot *at, const cc_type *type);
void cc_wrong_missing(const cc_spot *at);

/* Decode one value into its member. */
void cc_decode_value(const cc_spot *at, const json_t *json);

/* What was not there: an error, a fallback, or fine. @up holds decoder and object. */
void cc_decode_finish(const cc_spot *up, const cc_type *type, const cc_present *seen);

cc_status cc_decode_outcome(const cc_decoder *d);
