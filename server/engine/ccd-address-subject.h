/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "common/base/cc-arena.h"

/* Whose an address is, as far as the client cannot choose: an IPv4 address whole, of an IPv6
 * address the first 64 bits ("2001:db8:1:2::/64"). In the arena; NULL when memory is out. */
const char *ccd_address_subject(const char *address, cc_arena *arena);

/* The network of a site: the first 48 bits of an IPv6 address. @ret is NULL for IPv4. False:
 * memory is out. */
bool ccd_address_network(const char *address, cc_arena *arena, const char **ret);
