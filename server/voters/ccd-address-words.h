/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-base.h"

/* Word lists of addresses, with the normal form of each word. Used by ccd-residence.c,
 * ccd-address-*.c and the tests. Each list is sorted by word. */

typedef struct ccd_word {
  const char *word, *normal;
} ccd_word;

typedef struct ccd_word_list {
  const ccd_word *words;
  size_t n;
} ccd_word_list;

extern const ccd_word_list
  ccd_address_types; /* street types; the normal form of "AVENUE" is "AVE" */
extern const ccd_word_list
  ccd_address_types_only; /* words that are types only at the end of a street */
extern const ccd_word_list ccd_address_directions;
extern const ccd_word_list ccd_address_units; /* designators that need a number, such as "APT" */
extern const ccd_word_list
  ccd_address_lone_units;                     /* designators that need no number, such as "REAR" */
extern const ccd_word_list ccd_address_names; /* words of street names that are often abbreviated */
extern const ccd_word_list ccd_address_ordinals;  /* the normal form of "FIRST" is "1" */
extern const ccd_word_list ccd_address_cardinals; /* "ONE" is "1" */
extern const ccd_word_list
  ccd_address_states; /* names of states; the normal form of each is "SR" (state road) */
