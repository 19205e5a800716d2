/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/canvass/ccd-streets.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Walking distances between doors: a graph of street segments, searched by Dijkstra's algorithm.
 * Used by the other files of this folder; server/turf builds the graph. */

#define DETOUR 1.15
#define BLOCK_CHANGE 1500 /* cm */
#define SAME_SIDE 300 /* cm: added when the walk continues on the same side of the same street */
#define CROSSING 2000 /* cm: cost of crossing a street when it is unknown */
#define FAR 2000000   /* cm: searches end at this distance */
#define LENGTH_MAX (1 << 29)

typedef struct arc {
  int node;
  int32_t length;
} arc;

typedef struct entry {
  int32_t away;
  int node;
} entry;

struct ccd_streets {
  const ccd_segment *segments;
  int n, nodes;
  int *first; /* arcs of node i: arcs[first[i]] .. arcs[first[i + 1] - 1] */
  arc *arcs;
  /* Results of one search. away[i] is valid only if seen[i] is the stamp of that search, so the
   * arrays need not be cleared between searches. */
  int32_t *away;
  uint32_t *seen, *wanted;
  uint32_t stamp, wanted_stamp;
  entry *heap; /* sized so that each arc may insert one entry */
  int heaped;
};

static int32_t
to_centimetres(double metres)
{
  double cm = metres * CCD_CM;
  return cm >= LENGTH_MAX ? LENGTH_MAX : (int32_t) lround(cm);
}

/* --- the graph --- */

static cc_status
count_nodes(ccd_streets *s, cc_error *reterr)
{
  for (int i = 0; i < s->n; i++) {
    const ccd_segment *g = &s->segments[i];
    if (g->node_a < 0 || g->node_b < 0 || !isfinite(g->length) || g->length < 0 ||
        !isfinite(g->crossing) || g->crossing < 0)
      return cc_fail(reterr,
                     CC_ERR_INVALID,
                     "segment",
                     "Segment %d has an invalid node or length.",
                     i);
    int higher = g->node_a > g->node_b ? g->node_a : g->node_b;
    if (higher >= s->nodes)
      s->nodes = higher + 1;
  }
  return CC_OK;
}

static bool
allocate_graph(ccd_streets *s, cc_arena *arena)
{
  size_t nodes = (size_t) s->nodes, arcs = 2 * (size_t) s->n;
  s->first = cc_arena_alloc(arena, (nodes + 2) * sizeof(int));
  s->arcs = cc_arena_alloc(arena, (arcs + 1) * sizeof(arc));
  s->away = cc_arena_alloc(arena, (nodes + 1) * sizeof(int32_t));
  s->seen = cc_arena_alloc(arena, (nodes + 1) * sizeof(uint32_t));
  s->wanted = cc_arena_alloc(arena, (nodes + 1) * sizeof(uint32_t));
  s->heap = cc_arena_alloc(arena, (arcs + 2) * sizeof(entry));
  return s->first != NULL && s->arcs != NULL && s->away != NULL && s->seen != NULL &&
         s->wanted != NULL && s->heap != NULL;
}

cc_status
ccd_streets_new(const ccd_segment *segments,
                int n,
                cc_arena *arena,
                ccd_streets **ret,
                cc_error *reterr)
{
  ccd_streets *s = cc_arena_alloc(arena, sizeof(*s));
  if (s == NULL)
    return cc_fail_memory(reterr);
  s->segments = segments;
  s->n = n;
  cc_status status = count_nodes(s, reterr);
  if (status != CC_OK)
    return status;
  if (!allocate_graph(s, arena))
    return cc_fail_memory(reterr);
  int *next =
    s->first + 1; /* write positions per node; the array becomes first[] while arcs are filled in */
  for (int i = 0; i < n; i++) {
    next[segments[i].node_a + 1]++;
    next[segments[i].node_b + 1]++;
  }
  for (int i = 1; i <= s->nodes; i++)
    next[i] += next[i - 1];
  for (int i = 0; i < n; i++) {
    const ccd_segment *g = &segments[i];
    int32_t length = to_centimetres(g->length);
    s->arcs[next[g->node_a]++] = (arc){g->node_b, length};
    s->arcs[next[g->node_b]++] = (arc){g->node_a, length};
  }
  *ret = s;
  return CC_OK;
}

