/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "server/voters/ccd-table.h"

/* The text of a cell as it is kept. */

enum {
  CCD_CLEAN_MENDED = 1, /* characters that were encoded twice ("Ãº") are right again */
  CCD_CLEAN_LOST = 2,   /* characters were lost before (U+FFFD) */
};

/**
 * Blanks as cc_utf8_words has them, characters of HTML (&#39;) as themselves, and without the quote
 * that exportVoters sets before a formula. Copies only what changes.
 *
 * @own: text of an own export, where HTML and what looks like text encoded twice was meant
 * @ret_found: CCD_CLEAN_*; may be NULL
 * @ret: in @arena or in @text
 *
 * CC_ERR_NO_MEMORY: the arena's ceiling.
 */
cc_status ccd_clean_text(ccd_slice text,
                         bool own,
                         cc_arena *arena,
                         unsigned *ret_found,
                         ccd_slice *ret) CC_MUSTCHECK;
