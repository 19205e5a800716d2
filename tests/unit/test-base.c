/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <string.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"
#include "common/base/cc-str.h"
#include "common/base/cc-time.h"
#include "common/base/cc-utf8.h"

static void
test_arena(void)
{
  CC_AUTO(cc_arena) arena = cc_arena_new(200000);
  g_assert_nonnull(arena);
  g_assert_cmpuint(cc_arena_used(arena), ==, 0);
  for (int round = 0; round < 3; round++) {
    char *before = NULL;
    for (size_t size = 0; size < 400; size++) {
      char *memory = cc_arena_alloc(arena, size);
      g_assert_nonnull(memory);
      g_assert_cmpuint((guintptr) memory % 16, ==, 0);
      for (size_t i = 0; i < size; i++)
        g_assert_cmpint(memory[i], ==, 0);
      memset(memory, 0xAB, size);
      g_assert_true(memory != before || size == 1);
      before = memory;
    }
    g_assert_cmpuint(cc_arena_used(arena), ==, 399 * 400 / 2);
    cc_arena_clear(arena);
    g_assert_cmpuint(cc_arena_used(arena), ==, 0);
  }
}

/* Memory after and between allocations must be poisoned for AddressSanitizer. */
static void
test_arena_poison(void)
{
#ifdef __SANITIZE_ADDRESS__
  CC_AUTO(cc_arena) arena = cc_arena_new(100000);
  char *one = cc_arena_alloc(arena, 24);
  char *text = cc_arena_strdup(arena, "text");
  g_assert_false(__asan_address_is_poisoned(one + 23));
  g_assert_true(__asan_address_is_poisoned(one + 24));
  g_assert_true(__asan_address_is_poisoned(one + 39));
  g_assert_false(__asan_address_is_poisoned(text + 4));
  g_assert_true(__asan_address_is_poisoned(text + 5));
  cc_arena_clear(arena);
  g_assert_true(__asan_address_is_poisoned(one));
#else
  g_test_skip("not built with AddressSanitizer");
#endif
}

static void
test_arena_ceiling(void)
{
  CC_AUTO(cc_arena) arena = cc_arena_new(100000);
  g_assert_null(cc_arena_alloc(arena, 100001));
  g_assert_null(cc_arena_alloc(arena, SIZE_MAX));
  g_assert_null(cc_arena_text(arena, SIZE_MAX - 8));
  g_assert_nonnull(cc_arena_alloc(arena, 60000));
  g_assert_nonnull(cc_arena_alloc(arena, 40000));
  g_assert_null(cc_arena_alloc(arena, 1));
  g_assert_null(cc_arena_strdup(arena, "x"));
  g_assert_null(cc_arena_printf(arena, "%d", 1));
  cc_arena_clear(arena);
  g_assert_cmpstr(cc_arena_strdup(arena, "x"), ==, "x");
  g_assert_cmpstr(cc_arena_strndup(arena, "abcdef", 3), ==, "abc");
  g_assert_cmpstr(cc_arena_strndup(arena, "", 0), ==, "");
  g_assert_cmpstr(cc_arena_printf(arena, "%s-%d", "a", 7), ==, "a-7");
  g_assert_null(cc_arena_strdup(arena, NULL));
}

