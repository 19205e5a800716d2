/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-sessions.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "ccd-queries.h"
#include "server/data/ccd-redis.h"
#include "server/engine/ccd-address-subject.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-count.h"
#include "server/engine/ccd-hints.h"
#include "server/engine/ccd-log.h"

#define SLOTS 32768
#define SHARDS 64
#define REDIS_TTL_S 30
#define TEXT_MAX 200

/* A cached actor, used without checking for config.session_cache seconds. */
typedef struct slot {
  ccd_actor actor;
  int64_t loaded;  /* time of loading, on the clock of cc_time_monotonic; 0: empty */
  cc_time expires; /* expiry of the credential; 0: never */
} slot;

struct ccd_sessions {
  ccd_server *server;
  /* the lock with index i guards the slots whose index modulo SHARDS is i */
  pthread_mutex_t locks[SHARDS];
  slot *slots;
  ccd_hints *hints;
  /* Number of revocations so far: an actor that was loaded before the last revocation is not
   * cached. */
  atomic_ulong revocations;
  _Atomic int64_t mistrust; /* until this time Redis may contain sessions that were revoked */
  pthread_mutex_t on_revoked_lock; /* guards the following members; held while the callback runs */
  ccd_sessions_revoked_cb *on_revoked;
  void *on_revoked_data;
};

/* Names in messages between processes through Redis, and in the query session_keys. */
static const char *const revoked_names[_CCD_REVOKED_MAX] = {
  [CCD_REVOKED_SESSION] = "session",
  [CCD_REVOKED_TOKEN] = "token",
  [CCD_REVOKED_DEVICE] = "device",
  [CCD_REVOKED_USER] = "user",
  [CCD_REVOKED_ORGANIZATION] = "organization",
};

bool
ccd_sessions_is_revoked(const ccd_actor *actor, ccd_revoked kind, int64_t id)
{
  switch (kind) {
  case CCD_REVOKED_EVERYBODY:
    return true;
  case CCD_REVOKED_SESSION:
    return actor->kind == CCD_ACTOR_PERSON && actor->session_id == id;
  case CCD_REVOKED_TOKEN:
    return actor->kind == CCD_ACTOR_TOKEN && actor->session_id == id;
  case CCD_REVOKED_DEVICE:
    return actor->kind == CCD_ACTOR_DEVICE && actor->session_id == id;
  case CCD_REVOKED_USER:
    return actor->user_id == id;
  case CCD_REVOKED_ORGANIZATION:
    return actor->organization_id == id;
  case _CCD_REVOKED_MAX:
  default:
    return false;
  }
}

static void
forget_sessions(ccd_sessions *self, ccd_revoked kind, int64_t id)
{
  atomic_fetch_add(&self->revocations, 1);
  for (size_t shard = 0; shard < SHARDS; shard++) {
    pthread_mutex_lock(&self->locks[shard]);
    for (size_t i = shard; i < SLOTS; i += SHARDS) {
      if (self->slots[i].loaded != 0 && ccd_sessions_is_revoked(&self->slots[i].actor, kind, id))
        self->slots[i].loaded = 0;
    }
    pthread_mutex_unlock(&self->locks[shard]);
  }
  pthread_mutex_lock(&self->on_revoked_lock);
  if (self->on_revoked != NULL)
    self->on_revoked(self->on_revoked_data, kind, id);
  pthread_mutex_unlock(&self->on_revoked_lock);
}

void
ccd_sessions_on_revoke(ccd_sessions *self, ccd_sessions_revoked_cb *callback, void *data)
{
  pthread_mutex_lock(&self->on_revoked_lock);
  self->on_revoked = callback;
  self->on_revoked_data = data;
  pthread_mutex_unlock(&self->on_revoked_lock);
}

/* Handle a revocation of another process, received through Redis: "user:7". NULL: messages may
 * have been missed. */
