/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "ccd-queries.h"
#include "server/engine/ccd-feed-private.h"

/* Reader threads of the live feed: they read for groups and for members that are behind, and
 * check credentials. */

#define GATHER (CC_TIME_SECOND / 50) /* minimal time between two reads for one group */
/* After this time in the queue, the second reader reads a group that waits for the first one. */
#define HELP_AFTER (CC_TIME_SECOND / 200)
#define BEAT CC_TIME_SECOND
#define CHECK_EVERY CC_TIME_SECOND
#define AWAY_RETRY CC_TIME_SECOND
#define CROWDED_MAX CC_TIME_SECOND

/* A change becomes readable when every older transaction has ended. These are the delays in
 * microseconds until the group is read again: short at first, then longer. After the last one,
 * the regular check of all groups (ask_for_all) finds the change. */
static const int64_t held_again[] = {5000, 10000, 25000, 100000, 400000};

static int64_t
later_of(int64_t a, int64_t b)
{
  return a > b ? a : b;
}

void
ccd_live_read_group(ccd_live *live, ccd_live_group *group, int64_t due)
{
  if (group->busy || group->n_live == 0)
    return; /* a reader works on the group, or no socket needs it; .marked remembers the write */
  ccd_feed_tasks_put(&live->groups, &group->task, later_of(due, group->read_at + GATHER));
  if (ccd_feed_tasks_first(&live->groups) == &group->task)
    (void) pthread_cond_signal(&live->readers[live->readers[0].waits ? 0 : 1].wake);
}

void
ccd_live_look_after(ccd_live *live, ccd_live_member *member, int64_t due)
{
  if (member->busy || member->socket == NULL)
    return; /* a reader works on the member and will look again afterwards */
  ccd_feed_tasks_put(&live->members, &member->task, due);
  if (ccd_feed_tasks_first(&live->members) == &member->task)
    (void) pthread_cond_signal(&live->readers[1].wake);
}

/* --- reading for a group --- */

static void
fall_behind(ccd_live *live, ccd_live_member *member)
{
  member->follows = false;
  member->group->n_live--;
  member->wants_page = true;
  ccd_live_look_after(live, member, cc_time_monotonic());
}

/* Send the page read after @from to all members that have everything up to that position. */
static void
deliver_news(ccd_live *live, ccd_live_group *group, ccd_feed_at from, const ccd_feed_news *news)
{
  for (ccd_live_member *member = group->first; member != NULL; member = member->next) {
    if (!member->follows || ccd_feed_compare(member->at, news->to) >= 0)
      continue;
    if (ccd_feed_compare(member->at, from) == 0 && member->doubts == 0 &&
        (news->frame == NULL || ccd_socket_send(member->socket, news->frame)))
      member->at = news->to;
    else
      fall_behind(live, member);
  }
}

/* Does the group's backlog exceed what its members can receive? Pages of a backlog are read
 * faster than they can be sent, and a member whose queue is full would have to read each page
 * again for itself. So the next page waits until most members have sent the last one. */
static bool
is_crowded(const ccd_live_group *group)
{
  int n = 0;
  if (!group->backlog || cc_time_monotonic() - group->read_at > CROWDED_MAX)
    return false;
  for (const ccd_live_member *member = group->first; member != NULL; member = member->next)
    n += member->follows && ccd_socket_has_queue(member->socket);
  return n * 2 > group->n_live;
}

static void
read_again(ccd_live *live, ccd_live_group *group, cc_status status, const ccd_feed_news *news)
{
  int64_t now = cc_time_monotonic();
  if (news->moved)
    group->tries = 0;
  if (status != CC_OK) {
    group->marked = true;
    ccd_live_read_group(live, group, now + AWAY_RETRY);
  } else if (news->more || group->marked) {
    ccd_live_read_group(live, group, now);
  } else if (news->held && group->tries < CC_N(held_again)) {
    ccd_live_read_group(live, group, now + held_again[group->tries++]);
  }
}

/* Read one page for a group and deliver it. This function and those below are called, and
 * return, with the lock held. */
static void
read_group(const ccd_live_reader *reader, ccd_live_group *group)
{
  ccd_live *live = reader->live;
  ccd_feed_news news = {0};
  cc_error error;
  ccd_feed_tasks_remove(&live->groups, &group->task);
  if (is_crowded(group)) {
    ccd_feed_tasks_put(&live->groups, &group->task, cc_time_monotonic() + GATHER);
    return;
  }
  group->busy = true;
  group->marked = false;
  group->read_at = cc_time_monotonic();
  ccd_feed_at from = group->at;
  (void) pthread_mutex_unlock(&live->lock);
  cc_status status = ccd_feed_read(live->server,
                                   reader->arena,
                                   group->organization_id,
                                   group->device_id,
                                   from,
                                   &news,
                                   &error);
  cc_arena_clear(reader->arena);
  (void) pthread_mutex_lock(&live->lock);
  group->busy = false;
  group->backlog = news.more;
  if (news.moved) {
    deliver_news(live, group, from, &news);
    group->at = news.to;
  }
  ccd_frame_unref(news.frame);
  if (group->n_members > 0)
    read_again(live, group, status, &news);
  else
    ccd_live_group_drop(live, group);
}

