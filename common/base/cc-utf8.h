/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-base.h"

typedef struct cc_arena cc_arena;

/* Number of code points, or -1 when the bytes are not valid UTF-8 (overlong forms, surrogates and
 * values above U+10FFFF are not valid; Unicode 15 section 3.9). */
long cc_utf8_length(const char *text, size_t bytes);

/* True when the text contains a character of category Cc, or a bidirectional override
 * (U+202A..E, U+2066..9). */
bool cc_utf8_has_control(const char *text, size_t bytes);

/* Convert to Unicode NFC; returns the same pointer when nothing changes. NULL at the arena's
 * ceiling. */
const char *cc_utf8_nfc(cc_arena *arena, const char *text, size_t bytes);

/* Convert to NFC with full case folding, for keys that are compared without case (e-mail
 * addresses). NULL at the arena's ceiling. */
const char *cc_utf8_fold(cc_arena *arena, const char *text, size_t bytes);

/* Length in bytes of the blank at @at: an ASCII blank, a control character, the no-break space
 * or another Unicode space; 0 when there is none. *ret_zero is set for characters without width
 * (soft hyphen, U+200B to U+200F, U+2060, U+FEFF). Joiners and direction marks after a character
 * of a script that needs them do not count as blanks.
 *
 * @start: beginning of the text */
size_t cc_utf8_blank(const char *at, const char *end, const char *start, bool *ret_zero);

/* Replace each run of blanks by one space, and remove blanks at the ends and characters without
 * width; returns the same pointer when nothing changes. NULL at the arena's ceiling. */
const char *cc_utf8_words(cc_arena *arena, const char *text, size_t bytes);

/* Read one character and advance @at, which points into valid UTF-8 before its NUL. Invalid
 * bytes are returned one by one. */
uint32_t cc_utf8_next(const char **at);

/* Write a character at @to without NUL. Returns its length, 1 to 4 bytes. */
size_t cc_utf8_put(uint32_t c, char to[static 4]);

/* Simple case mappings: one character to one character. A character without a mapping is
 * returned unchanged. */
uint32_t cc_utf8_lower(uint32_t c);
uint32_t cc_utf8_upper(uint32_t c);

/* True for a word character: letter, combining mark, digit or underscore. */
bool cc_utf8_is_word(uint32_t c);
