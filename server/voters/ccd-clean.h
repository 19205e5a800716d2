/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "server/voters/ccd-table.h"

/* Cleans the text of a cell before its value is interpreted. Called by ccd-voter-row.c. */

enum {
  CCD_CLEAN_MENDED = 1, /* characters that were encoded twice ("Ãº") were repaired */
  CCD_CLEAN_LOST =
    2, /* the text has U+FFFD in place of characters that were lost before the import */
};

/**
 * Clean a text: normalize blanks by the rules of cc_utf8_words, replace HTML entities (&#39;),
 * repair characters that were encoded twice, and remove the quote that exportVoters puts before a
 * formula. The text is copied only if it changes.
 *
 * @own: true for a file written by exportVoters: entities are not replaced and characters not
 *   repaired, because such files contain the exact text of the database
 * @ret_found: set to bits CCD_CLEAN_*; may be NULL
 * @ret: a slice of @text or of memory in @arena
 *
 * Returns CC_ERR_NO_MEMORY when the arena is at its limit.
 */
cc_status ccd_clean_text(ccd_slice text,
                         bool own,
                         cc_arena *arena,
                         unsigned *ret_found,
                         ccd_slice *ret) CC_MUSTCHECK;
