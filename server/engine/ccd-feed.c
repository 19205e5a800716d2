/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-feed.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "ccd-queries.h"
#include "server/data/ccd-listen.h"
#include "server/engine/ccd-feed-private.h"
#include "server/engine/ccd-log.h"

#define PENDING_MAX 256
#define GATHER_US 20000
#define WAIT_MS 1000

struct ccd_feed {
  ccd_server *server;
  ccd_listen *listen;
  pthread_t thread;
  int wake_fd;
  atomic_bool stopping;
  atomic_int sockets;
  _Atomic double lag;
  pthread_mutex_t lock; /* guards the members below */
  pthread_cond_t changed;
  int64_t pending[PENDING_MAX]; /* organizations to announce */
  int n_pending;
  ccd_feed_watch *watches; /* one per socket */
};

static void
mark_organization(ccd_feed *feed, int64_t organization_id)
{
  bool any = false;
  for (ccd_feed_watch *watch = feed->watches; watch != NULL; watch = watch->next) {
    if (organization_id == 0 || watch->organization_id == organization_id) {
      watch->marked = true;
      any = true;
    }
  }
  if (any)
    pthread_cond_broadcast(&feed->changed);
}

void
ccd_feed_wrote(ccd_feed *feed, int64_t organization_id)
{
  pthread_mutex_lock(&feed->lock);
  bool known = false;
  for (int i = 0; i < feed->n_pending && !known; i++)
    known = feed->pending[i] == organization_id;
  bool first = feed->n_pending == 0;
  if (!known && feed->n_pending < PENDING_MAX)
    feed->pending[feed->n_pending++] = organization_id;
  mark_organization(feed, organization_id);
  pthread_mutex_unlock(&feed->lock);
  const uint64_t one = 1;
  if (first && write(feed->wake_fd, &one, sizeof(one)) != sizeof(one))
    ccd_log(CCD_DEBUG, "feed.wake_full");
}

/* "7,12": organizations that something happened to; text that is no number means all of them. */
static void
notified_cb(void *data, const char *payload)
{
  ccd_feed *feed = data;
  pthread_mutex_lock(&feed->lock);
  for (const char *at = payload; *at != '\0';) {
    char *end = NULL;
    int64_t organization = strtoll(at, &end, 10);
    mark_organization(feed, end == at ? 0 : organization);
    if (*end != ',')
      break;
    at = end + 1;
  }
  pthread_mutex_unlock(&feed->lock);
}

/* Tell the other processes; ours were marked at once. */
static void
announce_marks(ccd_feed *feed)
{
  uint64_t ignored = 0;
  if (read(feed->wake_fd, &ignored, sizeof(ignored)) < 0)
    return;
  (void) usleep(GATHER_US);
  cc_str text = CC_STR_INIT(8000);
  pthread_mutex_lock(&feed->lock);
  if (feed->n_pending == PENDING_MAX) {
    cc_str_add(&text, "all");
  } else {
    for (int i = 0; i < feed->n_pending; i++)
      cc_str_printf(&text, i == 0 ? "%" PRId64 : ",%" PRId64, feed->pending[i]);
  }
  feed->n_pending = 0;
  pthread_mutex_unlock(&feed->lock);

  ccd_db_conn *conn = NULL;
  cc_error error = {0};
  const char *args[] = {text.text};
  if (text.length > 0 && ccd_db_borrow(feed->server->db, &conn, &error) == CC_OK) {
    if (ccd_db_query_once(conn,
                          &(ccd_context){.tx = CCD_WRITE, .actor = "system"},
                          &ccd_q_change_notify,
                          args,
                          NULL,
                          &error) != CC_OK)
      ccd_log(CCD_WARNING, "feed.not_announced", CCD_TEXT("code", error.code));
    ccd_db_return(feed->server->db, conn);
  }
  cc_str_done(&text);
}

static void *
feed_thread(void *data)
{
  ccd_feed *feed = data;
  bool ready = false;
  while (!atomic_load(&feed->stopping)) {
    bool now = ccd_listen_wait(feed->listen,
                               ready ? WAIT_MS : WAIT_MS / 10,
                               feed->wake_fd,
                               notified_cb,
                               feed);
    if (now != ready) { /* something may have been missed in between */
      pthread_mutex_lock(&feed->lock);
      mark_organization(feed, 0);
      pthread_mutex_unlock(&feed->lock);
    }
    ready = now;
    pthread_mutex_lock(&feed->lock);
    bool pending = feed->n_pending > 0;
    pthread_mutex_unlock(&feed->lock);
    if (pending)
      announce_marks(feed);
  }
  return NULL;
}

