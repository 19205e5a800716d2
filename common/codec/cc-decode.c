/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/codec/cc-decode.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "common/base/cc-utf8.h"
#include "common/codec/cc-codec-private.h"

#define EXACT_MAX                                                                                  \
  9007199254740992.0 /* a double represents all whole numbers up to 2^53 exactly                   \
                      */

static void *
take_memory(const cc_spot *at, size_t size)
{
  void *memory = cc_arena_alloc(at->d->arena, size);
  at->d->no_memory = at->d->no_memory || memory == NULL;
  return memory;
}

/* Store a value in its member, or in newly allocated memory to which the member points. */
static void
store_member(const cc_spot *at, const void *value, size_t size)
{
  void *to = cc_member(at->field, at->object);
  if (at->field->boxed) {
    void *box = take_memory(at, size);
    memcpy(to, &box, sizeof box);
    if (box == NULL)
      return;
    to = box;
  }
  memcpy(to, value, size);
}

typedef struct limit_words {
  const char *code, *what, *unit;
} limit_words;

/* The error texts for the lower and the upper limit. Limits are not checked in replies. */
static bool
in_limits(const cc_spot *at, const limit_words words[2], int64_t min, int64_t max, int side)
{
  if (side == 0 || at->d->mode == CC_MODE_REPLY)
    return true;
  const limit_words *said = &words[side > 0];
  cc_wrong(at,
           said->code,
           said->what,
           "It must be at %s %lld%s.",
           side > 0 ? "most" : "least",
           (long long) (side > 0 ? max : min),
           said->unit);
  return false;
}

static const limit_words size_words[] = {{"too_small", "is too small", ""},
                                         {"too_large", "is too large", ""}};

static void
decode_bool(const cc_spot *at, const json_t *json)
{
  bool value = json_is_true(json);
  store_member(at, &value, sizeof value);
}

/* True for a number beyond 64 bits, which cc-json.c marked. */
static bool
is_huge(const json_t *json)
{
  double value = json_is_real(json) ? json_real_value(json) : 0;
  return value >= CC_JSON_HUGE || value <= -CC_JSON_HUGE;
}

static void
wrong_huge(const cc_spot *at, const json_t *json)
{
  const cc_field *field = at->field;
  bool above = json_real_value(json) > 0;
  bool limited = above ? cc_field_has_max(field) : cc_field_has_min(field);
  if (limited && (field->kind == CC_KIND_INT64 || field->kind == CC_KIND_DOUBLE))
    (void) in_limits(at, size_words, field->min, field->max, above ? 1 : -1);
  else
    cc_wrong(at,
             above ? "too_large" : "too_small",
             above ? "is too large" : "is too small",
             "Send a number that fits into 64 bits.");
}

/* 1.0 also is a whole number (JSON Schema 2020-12, section 4.2.3). */
static void
decode_integer(const cc_spot *at, const json_t *json)
{
  const cc_field *field = at->field;
  if (is_huge(json)) {
    wrong_huge(at, json);
    return;
  }
  double real = json_number_value(json);
  if (json_is_real(json) && (trunc(real) < real || trunc(real) > real || fabs(real) > EXACT_MAX)) {
    cc_wrong_type(at);
    return;
  }
  int64_t value = json_is_real(json) ? (int64_t) real : json_integer_value(json);
  int above = cc_field_has_max(field) && value > field->max;
  int below = cc_field_has_min(field) && value < field->min;
  if (in_limits(at, size_words, field->min, field->max, above - below))
    store_member(at, &value, sizeof value);
}

static void
decode_double(const cc_spot *at, const json_t *json)
{
  const cc_field *field = at->field;
  double value = json_number_value(json);
  if (is_huge(json)) {
    wrong_huge(at, json);
    return;
  }
  int above = cc_field_has_max(field) && value > (double) field->max;
  int below = cc_field_has_min(field) && value < (double) field->min;
  if (in_limits(at, size_words, field->min, field->max, above - below))
    store_member(at, &value, sizeof value);
}

/* 1 + index of a name; 0 when the enum does not contain it. */
static int
find_name(const cc_enum *names, const char *name, size_t length)
{
  int value = strlen(name) == length ? (int) names->n : 0;
  while (value > 0 && strcmp(names->names[value - 1], name) != 0)
    value--;
  return value;
}

/* True for a text with half of a surrogate pair, which cc-json.c marked. */
static bool
has_half(const char *text, size_t bytes)
{
  static const char half[] = CC_JSON_HALF;
  return memmem(text, bytes, half, sizeof half - 1) != NULL;
}

