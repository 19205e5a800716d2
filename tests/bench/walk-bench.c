/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures the quality of the tours of server/canvass. Prints one row for each matrix of a file
 * in the format of walk_matrices_20_proven.txt ("n optimum", then n rows of metres), or for a
 * TSPLIB file (EUC_2D, CEIL_2D, ATT, GEO; the optimum comes from a solutions.txt in the same
 * folder). Run by ./dev bench walk. */
#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/canvass/ccd-tour.h"

#define TENTHS 10
#define KICKS_A_PLACE 50
#define EARTH 6378.388 /* km, TSPLIB's */

typedef enum metric {
  METRIC_EUC,
  METRIC_CEIL,
  METRIC_ATT,
  METRIC_GEO,
  METRIC_MATRIX
} metric;

typedef struct instance {
  char name[64];
  int n;
  metric metric;
  double *x, *y;
  int32_t *matrix;
  double optimum; /* 0: not known */
} instance;

static const double budgets[] = {1, 5, 20, 100};

static void *
need(void *memory)
{
  if (memory == NULL)
    abort();
  return memory;
}

/* Convert degrees in TSPLIB's notation DDD.MM (degrees and minutes) to radians. */
static double
radians(double value)
{
  double degrees = trunc(value);
  return 3.141592 * (degrees + 5.0 * (value - degrees) / 3.0) / 180.0;
}

static int32_t
length_of(const void *data, int a, int b)
{
  const instance *in = data;
  double dx = in->x[a] - in->x[b], dy = in->y[a] - in->y[b];
  double straight = sqrt(dx * dx + dy * dy);
  if (in->metric == METRIC_EUC)
    return (int32_t) (straight + 0.5);
  if (in->metric == METRIC_CEIL)
    return (int32_t) ceil(straight);
  if (in->metric == METRIC_ATT)
    return (int32_t) ceil(straight / sqrt(10.0));
  double q1 = cos(radians(in->y[a]) - radians(in->y[b]));
  double q2 = cos(radians(in->x[a]) - radians(in->x[b]));
  double q3 = cos(radians(in->x[a]) + radians(in->x[b]));
  return (int32_t) (EARTH * acos(0.5 * ((1.0 + q1) * q2 - (1.0 - q1) * q3)) + 1.0);
}

static double
milliseconds(void)
{
  struct timespec now;
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) != 0)
    abort();
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

/* Compute a tour; returns its length, and its milliseconds in @ret_ms. */
static int64_t
solve(const instance *in, ccd_tour_budget budget, double *ret_ms)
{
  cc_arena *scratch = need(cc_arena_new((size_t) 1 << 30));
  int *order = need(calloc((size_t) in->n, sizeof(*order)));
  ccd_tour_problem problem = {.n = in->n,
                              .matrix = in->matrix,
                              .length = length_of,
                              .data = in,
                              .x = in->metric == METRIC_GEO ? NULL : in->x,
                              .y = in->metric == METRIC_GEO ? NULL : in->y};
  int64_t length = 0;
  cc_error error = {0};
  double from = milliseconds();
  if (ccd_tour_solve(&problem, &budget, NULL, scratch, order, &length, &error) != CC_OK) {
    (void) fprintf(stderr, "%s: %s\n", in->name, error.message);
    exit(1);
  }
  *ret_ms = milliseconds() - from;
  free(order);
  cc_arena_free(scratch);
  return length;
}

static void
print_head(void)
{
  (void) printf("%-14s %6s %10s %10s", "name", "n", "length", "optimum");
  for (size_t i = 0; i < CC_N(budgets); i++)
    (void) printf("  %4.0f ms (took)", budgets[i]);
  (void) printf("  %d kicks a place (ms)\n", KICKS_A_PLACE);
}

static void
print_ratio(const instance *in, int64_t length, double unit)
{
  if (in->optimum > 0)
    (void) printf("  %7.4f", (double) length / unit / in->optimum);
  else
    (void) printf("  %7.0f", (double) length / unit);
}

/* Print one row: lengths after fixed numbers of kicks, as ratios to the optimum. */
static void
print_row(const instance *in)
{
  double unit = in->metric == METRIC_MATRIX ? TENTHS : 1;
  double took[CC_N(budgets)] = {0}, ms = 0;
  int64_t lengths[CC_N(budgets)] = {0};
  for (size_t i = 0; i < CC_N(budgets); i++)
    lengths[i] = solve(in, (ccd_tour_budget){.milliseconds = budgets[i], .seed = 1}, &took[i]);
  int64_t fixed =
    solve(in, (ccd_tour_budget){.kicks = (int64_t) KICKS_A_PLACE * in->n, .seed = 1}, &ms);
  (void) printf("%-14s %6d %10.1f %10.1f", in->name, in->n, (double) fixed / unit, in->optimum);
  for (size_t i = 0; i < CC_N(budgets); i++) {
    print_ratio(in, lengths[i], unit);
    (void) printf(" (%4.0f)", took[i]);
  }
  print_ratio(in, fixed, unit);
  (void) printf(" (%.1f)\n", ms);
  (void) fflush(stdout);
}

