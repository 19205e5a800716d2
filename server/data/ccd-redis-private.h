/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <hiredis/hiredis.h>

#include "server/data/ccd-redis.h"

/* Address of Redis, parsed in ccd-redis-url.c. */
typedef struct ccd_redis_place {
  char *path; /* path of the Unix socket; NULL: host and port */
  char *host;
  int port, database;
  char *user, *password; /* NULL: none */
} ccd_redis_place;

/* Parse REDIS_URL, which must not be empty. */
cc_status
ccd_redis_place_read(const char *url, ccd_redis_place *ret, cc_error *reterr) CC_MUSTCHECK;
void ccd_redis_place_done(ccd_redis_place *place);

/* Connect, authenticate and select the database, all with short timeouts. NULL on failure. */
redisContext *ccd_redis_connect(const ccd_redis_place *place);