static void
revoked_cb(void *data, const char *key)
{
  if (key == NULL) {
    forget_sessions(data, CCD_REVOKED_EVERYBODY, 0);
    return;
  }
  size_t length = strcspn(key, ":");
  for (unsigned kind = CCD_REVOKED_SESSION; kind < _CCD_REVOKED_MAX && key[length] == ':'; kind++) {
    if (strncmp(revoked_names[kind], key, length) == 0 && revoked_names[kind][length] == '\0')
      forget_sessions(data, (ccd_revoked) kind, strtoll(key + length + 1, NULL, 10));
  }
}

cc_status
ccd_sessions_new(ccd_server *server, ccd_sessions **ret, cc_error *reterr)
{
  ccd_sessions *self = calloc(1, sizeof(*self));
  if (self == NULL)
    return cc_fail_memory(reterr);
  self->slots = calloc(SLOTS, sizeof(*self->slots));
  self->hints = calloc(1, sizeof(*self->hints));
  if (self->slots == NULL || self->hints == NULL) {
    free(self->slots);
    free(self->hints);
    free(self);
    return cc_fail_memory(reterr);
  }
  self->server = server;
  for (size_t i = 0; i < SHARDS; i++)
    pthread_mutex_init(&self->locks[i], NULL);
  pthread_mutex_init(&self->on_revoked_lock, NULL);
  ccd_redis_on_revoke(server->redis, revoked_cb, self);
  *ret = self;
  return CC_OK;
}

void
ccd_sessions_free(ccd_sessions *self)
{
  if (self == NULL)
    return;
  for (size_t i = 0; i < SHARDS; i++)
    pthread_mutex_destroy(&self->locks[i]);
  pthread_mutex_destroy(&self->on_revoked_lock);
  free(self->slots);
  free(self->hints);
  free(self);
}

static size_t
slot_index(const char *key)
{
  /* Index of a key's slot. The key is a SHA-256 in hexadecimal, so each of its parts is
   * distributed evenly. */
  size_t index = 0;
  for (int i = 0; i < 6; i++)
    index = index * 16 + (size_t) (key[i] <= '9' ? key[i] - '0' : key[i] - 'a' + 10);
  return index % SLOTS;
}

static bool
find_cached(ccd_sessions *self, const char *key, ccd_actor *ret)
{
  size_t index = slot_index(key);
  int64_t oldest = cc_time_monotonic() - self->server->config.session_cache * CC_TIME_SECOND;
  pthread_mutex_lock(&self->locks[index % SHARDS]);
  const slot *at = &self->slots[index];
  bool hit = at->loaded != 0 && at->loaded > oldest &&
             (at->expires == 0 || at->expires > cc_time_now()) && strcmp(at->actor.key, key) == 0;
  if (hit)
    *ret = at->actor;
  pthread_mutex_unlock(&self->locks[index % SHARDS]);
  return hit;
}

int64_t
ccd_sessions_organization(ccd_sessions *self, const ccd_credential *credential)
{
  return credential->kind == CCD_ACTOR_ANONYMOUS ? 0 : ccd_hints_find(self->hints, credential->key);
}

static void
keep_cached(ccd_sessions *self, const ccd_actor *actor, cc_time expires, unsigned long revocations)
{
  size_t index = slot_index(actor->key);
  ccd_hints_note(self->hints, actor->key, actor->organization_id);
  pthread_mutex_lock(&self->locks[index % SHARDS]);
  if (atomic_load(&self->revocations) == revocations)
    self->slots[index] = (slot){.actor = *actor, .loaded = cc_time_monotonic(), .expires = expires};
  pthread_mutex_unlock(&self->locks[index % SHARDS]);
}

static void
redis_key(const char *key, char ret[static 80])
{
  (void) snprintf(ret, 80, "cc:s:%s", key);
}

/* Read an actor as stored in Redis: a text that consists of numbers. */
static bool
parse_actor(const char *text, ccd_actor *actor, cc_time *ret_expires)
{
  long long part[7];
  const char *at = text;
  for (size_t i = 0; i < CC_N(part); i++) {
    char *end = NULL;
    part[i] = strtoll(at, &end, 10);
    if (end == at)
      return false;
    at = end;
  }
  actor->kind = CCD_ACTOR_PERSON;
  actor->session_id = part[0];
  actor->user_id = part[1];
  actor->organization_id = part[2];
  actor->rights = (uint64_t) part[3];
  actor->view = (cc_view) part[4];
  actor->needs_second_factor = part[5] != 0;
  *ret_expires = part[6];
  return *ret_expires == 0 || *ret_expires > cc_time_now();
}

