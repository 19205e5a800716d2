/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/engine/ccd-feed-private.h"

/* Live sockets of the feed: admission of sockets, and the callbacks of their listener's loop. */

static size_t
bucket_of(int64_t id)
{
  return (size_t) id % CCD_LIVE_BUCKETS;
}

/* Return the id by which the limit of sockets per person counts: of a person, token or device. */
static int64_t
person_of(const ccd_actor *actor)
{
  return actor->kind == CCD_ACTOR_PERSON ? actor->user_id : actor->session_id;
}

int64_t
ccd_live_device_of(const ccd_actor *actor)
{
  return actor->kind == CCD_ACTOR_DEVICE ? actor->session_id : 0;
}

static ccd_live_group *
find_group(const ccd_live *live, const ccd_actor *actor)
{
  ccd_live_group *group = live->organizations[bucket_of(actor->organization_id)];
  while (group != NULL && (group->organization_id != actor->organization_id ||
                           group->device_id != ccd_live_device_of(actor)))
    group = group->next;
  return group;
}

static int
count_organization(const ccd_live *live, int64_t organization_id)
{
  int n = 0;
  for (const ccd_live_group *group = live->organizations[bucket_of(organization_id)]; group != NULL;
       group = group->next)
    n += group->organization_id == organization_id ? group->n_members : 0;
  return n;
}

static int
count_person(const ccd_live *live, const ccd_actor *actor)
{
  int n = 0;
  for (const ccd_live_member *member = live->persons[bucket_of(person_of(actor))]; member != NULL;
       member = member->person_next)
    n += member->actor.kind == actor->kind && person_of(&member->actor) == person_of(actor);
  return n;
}

/* --- members --- */

static void
link_member(ccd_live *live, ccd_live_group *group, ccd_live_member *member)
{
  member->group = group;
  member->next = group->first;
  if (group->first != NULL)
    group->first->prev = member;
  group->first = member;
  group->n_members++;
  ccd_live_member **bucket = &live->persons[bucket_of(person_of(&member->actor))];
  member->person_next = *bucket;
  if (*bucket != NULL)
    (*bucket)->person_prev = member;
  *bucket = member;
  live->n_members++;
}

static void
unlink_member(ccd_live *live, ccd_live_member *member)
{
  ccd_live_group *group = member->group;
  if (member->prev != NULL)
    member->prev->next = member->next;
  else
    group->first = member->next;
  if (member->next != NULL)
    member->next->prev = member->prev;
  if (member->person_prev != NULL)
    member->person_prev->person_next = member->person_next;
  else
    live->persons[bucket_of(person_of(&member->actor))] = member->person_next;
  if (member->person_next != NULL)
    member->person_next->person_prev = member->person_prev;
  group->n_members--;
  group->n_live -= member->follows;
  live->n_members--;
  ccd_feed_tasks_remove(&live->members, &member->task);
  if (group->n_live == 0)
    ccd_feed_tasks_remove(&live->groups, &group->task);
  ccd_live_group_drop(live, group);
}

void
ccd_live_group_drop(ccd_live *live, ccd_live_group *group)
{
  if (group->n_members > 0 || group->busy)
    return;
  ccd_live_group **at = &live->organizations[bucket_of(group->organization_id)];
  while (*at != group)
    at = &(*at)->next;
  *at = group->next;
  live->n_groups--;
  free(group);
}

void
ccd_live_member_free(ccd_live_member *member)
{
  explicit_bzero(member->token, sizeof(member->token));
  ccd_frame_unref(member->hello);
  free(member);
}

/* --- joining --- */

static cc_status
check_limits(const ccd_live *live, const ccd_actor *actor, cc_error *reterr)
{
  const ccd_config *config = &live->server->config;
  if (live->n_members >= config->live_sockets)
    return cc_fail(reterr,
                   CC_ERR_UNAVAILABLE,
                   "too_many_sockets",
                   "The server has as many live connections as it takes: ask /v1/changes instead, "
                   "or try again later");
  if (count_organization(live, actor->organization_id) >= config->live_sockets_organization)
    return cc_fail(reterr,
                   CC_ERR_UNAVAILABLE,
                   "too_many_sockets_organization",
                   "The organization has %" PRId64 " live connections, its limit: ask /v1/changes "
                   "instead, or try again later",
                   config->live_sockets_organization);
  if (count_person(live, actor) >= config->live_sockets_person)
    return cc_fail(reterr,
                   CC_ERR_RATE_LIMITED,
                   "too_many_sockets_person",
                   "You have %" PRId64 " live connections, the limit of one person: close one of "
                   "them, or ask /v1/changes instead",
                   config->live_sockets_person);
  return CC_OK;
}

