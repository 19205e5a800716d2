/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/canvass/ccd-tour.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "server/canvass/ccd-tour-exact.h"

/* Local search for short tours. The method is described in ccd-tour.h. Called by ccd-cut.c and
 * ccd-walk.c. */

#define NEIGHBOURS 6
#define NEIGHBOURS_LARGE                                                                           \
  10 /* neighbours per place in large tours: few kicks remain to find an edge that is missing in   \
        the list */
#define LARGE 5000
#define BREADTH 3 /* number of candidates tried for the third edge of an exchange */
#define MATRIX_MAX                                                                                 \
  700 /* up to this number of places, lengths are copied into a matrix, which is faster */
#define TINY                                                                                       \
  30 /* below this number of places, kicks hardly leave a local optimum: use many starts */
#define TINY_STARTS 6
#define SMALL 80
#define SMALL_STARTS 3
#define HEAT 1.2        /* temperature at the first kick, as a multiple of the mean edge */
#define ANNEAL_MAX 3000 /* up to this number of places, a worse tour may be kept for a time */
#define SWEEP_MIN                                                                                  \
  20000 /* from this number of places, kicks move along the tour to use CPU caches well */
#define REVERSE_FREE 25000 /* a reversal of up to this number of places is always permitted */
#define PIECE_MAX 50       /* of a kick */
#define PIECE_LARGE                                                                                \
  15 /* longest piece swapped by a kick in a large tour: short, so that kicks are cheap */
#define LOOK_EVERY 32 /* number of kicks between two checks of the clock and for cancellation */

typedef struct reversal {
  int from, to;
} reversal;

typedef struct tour {
  const ccd_tour_problem *problem;
  const int32_t *matrix;
  int n, k, reverse_max;
  int *order, *at; /* at[place] is the position of the place: order[at[place]] == place */
  int *near;       /* the k nearest neighbours of each of the n places, nearest first */
  int32_t *near_length;
  int *queue; /* ring buffer of places to search from; each place is in it at most once */
  int queue_from, queued;
  uint8_t *in_queue;
  reversal *journal; /* the reversals since the last kick, to undo them */
  int journaled, journal_max;
  bool overflowed; /* the journal was full, so the kick cannot be undone */
  int64_t length;
  uint64_t random;
} tour;

/* The shapes of an exchange of two or three edges, named as in the literature: the edges t1-t2
 * and t3-t4 are removed and t2-t3 is added. With three edges, t5-t6 is removed, and t4-t5 and
 * t6-t1 are added; with two edges, t4-t1 is added and t5 is -1. */
typedef enum kind {
  SHAPE_TWO,   /* two edges */
  SHAPE_THREE, /* a two-edge exchange, followed by a second one that starts at its last edge */
  SHAPE_TURN,  /* both pieces between the removed edges are reversed in place */
  SHAPE_SWAP,  /* the two pieces are swapped without reversal; includes Or-opt */
} kind;

typedef struct exchange {
  int64_t gain;
  kind kind;
  int t[6];
} exchange;

static inline int32_t
length_of(const tour *t, int a, int b)
{
  if (t->matrix != NULL)
    return t->matrix[(size_t) a * (size_t) t->n + (size_t) b];
  return t->problem->length(t->problem->data, a, b);
}

static inline int
next_of(const tour *t, int place)
{
  int at = t->at[place] + 1;
  return t->order[at == t->n ? 0 : at];
}

static inline int
previous_of(const tour *t, int place)
{
  int at = t->at[place];
  return t->order[at == 0 ? t->n - 1 : at - 1];
}

static inline int
tour_step(const tour *t, int place, bool back)
{
  return back ? previous_of(t, place) : next_of(t, place);
}

/* Returns the number of steps along the tour from @from to @to; with @back against its
 * direction. */
static inline int
tour_steps(const tour *t, int from, int to, bool back)
{
  int d = back ? t->at[from] - t->at[to] : t->at[to] - t->at[from];
  return d < 0 ? d + t->n : d;
}

static void
queue_place(tour *t, int place)
{
  if (t->in_queue[place])
    return;
  t->in_queue[place] = 1;
  int at = t->queue_from + t->queued++;
  t->queue[at >= t->n ? at - t->n : at] = place;
}

