/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passes the key for hashes of erased persons to statements; see ccd-erasure.h. */
#include "server/voters/ccd-erasure.h"

#include "server/engine/ccd-server.h"
#include "server/voters/ccd-voters-routes.h"

const char *
ccd_erasure_key(cc_arena *arena, const ccd_keys *keys)
{
  return ccd_bytea(arena, keys->erasure, sizeof(keys->erasure));
}

cc_status
ccd_voter_erase_prepare(ccd_call *call, cc_error *reterr)
{
  ccd_arg *args = cc_arena_alloc(call->arena, 2 * sizeof(*args));
  const char *key = ccd_erasure_key(call->arena, ccd_call_keys(call));
  if (args == NULL || key == NULL)
    return cc_fail_memory(reterr);
  args[0] = (ccd_arg){"key", key};
  args[1] = (ccd_arg){0};
  call->args = args;
  return CC_OK;
}
