/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-count.h"

#include <inttypes.h>

#include "server/data/ccd-redis.h"
#include "server/engine/ccd-address-subject.h"

cc_status
ccd_count_refused(const ccd_limit_state *state, cc_error *reterr)
{
  return cc_fail(reterr,
                 CC_ERR_RATE_LIMITED,
                 "rate_limited",
                 "Too many requests: wait %" PRId64 " seconds and try again",
                 state->reset_s);
}

cc_status
ccd_count(ccd_server *server,
          ccd_limit limit,
          const char *key,
          int64_t weight,
          cc_arena *arena,
          ccd_limit_state *ret_state,
          cc_error *reterr)
{
  ccd_lease lease;
  if (limit == CCD_LIMIT_NONE)
    return CC_OK;
  if (!ccd_limits_take(server->limits, limit, key, weight, ret_state, &lease)) {
    const ccd_redis_ask ask = {.count = lease.key,
                               .count_by = lease.amount,
                               .count_ttl_s = lease.ttl_s};
    ccd_redis_answer answer = {0};
    if (ccd_redis_request(server->redis, &ask, arena, &answer) == CC_OK)
      ccd_limits_leased(server->limits, limit, key, &lease, answer.counted, ret_state);
    else
      ccd_limits_alone(server->limits, limit, key, &lease, ret_state);
  }
  return ret_state->refused ? ccd_count_refused(ret_state, reterr) : CC_OK;
}

/* The keys under which a request is counted: @key, and @wide, which many such keys share and
 * which may be NULL. */
typedef struct keys {
  const char *key, *wide;
} keys;

/* Count a request under both keys. @ret_state is the state of the narrow key, or of the wide key
 * when the quota of the wide key refuses the request. */
static cc_status
count_keys(ccd_server *server,
           ccd_limit limit,
           const keys *of,
           int64_t weight,
           cc_arena *arena,
           ccd_limit_state *ret_state,
           cc_error *reterr)
{
  if (of->key == NULL)
    return cc_fail_memory(reterr);
  cc_status status = ccd_count(server, limit, of->key, weight, arena, ret_state, reterr);
  if (status != CC_OK || of->wide == NULL)
    return status;
  ccd_limit_state state = {0};
  status = ccd_count(server, limit, of->wide, weight, arena, &state, reterr);
  if (status != CC_OK)
    *ret_state = state;
  return status;
}

static bool
count_known_keys(ccd_server *server, ccd_limit limit, const keys *of, ccd_limit_state *ret_state)
{
  ccd_limit_state state = {0};
  if (of->key == NULL || !ccd_limits_take_known(server->limits, limit, of->key, ret_state))
    return false;
  if (ret_state->refused || of->wide == NULL)
    return true;
  if (!ccd_limits_take_known(server->limits, limit, of->wide, &state)) {
    ccd_limits_give_back(server->limits, limit, of->key);
    return false;
  }
  if (state.refused)
    *ret_state = state;
  return true;
}

/* Return the keys of an address. They contain only bits that the client cannot choose: the first
 * 64 bits of an IPv6 host, and the first 48 bits of its site. */
static keys
keys_of_address(const char *address, cc_arena *arena)
{
  const char *subject = ccd_address_subject(address, arena);
  const char *network = NULL;
  if (subject == NULL || !ccd_address_network(address, arena, &network))
    return (keys){0};
  return (keys){.key = cc_arena_printf(arena, "address|%s", subject),
                .wide = network == NULL ? NULL : cc_arena_printf(arena, "network|%s", network)};
}

/* Return the keys of an actor. All credentials of a person count together. A token or device
 * counts alone, because an integration must not use up the requests of the person who made its
 * token. All tokens of an organization also count together, because a member can make many. */
static keys
keys_of_actor(const ccd_actor *actor, cc_arena *arena)
{
  if (actor->kind == CCD_ACTOR_PERSON)
    return (keys){.key = cc_arena_printf(arena, "person|%" PRId64, actor->user_id)};
  bool token = actor->kind == CCD_ACTOR_TOKEN;
  return (keys){
    .key = cc_arena_printf(arena,
                           "%s|%" PRId64 "|%" PRId64,
                           token ? "token" : "device",
                           actor->organization_id,
                           actor->session_id),
    .wide = token ? cc_arena_printf(arena, "tokens|%" PRId64, actor->organization_id) : NULL,
  };
}

cc_status
ccd_count_address(ccd_server *server,
                  ccd_limit limit,
                  const char *address,
                  int64_t weight,
                  cc_arena *arena,
                  ccd_limit_state *ret_state,
                  cc_error *reterr)
{
  keys of = keys_of_address(address, arena);
  return count_keys(server, limit, &of, weight, arena, ret_state, reterr);
}

cc_status
ccd_count_actor(ccd_server *server,
                ccd_limit limit,
                const ccd_actor *actor,
                int64_t weight,
                cc_arena *arena,
                ccd_limit_state *ret_state,
                cc_error *reterr)
{
  keys of = keys_of_actor(actor, arena);
  return count_keys(server, limit, &of, weight, arena, ret_state, reterr);
}

bool
ccd_count_known(ccd_server *server,
                ccd_limit limit,
                const ccd_actor *actor,
                const char *address,
                cc_arena *arena,
                ccd_limit_state *ret_state)
{
  if (limit == CCD_LIMIT_NONE)
    return true;
  keys of = actor != NULL ? keys_of_actor(actor, arena) : keys_of_address(address, arena);
  return count_known_keys(server, limit, &of, ret_state);
}
