/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/api/cc-voter-profile.h"
#include "server/voters/ccd-address.h"
#include "server/voters/ccd-date.h"

/* A row of a file, mapped to a voter: the values are typed, trimmed and normalized. This is the
 * third layer of reading voter files, above ccd-table.h. */

typedef struct ccd_voter_pair {
  const char *key; /* valid as long as the mapper, or only until the next row */
  ccd_slice value;
} ccd_voter_pair;

/* A problem with a value; the row is still imported. For the codes bad_… and unknown_status the
 * value is left out (for bad_unit, it is kept in the address line). Other codes are only notes. */
typedef struct ccd_voter_problem {
  cc_voter_field field;
  int column;       /* number of the column, from 1; 0: no column, or a value of several columns */
  const char *code; /* the codes and their meaning are in ccd-import-problems.c */
  ccd_slice value;
} ccd_voter_problem;

#define CCD_VOTER_LINES_MAX 8
#define CCD_VOTER_PHONES_MAX 8
#define CCD_VOTER_EMAILS_MAX 8
#define CCD_VOTER_PROBLEMS_MAX 16

/* A mapped row. Its slices are valid until the next call of ccd_voter_map, and not longer than
 * the table's current row. */
typedef struct ccd_voter_row {
  ccd_slice
    number; /* digits of voters.id, which only files of exportVoters contain; empty: not given */
  ccd_slice state_id;
  ccd_slice first_name, middle_name, last_name, suffix;
  ccd_date birth; /* month is 0 if the file has only the year */
  char sex;       /* 'F' 'M' 'X'; '\0': not given */
  ccd_slice party;
  int registration_status; /* CC_REGISTRATION_…; 0: not given */
  ccd_date registered_on;
  bool confidential; /* true: do not use the address for canvassing and exports; residence is set
                        anyway */
  ccd_address residence;
  ccd_slice city, state, zip5, zip4;
  ccd_slice mailing[CCD_VOTER_LINES_MAX]; /* lines of the mailing address that are not blank */
  size_t n_mailing;
  ccd_slice mailing_city, mailing_state, mailing_zip, mailing_country;
  ccd_slice phones[CCD_VOTER_PHONES_MAX]; /* E.164 */
  size_t n_phones;
  ccd_slice
    emails[CCD_VOTER_EMAILS_MAX]; /* as written in the file; compare without regard to case */
  size_t n_emails;
  ccd_slice precinct;
  ccd_voter_pair *districts, *history, *custom; /* only pairs whose value is not empty */
  ccd_voter_pair
    *others; /* voter columns without a member in this struct: column name and valid value */
  size_t n_districts, n_history, n_custom, n_others;
  /* JSON from a file of exportVoters, used instead of the pairs; empty: none */
  ccd_slice districts_json, history_json, custom_json;
  ccd_slice opted_out, tags;
  ccd_voter_problem problems[CCD_VOTER_PROBLEMS_MAX];
  size_t n_problems;
} ccd_voter_row;

/* A profile connected with the columns of one file. Not thread-safe. */
typedef struct ccd_voter_mapper ccd_voter_mapper;

/* Map a row of the table to @ret. The only error is CC_ERR_NO_MEMORY. Problems with values are
 * no errors; they are added to ret->problems. */
cc_status
ccd_voter_map(ccd_voter_mapper *mapper, const ccd_table_row *row, ccd_voter_row *ret) CC_MUSTCHECK;

/* Returns whether the row repeats the column names. Such rows occur when several files were
 * concatenated. */
bool ccd_voter_is_header(const ccd_voter_mapper *mapper, const ccd_table_row *row);
