/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/codec/cc-type.h"

/* Mapping profiles: how columns of a voter file become fields of voters. The shipped profiles
 * (server/voters/profiles) and those that an organization saves have the same shape. */

/* Values of enum members: 1 + index into the names. */
enum {
  CC_TABLE_COMMA = 1,
  CC_TABLE_TAB,
  CC_TABLE_PIPE,
  CC_TABLE_SEMICOLON,
  CC_TABLE_FIXED_WIDTH,
};

enum {
  CC_DATE_AUTO = 1, /* any unambiguous form below; neither day-first dates nor Excel numbers */
  CC_DATE_MDY,      /* M/D/YYYY, MM-DD-YYYY, M/D/YY, a time may follow */
  CC_DATE_DMY,
  CC_DATE_YMD, /* YYYY-MM-DD, a time may follow */
  CC_DATE_YYYYMMDD,
  CC_DATE_MMDDYYYY,
  CC_DATE_EXCEL, /* days since 1899-12-30 */
  CC_DATE_YEAR,
};

enum {
  CC_REGISTRATION_ACTIVE = 1,
  CC_REGISTRATION_INACTIVE,
  CC_REGISTRATION_PENDING,
  CC_REGISTRATION_REMOVED,
};

enum {
  CC_PROFILE_VOTERS = 1, /* each row is a person */
  CC_PROFILE_HISTORY,    /* each row is a vote of a person who exists already */
};

/* Fields of a voter that a column of the file can fill. */
typedef enum cc_voter_field {
  CC_VOTER_STATE_ID = 1,
  CC_VOTER_FIRST_NAME,
  CC_VOTER_MIDDLE_NAME,
  CC_VOTER_LAST_NAME,
  CC_VOTER_SUFFIX,
  CC_VOTER_BIRTH_DATE,
  CC_VOTER_BIRTH_YEAR,
  CC_VOTER_SEX,
  CC_VOTER_PARTY,
  CC_VOTER_REGISTRATION_STATUS,
  CC_VOTER_REGISTERED_ON,
  CC_VOTER_RESIDENCE_LINE, /* parsed; several columns are joined with a blank */
  CC_VOTER_RESIDENCE_CITY,
  CC_VOTER_RESIDENCE_STATE,
  CC_VOTER_RESIDENCE_ZIP, /* 5 or 9 digits */
  CC_VOTER_RESIDENCE_ZIP4,
  CC_VOTER_MAILING_LINE, /* several mappings: one line each, in their order */
  CC_VOTER_MAILING_CITY,
  CC_VOTER_MAILING_STATE,
  CC_VOTER_MAILING_ZIP,
  CC_VOTER_MAILING_COUNTRY,
  CC_VOTER_PHONE, /* may be given several times */
  CC_VOTER_EMAIL, /* may be given several times */
  CC_VOTER_PRECINCT,
  CC_VOTER_DISTRICT, /* with a key, such as "congressional" */
  CC_VOTER_HISTORY,  /* one column for each election; the key names the election */
  CC_VOTER_CUSTOM,   /* with a key: stored unchanged */
  CC_VOTER_COLUMN,   /* with a key: any other column of the voter that files fill */
  /* A residence in parts: number and street are used together or not at all. */
  CC_VOTER_RESIDENCE_NUMBER,
  CC_VOTER_RESIDENCE_NUMBER_SUFFIX, /* "A", "1/2" */
  CC_VOTER_RESIDENCE_PREDIRECTION,
  CC_VOTER_RESIDENCE_STREET,
  CC_VOTER_RESIDENCE_STREET_TYPE,
  CC_VOTER_RESIDENCE_POSTDIRECTION,
  CC_VOTER_RESIDENCE_UNIT_TYPE,
  CC_VOTER_RESIDENCE_UNIT,
  CC_VOTER_NUMBER,      /* id of the voter, as exportVoters writes it */
  CC_VOTER_OPTED_OUT,   /* channels with an opt-out, as exportVoters writes them */
  CC_VOTER_TAGS,        /* names of tags, as exportVoters writes them */
  CC_VOTER_ELECTION,    /* the election of the row, for files with one row per vote */
  CC_VOTER_VOTE_METHOD, /* how the person voted in that election */
  _CC_VOTER_FIELD_MAX
} cc_voter_field;

/* Values of the file in "from" that mean "to". Case and blanks at the ends are ignored. */
typedef struct cc_voter_code {
  char *to;
  cc_strings from;
} cc_voter_code;

/* One field and its source: exactly one of columns, any and prefix. */
typedef struct cc_voter_mapping {
  int field; /* cc_voter_field */
  char *key;
  cc_strings columns; /* all of these columns, joined; a missing column counts as empty */
  /* the first of these columns that the file has; for phone and email all of them */
  cc_strings any;
  char *prefix;    /* every column whose name has this prefix; the column's name is the key */
  char *separator; /* text between joined columns */
  int date;        /* date form of birth_date and registered_on */
  bool required;   /* the file must contain the column */
  char *split;     /* separator of several values in one cell; NULL: a cell has one value */
  bool json;       /* district, history and custom: the cell is JSON, as exportVoters writes it */
  bool names_election; /* history: the cell names the election instead of how the person voted */
  cc_voter_code **codes;
  size_t n_codes;
} cc_voter_mapping;

/* The row is confidential when the column has one of these values. */
typedef struct cc_voter_mark {
  char *column;
  cc_strings values;
} cc_voter_mark;

/* A column of a file without header, in file order. */
typedef struct cc_voter_layout_column {
  char *name;
  int64_t width; /* number of characters, for fixed_width only; otherwise 0 */
} cc_voter_layout_column;

typedef struct cc_voter_format {
  int delimiter;
  bool quoted; /* fields may be quoted with " */
  bool header;
  int64_t skip_lines;
  cc_voter_layout_column **layout;
  size_t n_layout;
} cc_voter_format;

typedef struct cc_voter_profile {
  char *name;
  char *description;
  cc_voter_format *format; /* NULL: detected from the file */
  cc_voter_mapping **mappings;
  size_t n_mappings;
  cc_voter_mark **confidential;
  size_t n_confidential;
  cc_strings blank_values; /* read as empty when a whole field equals one of them; names only when
                              the value has no letter */
  cc_strings ignore;       /* columns that are ignored on purpose */
  int kind;                /* CC_PROFILE_… */
} cc_voter_profile;

extern const cc_enum cc_voter_field_enum;
extern const cc_enum cc_table_delimiter_enum;
extern const cc_enum cc_date_form_enum;
extern const cc_enum cc_registration_status_enum;
extern const cc_type cc_voter_profile_type;