/* Return the actor's group, created when needed, and reserve space in the heaps for one more
 * member. */
static ccd_live_group *
take_group(ccd_live *live, const ccd_actor *actor)
{
  if (!ccd_feed_tasks_reserve(&live->members, (size_t) live->n_members + 1) ||
      !ccd_feed_tasks_reserve(&live->groups, (size_t) live->n_groups + 1))
    return NULL;
  ccd_live_group *group = find_group(live, actor);
  if (group != NULL)
    return group;
  group = calloc(1, sizeof(*group));
  if (group == NULL)
    return NULL;
  group->organization_id = actor->organization_id;
  group->device_id = ccd_live_device_of(actor);
  ccd_live_group **bucket = &live->organizations[bucket_of(actor->organization_id)];
  group->next = *bucket;
  *bucket = group;
  live->n_groups++;
  return group;
}

static ccd_live_member *
member_new(ccd_live *live, const ccd_call *call, const ccd_credential *credential)
{
  size_t token = strlen(credential->token), address = strlen(call->address);
  ccd_live_member *member = calloc(1, sizeof(*member));
  if (member == NULL || token >= sizeof(member->token) || address >= sizeof(member->address)) {
    free(member);
    return NULL;
  }
  member->live = live;
  member->credential = *credential;
  memcpy(member->token, credential->token, token + 1);
  memcpy(member->address, call->address, address + 1);
  member->credential.token = member->token;
  member->actor = *call->actor;
  return member;
}

cc_status
ccd_live_join(ccd_live *live,
              const ccd_call *call,
              const ccd_credential *credential,
              ccd_live_member **ret,
              cc_error *reterr)
{
  ccd_live_member *member = member_new(live, call, credential);
  if (member == NULL)
    return cc_fail_memory(reterr);
  (void) pthread_mutex_lock(&live->lock);
  cc_status status = check_limits(live, &member->actor, reterr);
  if (status == CC_OK) {
    ccd_live_group *group = take_group(live, &member->actor);
    if (group != NULL)
      link_member(live, group, member);
    else
      status = cc_fail_memory(reterr);
  }
  (void) pthread_mutex_unlock(&live->lock);
  if (status == CC_OK)
    *ret = member;
  else
    ccd_live_member_free(member);
  return status;
}

/* --- callbacks of the listener's loop --- */

static void
member_open(ccd_socket *socket, void *data)
{
  ccd_live_member *member = data;
  ccd_live *live = member->live;
  (void) pthread_mutex_lock(&live->lock);
  member->socket = socket;
  member->wants_page = true;
  if (member->hello != NULL)
    (void) ccd_socket_send(socket,
                           member->hello); /* it is the first frame, so the queue has space */
  if (live->beat_due == INT64_MAX)
    live->beat_due = cc_time_monotonic() + CC_TIME_SECOND;
  ccd_live_look_after(live, member, cc_time_monotonic());
  (void) pthread_mutex_unlock(&live->lock);
}

static void
member_empty(void *data)
{
  ccd_live_member *member = data;
  (void) pthread_mutex_lock(&member->live->lock);
  member->wants_page = !member->follows;
  if (member->wants_page)
    ccd_live_look_after(member->live, member, cc_time_monotonic());
  (void) pthread_mutex_unlock(&member->live->lock);
}

static void
member_closed(void *data)
{
  ccd_live_member *member = data;
  ccd_live *live = member->live;
  (void) pthread_mutex_lock(&live->lock);
  unlink_member(live, member);
  member->group = NULL;
  member->socket = NULL;
  member->gone = true;
  bool busy = member->busy;
  (void) pthread_mutex_unlock(&live->lock);
  if (!busy)
    ccd_live_member_free(member);
}