static int
unqueue_place(tour *t)
{
  int place = t->queue[t->queue_from];
  t->queue_from = t->queue_from + 1 == t->n ? 0 : t->queue_from + 1;
  t->queued--;
  t->in_queue[place] = 0;
  return place;
}

/* --- changing the tour --- */

/* Reverse the places at the positions @from .. @to (wrapping around). When the other part of the
 * ring is shorter, that part is reversed instead: the resulting closed tour is the same. */
static void
reverse_places(tour *t, int from, int to)
{
  int count = to - from + 1;
  if (count <= 0)
    count += t->n;
  if (2 * count > t->n) {
    int swap = from;
    from = to + 1 == t->n ? 0 : to + 1;
    to = swap == 0 ? t->n - 1 : swap - 1;
    count = t->n - count;
  }
  for (int i = count / 2; i > 0; i--) {
    int a = t->order[from], b = t->order[to];
    t->order[from] = b;
    t->at[b] = from;
    t->order[to] = a;
    t->at[a] = to;
    from = from + 1 == t->n ? 0 : from + 1;
    to = to == 0 ? t->n - 1 : to - 1;
  }
}

static void
reverse_noted(tour *t, int from, int to)
{
  if (t->journaled < t->journal_max)
    t->journal[t->journaled++] = (reversal){from, to};
  else
    t->overflowed = true;
  reverse_places(t, from, to);
}

/* Replace the edges a-b and d-c by b-c and a-d. In both, the second place follows the first in
 * the same direction of the tour. */
static void
flip_edges(tour *t, int a, int b, int c, int d)
{
  (void) c;
  if (next_of(t, a) == b)
    reverse_noted(t, t->at[b], t->at[d]);
  else
    reverse_noted(t, t->at[d], t->at[b]);
}

static void
apply_exchange(tour *t, const exchange *e)
{
  const int *p = e->t;
  switch (e->kind) {
  case SHAPE_TWO:
    flip_edges(t, p[0], p[1], p[2], p[3]);
    break;
  case SHAPE_THREE:
    flip_edges(t, p[0], p[1], p[2], p[3]);
    flip_edges(t, p[0], p[3], p[4], p[5]);
    break;
  case SHAPE_TURN:
    flip_edges(t, p[0], p[1], p[4], p[5]);
    flip_edges(t, p[1], p[4], p[3], p[2]);
    break;
  case SHAPE_SWAP:
    flip_edges(t, p[0], p[1], p[3], p[2]);
    flip_edges(t, p[0], p[2], p[4], p[5]);
    flip_edges(t, p[2], p[4], p[3], p[1]);
    break;
  }
  t->length -= e->gain;
  for (int i = 0; i < (e->kind == SHAPE_TWO ? 4 : 6); i++)
    queue_place(t, p[i]);
}

/* --- searching an exchange --- */

/* May one exchange reverse @count places? Limited, because the time of a reversal grows with the
 * count. */
static inline bool
is_affordable(const tour *t, int count)
{
  return (2 * count > t->n ? t->n - count : count) <= t->reverse_max;
}

static inline void
keep_better(exchange *best, int64_t gain, kind how, const int p[6])
{
  if (gain <= best->gain)
    return;
  best->gain = gain;
  best->kind = how;
  memcpy(best->t, p, sizeof(best->t));
}

/* Search the third edge of an exchange, starting from t4 (p[3]).
 *
 * @partial: gain so far by the edges t1-t2, t2-t3 and t3-t4
 * @plain: t4 is the end of the removed edge with which a two-edge exchange is possible, too
 * @best: replaced when a better exchange is found */