static void
test_str(void)
{
  cc_str str = CC_STR_INIT(1000);
  cc_str_add(&str, "ab");
  cc_str_add_char(&str, 'c');
  cc_str_add_int(&str, INT64_MIN);
  cc_str_add_int(&str, 0);
  cc_str_printf(&str, "<%s>", "d");
  g_assert_cmpstr(str.text, ==, "abc-92233720368547758080<d>");
  cc_str_clear(&str);
  cc_str_add_html(&str, "<a href=\"x\">'&'</a>");
  g_assert_cmpstr(str.text, ==, "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  size_t length;
  char *taken = cc_str_take(&str, &length);
  g_assert_cmpuint(strlen(taken), ==, length);
  g_free(taken);
  g_assert_null(str.text);
  cc_str_done(&str);
}

static void
test_str_ceiling(void)
{
  cc_str str = CC_STR_INIT(10);
  cc_str_add(&str, "0123456789");
  g_assert_false(str.failed);
  cc_str_add_char(&str, 'x');
  g_assert_true(str.failed);
  g_assert_cmpstr(str.text, ==, "0123456789");
  g_assert_null(cc_str_take(&str, NULL));
  cc_str_clear(&str);
  cc_str_add_json(&str, "\x01\x01", 2);
  g_assert_true(str.failed);
  cc_str_done(&str);
}

/* The size hint does not change the string; text can be appended up to the ceiling, whatever the
 * hint was. */
static void
test_str_hint(void)
{
  cc_str str = CC_STR_INIT(1000);
  cc_str_hint(&str, 0);
  cc_str_add(&str, "abc");
  cc_str_hint(&str, 5000);
  cc_str_hint(&str, SIZE_MAX);
  g_assert_false(str.failed);
  g_assert_cmpuint(str.capacity, ==, 1001);
  const char *place = str.text;
  for (int i = 3; i < 1000; i++)
    cc_str_add_char(&str, 'x');
  g_assert_false(str.failed);
  g_assert_true(str.text == place);
  g_assert_cmpuint(str.length, ==, 1000);
  cc_str_add_char(&str, 'x');
  g_assert_true(str.failed);
  cc_str_hint(&str, 1);
  g_assert_true(str.failed);
  cc_str_done(&str);
}

static void
test_str_json(void)
{
  static const struct {
    const char *text, *json;
  } cases[] = {
    {"", "\"\""},
    {"plain", "\"plain\""},
    {"a longer text without anything", "\"a longer text without anything\""},
    {"say \"hi\" \\ \b\f\n\r\t\x01\x1f\x7f",
     "\"say \\\"hi\\\" \\\\ \\b\\f\\n\\r\\t\\u0001\\u001f\x7f\""},
    {"\xE2\x80\xA8|\xE2\x80\xA9|\xE2\x80\xA7|\xE2\x82\xAC",
     "\"\\u2028|\\u2029|\xE2\x80\xA7|\xE2\x82\xAC\""},
    {"12345678\"", "\"12345678\\\"\""},
    {"\xF0\x9F\x97\xB3 ballot", "\"\xF0\x9F\x97\xB3 ballot\""},
  };

  for (size_t i = 0; i < CC_N(cases); i++) {
    cc_str str = CC_STR_INIT(1000);
    cc_str_add_json(&str, cases[i].text, strlen(cases[i].text));
    g_assert_cmpstr(str.text, ==, cases[i].json);
    cc_str_done(&str);
  }
  /* Test each byte at each position of a word. */
  for (unsigned byte = 1; byte < 128; byte++) {
    for (size_t place = 0; place < 17; place++) {
      char text[18] = "aaaaaaaaaaaaaaaaa";
      text[place] = (char) byte;
      cc_str str = CC_STR_INIT(1000);
      cc_str_add_json(&str, text, 17);
      bool plain = byte >= 0x20 && byte != '"' && byte != '\\';
      g_assert_cmpint(str.length == 19, ==, plain);
      cc_str_done(&str);
    }
  }
}

static void
test_status(void)
{
  for (int i = 0; i < _CC_STATUS_MAX; i++) {
    cc_status status = (cc_status) i;
    g_assert_cmpint(cc_status_http(status), >=, 200);
    g_assert_cmpstr(cc_status_type(status), !=, "");
    g_assert_cmpstr(cc_status_title(status), !=, "");
    if (status != CC_ERR_NO_MEMORY)
      g_assert_cmpint(cc_status_from_http(cc_status_http(status)), ==, status);
  }
  g_assert_cmpint(cc_status_from_http(204), ==, CC_OK);
  g_assert_cmpint(cc_status_from_http(304), ==, CC_OK);
  g_assert_cmpint(cc_status_from_http(418), ==, CC_ERR_INTERNAL);
  g_assert_cmpint(cc_status_http((cc_status) 999), ==, 500);
}

static void
test_errors(void)
{
  cc_error error;
  g_assert_cmpint(cc_fail(NULL, CC_ERR_CONFLICT, "x", "y"), ==, CC_ERR_CONFLICT);
  g_assert_cmpint(cc_fail(&error, CC_ERR_CONFLICT, "last_owner", "No %d.", 7), ==, CC_ERR_CONFLICT);
  g_assert_cmpstr(error.code, ==, "last_owner");
  g_assert_cmpstr(error.message, ==, "No 7.");
  g_assert_cmpstr(error.pointer, ==, "");
  g_assert_cmpstr(error.hint, ==, "");
  /* The text is cut at a character boundary: every length of a text with characters of two,
   * three and four bytes. */
  for (size_t lead = 0; lead < 8; lead++) {
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < lead; i++)
      g_string_append_c(text, 'a');
    while (text->len < 400)
      g_string_append(text, "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x97\xB3");
    cc_fail_field(&error, CC_ERR_INVALID, text->str, text->str, "%s", text->str);
    g_assert_true(g_utf8_validate(error.message, -1, NULL));
    g_assert_true(g_utf8_validate(error.pointer, -1, NULL));
    g_assert_true(g_utf8_validate(error.code, -1, NULL));
    g_assert_cmpuint(strlen(error.message), >=, sizeof error.message - 4);
    g_string_free(text, TRUE);
  }
  CC_AUTO(cc_arena) arena = cc_arena_new(1024 * 1024);
  cc_error_list list = {.arena = arena};
  for (size_t i = 0; i < CC_ERRORS_MAX; i++) {
    cc_error *item = cc_error_list_add(&list, "code", "/p", "Message %zu.", i);
    g_assert_nonnull(item);
    g_assert_cmpint(item->status, ==, CC_ERR_INVALID);
  }
  g_assert_null(cc_error_list_add(&list, "code", "/p", "One too many."));
  g_assert_cmpuint(list.n, ==, CC_ERRORS_MAX);
  g_assert_cmpstr(list.items[7].message, ==, "Message 7.");
  CC_AUTO(cc_arena) small = cc_arena_new(100);
  cc_error_list none = {.arena = small};
  g_assert_null(cc_error_list_add(&none, "code", "", "Too many."));
}

