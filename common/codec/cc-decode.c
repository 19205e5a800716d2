/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <string.h>

#include "common/base/cc-utf8.h"
#include "common/codec/cc-codec-private.h"

/* Memory for a value of @size: the member itself, or what a boxed member is made to point to. */
static void *
place(cc_decoder *d, const cc_field *field, void *object, size_t size)
{
  void *member = cc_member(field, object);
  if (!field->boxed)
    return member;
  void *box = cc_arena_alloc(d->arena, size);
  if (box == NULL)
    d->no_memory = true;
  else
    memcpy(member, &box, sizeof box);
  return box;
}

static bool
count_fits(cc_decoder *d, const cc_path *at, const cc_field *field, size_t n)
{
  if (d->mode == CC_MODE_REPLY)
    return true;
  if (cc_field_has_max(field) && (int64_t) n > field->max) {
    cc_hint(cc_wrong(d, at, "too_many", "has %zu items", n),
            "At most %lld are allowed.",
            (long long) field->max);
    return false;
  }
  if ((int64_t) n < field->min) {
    cc_hint(cc_wrong(d, at, "too_few", "has %zu items", n),
            "At least %lld are needed.",
            (long long) field->min);
    return false;
  }
  return true;
}

/* Check a text against length and format, and bring it into the form that is kept. */
static char *
decode_text(cc_decoder *d, const cc_path *at, const cc_field *field, const json_t *json, bool item)
{
  char *text = (char *) json_string_value(json);
  size_t bytes = json_string_length(json);
  if (d->mode == CC_MODE_REPLY)
    return text;
  int64_t max = item ? CC_LENGTH_MAX : cc_field_max_length(field);
  int64_t min = item ? 0 : field->min;
  int64_t length = cc_utf8_length(text, bytes);
  if (length > max) {
    cc_hint(cc_wrong(d, at, "too_long", "has %lld characters", (long long) length),
            "At most %lld are allowed.",
            (long long) max);
    return NULL;
  }
  if (length >= 0 && length < min) {
    cc_error *error = length == 0 ? cc_wrong(d, at, "too_short", "is empty")
                                  : cc_wrong(d, at, "too_short", "is too short");
    cc_hint(error,
            min == 1 ? "At least %lld character is needed."
                     : "At least %lld characters are needed.",
            (long long) min);
    return NULL;
  }
  const char *code, *message, *way_out;
  if (!cc_format_check((cc_format) field->format, text, bytes, &code, &message, &way_out)) {
    cc_hint(cc_wrong(d, at, code, "%s", message), "%s", way_out);
    return NULL;
  }
  text = cc_format_normal((cc_format) field->format, d->arena, text, bytes);
  if (text == NULL)
    d->no_memory = true;
  return text;
}

/* Answers for both kinds of number, which compare in their own type. */
static bool
in_range(cc_decoder *d, const cc_path *at, const cc_field *field, bool below, bool above)
{
  if (d->mode == CC_MODE_REPLY)
    return true;
  if (below && cc_field_has_min(field)) {
    cc_hint(cc_wrong(d, at, "too_small", "is too small"),
            "It must be at least %lld.",
            (long long) field->min);
    return false;
  }
  if (above && cc_field_has_max(field)) {
    cc_hint(cc_wrong(d, at, "too_large", "is too large"),
            "It must be at most %lld.",
            (long long) field->max);
    return false;
  }
  return true;
}

static void
decode_integer(cc_decoder *d,
               const cc_path *at,
               const cc_field *field,
               const json_t *json,
               void *object)
{
  int64_t value = json_integer_value(json);
  if (!in_range(d, at, field, value<field->min, value> field->max))
    return;
  int64_t *to = place(d, field, object, sizeof value);
  if (to != NULL)
    *to = value;
}

static void
decode_double(cc_decoder *d,
              const cc_path *at,
              const cc_field *field,
              const json_t *json,
              void *object)
{
  double value = json_number_value(json);
  if (!in_range(d, at, field, value<(double) field->min, value>(double) field->max))
    return;
  double *to = place(d, field, object, sizeof value);
  if (to != NULL)
    *to = value;
}

static void
decode_time(cc_decoder *d,
            const cc_path *at,
            const cc_field *field,
            const json_t *json,
            void *object)
{
  cc_time time;
  if (!cc_time_parse(json_string_value(json), json_string_length(json), &time)) {
    cc_hint(cc_wrong(d, at, "time", "is not a time"),
            "Write it like 2026-11-03T12:00:00Z or 2026-11-03T07:00:00-05:00 (RFC 3339).");
    return;
  }
  cc_time *to = place(d, field, object, sizeof time);
  if (to != NULL)
    *to = time;
}