/* Read the optimum from solutions.txt ("name : length") in the folder of @path; 0: none. */
static double
optimum_of(const char *path, const char *name)
{
  char *copy = need(strdup(path)), beside[4096], line[256];
  (void) snprintf(beside, sizeof(beside), "%s/solutions.txt", dirname(copy));
  free(copy);
  FILE *file = fopen(beside, "r");
  double found = 0;
  while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
    size_t length = strlen(name);
    char *colon = strchr(line, ':');
    if (colon != NULL && strncmp(line, name, length) == 0 && strchr(" :", line[length]) != NULL)
      found = strtod(colon + 1, NULL);
  }
  if (file != NULL)
    (void) fclose(file);
  return found;
}

static void
read_places(FILE *file, instance *in)
{
  char line[512];
  in->x = need(calloc((size_t) in->n, sizeof(double)));
  in->y = need(calloc((size_t) in->n, sizeof(double)));
  for (int i = 0; i < in->n && fgets(line, sizeof(line), file) != NULL; i++) {
    char *rest = line;
    (void) strtod(rest, &rest);
    in->x[i] = strtod(rest, &rest);
    in->y[i] = strtod(rest, &rest);
  }
}

static void
bench_tsplib(const char *path, FILE *file)
{
  static const char *const names[] = {"EUC_2D", "CEIL_2D", "ATT", "GEO"};
  instance in = {.metric = METRIC_MATRIX};
  char line[512], *copy = need(strdup(path));
  (void) snprintf(in.name, sizeof(in.name), "%s", basename(copy));
  free(copy);
  in.name[strcspn(in.name, ".")] = '\0';
  while (fgets(line, sizeof(line), file) != NULL && strstr(line, "NODE_COORD_SECTION") == NULL) {
    char *colon = strchr(line, ':');
    if (colon != NULL && strncmp(line, "DIMENSION", 9) == 0)
      in.n = (int) strtoll(colon + 1, NULL, 10);
    for (size_t i = 0; i < CC_N(names) && strncmp(line, "EDGE_WEIGHT_TYPE", 16) == 0; i++)
      if (strstr(line, names[i]) != NULL)
        in.metric = (metric) i;
  }
  if (in.n < 1 || in.metric == METRIC_MATRIX) {
    (void) fprintf(stderr, "%s: not TSPLIB with EUC_2D, CEIL_2D, ATT or GEO\n", path);
    exit(2);
  }
  read_places(file, &in);
  in.optimum = optimum_of(path, in.name);
  print_row(&in);
  free(in.x);
  free(in.y);
}

static void
bench_matrices(const char *path, FILE *file)
{
  char *line = NULL, *copy = need(strdup(path));
  size_t size = 0;
  for (int count = 1; getline(&line, &size, file) > 0;) {
    char *rest = line;
    instance in = {.metric = METRIC_MATRIX, .n = (int) strtoll(line, &rest, 10)};
    if (line[0] == '#' || in.n < 1)
      continue;
    in.optimum = strtod(rest, NULL);
    in.matrix = need(calloc((size_t) in.n * (size_t) in.n, sizeof(int32_t)));
    for (int row = 0; row < in.n && getline(&line, &size, file) > 0; row++) {
      rest = line;
      for (int i = 0; i < in.n; i++)
        in.matrix[row * in.n + i] = (int32_t) lround(strtod(rest, &rest) * TENTHS);
    }
    (void) snprintf(in.name, sizeof(in.name), "walk-%d", count++);
    print_row(&in);
    free(in.matrix);
  }
  free(line);
  free(copy);
}

int
main(int argc, char **argv)
{
  if (argc < 2) {
    (void) fprintf(stderr, "usage: walk-bench FILE… (walk matrices or TSPLIB .tsp)\n");
    return 2;
  }
  print_head();
  for (int i = 1; i < argc; i++) {
    FILE *file = fopen(argv[i], "r");
    if (file == NULL) {
      perror(argv[i]);
      return 1;
    }
    size_t length = strlen(argv[i]);
    if (length > 4 && strcmp(argv[i] + length - 4, ".tsp") == 0)
      bench_tsplib(argv[i], file);
    else
      bench_matrices(argv[i], file);
    (void) fclose(file);
  }
  return 0;
}
