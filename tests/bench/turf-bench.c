/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures cutting a town into turfs and their walks by server/canvass. POINTS and SEGMENTS are
 * files of the town bench; COPIES of the town are placed side by side. Run by ./dev bench turf. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/canvass/ccd-cut.h"
#include "server/canvass/ccd-walk.h"

#define TARGET 50
#define APART 12000.0 /* metres between two copies of the town */
#define CEILING ((size_t) 4 << 30)

typedef struct town {
  ccd_point *points;
  ccd_segment *segments;
  int n, n_segments, nodes;
} town;

static void *
need(void *memory)
{
  if (memory == NULL)
    abort();
  return memory;
}

static void
must(cc_status status, const cc_error *error)
{
  if (status == CC_OK)
    return;
  (void) fprintf(stderr, "%s\n", error->message);
  exit(1);
}

static double
seconds(void)
{
  struct timespec now;
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) != 0)
    abort();
  return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

/* Read up to @n comma-separated numbers of a line. */
static void
read_numbers(char *line, double *ret, int n)
{
  for (int i = 0; i < n; i++) {
    ret[i] = strtod(line, &line);
    if (*line == ',')
      line++;
  }
}

static FILE *
open_table(const char *path)
{
  char head[512];
  FILE *file = fopen(path, "r");
  if (file == NULL || fgets(head, sizeof(head), file) == NULL) {
    perror(path);
    exit(1);
  }
  return file;
}

static void *
grown(void *items, int n, size_t size)
{
  return (n & (n - 1)) == 0 ? need(realloc(items, (size_t) (n == 0 ? 1 : 2 * n) * size)) : items;
}

static town
read_town(const char *points, const char *segments)
{
  town t = {0};
  char line[512];
  double v[10];
  FILE *file = open_table(segments);
  for (; fgets(line, sizeof(line), file) != NULL; t.n_segments++) {
    read_numbers(line, v, 5);
    t.segments = grown(t.segments, t.n_segments, sizeof(*t.segments));
    t.segments[t.n_segments] = (ccd_segment){(int) v[1], (int) v[2], v[3], v[4]};
    t.nodes = (int) fmax(t.nodes, fmax(v[1], v[2]) + 1);
  }
  (void) fclose(file);
  file = open_table(points);
  for (; fgets(line, sizeof(line), file) != NULL; t.n++) {
    read_numbers(line, v, 10);
    t.points = grown(t.points, t.n, sizeof(*t.points));
    t.points[t.n] = (ccd_point){.x = v[1],
                                .y = v[2],
                                .doors = (int) v[3],
                                .segment = (int) v[4],
                                .side = (int) v[5],
                                .measure = (float) v[6],
                                .setback = (float) v[7],
                                .street = (int) v[8],
                                .number = (int) v[9]};
  }
  (void) fclose(file);
  for (int i = 0; i < t.n; i++)
    if (t.points[i].segment < 0 || t.points[i].segment >= t.n_segments) {
      (void) fprintf(stderr, "point %d lies on no segment\n", i);
      exit(1);
    }
  return t;
}

/* Place @copies copies of the town side by side, each with its own nodes, segments and streets. */
static town
side_by_side(const town *one, int copies)
{
  town t = {.n = one->n * copies, .n_segments = one->n_segments * copies};
  t.points = need(calloc((size_t) t.n, sizeof(*t.points)));
  t.segments = need(calloc((size_t) t.n_segments, sizeof(*t.segments)));
  for (int i = 0; i < t.n_segments; i++) {
    t.segments[i] = one->segments[i % one->n_segments];
    t.segments[i].node_a += i / one->n_segments * one->nodes;
    t.segments[i].node_b += i / one->n_segments * one->nodes;
  }
  for (int i = 0; i < t.n; i++) {
    int copy = i / one->n;
    t.points[i] = one->points[i % one->n];
    t.points[i].x += copy * APART;
    t.points[i].segment += copy * one->n_segments;
    t.points[i].street += copy * 100000;
  }
  return t;
}

/* Compare by street, then number: the order of a list without a route. */
static int
compare_address(const void *a, const void *b, void *points)
{
  const ccd_point *p = (const ccd_point *) points + *(const int *) a;
  const ccd_point *q = (const ccd_point *) points + *(const int *) b;
  if (p->street != q->street)
    return p->street < q->street ? -1 : 1;
  if (p->number != q->number)
    return p->number < q->number ? -1 : 1;
  return *(const int *) a - *(const int *) b;
}

static int
compare_int(const void *a, const void *b)
{
  return *(const int *) a - *(const int *) b;
}

/* Check that each door of each point is in exactly one piece of a turf. */
static void
check_whole(const town *t, const ccd_cut *cut)
{
  int *doors = need(calloc((size_t) t->n, sizeof(int)));
  for (int i = 0; i < cut->n_pieces; i++)
    doors[cut->pieces[i].point] += cut->pieces[i].doors;
  for (int i = 0; i < t->n; i++)
    if (doors[i] != t->points[i].doors) {
      (void) fprintf(stderr, "point %d has %d doors in turfs\n", i, doors[i]);
      exit(1);
    }
  free(doors);
}

