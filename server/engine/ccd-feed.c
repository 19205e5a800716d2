/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-feed.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "ccd-queries.h"
#include "server/data/ccd-listen.h"
#include "server/engine/ccd-feed-private.h"
#include "server/engine/ccd-log.h"
#include "server/engine/ccd-public-cache.h"

#define PENDING_MAX 256
#define GATHER_US 20000
#define WAIT_MS 1000

struct ccd_feed {
  ccd_server *server;
  ccd_listen *listen;
  pthread_t thread;
  int wake_fd;
  atomic_bool stopping;
  ccd_live *live;               /* live sockets; NULL: a program without listeners */
  char tag[20];                 /* suffix that marks notifications of this process */
  pthread_mutex_t lock;         /* guards the members below */
  int64_t pending[PENDING_MAX]; /* organizations whose writes are to be announced */
  int n_pending;
  int64_t oldest;       /* xid of the oldest transaction that ccd_feed_lag saw running; 0: none */
  int64_t oldest_since; /* time at which ccd_feed_lag first saw that transaction */
};

static void
mark_organization(const ccd_feed *feed, int64_t organization_id)
{
  ccd_public_cache_changed(feed->server->public_cache, organization_id);
  if (feed->live != NULL)
    ccd_live_mark(feed->live, organization_id);
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
  pthread_mutex_unlock(&feed->lock);
  mark_organization(feed, organization_id);
  const uint64_t one = 1;
  if (first && write(feed->wake_fd, &one, sizeof(one)) != sizeof(one))
    ccd_log(CCD_DEBUG, "feed.wake_full");
}

/* Handle a notification. Payload "7,12 tag": ids of organizations with writes; a payload that is
 * not a number means all organizations. Notifications with the tag of this process are ignored,
 * because its own writes were marked at once. */
static void
notified_cb(void *data, const char *payload)
{
  const ccd_feed *feed = data;
  const char *tag = strchr(payload, ' ');
  if (tag != NULL && strcmp(tag, feed->tag) == 0)
    return;
  for (const char *at = payload; *at != '\0';) {
    char *end = NULL;
    int64_t organization = strtoll(at, &end, 10);
    mark_organization(feed, end == at ? 0 : organization);
    if (*end != ',')
      break;
    at = end + 1;
  }
}

/* Notify the other processes about writes; this process was marked directly. */
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
  bool any = feed->n_pending > 0;
  feed->n_pending = 0;
  pthread_mutex_unlock(&feed->lock);
  cc_str_add(&text, feed->tag);

  ccd_db *db = ccd_feed_db(feed->server);
  ccd_db_conn *conn = NULL;
  cc_error error = {0};
  const char *args[] = {text.text};
  if (any && !text.failed && ccd_db_borrow(db, &conn, &error) == CC_OK) {
    if (ccd_db_query_in_own_tx(conn,
                               &(ccd_context){.tx = CCD_WRITE, .actor = "system"},
                               &ccd_q_change_notify,
                               args,
                               NULL,
                               &error) != CC_OK)
      ccd_log(CCD_WARNING, "feed.not_announced", CCD_TEXT("code", error.code));
    ccd_db_return(db, conn);
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
    if (now != ready) /* notifications may have been missed while disconnected */
      mark_organization(feed, 0);
    ready = now;
    pthread_mutex_lock(&feed->lock);
    bool pending = feed->n_pending > 0;
    pthread_mutex_unlock(&feed->lock);
    if (pending)
      announce_marks(feed);
  }
  return NULL;
}

static void
feed_free(ccd_feed *feed)
{
  ccd_live_stop(feed->live);
  ccd_listen_close(feed->listen);
  if (feed->wake_fd >= 0)
    (void) close(feed->wake_fd);
  (void) pthread_mutex_destroy(&feed->lock);
  free(feed);
}

static ccd_feed *
feed_new(ccd_server *server)
{
  ccd_feed *feed = calloc(1, sizeof(*feed));
  if (feed == NULL)
    return NULL;
  uint64_t random = 0;
  ccd_random(&random, sizeof(random));
  (void) snprintf(feed->tag, sizeof(feed->tag), " %" PRIx64, random);
  feed->server = server;
  feed->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  (void) pthread_mutex_init(&feed->lock, NULL);
  return feed;
}

cc_status
ccd_feed_start(ccd_server *server, ccd_feed **ret, cc_error *reterr)
{
  ccd_feed *feed = feed_new(server);
  if (feed == NULL)
    return cc_fail_memory(reterr);
  cc_status status =
    ccd_listen_open(server->config.database_url, "cc_changes", &feed->listen, reterr);
  if (status == CC_OK && server->feed_db != NULL)
    status = ccd_live_start(server, &feed->live, reterr);
  if (status == CC_OK &&
      (feed->wake_fd < 0 || pthread_create(&feed->thread, NULL, feed_thread, feed) != 0))
    status = cc_fail(reterr, CC_ERR_NO_MEMORY, "thread", "The feed's thread cannot be started");
  if (status != CC_OK) {
    feed_free(feed);
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
  (void) pthread_join(feed->thread, NULL);
  feed_free(feed);
}

/* Return how long the oldest transaction has been seen, in seconds. PostgreSQL shows the age of
 * other roles' transactions only to few roles, so this function remembers when it first saw the
 * same transaction. @oldest: xid of the transaction; 0: no transaction is running. */
static double
note_oldest(ccd_feed *feed, int64_t oldest)
{
  int64_t now = cc_time_monotonic();
  pthread_mutex_lock(&feed->lock);
  if (feed->oldest != oldest) {
    feed->oldest = oldest;
    feed->oldest_since = now;
  }
  double seconds = oldest == 0 ? 0 : (double) (now - feed->oldest_since) / 1e6;
  pthread_mutex_unlock(&feed->lock);
  return seconds;
}

double
ccd_feed_lag(ccd_feed *feed)
{
  ccd_db *db = ccd_feed_db(feed->server);
  ccd_db_conn *conn = NULL;
  cc_error error;
  double seconds = 0;
  if (ccd_db_borrow(db, &conn, &error) == CC_OK) {
    const ccd_rows *rows = NULL;
    if (ccd_db_query_in_own_tx(conn,
                               &(ccd_context){.tx = CCD_READ},
                               &ccd_q_change_oldest,
                               NULL,
                               &rows,
                               &error) == CC_OK)
      seconds = note_oldest(feed, ccd_rows_int64(rows, 0, "oldest"));
    ccd_db_return(db, conn);
  }
  return seconds;
}

ccd_live *
ccd_feed_sockets_of(const ccd_feed *feed)
{
  return feed->live;
}

int
ccd_feed_sockets(const ccd_feed *feed)
{
  return feed->live == NULL ? 0 : ccd_live_sockets(feed->live);
}