static void
decode_enum(cc_decoder *d,
            const cc_path *at,
            const cc_field *field,
            const json_t *json,
            void *object)
{
  const char *name = json_string_value(json);
  for (size_t i = 0; i < field->names->n; i++) {
    if (strcmp(field->names->names[i], name) == 0) {
      *(int *) cc_member(field, object) = (int) i + 1;
      return;
    }
  }
  char text[120];
  if (d->mode != CC_MODE_REPLY)
    cc_hint(cc_wrong(d, at, "enum", "has a value that is not known"),
            "Send %s.",
            cc_describe(field, text, sizeof text));
}

static void
decode_strings(cc_decoder *d,
               const cc_path *at,
               const cc_field *field,
               const json_t *json,
               void *object)
{
  size_t n = json_array_size(json);
  if (!count_fits(d, at, field, n))
    return;
  cc_strings *to = cc_member(field, object);
  char **items = cc_arena_alloc(d->arena, (n + 1) * sizeof *items);
  if (items == NULL) {
    d->no_memory = true;
    return;
  }
  for (size_t i = 0; i < n; i++) {
    const cc_path here = {.up = at, .index = i};
    const json_t *item = json_array_get(json, i);
    if (json_is_string(item))
      items[i] = decode_text(d, &here, field, item, /* item= */ true);
    else
      cc_hint(cc_wrong(d, &here, "type", "has an element that is not a text"), "Send texts only.");
  }
  *to = (cc_strings){.items = items, .n = n};
}

static void
decode_json(cc_decoder *d,
            const cc_path *at,
            const cc_field *field,
            const json_t *json,
            void *object)
{
  if (!count_fits(d, at, field, json_object_size(json)))
    return;
  cc_str text = CC_STR_INIT(16 * 1024 * 1024);
  cc_json_write(json, &text);
  char *copy = text.failed ? NULL : cc_arena_strndup(d->arena, text.text, text.length);
  cc_str_done(&text);
  if (copy == NULL)
    d->no_memory = true;
  *(char **) cc_member(field, object) = copy;
}

static void *decode_object(cc_decoder *d,
                           const cc_path *at,
                           const cc_type *type,
                           const json_t *json,
                           cc_present *seen);

/* A part is always whole: the database replaces it, so a merge-patch does not reach into it. */
static void *
decode_part(cc_decoder *d, const cc_path *at, const cc_field *field, const json_t *json)
{
  cc_mode mode = d->mode;
  if (mode == CC_MODE_PATCH)
    d->mode = CC_MODE_CREATE;
  void *object = decode_object(d, at, field->type, json, /* seen= */ NULL);
  d->mode = mode;
  return object;
}

static void
decode_list(cc_decoder *d,
            const cc_path *at,
            const cc_field *field,
            const json_t *json,
            void *object)
{
  size_t n = json_array_size(json);
  if (!count_fits(d, at, field, n))
    return;
  void **items = cc_arena_alloc(d->arena, (n + 1) * sizeof *items);
  if (items == NULL) {
    d->no_memory = true;
    return;
  }
  for (size_t i = 0; i < n; i++) {
    const cc_path here = {.up = at, .index = i};
    const json_t *item = json_array_get(json, i);
    if (json_is_object(item))
      items[i] = decode_part(d, &here, field, item);
    else
      cc_hint(cc_wrong(d, &here, "type", "has an element that is not an object"),
              "Send objects only.");
  }
  memcpy(cc_member(field, object), &items, sizeof items);
  *(size_t *) (void *) ((char *) object + field->count_offset) = n;
}

static bool
kind_takes(cc_kind kind, const json_t *json)
{
  switch (kind) {
  case CC_KIND_BOOL:
    return json_is_boolean(json);
  case CC_KIND_INT64:
    return json_is_integer(json);
  case CC_KIND_DOUBLE:
    return json_is_number(json);
  case CC_KIND_STRING:
  case CC_KIND_TIME:
  case CC_KIND_ENUM:
    return json_is_string(json);
  case CC_KIND_STRINGS:
  case CC_KIND_LIST:
    return json_is_array(json);
  case CC_KIND_JSON:
  case CC_KIND_OBJECT:
    return json_is_object(json);
  }
  return false;
}

