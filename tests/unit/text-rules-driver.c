/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests/db/test_text_rules.py: reads lines {"text": "…", "template": "…"} and writes the
 * results of common/rules. The text is the value of {first_name} in the template. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/rules/cc-text-rule.h"

#define MEGABYTE ((size_t) 1 << 20)

static void
answer(const char *text, const char *template, cc_arena *arena)
{
  cc_text_size size = cc_text_measure(text);
  const cc_text_field fields[] = {{"first_name", text}, {0}};
  json_t *out = json_pack("{s:s, s:i, s:i, s:s, s:s}",
                          "encoding",
                          cc_text_encoding(size),
                          "units",
                          size.units,
                          "segments",
                          size.segments,
                          "name",
                          cc_text_name(text, arena),
                          "rendered",
                          cc_text_render(template, fields, arena));
  char *line = json_dumps(out, JSON_COMPACT);
  puts(line == NULL ? "null" : line);
  free(line);
  json_decref(out);
}

int
main(void)
{
  char *line = NULL;
  size_t capacity = 0;
  ssize_t length = 0;
  while ((length = getline(&line, &capacity, stdin)) > 0) {
    CC_AUTO(cc_arena) arena = cc_arena_new(MEGABYTE);
    json_t *given = json_loadb(line, (size_t) length, 0, NULL);
    const char *text = json_string_value(json_object_get(given, "text"));
    const char *template = json_string_value(json_object_get(given, "template"));
    if (arena == NULL || text == NULL || template == NULL)
      return 1;
    answer(text, template, arena);
    json_decref(given);
  }
  free(line);
  return 0;
}
