/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/cc-utf8.h"
#include "common/codec/cc-codec.h"
#include "tests/fuzz/fuzz.h"

/* Decodes arbitrary bytes in every mode. Accepted input must encode to JSON that is accepted
 * again and encodes to the same text. The first byte chooses mode and ceiling. With clang's
 * -fsanitize=fuzzer this is a fuzzer; otherwise it is a program that replays files. */

typedef struct part {
  char *label;
  int64_t count;
} part;

typedef struct thing {
  bool flag;
  int64_t number;
  double ratio;
  char *text;
  char *line;
  char *name;
  char *email;
  char *url;
  char *slug;
  char *zone;
  char *phone;
  char *uuid;
  cc_time at;
  int color;
  cc_strings tags;
  char *extra;
  part *part;
  part **parts;
  size_t n_parts;
  int64_t *opt_number;
  double *opt_ratio;
  cc_time *opt_at;
  bool *opt_flag;
} thing;

static const char *const color_names[] = {"red", "green"};
static const cc_enum colors = {color_names, CC_N(color_names)};

/* clang-format off */
static const cc_field part_fields[] = {
  CC_STRING(part, label, .flags = CC_REQUIRED, .max = 5),
  CC_INT64(part, count, .fallback = "7"),
};
static const cc_type part_type = CC_TYPE(part, "Part", part_fields);

static const cc_field thing_fields[] = {
  CC_BOOL(thing, flag),
  CC_INT64(thing, number, .min = -5, .max = 1000),
  CC_DOUBLE(thing, ratio),
  CC_STRING(thing, text, .flags = CC_NULLABLE),
  CC_STRING(thing, line, .flags = CC_NULLABLE, .format = CC_FORMAT_LINE),
  CC_STRING(thing, name, .flags = CC_NULLABLE, .format = CC_FORMAT_NAME),
  CC_STRING(thing, email, .flags = CC_NULLABLE, .format = CC_FORMAT_EMAIL),
  CC_STRING(thing, url, .flags = CC_NULLABLE, .format = CC_FORMAT_URL),
  CC_STRING(thing, slug, .flags = CC_NULLABLE, .format = CC_FORMAT_SLUG),
  CC_STRING(thing, zone, .flags = CC_NULLABLE, .format = CC_FORMAT_ZONE),
  CC_STRING(thing, phone, .flags = CC_NULLABLE, .format = CC_FORMAT_PHONE),
  CC_STRING(thing, uuid, .flags = CC_NULLABLE, .format = CC_FORMAT_UUID),
  CC_TIME(thing, at),
  CC_ENUM(thing, color, &colors, .flags = CC_NULLABLE),
  CC_STRINGS(thing, tags, .max = 3),
  CC_JSON(thing, extra, .flags = CC_NULLABLE),
  CC_OBJECT(thing, part, part, &part_type, .flags = CC_NULLABLE),
  CC_LIST(thing, parts, part, &part_type, .flags = CC_NULLABLE),
  CC_OPT_INT64(thing, opt_number, .flags = CC_NULLABLE),
  CC_OPT_DOUBLE(thing, opt_ratio, .flags = CC_NULLABLE),
  CC_OPT_TIME(thing, opt_at, .flags = CC_NULLABLE),
  CC_OPT_BOOL(thing, opt_flag, .flags = CC_NULLABLE),
};
static const cc_type thing_type = CC_TYPE(thing, "Thing", thing_fields);

/* clang-format on */

static void
check_errors(cc_status status, const cc_error_list *errors)
{
  assert(status == CC_ERR_NO_MEMORY || errors->n > 0);
  for (size_t i = 0; i < errors->n; i++) {
    const cc_error *error = &errors->items[i];
    assert(cc_utf8_length(error->message, strlen(error->message)) > 0);
    assert(cc_utf8_length(error->pointer, strlen(error->pointer)) >= 0);
    assert(status == CC_ERR_NO_MEMORY || error->status == status);
  }
}

static void
round_trip(const void *object, cc_arena *arena)
{
  cc_str first = CC_STR_INIT(64 * 1024 * 1024);
  cc_str second = CC_STR_INIT(64 * 1024 * 1024);
  cc_encode_body(&thing_type, object, NULL, &first);
  cc_error_list errors = {.arena = arena};
  void *again = NULL;
  cc_status status =
    cc_decode(&thing_type, first.text, first.length, CC_MODE_CREATE, arena, &again, NULL, &errors);
  if (status == CC_OK) {
    cc_encode_body(&thing_type, again, NULL, &second);
    assert(strcmp(first.text, second.text) == 0);
  } else {
    assert(status == CC_ERR_NO_MEMORY);
  }
  cc_str_done(&first);
  cc_str_done(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static bool ready;
  if (!ready)
    cc_codec_init();
  ready = true;
  if (size < 1)
    return 0;
  /* A first byte of ' ' selects the mode create with a high ceiling, so that a file with a blank
   * and plain JSON is a useful input. */
  cc_mode mode = (cc_mode) (data[0] % 32 % 4);
  size_t ceiling = data[0] < 128 ? (size_t) 16 * 1024 * 1024 : ((size_t) data[0] - 127) * 512;
  cc_arena *arena = cc_arena_new(ceiling);
  if (arena == NULL)
    return 0;
  cc_error_list errors = {.arena = arena};
  cc_present present;
  void *object = NULL;
  cc_status status = cc_decode(&thing_type,
                               (const char *) data + 1,
                               size - 1,
                               mode,
                               arena,
                               &object,
                               &present,
                               &errors);
  if (status != CC_OK)
    check_errors(status, &errors);
  else if (mode == CC_MODE_CREATE || mode == CC_MODE_PATCH)
    round_trip(object, arena);
  cc_arena_free(arena);
  return 0;
}
