/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-networks.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define MAPPED_BITS 96 /* prefix ::ffff:0:0/96 of mapped IPv4 addresses */

bool
ccd_address_read(const char *text, struct in6_addr *ret)
{
  struct in_addr four;
  if (inet_pton(AF_INET6, text, ret) == 1)
    return true;
  if (inet_pton(AF_INET, text, &four) != 1)
    return false;
  *ret = (struct in6_addr){.s6_addr = {[10] = 0xff, [11] = 0xff}};
  memcpy(&ret->s6_addr[12], &four, sizeof(four));
  return true;
}

void
ccd_address_write(const struct in6_addr *address, char ret[static INET6_ADDRSTRLEN])
{
  bool four = IN6_IS_ADDR_V4MAPPED(address);
  (void) inet_ntop(four ? AF_INET : AF_INET6,
                   four ? (const void *) &address->s6_addr[12] : address,
                   ret,
                   INET6_ADDRSTRLEN);
}

/* Parse "172.30.0.0/24" of @length characters. */
static bool
read_network(const char *text, size_t length, ccd_network *ret)
{
  char copy[INET6_ADDRSTRLEN + 4];
  if (length >= sizeof(copy))
    return false;
  memcpy(copy, text, length);
  copy[length] = '\0';
  char *slash = strchr(copy, '/');
  if (slash != NULL)
    *slash = '\0';
  if (!ccd_address_read(copy, &ret->base))
    return false;
  unsigned before = strchr(copy, ':') == NULL ? MAPPED_BITS : 0;
  ret->bits = 128;
  if (slash == NULL)
    return true;
  char *end = NULL;
  unsigned long bits = strtoul(slash + 1, &end, 10);
  bool digits = slash[1] >= '0' && slash[1] <= '9' && *end == '\0';
  ret->bits = before + (unsigned) (bits > 128 ? 129 : bits);
  return digits && ret->bits <= 128;
}

bool
ccd_networks_read(const char *text, ccd_networks *ret)
{
  *ret = (ccd_networks){0};
  text += strspn(text, " ,");
  while (*text != '\0') {
    size_t length = strcspn(text, " ,");
    if (ret->n == CCD_NETWORKS_MAX || !read_network(text, length, &ret->items[ret->n]))
      return false;
    ret->n++;
    text += length + strspn(text + length, " ,");
  }
  return true;
}

static bool
has_address(const ccd_network *network, const struct in6_addr *address)
{
  unsigned bytes = network->bits / 8, rest = network->bits % 8;
  if (memcmp(&network->base, address, bytes) != 0)
    return false;
  unsigned mask = rest == 0 ? 0 : 0xffu << (8 - rest) & 0xffu;
  return rest == 0 || (network->base.s6_addr[bytes] & mask) == (address->s6_addr[bytes] & mask);
}

bool
ccd_networks_have(const ccd_networks *self, const struct in6_addr *address)
{
  for (size_t i = 0; i < self->n; i++) {
    if (has_address(&self->items[i], address))
      return true;
  }
  return false;
}
