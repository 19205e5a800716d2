/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the rules of text messages: size, templates, intents. */
#include <glib.h>
#include <jansson.h>
#include <string.h>

#include "common/base/cc-utf8.h"
#include "common/rules/cc-text-rule.h"

#define MEGABYTE ((size_t) 1 << 20)

static char *
repeat(const char *text, int n)
{
  GString *made = g_string_new(NULL);
  for (int i = 0; i < n; i++)
    g_string_append(made, text);
  return g_string_free(made, FALSE);
}

static void
test_length(void)
{
  static const struct {
    const char *text, *then; /* the message: text n times, then `then`, then text m times */
    int n, m;
    const char *encoding;
    int units, segments;
  } cases[] = {
    {"", "", 0, 0, "gsm7", 0, 0},
    {"hello", "", 1, 0, "gsm7", 5, 1},
    {"a", "", 160, 0, "gsm7", 160, 1},
    {"a", "", 161, 0, "gsm7", 161, 2},
    {"a", "", 306, 0, "gsm7", 306, 2},
    {"a", "", 307, 0, "gsm7", 307, 3},
    {"a", "€", 158, 0, "gsm7", 160, 1},
    {"a", "€", 159, 0, "gsm7", 161, 2},
    {"a", "€", 152, 152, "gsm7", 306, 3}, /* the euro sign takes 2 septets: 152 + 2 do not fit into
                                             153 */
    {"ñéà ÅΔ§", "", 1, 0, "gsm7", 7, 1},
    {"ç", "", 1, 0, "ucs2", 1, 1},
    {"Ç", "", 1, 0, "gsm7", 1, 1},
    {"`", "", 1, 0, "ucs2", 1, 1},
    {"\t", "", 1, 0, "ucs2", 1, 1},
    {"ж", "", 70, 0, "ucs2", 70, 1},
    {"ж", "", 71, 0, "ucs2", 71, 2},
    {"ж", "", 134, 0, "ucs2", 134, 2},
    {"ж", "", 135, 0, "ucs2", 135, 3},
    {"😀", "", 35, 0, "ucs2", 70, 1},
    {"😀", "", 36, 0, "ucs2", 72, 2},
    {"😀", "", 67, 0, "ucs2", 134, 3}, /* a surrogate pair is not divided between segments */
    {"’", "", 1, 0, "ucs2", 1, 1},
    {"a\nb\\{}", "", 1, 0, "gsm7", 9, 1},
    {"a", "😀", 67, 0, "ucs2", 69, 1},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *front = repeat(cases[i].text, cases[i].n);
    g_autofree char *back = repeat(cases[i].text, cases[i].m);
    g_autofree char *text = g_strconcat(front, cases[i].then, back, NULL);
    cc_text_size size = cc_text_measure(text);
    g_test_message("%s", text);
    g_assert_cmpstr(cc_text_encoding(size), ==, cases[i].encoding);
    g_assert_cmpint(size.units, ==, cases[i].units);
    g_assert_cmpint(size.segments, ==, cases[i].segments);
  }
}

static void
test_render(void)
{
  static const cc_text_field fields[] = {
    {"first_name", "Rosa"},
    {"city", NULL},
    {"organization", "{first_name} & {friends}"},
    {0},
  };

  static const struct {
    const char *template, *text;
  } cases[] = {
    {"", ""},
    {"Hi", "Hi"},
    {"Hi {first_name}!", "Hi Rosa!"},
    {"{first_name}{first_name}", "RosaRosa"},
    {"{organization}",
     "{first_name} & {friends}"}, /* filled once: braces inside a value are not filled again */
    {"in {city}.", "in ."},
    {"in {city|town}, {first_name|you}.", "in town, Rosa."},
    {"in {city|}{city|a|b}.", "in a|b."},
    {"{nobody} x", " x"},
    {"a {first_name", "a {first_name"},
    {"a } b {first_name}", "a } b Rosa"},
    {"{}", ""},
    {"{first_name}}", "Rosa}"},
    {"ж {first_name} 😀", "ж Rosa 😀"},
  };

  cc_arena *arena = cc_arena_new(MEGABYTE);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    g_assert_cmpstr(cc_text_render(cases[i].template, fields, arena), ==, cases[i].text);
  cc_arena_free(arena);
}

static void
test_templates(void)
{
  static const struct {
    const char *template, *message;
  } cases[] = {
    {"", ""},
    {"Hi {first_name} of {city}, {precinct}, {last_name}: {organization}, {texter_first_name}", ""},
    {"Hi {name}", "There is no field {name}."},
    {"Hi {}", "There is no field {}."},
    {"Hi {First_name}", "There is no field {First_name}."},
    {"Hi {first_name", "A brace is not closed or not opened."},
    {"Hi first_name}", "A brace is not closed or not opened."},
    {"Hi {{first_name}}", "A brace is not closed or not opened."},
    {"{ {name}", "There is no field {name}."},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    cc_error error = {0};
    cc_status status = cc_text_check(cases[i].template, "template", &error);
    g_assert_cmpstr(error.message, ==, cases[i].message);
    g_assert_cmpint(status, ==, *cases[i].message == '\0' ? CC_OK : CC_ERR_INVALID);
    if (status != CC_OK) {
      g_assert_cmpstr(error.code, ==, "unknown_field");
      g_assert_cmpstr(error.pointer, ==, "template");
      g_assert_cmpstr(error.hint,
                      ==,
                      "Fields are {first_name}, {last_name}, {city}, {precinct}, {organization}, "
                      "{texter_first_name}.");
    }
  }
}

