/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-address-words.h"
#include "server/voters/ccd-residence.h"

/* Between ccd-address*.c: a line in tokens, and what its parts are made of. */

#define CCD_ADDRESS_TOKENS 48
#define CCD_ADDRESS_UNITS 4

/* "BLDG 2", "# 3B", "REAR". @type is a normal word; "": a flat by its number alone. */
typedef struct ccd_address_unit {
  const char *type, *written; /* written: "APT", "#" where type is "" */
  ccd_slice id;
} ccd_address_unit;

typedef struct ccd_address_parse_state {
  ccd_slice tokens[CCD_ADDRESS_TOKENS];
  bool comma[CCD_ADDRESS_TOKENS]; /* behind a comma */
  size_t n;
  ccd_address_unit units[CCD_ADDRESS_UNITS]; /* in the order in which they are written */
  size_t n_units;
  ccd_slice number_key; /* house number and fraction in normal form */
  ccd_slice road_key;   /* of a road with a number: the whole street; empty: another street */
  char *out, *limit;    /* room for what is made; what does not fit is left away */
} ccd_address_state;

/* A place for the next text; ccd_address_made is what was added since. */
void ccd_address_add(ccd_address_state *p, const char *text, size_t length);
void ccd_address_add_word(ccd_address_state *p, const char *start, ccd_slice word);
ccd_slice ccd_address_made(const ccd_address_state *p, const char *start);

bool ccd_address_is(ccd_slice token, const char *word);
bool ccd_address_same(ccd_slice a, ccd_slice b);
bool ccd_address_has_digit(ccd_slice token);
bool ccd_address_all_digits(ccd_slice token);
bool ccd_address_is_ordinal(ccd_slice token);  /* "1ST", "22ND" */
bool ccd_address_is_fraction(ccd_slice token); /* "1/2", "11/16" */
/* NULL: not in the list. */
const char *ccd_address_word(const ccd_word_list *list, ccd_slice token);

/* Adds the tokens of @text: capitals of ASCII, without accents, apostrophes and dots. */
void ccd_address_split(ccd_address_state *p, ccd_slice text);

/* The tokens [from, to) as they are in the keys: every word that has more than one usual spelling
 * in one of them. @counted: a lone number stands for the ordinal, as in "37 AVE". */
ccd_slice ccd_address_name_key(ccd_address_state *p, size_t from, size_t to, bool counted);

/* Number, fraction and number_key from the line, and a unit before them; returns what is behind. */
size_t ccd_address_take_number(ccd_address_state *p, ccd_address *ret);
/* The same from a field of its own, which leaves no tokens. False: @number is none. */
bool ccd_address_give_number(ccd_address_state *p, ccd_slice number, ccd_address *ret);
size_t ccd_address_skip_number(ccd_address_state *p, ccd_address *ret);
void ccd_address_add_letter(ccd_address_state *p, ccd_slice letter, ccd_address *ret);

/* Words before the number of a road, and their code in the keys. */
typedef struct ccd_road_class {
  const char *words; /* in the vocabulary of ccd_address_class_words */
  const char *code;
  bool letters; /* may have letters for a number: Wisconsin's county, Missouri's state roads */
} ccd_road_class;

extern const ccd_word_list ccd_address_class_words;
extern const ccd_word_list ccd_address_behind_words; /* what may follow the number */

/* A word of a class in the spelling of the classes; another stays as it is. */
ccd_slice ccd_address_class_word(ccd_slice token);
/* How many tokens from @i are @words; 0: they are others. */
size_t ccd_address_count_words(const ccd_address_state *p, size_t i, const char *words);
/* The class at @i and how many tokens are its words; a state's road by the state's name. NULL: it
 * is none. */
const ccd_road_class *ccd_address_find_class(const ccd_address_state *p, size_t i, size_t *ret_n);
const ccd_road_class *ccd_address_find_state(const ccd_address_state *p, size_t i, size_t *ret_n);

/* A box of a rural route at the beginning of the line: sets number, number_key and road_key, and
 * returns the token behind it. 0: it is none. */
size_t ccd_address_take_route(ccd_address_state *p, ccd_address *ret);
void ccd_address_set_box(ccd_address_state *p, ccd_slice box, ccd_address *ret);

/* A road that has a number, from @first: sets road_key, and returns the token behind it. 0: it is
 * none. */
size_t ccd_address_take_road(ccd_address_state *p, size_t first, ccd_address *ret);

/* A mailbox elsewhere, behind the home, is no part of it. */
void ccd_address_cut_mailbox(ccd_address_state *p);
/* Finds the unit behind a street that begins at @first; returns the end of the street. */
size_t ccd_address_find_unit(ccd_address_state *p, size_t first);
/* Takes the tokens [from, n) as units. False: they name none. */
bool ccd_address_take_units(ccd_address_state *p, size_t from);
bool ccd_address_is_unit_name(ccd_slice token); /* "3", "12B", "C" */
/* "12-A" as "12A", "03" as "3"; what stands between two digits stays: 1-1 and 11 are two. */
void ccd_address_add_unit_text(ccd_address_state *p, ccd_slice text);
bool
ccd_address_same_unit(ccd_address_state *p, const ccd_address_unit *a, const ccd_address_unit *b);
/* Members of @ret and the part of the key. */
ccd_slice ccd_address_unit_key(ccd_address_state *p, ccd_address *ret);
