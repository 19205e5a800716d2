/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/api/cc-voter-profile.h"
#include "server/voters/ccd-address.h"
#include "server/voters/ccd-date.h"

/* A row of a file, mapped to a voter: typed, trimmed and normalized values. Third layer of reading
 * voter files, above ccd-table.h. */

typedef struct ccd_voter_pair {
  const char *key; /* valid as long as the mapper or the row */
  ccd_slice value;
} ccd_voter_pair;

/* A problem with a value of a row, which is still imported. For bad_… and unknown_status the value
 * is left out (bad_unit: kept in the address line); other codes are notes. */
typedef struct ccd_voter_problem {
  cc_voter_field field;
  int column;       /* column in the file; 1 is the first; 0: the value has no or several columns */
  const char *code; /* see ccd-import-problems.c */
  ccd_slice value;
} ccd_voter_problem;

#define CCD_VOTER_LINES_MAX 8
#define CCD_VOTER_PHONES_MAX 8
#define CCD_VOTER_EMAILS_MAX 8
#define CCD_VOTER_PROBLEMS_MAX 16

/* All slices are valid until the next ccd_voter_map, and at most as long as the row of the table.
 */
typedef struct ccd_voter_row {
  ccd_slice number; /* digits of voters.id, which an own export contains; empty: not given */
  ccd_slice state_id;
  ccd_slice first_name, middle_name, last_name, suffix;
  ccd_date birth; /* only the year if the file has no more */
  char sex;       /* 'F' 'M' 'X'; '\0': not given */
  ccd_slice party;
  int registration_status; /* CC_REGISTRATION_…; 0: not given */
  ccd_date registered_on;
  bool confidential; /* the address must not be used for canvassing and exports; it is still set */
  ccd_address residence;
  ccd_slice city, state, zip5, zip4;
  ccd_slice mailing[CCD_VOTER_LINES_MAX]; /* lines of the mailing address that are not blank */
  size_t n_mailing;
  ccd_slice mailing_city, mailing_state, mailing_zip, mailing_country;
  ccd_slice phones[CCD_VOTER_PHONES_MAX]; /* E.164 */
  size_t n_phones;
  ccd_slice emails[CCD_VOTER_EMAILS_MAX]; /* as in the file; compare case-insensitively */
  size_t n_emails;
  ccd_slice precinct;
  ccd_voter_pair *districts, *history, *custom; /* values that are not empty */
  ccd_voter_pair *others; /* voter columns without a member here: column name and valid value */
  size_t n_districts, n_history, n_custom, n_others;
  ccd_slice districts_json, history_json, custom_json; /* JSON instead of the pairs; empty: none */
  ccd_slice opted_out, tags;
  ccd_voter_problem problems[CCD_VOTER_PROBLEMS_MAX];
  size_t n_problems;
} ccd_voter_row;

/* A profile bound to the columns of one file. Not thread-safe. */
typedef struct ccd_voter_mapper ccd_voter_mapper;

/* Map a row of the table to @ret. The only error is CC_ERR_NO_MEMORY; problems with values are
 * added to ret->problems. */
cc_status
ccd_voter_map(ccd_voter_mapper *mapper, const ccd_table_row *row, ccd_voter_row *ret) CC_MUSTCHECK;

/* Returns whether the row repeats the names of the columns, which happens when files were
 * concatenated. */
bool ccd_voter_is_header(const ccd_voter_mapper *mapper, const ccd_table_row *row);