static void
search_third(const tour *t, int p[6], int64_t partial, bool plain, bool back, exchange *best)
{
  int t1 = p[0], t2 = p[1], t3 = p[2], t4 = p[3];
  /* Number of steps along the piece that begins at t2. */
  int cut = tour_steps(t, t2, plain ? t4 : t3, back);
  const int *near = t->near + (size_t) t4 * (size_t) t->k;
  const int32_t *lengths = t->near_length + (size_t) t4 * (size_t) t->k;
  int breadth = t->k < BREADTH ? t->k : BREADTH;
  for (int j = 0; j < breadth; j++) {
    int t5 = near[j];
    int64_t gain = partial - lengths[j];
    if (gain <= best->gain)
      return; /* neighbours are sorted by distance, so those that follow gain nothing either */
    if (t5 == t3)
      continue;
    int offset = tour_steps(t, t2, t5, back);
    p[4] = t5;
    if (plain) {
      /* The first two-edge exchange has reversed the piece t2 .. t4, so the place that followed
       * t5 in this piece now precedes t5. */
      int t6 = offset < cut ? tour_step(t, t5, back) : tour_step(t, t5, !back);
      p[5] = t6;
      int64_t closed = gain + length_of(t, t5, t6) - length_of(t, t6, t1);
      if (closed > best->gain && is_affordable(t, offset))
        keep_better(best, closed, SHAPE_THREE, p);
      continue;
    }
    if (offset > cut)
      continue; /* t5 is outside of the piece t2 .. t3, which has to be opened */
    if (t5 != t3) {
      p[5] = tour_step(t, t5, back);
      int64_t closed = gain + length_of(t, t5, p[5]) - length_of(t, p[5], t1);
      keep_better(best, closed, SHAPE_SWAP, p);
    }
    if (t5 != t2) {
      p[5] = tour_step(t, t5, !back);
      int64_t closed = gain + length_of(t, t5, p[5]) - length_of(t, p[5], t1);
      keep_better(best, closed, SHAPE_TURN, p);
    }
  }
}

/* Find the best exchange that removes the edge from @t1 to its successor; with @back, to its
 * predecessor. @best is replaced when a better exchange is found. */
static void
search_from(const tour *t, int t1, bool back, exchange *best)
{
  int t2 = tour_step(t, t1, back);
  int64_t removed = length_of(t, t1, t2);
  const int *near = t->near + (size_t) t2 * (size_t) t->k;
  const int32_t *lengths = t->near_length + (size_t) t2 * (size_t) t->k;
  for (int j = 0; j < t->k; j++) {
    int64_t partial = removed - lengths[j];
    if (partial <= 0)
      return;
    int t3 = near[j];
    if (t3 == t1)
      continue;
    int p[6] = {t1, t2, t3, tour_step(t, t3, !back), -1, -1};
    int count = tour_steps(t, t2, t3, back); /* number of places in the piece t2 .. t4 */
    if (!is_affordable(t, count))
      continue;
    if (count > 1) {
      int64_t opened = partial + length_of(t, t3, p[3]);
      keep_better(best, opened - length_of(t, p[3], t1), SHAPE_TWO, p);
      search_third(t, p, opened, /* plain= */ true, back, best);
    }
    p[3] = tour_step(t, t3, back);
    search_third(t, p, partial + length_of(t, t3, p[3]), /* plain= */ false, back, best);
  }
}

static bool
improve_at(tour *t, int place)
{
  exchange best = {0};
  search_from(t, place, /* back= */ false, &best);
  search_from(t, place, /* back= */ true, &best);
  if (best.gain <= 0)
    return false;
  apply_exchange(t, &best);
  return true;
}

static cc_status
search_all(tour *t, const ccd_watch *watch, cc_error *reterr)
{
  for (int looked = 0; t->queued > 0; looked++) {
    if (watch != NULL && looked % 1024 == 1023) {
      cc_status status = ccd_watch_check(watch, reterr);
      if (status != CC_OK)
        return status;
    }
    int place = unqueue_place(t);
    while (improve_at(t, place))
      ;
  }
  return CC_OK;
}

/* --- kicks --- */

static void
undo_to(tour *t, int64_t length)
{
  while (t->journaled > 0) {
    reversal last = t->journal[--t->journaled];
    reverse_places(t, last.from, last.to);
  }
  t->length = length;
}

