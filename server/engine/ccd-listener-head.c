/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-listener-head.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#include "common/base/cc-utf8.h"
#include "server/engine/ccd-listener-private.h"

/* Checks that every HTTP implementation reads the head of a request in the same way (RFC 9112;
 * request smuggling, CWE-444).
 *
 * MHD 0.9.75 does not report the positions of lines, but it parses in place: method, target,
 * version, names and values are pointers into the received bytes, with NULs in the place of
 * separators. So the beginning of each piece follows from the end of the piece before. A bare
 * LF, a folded line, a NUL or a blank before the colon moves the next piece; the size of the
 * whole head, which MHD reports, confirms the last one. Only the blanks around values are read
 * outside of the pieces.
 *
 * MHD 1.0 also parses in place, and refuses most of these shapes itself at the strictness that
 * ccd-listener.c sets. */

#define CRLF_LENGTH 2

typedef struct head_scan {
  ccd_connection *connection;
  const char *expected;  /* expected beginning of the next line */
  const char *malformed; /* the first error */
  int n;
  unsigned int seen; /* one bit for each of single_names that occurred */
  const char *length, *encoding, *upgrade, *forwarded, *key, *version;
  bool host;
  bool hop_upgrade; /* the head contains Connection: upgrade */
} head_scan;

/* Headers that may occur only once: if one occurred twice, the proxy and this server might use
 * different values. */
static const char *const single_names[] = {
  "host",
  "content-length",
  "transfer-encoding",
  "upgrade",
  "sec-websocket-key",
  "sec-websocket-version",
  "sec-websocket-protocol",
  "content-type",
  "content-encoding",
  "authorization",
  "cookie",
  "origin",
  "referer",
  "expect",
  "idempotency-key",
  "if-match",
  "if-none-match",
  "if-range",
  "range",
  "x-request-id",
};

/* Does the text consist of at most 18 digits? Such a number fits into 64 bits. */
static bool
is_number(const char *text, size_t length)
{
  return length > 0 && length <= 18 && strspn(text, "0123456789") == length && text[length] == '\0';
}

typedef struct lookup {
  const char *name;
  size_t length;
  const char **value;
  size_t *value_length;
  enum MHD_Result found;
} lookup;

static enum MHD_Result
lookup_cb(void *data,
          enum MHD_ValueKind kind,
          const char *name,
          size_t name_length,
          const char *value,
          size_t value_length)
{
  lookup *wanted = data;
  if (name_length != wanted->length || strncasecmp(name, wanted->name, name_length) != 0)
    return MHD_YES;
  /* MHD looks Content-Length up only to read its number; report an unreadable one as absent. */
  if (name_length == strlen("content-length") && strcasecmp(name, "content-length") == 0 &&
      !is_number(value, value_length))
    return MHD_NO;
  if (wanted->value != NULL)
    *wanted->value = value;
  if (wanted->value_length != NULL)
    *wanted->value_length = value_length;
  wanted->found = MHD_YES;
  return MHD_NO;
}

/* This definition replaces the library's function, which the library calls by its exported name.
 * When MHD 0.9.75 cannot read Content-Length it sends the head of its 400 reply twice. So this
 * function reports that the header is absent, and ccd_head_check refuses the request. A library
 * linked with -Bsymbolic-functions (Ubuntu's MHD 1.0) calls its own function: no problem,
 * because 1.0 sends its 400 once. */
enum MHD_Result
MHD_lookup_connection_value_n(
  struct MHD_Connection *mhd,
  enum MHD_ValueKind kind,
  const char *name,
  size_t name_length,
  const char **value,
  size_t *value_length) /* NOLINT(readability-non-const-parameter): the signature is MHD's */
{
  if (mhd == NULL || name == NULL)
    return MHD_NO;
  lookup wanted = {name, name_length, value, value_length, MHD_NO};
  (void) MHD_get_connection_values_n(mhd, kind, lookup_cb, &wanted);
  return wanted.found;
}

static bool
is_token(const char *text, size_t length)
{
  static const char others[] = "!#$%&'*+-.^_`|~";
  for (size_t i = 0; i < length; i++) {
    char c = text[i];
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
      continue;
    if (c == '\0' || strchr(others, c) == NULL)
      return false;
  }
  return length > 0;
}

static bool
has_control(const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char) text[i];
    if ((c < 0x20 && c != '\t') || c == 0x7f)
      return true;
  }
  return false;
}

static bool
is_host(const char *text)
{
  for (; *text != '\0'; text++) {
    char c = *text;
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) &&
        strchr(".-_:[]%~", c) == NULL)
      return false;
  }
  return true;
}

/* Does a comma-separated list contain the token @word? */
static bool
has_word(const char *list, const char *word)
{
  size_t length = strlen(word);
  while (*list != '\0') {
    list += strspn(list, ", \t");
    size_t n = strcspn(list, ", \t");
    if (n == length && strncasecmp(list, word, n) == 0)
      return true;
    list += n;
  }
  return false;
}

