/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"
#include "server/engine/ccd-config.h"
#include "server/engine/ccd-crypto.h"

/* The parts of a running server. Read-only after the start, except where the member's own type
 * has a lock. */

typedef struct ccd_public_cache ccd_public_cache;
typedef struct ccd_redis ccd_redis;
typedef struct ccd_router ccd_router;
typedef struct ccd_bindings ccd_bindings;
typedef struct ccd_sessions ccd_sessions;
typedef struct ccd_limits ccd_limits;
typedef struct ccd_limits_keeper ccd_limits_keeper;
typedef struct ccd_metrics ccd_metrics;
typedef struct ccd_feed ccd_feed;
typedef struct ccd_jobs ccd_jobs;
typedef struct ccd_listener ccd_listener;
typedef struct ccd_scripts ccd_scripts;
typedef struct ccd_scheduler ccd_scheduler;

/**
 * Check the second factor of the actor, by one-time code or recovery code. Called before an action
 * that outlives the session or could take the account over. Succeeds when the actor is not a person
 * or has no second factor.
 *
 * CC_ERR_INVALID: second_factor_required or second_factor_wrong, at /code or /recovery_code.
 */
typedef cc_status
ccd_factor_prover(ccd_call *call, const char *code, const char *recovery_code, cc_error *reterr);

struct ccd_server {
  ccd_config config;
  ccd_keys keys;
  const ccd_route *const
    *route_tables; /* NULL-terminated; each table ends with a row without .op */
  ccd_db *db;
  ccd_db *db_public; /* connections with the role campaign_public, for routes with .as_public */
  ccd_db *feed_db;   /* for the feed and its sockets; NULL in a program without listeners */
  ccd_public_cache *public_cache;
  ccd_redis *redis;
  ccd_router *router;
  ccd_bindings *bindings; /* parameters of each route's query */
  ccd_sessions *sessions;
  ccd_limits *limits;
  ccd_limits_keeper *limits_keeper;
  ccd_metrics *metrics;
  ccd_feed *feed;
  char feed_generation[24]; /* part of each cursor of the feed */
  ccd_jobs *jobs;
  ccd_scripts *scripts; /* scripts read from the database, by version: server/rules */
  void (*jobs_wake)(
    ccd_jobs *jobs); /* set by main, because the engine must not include the job worker */
  void (*jobs_figures)(const ccd_jobs *jobs, int64_t *ret_queued, int64_t *ret_failed);
  ccd_factor_prover *prove_factor; /* set by main too: ccd_factor_prove_me of server/accounts */
  ccd_scheduler *scheduler;        /* shared by all listeners */
  ccd_listener *api, *slow, *internal;
  bool streams;  /* some operation has .body_media */
  bool stopping; /* atomic */
};

/* The configuration, for handlers. */
static inline const ccd_config *
ccd_call_config(const ccd_call *call)
{
  return &call->server->config;
}

static inline const ccd_keys *
ccd_call_keys(const ccd_call *call)
{
  return &call->server->keys;
}