/* --- one search: Dijkstra 1959 with a binary heap --- */

static void
heap_push(ccd_streets *s, int node, int32_t away)
{
  int at = s->heaped++;
  for (; at > 0 && s->heap[(at - 1) / 2].away > away; at = (at - 1) / 2)
    s->heap[at] = s->heap[(at - 1) / 2];
  s->heap[at] = (entry){away, node};
}

static entry
heap_pop(ccd_streets *s)
{
  entry top = s->heap[0], last = s->heap[--s->heaped];
  int at = 0;
  for (;;) {
    int child = 2 * at + 1;
    if (child >= s->heaped)
      break;
    if (child + 1 < s->heaped && s->heap[child + 1].away < s->heap[child].away)
      child++;
    if (s->heap[child].away >= last.away)
      break;
    s->heap[at] = s->heap[child];
    at = child;
  }
  s->heap[at] = last;
  return top;
}

static void
relax_node(ccd_streets *s, int node, int32_t away)
{
  if (away > FAR || (s->seen[node] == s->stamp && s->away[node] <= away))
    return;
  s->seen[node] = s->stamp;
  s->away[node] = away;
  heap_push(s, node, away);
}

/* Compute distances from @from until all @wanted nodes that have the stamp wanted_stamp are
 * reached. */
static void
search_from(ccd_streets *s, int from, int wanted)
{
  s->stamp++;
  s->heaped = 0;
  relax_node(s, from, 0);
  while (s->heaped > 0 && wanted > 0) {
    entry top = heap_pop(s);
    if (top.away > s->away[top.node])
      continue; /* outdated entry: a shorter way to the node was found later */
    if (s->wanted[top.node] == s->wanted_stamp)
      wanted--;
    for (int i = s->first[top.node]; i < s->first[top.node + 1]; i++)
      relax_node(s, s->arcs[i].node, top.away + s->arcs[i].length);
  }
}

/* --- distances between doors --- */

static int32_t
straight_length(const ccd_point *p, const ccd_point *q)
{
  double dx = p->x - q->x, dy = p->y - q->y;
  double cm = DETOUR * CCD_CM * sqrt(dx * dx + dy * dy);
  return cm >= LENGTH_MAX ? LENGTH_MAX : (int32_t) (cm + 0.5);
}

static int32_t
length_along(const ccd_point *p, const ccd_point *q)
{
  return to_centimetres(fabs((double) p->measure - (double) q->measure));
}

/* The distinct end nodes of the segments on which the doors are, and for each door the indexes
 * of the two ends of its segment. */
typedef struct ends {
  int *node, n;
  int *of;          /* two indexes into node per door; -1 for a door without a segment */
  int32_t *between; /* n * n distances between the nodes; -1: no way */
} ends;

static int
end_add(ends *e, int node)
{
  for (int i = e->n - 1; i >= 0; i--)
    if (e->node[i] == node)
      return i;
  e->node[e->n] = node;
  return e->n++;
}

static bool
on_street(const ccd_streets *s, const ccd_point *p)
{
  return s != NULL && p->segment >= 0 && p->segment < s->n;
}

static cc_status
ends_find(ccd_streets *s,
          const ccd_point *points,
          const int *which,
          int n,
          cc_arena *scratch,
          ends *e,
          cc_error *reterr)
{
  e->node = cc_arena_alloc(scratch, 2 * (size_t) n * sizeof(int));
  e->of = cc_arena_alloc(scratch, 2 * (size_t) n * sizeof(int));
  if (e->node == NULL || e->of == NULL)
    return cc_fail_memory(reterr);
  for (int i = 0; i < n; i++) {
    const ccd_point *p = &points[which[i]];
    bool on = on_street(s, p);
    e->of[2 * i] = on ? end_add(e, s->segments[p->segment].node_a) : -1;
    e->of[2 * i + 1] = on ? end_add(e, s->segments[p->segment].node_b) : -1;
  }
  e->between = cc_arena_alloc(scratch, ((size_t) e->n * (size_t) e->n + 1) * sizeof(int32_t));
  if (e->between == NULL)
    return cc_fail_memory(reterr);
  if (e->n > 0)
    s->wanted_stamp++;
  for (int i = 0; i < e->n; i++)
    s->wanted[e->node[i]] = s->wanted_stamp;
  for (int i = 0; i < e->n; i++) {
    search_from(s, e->node[i], e->n);
    for (int j = 0; j < e->n; j++)
      e->between[i * e->n + j] = s->seen[e->node[j]] == s->stamp ? s->away[e->node[j]] : -1;
  }
  return CC_OK;
}

