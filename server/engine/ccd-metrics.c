/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-metrics.h"
#include "server/engine/ccd-public-cache.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/data/ccd-redis.h"
#include "server/engine/ccd-feed.h"
#include "server/engine/ccd-listener.h"
#include "server/engine/ccd-log.h"

/* Upper bounds of the histogram in microseconds; the last bucket is +Inf. */
static const int64_t bounds[] =
  {250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000, 2500000};

#define BUCKETS (CC_N(bounds) + 1)
#define CLASSES 6 /* classes of HTTP statuses by first digit; 0 is unused */

typedef struct histogram {
  atomic_uint_fast64_t buckets[BUCKETS];
  atomic_uint_fast64_t sum_us;
} histogram;

typedef struct counters {
  atomic_uint_fast64_t by_class[CLASSES];
  histogram seconds;
} counters;

struct ccd_metrics {
  const ccd_router *router;
  counters *routes; /* one element for each route, and one for requests without a route */
  histogram waits[_CCD_CLASS_MAX];
};

cc_status
ccd_metrics_new(const ccd_router *router, ccd_metrics **ret, cc_error *reterr)
{
  ccd_metrics *metrics = calloc(1, sizeof(*metrics));
  if (metrics != NULL)
    metrics->routes = calloc((size_t) ccd_router_routes(router) + 1, sizeof(*metrics->routes));
  if (metrics == NULL || metrics->routes == NULL) {
    free(metrics);
    return cc_fail_memory(reterr);
  }
  metrics->router = router;
  *ret = metrics;
  return CC_OK;
}

void
ccd_metrics_free(ccd_metrics *metrics)
{
  if (metrics != NULL)
    free(metrics->routes);
  free(metrics);
}

static void
count_time(histogram *at, int64_t duration_us)
{
  size_t bucket = 0;
  while (bucket < CC_N(bounds) && duration_us > bounds[bucket])
    bucket++;
  atomic_fetch_add_explicit(&at->buckets[bucket], 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&at->sum_us, (uint64_t) duration_us, memory_order_relaxed);
}

void
ccd_metrics_request(ccd_metrics *metrics, int index, int http_status, int64_t duration_us)
{
  counters *at = &metrics->routes[index >= 0 ? index : ccd_router_routes(metrics->router)];
  size_t class = http_status >= 100 && http_status < 600 ? (size_t) http_status / 100 : 0;
  atomic_fetch_add_explicit(&at->by_class[class], 1, memory_order_relaxed);
  count_time(&at->seconds, duration_us);
}

void
ccd_metrics_wait(ccd_metrics *metrics, ccd_class class, int64_t wait_us)
{
  count_time(&metrics->waits[class], wait_us);
}

static uint64_t
read_counter(const atomic_uint_fast64_t *counter)
{
  return atomic_load_explicit(counter, memory_order_relaxed);
}

/* @label: the Prometheus label, such as op="listEvents" */
static void
write_histogram(const histogram *at, const char *metric, const char *label, cc_str *out)
{
  uint64_t total = 0;
  for (size_t b = 0; b < CC_N(bounds); b++) {
    total += read_counter(&at->buckets[b]);
    cc_str_printf(out,
                  "%s_bucket{%s,le=\"%g\"} %" PRIu64 "\n",
                  metric,
                  label,
                  (double) bounds[b] / 1e6,
                  total);
  }
  total += read_counter(&at->buckets[BUCKETS - 1]);
  cc_str_printf(out, "%s_bucket{%s,le=\"+Inf\"} %" PRIu64 "\n", metric, label, total);
  cc_str_printf(out, "%s_sum{%s} %g\n", metric, label, (double) read_counter(&at->sum_us) / 1e6);
  cc_str_printf(out, "%s_count{%s} %" PRIu64 "\n", metric, label, total);
}

static void
write_routes(const ccd_metrics *metrics, cc_str *out)
{
  int n = ccd_router_routes(metrics->router);
  cc_str_add(out,
             "# HELP campaign_requests_total Answers by operation and class of status.\n"
             "# TYPE campaign_requests_total counter\n");
  for (int i = 0; i <= n; i++) {
    const char *name = i < n ? ccd_router_route(metrics->router, i)->op->id : "none";
    for (size_t class = 1; class < CLASSES; class ++) {
      uint64_t count = read_counter(&metrics->routes[i].by_class[class]);
      if (count > 0)
        cc_str_printf(out,
                      "campaign_requests_total{op=\"%s\",class=\"%zuxx\"} %" PRIu64 "\n",
                      name,
                      class,
                      count);
    }
  }
  cc_str_add(out,
             "# HELP campaign_request_seconds Time from the head of a request to its answer.\n"
             "# TYPE campaign_request_seconds histogram\n");
  for (int i = 0; i < n; i++) {
    char label[128];
    (void)
      snprintf(label, sizeof(label), "op=\"%s\"", ccd_router_route(metrics->router, i)->op->id);
    if (read_counter(&metrics->routes[i].seconds.sum_us) > 0)
      write_histogram(&metrics->routes[i].seconds, "campaign_request_seconds", label, out);
  }
}

/* The label of a class. */
static void
class_label(ccd_class class, char ret[static 32])
{
  (void) snprintf(ret, 32, "class=\"%s\"", ccd_class_name(class));
}

static void
write_waits(const ccd_metrics *metrics, cc_str *out)
{
  cc_str_add(out,
             "# HELP campaign_request_wait_seconds Time that requests waited for the server, "
             "unread "
             "and then for a thread of their class.\n"
             "# TYPE campaign_request_wait_seconds histogram\n");
  for (int class = CCD_CLASS_NONE; class < _CCD_CLASS_MAX; class ++) {
    char label[32];
    class_label((ccd_class) class, label);
    write_histogram(&metrics->waits[class], "campaign_request_wait_seconds", label, out);
  }
}

