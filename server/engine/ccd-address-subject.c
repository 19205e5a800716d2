/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-address-subject.h"

#include <arpa/inet.h>
#include <string.h>

/* Finds the part of a client address by which limits count. An IPv6 host can choose the last 64
 * bits of its address freely, and a site can choose among the 65,536 networks below its first 48
 * bits. */

/* Return the first @bits of an IPv6 address as text; an IPv4 address is returned unchanged. */
static const char *
prefix_of(const char *address, unsigned bits, cc_arena *arena)
{
  struct in6_addr parsed;
  char text[INET6_ADDRSTRLEN];
  if (inet_pton(AF_INET6, address, &parsed) != 1)
    return address;
  memset(&parsed.s6_addr[bits / 8], 0, sizeof(parsed.s6_addr) - bits / 8);
  if (inet_ntop(AF_INET6, &parsed, text, sizeof(text)) == NULL)
    return address;
  return cc_arena_printf(arena, "%s/%u", text, bits);
}

const char *
ccd_address_subject(const char *address, cc_arena *arena)
{
  return prefix_of(address, 64, arena);
}

bool
ccd_address_network(const char *address, cc_arena *arena, const char **ret)
{
  const char *network = prefix_of(address, 48, arena);
  *ret = network == address ? NULL : network;
  return network != NULL;
}
