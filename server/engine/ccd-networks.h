/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

/* Sets of network addresses: "127.0.0.1, 172.30.0.0/24, fd00::/8". IPv4 addresses are kept as
 * IPv6 ones (::ffff:a.b.c.d), so one comparison does for both. */

#define CCD_NETWORKS_MAX 16

typedef struct ccd_network {
  struct in6_addr base;
  unsigned bits;
} ccd_network;

typedef struct ccd_networks {
  ccd_network items[CCD_NETWORKS_MAX];
  size_t n;
} ccd_networks;

/* An address of either family as text. False: it is none. */
bool ccd_address_read(const char *text, struct in6_addr *ret);

/* The address as text, of IPv4 without ::ffff:. */
void ccd_address_write(const struct in6_addr *address, char ret[static INET6_ADDRSTRLEN]);

/* Read a comma-separated list; empty: no network. False: something in it is neither an address nor
 * a network (CIDR), or there are more than CCD_NETWORKS_MAX. */
bool ccd_networks_read(const char *text, ccd_networks *ret);

bool ccd_networks_have(const ccd_networks *self, const struct in6_addr *address);