/* --- reading for a member --- */

/* Check whether the credential still has the right to read, which may end while the socket is
 * open. When the database is unavailable the answer is yes: the socket gets no changes then
 * either. */
static bool
still_allowed(const ccd_live_reader *reader, const ccd_live_member *member)
{
  const ccd_server *server = reader->live->server;
  ccd_actor actor = {0};
  cc_error error;
  cc_status status = ccd_sessions_find(server->sessions,
                                       ccd_feed_db(server),
                                       &member->credential,
                                       reader->arena,
                                       &actor,
                                       &error);
  if (status == CC_ERR_UNAVAILABLE)
    return true;
  return status == CC_OK && actor.organization_id == member->actor.organization_id &&
         (actor.rights & CC_RIGHT_BIT(CC_RIGHT_MEMBER)) != 0;
}

/* After its last page a member has everything up to @before, the position of its group when the
 * read began. From then on the member follows the group, unless the group has advanced
 * meanwhile. */
static void
catch_up(ccd_live *live, ccd_live_member *member, const ccd_feed_at *before)
{
  ccd_live_group *group = member->group;
  if (before != NULL && ccd_feed_compare(*before, member->at) > 0)
    member->at = *before;
  if (group->n_live == 0)
    group->at = member->at;
  if (ccd_feed_compare(member->at, group->at) < 0) {
    member->wants_page = true;
    return;
  }
  member->follows = true;
  group->n_live++;
  group->marked = true;
  ccd_live_read_group(live, group, cc_time_monotonic());
}

/* Read the page for which a member is ready. Returns the time at which the member must be looked
 * at again. */
static int64_t
take_page(ccd_live *live,
          ccd_live_member *member,
          cc_status status,
          const ccd_feed_news *news,
          const ccd_feed_at *before)
{
  int64_t now = cc_time_monotonic();
  if (status != CC_OK) {
    member->wants_page = true;
    return now + AWAY_RETRY;
  }
  if (news->frame != NULL && !ccd_socket_send(member->socket, news->frame))
    return member->check_due; /* the socket ends in a moment */
  if (news->moved)
    member->at = news->to;
  if (news->more)
    member->wants_page = true;
  else
    catch_up(live, member, before);
  return member->wants_page ? now : member->check_due;
}

static bool
takes_page(ccd_live_member *member)
{
  bool wanted = member->wants_page && !member->follows && !member->ending;
  member->wants_page = false;
  return wanted && ccd_socket_ask_empty(member->socket);
}

static void
check_done(ccd_live_member *member, unsigned int doubts, bool allowed)
{
  member->check_due = cc_time_monotonic() + CHECK_EVERY;
  member->doubts -= doubts;
  if (allowed || member->ending)
    return;
  member->ending = true;
  ccd_socket_close(member->socket, CCD_CLOSE_ENDED);
}

static void
look_after_member(const ccd_live_reader *reader, ccd_live_member *member)
{
  ccd_live *live = reader->live;
  ccd_feed_news news = {0};
  cc_status status = CC_OK;
  cc_error error;
  ccd_feed_tasks_remove(&live->members, &member->task);
  member->busy = true;
  unsigned int doubts = member->doubts;
  bool check = doubts > 0 || cc_time_monotonic() >= member->check_due;
  bool page = takes_page(member);
  bool joins = member->group->n_live > 0;
  ccd_feed_at before = member->group->at, from = member->at;
  (void) pthread_mutex_unlock(&live->lock);
  bool allowed = !check || still_allowed(reader, member);
  if (page && allowed)
    status = ccd_feed_read(live->server,
                           reader->arena,
                           member->actor.organization_id,
                           ccd_live_device_of(&member->actor),
                           from,
                           &news,
                           &error);
  cc_arena_clear(reader->arena);
  (void) pthread_mutex_lock(&live->lock);
  member->busy = false;
  if (member->gone) {
    ccd_live_member_free(member);
  } else {
    if (check)
      check_done(member, doubts, allowed);
    int64_t due = member->check_due;
    if (page && allowed && member->doubts > 0)
      member->wants_page = true; /* the credential may have ended meanwhile, and the page may
                                    contain later changes: drop the page */
    else if (page && allowed)
      due = take_page(live, member, status, &news, joins ? &before : NULL);
    if (member->doubts > 0 || (member->wants_page && status == CC_OK))
      due = cc_time_monotonic();
    ccd_live_look_after(live, member, due < member->check_due ? due : member->check_due);
  }
  ccd_frame_unref(news.frame);
}

/* --- regular checks --- */

