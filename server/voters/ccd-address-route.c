/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses boxes of rural routes and highway contract routes (USPS Publication 28, sections 24 and
 * 25): "RR 2 BOX 152". The box is used as the house number, and the route as the street. */
#include <string.h>

#include "server/voters/ccd-address-private.h"

typedef struct route_words {
  const char *words, *code;
  bool sign; /* the words always mean a route, so "# 12" after them is a box */
} route_words;

/* Order: a longer entry must precede every entry with which it begins, because the first match
 * is used. */
static const route_words routes[] = {
  {"RURAL FREE DELIVERY RTE", "RR", true},
  {"RURAL FREE DELIVERY", "RR", true},
  {"RURAL DELIVERY", "RR", true},
  {"RURAL RTE", "RR", true},
  {"RURAL RD", "RR", false},
  {"RURAL", "RR", false},
  {"RFD RTE", "RR", true},
  {"RFD", "RR", true},
  {"R F D RTE", "RR", true},
  {"R F D", "RR", true},
  {"R R", "RR", true},
  {"R D", "RR", false},
  {"R T", "RR", false},
  {"RR", "RR", true},
  {"RD", "RR", false},
  {"RTE", "RR", false},
  {"R", "RR", false},
  {"HWY CONTRACT RTE", "HC", true},
  {"HWY CONTRACT", "HC", true},
  {"HC RTE", "HC", true},
  {"H C R", "HC", true},
  {"H C", "HC", true},
  {"HCR", "HC", true},
  {"HC", "HC", true},
  {"STAR RTE", "HC", true},
  {"STAR", "HC", false},
  {"ST RTE", "HC", false},
  {"S R", "HC", false},
  {"SR", "HC", false},
};

static bool
is_sign(ccd_slice token)
{
  return ccd_address_is(token, "#") || ccd_address_is(token, "NO") ||
         ccd_address_is(token, "NUM") || ccd_address_is(token, "NUMBER");
}

static size_t
skip_signs(const ccd_address_state *p, size_t i)
{
  while (i + 1 < p->n && is_sign(p->tokens[i]))
    i++;
  return i;
}

/* If token @at is a route and its number in one ("RR2", "HC1"), split the token into two. */
static void
split_route_number(ccd_address_state *p, size_t at)
{
  ccd_slice token = p->tokens[at];
  size_t n = 0;
  while (n < token.length && token.text[n] >= 'A' && token.text[n] <= 'Z')
    n++;
  size_t dash = n < token.length && token.text[n] == '-';
  if (n < 2 || n > 3 || n + dash == token.length || p->n == CCD_ADDRESS_TOKENS ||
      !ccd_address_all_digits((ccd_slice){token.text + n + dash, token.length - n - dash}))
    return;
  memmove(p->tokens + at + 1, p->tokens + at, (p->n - at) * sizeof(*p->tokens));
  memmove(p->comma + at + 1, p->comma + at, (p->n - at) * sizeof(*p->comma));
  p->tokens[at].length = n;
  p->tokens[at + 1] = (ccd_slice){token.text + n + dash, token.length - n - dash};
  p->comma[at + 1] = false;
  p->n++;
}

/* Read a route that begins at @i, and its number ("12", or a letter), which may be missing.
 * Returns the index of the token after the route; 0 when there is no route. */
static size_t
read_route(ccd_address_state *p, size_t i, const route_words **ret, ccd_slice *ret_id)
{
  split_route_number(p, i);
  size_t n = 0, k = 0;
  for (; k < CC_N(routes) && n == 0; k++)
    n = ccd_address_count_words(p, i, routes[k].words);
  if (n == 0)
    return 0;
  *ret = &routes[k - 1];
  i = skip_signs(p, i + n);
  *ret_id = (ccd_slice){NULL, 0};
  bool is_id = i < p->n && p->tokens[i].length < 5 &&
               (ccd_address_has_digit(p->tokens[i]) || p->tokens[i].length == 1);
  if (!is_id || p->tokens[i].text[0] == '#')
    return i;
  *ret_id = p->tokens[i];
  return i + 1;
}

/* Read a box that begins at @i: "BOX 12", "BOX # 12-A" or "BOX12"; with @sign also "# 12".
 * Returns the index of the token after the box; 0 when there is no box. */
static size_t
read_box(ccd_address_state *p, size_t i, bool sign, ccd_slice *ret)
{
  if (i >= p->n)
    return 0;
  ccd_slice token = p->tokens[i];
  if (token.length > 3 && memcmp(token.text, "BOX", 3) == 0 &&
      ccd_address_has_digit((ccd_slice){token.text + 3, 1})) {
    *ret = (ccd_slice){token.text + 3, token.length - 3};
    return i + 1;
  }
  bool box = ccd_address_is(token, "BOX") || ccd_address_is(token, "BX");
  if (!box && !(sign && is_sign(token)))
    return 0;
  i = skip_signs(p, i + 1);
  if (i >= p->n || !ccd_address_is_unit_name(p->tokens[i]))
    return 0;
  *ret = p->tokens[i];
  return i + 1;
}

void
ccd_address_set_box(ccd_address_state *p, ccd_slice box, ccd_address *ret)
{
  const char *start = p->out;
  ccd_address_add(p, "BOX ", 4);
  ccd_address_add_unit_text(p, box);
  ret->number = p->number_key = ccd_address_made(p, start);
}

size_t
ccd_address_take_route(ccd_address_state *p, ccd_address *ret)
{
  ccd_address_state tried = *p;
  const route_words *route = NULL;
  ccd_slice id = {0}, box = {0};
  size_t end = p->n > 1 ? read_route(&tried, 0, &route, &id) : 0;
  if (end > 0)
    end = read_box(&tried, end, route->sign, &box);
  else if ((end = read_box(&tried, 0, /* sign= */ false, &box)) > 0)
    end = end < tried.n ? read_route(&tried, end, &route, &id) : 0;
  if (end == 0)
    return 0;
  *p = tried;
  ccd_address_set_box(p, box, ret);
  const char *start = p->out;
  ccd_address_add(p, route->code, strlen(route->code));
  if (id.length > 0) {
    ccd_address_add(p, " ", 1);
    ccd_address_add_unit_text(p, id);
  }
  ret->street = p->road_key = ccd_address_made(p, start);
  return end;
}
