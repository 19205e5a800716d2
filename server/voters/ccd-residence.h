/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-address.h"

/* Parses residences into parts and keys. Called for voters by imports and by createVoter and
 * updateVoter, and for places by the imports of points and segments and by the job places.rekey. */

/* The parts of a residence, as given in a file or request. Parts that are in separate columns
 * are stored in separate members, not joined before parsing. */
typedef struct ccd_residence {
  ccd_slice line;   /* number and street; only the street if number is set; may end with the unit */
  ccd_slice number; /* "12", "12 1/2"; empty: the number is read from the beginning of line */
  ccd_slice unit;   /* "3B", "Apt 3B"; empty: the unit is read from the end of line */
  ccd_slice zip5;
  ccd_slice city; /* part of the keys if there is no ZIP code */
} ccd_residence;

/**
 * Parse a residence. All keys of voters, doors and buildings are made by this function, so that
 * equal addresses get equal keys in any spelling.
 *
 * @ret: slices of text in @arena; ret->line is the number and street as given
 * @ret_unit: set to false when the text in residence->unit is not a unit ("c/o Smith"). Such text
 *   does not become part of the keys; it is appended to ret->line after a comma. May be NULL.
 *
 * Returns CC_ERR_NO_MEMORY when the arena is at its limit.
 */
cc_status ccd_residence_parse(const ccd_residence *residence,
                              cc_arena *arena,
                              ccd_address *ret,
                              bool *ret_unit) CC_MUSTCHECK;

/* Set @ret to the street key for the name of a street without a house number. */
cc_status ccd_residence_street(ccd_slice name, cc_arena *arena, ccd_slice *ret) CC_MUSTCHECK;