/* Swap two adjacent short pieces of the tour that begin at position @at (a double bridge). */
static void
kick_at(tour *t, int at)
{
  int most = t->n < LARGE ? PIECE_MAX : PIECE_LARGE;
  if (most > (t->n - 2) / 3)
    most = (t->n - 2) / 3;
  int first = 1 + ccd_random_below(&t->random, most);
  int second = 1 + ccd_random_below(&t->random, most);
  int place[6];
  const int offsets[6] = {0, 1, first, first + 1, first + second, first + second + 1};
  for (int i = 0; i < 6; i++)
    place[i] = t->order[(at + offsets[i]) % t->n];
  exchange e = {.kind = SHAPE_SWAP,
                .t = {place[0], place[1], place[4], place[5], place[2], place[3]}};
  e.gain = (int64_t) length_of(t, place[0], place[1]) + length_of(t, place[2], place[3]) +
           length_of(t, place[4], place[5]) - length_of(t, place[0], place[3]) -
           length_of(t, place[4], place[1]) - length_of(t, place[2], place[5]);
  apply_exchange(t, &e);
}

static double
cpu_milliseconds(void)
{
  struct timespec now;
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0)
    return 0;
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

typedef struct limit {
  int64_t kicks; /* 0: none */
  double from, milliseconds;
  const ccd_watch *watch;
} limit;

/* Returns the used share of the limit: 0 at the beginning, 1 or more when the search must end. */
static double
used_of(const limit *l, int64_t kicks)
{
  double by_kicks = l->kicks > 0 ? (double) kicks / (double) l->kicks : 0;
  double by_time = l->milliseconds > 0 ? (cpu_milliseconds() - l->from) / l->milliseconds : 0;
  return fmax(by_kicks, by_time);
}

/* Returns whether the tour is kept after a kick (Metropolis criterion, with an exponentially
 * distributed threshold). @before: length before the kick. */
static bool
is_accepted(tour *t, int64_t before, double heat)
{
  if (t->length <= before)
    return true;
  if (heat <= 0)
    return false;
  double u = (double) ((ccd_random_next(&t->random) >> 11) + 1) / 9007199254740993.0;
  return (double) (t->length - before) < -heat * log(u);
}

/* Returns the position of the next kick: random, or in a large tour a little behind the last
 * one. */
static int
kick_place(tour *t, int last)
{
  if (t->n < SWEEP_MIN)
    return ccd_random_below(&t->random, t->n);
  int at = last + 1 + ccd_random_below(&t->random, PIECE_MAX / 2);
  return at < t->n ? at : at - t->n;
}

/* Mean length of an edge, without the two longest: callers use very long edges to force an
 * order. */
static double
mean_edge(const tour *t)
{
  int64_t longest = 0, second = 0;
  for (int i = 0; i < t->n; i++) {
    int64_t edge = length_of(t, t->order[i], t->order[i + 1 == t->n ? 0 : i + 1]);
    if (edge > longest) {
      second = longest;
      longest = edge;
    } else if (edge > second) {
      second = edge;
    }
  }
  return (double) (t->length - longest - second) / t->n;
}

static cc_status
kick_until(tour *t, const limit *l, int *best, cc_error *reterr)
{
  double edge = mean_edge(t), heat = 0;
  bool anneals = t->n <= ANNEAL_MAX;
  int64_t best_length = t->length;
  memcpy(best, t->order, (size_t) t->n * sizeof(int));
  int at = 0;
  for (int64_t kicks = 0;; kicks++) {
    if (kicks % LOOK_EVERY == 0) {
      double used = used_of(l, kicks);
      cc_status status = ccd_watch_check(l->watch, reterr);
      if (used >= 1 || status != CC_OK)
        return status;
      heat = anneals ? edge * HEAT * (1 - used) : 0;
    }
    if (l->kicks > 0 && kicks >= l->kicks)
      return CC_OK;
    int64_t before = t->length;
    t->journaled = 0;
    t->overflowed = false;
    at = kick_place(t, at);
    kick_at(t, at);
    cc_status status = search_all(t, /* watch= */ NULL, reterr);
    if (status != CC_OK)
      return status;
    if (!t->overflowed && !is_accepted(t, before, heat))
      undo_to(t, before);
    if (anneals && t->length < best_length) {
      best_length = t->length;
      memcpy(best, t->order, (size_t) t->n * sizeof(int));
    }
  }
}

/* --- preparing the tour --- */

