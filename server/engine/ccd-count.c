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
          cc_arena *arena,
          ccd_limit_state *ret_state,
          cc_error *reterr)
{
  ccd_lease lease;
  if (limit == CCD_LIMIT_NONE)
    return CC_OK;
  if (!ccd_limits_take(server->limits, limit, key, ret_state, &lease)) {
    const ccd_redis_ask ask = {.count = lease.key,
                               .count_by = lease.amount,
                               .count_ttl_s = lease.ttl_s};
    ccd_redis_answer answer = {0};
    if (ccd_redis_request(server->redis, &ask, arena, &answer) == CC_OK)
      ccd_limits_leased(server->limits, limit, key, &lease, answer.counted, ret_state);
    else
      ccd_limits_alone(server->limits, limit, key, ret_state);
  }
  return ret_state->refused ? ccd_count_refused(ret_state, reterr) : CC_OK;
}

/* Count under @key, and under @wide (may be NULL), which stands for many such keys. The state is
 * that of @key unless @wide refuses. */
static cc_status
count_twice(ccd_server *server,
            ccd_limit limit,
            const char *key,
            const char *wide,
            cc_arena *arena,
            ccd_limit_state *ret_state,
            cc_error *reterr)
{
  if (key == NULL)
    return cc_fail_memory(reterr);
  cc_status status = ccd_count(server, limit, key, arena, ret_state, reterr);
  if (status != CC_OK || wide == NULL)
    return status;
  ccd_limit_state state = {0};
  status = ccd_count(server, limit, wide, arena, &state, reterr);
  if (status != CC_OK)
    *ret_state = state;
  return status;
}

/* By what the client cannot choose: an address of IPv6 by its first 64 bits, and all of a site by
 * the first 48. */
cc_status
ccd_count_address(ccd_server *server,
                  ccd_limit limit,
                  const char *address,
                  cc_arena *arena,
                  ccd_limit_state *ret_state,
                  cc_error *reterr)
{
  const char *subject = ccd_address_subject(address, arena);
  const char *network = NULL, *wide = NULL;
  if (subject == NULL || !ccd_address_network(address, arena, &network))
    return cc_fail_memory(reterr);
  if (network != NULL)
    wide = cc_arena_printf(arena, "network|%s", network);
  const char *key = cc_arena_printf(arena, "address|%s", subject);
  return count_twice(server, limit, key, wide, arena, ret_state, reterr);
}

/* A person by all credentials together. A token or a device by itself, since an integration must
 * not use up the requests of whoever made its token; and all tokens of an organization together,
 * since anybody may make many. */
cc_status
ccd_count_actor(ccd_server *server,
                ccd_limit limit,
                const ccd_actor *actor,
                cc_arena *arena,
                ccd_limit_state *ret_state,
                cc_error *reterr)
{
  const char *key = NULL, *wide = NULL;
  if (actor->kind == CCD_ACTOR_PERSON)
    key = cc_arena_printf(arena, "person|%" PRId64, actor->user_id);
  else
    key = cc_arena_printf(arena,
                          "%s|%" PRId64 "|%" PRId64,
                          actor->kind == CCD_ACTOR_TOKEN ? "token" : "device",
                          actor->organization_id,
                          actor->session_id);
  if (actor->kind == CCD_ACTOR_TOKEN)
    wide = cc_arena_printf(arena, "tokens|%" PRId64, actor->organization_id);
  return count_twice(server, limit, key, wide, arena, ret_state, reterr);
}
