/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/rules/cc-text-intent.h"

#include <stdint.h>
#include <string.h>

#include "common/base/cc-utf8.h"

/* What an answer wants, by a table of phrases. */

/* Where a phrase must stand. Between words there is white space of any length; around the phrase
 * stand characters that are part of no word. */
typedef enum place {
  FIRST,    /* the text begins with the phrase */
  ANYWHERE, /* as whole words */
  LAST,     /* the text ends with the phrase */
  WHOLE,    /* the text is the phrase */
} place;

/* In a phrase "?" is any one character or none, "*" is the rest of a word. */
typedef struct phrase {
  const char *words;
  place place;
  cc_text_intent intent;
} phrase;

static const phrase phrases[] = {
  {"stop", FIRST, CC_TEXT_STOP},
  {"stopall", ANYWHERE, CC_TEXT_STOP},
  {"stop2quit", ANYWHERE, CC_TEXT_STOP},
  {"remove me", LAST, CC_TEXT_STOP},
  {"remove my name", ANYWHERE, CC_TEXT_STOP},
  {"take me off th*", ANYWHERE, CC_TEXT_STOP},
  {"lose my number", ANYWHERE, CC_TEXT_STOP},
  {"delete my number", ANYWHERE, CC_TEXT_STOP},
  {"i opt out", ANYWHERE, CC_TEXT_STOP},
  {"don?t contact me", ANYWHERE, CC_TEXT_STOP},
  /* With stop, the words that 47 CFR 64.1200(a)(10) names. */
  {"unsubscribe", WHOLE, CC_TEXT_STOP},
  {"cancel", WHOLE, CC_TEXT_STOP},
  {"end", WHOLE, CC_TEXT_STOP},
  {"quit", WHOLE, CC_TEXT_STOP},
  {"revoke", WHOLE, CC_TEXT_STOP},
  {"opt out", WHOLE, CC_TEXT_STOP},
  {"opt?out", WHOLE, CC_TEXT_STOP},
  /* Spanish */
  {"alto", WHOLE, CC_TEXT_STOP},
  {"parar", WHOLE, CC_TEXT_STOP},
  {"pare", WHOLE, CC_TEXT_STOP},
  {"detener", WHOLE, CC_TEXT_STOP},
  {"cancelar", WHOLE, CC_TEXT_STOP},
  {"baja", WHOLE, CC_TEXT_STOP},
  {"no me contacte", ANYWHERE, CC_TEXT_STOP},
  {"no me contacten", ANYWHERE, CC_TEXT_STOP},
  {"no me escriba", ANYWHERE, CC_TEXT_STOP},
  {"no me escriban", ANYWHERE, CC_TEXT_STOP},
  /* French */
  {"arret", WHOLE, CC_TEXT_STOP},
  {"arrêt", WHOLE, CC_TEXT_STOP},
  {"désabonner", WHOLE, CC_TEXT_STOP},
  {"ne me contactez plus", ANYWHERE, CC_TEXT_STOP},

  {"start", WHOLE, CC_TEXT_START},
  {"unstop", WHOLE, CC_TEXT_START},
};

static bool
is_space(uint32_t c)
{
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A && c != 0x2007) || c == 0x2028 || c == 0x2029 || c == 0x205F ||
         c == 0x3000;
}

static uint32_t
peek_character(const char *at)
{
  return *at == '\0' ? 0 : cc_utf8_next(&at);
}

static const char *
skip_spaces(const char *at)
{
  while (is_space(peek_character(at)))
    (void) cc_utf8_next(&at);
  return at;
}

/* Behind @words, when they stand at @at; NULL: they do not. */
static const char *
match_words(const char *words, const char *at)
{
  while (*words != '\0') {
    uint32_t wanted = cc_utf8_next(&words);
    uint32_t c = peek_character(at);
    if (wanted == ' ') {
      if (!is_space(c))
        return NULL;
      at = skip_spaces(at);
    } else if (wanted == '*') {
      if (!cc_utf8_is_word(c))
        return NULL;
      while (cc_utf8_is_word(peek_character(at)))
        (void) cc_utf8_next(&at);
    } else if (wanted == '?') {
      const char *without = match_words(words, at);
      if (without != NULL || c == 0)
        return without;
      (void) cc_utf8_next(&at);
    } else {
      if (cc_utf8_lower(c) != wanted)
        return NULL;
      (void) cc_utf8_next(&at);
    }
  }
  return at;
}

/* No word goes on at @at. */
static bool
is_between(const char *at)
{
  return !cc_utf8_is_word(peek_character(at));
}

/* Nothing but the end of the text behind characters of no word. */
static bool
is_over(const char *at)
{
  while (*at != '\0' && !cc_utf8_is_word(peek_character(at)))
    (void) cc_utf8_next(&at);
  return *at == '\0';
}

/* @at: beginning of a word. @is_first: no word stands before it. */
static bool
stands_at(const phrase *wanted, const char *at, bool is_first)
{
  if (!is_first && (wanted->place == FIRST || wanted->place == WHOLE))
    return false;
  const char *end = match_words(wanted->words, at);
  if (end == NULL || !is_between(end))
    return false;
  return wanted->place == FIRST || wanted->place == ANYWHERE || is_over(end);
}

static cc_text_intent
intent_at(const char *at, bool is_first)
{
  for (size_t i = 0; i < CC_N(phrases); i++)
    if (stands_at(&phrases[i], at, is_first))
      return phrases[i].intent;
  return CC_TEXT_TALK;
}

cc_text_intent
cc_text_intent_of(const char *text)
{
  bool is_first = true;
  bool inside = false; /* of a word */
  for (const char *at = text; *at != '\0';) {
    bool is_word = cc_utf8_is_word(peek_character(at));
    if (is_word && !inside) {
      cc_text_intent intent = intent_at(at, is_first);
      if (intent != CC_TEXT_TALK)
        return intent;
      is_first = false;
    }
    inside = is_word;
    (void) cc_utf8_next(&at);
  }
  return CC_TEXT_TALK;
}

const char *
cc_text_intent_name(cc_text_intent intent)
{
  static const char *const names[] = {NULL, "stop", "start"};
  return names[intent];
}
