/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Normalizes the words of a street or city for keys. Also contains the token and output helpers
 * of the address parser. A key is never displayed, so words are abbreviated at every position of
 * a name: "FOREST HILL RD" and "FRST HL RD" get the same key. */
#include <stdlib.h>
#include <string.h>

#include "server/voters/ccd-address-private.h"

bool
ccd_address_is(ccd_slice token, const char *word)
{
  return token.length == strlen(word) && memcmp(token.text, word, token.length) == 0;
}

bool
ccd_address_same(ccd_slice a, ccd_slice b)
{
  return a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

static bool
is_digit(char c)
{
  return c >= '0' && c <= '9';
}

bool
ccd_address_has_digit(ccd_slice token)
{
  for (size_t i = 0; i < token.length; i++) {
    if (is_digit(token.text[i]))
      return true;
  }
  return false;
}

bool
ccd_address_all_digits(ccd_slice token)
{
  for (size_t i = 0; i < token.length; i++) {
    if (!is_digit(token.text[i]))
      return false;
  }
  return token.length > 0;
}

bool
ccd_address_is_ordinal(ccd_slice token)
{
  if (token.length < 3 || !ccd_address_all_digits((ccd_slice){token.text, token.length - 2}))
    return false;
  const char *end = token.text + token.length - 2;
  return memcmp(end, "ST", 2) == 0 || memcmp(end, "ND", 2) == 0 || memcmp(end, "RD", 2) == 0 ||
         memcmp(end, "TH", 2) == 0;
}

bool
ccd_address_is_fraction(ccd_slice token)
{
  const char *slash = token.length > 2 ? memchr(token.text, '/', token.length) : NULL;
  size_t above = slash != NULL ? (size_t) (slash - token.text) : 0;
  return above > 0 && above < 3 && ccd_address_all_digits((ccd_slice){token.text, above}) &&
         ccd_address_all_digits((ccd_slice){slash + 1, token.length - above - 1});
}

static int
by_word(const void *key, const void *item)
{
  const ccd_slice *token = key;
  const ccd_word *word = item;
  int order = strncmp(token->text, word->word, token->length);
  return order != 0 ? order : -(word->word[token->length] != '\0');
}

const char *
ccd_address_word(const ccd_word_list *list, ccd_slice token)
{
  if (token.length == 0 || token.length > 14)
    return NULL;
  const ccd_word *found = bsearch(&token, list->words, list->n, sizeof *list->words, by_word);
  return found != NULL ? found->normal : NULL;
}

void
ccd_address_add(ccd_address_state *p, const char *text, size_t length)
{
  if (length > (size_t) (p->limit - p->out))
    length = (size_t) (p->limit - p->out);
  memcpy(p->out, text, length);
  p->out += length;
}

void
ccd_address_add_word(ccd_address_state *p, const char *start, ccd_slice word)
{
  if (word.length == 0)
    return;
  if (p->out > start)
    ccd_address_add(p, " ", 1);
  ccd_address_add(p, word.text, word.length);
}

ccd_slice
ccd_address_made(const ccd_address_state *p, const char *start)
{
  return (ccd_slice){start, (size_t) (p->out - start)};
}

/* Append a number as an ordinal with the correct ending: "5TH" for both "5" and "05". */
static void
add_ordinal(ccd_address_state *p, const char *start, ccd_slice digits)
{
  while (digits.length > 1 && digits.text[0] == '0') {
    digits.text++;
    digits.length--;
  }
  char last = digits.text[digits.length - 1];
  bool teen = digits.length > 1 && digits.text[digits.length - 2] == '1';
  ccd_address_add_word(p, start, digits);
  ccd_address_add(p,
                  teen || last > '3' || last == '0' ? "TH"
                  : last == '1'                     ? "ST"
                  : last == '2'                     ? "ND"
                                                    : "RD",
                  2);
}

/* Spellings of the names of persons after whom many streets are named, and the form used in
 * keys. */
typedef struct phrase {
  const char *words, *normal;
} phrase;

static const phrase phrases[] = {
  {"MARTIN LUTHER KING", "MLK"},
  {"M L KING", "MLK"},
  {"ML KING", "MLK"},
  {"M L K", "MLK"},
  {"MLK", "MLK"},
  {"JOHN F KENNEDY", "JFK"},
  {"JOHN FITZGERALD KENNEDY", "JFK"},
  {"J F KENNEDY", "JFK"},
  {"J F K", "JFK"},
  {"JF KENNEDY", "JFK"},
};

/* Returns the number of words in @words if the tokens from @i on are these words; otherwise 0. */
static size_t
count_words(const ccd_address_state *p, size_t i, size_t to, const char *words)
{
  size_t n = 0;
  while (*words != '\0') {
    size_t length = strcspn(words, " ");
    if (i + n >= to || !ccd_address_same(p->tokens[i + n], (ccd_slice){words, length}))
      return 0;
    n++;
    words += length + (words[length] == ' ');
  }
  return n;
}

/* If the tokens from @i on are the name of a person in @phrases, append its normal form to the
 * output. Titles before the name and JR after the name are included. Returns the number of
 * tokens read; 0 when there is no such name. */
static size_t
take_person(ccd_address_state *p, const char *start, size_t i, size_t to)
{
  size_t title = 0;
  while (i + title < to && title < 2 &&
         (ccd_address_is(p->tokens[i + title], "DR") ||
          ccd_address_is(p->tokens[i + title], "DOCTOR") ||
          ccd_address_is(p->tokens[i + title], "REV") ||
          ccd_address_is(p->tokens[i + title], "REVEREND")))
    title++;
  for (size_t k = 0; k < CC_N(phrases); k++) {
    size_t n = count_words(p, i + title, to, phrases[k].words);
    if (n == 0)
      continue;
    ccd_address_add_word(p, start, ccd_slice_of(phrases[k].normal));
    n += i + title + n < to && (ccd_address_is(p->tokens[i + title + n], "JR") ||
                                ccd_address_is(p->tokens[i + title + n], "JUNIOR"));
    return title + n;
  }
  return 0;
}

/* If the tokens from @i on are an ordinal ("TWENTY FIRST", "FIFTH", "5TH"; with @counted also
 * "37" as in "37 AVE"), append it as "21ST". Returns the number of tokens read; 0 when there is
 * no ordinal. */
static size_t
take_ordinal(ccd_address_state *p, const char *start, size_t i, size_t to, bool counted)
{
  ccd_slice token = p->tokens[i];
  const char *ordinal = ccd_address_word(&ccd_address_ordinals, token);
  const char *tens = ccd_address_word(&ccd_address_cardinals, token);
  const char *ones = i + 1 < to ? ccd_address_word(&ccd_address_ordinals, p->tokens[i + 1]) : NULL;
  if (tens != NULL && strlen(tens) == 2 && tens[1] == '0' && ones != NULL && strlen(ones) == 1) {
    add_ordinal(p, start, (ccd_slice){(char[]){tens[0], ones[0]}, 2});
    return 2;
  }
  if (ordinal != NULL)
    add_ordinal(p, start, ccd_slice_of(ordinal));
  else if (ccd_address_is_ordinal(token))
    add_ordinal(p, start, (ccd_slice){token.text, token.length - 2});
  else if (counted && token.length <= 3 && ccd_address_all_digits(token))
    add_ordinal(p, start, token);
  else
    return 0;
  return 1;
}

/* Returns whether the token is a prefix that is often written together with the next word: "MC
 * KINLEY", "O CONNOR", "DE LA CRUZ". */
static bool
joins_next(ccd_slice token)
{
  static const char *const first[] = {"DE", "DU", "LA", "LE", "MAC", "MC", "O", "VAN"};
  for (size_t i = 0; i < CC_N(first); i++) {
    if (ccd_address_is(token, first[i]))
      return true;
  }
  return false;
}

static size_t
take_joined(ccd_address_state *p, const char *start, size_t i, size_t to)
{
  size_t n = 0;
  while (i + n + 1 < to && joins_next(p->tokens[i + n]) &&
         !ccd_address_has_digit(p->tokens[i + n + 1]))
    n++;
  if (n == 0)
    return 0;
  ccd_address_add_word(p, start, p->tokens[i]);
  for (size_t k = 1; k <= n; k++)
    ccd_address_add(p, p->tokens[i + k].text, p->tokens[i + k].length);
  return n + 1;
}

/* Returns the normal form of the word @i of the name [@from, @to); NULL when the word is used as
 * it is. A direction is not abbreviated if it is the whole name or follows a street type
 * ("AVENUE N"). There N may be a letter, so NORTH ST and N ST stay different streets. */
static const char *
plain_word(const ccd_address_state *p, size_t i, size_t from, size_t to)
{
  ccd_slice token = p->tokens[i];
  bool letter = to - from == 1 || (to - from == 2 && i == from + 1 &&
                                   (ccd_address_word(&ccd_address_types, p->tokens[from]) != NULL ||
                                    ccd_address_is(p->tokens[from], "CALLE") ||
                                    ccd_address_is(p->tokens[from], "CLL")));
  const char *word = letter ? NULL : ccd_address_word(&ccd_address_directions, token);
  if (word == NULL && i + 1 < to)
    word = ccd_address_word(&ccd_address_cardinals, token);
  if (word == NULL)
    word = ccd_address_word(&ccd_address_names, token);
  if (word == NULL && ccd_address_word(&ccd_address_types_only, token) == NULL)
    word = ccd_address_word(&ccd_address_types, token);
  return word;
}

ccd_slice
ccd_address_name_key(ccd_address_state *p, size_t from, size_t to, bool counted)
{
  const char *start = p->out;
  for (size_t i = from, n; i < to; i += n) {
    n = take_person(p, start, i, to);
    n = n > 0 ? n : take_ordinal(p, start, i, to, counted && to - from == 1);
    n = n > 0 ? n : take_joined(p, start, i, to);
    if (n > 0)
      continue;
    const char *word = plain_word(p, i, from, to);
    ccd_address_add_word(p, start, word != NULL ? ccd_slice_of(word) : p->tokens[i]);
    n = 1;
  }
  return ccd_address_made(p, start);
}
