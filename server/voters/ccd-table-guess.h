/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-table.h"

/* Guesses the format of a table file from its first bytes: encoding, delimiter, header. */

#define CCD_GUESS_SAMPLE (256 * 1024) /* bytes of the file that are used; more are ignored */
#define CCD_GUESS_ROWS 8

typedef struct ccd_table_guess {
  ccd_table_format format; /* fixed width: without widths, which a profile must contain */
  const char *encoding;    /* "ascii", "utf-8", "windows-1252", "mixed", "utf-16le", "utf-16be" */
  bool fixed_width;
  int64_t line_length;  /* fixed width: characters per line */
  const char **columns; /* names, as returned by ccd_table_columns */
  size_t n_columns;
  char ***rows; /* the first rows, [n_rows][n_columns] */
  size_t n_rows;
} ccd_table_guess;

/**
 * Guess the format from the first bytes of an unpacked table.
 *
 * @ret: its contents are allocated in @arena
 *
 * A format that cannot be recognized is not an error: it is guessed as comma-delimited with quotes.
 * Returns CC_ERR_NO_MEMORY when the arena is at its limit.
 */
cc_status ccd_table_guess_bytes(const void *bytes,
                                size_t size,
                                cc_arena *arena,
                                ccd_table_guess *ret,
                                cc_error *reterr) CC_MUSTCHECK;

/* The same for a file. @member and the errors are those of ccd_source_open. */
cc_status ccd_table_guess_file(const char *path,
                               const char *member,
                               cc_arena *arena,
                               ccd_table_guess *ret,
                               cc_error *reterr) CC_MUSTCHECK;
