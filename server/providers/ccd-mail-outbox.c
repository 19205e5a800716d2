/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The local mail outbox: composes a MIME message and writes it to a file; see ccd-mail-outbox.h. */
#include "server/providers/ccd-mail-outbox.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/cc-str.h"
#include "server/providers/ccd-outbox.h"

#define MAIL_MAX (4u << 20)
#define LINE_MAX_8BIT 998 /* RFC 5322 section 2.1.1 */
#define LINE_MAX_QP 76    /* RFC 2045 section 6.7 */
#define WORD_BYTES 42     /* bytes of text per encoded word: 56 in base64, within RFC 2047's 75 */

static bool
is_ascii(const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++)
    if ((unsigned char) text[i] > 126 || (unsigned char) text[i] < 32)
      return false;
  return true;
}

/* Check that the text looks like an address and has no character that could end the address or the
 * header (header injection). */
static bool
address_fits(const char *address, size_t length)
{
  if (length == 0 || length > 320 || memchr(address, '@', length) == NULL)
    return false;
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char) address[i];
    if (c <= ' ' || c == 127 || strchr("<>()[],;:\\\"", c) != NULL)
      return false;
  }
  return true;
}

static void
add_base64(cc_str *out, const char *text, size_t n)
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const unsigned char *at = (const unsigned char *) text;

  for (size_t i = 0; i < n; i += 3) {
    unsigned second = i + 1 < n ? at[i + 1] : 0, third = i + 2 < n ? at[i + 2] : 0;
    unsigned bits = (unsigned) at[i] << 16 | second << 8 | third;
    cc_str_add_char(out, digits[bits >> 18]);
    cc_str_add_char(out, digits[bits >> 12 & 63]);
    cc_str_add_char(out, i + 1 < n ? digits[bits >> 6 & 63] : '=');
    cc_str_add_char(out, i + 2 < n ? digits[bits & 63] : '=');
  }
}

/* Append ASCII text unchanged; a display name with special characters as a quoted string (RFC 5322
 * section 3.2.4). */
static void
add_plain_text(cc_str *out, const char *text, size_t length, bool name)
{
  if (!name || strcspn(text, "\"\\()<>[]:;@,.") >= length) {
    cc_str_add_n(out, text, length);
    return;
  }
  cc_str_add_char(out, '"');
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '"' || text[i] == '\\')
      cc_str_add_char(out, '\\');
    cc_str_add_char(out, text[i]);
  }
  cc_str_add_char(out, '"');
}

/* Append one encoded word (RFC 2047). Control characters are replaced by blanks. */
static void
add_encoded_word(cc_str *out, const char *text, size_t length)
{
  char part[WORD_BYTES];

  for (size_t i = 0; i < length; i++)
    part[i] = (unsigned char) text[i] < 32 || text[i] == 127 ? ' ' : text[i];
  cc_str_add(out, "=?UTF-8?B?");
  add_base64(out, part, length);
  cc_str_add(out, "?=");
}

/* Append the text of a header: short ASCII text unchanged, other text as encoded words on folded
 * lines. Encoded words are split between characters, never inside one. */
static void
add_header_text(cc_str *out, const char *text, size_t length, bool name)
{
  if (is_ascii(text, length) && length <= 900) {
    add_plain_text(out, text, length, name);
    return;
  }
  for (size_t at = 0, end; at < length; at = end) {
    end = at + WORD_BYTES < length ? at + WORD_BYTES : length;
    while (end < length && end > at + 1 && ((unsigned char) text[end] & 0xc0) == 0x80)
      end--;
    if (at > 0)
      cc_str_add(out, "\r\n ");
    add_encoded_word(out, text + at, end - at);
  }
}

/* Append the sender, an address or "Name <address>". Sets @ret_domain to the domain of the address,
 * for the Message-ID. Returns false when the address is not valid. */
static bool
add_from(cc_str *out, const char *from, const char **ret_domain, size_t *ret_domain_length)
{
  const char *open = strrchr(from, '<');
  const char *address = open == NULL ? from : open + 1;
  size_t length = strcspn(address, ">");

  if (!address_fits(address, length) || strcmp(address + length, open != NULL ? ">" : "") != 0)
    return false;
  if (open != NULL) {
    size_t name = (size_t) (open - from);
    while (name > 0 && (from[name - 1] == ' ' || from[name - 1] == '\t'))
      name--;
    add_header_text(out, from, name, /* name= */ true);
    cc_str_add(out, " <");
  }
  cc_str_add_n(out, address, length);
  cc_str_add(out, open == NULL ? "" : ">");
  const char *at = memchr(address, '@', length);
  *ret_domain = at + 1;
  *ret_domain_length = length - (size_t) (at + 1 - address);
  return true;
}

