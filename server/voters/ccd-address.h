/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "server/voters/ccd-table.h"

/* A parsed street address of the United States. All parts except the line are in capitals with
 * single blanks. Number, street, type and unit are for display; the keys are only for comparing
 * addresses. See docs/internals/voter-files.md. */
typedef struct ccd_address {
  ccd_slice line;     /* the whole line as written, with runs of blanks reduced to one */
  ccd_slice number;   /* house number, not always an integer: "4-6", "225R", "11-A", "N6W23001" */
  ccd_slice fraction; /* "1/2" */
  ccd_slice predirection; /* N S E W NE NW SE SW */
  ccd_slice street; /* name without type; for a numbered road the whole road: "COUNTY ROAD 12" */
  ccd_slice type;   /* street type: "ST", "AVE", "PKWY" */
  ccd_slice postdirection;
  ccd_slice unit_type;    /* designator: "APT", "UNIT", "STE", "FL", "#", …; empty: none */
  ccd_slice unit;         /* "109", "3R"; with several parts "2 APT 3", where unit_type is "BLDG" */
  ccd_slice street_key;   /* the same for all spellings of a street */
  ccd_slice address_key;  /* number, street, unit, and ZIP code or city; the same for all spellings
                             of a door: "4 CANAL PARK #109 02141". Empty without number or street. */
  ccd_slice building_key; /* the same as address_key, but without the unit */
} ccd_address;

/**
 * Parse an address line. The result is that of ccd_residence_parse with this line and ZIP code. Any
 * text is accepted; a line without a number is parsed as a street.
 *
 * @zip5: becomes part of the keys; may be empty
 * @ret: slices of text in @arena
 *
 * Returns CC_ERR_NO_MEMORY when the arena is at its limit.
 */
cc_status
ccd_address_parse(ccd_slice line, ccd_slice zip5, cc_arena *arena, ccd_address *ret) CC_MUSTCHECK;

/* Returns the word to print before address->unit, such as "FL" or "REAR". Empty for APT, UNIT,
 * STE, RM and #, which are treated as the same type. */
ccd_slice ccd_address_unit_word(const ccd_address *address);

/* Return a part of the address for display, allocated in @arena: the number "417 1/2", the
 * street "N MAIN ST", the unit "FL 2". The result is "" when the address does not have the part;
 * NULL when out of memory. */
const char *ccd_address_number_text(const ccd_address *address, cc_arena *arena);
const char *ccd_address_street_text(const ccd_address *address, cc_arena *arena);
const char *ccd_address_unit_text(const ccd_address *address, cc_arena *arena);
