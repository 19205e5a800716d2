/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts the segments that a text message is sent in, in GSM-7 or UCS-2 encoding. */
#include "common/rules/cc-text-size.h"

#include <string.h>

#include "common/base/cc-utf8.h"

/* The GSM 7-bit default alphabet (one septet per character) and its extension table (two septets
 * per character), 3GPP TS 23.038. */
static const char basic[] = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
static const char extension[] = "\f^{}\\[~]|€";

static bool
has_character(const char *alphabet, uint32_t wanted)
{
  for (const char *at = alphabet; *at != '\0';)
    if (cc_utf8_next(&at) == wanted)
      return true;
  return false;
}

/* Returns the septets that a character takes; 0 when GSM-7 cannot encode it. */
static int
count_septets(uint32_t c)
{
  return has_character(basic, c) ? 1 : has_character(extension, c) ? 2 : 0;
}

static bool
is_gsm7(const char *text)
{
  for (const char *at = text; *at != '\0';)
    if (count_septets(cc_utf8_next(&at)) == 0)
      return false;
  return true;
}

cc_text_size
cc_text_measure(const char *text)
{
  cc_text_size size = {.gsm7 = is_gsm7(text)};
  int alone = size.gsm7 ? 160 : 70;
  int room = size.gsm7 ? 153 : 67; /* characters per segment of a longer text: fewer, because each
                                      segment begins with a header */
  int used = 0;
  int many = 1;
  for (const char *at = text; *at != '\0';) {
    uint32_t c = cc_utf8_next(&at);
    int takes = size.gsm7 ? count_septets(c) : c > 0xFFFF ? 2 : 1;
    size.units += takes;
    if (used + takes > room) {
      many++;
      used = 0;
    }
    used += takes;
  }
  size.segments = size.units == 0 ? 0 : size.units <= alone ? 1 : many;
  return size;
}

const char *
cc_text_encoding(cc_text_size size)
{
  return size.gsm7 ? "gsm7" : "ucs2";
}