static void
wrong_half(const cc_spot *at)
{
  cc_wrong(at,
           "surrogate",
           "has half of a surrogate pair",
           "Write characters beyond U+FFFF as two escapes, \\ud83d\\ude00, or as UTF-8.");
}

/* Check a text against length and format, and convert it to the stored form. */
static char *
decode_text(const cc_spot *at, const json_t *json)
{
  static const limit_words words[] = {{"too_short", "is too short", " characters long"},
                                      {"too_long", "is too long", " characters long"}};
  char *text = (char *) json_string_value(json);
  size_t bytes = json_string_length(json);
  if (at->d->mode == CC_MODE_REPLY)
    return text;
  if (bytes == 0 && (at->field->flags & CC_MAY_BE_EMPTY) != 0 && at->d->mode == CC_MODE_PATCH)
    return text;
  bool item = at->name == NULL;
  int64_t max = item ? CC_LENGTH_MAX : cc_field_max_length(at->field);
  int64_t min = item ? 0 : at->field->min;
  int64_t length = cc_utf8_length(text, bytes);
  if (!in_limits(at, words, min, max, (length > max) - (length >= 0 && length < min)))
    return NULL;
  cc_format format = (cc_format) at->field->format;
  const char *code, *message, *way_out;
  if (has_half(text, bytes)) {
    wrong_half(at);
    return NULL;
  }
  if (!cc_format_check(format, text, bytes, &code, &message, &way_out)) {
    cc_wrong(at, code, message, "%s", way_out);
    return NULL;
  }
  if ((at->field->flags & CC_NOT_BLANK) != 0 && !cc_text_is_seen(text, bytes)) {
    cc_wrong(at, "blank", "is blank", "Write something that can be seen.");
    return NULL;
  }
  if (item && at->field->names != NULL && find_name(at->field->names, text, bytes) == 0) {
    cc_wrong_value(at);
    return NULL;
  }
  text = cc_format_normal(format, at->d->arena, text, bytes);
  at->d->no_memory = at->d->no_memory || text == NULL;
  return text;
}

static void
decode_string(const cc_spot *at, const json_t *json)
{
  char *text = decode_text(at, json);
  store_member(at, &text, sizeof text);
}

/* The year is approximate to about a day, which is precise enough for limits of centuries. */
static bool
year_fits(const cc_spot *at, cc_time time)
{
  static const limit_words words[] = {{"too_small", "is too early", " (a year)"},
                                      {"too_large", "is too late", " (a year)"}};
  const cc_field *field = at->field;
  const int64_t year_us = INT64_C(31556952) * CC_TIME_SECOND;
  int64_t year = 1970 + time / year_us - (time % year_us < 0);
  int side = cc_field_has_min(field) && year < field->min   ? -1
             : cc_field_has_max(field) && year > field->max ? 1
                                                            : 0;
  return in_limits(at, words, field->min, field->max, side);
}

static void
decode_time(const cc_spot *at, const json_t *json)
{
  cc_time time;
  const char *text = json_string_value(json);
  size_t length = json_string_length(json);
  if (cc_time_parse(text, length, &time)) {
    if (year_fits(at, time))
      store_member(at, &time, sizeof time);
    return;
  }
  /* In a query string a plus sign means a space, so the "+" of an offset arrives as a space. */
  bool plus = length > 6 && text[length - 6] == ' ' && text[length - 3] == ':';
  cc_wrong(at,
           "time",
           "is not a time",
           "%s",
           plus ? "In a query string the + before the offset is written %2B."
                : "Write it like 2026-11-03T12:00:00Z or 2026-11-03T07:00:00-05:00 (RFC 3339).");
}

static void
decode_enum(const cc_spot *at, const json_t *json)
{
  int value = find_name(at->field->names, json_string_value(json), json_string_length(json));
  if (value > 0 || at->d->mode == CC_MODE_REPLY)
    store_member(at, &value, sizeof value);
  else
    cc_wrong_value(at);
}

static const limit_words count_words[] = {{"too_few", "has too few items", " items"},
                                          {"too_many", "has too many items", " items"}};

static bool
count_fits(const cc_spot *at, size_t n)
{
  const cc_field *field = at->field;
  int above = cc_field_has_max(field) && (int64_t) n > field->max;
  return in_limits(at, count_words, field->min, field->max, above - ((int64_t) n < field->min));
}

