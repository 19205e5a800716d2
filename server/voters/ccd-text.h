/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "server/voters/ccd-source.h"

/* Conversions between UTF-8 and the other encodings of table files. */

/* Returns whether the text has a byte above 0x7F. */
bool ccd_text_has_high(const char *text, size_t n);

/* Convert Windows-1252 to UTF-8. @out must have space for 3 * @n bytes. The five bytes that
 * Windows-1252 does not define become U+FFFD. Returns the number of bytes written. (Source:
 * unicode.org MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252) */
size_t ccd_text_from_1252(const char *text, size_t n, char *out);

/* Set @ret to the byte that is the first character of @text in Windows-1252. For a control
 * character U+0080 to U+009F this is the byte with the same number. Returns the length of the
 * character in UTF-8; 0 when Windows-1252 does not have the character, or it is ASCII. */
size_t ccd_text_to_1252(const char *text, size_t n, unsigned char *ret);

/* Convert the complete characters of UTF-16 text to UTF-8. Unpaired surrogates become U+FFFD.
 *
 * @last: there is no more input, so an incomplete character at the end becomes U+FFFD
 * @out: must have space for 3 bytes per two bytes of the input, and 3 more
 * @ret_used: number of input bytes that were converted; the remaining bytes are an incomplete
 *   character
 *
 * Returns the number of bytes written. */
size_t ccd_text_from_utf16(const unsigned char *bytes,
                           size_t n,
                           bool big_endian,
                           bool last,
                           char *out,
                           size_t *ret_used);
