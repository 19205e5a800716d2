/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-address-words.h"
#include "server/voters/ccd-residence.h"

/* State and helpers of the address parser, shared by ccd-residence.c and ccd-address-*.c. An
 * address line is split into tokens. The parsing functions read tokens from the front (number,
 * route, road) and from the end (unit). "take" in a function's name means that the function
 * stores the part that it has read. */

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
  bool comma[CCD_ADDRESS_TOKENS]; /* true: a comma precedes the token */
  size_t n;
  ccd_address_unit units[CCD_ADDRESS_UNITS]; /* in the order in which they are written */
  size_t n_units;
  ccd_slice number_key; /* normalized house number and fraction, as they appear in keys */
  ccd_slice road_key;   /* street key of a numbered road or route; empty for a named street */
  char *out,
    *limit; /* output buffer for all texts that are built; text that does not fit is cut off */
} ccd_address_state;

/* Functions that append to the output buffer. To build a text, remember p->out as @start, append
 * to the buffer, and get the text as a slice from ccd_address_made. ccd_address_add_word puts a
 * blank before the word unless the word is the first one of the text. */
void ccd_address_add(ccd_address_state *p, const char *text, size_t length);
void ccd_address_add_word(ccd_address_state *p, const char *start, ccd_slice word);
ccd_slice ccd_address_made(const ccd_address_state *p, const char *start);

bool ccd_address_is(ccd_slice token, const char *word);
bool ccd_address_same(ccd_slice a, ccd_slice b);
bool ccd_address_has_digit(ccd_slice token);
bool ccd_address_all_digits(ccd_slice token);
bool ccd_address_is_ordinal(ccd_slice token);  /* "1ST", "22ND" */
bool ccd_address_is_fraction(ccd_slice token); /* true for "1/2", "11/16" */

/* Returns the normal form of the word @token; NULL when @list does not contain the word. */
const char *ccd_address_word(const ccd_word_list *list, ccd_slice token);

/* Split @text and append its tokens to p->tokens. Tokens are in ASCII capitals, without accents,
 * apostrophes and dots. */
void ccd_address_split(ccd_address_state *p, ccd_slice text);

/* Returns the name in the tokens [from, to) as it appears in keys: each word in its normal
 * spelling.
 * @counted: a number that is the whole name is an ordinal, as in "37 AVE". */
ccd_slice ccd_address_name_key(ccd_address_state *p, size_t from, size_t to, bool counted);

/* Read the house number at the beginning of the line: sets ret->number, ret->fraction and
 * p->number_key. A unit before the number is added to p->units. Returns the index of the token
 * after the number. */
size_t ccd_address_take_number(ccd_address_state *p, ccd_address *ret);

/* Set the house number from @number, a text that the file has in a separate column. Returns
 * false when the text is not a house number. p has no tokens after the call. */
bool ccd_address_give_number(ccd_address_state *p, ccd_slice number, ccd_address *ret);

/* Call after ccd_address_give_number, when the tokens of the line have been read: returns the
 * index of the first token of the street, after the house number if the line repeats it. */
size_t ccd_address_skip_number(ccd_address_state *p, ccd_address *ret);

/* Append a letter to the house number. */
void ccd_address_add_letter(ccd_address_state *p, ccd_slice letter, ccd_address *ret);

/* A class of numbered roads: the words before the road's number, and their code in street keys. */
typedef struct ccd_road_class {
  const char *words; /* the words, in the spelling of the list ccd_address_class_words */
  const char *code;
  bool letters; /* the number may be letters: county roads in Wisconsin, state roads in Missouri */
} ccd_road_class;

extern const ccd_word_list ccd_address_class_words;
extern const ccd_word_list ccd_address_behind_words; /* words that may follow a road's number */

/* Returns the spelling of the word @token that the table of classes uses; @token itself if it is
 * no word of a class. */
ccd_slice ccd_address_class_word(ccd_slice token);

/* Returns the number of words in @words if the tokens from @i on are these words; otherwise 0. */
size_t ccd_address_count_words(const ccd_address_state *p, size_t i, const char *words);

/* Find the class of the road whose words begin at @i: ccd_address_find_class by the words of a
 * class, ccd_address_find_state by the name of a state ("KENTUCKY 440"). *ret_n is set to the
 * number of tokens of these words. Both return NULL when there is no class. */
const ccd_road_class *ccd_address_find_class(const ccd_address_state *p, size_t i, size_t *ret_n);
const ccd_road_class *ccd_address_find_state(const ccd_address_state *p, size_t i, size_t *ret_n);

/* Read a box of a rural route at the beginning of the line ("RR 2 BOX 152"): sets ret->number,
 * p->number_key and p->road_key. Returns the index of the token after the box; 0 when there is
 * no route. */
size_t ccd_address_take_route(ccd_address_state *p, ccd_address *ret);

/* Set the house number to the number of a box of a route. */
void ccd_address_set_box(ccd_address_state *p, ccd_slice box, ccd_address *ret);

/* Read a numbered road ("COUNTY ROAD 12") that begins at @first: sets p->road_key. Returns the
 * index of the token after the road; 0 when there is no numbered road. */
size_t ccd_address_take_road(ccd_address_state *p, size_t first, ccd_address *ret);

/* Remove a PO box that follows the street address, because it does not belong to the place where
 * the voter lives. */
void ccd_address_cut_mailbox(ccd_address_state *p);

/* Find the unit after a street that begins at @first, and add it to p->units. Returns the index
 * of the token after the street. */
size_t ccd_address_find_unit(ccd_address_state *p, size_t first);

/* Add the tokens [from, n) to p->units. Returns false, and adds nothing, when they are not
 * units. */
bool ccd_address_take_units(ccd_address_state *p, size_t from);

bool ccd_address_is_unit_name(ccd_slice token); /* true for "3", "12B", "C" */

/* Append the id of a unit or a house number in its normal form: "12-A" as "12A", "03" as "3". A
 * hyphen between two digits is kept, because 1-1 and 11 are different. */
void ccd_address_add_unit_text(ccd_address_state *p, ccd_slice text);

/* Returns whether two units have the same form in keys: "APT 3" and "# 03" do. */
bool
ccd_address_same_unit(ccd_address_state *p, const ccd_address_unit *a, const ccd_address_unit *b);

/* Set unit and unit_type of @ret from p->units. Returns the part of address_key that stands for
 * the units. */
ccd_slice ccd_address_unit_key(ccd_address_state *p, ccd_address *ret);