/* Write ids and positions of the groups without a pending read, as PostgreSQL arrays. Returns
 * their number. */
static size_t
list_groups(const ccd_live *live, cc_str parts[3])
{
  size_t n = 0;
  for (size_t i = 0; i < CCD_LIVE_BUCKETS; i++) {
    for (const ccd_live_group *group = live->organizations[i]; group != NULL; group = group->next) {
      if (group->n_live == 0 || group->busy || group->task.place != 0)
        continue;
      const char *separator = n++ == 0 ? "{" : ",";
      cc_str_printf(&parts[0], "%s%" PRId64, separator, group->organization_id);
      cc_str_printf(&parts[1], "%s%" PRIu64, separator, group->at.xid);
      cc_str_printf(&parts[2], "%s%" PRId64, separator, group->at.id);
    }
  }
  for (size_t i = 0; i < 3; i++)
    cc_str_add_char(&parts[i], '}');
  return n;
}

/* Find the groups that have unread rows, in one query. This is needed because some writes are
 * not announced: some writers notify nobody, rows may have been held back, or a notification was
 * lost. */
static void
ask_for_all(const ccd_live_reader *reader, const cc_str parts[3])
{
  ccd_live *live = reader->live;
  ccd_db *db = ccd_feed_db(live->server);
  const char *args[] = {parts[0].text, parts[1].text, parts[2].text};
  const ccd_rows *rows = NULL;
  ccd_db_conn *conn = NULL;
  cc_error error;
  if (parts[0].failed || parts[1].failed || parts[2].failed ||
      ccd_db_borrow(db, &conn, &error) != CC_OK)
    return;
  if (ccd_db_query_in_own_tx(conn,
                             &(ccd_context){.tx = CCD_READ},
                             &ccd_q_change_waiting,
                             args,
                             &rows,
                             &error) == CC_OK) {
    for (int i = 0; i < ccd_rows_n(rows); i++)
      ccd_live_mark(live, ccd_rows_int64(rows, i, "organization_id"));
  }
  ccd_db_return(db, conn);
}

static void
beat_once(const ccd_live_reader *reader)
{
  ccd_live *live = reader->live;
  cc_str parts[3] = {CC_STR_INIT(1u << 20), CC_STR_INIT(1u << 20), CC_STR_INIT(1u << 20)};
  size_t n = list_groups(live, parts);
  (void) pthread_mutex_unlock(&live->lock);
  if (n > 0)
    ask_for_all(reader, parts);
  for (size_t i = 0; i < 3; i++)
    cc_str_done(&parts[i]);
  (void) pthread_mutex_lock(&live->lock);
  live->beat_due = live->n_members == 0 ? INT64_MAX : cc_time_monotonic() + BEAT;
}

/* --- the threads --- */

static void
wait_until(ccd_live_reader *reader, int64_t until)
{
  pthread_mutex_t *lock = &reader->live->lock;
  reader->waits = true;
  if (until == INT64_MAX) {
    (void) pthread_cond_wait(&reader->wake, lock);
  } else {
    struct timespec at = {.tv_sec = until / CC_TIME_SECOND,
                          .tv_nsec = (until % CC_TIME_SECOND) * 1000};
    (void) pthread_cond_timedwait(&reader->wake, lock, &at);
  }
  reader->waits = false;
}

/* One round of a reader thread. The first reader only reads for groups, so that slow members
 * delay no group. The second reader serves members and checks for missed writes; it also reads
 * for groups that the first reader does not reach in time. */
static void
work_once(ccd_live_reader *reader)
{
  ccd_live *live = reader->live;
  bool first = reader == &live->readers[0];
  int64_t now = cc_time_monotonic();
  ccd_feed_task *group = ccd_feed_tasks_first(&live->groups);
  ccd_feed_task *member = first ? NULL : ccd_feed_tasks_first(&live->members);
  int64_t group_due = group == NULL ? INT64_MAX : group->due + (first ? 0 : HELP_AFTER);
  int64_t member_due = member == NULL ? INT64_MAX : member->due;
  int64_t beat_due = first ? INT64_MAX : live->beat_due;
  if (beat_due <= now) {
    beat_once(reader);
  } else if (member_due <= now && (group_due > now || !reader->last_was_member)) {
    reader->last_was_member = true;
    look_after_member(reader, (ccd_live_member *) member);
  } else if (group_due <= now) {
    reader->last_was_member = false;
    read_group(reader, (ccd_live_group *) group);
  } else {
    int64_t until = member_due < group_due ? member_due : group_due;
    wait_until(reader, beat_due < until ? beat_due : until);
  }
}

void *
ccd_live_reader_thread(void *data)
{
  ccd_live_reader *reader = data;
  ccd_live *live = reader->live;
  (void) pthread_mutex_lock(&live->lock);
  while (!live->stopping)
    work_once(reader);
  (void) pthread_mutex_unlock(&live->lock);
  return NULL;
}