static void
keep_near(const tour *t, int of, int other, int *count)
{
  int *near = t->near + (size_t) of * (size_t) t->k;
  int32_t *lengths = t->near_length + (size_t) of * (size_t) t->k;
  int32_t length = length_of(t, of, other);
  if (*count == t->k && length >= lengths[t->k - 1])
    return;
  int i = *count < t->k ? (*count)++ : t->k - 1;
  for (; i > 0 && lengths[i - 1] > length; i--) {
    lengths[i] = lengths[i - 1];
    near[i] = near[i - 1];
  }
  lengths[i] = length;
  near[i] = other;
}

static cc_status
find_near(tour *t, cc_arena *scratch, cc_error *reterr)
{
  const ccd_tour_problem *p = t->problem;
  size_t cells = (size_t) t->n * (size_t) t->k;
  int *straight = NULL;
  if (t->matrix == NULL && p->x != NULL) {
    straight = cc_arena_alloc(scratch, cells * sizeof(int));
    if (straight == NULL)
      return cc_fail_memory(reterr);
    cc_status status = ccd_near_find(p->x, p->y, t->n, t->k, scratch, straight, reterr);
    if (status != CC_OK)
      return status;
  }
  for (int i = 0; i < t->n; i++) {
    int count = 0;
    if (straight != NULL) {
      for (int j = 0; j < t->k; j++)
        keep_near(t, i, straight[(size_t) i * (size_t) t->k + (size_t) j], &count);
      continue;
    }
    for (int other = 0; other < t->n; other++)
      if (other != i)
        keep_near(t, i, other, &count);
  }
  return CC_OK;
}

static cc_status
tour_ready(tour *t, cc_arena *scratch, cc_error *reterr)
{
  size_t n = (size_t) t->n;
  const ccd_tour_problem *p = t->problem;
  t->matrix = p->matrix;
  t->k = t->n < LARGE ? NEIGHBOURS : NEIGHBOURS_LARGE;
  if (t->k > t->n - 1)
    t->k = t->n - 1;
  t->reverse_max = t->n < 2 * REVERSE_FREE ? t->n : REVERSE_FREE;
  t->journal_max = 4096;
  t->at = cc_arena_alloc(scratch, n * sizeof(int));
  t->near = cc_arena_alloc(scratch, n * (size_t) t->k * sizeof(int));
  t->near_length = cc_arena_alloc(scratch, n * (size_t) t->k * sizeof(int32_t));
  t->queue = cc_arena_alloc(scratch, n * sizeof(int));
  t->in_queue = cc_arena_alloc(scratch, n);
  t->journal = cc_arena_alloc(scratch, (size_t) t->journal_max * sizeof(reversal));
  if (t->at == NULL || t->near == NULL || t->near_length == NULL || t->queue == NULL ||
      t->in_queue == NULL || t->journal == NULL)
    return cc_fail_memory(reterr);
  if (p->matrix != NULL || t->n > MATRIX_MAX)
    return find_near(t, scratch, reterr);
  int32_t *matrix = cc_arena_alloc(scratch, n * n * sizeof(int32_t));
  if (matrix == NULL)
    return cc_fail_memory(reterr);
  for (int a = 0; a < t->n; a++)
    for (int b = 0; b < a; b++)
      matrix[(size_t) a * n + (size_t) b] = matrix[(size_t) b * n + (size_t) a] =
        p->length(p->data, a, b);
  t->matrix = matrix;
  return find_near(t, scratch, reterr);
}

/* Build a tour from @first by always going to the nearest unvisited place: O(n^2). Used as a
 * start when places have no coordinates. */
static void
start_nearest(const tour *t, int first, int *order)
{
  for (int i = 0; i < t->n; i++)
    order[i] = i;
  order[0] = first;
  order[first] = 0;
  for (int i = 1; i < t->n; i++) {
    int best = i;
    int32_t length = INT32_MAX;
    for (int j = i; j < t->n; j++) {
      int32_t away = length_of(t, order[i - 1], order[j]);
      if (away < length) {
        length = away;
        best = j;
      }
    }
    int swap = order[i];
    order[i] = order[best];
    order[best] = swap;
  }
}

static void
start_random(tour *t, int *order)
{
  for (int i = t->n - 1; i > 0; i--) {
    int j = ccd_random_below(&t->random, i + 1);
    int swap = order[i];
    order[i] = order[j];
    order[j] = swap;
  }
}