/* An object whose keys are names of an enum: each key must be known and its value true, false
 * or, in a merge-patch, null. */
static void
check_switches(const cc_spot *at, const json_t *json)
{
  const char *key;
  json_t *value;
  cc_spot here = {.d = at->d, .up = at, .field = at->field};
  json_object_foreach ((json_t *) json, key, value) {
    here.name = key;
    if (find_name(at->field->names, key, strlen(key)) == 0)
      cc_wrong_value(&here);
    else if (!json_is_boolean(value) && !json_is_null(value))
      cc_wrong(&here, at->field->names->code, "has the wrong type", "Send true or false.");
  }
}

/* Check a free JSON object: everything that the database can store is allowed. */
static bool
check_free(const cc_spot *at, const json_t *json)
{
  cc_spot here = {.d = at->d, .up = at, .field = at->field};
  bool good = true;
  json_t *value;
  if (json_is_string(json) && has_half(json_string_value(json), json_string_length(json))) {
    wrong_half(at);
    return false;
  }
  if (json_is_string(json) && strlen(json_string_value(json)) != json_string_length(json)) {
    cc_wrong(at, "control_character", "has a NUL character", "Take it out.");
    return false;
  }
  if (is_huge(json)) {
    wrong_huge(at, json);
    return false;
  }
  json_object_foreach ((json_t *) json, here.name, value) {
    if (strstr(here.name, "\xEF\xBF\xBD") != NULL) {
      cc_wrong(&here, "control_character", "has a character that no key can have", "Take it out.");
      good = false;
    }
    good = check_free(&here, value) && good;
  }
  here.name = NULL;
  json_array_foreach (json, here.index, value)
    good = check_free(&here, value) && good;
  return good;
}

static void
decode_json(const cc_spot *at, const json_t *json)
{
  if (!count_fits(at, json_object_size(json)))
    return;
  if (at->d->mode != CC_MODE_REPLY && !check_free(at, json))
    return;
  if (at->field->names != NULL && at->d->mode != CC_MODE_REPLY)
    check_switches(at, json);
  cc_str text = CC_STR_INIT(16 * 1024 * 1024);
  cc_json_write(json, &text);
  char *copy = text.failed ? NULL : cc_arena_strndup(at->d->arena, text.text, text.length);
  cc_str_done(&text);
  at->d->no_memory = at->d->no_memory || copy == NULL;
  store_member(at, &copy, sizeof copy);
}

static void *
decode_object(const cc_spot *at, const cc_type *type, const json_t *json, cc_present *seen);

/* A nested object is always given completely, also in a merge-patch, because the database
 * replaces it as a whole. */
static void *
decode_part(const cc_spot *at, const json_t *json)
{
  cc_mode mode = at->d->mode;
  if (mode == CC_MODE_PATCH)
    at->d->mode = CC_MODE_CREATE;
  cc_present seen = {0};
  void *part = decode_object(at, at->field->type, json, &seen);
  at->d->mode = mode;
  return part;
}

static void
decode_one(const cc_spot *at, const json_t *json)
{
  void *part = decode_part(at, json);
  store_member(at, &part, sizeof part);
}

/* STRINGS and LIST: both are stored as an array of pointers and a count. */
static void
decode_array(const cc_spot *at, const json_t *json)
{
  size_t n = json_array_size(json);
  void **items = count_fits(at, n) ? take_memory(at, (n + 1) * sizeof *items) : NULL;
  if (items == NULL)
    return;
  bool strings = at->field->kind == CC_KIND_STRINGS;
  for (size_t i = 0; i < n; i++) {
    const cc_spot here = {.d = at->d, .up = at, .index = i, .field = at->field};
    const json_t *item = json_array_get(json, i);
    if (strings ? !json_is_string(item) : !json_is_object(item))
      cc_wrong_type(&here);
    else
      items[i] = strings ? decode_text(&here, item) : decode_part(&here, item);
  }
  size_t count_at = strings ? at->field->offset + offsetof(cc_strings, n) : at->field->count_offset;
  store_member(at, &items, sizeof items);
  memcpy((char *) at->object + count_at, &n, sizeof n);
}