static void
test_time_parse(void)
{
  static const struct {
    const char *text;
    cc_time time;
    const char *back;
  } cases[] = {
    {"1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"},
    {"1970-01-01T00:00:00.000001Z", 1, "1970-01-01T00:00:00.000001Z"},
    {"1969-12-31T23:59:59.999999Z", -1, "1969-12-31T23:59:59.999999Z"},
    {"2026-11-03T12:00:00Z", INT64_C(1793707200000000), "2026-11-03T12:00:00Z"},
    {"2026-11-03t12:00:00z", INT64_C(1793707200000000), "2026-11-03T12:00:00Z"},
    {"2026-11-03T07:00:00-05:00", INT64_C(1793707200000000), "2026-11-03T12:00:00Z"},
    {"2026-11-03T17:45:00+05:45", INT64_C(1793707200000000), "2026-11-03T12:00:00Z"},
    {"2026-11-03T12:00:00-00:00", INT64_C(1793707200000000), "2026-11-03T12:00:00Z"},
    {"2026-11-03T12:00:00.5Z", INT64_C(1793707200500000), "2026-11-03T12:00:00.5Z"},
    {"2026-11-03T12:00:00.1234569Z", INT64_C(1793707200123456), "2026-11-03T12:00:00.123456Z"},
    {"2024-02-29T00:00:00Z", INT64_C(1709164800000000), "2024-02-29T00:00:00Z"},
    {"2000-02-29T00:00:00Z", INT64_C(951782400000000), "2000-02-29T00:00:00Z"},
    {"2000-03-01T00:00:00Z", INT64_C(951868800000000), "2000-03-01T00:00:00Z"},
    {"2016-12-31T23:59:60Z", INT64_C(1483228799000000), "2016-12-31T23:59:59Z"},
    {"0001-01-01T00:00:00Z", INT64_C(-62135596800000000), "0001-01-01T00:00:00Z"},
    {"9999-12-31T23:59:59.999999Z", INT64_C(253402300799999999), "9999-12-31T23:59:59.999999Z"},
  };

  for (size_t i = 0; i < CC_N(cases); i++) {
    cc_time time = 42;
    g_assert_true(cc_time_parse(cases[i].text, strlen(cases[i].text), &time));
    g_assert_cmpint(time, ==, cases[i].time);
    char text[CC_TIME_TEXT_MAX];
    cc_time_format(time, text);
    g_assert_cmpstr(text, ==, cases[i].back);
  }
}

