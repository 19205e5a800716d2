/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "server/voters/ccd-source.h"

/* Encodings of table files, and nothing else. */

/* Any byte above 0x7F? */
bool ccd_text_has_high(const char *text, size_t n);

/* Windows-1252 to UTF-8. @out has room for 3 * n bytes. The five bytes that mean nothing become
 * U+FFFD. Returns the bytes written. (Table: unicode.org MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252) */
size_t ccd_text_from_1252(const char *text, size_t n, char *out);

/* The byte of Windows-1252 that the character at the beginning is; returns the bytes of the
 * character, 0: it is none. A control character of Latin-1 is the byte of its number. */
size_t ccd_text_to_1252(const char *text, size_t n, unsigned char *ret);

/* UTF-16 to UTF-8, as far as whole characters go; lone surrogates become U+FFFD.
 *
 * @last: no more follows, so that a cut-off end becomes U+FFFD instead of waiting
 * @out: room for 3 bytes per two of the input, and 3 more
 * @ret_used: bytes of the input that were read
 *
 * Returns the bytes written. */
size_t ccd_text_from_utf16(const unsigned char *bytes,
                           size_t n,
                           bool big_endian,
                           bool last,
                           char *out,
                           size_t *ret_used);