static void
add_date(cc_str *out, cc_time made)
{
  static const char days[] = "SunMonTueWedThuFriSat";
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  time_t seconds = (time_t) (made / CC_TIME_SECOND);
  struct tm t = {0};

  (void) gmtime_r(&seconds, &t);
  cc_str_printf(out,
                "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d +0000\r\n",
                days + 3 * t.tm_wday,
                t.tm_mday,
                months + 3 * t.tm_mon,
                t.tm_year + 1900,
                t.tm_hour,
                t.tm_min,
                t.tm_sec);
}

static void
add_quoted_printable(cc_str *out, const char *line, size_t length)
{
  static const char hex[] = "0123456789ABCDEF";
  size_t column = 0;

  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char) line[i];
    bool last_blank = i + 1 == length && (c == ' ' || c == '\t');
    bool plain = ((c >= 32 && c < 127 && c != '=') || c == '\t') && !last_blank;
    if (column + (plain ? 1 : 3) > LINE_MAX_QP - 1) {
      cc_str_add(out, "=\r\n");
      column = 0;
    }
    if (plain) {
      cc_str_add_char(out, (char) c);
      column++;
      continue;
    }
    cc_str_add_char(out, '=');
    cc_str_add_char(out, hex[c >> 4]);
    cc_str_add_char(out, hex[c & 15]);
    column += 3;
  }
}

/* Choose the transfer encoding. 7bit and 8bit keep the file readable for people; only too long
 * lines and lines with a CR need quoted-printable. */
static const char *
transfer_encoding(const char *text)
{
  bool ascii = true;

  for (const char *line = text; *line != '\0';) {
    size_t length = strcspn(line, "\n");
    if (length > LINE_MAX_8BIT || memchr(line, '\r', length) != NULL)
      return "quoted-printable";
    for (size_t i = 0; i < length; i++)
      ascii = ascii && (unsigned char) line[i] < 127;
    line += length + (line[length] == '\n');
  }
  return ascii ? "7bit" : "8bit";
}

static void
add_body(cc_str *out, const char *text)
{
  const char *encoding = transfer_encoding(text);
  bool quoted = encoding[0] == 'q';

  cc_str_printf(out,
                "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                "Content-Transfer-Encoding: %s\r\n\r\n",
                encoding);
  for (const char *line = text; *line != '\0';) {
    size_t length = strcspn(line, "\n");
    if (quoted)
      add_quoted_printable(out, line, length);
    else
      cc_str_add_n(out, line, length);
    cc_str_add(out, "\r\n");
    line += length + (line[length] == '\n');
  }
}

static cc_status
compose_mail(const ccd_mail *mail, cc_str *out, cc_error *reterr)
{
  const char *domain = NULL;
  size_t domain_length = 0;

  if (!address_fits(mail->to, strlen(mail->to)))
    return cc_fail(reterr,
                   CC_ERR_INVALID,
                   "recipient",
                   "The recipient is not a valid mail address");
  add_date(out, mail->made);
  cc_str_add(out, "From: ");
  if (!add_from(out, mail->from, &domain, &domain_length))
    return cc_fail(reterr, CC_ERR_INVALID, "sender", "MAIL_FROM is not a valid mail address");
  cc_str_printf(out,
                "\r\nMessage-ID: <%" PRId64 ".%" PRId64 "@%.*s>\r\nTo: %s\r\nSubject: ",
                mail->made,
                mail->id,
                (int) domain_length,
                domain,
                mail->to);
  add_header_text(out, mail->subject, strlen(mail->subject), /* name= */ false);
  cc_str_add(out, "\r\nAuto-Submitted: auto-generated\r\n");
  add_body(out, mail->text);
  if (out->failed)
    return cc_fail(reterr, CC_ERR_NO_MEMORY, "no_memory", "The mail is too large");
  return CC_OK;
}

static cc_status
mail_outbox_send(const ccd_config *config, const ccd_mail *mail, cc_error *reterr)
{
  cc_str text = CC_STR_INIT(MAIL_MAX), name = CC_STR_INIT(256), temporary = CC_STR_INIT(256);

  cc_status status = compose_mail(mail, &text, reterr);
  cc_str_printf(&name, "%016" PRId64 "-%08" PRId64 ".eml", mail->made, mail->id);
  cc_str_printf(&temporary, ".%08" PRId64 "-%d.part", mail->id, (int) getpid());
  if (status == CC_OK && (name.failed || temporary.failed))
    status = cc_fail_memory(reterr);
  if (status == CC_OK && !ccd_outbox_store(config->mail_outbox, temporary.text, name.text, &text))
    status = cc_fail(reterr,
                     CC_ERR_EXTERNAL,
                     "outbox",
                     "The mail could not be written to MAIL_OUTBOX: error %d",
                     errno);
  if (text.text != NULL)
    explicit_bzero(text.text, text.length);
  cc_str_done(&text);
  cc_str_done(&name);
  cc_str_done(&temporary);
  return status;
}

static bool
mail_outbox_ready(const ccd_config *config)
{
  return config->mail_outbox[0] != '\0';
}

const ccd_mail_provider ccd_mail_outbox = {
  .name = "outbox",
  .ready = mail_outbox_ready,
  .send = mail_outbox_send,
};