static void
test_time_refused(void)
{
  static const char *const cases[] = {
    "",
    "now",
    "2026-11-03",
    "2026-11-03T12:00:00",
    "2026-11-03 12:00:00Z",
    "2026-11-03T12:00Z",
    "2026-11-03T12:00:00.Z",
    "2026-11-03T12:00:00Z ",
    " 2026-11-03T12:00:00Z",
    "2026-11-03T12:00:00ZZ",
    "2026-11-03T24:00:00Z",
    "2026-11-03T12:60:00Z",
    "2026-11-03T12:00:61Z",
    "2026-11-03T12:00:00+24:00",
    "2026-11-03T12:00:00+01:60",
    "2026-11-03T12:00:00+0100",
    "2026-11-03T12:00:00+01",
    "2026-13-01T12:00:00Z",
    "2026-00-01T12:00:00Z",
    "2026-11-31T12:00:00Z",
    "2026-11-00T12:00:00Z",
    "2023-02-29T12:00:00Z",
    "1900-02-29T12:00:00Z",
    "0000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    "-001-01-01T00:00:00Z",
    "2026-11-03T12:00:00,5Z",
  };
  for (size_t i = 0; i < CC_N(cases); i++) {
    cc_time time = 42;
    g_assert_false(cc_time_parse(cases[i], strlen(cases[i]), &time));
    g_assert_cmpint(time, ==, 42);
  }
}

/* Compare with GLib's calendar, in steps of a little more than a day through all years. */
static void
test_time_calendar(void)
{
  cc_time earliest, latest;
  g_assert_true(cc_time_parse("0001-01-01T00:00:00Z", 20, &earliest));
  g_assert_true(cc_time_parse("9999-12-31T23:59:59Z", 20, &latest));
  for (cc_time time = earliest; time <= latest; time += INT64_C(37) * 86399 * CC_TIME_SECOND) {
    char text[CC_TIME_TEXT_MAX];
    cc_time_format(time, text);
    g_autoptr(GDateTime) there = g_date_time_new_from_unix_utc(time / CC_TIME_SECOND);
    g_autofree char *expected = g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02dZ",
                                                g_date_time_get_year(there),
                                                g_date_time_get_month(there),
                                                g_date_time_get_day_of_month(there),
                                                g_date_time_get_hour(there),
                                                g_date_time_get_minute(there),
                                                g_date_time_get_second(there));
    g_assert_cmpstr(text, ==, expected);
    cc_time back;
    g_assert_true(cc_time_parse(text, strlen(text), &back));
    g_assert_cmpint(back, ==, time);
  }
  char text[CC_TIME_TEXT_MAX];
  cc_time_format(INT64_MIN, text);
  g_assert_cmpstr(text, ==, "0001-01-01T00:00:00Z");
  cc_time_format(INT64_MAX, text);
  g_assert_cmpstr(text, ==, "9999-12-31T23:59:59.999999Z");
}

static void
test_time_zone(void)
{
  static const char *const good[] = {"UTC",
                                     "America/New_York",
                                     "America/Indiana/Knox",
                                     "Etc/GMT+5"};
  static const char *const bad[] = {
    "",
    "America",
    "America/",
    "/etc/passwd",
    "../../../etc/passwd",
    "America/../UTC",
    "Nowhere/X",
    "localtime",
    "posix/UTC",
    "America//New_York",
    "utc\n",
    "tzdata.zi",
    "zone.tab",
  };
  for (size_t i = 0; i < CC_N(good); i++)
    g_assert_true(cc_time_zone_known(good[i]));
  for (size_t i = 0; i < CC_N(bad); i++)
    g_assert_false(cc_time_zone_known(bad[i]));
  g_assert_cmpint(cc_time_now(), >, INT64_C(1700000000) * CC_TIME_SECOND);
  int64_t then = cc_time_monotonic();
  g_assert_cmpint(cc_time_monotonic(), >=, then);
}

/* Compare with GLib's UTF-8 validation, for all texts of two and three bytes and similar longer
 * ones. */