static void
note_single(head_scan *scan, unsigned int i, const char *value)
{
  if ((scan->seen & (1u << i)) != 0)
    scan->malformed = "a header with a single value is repeated";
  scan->seen |= 1u << i;
  switch (i) {
  case 0:
    scan->host = true;
    if (!is_host(value))
      scan->malformed = "the Host header is not a host";
    break;
  case 1:
    scan->length = value;
    break;
  case 2:
    scan->encoding = value;
    break;
  case 3:
    scan->upgrade = value;
    break;
  case 4:
    scan->key = value;
    break;
  case 5:
    scan->version = value;
    break;
  default:
    break;
  }
}

static void
note_header(head_scan *scan, const char *name, const char *value)
{
  char first = (char) (name[0] | 0x20); /* compare the first letter before the whole name */
  for (unsigned int i = 0; i < CC_N(single_names); i++)
    if (single_names[i][0] == first && strcasecmp(name, single_names[i]) == 0) {
      note_single(scan, i, value);
      break;
    }
  if (first == 'c' && strcasecmp(name, "connection") == 0 && has_word(value, "upgrade"))
    scan->hop_upgrade = true;
  const char *forwarded = scan->connection->listener->options.forwarded_header;
  if (forwarded != NULL && strcasecmp(name, forwarded) == 0) {
    if (scan->forwarded != NULL)
      scan->malformed = "the proxy's address header is repeated";
    scan->forwarded = value;
  }
}

/* Does a line that begins at @next follow directly the line whose expected end precedes
 * @expected? MHD 1.0 removes blanks at the end of a value: its NUL replaces the first blank, and
 * the other blanks and CR LF are still there. */
static bool
is_next_line(const char *expected, const char *next)
{
#if CCD_MHD_1
  const char *at = expected - 1; /* after the NUL */
  while (at < next && (*at == ' ' || *at == '\t'))
    at++;
  if (at + CRLF_LENGTH == next && memcmp(at, "\r\n", CRLF_LENGTH) == 0)
    return true;
#endif
  return next == expected;
}

/* Did the last line end right before the blank line that ends the head? MHD 1.0 may already have
 * moved the first bytes of the body there, so the blanks that it removed cannot be checked. That
 * is harmless: MHD 1.0 itself refuses every shape that this check finds with 0.9.75. */
static bool
is_end(const char *expected, const char *end)
{
  return CCD_MHD_1 ? end - expected >= CRLF_LENGTH : expected + CRLF_LENGTH == end;
}

static enum MHD_Result
header_cb(void *data,
          enum MHD_ValueKind kind,
          const char *name,
          size_t name_length,
          const char *value,
          size_t value_length)
{
  head_scan *scan = data;
  if (++scan->n > CCD_HEADERS_IN_MAX) {
    scan->malformed = "there are too many headers";
    return MHD_NO;
  }
  bool in_place = scan->n > 1 ? is_next_line(scan->expected, name) : name == scan->expected;
  if (!in_place || value == NULL || value < name + name_length + 1) {
    scan->malformed = "a header line is folded, holds a NUL or does not end in CR LF";
    return MHD_NO;
  }
  for (const char *p = name + name_length + 1; p < value; p++)
    if (*p != ' ' && *p != '\t')
      scan->malformed = "a header line is folded";
  if (!is_token(name, name_length))
    scan->malformed = "a header name has a character that it must not have";
  else if (has_control(value, value_length))
    scan->malformed = "a header value holds a control character";
  else
    note_header(scan, name, value);
  scan->expected = value + value_length + CRLF_LENGTH;
  return scan->malformed == NULL ? MHD_YES : MHD_NO;
}

static bool
is_target(const char *text, size_t length)
{
  if (length == 1 && text[0] == '*')
    return true; /* OPTIONS * */
  if (text[0] != '/')
    return false;
  for (size_t i = 0; i < length; i++)
    if ((unsigned char) text[i] <= ' ' || (unsigned char) text[i] >= 0x7f)
      return false;
  return true;
}

static const char *
check_request_line(head_scan *scan,
                   const char *url,
                   const char *method,
                   const char *version,
                   const char *raw_url)
{
  size_t method_length = strlen(method), url_length = strlen(raw_url);
  /* Check that each request of a connection begins at the same place as the first one, after at
   * most one blank line, which is permitted. MHD also skips lines that begin with a NUL. */
  ccd_connection *connection = scan->connection;
  if (connection->base == NULL)
    connection->base = method;
  if (method < connection->base - CRLF_LENGTH || method > connection->base + CRLF_LENGTH)
    return "there is something between two requests";
  if (!is_token(method, method_length))
    return "the method is not a word";
  if (url != method + method_length + 1 || version != url + url_length + 1)
    return "the request line is not: method, blank, target, blank, version";
  if (!is_target(raw_url, url_length))
    return "the target is not a path of ASCII characters";
  if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0)
    return "the version is neither HTTP/1.1 nor HTTP/1.0";
  scan->expected = version + strlen(version) + CRLF_LENGTH;
  return NULL;
}

