/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-table.h"

/* Guesses the format of a table file from its first bytes: encoding, delimiter, header. */

#define CCD_GUESS_SAMPLE (256 * 1024) /* most bytes of the file that are examined */
#define CCD_GUESS_ROWS 8

typedef struct ccd_table_guess {
  ccd_table_format
    format; /* for fixed width the widths are missing; they must come from a profile */
  const char
    *encoding; /* name of the encoding: "ascii", "utf-8", "windows-1252", "mixed", "utf-16le", … */
  bool fixed_width;
  int64_t line_length;  /* fixed width: characters per line */
  const char **columns; /* column names, in the form that ccd_table_columns returns */
  size_t n_columns;
  char ***rows; /* texts of the first rows: rows[row][column] */
  size_t n_rows;
} ccd_table_guess;

/**
 * Guess the format of a table from its first bytes, already unpacked.
 *
 * @ret: its contents are allocated in @arena
 *
 * A format that cannot be recognized is not an error: the guess is then comma-delimited with
 * quotes. Returns CC_ERR_NO_MEMORY when the arena is at its limit.
 */
cc_status ccd_table_guess_bytes(const void *bytes,
                                size_t size,
                                cc_arena *arena,
                                ccd_table_guess *ret,
                                cc_error *reterr) CC_MUSTCHECK;

/* Guess the format of a file, as ccd_table_guess_bytes does. For @member and further errors see
 * ccd_source_open. */
cc_status ccd_table_guess_file(const char *path,
                               const char *member,
                               cc_arena *arena,
                               ccd_table_guess *ret,
                               cc_error *reterr) CC_MUSTCHECK;