static void
test_utf8_length(void)
{
  for (unsigned lead = 0; lead < 0x10000; lead++) {
    char text[] = {(char) (lead >> 8), (char) lead, (char) 0x80, (char) 0xBF};
    for (size_t n = 1; n <= sizeof text; n++) {
      if (memchr(text, '\0', n) != NULL)
        continue;
      long expected =
        g_utf8_validate(text, (gssize) n, NULL) ? g_utf8_strlen(text, (gssize) n) : -1;
      g_assert_cmpint(cc_utf8_length(text, n), ==, expected);
    }
  }
  g_assert_cmpint(cc_utf8_length("", 0), ==, 0);
  g_assert_cmpint(cc_utf8_length("a\0b", 3), ==, 3);
  g_assert_cmpint(cc_utf8_length("twelve bytes and \xC3\xA9", 19), ==, 18);
  g_assert_cmpint(cc_utf8_length("\xF4\x90\x80\x80", 4), ==, -1);
  g_assert_cmpint(cc_utf8_length("\xED\xA0\x80", 3), ==, -1);
  g_assert_cmpint(cc_utf8_length("\xC0\x80", 2), ==, -1);
}

static void
test_utf8_control(void)
{
  static const char *const with[] = {
    "a\nb",
    "\t",
    "\x7f",
    "\xC2\x80",
    "\xC2\x9F",
    "x\xE2\x80\xAE",
    "\xE2\x81\xA6y",
    "\xE2\x81\xA9",
  };
  static const char *const without[] = {
    "",
    "a b",
    "\xC2\xA0",
    "\xE2\x80\x94",
    "\xE2\x80\xAF",
    "\xE2\x81\xA5",
    "\xE2\x82\xAC",
    "\xE2",
  };
  for (size_t i = 0; i < CC_N(with); i++)
    g_assert_true(cc_utf8_has_control(with[i], strlen(with[i])));
  for (size_t i = 0; i < CC_N(without); i++)
    g_assert_false(cc_utf8_has_control(without[i], strlen(without[i])));
}

static void
test_utf8_forms(void)
{
  CC_AUTO(cc_arena) arena = cc_arena_new(100000);
  const char *same = "plain \xC3\xA9";
  g_assert_true(cc_utf8_nfc(arena, same, strlen(same)) == same);
  g_assert_cmpstr(cc_utf8_nfc(arena, "e\xCC\x81", 3), ==, "\xC3\xA9");
  g_assert_cmpstr(cc_utf8_nfc(arena, "\xE2\x84\xAB", 3), ==, "\xC3\x85");
  g_assert_cmpstr(cc_utf8_fold(arena, "ADA@Example.ORG", 15), ==, "ada@example.org");
  g_assert_cmpstr(cc_utf8_fold(arena,
                               "STRA\xC3\x9F"
                               "E",
                               7),
                  ==,
                  "strasse");
  g_assert_cmpstr(cc_utf8_fold(arena, "E\xCC\x81", 3), ==, "\xC3\xA9");
  CC_AUTO(cc_arena) small = cc_arena_new(2);
  g_assert_null(cc_utf8_fold(small, "ADA", 3));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/arena", test_arena);
  g_test_add_func("/base/arena-poison", test_arena_poison);
  g_test_add_func("/base/arena-ceiling", test_arena_ceiling);
  g_test_add_func("/base/str", test_str);
  g_test_add_func("/base/str-ceiling", test_str_ceiling);
  g_test_add_func("/base/str-hint", test_str_hint);
  g_test_add_func("/base/str-json", test_str_json);
  g_test_add_func("/base/status", test_status);
  g_test_add_func("/base/errors", test_errors);
  g_test_add_func("/base/time-parse", test_time_parse);
  g_test_add_func("/base/time-refused", test_time_refused);
  g_test_add_func("/base/time-calendar", test_time_calendar);
  g_test_add_func("/base/time-zone", test_time_zone);
  g_test_add_func("/base/utf8-length", test_utf8_length);
  g_test_add_func("/base/utf8-control", test_utf8_control);
  g_test_add_func("/base/utf8-forms", test_utf8_forms);
  return g_test_run();
}