static const char *
check_length(head_scan *scan, bool http11)
{
  ccd_connection *connection = scan->connection;
  if (scan->encoding != NULL) {
    if (scan->length != NULL)
      return "there are both Content-Length and Transfer-Encoding";
    if (!http11 || strcasecmp(scan->encoding, "chunked") != 0)
      return "the transfer encoding is not chunked";
  }
  connection->chunked = scan->encoding != NULL;
  if (scan->length == NULL)
    return NULL;
  uint64_t length = 0;
  size_t digits = strlen(scan->length);
  if (!is_number(scan->length, digits))
    return "Content-Length is not a number";
  for (size_t i = 0; i < digits; i++)
    length = length * 10 + (uint64_t) (scan->length[i] - '0');
  connection->content_length = length;
  connection->request.content_length = (int64_t) length;
  connection->request.too_large = length > connection->listener->options.max_body;
  return NULL;
}

/* An upgrade to a protocol other than WebSocket may be ignored (RFC 9110 7.8), unless the
 * request has a body: a program that does switch protocols would read the body as a further
 * request. */
static const char *
check_upgrade(head_scan *scan, bool http11)
{
  ccd_connection *connection = scan->connection;
  if (scan->upgrade == NULL)
    return NULL;
  if (scan->length != NULL || scan->encoding != NULL)
    return "a request to upgrade has a body";
  if (!http11 || !scan->hop_upgrade)
    return NULL;
  connection->socket_asked = strcasecmp(scan->upgrade, "websocket") == 0 &&
                             strcmp(connection->request.method, "GET") == 0 &&
                             scan->version != NULL && strcmp(scan->version, "13") == 0 &&
                             scan->key != NULL && strlen(scan->key) == 24;
  return NULL;
}

static const char *
check_address(head_scan *scan)
{
  ccd_connection *connection = scan->connection;
  const ccd_listener *listener = connection->listener;
  /* The address is determined for each request, because the previous request on this connection
   * may have come from another client behind the proxy. */
  ccd_address_write(&connection->peer, connection->address);
  if (scan->forwarded == NULL || !ccd_networks_have(&listener->trusted, &connection->peer))
    return NULL;
  struct in6_addr parsed;
  if (!ccd_address_read(scan->forwarded, &parsed))
    return "the proxy's address header is not one address";
  /* Write each address in one form, because limits are counted by the text. */
  ccd_address_write(&parsed, connection->address);
  return NULL;
}

static const char *
check_headers(head_scan *scan, const char *method)
{
  (void) MHD_get_connection_values_n(scan->connection->mhd, MHD_HEADER_KIND, header_cb, scan);
  if (scan->malformed != NULL)
    return scan->malformed;
  const union MHD_ConnectionInfo *size =
    MHD_get_connection_info(scan->connection->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  if (size == NULL || !is_end(scan->expected, method + size->header_size))
    return "the head holds a NUL or does not end in CR LF";
  return NULL;
}

void
ccd_head_check(ccd_connection *connection,
               const char *url,
               const char *method,
               const char *version,
               const char *raw_url)
{
  head_scan scan = {.connection = connection};
  const char *wrong = check_request_line(&scan, url, method, version, raw_url);
  if (wrong == NULL)
    wrong = check_headers(&scan, method);
  bool http11 = wrong == NULL && strcmp(version, "HTTP/1.1") == 0;
  if (wrong == NULL && http11 && !scan.host)
    wrong = "there is no Host header";
  if (wrong == NULL)
    wrong = check_length(&scan, http11);
  if (wrong == NULL)
    wrong = check_upgrade(&scan, http11);
  const char *wrong_address =
    check_address(&scan); /* always called, because it also sets the address */
  connection->request.malformed = wrong != NULL ? wrong : wrong_address;
}

const char *
ccd_http_header(const ccd_http_request *request, const char *lower_name)
{
  const ccd_connection *connection = request->connection;
  const char *value = NULL;
  size_t length = 0;
  /* MHD compares names without case and allocates nothing. */
  if (MHD_lookup_connection_value_n(connection->mhd,
                                    MHD_HEADER_KIND,
                                    lower_name,
                                    strlen(lower_name),
                                    &value,
                                    &length) != MHD_YES)
    return NULL;
  /* A value that is not UTF-8 cannot be stored or logged: it is treated as absent. */
  return value != NULL && cc_utf8_length(value, length) >= 0 ? value : NULL;
}