static void
share_session(ccd_sessions *self,
              const ccd_actor *actor,
              cc_time expires,
              unsigned long revocations)
{
  char key[80], text[TEXT_MAX];
  redis_key(actor->key, key);
  int length = snprintf(text,
                        sizeof(text),
                        "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %d %d %" PRId64,
                        actor->session_id,
                        actor->user_id,
                        actor->organization_id,
                        (int64_t) actor->rights,
                        (int) actor->view,
                        actor->needs_second_factor,
                        expires);
  assert(length > 0 && (size_t) length < sizeof(text));
  (void) ccd_redis_set(self->server->redis, key, text, (size_t) length, REDIS_TTL_S);
  if (atomic_load(&self->revocations) != revocations)
    (void) ccd_redis_delete(self->server->redis, key);
}

static void
fill_actor(const ccd_credential *credential,
           const ccd_rows *rows,
           ccd_actor *actor,
           cc_time *ret_expires)
{
  *ret_expires = ccd_rows_int64(rows, 0, "expires");
  actor->kind = credential->kind;
  actor->session_id =
    ccd_rows_int64(rows, 0, credential->kind == CCD_ACTOR_PERSON ? "session_id" : "id");
  actor->organization_id = ccd_rows_int64(rows, 0, "organization_id");
  if (credential->kind == CCD_ACTOR_PERSON) {
    actor->user_id = ccd_rows_int64(rows, 0, "user_id");
    actor->rights = CC_RIGHT_BIT(CC_RIGHT_SIGNED_IN);
    const char *role = ccd_rows_get(rows, 0, "role");
    if (actor->organization_id != 0 && role != NULL) {
      actor->rights |= ccd_rights_of_member(role, ccd_rows_get(rows, 0, "permissions"));
      /* The requirement concerns actors with more rights than a plain member has, by role or by
       * single rights. */
      uint64_t more = actor->rights & ~ccd_rights_of_member("member", NULL);
      actor->needs_second_factor = more != 0 && ccd_rows_bool(rows, 0, "require_second_factor") &&
                                   !ccd_rows_bool(rows, 0, "has_second_factor");
    }
  } else {
    actor->rights = ccd_rights_of_scopes(ccd_rows_get(rows, 0, "scopes"));
  }
  actor->view =
    actor->rights & CC_RIGHT_BIT(CC_RIGHT_MANAGE_MEMBERS) ? CC_VIEW_ADMIN : CC_VIEW_MEMBER;
}

/* Load the actor from PostgreSQL. The query also records that the credential was used, at most
 * every few minutes. */
static cc_status
load_actor(ccd_db *db,
           const ccd_credential *credential,
           cc_arena *arena,
           ccd_actor *actor,
           cc_time *ret_expires,
           cc_error *reterr)
{
  static const struct {
    const ccd_query *find, *seen;
  } by_kind[] = {
    [CCD_ACTOR_PERSON] = {&ccd_q_actor_by_session, &ccd_q_session_seen},
    [CCD_ACTOR_TOKEN] = {&ccd_q_actor_by_token, &ccd_q_token_seen},
    [CCD_ACTOR_DEVICE] = {&ccd_q_actor_by_device, &ccd_q_device_seen},
  };

  ccd_db_conn *conn = NULL;
  cc_status status = ccd_db_borrow(db, &conn, reterr);
  if (status != CC_OK)
    return status;
  const char *args[] = {ccd_token_hash(arena, credential->token)};
  const ccd_rows *rows = NULL;
  status = ccd_db_query_in_own_tx(conn,
                                  &(ccd_context){.tx = CCD_READ},
                                  by_kind[credential->kind].find,
                                  args,
                                  &rows,
                                  reterr);
  if (status == CC_OK && ccd_rows_n(rows) == 0)
    status = cc_fail(reterr,
                     CC_ERR_UNAUTHENTICATED,
                     "credential",
                     "The credential is unknown, expired or revoked: sign in again");
  if (status == CC_OK) {
    fill_actor(credential, rows, actor, ret_expires);
    const char *seen[] = {ccd_text_int64(arena, actor->session_id)};
    const ccd_context context = {.tx = CCD_WRITE,
                                 .organization_id = actor->organization_id,
                                 .actor = "system"};
    cc_error ignored;
    if (ccd_rows_bool(rows, 0, "stale") && ccd_db_query_in_own_tx(conn,
                                                                  &context,
                                                                  by_kind[credential->kind].seen,
                                                                  seen,
                                                                  NULL,
                                                                  &ignored) != CC_OK)
      ccd_log(CCD_WARNING, "session.seen_not_noted", CCD_NUMBER("session", actor->session_id));
  }
  ccd_db_return(db, conn);
  return status;
}

