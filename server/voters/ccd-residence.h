/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-address.h"

/* A residence whose parts a file or a form has apart. What is apart stays apart. */
typedef struct ccd_residence {
  ccd_slice
    line; /* street, with the number before it unless @number has it; may end with the unit */
  ccd_slice number; /* "12", "12 1/2"; empty: whatever the line begins with */
  ccd_slice unit;   /* "3B", "Apt 3B"; empty: whatever the line ends with */
  ccd_slice zip5;
  ccd_slice city; /* part of the keys where there is no ZIP code */
} ccd_residence;

/**
 * The one function that makes keys of addresses: of voters, doors, buildings and streets.
 *
 * @ret: slices of text in @arena; its line is number and street as given
 * @ret_unit: the unit is one. Text that is none ("c/o Smith") is no part of the keys, and is kept
 *   behind a comma in @ret's line. May be NULL.
 *
 * CC_ERR_NO_MEMORY: the arena's ceiling.
 */
cc_status ccd_residence_parse(const ccd_residence *residence,
                              cc_arena *arena,
                              ccd_address *ret,
                              bool *ret_unit) CC_MUSTCHECK;

/* The key of a street by its name alone, as files of streets have it. */
cc_status ccd_residence_street(ccd_slice name, cc_arena *arena, ccd_slice *ret) CC_MUSTCHECK;
