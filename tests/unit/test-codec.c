/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>

#include "tests/unit/drift.h"

typedef struct probe_part {
  char *label;
  int64_t count;
} probe_part;

typedef struct probe {
  int64_t id;
  int64_t version;
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
  char *country;
  char *uuid;
  char *digits;
  char *date;
  cc_time at;
  int color;
  cc_strings tags;
  char *extra;
  probe_part *part;
  probe_part **parts;
  size_t n_parts;
  bool *opt_flag;
  int64_t *opt_number;
  double *opt_ratio;
  cc_time *opt_at;
  char *nothing;
  char *password;
  char *private_note;
  int64_t with_fallback;
} probe;

static const char *const color_names[] = {"red", "green", "blue"};
static const cc_enum colors = {color_names, CC_N(color_names)};

/* clang-format off */
static const cc_field part_fields[] = {
  CC_STRING(probe_part, label, .flags = CC_REQUIRED, .format = CC_FORMAT_NAME, .max = 5, .doc = "A label."),
  CC_INT64(probe_part, count, .fallback = "7", .max = 100, .doc = "A count."),
};
static const cc_type part_type = CC_TYPE(probe_part, "ProbePart", part_fields, .doc = "A part.");

static const cc_field probe_fields[] = {
  CC_INT64(probe, id, .flags = CC_READ_ONLY, .doc = "Id."),
  CC_INT64(probe, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version."),
  CC_BOOL(probe, flag, .doc = "A flag."),
  CC_INT64(probe, number, .min = -5, .max = 10, .doc = "A number."),
  CC_DOUBLE(probe, ratio, .min = -90, .max = 90, .doc = "A ratio."),
  CC_STRING(probe, text, .flags = CC_REQUIRED, .doc = "Any text."),
  CC_STRING(probe, line, .format = CC_FORMAT_LINE, .min = 3, .max = 8, .doc = "A line."),
  CC_STRING(probe, name, .format = CC_FORMAT_NAME, .max = 20, .doc = "A name."),
  CC_STRING(probe, email, .format = CC_FORMAT_EMAIL, .max = 254, .doc = "An address."),
  CC_STRING(probe, url, .format = CC_FORMAT_URL, .doc = "A link."),
  CC_STRING(probe, slug, .format = CC_FORMAT_SLUG, .doc = "A slug."),
  CC_STRING(probe, zone, .format = CC_FORMAT_ZONE, .doc = "A zone."),
  CC_STRING(probe, phone, .format = CC_FORMAT_PHONE, .doc = "A phone."),
  CC_STRING(probe, country, .format = CC_FORMAT_COUNTRY, .doc = "A country."),
  CC_STRING(probe, uuid, .format = CC_FORMAT_UUID, .doc = "A UUID."),
  CC_STRING(probe, digits, .format = CC_FORMAT_DIGITS, .min = 6, .max = 6, .doc = "Digits."),
  CC_STRING(probe, date, .format = CC_FORMAT_DATE, .doc = "A day."),
  CC_TIME(probe, at, .doc = "A time."),
  CC_ENUM(probe, color, &colors, .doc = "A color."),
  CC_STRINGS(probe, tags, .format = CC_FORMAT_NAME, .min = 1, .max = 3, .doc = "Tags."),
  CC_JSON(probe, extra, .doc = "Anything."),
  CC_OBJECT(probe, part, probe_part, &part_type, .flags = CC_NULLABLE, .doc = "A part."),
  CC_LIST(probe, parts, probe_part, &part_type, .max = 3, .doc = "Parts."),
  CC_OPT_BOOL(probe, opt_flag, .flags = CC_NULLABLE, .doc = "A flag or null."),
  CC_OPT_INT64(probe, opt_number, .flags = CC_NULLABLE, .min = 1, .doc = "A number or null."),
  CC_OPT_DOUBLE(probe, opt_ratio, .flags = CC_NULLABLE, .doc = "A ratio or null."),
  CC_OPT_TIME(probe, opt_at, .flags = CC_NULLABLE, .doc = "A time or null."),
  CC_STRING(probe, nothing, .flags = CC_NULLABLE, .example = "null", .doc = "A text or null."),
  CC_STRING(probe, password, .flags = CC_WRITE_ONLY | CC_SECRET, .min = 12, .doc = "A secret."),
  CC_STRING(probe, private_note, .view = CC_VIEW_ADMIN, .doc = "For admins."),
  CC_INT64(probe, with_fallback, .fallback = "42", .doc = "Has a fallback."),
};
static const cc_type probe_type = CC_TYPE(probe, "Probe", probe_fields, .doc = "Every kind.");

/* clang-format on */

typedef struct outcome {
  cc_arena *arena;
  cc_error_list errors;
  cc_present present;
  cc_status status;
  probe *object;
} outcome;

static outcome
decode_n(const char *json, size_t length, cc_mode mode)
{
  outcome out = {.arena = cc_arena_new(8 * 1024 * 1024)};
  out.errors.arena = out.arena;
  void *object = NULL;
  out.status =
    cc_decode(&probe_type, json, length, mode, out.arena, &object, &out.present, &out.errors);
  out.object = object;
  if (out.status != CC_OK)
    g_assert_null(object);
  return out;
}

static outcome
decode(const char *json, cc_mode mode)
{
  return decode_n(json, strlen(json), mode);
}

/* Decode as a PATCH and expect one error. */
static void
refused(const char *json, const char *code, const char *pointer)
{
  outcome out = decode(json, CC_MODE_PATCH);
  if (out.status == CC_OK || out.errors.n != 1 || strcmp(out.errors.items[0].code, code) != 0 ||
      strcmp(out.errors.items[0].pointer, pointer) != 0)
    g_error("%s\n  wanted %s at \"%s\", have %zu errors, first %s at \"%s\": %s",
            json,
            code,
            pointer,
            out.errors.n,
            out.errors.n > 0 ? out.errors.items[0].code : "none",
            out.errors.n > 0 ? out.errors.items[0].pointer : "",
            out.errors.n > 0 ? out.errors.items[0].message : "");
  g_assert_cmpint(out.errors.items[0].status, ==, out.status);
  g_assert_cmpstr(out.errors.items[0].message, !=, "");
  g_assert_cmpstr(out.errors.items[0].hint, !=, "");
  g_assert_true(g_utf8_validate(out.errors.items[0].message, -1, NULL));
  cc_arena_free(out.arena);
}

static void
test_round_trip(void)
{
  drift_check(&probe_type);
  drift_round_trip(&probe_type);
  drift_round_trip(&part_type);
}

static void
test_create(void)
{
  outcome out =
    decode("{\"text\":\"\",\"flag\":true,\"ratio\":3,\"color\":\"blue\",\"opt_at\":null,"
           "\"opt_number\":9,\"part\":{\"label\":\"x\"},\"extra\":{\"b\":[1,2.50,\"\\u00e9\"],"
           "\"a\":{}},\"email\":\"ADA@Example.Org\",\"phone\":\"(215) 555-0123\"}",
           CC_MODE_CREATE);
  g_assert_cmpint(out.status, ==, CC_OK);
  g_assert_cmpstr(out.object->text, ==, "");
  g_assert_true(out.object->flag);
  g_assert_true(out.object->ratio > 2.9 && out.object->ratio < 3.1);
  g_assert_cmpint(out.object->color, ==, 3);
  g_assert_null(out.object->opt_at);
  g_assert_cmpint(*out.object->opt_number, ==, 9);
  g_assert_cmpstr(out.object->part->label, ==, "x");
  g_assert_cmpint(out.object->part->count, ==, 7);
  g_assert_cmpstr(out.object->extra, ==, "{\"b\":[1,2.5,\"\xC3\xA9\"],\"a\":{}}");
  g_assert_cmpstr(out.object->email, ==, "ada@example.org");
  g_assert_cmpstr(out.object->phone, ==, "+12155550123");
  g_assert_cmpint(out.object->with_fallback, ==, 42);
  int opt_at = cc_type_find(&probe_type, "opt_at");
  g_assert_true(cc_present_has(&out.present, (size_t) opt_at));
  g_assert_false(cc_present_has(&out.present, (size_t) cc_type_find(&probe_type, "with_fallback")));
  cc_arena_free(out.arena);
}

static void
test_patch(void)
{
  outcome out = decode("{\"opt_number\":null,\"name\":\"N\"}", CC_MODE_PATCH);
  g_assert_cmpint(out.status, ==, CC_OK);
  g_assert_cmpint(out.object->with_fallback, ==, 0);
  cc_str body = CC_STR_INIT(10000);
  cc_encode_body(&probe_type, out.object, &out.present, &body);
  g_assert_cmpstr(body.text, ==, "{\"name\":\"N\",\"opt_number\":null}");
  cc_str_done(&body);
  cc_arena_free(out.arena);
  out = decode("{}", CC_MODE_PATCH);
  g_assert_cmpint(out.status, ==, CC_OK);
  cc_arena_free(out.arena);
}

static void
test_reply(void)
{
  outcome out =
    decode("{\"id\":5,\"new_field\":{\"a\":1},\"color\":\"mauve\",\"line\":\"far too long for it\","
           "\"name\":null,\"parts\":[{\"label\":\"longer than five\",\"more\":1}]}",
           CC_MODE_REPLY);
  g_assert_cmpint(out.status, ==, CC_OK);
  g_assert_cmpint(out.object->id, ==, 5);
  g_assert_cmpint(out.object->color, ==, 0);
  g_assert_cmpstr(out.object->line, ==, "far too long for it");
  g_assert_cmpuint(out.object->n_parts, ==, 1);
  cc_arena_free(out.arena);
  out = decode("{\"id\":\"5\"}", CC_MODE_REPLY);
  g_assert_cmpint(out.status, ==, CC_ERR_INVALID);
  cc_arena_free(out.arena);
}

/* Known members are checked; unknown and read-only ones are skipped. */
static void
test_known(void)
{
  outcome out = decode("{\"id\":\"five\",\"new_field\":{\"a\":1},\"name\":\"Ada\"}", CC_MODE_KNOWN);
  g_assert_cmpint(out.status, ==, CC_OK);
  g_assert_cmpint(out.object->id, ==, 0);
  g_assert_cmpstr(out.object->name, ==, "Ada");
  cc_arena_free(out.arena);
  out = decode("{\"new_field\":1,\"line\":\"far too long for it\"}", CC_MODE_KNOWN);
  g_assert_cmpint(out.status, ==, CC_ERR_INVALID);
  g_assert_cmpuint(out.errors.n, ==, 1);
  g_assert_cmpstr(out.errors.items[0].pointer, ==, "/line");
  cc_arena_free(out.arena);
}

static const struct {
  const char *json, *code, *pointer;
} wrong_cases[] = {
  {"", "json_syntax", ""},
  {"  \n", "json_syntax", ""},
  {"nonsense", "body_object", ""},
  {"<xml/>", "json_syntax", ""},
  {"[]", "body_object", ""},
  {"\"text\"", "body_object", ""},
  {"12", "body_object", ""},
  {"null", "body_object", ""},
  {"{", "json_syntax", ""},
  {"{}{}", "json_syntax", ""},
  {"{} x", "json_syntax", ""},
  {"{\"a\":1,}", "json_syntax", ""},
  {"{'a':1}", "json_syntax", ""},
  {"{\"number\":01}", "json_syntax", ""},
  {"{\"number\":NaN}", "json_syntax", ""},
  {"{\"number\":99999999999999999999}", "too_large", "/number"},
  {"{\"number\":-9223372036854775809}", "too_small", "/number"},
  {"{\"ratio\":1e999}", "too_large", "/ratio"},
  {"{\"text\":-1e999}", "type", "/text"},
  {"{\"extra\":{\"a\":[1,18446744073709551616]}}", "too_large", "/extra/a/1"},
  {"{\"text\":\"\\u0000\"}", "control_character", "/text"},
  {"{\"extra\":{\"a\":\"b\\u0000\"}}", "control_character", "/extra/a"},
  {"{\"extra\":{\"a\\u0000\":1}}", "control_character", "/extra/a\xEF\xBF\xBD"},
  {"{\"a\\u0000b\":1}",
   "unknown_field",
   "/a\xEF\xBF\xBD"
   "b"},
  {"{\"text\":\"\\ud800\"}", "surrogate", "/text"},
  {"{\"text\":\"\\ude00\\ud83d\"}", "surrogate", "/text"},
  {"{\"extra\":{\"a\":[\"\\udc00\"]}}", "surrogate", "/extra/a/0"},
  {"{\"text\":\"\\ud800\",}", "json_syntax", ""},
  {"{\"text\":\"\xC3\"}", "utf8", ""},
  {"{\"text\":\"\xED\xA0\x80\"}", "utf8", ""},
  {"{\"name\":\"a\",\"flag\":true,\"name\":\"b\"}", "duplicate_key", "/name"},
  {"{\"extra\":{\"a\":1,\"a\":2}}", "duplicate_key", ""},
  {"{\"titel\":1}", "unknown_field", "/titel"},
  {"{\"a/b~c\":1}", "unknown_field", "/a~1b~0c"},
  {"{\"\":1}", "unknown_field", "/"},
  {"{\"part\":{\"label\":\"x\",\"odd\":1}}", "unknown_field", "/part/odd"},
  {"{\"id\":1}", "read_only", "/id"},
  {"{\"version\":null}", "read_only", "/version"},
  {"{\"flag\":1}", "type", "/flag"},
  {"{\"flag\":\"true\"}", "type", "/flag"},
  {"{\"flag\":null}", "null", "/flag"},
  {"{\"number\":1.5}", "type", "/number"},
  {"{\"number\":1e17}", "type", "/number"},
  {"{\"number\":12.0}", "too_large", "/number"},
  {"{\"number\":\"1\"}", "type", "/number"},
  {"{\"number\":-6}", "too_small", "/number"},
  {"{\"number\":11}", "too_large", "/number"},
  {"{\"opt_number\":0}", "too_small", "/opt_number"},
  {"{\"ratio\":-90.001}", "too_small", "/ratio"},
  {"{\"ratio\":91}", "too_large", "/ratio"},
  {"{\"ratio\":true}", "type", "/ratio"},
  {"{\"text\":5}", "type", "/text"},
  {"{\"text\":null}", "null", "/text"},
  {"{\"line\":\"ab\"}", "too_short", "/line"},
  {"{\"line\":\"\"}", "too_short", "/line"},
  {"{\"line\":\"123456789\"}", "too_long", "/line"},
  {"{\"line\":\"a\\nb\"}", "control_character", "/line"},
  {"{\"line\":\"abc\\u202e\"}", "control_character", "/line"},
  {"{\"line\":\"abc\\u2028\"}", "control_character", "/line"},
  {"{\"name\":\"\"}", "blank", "/name"},
  {"{\"name\":\"   \"}", "blank", "/name"},
  {"{\"name\":\"\\u00a0\\u3000\"}", "blank", "/name"},
  {"{\"name\":\"\\u200b\"}", "blank", "/name"},
  {"{\"name\":\" a\"}", "blank", "/name"},
  {"{\"name\":\"a\\u3000\"}", "blank", "/name"},
  {"{\"name\":\"a\\u0007\"}", "control_character", "/name"},
  {"{\"email\":\"\"}", "email", "/email"},
  {"{\"email\":\"ada\"}", "email", "/email"},
  {"{\"email\":\"@example.org\"}", "email", "/email"},
  {"{\"email\":\"ada@\"}", "email", "/email"},
  {"{\"email\":\"ada@-example.org\"}", "email", "/email"},
  {"{\"email\":\"ada@example-.org\"}", "email", "/email"},
  {"{\"email\":\"ada@example..org\"}", "email", "/email"},
  {"{\"email\":\"ada@example.org.\"}", "email", "/email"},
  {"{\"email\":\"a da@example.org\"}", "email", "/email"},
  {"{\"email\":\"ada@@example.org\"}", "email", "/email"},
  {"{\"email\":\"ada@example.org\\n\"}", "email", "/email"},
  {"{\"url\":\"example.org\"}", "url", "/url"},
  {"{\"url\":\"javascript:alert(1)\"}", "url", "/url"},
  {"{\"url\":\"https://\"}", "url", "/url"},
  {"{\"url\":\"http://localhost:3000\"}", "url", "/url"},
  {"{\"url\":\"https://[2001:db8::1]:8080/\"}", "url", "/url"},
  {"{\"email\":\"x@localhost\"}", "email", "/email"},
  {"{\"url\":\"https:///path\"}", "url", "/url"},
  {"{\"url\":\"https://user@example.org\"}", "url", "/url"},
  {"{\"url\":\"https://example.org:0\"}", "url", "/url"},
  {"{\"url\":\"https://example.org:99999\"}", "url", "/url"},
  {"{\"url\":\"https://example.org/a b\"}", "url", "/url"},
  {"{\"url\":\"https://example.org/\\\"x\"}", "url", "/url"},
  {"{\"url\":\"https://[::1\"}", "url", "/url"},
  {"{\"slug\":\"\"}", "slug", "/slug"},
  {"{\"slug\":\"Town\"}", "slug", "/slug"},
  {"{\"slug\":\"-a\"}", "slug", "/slug"},
  {"{\"slug\":\"a-\"}", "slug", "/slug"},
  {"{\"slug\":\"a--b\"}", "slug", "/slug"},
  {"{\"slug\":\"a_b\"}", "slug", "/slug"},
  {"{\"zone\":\"Mars/Base\"}", "timezone", "/zone"},
  {"{\"zone\":\"../../etc/passwd\"}", "timezone", "/zone"},
  {"{\"phone\":\"123\"}", "phone", "/phone"},
  {"{\"phone\":\"+1234567890123456\"}", "phone", "/phone"},
  {"{\"phone\":\"call me\"}", "phone", "/phone"},
  {"{\"phone\":\"215+5550123\"}", "phone", "/phone"},
  {"{\"country\":\"us\"}", "country", "/country"},
  {"{\"country\":\"USA\"}", "country", "/country"},
  {"{\"country\":\"ZZ\"}", "country", "/country"},
  {"{\"uuid\":\"7d444840\"}", "uuid", "/uuid"},
  {"{\"uuid\":\"7d444840-9dc0-11d1-b245-5ffdce74fadg\"}", "uuid", "/uuid"},
  {"{\"digits\":\"12345a\"}", "digits", "/digits"},
  {"{\"date\":\"1980-02-30\"}", "date", "/date"},
  {"{\"date\":\"1980-5-31\"}", "date", "/date"},
  {"{\"date\":\"1980-05-31T\"}", "date", "/date"},
  {"{\"at\":\"tomorrow\"}", "time", "/at"},
  {"{\"at\":1793707200}", "type", "/at"},
  {"{\"at\":null}", "null", "/at"},
  {"{\"color\":\"mauve\"}", "enum", "/color"},
  {"{\"color\":1}", "type", "/color"},
  {"{\"color\":null}", "null", "/color"},
  {"{\"tags\":\"a\"}", "type", "/tags"},
  {"{\"tags\":[]}", "too_few", "/tags"},
  {"{\"tags\":[\"a\",\"b\",\"c\",\"d\"]}", "too_many", "/tags"},
  {"{\"tags\":[\"a\",5]}", "type", "/tags/1"},
  {"{\"tags\":[\"a\",\" \"]}", "blank", "/tags/1"},
  {"{\"tags\":[null]}", "type", "/tags/0"},
  {"{\"extra\":[]}", "type", "/extra"},
  {"{\"extra\":\"{}\"}", "type", "/extra"},
  {"{\"part\":[]}", "type", "/part"},
  {"{\"part\":{}}", "required", "/part/label"},
  {"{\"part\":{\"label\":\"123456\"}}", "too_long", "/part/label"},
  {"{\"parts\":{}}", "type", "/parts"},
  {"{\"parts\":[1]}", "type", "/parts/0"},
  {"{\"parts\":[{\"label\":\"a\"},{\"label\":\"b\",\"count\":101}]}",
   "too_large",
   "/parts/1/count"},
  {"{\"parts\":[{},{},{},{}]}", "too_many", "/parts"},
  {"{\"password\":\"short\"}", "too_short", "/password"},
};

static void
test_wrong(void)
{

  for (size_t i = 0; i < CC_N(wrong_cases); i++)
    refused(wrong_cases[i].json, wrong_cases[i].code, wrong_cases[i].pointer);
  outcome out = decode_n("{\"text\":\"a\0b\"}", 14, CC_MODE_PATCH);
  g_assert_cmpint(out.status, ==, CC_ERR_MALFORMED);
  cc_arena_free(out.arena);
}

static void
test_right(void)
{
  static const char *const cases[] = {
    "{\"number\":-5}",
    "{\"number\":10}",
    "{\"ratio\":-90,\"opt_ratio\":1e300}",
    "{\"opt_number\":9223372036854775807}",
    "{\"line\":\"\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\ud83d\\uddf3\"}",
    "{\"name\":\"Jos\\u00e9 \\u0645\\u062d\\u0645\\u062f\"}",
    "{\"email\":\"a.b+c'd@sub.example.co.uk\"}",
    "{\"email\":\"x@y.z\"}",
    "{\"url\":\"http://example.org:3000\"}",
    "{\"url\":\"HTTPS://b\\u00fccher.example/weg?a=b&c=%20#x\"}",
    "{\"url\":\"https://[2606:4700::1111]:8080/\"}",
    "{\"slug\":\"a\"}",
    "{\"slug\":\"town-hall-2\"}",
    "{\"zone\":\"America/Argentina/Buenos_Aires\"}",
    "{\"phone\":\"+49 (30) 1234.567\"}",
    "{\"uuid\":\"7D444840-9DC0-11D1-B245-5FFDCE74FAD2\"}",
    "{\"part\":null,\"parts\":[]}",
    "{\"extra\":{}}",
    " \t\r\n{ } \n",
  };
  for (size_t i = 0; i < CC_N(cases); i++) {
    outcome out = decode(cases[i], CC_MODE_PATCH);
    if (out.status != CC_OK)
      g_error("%s: %s", cases[i], out.errors.n > 0 ? out.errors.items[0].message : "?");
    cc_arena_free(out.arena);
  }
  outcome out =
    decode("{\"phone\":\"+49 (30) 1234.567\",\"uuid\":\"7D444840-9DC0-11D1-B245-5FFDCE74FAD2\"}",
           CC_MODE_PATCH);
  g_assert_cmpstr(out.object->phone, ==, "+49301234567");
  g_assert_cmpstr(out.object->uuid, ==, "7d444840-9dc0-11d1-b245-5ffdce74fad2");
  cc_arena_free(out.arena);
}

static void
test_many_errors(void)
{
  outcome out = decode("{\"id\":1,\"flag\":2,\"nmae\":\"x\",\"color\":\"mauve\"}", CC_MODE_CREATE);
  g_assert_cmpint(out.status, ==, CC_ERR_INVALID);
  g_assert_cmpuint(out.errors.n, ==, 5);
  g_assert_cmpstr(out.errors.items[0].hint, ==, "Leave it out: the server sets it.");
  g_assert_cmpstr(out.errors.items[1].hint, ==, "Send true or false.");
  g_assert_cmpstr(out.errors.items[2].hint, ==, "Did you mean \"name\"?");
  g_assert_cmpstr(out.errors.items[3].hint, ==, "Send one of red, green, blue.");
  g_assert_cmpstr(out.errors.items[4].code, ==, "required");
  g_assert_cmpstr(out.errors.items[4].pointer, ==, "/text");
  cc_arena_free(out.arena);
  GString *body = g_string_new("{");
  for (int i = 0; i < 9000; i++)
    g_string_append_printf(body, "%s\"k%d\":0", i > 0 ? "," : "", i);
  g_string_append_c(body, '}');
  out = decode(body->str, CC_MODE_PATCH);
  g_assert_cmpint(out.status, ==, CC_ERR_INVALID);
  g_assert_cmpuint(out.errors.n, ==, CC_ERRORS_MAX);
  cc_arena_free(out.arena);
  g_string_free(body, TRUE);
}

static GString *
repeated(const char *start, const char *middle, size_t n, const char *end)
{
  GString *text = g_string_new(start);
  for (size_t i = 0; i < n; i++)
    g_string_append(text, middle);
  return g_string_append(text, end);
}

static void
test_bombs(void)
{
  GString *deep = repeated("{\"extra\":", "[", 10000, "");
  refused(deep->str, "json_depth", "");
  g_string_free(deep, TRUE);
  deep = repeated("", "{\"a\":", 10000, "");
  refused(deep->str, "json_depth", "");
  g_string_free(deep, TRUE);
  GString *wide = repeated("{\"parts\":[{}", ",{}", 1024 * 1024 / 3, "]}");
  gint64 start = g_get_monotonic_time();
  outcome out = decode(wide->str, CC_MODE_CREATE);
  g_assert_cmpint(g_get_monotonic_time() - start, <, 100000);
  g_assert_cmpint(out.status, ==, CC_ERR_MALFORMED);
  g_assert_cmpstr(out.errors.items[0].code, ==, "json_items");
  g_assert_cmpuint(cc_arena_used(out.arena), <, 20000);
  cc_arena_free(out.arena);
  g_string_free(wide, TRUE);
  /* Brackets inside of strings do not count as depth; 10,000 items are allowed. */
  GString *quoted = repeated("{\"text\":\"", "[{,\\\"", 1000, "\"}");
  out = decode(quoted->str, CC_MODE_CREATE);
  g_assert_cmpint(out.status, ==, CC_OK);
  g_assert_cmpuint(strlen(out.object->text), ==, 4000);
  cc_arena_free(out.arena);
  g_string_free(quoted, TRUE);
  GString *full = repeated("{\"text\":\"\",\"extra\":{\"a\":[1", ",1", 9996, "]}}");
  out = decode(full->str, CC_MODE_CREATE);
  g_assert_cmpint(out.status, ==, CC_OK);
  cc_arena_free(out.arena);
  g_string_free(full, TRUE);
  full = repeated("{\"text\":\"\",\"extra\":{\"a\":[1", ",1", 9997, "]}}");
  refused(full->str, "json_items", "");
  g_string_free(full, TRUE);
}

/* For every ceiling the result is either correct or reports lack of memory. */
static void
test_no_memory(void)
{
  cc_str sample = CC_STR_INIT(100000);
  cc_type_sample(&probe_type, &sample);
  bool enough = false;
  for (size_t ceiling = 0; !enough; ceiling += 64) {
    CC_AUTO(cc_arena) arena = cc_arena_new(ceiling);
    cc_error_list errors = {.arena = arena};
    void *object = NULL;
    cc_status status = cc_decode(&probe_type,
                                 sample.text,
                                 sample.length,
                                 CC_MODE_CREATE,
                                 arena,
                                 &object,
                                 NULL,
                                 &errors);
    g_assert_true(status == CC_OK || status == CC_ERR_NO_MEMORY);
    enough = status == CC_OK;
  }
  cc_str_done(&sample);
}

static void
test_view(void)
{
  outcome out =
    decode("{\"text\":\"t\",\"password\":\"correct horse battery\",\"private_note\":\"p\"}",
           CC_MODE_CREATE);
  cc_str text = CC_STR_INIT(10000);
  cc_encode(&probe_type, out.object, CC_VIEW_MEMBER, &text);
  g_assert_null(strstr(text.text, "password"));
  g_assert_null(strstr(text.text, "private_note"));
  g_assert_nonnull(strstr(text.text, "\"tags\":[]"));
  g_assert_nonnull(strstr(text.text, "\"part\":null"));
  g_assert_nonnull(strstr(text.text, "\"color\":null"));
  cc_str_clear(&text);
  cc_encode(&probe_type, out.object, CC_VIEW_ADMIN, &text);
  g_assert_nonnull(strstr(text.text, "\"private_note\":\"p\""));
  g_assert_null(strstr(text.text, "password"));
  cc_str_clear(&text);
  cc_encode_body(&probe_type, out.object, NULL, &text);
  g_assert_nonnull(strstr(text.text, "\"password\":\"correct horse battery\""));
  g_assert_null(strstr(text.text, "\"id\""));
  cc_str_done(&text);
  cc_arena_free(out.arena);
}

static void
test_doubles(void)
{
  static const struct {
    double value;
    const char *text;
  } cases[] = {
    {0.1, "0.1"},
    {-75.1652215, "-75.1652215"},
    {1.0 / 3.0, "0.3333333333333333"},
    {5, "5"},
    {1e300, "1e+300"},
    {5e-324, "4.94065645841247e-324"},
    {-0.0, "-0"},
    {123456789012345680.0, "1.2345678901234568e+17"},
  };

  for (size_t i = 0; i < CC_N(cases); i++) {
    probe object = {.ratio = cases[i].value, .opt_ratio = &(double){0.0}};
    CC_AUTO(cc_arena) arena = cc_arena_new(10000);
    const cc_field *field = &probe_fields[cc_type_find(&probe_type, "ratio")];
    g_assert_cmpstr(cc_field_text(field, &object, arena), ==, cases[i].text);
  }
}

static void
map_all(cc_row_map *map)
{
  map->type = &probe_type;
  for (int16_t i = 0; i < probe_type.n_fields; i++)
    map->column[i] = i;
}

static void
test_row(void)
{
  cc_row_map map;
  map_all(&map);
  cc_cell cells[CC_FIELDS_MAX] = {{0}};

  static const struct {
    const char *name, *text;
  } set[] = {
    {"id", "12"},
    {"flag", "t"},
    {"number", "-3"},
    {"ratio", "-75.25"},
    {"text", "say \"hi\""},
    {"at", "2026-11-03 12:00:00.5+00"},
    {"opt_at", "2026-11-03 12:00:00+00"},
    {"color", "green"},
    {"tags", "[\"a\", \"b\"]"},
    {"extra", "{\"a\": 1}"},
    {"part", "{\"label\": \"x\", \"count\": 3}"},
    {"parts", "[{\"label\": \"y\", \"count\": 4}]"},
    {"opt_flag", "f"},
    {"password", "secret"},
    {"opt_ratio", "NaN"},
    {"private_note", "note"},
  };

  for (size_t i = 0; i < CC_N(set); i++)
    cells[cc_type_find(&probe_type, set[i].name)] =
      (cc_cell){.text = set[i].text, .length = (int) strlen(set[i].text)};
  map.column[cc_type_find(&probe_type, "version")] = -1;
  cc_str text = CC_STR_INIT(100000);
  cc_encode_row(&map, cells, CC_VIEW_MEMBER, &text);
  g_assert_cmpstr(
    text.text,
    ==,
    "{\"id\":12,\"flag\":true,\"number\":-3,\"ratio\":-75.25,\"text\":\"say "
    "\\\"hi\\\"\",\"line\":null,"
    "\"name\":null,\"email\":null,\"url\":null,\"slug\":null,\"zone\":null,\"phone\":null,"
    "\"country\":null,\"uuid\":null,\"digits\":null,\"date\":null,\"at\":\"2026-11-03T12:00:00."
    "5Z\","
    "\"color\":\"green\",\"tags\":[\"a\", \"b\"],\"extra\":{\"a\": 1},"
    "\"part\":{\"label\": \"x\", \"count\": 3},\"parts\":[{\"label\": \"y\", \"count\": 4}],"
    "\"opt_flag\":false,\"opt_number\":null,\"opt_ratio\":null,"
    "\"opt_at\":\"2026-11-03T12:00:00Z\",\"nothing\":null,\"with_fallback\":null}");
  cells[cc_type_find(&probe_type, "at")] = (cc_cell){.text = "infinity", .length = 8};
  cc_str_clear(&text);
  cc_encode_row(&map, cells, CC_VIEW_ADMIN, &text);
  g_assert_nonnull(strstr(text.text, "\"at\":null"));
  g_assert_nonnull(strstr(text.text, "\"private_note\":\"note\""));
  cc_str_done(&text);
}

/* Writing a struct as cells (cc_field_text) and reading the cells (cc_bind_row) gives the same
 * JSON. */
static void
test_bind(void)
{
  cc_str sample = CC_STR_INIT(100000);
  cc_type_sample(&probe_type, &sample);
  outcome out = decode(sample.text, CC_MODE_CREATE);
  g_assert_cmpint(out.status, ==, CC_OK);
  cc_row_map map;
  map_all(&map);
  cc_cell cells[CC_FIELDS_MAX] = {{0}};
  for (size_t i = 0; i < probe_type.n_fields; i++) {
    const char *text = cc_field_text(&probe_fields[i], out.object, out.arena);
    cells[i] = (cc_cell){.text = text, .length = text == NULL ? 0 : (int) strlen(text)};
  }
  probe bound;
  memset(&bound, 0xAA, sizeof bound);
  cc_status status = cc_bind_row(&map, cells, out.arena, &bound);
  g_assert_cmpint(status, ==, CC_OK);
  cc_str before = CC_STR_INIT(100000);
  cc_str after = CC_STR_INIT(100000);
  cc_encode_body(&probe_type, out.object, NULL, &before);
  cc_encode_body(&probe_type, &bound, NULL, &after);
  g_assert_cmpstr(before.text, ==, after.text);
  /* Values in PostgreSQL's notation. */
  int at = cc_type_find(&probe_type, "at");
  int flag = cc_type_find(&probe_type, "flag");
  cells[at] = (cc_cell){.text = "1969-12-31 23:59:59.5+00", .length = 24};
  cells[flag] = (cc_cell){.text = "t", .length = 1};
  status = cc_bind_row(&map, cells, out.arena, &bound);
  g_assert_cmpint(status, ==, CC_OK);
  g_assert_cmpint(bound.at, ==, -500000);
  g_assert_true(bound.flag);
  cells[at] = (cc_cell){.text = "yesterday", .length = 9};
  status = cc_bind_row(&map, cells, out.arena, &bound);
  g_assert_cmpint(status, ==, CC_ERR_INTERNAL);
  cc_str_done(&sample);
  cc_str_done(&before);
  cc_str_done(&after);
  cc_arena_free(out.arena);
}

static void
test_pairs(void)
{
  static const struct {
    const char *name, *text, *code;
  } cases[] = {
    {"flag", "true", NULL},        {"number", "-5", NULL},
    {"opt_ratio", "2.5e3", NULL},  {"at", "2026-11-03T12:00:00Z", NULL},
    {"color", "red", NULL},        {"line", "abc", NULL},
    {"flag", "yes", "type"},       {"flag", "", "type"},
    {"number", "", "type"},        {"number", "-", "type"},
    {"number", "5x", "type"},      {"number", " 5", "type"},
    {"number", "5.0", "type"},     {"number", "99999999999999999999", "type"},
    {"number", "11", "too_large"}, {"opt_ratio", "[1]", "type"},
    {"opt_ratio", "nan", "type"},  {"at", "2026-11-03", "time"},
    {"color", "mauve", "enum"},    {"line", "ab", "too_short"},
    {"line", "ab\xff", "utf8"},    {"tags", "[\"a\"]", "type"},
    {"extra", "{}", "type"},       {"lien", "abc", "unknown_field"},
  };

  for (size_t i = 0; i < CC_N(cases); i++) {
    CC_AUTO(cc_arena) arena = cc_arena_new(100000);
    cc_error_list errors = {.arena = arena};
    const cc_pair pairs[] = {
      {.name = "text", .text = "x", .length = 1},
      {.name = cases[i].name, .text = cases[i].text, .length = strlen(cases[i].text)},
    };
    void *object = NULL;
    cc_present present;
    cc_status status = cc_decode_pairs(&probe_type, pairs, 2, arena, &object, &present, &errors);
    if (cases[i].code == NULL) {
      g_assert_cmpint(status, ==, CC_OK);
      g_assert_cmpint(((probe *) object)->with_fallback, ==, 42);
      g_assert_true(cc_present_has(&present, (size_t) cc_type_find(&probe_type, cases[i].name)));
      continue;
    }
    g_assert_cmpint(status, ==, CC_ERR_INVALID);
    g_assert_cmpuint(errors.n, ==, 1);
    g_assert_cmpstr(errors.items[0].code, ==, cases[i].code);
    g_assert_cmpstr(errors.items[0].pointer, ==, cases[i].name);
  }
  CC_AUTO(cc_arena) arena = cc_arena_new(100000);
  cc_error_list errors = {.arena = arena};
  const cc_pair twice[] = {
    {.name = "line", .text = "abc", .length = 3},
    {.name = "line", .text = "abd", .length = 3},
    {.name = "name", .text = "a\0b", .length = 3},
  };
  void *object;
  cc_status status = cc_decode_pairs(&probe_type, twice, 3, arena, &object, NULL, &errors);
  g_assert_cmpint(status, ==, CC_ERR_INVALID);
  g_assert_cmpuint(errors.n, ==, 3);
  g_assert_cmpstr(errors.items[0].code, ==, "duplicate_key");
  g_assert_cmpstr(errors.items[1].code, ==, "control_character");
  g_assert_cmpstr(errors.items[2].code, ==, "required");
}

static void
test_schema(void)
{
  static const cc_schema_use uses[] = {CC_SCHEMA_REPLY, CC_SCHEMA_CREATE, CC_SCHEMA_PATCH};
  for (size_t i = 0; i < CC_N(uses); i++) {
    cc_str text = CC_STR_INIT(100000);
    cc_schema(&probe_type, uses[i], &text);
    json_t *tree = json_loads(text.text, JSON_REJECT_DUPLICATES, NULL);
    g_assert_nonnull(tree);
    const json_t *properties = json_object_get(tree, "properties");
    bool reply = uses[i] == CC_SCHEMA_REPLY;
    g_assert_cmpint(json_object_get(properties, "id") != NULL, ==, reply);
    g_assert_cmpint(json_object_get(properties, "password") != NULL, ==, !reply);
    g_assert_cmpint(json_object_get(tree, "additionalProperties") != NULL, ==, !reply);
    size_t required = json_array_size(json_object_get(tree, "required"));
    if (uses[i] == CC_SCHEMA_CREATE)
      g_assert_cmpuint(required, ==, 1);
    if (uses[i] == CC_SCHEMA_PATCH)
      g_assert_cmpuint(required, ==, 0);
    json_decref(tree);
    cc_str_done(&text);
  }
  cc_str text = CC_STR_INIT(100000);
  cc_schema(&part_type, CC_SCHEMA_CREATE, &text);
  json_t *part = json_loads(text.text, JSON_REJECT_DUPLICATES, NULL);
  const char *title, *pattern;
  int longest, least, most, fallback;
  int unpacked = json_unpack(part,
                             "{s:s, s:{s:{s:s, s:i}, s:{s:i, s:i, s:i}}}",
                             "title",
                             &title,
                             "properties",
                             "label",
                             "pattern",
                             &pattern,
                             "maxLength",
                             &longest,
                             "count",
                             "minimum",
                             &least,
                             "maximum",
                             &most,
                             "default",
                             &fallback);
  g_assert_cmpint(unpacked, ==, 0);
  g_assert_cmpstr(title, ==, "ProbePartBody");
  g_assert_cmpint(longest, ==, 5);
  g_assert_cmpint(least, ==, 0);
  g_assert_cmpint(most, ==, 100);
  g_assert_cmpint(fallback, ==, 7);
  json_decref(part);
  /* The schema of a reply does not contain the limits of a request. */
  cc_str_clear(&text);
  cc_schema(&part_type, CC_SCHEMA_REPLY, &text);
  g_assert_cmpstr(text.text,
                  ==,
                  "{\"type\":\"object\",\"title\":\"ProbePart\",\"description\":\"A part.\","
                  "\"properties\":{\"label\":{\"type\":\"string\",\"description\":\"A label.\"},"
                  "\"count\":{\"type\":\"integer\",\"description\":\"A count.\","
                  "\"format\":\"int64\"}},\"required\":[\"label\",\"count\"]}");
  cc_str_clear(&text);
  cc_schema_field(&probe_fields[cc_type_find(&probe_type, "opt_at")], CC_SCHEMA_REPLY, &text);
  g_assert_cmpstr(text.text,
                  ==,
                  "{\"type\":[\"string\",\"null\"],\"description\":\"A time or null.\","
                  "\"format\":\"date-time\"}");
  cc_str_done(&text);
}

/* Every string of the Big List of Naughty Strings is kept byte for byte. */
static void
test_naughty(void)
{
  const char *folder = g_getenv("SHARED_DATA");
  g_autofree char *path =
    folder != NULL
      ? g_build_filename(folder, "text-torture", "blns.json", NULL)
      : g_build_filename(SOURCE_ROOT, "..", "shared", "data", "text-torture", "blns.json", NULL);
  json_t *list = json_load_file(path, 0, NULL);
  if (list == NULL) {
    g_test_skip("the shared data is not here");
    return;
  }
  g_assert_cmpuint(json_array_size(list), >, 400);
  for (size_t i = 0; i < json_array_size(list); i++) {
    const char *naughty = json_string_value(json_array_get(list, i));
    cc_str body = CC_STR_INIT(100000);
    cc_str_add(&body, "{\"text\":");
    cc_str_add_json(&body, naughty, strlen(naughty));
    cc_str_add_char(&body, '}');
    outcome out = decode(body.text, CC_MODE_CREATE);
    g_assert_cmpint(out.status, ==, CC_OK);
    g_assert_cmpstr(out.object->text, ==, naughty);
    cc_str_clear(&body);
    cc_encode(&probe_type, out.object, CC_VIEW_ADMIN, &body);
    outcome again = decode(body.text, CC_MODE_REPLY);
    g_assert_cmpint(again.status, ==, CC_OK);
    g_assert_cmpstr(again.object->text, ==, naughty);
    cc_str_done(&body);
    cc_arena_free(out.arena);
    cc_arena_free(again.arena);
  }
  json_decref(list);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  cc_codec_init();
  g_test_add_func("/codec/round-trip", test_round_trip);
  g_test_add_func("/codec/create", test_create);
  g_test_add_func("/codec/patch", test_patch);
  g_test_add_func("/codec/reply", test_reply);
  g_test_add_func("/codec/known", test_known);
  g_test_add_func("/codec/wrong", test_wrong);
  g_test_add_func("/codec/right", test_right);
  g_test_add_func("/codec/many-errors", test_many_errors);
  g_test_add_func("/codec/bombs", test_bombs);
  g_test_add_func("/codec/no-memory", test_no_memory);
  g_test_add_func("/codec/view", test_view);
  g_test_add_func("/codec/doubles", test_doubles);
  g_test_add_func("/codec/row", test_row);
  g_test_add_func("/codec/bind", test_bind);
  g_test_add_func("/codec/pairs", test_pairs);
  g_test_add_func("/codec/schema", test_schema);
  g_test_add_func("/codec/naughty", test_naughty);
  return g_test_run();
}