static void
write_scheduler(ccd_scheduler *scheduler, cc_str *out)
{
  static const char *const names[] = {"threads", "running", "waiting", "refused_total"};
  static const char *const helps[] = {"Threads of the class that were started.",
                                      "Requests that a thread works on.",
                                      "Requests that wait for a thread.",
                                      "Requests refused since too many waited, or for too long."};
  for (size_t i = 0; i < CC_N(names); i++) {
    cc_str_printf(out,
                  "# HELP campaign_class_%s %s\n# TYPE campaign_class_%s %s\n",
                  names[i],
                  helps[i],
                  names[i],
                  i == CC_N(names) - 1 ? "counter" : "gauge");
    for (int class = CCD_CLASS_NONE + 1; class < _CCD_CLASS_MAX; class ++) {
      ccd_class_stats stats;
      ccd_scheduler_stats(scheduler, (ccd_class) class, &stats);
      const uint64_t values[] = {(uint64_t) stats.threads,
                                 (uint64_t) stats.running,
                                 (uint64_t) stats.waiting,
                                 stats.refused};
      char label[32];
      class_label((ccd_class) class, label);
      cc_str_printf(out, "campaign_class_%s{%s} %" PRIu64 "\n", names[i], label, values[i]);
    }
  }
}

static void
write_figure(cc_str *out, const char *name, const char *type, const char *help, double value)
{
  cc_str_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %.17g\n", name, help, name, type, name, value);
}

static void
write_database(const ccd_server *server, cc_str *out)
{
  ccd_db_stats db = {0}, strangers = {0};
  ccd_db_stats_get(server->db, &db);
  ccd_db_stats_get(server->db_public, &strangers);
  write_figure(out, "campaign_database_up", "gauge", "1 while PostgreSQL answers.", db.up);
  write_figure(out,
               "campaign_pool_connections",
               "gauge",
               "Connections of the pool.",
               db.connections + strangers.connections);
  write_figure(out, "campaign_pool_borrowed", "gauge", "Connections in use.", db.borrowed);
  write_figure(out, "campaign_pool_waiting", "gauge", "Requests that wait for one.", db.waiting);
  write_figure(out,
               "campaign_public_pool_borrowed",
               "gauge",
               "Connections of the pool of public reads in use.",
               strangers.borrowed);
  write_figure(out,
               "campaign_public_pool_waiting",
               "gauge",
               "Public reads that wait for one.",
               strangers.waiting);
  write_figure(out,
               "campaign_database_timeouts_total",
               "counter",
               "Waits that met their deadline.",
               (double) (db.timeouts + strangers.timeouts));
  write_figure(out,
               "campaign_database_reconnects_total",
               "counter",
               "Connections opened again after they were lost.",
               (double) (db.reconnects + strangers.reconnects));
  write_figure(out,
               "campaign_database_errors_total",
               "counter",
               "Statements that failed.",
               (double) (db.errors + strangers.errors));
}

static void
write_public_cache(const ccd_server *server, cc_str *out)
{
  ccd_public_cache_stats stats = {0};
  ccd_public_cache_stats_get(server->public_cache, &stats);
  write_figure(out,
               "campaign_public_cache_found_total",
               "counter",
               "Visitors' reads answered without the database.",
               (double) stats.found);
  write_figure(out,
               "campaign_public_cache_asked_total",
               "counter",
               "Visitors' reads sent to the database.",
               (double) stats.asked);
  write_figure(out,
               "campaign_public_cache_bytes",
               "gauge",
               "Bytes of the answers that are kept.",
               (double) stats.bytes);
}

static void
write_jobs(const ccd_server *server, cc_str *out)
{
  int64_t queued = -1;
  int64_t failed = -1;
  server->jobs_figures(server->jobs, &queued, &failed);
  write_figure(out,
               "campaign_jobs_queued",
               "gauge",
               "Jobs that wait; -1: not known.",
               (double) queued);
  write_figure(out,
               "campaign_jobs_failed",
               "gauge",
               "Jobs given up; -1: not known.",
               (double) failed);
}

void
ccd_metrics_write(const ccd_server *server, cc_str *out)
{
  write_routes(server->metrics, out);
  write_waits(server->metrics, out);
  write_scheduler(server->scheduler, out);
  write_database(server, out);
  write_public_cache(server, out);
  write_jobs(server, out);
  write_figure(out,
               "campaign_redis_up",
               "gauge",
               "1 while Redis answers.",
               ccd_redis_up(server->redis));
  write_figure(out,
               "campaign_log_dropped_total",
               "counter",
               "Lines of the log that were not written.",
               (double) ccd_log_dropped());
  write_figure(out,
               "campaign_log_pending_bytes",
               "gauge",
               "Bytes of the log that are not written yet.",
               (double) ccd_log_pending());
  write_figure(out,
               "campaign_feed_lag_seconds",
               "gauge",
               "How long the feed has waited for the same transaction, since the first reading of "
               "this figure.",
               ccd_feed_lag(server->feed));
  write_figure(out,
               "campaign_live_sockets",
               "gauge",
               "Open WebSockets of the feed.",
               ccd_feed_sockets(server->feed));
  write_figure(out,
               "campaign_connections",
               "gauge",
               "Open client connections.",
               ccd_listener_connections(server->api) + ccd_listener_connections(server->slow));
}
