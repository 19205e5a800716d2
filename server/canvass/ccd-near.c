/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/canvass/ccd-near.h"

#include <math.h>
#include <stdlib.h>

/* Geometry and helpers shared by tour, cut and walk: random numbers, the order along a Hilbert
 * curve, nearest neighbours on a grid. */

#define CURVE_BITS 16
#define PER_CELL 2

cc_status
ccd_watch_check(const ccd_watch *watch, cc_error *reterr)
{
  if (watch == NULL || !watch->cancelled(watch->data))
    return CC_OK;
  return cc_fail(reterr, CC_ERR_UNAVAILABLE, "cancelled", "The work was cancelled.");
}

uint64_t
ccd_random_seed(uint64_t seed)
{
  /* Mix the seed (splitmix64), so that similar seeds give different states. */
  uint64_t z = seed + UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return (z ^ (z >> 31)) | 1;
}

uint64_t
ccd_random_next(uint64_t *state)
{
  uint64_t s = *state;
  s ^= s >> 12;
  s ^= s << 25;
  s ^= s >> 27;
  *state = s;
  return s * UINT64_C(2685821657736338717);
}

int
ccd_random_below(uint64_t *state, int below)
{
  return (int) (((ccd_random_next(state) >> 32) * (uint64_t) below) >> 32);
}

typedef struct box {
  double x, y, side;
} box;

static box
box_of(const double *x, const double *y, int n)
{
  double x1 = x[0], y1 = y[0];
  box found = {x[0], y[0], 0};
  for (int i = 1; i < n; i++) {
    found.x = fmin(found.x, x[i]);
    found.y = fmin(found.y, y[i]);
    x1 = fmax(x1, x[i]);
    y1 = fmax(y1, y[i]);
  }
  found.side = fmax(fmax(x1 - found.x, y1 - found.y), 1e-6);
  return found;
}

/* Returns the distance along the Hilbert curve of the cell (@x, @y). Each step of the loop
 * handles one bit: it adds the quadrant's share and rotates the coordinates into that quadrant. */
static uint32_t
curve_key(uint32_t x, uint32_t y)
{
  uint32_t key = 0;
  for (uint32_t s = 1u << (CURVE_BITS - 1); s > 0; s >>= 1) {
    uint32_t rx = (x & s) != 0, ry = (y & s) != 0;
    key += s * s * ((3 * rx) ^ ry);
    if (ry != 0)
      continue;
    if (rx == 1) {
      x = (1u << CURVE_BITS) - 1 - x;
      y = (1u << CURVE_BITS) - 1 - y;
    }
    uint32_t swap = x;
    x = y;
    y = swap;
  }
  return key;
}

typedef struct keyed {
  uint32_t key;
  int place;
} keyed;

static int
compare_keyed(const void *a, const void *b)
{
  const keyed *left = a, *right = b;
  if (left->key != right->key)
    return left->key < right->key ? -1 : 1;
  return left->place < right->place ? -1 : 1;
}

cc_status
ccd_near_hilbert(const double *x,
                 const double *y,
                 int n,
                 cc_arena *scratch,
                 int *ret_order,
                 cc_error *reterr)
{
  if (n == 0)
    return CC_OK;
  keyed *keys = cc_arena_alloc(scratch, (size_t) n * sizeof(*keys));
  if (keys == NULL)
    return cc_fail_memory(reterr);
  box all = box_of(x, y, n);
  double scale = ((1 << CURVE_BITS) - 1) / all.side;
  for (int i = 0; i < n; i++) {
    keys[i].key =
      curve_key((uint32_t) ((x[i] - all.x) * scale), (uint32_t) ((y[i] - all.y) * scale));
    keys[i].place = i;
  }
  qsort(keys, (size_t) n, sizeof(*keys), compare_keyed);
  for (int i = 0; i < n; i++)
    ret_order[i] = keys[i].place;
  return CC_OK;
}

typedef struct grid {
  const double *x, *y;
  box all;
  double cell;
  int side;           /* cells a side */
  int *first, *place; /* places in cell c: place[first[c]] .. place[first[c + 1] - 1] */
} grid;