static void
print_balance(const ccd_cut *cut)
{
  int *doors = need(calloc((size_t) cut->n_turfs + 1, sizeof(int))), n = 0, within = 0;
  for (int i = 0; i < cut->n_turfs; i++)
    if (!cut->turfs[i].tower)
      doors[n++] = cut->turfs[i].doors;
  if (n == 0)
    exit(1);
  for (int i = 0; i < n; i++)
    within += abs(doors[i] - TARGET) * 10 <= TARGET;
  qsort(doors, (size_t) n, sizeof(int), compare_int);
  (void) printf("  turfs %d and %d of towers; doors min %d p5 %d median %d p95 %d max %d; "
                "within 10 %%: %.1f %%\n",
                n,
                cut->n_turfs - n,
                doors[0],
                doors[n / 20],
                doors[n / 2],
                doors[n - 1 - n / 20],
                doors[n - 1],
                100.0 * within / n);
  free(doors);
}

/* Share of those block sides with ordinary doors that are divided between several turfs. */
static double
split_blockfaces(const town *t, const ccd_cut *cut)
{
  int faces = 0, splits = 0;
  int *turf_of =
    need(calloc(2 * (size_t) t->n_segments,
                sizeof(int))); /* turf of the block side + 1; -1: several turfs; 0: none */
  for (int i = 0; i < cut->n_turfs; i++) {
    const ccd_turf *turf = &cut->turfs[i];
    for (int j = turf->first; j < turf->first + turf->n && !turf->tower; j++) {
      const ccd_point *p = &t->points[cut->pieces[j].point];
      int *of = &turf_of[2 * p->segment + p->side];
      *of = *of == 0 || *of == i + 1 ? i + 1 : -1;
    }
  }
  for (int i = 0; i < 2 * t->n_segments; i++) {
    faces += turf_of[i] != 0;
    splits += turf_of[i] < 0;
  }
  free(turf_of);
  return 100.0 * splits / faces;
}

typedef struct walked {
  double metres, approach, minutes, took;
  int doors;
} walked;

static walked
walk_all(const town *t,
         const ccd_cut *cut,
         ccd_streets *streets,
         const ccd_walk_options *options,
         bool by_address)
{
  cc_arena *scratch = need(cc_arena_new(CEILING));
  int *which = need(calloc((size_t) cut->n_pieces + 1, sizeof(int)));
  walked sum = {0};
  const ccd_ground ground = {t->points, t->n, t->segments, streets};
  double from = seconds();
  for (int i = 0; i < cut->n_turfs; i++) {
    const ccd_turf *turf = &cut->turfs[i];
    cc_error error = {0};
    ccd_walk walk;
    for (int j = 0; j < turf->n; j++)
      which[j] = cut->pieces[turf->first + j].point;
    if (by_address) {
      qsort_r(which, (size_t) turf->n, sizeof(int), compare_address, t->points);
      must(ccd_walk_measure(&ground, which, turf->n, options, scratch, &walk, &error), &error);
    } else {
      must(ccd_walk_plan(&ground, which, turf->n, options, scratch, which, &walk, &error), &error);
    }
    if (turf->tower)
      continue;
    sum.metres += walk.length;
    sum.approach += walk.approach / 2;
    sum.minutes += walk.minutes;
    sum.doors += walk.doors;
  }
  sum.took = seconds() - from;
  free(which);
  cc_arena_free(scratch);
  return sum;
}

static void
bench(const char *title, const town *t, ccd_cut_mode mode, double milliseconds)
{
  cc_arena *arena = need(cc_arena_new(CEILING)), *scratch = need(cc_arena_new(CEILING));
  ccd_cut_options options = {.mode = mode, .target_doors = TARGET, .seed = 1};
  const ccd_walk_options fixed = {.seed = 1}, timed = {.seed = 1, .milliseconds = 5};
  cc_error error = {0};
  ccd_cut cut = {0};
  const ccd_ground ground = {t->points, t->n, t->segments, NULL};
  double from = seconds();
  must(ccd_cut_turfs(&ground, &options, arena, scratch, &cut, &error), &error);
  double took = seconds() - from;
  check_whole(t, &cut);
  ccd_streets *streets = NULL;
  must(ccd_streets_new(t->segments, t->n_segments, arena, &streets, &error), &error);
  walked ours = walk_all(t, &cut, streets, milliseconds > 0 ? &timed : &fixed, false);
  walked listed = walk_all(t, &cut, streets, &fixed, true);
  (void) printf("%s: cut %.2f s, every walk %.2f s, together %.2f s\n",
                title,
                took,
                ours.took,
                took + ours.took);
  print_balance(&cut);
  (void) printf("  metres a door %.2f (and %.2f from street to door, once), in order of street and "
                "number %.2f (%.0f %% less); split blockfaces %.1f %%\n",
                ours.metres / ours.doors,
                ours.approach / ours.doors,
                listed.metres / listed.doors,
                100 - 100 * ours.metres / listed.metres,
                split_blockfaces(t, &cut));
  (void) fflush(stdout);
  cc_arena_free(arena);
  cc_arena_free(scratch);
}

int
main(int argc, char **argv)
{
  if (argc != 3) {
    (void) fprintf(stderr, "usage: turf-bench POINTS SEGMENTS\n");
    return 2;
  }
  town one = read_town(argv[1], argv[2]);
  int doors = 0;
  for (int i = 0; i < one.n; i++)
    doors += one.points[i].doors;
  (void) printf("%d doors at %d points on %d segments; ordinary turfs of %d doors; CPU seconds\n",
                doors,
                one.n,
                one.n_segments,
                TARGET);
  bench("route", &one, CCD_CUT_ROUTE, 0);
  bench("compact", &one, CCD_CUT_COMPACT, 0);
  town five = side_by_side(&one, 5);
  bench("route, five side by side", &five, CCD_CUT_ROUTE, 0);
  bench("the same, walks of 5 ms", &five, CCD_CUT_ROUTE, 5);
  return 0;
}