static void
test_names(void)
{
  static const struct {
    const char *name, *shown;
  } cases[] = {
    {"ROSA", "Rosa"},
    {"MARY ANN", "Mary Ann"},
    {"O'NEIL-SMITH", "O'Neil-Smith"},
    {"Rosa", "Rosa"},
    {"rosa", "rosa"},
    {"McDonald", "McDonald"},
    {"ÁNGEL ÑUÑEZ", "Ángel Ñuñez"},
    {"STRAßE", "Straße"},
    {"ЖАННА", "Жанна"},
    {"J.R.", "J.R."},
    {"3RD", "3rd"},
    {"", ""},
    {"王芳", "王芳"},
  };

  cc_arena *arena = cc_arena_new(MEGABYTE);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    g_assert_cmpstr(cc_text_name(cases[i].name, arena), ==, cases[i].shown);
  g_assert_null(cc_text_name(NULL, arena));
  cc_arena_free(arena);
}

/* A line of the table; the escapes of line ends are replaced. */
static char *
unescape(const char *text)
{
  g_auto(GStrv) parts = g_strsplit(text, "\\n", -1);
  return g_strjoinv("\n", parts);
}

static void
test_intents(void)
{
  g_autofree char *path =
    g_build_filename(SOURCE_ROOT, "tests", "unit", "data", "text-intents.txt", NULL);
  g_autofree char *table = NULL;
  g_assert_true(g_file_get_contents(path, &table, NULL, NULL));
  g_auto(GStrv) lines = g_strsplit(table, "\n", -1);
  size_t n = 0, wrong = 0;
  for (char **line = lines; *line != NULL; line++) {
    char *blank = strchr(*line, ' ');
    if (**line == '#' || blank == NULL)
      continue;
    *blank = '\0';
    g_autofree char *text = unescape(blank + 1);
    const char *name = cc_text_intent_name(cc_text_intent_of(text));
    if (strcmp(name == NULL ? "talk" : name, *line) != 0) {
      g_test_message("\"%s\" is %s, not %s", text, name, *line);
      wrong++;
    }
    n++;
  }
  g_assert_cmpuint(wrong, ==, 0);
  g_assert_cmpuint(n, >, 240);
}

/* Texts longer than the part that is read: the rest counts as other content. */
static void
test_long_texts(void)
{
  g_autoptr(GString) text = g_string_new("cancel");
  for (int i = 0; i < 500; i++)
    g_string_append(text, " please");
  g_assert_cmpint(cc_text_intent_of(text->str), ==, CC_TEXT_TALK);
  g_string_assign(text, "take me off your list ");
  for (int i = 0; i < 500; i++)
    g_string_append(text, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ");
  g_assert_cmpint(cc_text_intent_of(text->str), ==, CC_TEXT_STOP);
}

/* Every naughty string: measured safely, rendered byte for byte, and no opt-out. */
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
  cc_arena *arena = cc_arena_new(16 * MEGABYTE);
  for (size_t i = 0; i < json_array_size(list); i++) {
    const char *naughty = json_string_value(json_array_get(list, i));
    const cc_text_field fields[] = {{"first_name", naughty}, {0}};
    g_assert_cmpstr(cc_text_render("{first_name}", fields, arena), ==, naughty);
    cc_text_size size = cc_text_measure(naughty);
    long characters = cc_utf8_length(naughty, strlen(naughty));
    g_assert_cmpint(size.units, >=, characters);
    g_assert_cmpint(size.units, <=, 2 * characters);
    int room = size.gsm7 ? 153 : 67;
    g_assert_cmpint(size.segments, <=, 1 + size.units / (room - 1));
    g_assert_cmpint(cc_text_intent_of(naughty), ==, CC_TEXT_TALK);
    g_assert_nonnull(cc_text_name(naughty, arena));
  }
  json_decref(list);
  cc_arena_free(arena);
}

/* Bytes that are not UTF-8 are read one by one, and nothing is read after the end. */
static void
test_broken_bytes(void)
{
  static const char *const broken[] = {"\xFF", "\xE2\x82", "a\xC3", "\xF0\x9F\x98", "\x80\x80"};
  for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
    g_autofree char *exact = g_strdup(broken[i]);
    size_t n = 0;
    for (const char *at = exact; *at != '\0'; n++)
      (void) cc_utf8_next(&at);
    g_assert_cmpuint(n, ==, strlen(exact));
    g_assert_cmpint(cc_text_intent_of(exact), ==, CC_TEXT_TALK);
    g_assert_cmpint(cc_text_measure(exact).segments, ==, 1);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/texts/length", test_length);
  g_test_add_func("/texts/render", test_render);
  g_test_add_func("/texts/templates", test_templates);
  g_test_add_func("/texts/names", test_names);
  g_test_add_func("/texts/intents", test_intents);
  g_test_add_func("/texts/long", test_long_texts);
  g_test_add_func("/texts/naughty", test_naughty);
  g_test_add_func("/texts/broken", test_broken_bytes);
  return g_test_run();
}
