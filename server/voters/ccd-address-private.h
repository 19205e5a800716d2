/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-address-words.h"
#include "server/voters/ccd-residence.h"

/* State and helpers of the address parser, shared by ccd-residence.c and ccd-address-*.c. A line is
 * split into tokens; the parts consume tokens from the front (number, route, road) and from the end
 * (unit). "Take" in names of functions means: consume tokens and store what they are. */

#define CCD_ADDRESS_TOKENS 48
#define CCD_ADDRESS_UNITS 4

/* One part of a unit: "BLDG 2", "# 3B", "REAR". */
typedef struct ccd_address_unit {
  const char *type;    /* normalized designator; "" for APT, UNIT, STE, RM and #, which are equal */
  const char *written; /* designator for display, also where type is "": "APT", "#" */
  ccd_slice id;        /* "2", "3B"; may be empty */
} ccd_address_unit;

typedef struct ccd_address_parse_state {
  ccd_slice tokens[CCD_ADDRESS_TOKENS];
  bool comma[CCD_ADDRESS_TOKENS]; /* a comma precedes the token */
  size_t n;
  ccd_address_unit units[CCD_ADDRESS_UNITS]; /* in written order */
  size_t n_units;
  ccd_slice number_key; /* normalized house number and fraction */
  ccd_slice road_key;   /* street key of a numbered road or route; empty for a named street */
  char *out, *limit;    /* output buffer for all texts; text that does not fit is cut off */
} ccd_address_state;

/* Append to the output buffer. To build a text, remember p->out as @start, append to it, and get
 * the result from ccd_address_made. add_word puts a blank before the word unless it is the first
 * one. */
void ccd_address_add(ccd_address_state *p, const char *text, size_t length);
void ccd_address_add_word(ccd_address_state *p, const char *start, ccd_slice word);
ccd_slice ccd_address_made(const ccd_address_state *p, const char *start);

bool ccd_address_is(ccd_slice token, const char *word);
bool ccd_address_same(ccd_slice a, ccd_slice b);
bool ccd_address_has_digit(ccd_slice token);
bool ccd_address_all_digits(ccd_slice token);
bool ccd_address_is_ordinal(ccd_slice token);  /* "1ST", "22ND" */
bool ccd_address_is_fraction(ccd_slice token); /* "1/2", "11/16" */

/* Returns the normal form of a word; NULL when it is not in the list. */
const char *ccd_address_word(const ccd_word_list *list, ccd_slice token);

/* Split @text and append its tokens: ASCII capitals without accents, apostrophes and dots. */
void ccd_address_split(ccd_address_state *p, ccd_slice text);

/* Returns the tokens [from, to) as they are in keys: each word in its normal spelling. @counted: a
 * number that is the whole name is an ordinal, as in "37 AVE". */
ccd_slice ccd_address_name_key(ccd_address_state *p, size_t from, size_t to, bool counted);

/* Take the house number from the beginning of the line: sets number, fraction and number_key. A
 * unit before the number is added to the units. Returns the token behind the number. */
size_t ccd_address_take_number(ccd_address_state *p, ccd_address *ret);

/* Set the house number from the separate text @number; no tokens remain. Returns false when the
 * text is not a number. */
bool ccd_address_give_number(ccd_address_state *p, ccd_slice number, ccd_address *ret);

/* After ccd_address_give_number: returns the first token of the street, behind a repeated number.
 */
size_t ccd_address_skip_number(ccd_address_state *p, ccd_address *ret);

/* Append a letter to the house number. */
void ccd_address_add_letter(ccd_address_state *p, ccd_slice letter, ccd_address *ret);

/* A class of numbered roads: the words before the number, and their code in keys. */
typedef struct ccd_road_class {
  const char *words; /* in the spelling of ccd_address_class_words */
  const char *code;
  bool letters; /* may have letters as the number: county roads in Wisconsin, state roads in
                   Missouri */
} ccd_road_class;

extern const ccd_word_list ccd_address_class_words;
extern const ccd_word_list ccd_address_behind_words; /* words that may follow the number */

/* Returns a word in the spelling of the classes; another token is returned unchanged. */
ccd_slice ccd_address_class_word(ccd_slice token);

/* Returns the number of tokens of @words if the tokens from @i are these words; else 0. */
size_t ccd_address_count_words(const ccd_address_state *p, size_t i, const char *words);

/* Find the class of a road whose words begin at @i: by the words of a class, or by the name of a
 * state
 * ("KENTUCKY 440"). *ret_n is set to the number of its tokens. Return NULL when there is none. */
const ccd_road_class *ccd_address_find_class(const ccd_address_state *p, size_t i, size_t *ret_n);
const ccd_road_class *ccd_address_find_state(const ccd_address_state *p, size_t i, size_t *ret_n);

/* Take a box of a rural route at the beginning of the line: sets number, number_key and road_key.
 * Returns the token behind it; 0 when there is none. */
size_t ccd_address_take_route(ccd_address_state *p, ccd_address *ret);

/* Set the house number to the box of a route. */
void ccd_address_set_box(ccd_address_state *p, ccd_slice box, ccd_address *ret);

/* Take a numbered road that begins at @first: sets road_key. Returns the token behind it; 0 when
 * there is none. */
size_t ccd_address_take_road(ccd_address_state *p, size_t first, ccd_address *ret);

/* Drop a PO box behind the street address: it is not part of the home. */
void ccd_address_cut_mailbox(ccd_address_state *p);

/* Find and take the unit behind a street that begins at @first. Returns the end of the street. */
size_t ccd_address_find_unit(ccd_address_state *p, size_t first);

/* Take the tokens [from, n) as units. Returns false, and adds none, when they are not units. */
bool ccd_address_take_units(ccd_address_state *p, size_t from);

bool ccd_address_is_unit_name(ccd_slice token); /* "3", "12B", "C" */

/* Append the id of a unit or a house number in its normal form: "12-A" as "12A", "03" as "3". A
 * hyphen between two digits is kept, because 1-1 and 11 are different. */
void ccd_address_add_unit_text(ccd_address_state *p, ccd_slice text);

/* Returns whether two units have the same key. */
bool
ccd_address_same_unit(ccd_address_state *p, const ccd_address_unit *a, const ccd_address_unit *b);

/* Set unit and unit_type of @ret, and return the part of address_key for the units. */
ccd_slice ccd_address_unit_key(ccd_address_state *p, ccd_address *ret);
