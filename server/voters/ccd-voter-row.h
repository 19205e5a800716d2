/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/api/cc-voter-profile.h"
#include "server/voters/ccd-address.h"
#include "server/voters/ccd-date.h"

/* A row of a file as a voter: typed, trimmed, in normal form. */

typedef struct ccd_voter_pair {
  const char *key; /* lives with the mapper, or as long as the row */
  ccd_slice value;
} ccd_voter_pair;

/* Something wrong with one value of a row that is read all the same; the value counts as empty. */
typedef struct ccd_voter_problem {
  cc_voter_field field;
  int column;       /* of the file, 1 is the first; 0: no single one */
  const char *code; /* see ccd-import-problems.c */
  ccd_slice value;
} ccd_voter_problem;

#define CCD_VOTER_LINES_MAX 8
#define CCD_VOTER_PHONES_MAX 8
#define CCD_VOTER_EMAILS_MAX 8
#define CCD_VOTER_PROBLEMS_MAX 16

/* Every slice is valid until the next ccd_voter_map, and no longer than its row. */
typedef struct ccd_voter_row {
  ccd_slice number; /* digits: the voter's number here; empty: not given */
  ccd_slice state_id;
  ccd_slice first_name, middle_name, last_name, suffix;
  ccd_date birth; /* year only when the file has no more */
  char sex;       /* 'F' 'M' 'X'; '\0': not given */
  ccd_slice party;
  int registration_status; /* CC_REGISTRATION_…; 0: not given */
  ccd_date registered_on;
  bool confidential; /* address is not for canvass or export; what the file says of it is here */
  ccd_address residence;
  ccd_slice city, state, zip5, zip4;
  ccd_slice mailing[CCD_VOTER_LINES_MAX]; /* lines without blank ones */
  size_t n_mailing;
  ccd_slice mailing_city, mailing_state, mailing_zip, mailing_country;
  ccd_slice phones[CCD_VOTER_PHONES_MAX]; /* E.164 */
  size_t n_phones;
  ccd_slice emails[CCD_VOTER_EMAILS_MAX]; /* as written; compare folded */
  size_t n_emails;
  ccd_slice precinct;
  ccd_voter_pair *districts, *history, *custom; /* only those that are not empty */
  ccd_voter_pair *others; /* columns without a member here: name, and text that the column takes */
  size_t n_districts, n_history, n_custom, n_others;
  ccd_slice districts_json, history_json, custom_json; /* instead of the pairs; empty: none */
  ccd_slice opted_out, tags;
  ccd_voter_problem problems[CCD_VOTER_PROBLEMS_MAX];
  size_t n_problems;
} ccd_voter_row;

/* A profile bound to the columns of one file. Not thread-safe. */
typedef struct ccd_voter_mapper ccd_voter_mapper;

/* CC_ERR_NO_MEMORY only; what is wrong with values is in ret->problems. */
cc_status
ccd_voter_map(ccd_voter_mapper *mapper, const ccd_table_row *row, ccd_voter_row *ret) CC_MUSTCHECK;

/* Is the row the names of the columns once more, as where files were put together? */
bool ccd_voter_is_header(const ccd_voter_mapper *mapper, const ccd_table_row *row);