/* Load @order as the tour and queue every place. */
static void
tour_begin(tour *t, int *order)
{
  t->order = order;
  t->queue_from = t->queued = 0;
  for (int i = 0; i < t->n; i++) {
    t->at[order[i]] = i;
    t->in_queue[i] = 0;
  }
  t->length = 0;
  for (int i = 0; i < t->n; i++)
    t->length += length_of(t, order[i], order[i + 1 == t->n ? 0 : i + 1]);
  for (int i = 0; i < t->n; i++)
    queue_place(t, order[i]);
}

static int64_t
order_length(const tour *t, const int *order)
{
  int64_t length = 0;
  for (int i = 0; i < t->n; i++)
    length += length_of(t, order[i], order[i + 1 == t->n ? 0 : i + 1]);
  return length;
}

/* Improve the tour @order by local search and kicks. The best tour found is stored in @order.
 * @other: buffer for n places. */
static cc_status
run_once(tour *t, const limit *l, int *order, int *other, cc_error *reterr)
{
  tour_begin(t, order);
  t->journaled = 0;
  cc_status status = search_all(t, l->watch, reterr);
  if (status != CC_OK)
    return status;
  if (l->kicks == 0 && l->milliseconds <= 0)
    return CC_OK;
  status = kick_until(t, l, other, reterr);
  if (status == CC_OK && t->n <= ANNEAL_MAX)
    memcpy(order, other, (size_t) t->n * sizeof(int));
  return status;
}

static cc_status
run_restarts(tour *t, const limit *whole, int *order, int *work, int *other, cc_error *reterr)
{
  int64_t best = INT64_MAX;
  int starts = t->n < TINY ? TINY_STARTS : SMALL_STARTS;
  memcpy(work, order, (size_t) t->n * sizeof(int));
  for (int i = 0; i < starts; i++) {
    limit part = *whole;
    part.kicks = whole->kicks > 0 ? whole->kicks / starts + 1 : 0;
    if (whole->milliseconds > 0) {
      part.from = cpu_milliseconds();
      part.milliseconds =
        fmax((whole->milliseconds - (part.from - whole->from)) / (starts - i), 0.001);
    }
    if (i > 0)
      start_random(t, work);
    cc_status status = run_once(t, &part, work, other, reterr);
    if (status != CC_OK)
      return status;
    int64_t length = order_length(t, work);
    if (length < best) {
      best = length;
      memcpy(order, work, (size_t) t->n * sizeof(int));
    }
  }
  return CC_OK;
}

static cc_status
start_of(tour *t, cc_arena *scratch, int *order, cc_error *reterr)
{
  const ccd_tour_problem *p = t->problem;
  if (p->given)
    return CC_OK;
  if (p->x != NULL && t->n > MATRIX_MAX)
    return ccd_near_hilbert(p->x, p->y, t->n, scratch, order, reterr);
  start_nearest(t, /* first= */ 0, order);
  return CC_OK;
}

cc_status
ccd_tour_solve(const ccd_tour_problem *problem,
               const ccd_tour_budget *budget,
               const ccd_watch *watch,
               cc_arena *scratch,
               int *order,
               int64_t *ret_length,
               cc_error *reterr)
{
  if (problem->n <= CCD_TOUR_EXACT)
    return ccd_tour_exact(problem, scratch, order, ret_length, reterr);
  limit l = {.kicks = budget->kicks, .milliseconds = budget->milliseconds, .watch = watch};
  l.from = l.milliseconds > 0 ? cpu_milliseconds() : 0;
  tour t = {.problem = problem, .n = problem->n, .random = ccd_random_seed(budget->seed)};
  int *work = cc_arena_alloc(scratch, 2 * (size_t) t.n * sizeof(int));
  if (work == NULL)
    return cc_fail_memory(reterr);
  int *other = work + t.n;
  cc_status status = ccd_watch_check(watch, reterr);
  if (status == CC_OK)
    status = tour_ready(&t, scratch, reterr);
  if (status == CC_OK)
    status = start_of(&t, scratch, order, reterr);
  if (status == CC_OK)
    status = t.n < SMALL ? run_restarts(&t, &l, order, work, other, reterr)
                         : run_once(&t, &l, order, other, reterr);
  if (status == CC_OK && ret_length != NULL)
    *ret_length = order_length(&t, order);
  return status;
}
