/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "common/base/cc-arena.h"

/* Return the part of an address that the client cannot choose: a whole IPv4 address, or the
 * first 64 bits of an IPv6 address ("2001:db8:1:2::/64"). Allocated in the arena; NULL when
 * memory is exhausted. */
const char *ccd_address_subject(const char *address, cc_arena *arena);

/* Return in @ret the network of a site: the first 48 bits of an IPv6 address; NULL for IPv4.
 * False: memory is exhausted. */
bool ccd_address_network(const char *address, cc_arena *arena, const char **ret);