void
cc_decode_value(cc_decoder *d,
                const cc_path *at,
                const cc_field *field,
                const json_t *json,
                void *object)
{
  if (json_is_null(json)) {
    /* Members begin as zero, which is what null reads as. */
    if ((field->flags & CC_NULLABLE) == 0 && d->mode != CC_MODE_REPLY)
      cc_hint(cc_wrong(d, at, "null", "must not be null"), "Leave it out or send a value.");
    return;
  }
  if (!kind_takes((cc_kind) field->kind, json)) {
    cc_wrong_type(d, at, field);
    return;
  }
  switch ((cc_kind) field->kind) {
  case CC_KIND_BOOL: {
    bool *to = place(d, field, object, sizeof *to);
    if (to != NULL)
      *to = json_is_true(json);
    return;
  }
  case CC_KIND_INT64:
    decode_integer(d, at, field, json, object);
    return;
  case CC_KIND_DOUBLE:
    decode_double(d, at, field, json, object);
    return;
  case CC_KIND_STRING:
    *(char **) cc_member(field, object) = decode_text(d, at, field, json, /* item= */ false);
    return;
  case CC_KIND_TIME:
    decode_time(d, at, field, json, object);
    return;
  case CC_KIND_ENUM:
    decode_enum(d, at, field, json, object);
    return;
  case CC_KIND_STRINGS:
    decode_strings(d, at, field, json, object);
    return;
  case CC_KIND_JSON:
    decode_json(d, at, field, json, object);
    return;
  case CC_KIND_OBJECT: {
    void *part = decode_part(d, at, field, json);
    memcpy(cc_member(field, object), &part, sizeof part);
    return;
  }
  case CC_KIND_LIST:
    decode_list(d, at, field, json, object);
    return;
  }
}

static void
use_fallback(cc_decoder *d, const cc_path *at, const cc_field *field, void *object)
{
  json_t *json = cc_json_load(field->fallback, strlen(field->fallback), JSON_DECODE_ANY, NULL);
  if (json == NULL) {
    d->no_memory = true;
    return;
  }
  cc_decode_value(d, at, field, json, object);
}

/* What was not there: an error, a fallback, or fine. */
void
cc_decode_finish(cc_decoder *d,
                 const cc_path *up,
                 const cc_type *type,
                 void *object,
                 const cc_present *seen)
{
  if (d->mode != CC_MODE_CREATE)
    return;
  for (size_t i = 0; i < type->n_fields; i++) {
    const cc_field *field = &type->fields[i];
    if (cc_present_has(seen, i) || (field->flags & CC_READ_ONLY) != 0)
      continue;
    const cc_path here = {.up = up, .name = field->name};
    char text[120];
    if (field->fallback != NULL)
      use_fallback(d, &here, field, object);
    else if ((field->flags & CC_REQUIRED) != 0)
      cc_hint(cc_wrong(d, &here, "required", "is missing"),
              "Add it: %s.",
              cc_describe(field, text, sizeof text));
  }
}

static void *
decode_object(cc_decoder *d,
              const cc_path *at,
              const cc_type *type,
              const json_t *json,
              cc_present *seen)
{
  assert(type->n_fields <= CC_FIELDS_MAX);
  void *object = cc_arena_alloc(d->arena, type->size);
  if (object == NULL) {
    d->no_memory = true;
    return NULL;
  }
  cc_present own = {0};
  if (seen == NULL)
    seen = &own;
  const char *key;
  json_t *value;
  json_object_foreach ((json_t *) json, key, value) {
    if (d->no_memory)
      return NULL;
    const cc_path here = {.up = at, .name = key};
    int index = cc_type_find(type, key);
    if (index < 0) {
      if (d->mode != CC_MODE_REPLY)
        cc_unknown_field(d, &here, type, key);
      continue;
    }
    const cc_field *field = &type->fields[index];
    if ((field->flags & CC_READ_ONLY) != 0 && d->mode != CC_MODE_REPLY) {
      cc_hint(cc_wrong(d, &here, "read_only", "cannot be written"),
              "Leave it out: the server sets it.");
      continue;
    }
    cc_present_set(seen, (size_t) index);
    cc_decode_value(d, &here, field, value, object);
  }
  cc_decode_finish(d, at, type, object, seen);
  return object;
}

cc_status
cc_decode_outcome(const cc_decoder *d)
{
  /* Errors without room to say even one are a lack of memory too. */
  if (d->no_memory || cc_json_exhausted() || (d->invalid && d->errors->n == 0))
    return CC_ERR_NO_MEMORY;
  return d->invalid ? CC_ERR_INVALID : CC_OK;
}

/* The document itself: an empty name, so that "/title" has an empty part before its slash. */
static const cc_path root = {.name = ""};

cc_status
cc_decode(const cc_type *type,
          const char *json,
          size_t length,
          cc_mode mode,
          cc_arena *arena,
          void **ret,
          cc_present *ret_present,
          cc_error_list *reterr)
{
  cc_decoder d = {.arena = arena, .errors = reterr, .mode = mode};
  cc_present present = {0};
  void *object = NULL;
  json_t *tree = NULL;
  cc_arena *before = cc_json_enter(arena);
  cc_status status = cc_json_parse(json, length, &tree, reterr);
  if (status == CC_OK) {
    object = decode_object(&d, &root, type, tree, &present);
    status = cc_decode_outcome(&d);
  }
  cc_json_leave(before);
  if (status != CC_OK)
    return status;
  *ret = object;
  if (ret_present != NULL)
    *ret_present = present;
  return CC_OK;
}
