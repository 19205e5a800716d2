/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "common/base/cc-base.h"
#include "common/codec/cc-codec-private.h"

/* Hosts that a public URL must not have: this machine, private networks, and names that only
 * private networks resolve. Otherwise a URL written by one person could lead the reader's
 * browser or this server into its own network. */

typedef struct network {
  uint32_t address;
  int bits;
} network;

static bool
is_private_ipv4(uint32_t address)
{
  static const network networks[] = {
    {0x00000000, 8},  /* this network */
    {0x0a000000, 8},  /* private */
    {0x64400000, 10}, /* shared address space of Internet providers */
    {0x7f000000, 8},  /* loopback */
    {0xa9fe0000, 16}, /* link-local */
    {0xac100000, 12}, /* private */
    {0xc0000000, 24}, /* protocols */
    {0xc0a80000, 16}, /* private */
    {0xc6120000, 15}, /* measurements */
    {0xe0000000, 3},  /* multicast, reserved, broadcast */
  };
  for (size_t i = 0; i < CC_N(networks); i++) {
    if ((address ^ networks[i].address) >> (32 - networks[i].bits) == 0)
      return true;
  }
  return false;
}

/* Read one number of an IPv4 address as browsers do: decimal, octal with leading 0, or
 * hexadecimal. */
static bool
read_number(const char *text, size_t length, uint64_t *ret)
{
  unsigned base = 10;
  uint64_t value = 0;
  if (length >= 2 && text[0] == '0' && text[1] == 'x') {
    base = 16;
    text += 2;
    length -= 2;
  } else if (length >= 2 && text[0] == '0') {
    base = 8;
  }
  for (size_t i = 0; i < length; i++) {
    int digit = cc_hex_value(text[i]);
    if (digit < 0 || (unsigned) digit >= base || value > UINT32_MAX)
      return false;
    value = value * base + (unsigned) digit;
  }
  *ret = value;
  return value <= UINT32_MAX;
}

/* A host whose last label is a number is an IPv4 address (WHATWG URL). It has one to four
 * numbers; the last one fills the remaining bytes. */
static bool
is_public_ipv4(const char *host)
{
  uint64_t address = 0, part = 0;
  unsigned n = 0;
  for (const char *at = host;; at++) {
    size_t length = strcspn(at, ".");
    if (length == 0 || ++n > 4 || !read_number(at, length, &part))
      return false;
    at += length;
    if (*at == '\0')
      break;
    if (part > 255)
      return false;
    address = address << 8 | part;
  }
  unsigned left = 8 * (5 - n);
  return part >> left == 0 && !is_private_ipv4((uint32_t) (address << left | part));
}

static bool
ends_in_number(const char *host)
{
  const char *dot = strrchr(host, '.');
  const char *label = dot != NULL ? dot + 1 : host;
  bool hex = label[0] == '0' && label[1] == 'x';
  return label[0] != '\0' &&
         strspn(label + (hex ? 2 : 0), hex ? "0123456789abcdef" : "0123456789") + (hex ? 2 : 0) ==
           strlen(label);
}

/* Accept only global unicast addresses, without documentation ranges, Teredo and embedded IPv4
 * addresses. */
static bool
is_public_ipv6(const char *host)
{
  char text[INET6_ADDRSTRLEN];
  unsigned char a[16];
  size_t length = strlen(host) - 2; /* in brackets */
  if (length >= sizeof text)
    return false;
  memcpy(text, host + 1, length);
  text[length] = '\0';
  if (inet_pton(AF_INET6, text, a) != 1 || (a[0] & 0xe0) != 0x20)
    return false;
  bool of_2001 = a[0] == 0x20 && a[1] == 0x01;
  bool six_to_four = a[0] == 0x20 && a[1] == 0x02;
  return !six_to_four && !(of_2001 && ((a[2] == 0 && a[3] == 0) || (a[2] == 0x0d && a[3] == 0xb8)));
}

static bool
is_public_name(const char *host)
{
  static const char *const local[] = {"localhost",
                                      "local",
                                      "internal",
                                      "localdomain",
                                      "lan",
                                      "home",
                                      "corp",
                                      "intranet",
                                      "home.arpa"};
  size_t length = strlen(host);
  for (size_t i = 0; i < CC_N(local); i++) {
    size_t end = strlen(local[i]);
    if (length >= end && strcmp(host + length - end, local[i]) == 0 &&
        (length == end || host[length - end - 1] == '.'))
      return false;
  }
  return strchr(host, '.') != NULL;
}

/* The host as a browser normalizes it: lower case, full-width and circled characters as plain
 * ones, other full stops as dots. The caller frees the result; NULL: no memory, or not a text. */
static char *
plain_host(const char *text, size_t length)
{
  utf8proc_uint8_t *plain = NULL;
  utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *) text,
                                    (utf8proc_ssize_t) length,
                                    &plain,
                                    UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                      UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  if (n < 0)
    return NULL;
  char *host = (char *) plain;
  for (char *stop = strstr(host, "\u3002"); stop != NULL; stop = strstr(stop, "\u3002")) {
    *stop = '.';
    memmove(stop + 1, stop + 3, strlen(stop + 3) + 1);
  }
  n = (utf8proc_ssize_t) strlen(host);
  if (n > 0 && host[n - 1] == '.')
    host[n - 1] = '\0';
  return host;
}

bool
cc_host_is_public(const char *text, size_t length)
{
  char *host = plain_host(text, length);
  bool good = host != NULL && (host[0] == '['         ? is_public_ipv6(host)
                               : ends_in_number(host) ? is_public_ipv4(host)
                                                      : is_public_name(host));
  free(host);
  return good;
}