static int32_t
to_end(const ccd_streets *s, const ccd_point *p, int end)
{
  double left =
    end == 0 ? (double) p->measure : s->segments[p->segment].length - (double) p->measure;
  return to_centimetres(fmax(left, 0));
}

/* Returns the length in centimetres of the way between two doors through the graph; -1 if there
 * is no way. @i and @j: indexes of the doors in @e->of. */
static int32_t
length_through(const ccd_streets *s,
               const ends *e,
               const ccd_point *p,
               int i,
               const ccd_point *q,
               int j)
{
  assert(e->between != NULL);
  int32_t best = -1;
  for (int a = 0; a < 2; a++) {
    for (int b = 0; b < 2; b++) {
      int32_t middle = e->between[e->of[2 * i + a] * e->n + e->of[2 * j + b]];
      int32_t whole = to_end(s, p, a) + middle + to_end(s, q, b);
      if (middle >= 0 && (best < 0 || whole < best))
        best = whole;
    }
  }
  return best;
}

static int32_t
walk_between(const ccd_streets *s,
             const ends *e,
             const ccd_point *p,
             int i,
             const ccd_point *q,
             int j)
{
  if (!on_street(s, p) || !on_street(s, q))
    return straight_length(p, q) + BLOCK_CHANGE;
  const ccd_segment *g = &s->segments[p->segment], *h = &s->segments[q->segment];
  if (g == h)
    return length_along(p, q) + (p->side == q->side ? 0 : to_centimetres(g->crossing));
  int32_t way = length_through(s, e, p, i, q, j);
  if (way < 0)
    return straight_length(p, q) + BLOCK_CHANGE;
  return way + to_centimetres((g->crossing + h->crossing) / 4);
}

cc_status
ccd_streets_matrix(ccd_streets *streets,
                   const ccd_point *points,
                   const int *which,
                   int n,
                   int stride,
                   cc_arena *scratch,
                   int32_t *ret,
                   cc_error *reterr)
{
  ends e = {0};
  cc_status status = ends_find(streets, points, which, n, scratch, &e, reterr);
  if (status != CC_OK)
    return status;
  for (int i = 0; i < n; i++) {
    ret[(size_t) i * (size_t) stride + (size_t) i] = 0;
    for (int j = 0; j < i; j++) {
      int32_t length = walk_between(streets, &e, &points[which[i]], i, &points[which[j]], j);
      ret[(size_t) i * (size_t) stride + (size_t) j] = length;
      ret[(size_t) j * (size_t) stride + (size_t) i] = length;
    }
  }
  return CC_OK;
}

int32_t
ccd_streets_near(const void *metric, int a, int b)
{
  const ccd_street_metric *m = metric;
  const ccd_point *p = &m->points[a], *q = &m->points[b];
  int32_t barrier = p->group == q->group ? 0 : m->barrier;
  if (p->segment >= 0 && p->segment == q->segment) {
    if (p->side == q->side)
      return length_along(p, q) + barrier;
    int32_t crossing =
      m->segments == NULL ? CROSSING : to_centimetres(m->segments[p->segment].crossing);
    return length_along(p, q) + crossing + barrier;
  }
  bool same_side = p->street >= 0 && p->street == q->street && p->number >= 0 && q->number >= 0 &&
                   ((p->number ^ q->number) & 1) == 0;
  return straight_length(p, q) + (same_side ? SAME_SIDE : BLOCK_CHANGE) + barrier;
}