const ccd_socket_owner ccd_live_owner = {
  .open = member_open,
  .empty = member_empty,
  .closed = member_closed,
};

/* --- changes and revoked credentials --- */

static void
mark_group(ccd_live *live, ccd_live_group *group)
{
  group->marked = true;
  group->tries = 0;
  ccd_live_read_group(live, group, cc_time_monotonic());
}

void
ccd_live_mark(ccd_live *live, int64_t organization_id)
{
  (void) pthread_mutex_lock(&live->lock);
  size_t first = organization_id != 0 ? bucket_of(organization_id) : 0;
  size_t last = organization_id != 0 ? first : CCD_LIVE_BUCKETS - 1;
  for (size_t i = first; i <= last; i++) {
    for (ccd_live_group *group = live->organizations[i]; group != NULL; group = group->next) {
      if (organization_id == 0 || group->organization_id == organization_id)
        mark_group(live, group);
    }
  }
  (void) pthread_mutex_unlock(&live->lock);
}

/* Stop sending to the sockets that a revocation may concern, until their credentials have been
 * checked again. */
static void
revoked_cb(void *data, ccd_revoked kind, int64_t id)
{
  ccd_live *live = data;
  (void) pthread_mutex_lock(&live->lock);
  for (size_t i = 0; i < CCD_LIVE_BUCKETS; i++) {
    for (ccd_live_member *member = live->persons[i]; member != NULL; member = member->person_next) {
      if (!ccd_sessions_is_revoked(&member->actor, kind, id) || member->socket == NULL)
        continue;
      member->doubts++;
      ccd_live_look_after(live, member, cc_time_monotonic());
    }
  }
  (void) pthread_mutex_unlock(&live->lock);
}

int
ccd_live_sockets(ccd_live *live)
{
  (void) pthread_mutex_lock(&live->lock);
  int n = live->n_members;
  (void) pthread_mutex_unlock(&live->lock);
  return n;
}

/* --- start and stop --- */

static bool
start_reader(ccd_live *live, ccd_live_reader *reader)
{
  pthread_condattr_t attributes;
  (void) pthread_condattr_init(&attributes);
  (void) pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  (void) pthread_cond_init(&reader->wake, &attributes);
  (void) pthread_condattr_destroy(&attributes);
  reader->live = live;
  reader->arena = cc_arena_new(16u * 1024 * 1024);
  reader->started = reader->arena != NULL &&
                    pthread_create(&reader->thread, NULL, ccd_live_reader_thread, reader) == 0;
  return reader->started;
}

cc_status
ccd_live_start(ccd_server *server, ccd_live **ret, cc_error *reterr)
{
  ccd_live *live = calloc(1, sizeof(*live));
  if (live == NULL)
    return cc_fail_memory(reterr);
  live->server = server;
  live->beat_due = INT64_MAX;
  (void) pthread_mutex_init(&live->lock, NULL);
  bool started = true;
  for (size_t i = 0; i < CCD_LIVE_READERS; i++)
    started = start_reader(live, &live->readers[i]) && started;
  if (!started) {
    ccd_live_stop(live);
    return cc_fail(reterr, CC_ERR_NO_MEMORY, "thread", "The feed's threads cannot be started");
  }
  ccd_sessions_on_revoke(server->sessions, revoked_cb, live);
  *ret = live;
  return CC_OK;
}

void
ccd_live_stop(ccd_live *live)
{
  if (live == NULL)
    return;
  ccd_sessions_on_revoke(live->server->sessions, NULL, NULL);
  (void) pthread_mutex_lock(&live->lock);
  live->stopping = true;
  for (size_t i = 0; i < CCD_LIVE_READERS; i++)
    (void) pthread_cond_signal(&live->readers[i].wake);
  (void) pthread_mutex_unlock(&live->lock);
  for (size_t i = 0; i < CCD_LIVE_READERS; i++) {
    if (live->readers[i].started)
      (void) pthread_join(live->readers[i].thread, NULL);
    (void) pthread_cond_destroy(&live->readers[i].wake);
    cc_arena_free(live->readers[i].arena);
  }
  free((void *) live->groups.heap);
  free((void *) live->members.heap);
  (void) pthread_mutex_destroy(&live->lock);
  free(live);
}