/* Count a request with an unknown credential against the quota of the client's address too, so
 * that tokens cannot be guessed. */
static cc_status
count_stranger(ccd_sessions *self,
               const char *address,
               cc_arena *arena,
               ccd_limit_state *ret_state,
               cc_error *reterr)
{
  cc_error limited;
  if (ccd_count_address(self->server,
                        CCD_LIMIT_API,
                        address,
                        /* weight= */ 1,
                        arena,
                        ret_state,
                        &limited) != CC_ERR_RATE_LIMITED)
    return CC_ERR_UNAUTHENTICATED;
  *reterr = limited;
  return CC_ERR_RATE_LIMITED;
}

/* Find the actor in Redis, otherwise in PostgreSQL; then store the actor in the caches. */
static cc_status
find_actor(ccd_sessions *self,
           ccd_db *db,
           const ccd_credential *credential,
           cc_arena *arena,
           ccd_actor *actor,
           cc_error *reterr)
{
  char key[80];
  redis_key(credential->key, key);
  unsigned long revocations = atomic_load(&self->revocations);
  ccd_redis_answer answer = {0};
  if (credential->kind == CCD_ACTOR_PERSON && cc_time_monotonic() > atomic_load(&self->mistrust) &&
      ccd_redis_request(self->server->redis, &(ccd_redis_ask){.get = key}, arena, &answer) != CC_OK)
    answer.value = NULL;
  cc_time expires = 0;
  if (answer.value == NULL || !parse_actor(answer.value, actor, &expires)) {
    cc_status status = load_actor(db, credential, arena, actor, &expires, reterr);
    if (status != CC_OK)
      return status;
    if (actor->kind == CCD_ACTOR_PERSON)
      share_session(self, actor, expires, revocations);
  }
  keep_cached(self, actor, expires, revocations);
  return CC_OK;
}

/* Find the actor of a credential. An unknown credential is refused: without any lookup when the
 * quota of its address is used up, otherwise after it was counted against the address. */
static cc_status
admit_credential(ccd_sessions *self,
                 const ccd_credential *credential,
                 ccd_limit limit,
                 const char *address,
                 cc_arena *arena,
                 ccd_actor *actor,
                 ccd_limit_state *ret_state,
                 cc_error *reterr)
{
  if (find_cached(self, credential->key, actor))
    return CC_OK;
  const char *subject = ccd_address_subject(address, arena);
  const char *stranger = subject == NULL ? NULL : cc_arena_printf(arena, "address|%s", subject);
  if (stranger == NULL)
    return cc_fail_memory(reterr);
  if (limit != CCD_LIMIT_NONE &&
      ccd_limits_spent(self->server->limits, CCD_LIMIT_API, stranger, ret_state))
    return ccd_count_refused(ret_state, reterr);
  cc_status status = find_actor(self, self->server->db, credential, arena, actor, reterr);
  if (status == CC_ERR_UNAUTHENTICATED && limit != CCD_LIMIT_NONE)
    status = count_stranger(self, address, arena, ret_state, reterr);
  return status;
}

/* Does the class count by actor? Operations that try passwords always count by address. */
static bool
counts_actor(ccd_limit limit, const ccd_credential *credential)
{
  return limit == CCD_LIMIT_API && credential->kind != CCD_ACTOR_ANONYMOUS;
}