cc_status
ccd_feed_start(ccd_server *server, ccd_feed **ret, cc_error *reterr)
{
  ccd_feed *feed = calloc(1, sizeof(*feed));
  if (feed == NULL)
    return cc_fail_memory(reterr);
  feed->server = server;
  feed->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  pthread_mutex_init(&feed->lock, NULL);
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&feed->changed, &attributes);
  pthread_condattr_destroy(&attributes);
  cc_status status =
    ccd_listen_open(server->config.database_url, "cc_changes", &feed->listen, reterr);
  if (status == CC_OK &&
      (feed->wake_fd < 0 || pthread_create(&feed->thread, NULL, feed_thread, feed) != 0)) {
    ccd_listen_close(feed->listen);
    status = cc_fail(reterr, CC_ERR_NO_MEMORY, "thread", "The feed's thread cannot be started");
  }
  if (status != CC_OK) {
    free(feed);
    return status;
  }
  *ret = feed;
  return CC_OK;
}

void
ccd_feed_stop(ccd_feed *feed)
{
  if (feed == NULL)
    return;
  atomic_store(&feed->stopping, true);
  const uint64_t one = 1;
  (void) !write(feed->wake_fd, &one, sizeof(one));
  pthread_join(feed->thread, NULL);
  ccd_listen_close(feed->listen);
  close(feed->wake_fd);
  pthread_cond_destroy(&feed->changed);
  pthread_mutex_destroy(&feed->lock);
  free(feed);
}

double
ccd_feed_lag(ccd_feed *feed)
{
  ccd_db_conn *conn = NULL;
  cc_error error;
  if (ccd_db_borrow(feed->server->db, &conn, &error) == CC_OK) {
    const ccd_rows *rows = NULL;
    if (ccd_db_query_once(conn,
                          &(ccd_context){.tx = CCD_READ},
                          &ccd_q_change_lag,
                          NULL,
                          &rows,
                          &error) == CC_OK &&
        ccd_rows_get(rows, 0, "seconds") != NULL)
      atomic_store(&feed->lag, strtod(ccd_rows_get(rows, 0, "seconds"), NULL));
    ccd_db_return(feed->server->db, conn);
  }
  return atomic_load(&feed->lag);
}

int
ccd_feed_sockets(const ccd_feed *feed)
{
  return atomic_load(&feed->sockets);
}

bool
ccd_feed_watch_add(ccd_feed *feed, ccd_feed_watch *watch)
{
  if (atomic_fetch_add(&feed->sockets, 1) >= feed->server->config.live_sockets) {
    atomic_fetch_sub(&feed->sockets, 1);
    return false;
  }
  pthread_mutex_lock(&feed->lock);
  watch->next = feed->watches;
  feed->watches = watch;
  pthread_mutex_unlock(&feed->lock);
  return true;
}

void
ccd_feed_watch_remove(ccd_feed *feed, ccd_feed_watch *watch)
{
  pthread_mutex_lock(&feed->lock);
  for (ccd_feed_watch **at = &feed->watches; *at != NULL; at = &(*at)->next) {
    if (*at == watch) {
      *at = watch->next;
      break;
    }
  }
  pthread_mutex_unlock(&feed->lock);
  atomic_fetch_sub(&feed->sockets, 1);
}

bool
ccd_feed_watch_wait(ccd_feed *feed, ccd_feed_watch *watch, int timeout_ms)
{
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += timeout_ms / 1000;
  until.tv_nsec += (long) (timeout_ms % 1000) * 1000000;
  if (until.tv_nsec >= 1000000000) {
    until.tv_sec++;
    until.tv_nsec -= 1000000000;
  }
  pthread_mutex_lock(&feed->lock);
  while (!watch->marked && pthread_cond_timedwait(&feed->changed, &feed->lock, &until) == 0)
    ;
  bool marked = watch->marked;
  watch->marked = false;
  pthread_mutex_unlock(&feed->lock);
  return marked;
}
