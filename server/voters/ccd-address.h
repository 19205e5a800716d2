/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "server/voters/ccd-table.h"

/* A street address of the United States in parts, in normal form: capitals, one blank, street types
 * and directions as USPS Publication 28 abbreviates them. */
typedef struct ccd_address {
  ccd_slice line;         /* the whole line with blanks collapsed, as written otherwise */
  ccd_slice number;       /* no integer: "4-6", "225R", "11-A", "N6W23001" */
  ccd_slice fraction;     /* "1/2" */
  ccd_slice predirection; /* N S E W NE NW SE SW */
  ccd_slice street;       /* name alone */
  ccd_slice type;         /* "ST", "AVE", "PKWY" */
  ccd_slice postdirection;
  ccd_slice unit_type;    /* "APT" "UNIT" "STE" "FL" "#" …; empty: none */
  ccd_slice unit;         /* "109", "3R" */
  ccd_slice street_key;   /* direction, name, type, direction: equal for one street of a place */
  ccd_slice address_key;  /* number, street, unit and ZIP: equal for one door. Empty without number
                           * or street. "4 CANAL PARK #109 02141" */
  ccd_slice building_key; /* address_key without the unit */
} ccd_address;

/**
 * Parse a line. Never fails for its text: what has no number is all street.
 *
 * @zip5: for the key; may be empty
 * @ret: slices of text in @arena
 *
 * CC_ERR_NO_MEMORY: the arena's ceiling.
 */
cc_status
ccd_address_parse(ccd_slice line, ccd_slice zip5, cc_arena *arena, ccd_address *ret) CC_MUSTCHECK;

/* How the unit is told to people: its type, where that says more than its name ("FL", "REAR"); APT,
 * UNIT, STE, RM and # are one kind of unit and empty. Write it before address->unit. */
ccd_slice ccd_address_unit_word(const ccd_address *address);