cc_status
ccd_sessions_admit(ccd_sessions *self,
                   const ccd_credential *credential,
                   ccd_charge charge,
                   const char *address,
                   cc_arena *arena,
                   ccd_actor *ret_actor,
                   ccd_limit_state *ret_state,
                   cc_error *reterr)
{
  ccd_limit limit = charge.limit;
  ccd_actor actor = {.kind = CCD_ACTOR_ANONYMOUS};
  memcpy(actor.key, credential->key, sizeof(actor.key));
  bool anonymous = credential->kind == CCD_ACTOR_ANONYMOUS;
  bool by_actor = counts_actor(limit, credential);
  cc_status status = CC_OK;
  if (!by_actor && limit != CCD_LIMIT_NONE)
    status =
      ccd_count_address(self->server, limit, address, charge.weight, arena, ret_state, reterr);
  if (status == CC_OK && !anonymous)
    status = admit_credential(self, credential, limit, address, arena, &actor, ret_state, reterr);
  if (status == CC_OK && by_actor)
    status = ccd_count_actor(self->server, limit, &actor, charge.weight, arena, ret_state, reterr);
  if (status != CC_OK)
    return status;
  actor.by_cookie = credential->by_cookie;
  *ret_actor = actor;
  return CC_OK;
}

cc_status
ccd_sessions_find(ccd_sessions *self,
                  ccd_db *db,
                  const ccd_credential *credential,
                  cc_arena *arena,
                  ccd_actor *ret_actor,
                  cc_error *reterr)
{
  if (find_cached(self, credential->key, ret_actor))
    return CC_OK;
  ccd_actor actor = {.kind = CCD_ACTOR_ANONYMOUS};
  memcpy(actor.key, credential->key, sizeof(actor.key));
  cc_status status = find_actor(self, db, credential, arena, &actor, reterr);
  if (status == CC_OK)
    *ret_actor = actor;
  return status;
}

bool
ccd_sessions_admit_known(ccd_sessions *self,
                         const ccd_credential *credential,
                         ccd_limit limit,
                         const char *address,
                         cc_arena *arena,
                         ccd_actor *ret_actor,
                         ccd_limit_state *ret_state)
{
  ccd_actor actor = {.kind = CCD_ACTOR_ANONYMOUS};
  memcpy(actor.key, credential->key, sizeof(actor.key));
  bool anonymous = credential->kind == CCD_ACTOR_ANONYMOUS;
  if (!anonymous && !find_cached(self, credential->key, &actor))
    return false;
  bool by_actor = counts_actor(limit, credential);
  if (!ccd_count_known(self->server, limit, by_actor ? &actor : NULL, address, arena, ret_state))
    return false;
  actor.by_cookie = credential->by_cookie;
  *ret_actor = actor;
  return true;
}

void
ccd_sessions_revoke(ccd_sessions *self,
                    ccd_db_conn *conn,
                    cc_arena *arena,
                    ccd_revoked kind,
                    int64_t id)
{
  forget_sessions(self, kind, id);
  const char *args[] = {revoked_names[kind], ccd_text_int64(arena, id)};
  const ccd_rows *rows = NULL;
  cc_error error;
  bool sure = conn != NULL && ccd_db_query_in_own_tx(conn,
                                                     &(ccd_context){.tx = CCD_READ},
                                                     &ccd_q_session_keys,
                                                     args,
                                                     &rows,
                                                     &error) == CC_OK;
  for (int i = 0; sure && i < ccd_rows_n(rows); i++) {
    char key[80];
    redis_key(ccd_rows_get(rows, i, "key"), key);
    sure = ccd_redis_delete(self->server->redis, key);
  }
  if (!sure) /* after that time all entries in Redis that are older than now have expired */
    atomic_store(&self->mistrust, cc_time_monotonic() + (REDIS_TTL_S + 1) * CC_TIME_SECOND);
  const char *what = cc_arena_printf(arena, "%s:%" PRId64, revoked_names[kind], id);
  if (what != NULL)
    ccd_redis_revoke(self->server->redis, what);
}
