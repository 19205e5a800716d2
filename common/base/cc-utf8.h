/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-base.h"

typedef struct cc_arena cc_arena;

/* Number of code points, or -1 when the bytes are not valid UTF-8 (overlong forms, surrogates and
 * values above U+10FFFF are not valid; Unicode 15 section 3.9). */
long cc_utf8_length(const char *text, size_t bytes);

/* Has a character of category Cc, or one of the bidirectional overrides U+202A..E, U+2066..9. */
bool cc_utf8_has_control(const char *text, size_t bytes);

/* Unicode NFC; the same pointer when nothing changes. NULL at the arena's ceiling. */
const char *cc_utf8_nfc(cc_arena *arena, const char *text, size_t bytes);

/* NFC and full case folding, for keys that are compared without case (e-mail addresses).
 * NULL at the arena's ceiling. */
const char *cc_utf8_fold(cc_arena *arena, const char *text, size_t bytes);

/* Bytes of the blank at @at: of ASCII, a control character, the no-break space and the other spaces
 * of Unicode; 0: none. *ret_zero: of no width (the soft hyphen, U+200B to U+200F, U+2060, U+FEFF).
 * Joiners and marks of direction are none behind a character of a script that needs them.
 *
 * @start: where the text begins */
size_t cc_utf8_blank(const char *at, const char *end, const char *start, bool *ret_zero);

/* Each run of blanks as one space, none at the ends, and nothing of no width; the same pointer when
 * nothing changes. NULL at the arena's ceiling. */
const char *cc_utf8_words(cc_arena *arena, const char *text, size_t bytes);

/* Character by character. @at stands in valid UTF-8, before its NUL; bytes that are not valid are
 * given one by one. */
uint32_t cc_utf8_next(const char **at);

/* Write a character at @to, without NUL: 1 to 4 bytes, which are counted. */
size_t cc_utf8_put(uint32_t c, char to[static 4]);

/* Simple case mappings: one character each. What has none stays. */
uint32_t cc_utf8_lower(uint32_t c);
uint32_t cc_utf8_upper(uint32_t c);

/* Part of a word: a letter, a mark on one, a digit or an underscore. */
bool cc_utf8_is_word(uint32_t c);