void
cc_decode_value(const cc_spot *at, const json_t *json)
{
#define TAKES(type) (1u << (type))

  static const struct {
    void (*decode)(const cc_spot *at, const json_t *json);
    unsigned takes;
  } kinds[] = {
    [CC_KIND_BOOL] = {decode_bool, TAKES(JSON_TRUE) | TAKES(JSON_FALSE)},
    [CC_KIND_INT64] = {decode_integer, TAKES(JSON_INTEGER) | TAKES(JSON_REAL)},
    [CC_KIND_DOUBLE] = {decode_double, TAKES(JSON_INTEGER) | TAKES(JSON_REAL)},
    [CC_KIND_STRING] = {decode_string, TAKES(JSON_STRING)},
    [CC_KIND_TIME] = {decode_time, TAKES(JSON_STRING)},
    [CC_KIND_ENUM] = {decode_enum, TAKES(JSON_STRING)},
    [CC_KIND_STRINGS] = {decode_array, TAKES(JSON_ARRAY)},
    [CC_KIND_JSON] = {decode_json, TAKES(JSON_OBJECT)},
    [CC_KIND_OBJECT] = {decode_one, TAKES(JSON_OBJECT)},
    [CC_KIND_LIST] = {decode_array, TAKES(JSON_ARRAY)},
  };

  if ((kinds[at->field->kind].takes & TAKES(json_typeof(json))) != 0)
    kinds[at->field->kind].decode(at, json);
  else if (!json_is_null(json))
    cc_wrong_type(at);
  else if ((at->field->flags & CC_NULLABLE) == 0 && at->d->mode != CC_MODE_REPLY)
    cc_wrong(at, "null", "must not be null", "Leave it out or send a value.");
  /* null is allowed here; members are initialized to zero, which represents null. */
}

void
cc_decode_finish(const cc_spot *up, const cc_type *type, const cc_present *seen)
{
  for (size_t i = 0; i < type->n_fields && up->d->mode == CC_MODE_CREATE; i++) {
    cc_spot here = *up;
    here.field = &type->fields[i];
    here.name = here.field->name;
    if (cc_present_has(seen, i) || (here.field->flags & CC_READ_ONLY) != 0)
      continue;
    const char *fallback = here.field->fallback;
    const json_t *json =
      fallback == NULL ? NULL : cc_json_load(fallback, strlen(fallback), JSON_DECODE_ANY, NULL);
    if (json != NULL)
      cc_decode_value(&here, json);
    else if ((here.field->flags & CC_REQUIRED) != 0 || fallback != NULL)
      cc_wrong_missing(&here);
  }
}

static void *
decode_object(const cc_spot *at, const cc_type *type, const json_t *json, cc_present *seen)
{
  assert(type->n_fields <= CC_FIELDS_MAX);
  cc_spot here = {.d = at->d, .up = at, .object = take_memory(at, type->size)};
  if (here.object == NULL)
    return NULL;
  cc_mode mode = here.d->mode;
  bool strict = mode == CC_MODE_CREATE || mode == CC_MODE_PATCH;
  json_t *value;
  json_object_foreach ((json_t *) json, here.name, value) {
    if (here.d->no_memory)
      return NULL;
    int index = cc_type_find(type, here.name);
    here.field = index < 0 ? NULL : &type->fields[index];
    if (index < 0 && strict) {
      cc_wrong_name(&here, type);
    } else if (index >= 0 && strict && (here.field->flags & CC_READ_ONLY) != 0) {
      cc_wrong(&here, "read_only", "cannot be written", "Leave it out: the server sets it.");
    } else if (index >= 0 && (mode != CC_MODE_KNOWN || (here.field->flags & CC_READ_ONLY) == 0)) {
      cc_present_set(seen, (size_t) index);
      cc_decode_value(&here, value);
    }
  }
  if (!here.d->no_memory)
    cc_decode_finish(&here, type, seen);
  return here.object;
}

cc_status
cc_decode_outcome(const cc_decoder *d)
{
  /* When the list has no memory for even one error, report the lack of memory. */
  if (d->no_memory || cc_json_exhausted() || (d->invalid && d->errors->n == 0))
    return CC_ERR_NO_MEMORY;
  return d->invalid ? CC_ERR_INVALID : CC_OK;
}

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
  /* The root of the document has an empty name, so that pointers begin with a slash ("/title"). */
  const cc_spot root = {.d = &d, .name = ""};
  cc_present present = {0};
  void *object = NULL;
  json_t *tree = NULL;
  cc_arena *before = cc_json_enter(arena);
  cc_status status = cc_json_parse(json, length, &tree, reterr);
  if (status == CC_OK) {
    object = decode_object(&root, type, tree, &present);
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