static int
cell_of(const grid *g, double value, double low)
{
  int cell = (int) ((value - low) / g->cell);
  return cell < 0 ? 0 : cell >= g->side ? g->side - 1 : cell;
}

static int
cell_at(const grid *g, int i)
{
  return cell_of(g, g->y[i], g->all.y) * g->side + cell_of(g, g->x[i], g->all.x);
}

static bool
grid_fill(grid *g, int n, cc_arena *scratch)
{
  g->all = box_of(g->x, g->y, n);
  g->side = (int) fmax(1, sqrt((double) n / PER_CELL));
  g->cell = g->all.side / g->side;
  int cells = g->side * g->side;
  g->first = cc_arena_alloc(scratch, ((size_t) cells + 2) * sizeof(int));
  g->place = cc_arena_alloc(scratch, (size_t) n * sizeof(int));
  if (g->first == NULL || g->place == NULL)
    return false;
  int *next =
    g->first +
    1; /* write positions per cell; the array becomes first[] while places are filled in */
  for (int i = 0; i < n; i++)
    next[cell_at(g, i) + 1]++;
  for (int c = 1; c <= cells; c++)
    next[c] += next[c - 1];
  for (int i = 0; i < n; i++)
    g->place[next[cell_at(g, i)]++] = i;
  return true;
}

typedef struct nearest {
  int k, n, of;
  double away[CCD_NEAR_MAX];
  int place[CCD_NEAR_MAX];
} nearest;

static void
nearest_offer(nearest *best, int place, double away)
{
  if (best->n == best->k && away >= best->away[best->n - 1])
    return;
  int at = best->n < best->k ? best->n++ : best->n - 1;
  for (; at > 0 && best->away[at - 1] > away; at--) {
    best->away[at] = best->away[at - 1];
    best->place[at] = best->place[at - 1];
  }
  best->away[at] = away;
  best->place[at] = place;
}

static void
offer_cell(const grid *g, int cx, int cy, nearest *best)
{
  int c = cy * g->side + cx;
  for (int at = g->first[c]; at < g->first[c + 1]; at++) {
    int other = g->place[at];
    double dx = g->x[other] - g->x[best->of], dy = g->y[other] - g->y[best->of];
    if (other != best->of)
      nearest_offer(best, other, dx * dx + dy * dy);
  }
}

/* Add the places in the cells at a distance of exactly @ring cells from (@cx, @cy) to @best, as
 * far as they are among the nearest. */
static void
offer_ring(const grid *g, int cx, int cy, int ring, nearest *best)
{
  for (int y = cy - ring; y <= cy + ring; y++) {
    if (y < 0 || y >= g->side)
      continue;
    bool edge = y == cy - ring || y == cy + ring;
    for (int x = cx - ring; x <= cx + ring; x += edge || ring == 0 ? 1 : 2 * ring)
      if (x >= 0 && x < g->side)
        offer_cell(g, x, y, best);
  }
}

cc_status
ccd_near_find(const double *x,
              const double *y,
              int n,
              int k,
              cc_arena *scratch,
              int *ret,
              cc_error *reterr)
{
  grid g = {.x = x, .y = y};
  if (n == 0 || k == 0)
    return CC_OK;
  if (!grid_fill(&g, n, scratch))
    return cc_fail_memory(reterr);
  for (int i = 0; i < n; i++) {
    nearest best = {.k = k, .of = i};
    int cx = cell_of(&g, x[i], g.all.x), cy = cell_of(&g, y[i], g.all.y);
    for (int ring = 0; ring < g.side; ring++) {
      offer_ring(&g, cx, cy, ring, &best);
      double seen = ring * g.cell; /* every place not yet looked at is at least this far away */
      if (best.n == k && best.away[k - 1] <= seen * seen)
        break;
    }
    for (int j = 0; j < k; j++)
      ret[(size_t) i * (size_t) k + (size_t) j] = best.place[j];
  }
  return CC_OK;
}
