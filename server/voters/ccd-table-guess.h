/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/voters/ccd-table.h"

#define CCD_GUESS_SAMPLE (256 * 1024) /* bytes from the beginning that are worth giving */
#define CCD_GUESS_ROWS 8

typedef struct ccd_table_guess {
  ccd_table_format format; /* fixed width: without widths, a profile has to say them */
  const char *encoding;    /* "ascii", "utf-8", "windows-1252", "mixed", "utf-16le", "utf-16be" */
  bool fixed_width;
  int64_t line_length;  /* fixed width: characters of a line */
  const char **columns; /* names, as ccd_table_columns gives them */
  size_t n_columns;
  char ***rows; /* the first rows, [n_rows][n_columns] */
  size_t n_rows;
} ccd_table_guess;

/**
 * Guess the format from the first bytes of a table (unpacked).
 *
 * @ret: everything in it lives in @arena
 *
 * Always answers: what cannot be told is comma, quoted. CC_ERR_NO_MEMORY: the arena's ceiling.
 */
cc_status ccd_table_guess_bytes(const void *bytes,
                                size_t size,
                                cc_arena *arena,
                                ccd_table_guess *ret,
                                cc_error *reterr) CC_MUSTCHECK;

/* The same from a file; errors of ccd_source_open. @member as there. */
cc_status ccd_table_guess_file(const char *path,
                               const char *member,
                               cc_arena *arena,
                               ccd_table_guess *ret,
                               cc_error *reterr) CC_MUSTCHECK;
