/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-base.h"

/* Words of addresses and their normal form; for ccd-address*.c and their test. */

typedef struct ccd_word {
  const char *word, *normal;
} ccd_word;

typedef struct ccd_word_list {
  const ccd_word *words;
  size_t n;
} ccd_word_list;

extern const ccd_word_list ccd_address_types;
extern const ccd_word_list ccd_address_types_only; /* types only at the end of a street */
extern const ccd_word_list ccd_address_directions;
extern const ccd_word_list ccd_address_units;
extern const ccd_word_list ccd_address_lone_units;
extern const ccd_word_list ccd_address_names;
extern const ccd_word_list ccd_address_ordinals;  /* "FIRST" is "1" */
extern const ccd_word_list ccd_address_cardinals; /* "ONE" is "1" */
extern const ccd_word_list ccd_address_states;
