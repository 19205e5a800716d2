/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

/* Sets of network addresses: "127.0.0.1, 172.30.0.0/24, fd00::/8". IPv4 addresses are stored as
 * mapped IPv6 addresses (::ffff:a.b.c.d), so that one comparison serves both. */

#define CCD_NETWORKS_MAX 16

typedef struct ccd_network {
  struct in6_addr base;
  unsigned bits;
} ccd_network;

typedef struct ccd_networks {
  ccd_network items[CCD_NETWORKS_MAX];
  size_t n;
} ccd_networks;

/* Parse an address of either family. False: not an address. */
bool ccd_address_read(const char *text, struct in6_addr *ret);

/* Write the address as text; IPv4 without the prefix ::ffff:. */
void ccd_address_write(const struct in6_addr *address, char ret[static INET6_ADDRSTRLEN]);

/* Parse a comma-separated list; an empty text is an empty set. False: an item is neither an
 * address nor a network (CIDR), or there are more than CCD_NETWORKS_MAX. */
bool ccd_networks_read(const char *text, ccd_networks *ret);

bool ccd_networks_have(const ccd_networks *self, const struct in6_addr *address);
