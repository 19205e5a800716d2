/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "server/voters/ccd-table.h"

/* A street address of the United States in parts: capitals, one blank. Number, street and type are
 * for people; the keys are compared and never shown. See docs/internals/voter-files.md. */
typedef struct ccd_address {
  ccd_slice line;         /* the whole line with blanks collapsed, as written otherwise */
  ccd_slice number;       /* no integer: "4-6", "225R", "11-A", "N6W23001" */
  ccd_slice fraction;     /* "1/2" */
  ccd_slice predirection; /* N S E W NE NW SE SW */
  ccd_slice street;       /* name alone; a road with a number whole: "COUNTY ROAD 12" */
  ccd_slice type;         /* "ST", "AVE", "PKWY" */
  ccd_slice postdirection;
  ccd_slice unit_type;    /* "APT" "UNIT" "STE" "FL" "#" …; empty: none */
  ccd_slice unit;         /* "109", "3R"; of several parts "2 APT 3" behind "BLDG" */
  ccd_slice street_key;   /* equal for one street of a place, however spelled */
  ccd_slice address_key;  /* number, street, unit and ZIP or city: equal for one door. Empty without
                           * number or street. "4 CANAL PARK #109 02141" */
  ccd_slice building_key; /* address_key without the unit */
} ccd_address;

/**
 * Parse a line: ccd_residence_parse of a line and a ZIP code. Never fails for its text: what has no
 * number is all street.
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

/* For people: "417 1/2"; "N MAIN ST"; "FL 2". NULL: no memory; "": there is none. */
const char *ccd_address_number_text(const ccd_address *address, cc_arena *arena);
const char *ccd_address_street_text(const ccd_address *address, cc_arena *arena);
const char *ccd_address_unit_text(const ccd_address *address, cc_arena *arena);
