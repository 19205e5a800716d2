/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"
#include "common/api/cc-page.h"

/* The platform: change feed, audit log, health, documents. */

typedef struct cc_change {
  int op;
  char *entity;
  int64_t *entity_id;
  int64_t *version;
  cc_time at;
} cc_change;

typedef struct cc_change_page {
  cc_change **data;
  size_t n_data;
  char *cursor;
  bool more;
} cc_change_page;

typedef struct cc_change_query {
  char *since;
  int64_t limit;
} cc_change_query;

typedef struct cc_audit_entry {
  int64_t seq;
  cc_time at;
  char *actor;
  char *action;
  char *entity;
  int64_t *entity_id;
  char *request_id;
  char *address;
  char *before;
  char *after;
  char *hash;
} cc_audit_entry;

typedef struct cc_health {
  int status;
  int database;
  int redis;
  int storage;
} cc_health;

/* Values of enum members: indexes into the names below. */
enum {
  CC_HEALTH_HEALTHY = 1,
  CC_HEALTH_DEGRADED,
  CC_HEALTH_UNHEALTHY
};

enum {
  CC_PART_UP = 1,
  CC_PART_DOWN,
  CC_PART_OFF
};

extern const cc_enum cc_change_op_enum;
extern const cc_type cc_change_type;
extern const cc_type cc_change_page_type;
extern const cc_type cc_audit_entry_type;
extern const cc_type cc_health_type;
