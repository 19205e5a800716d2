/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-base.h"

/* Words of addresses and their normal forms, for ccd-residence.c, ccd-address-*.c and their test.
 * Each list is sorted by word. */

typedef struct ccd_word {
  const char *word, *normal;
} ccd_word;

typedef struct ccd_word_list {
  const ccd_word *words;
  size_t n;
} ccd_word_list;

extern const ccd_word_list ccd_address_types; /* street types: "AVENUE" is "AVE" */
extern const ccd_word_list
  ccd_address_types_only; /* types that are not abbreviated inside a name */
extern const ccd_word_list ccd_address_directions;
extern const ccd_word_list ccd_address_units;      /* designators that need a number: "APT" */
extern const ccd_word_list ccd_address_lone_units; /* designators that need no number: "REAR" */
extern const ccd_word_list ccd_address_names;      /* words of names that are often abbreviated */
extern const ccd_word_list ccd_address_ordinals;   /* "FIRST" is "1" */
extern const ccd_word_list ccd_address_cardinals;  /* "ONE" is "1" */
extern const ccd_word_list ccd_address_states;     /* names of states; each is "SR" (state road) */
