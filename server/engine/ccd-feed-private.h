/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pthread.h>

#include "server/engine/ccd-feed.h"
#include "server/engine/ccd-listener-frame.h"
#include "server/engine/ccd-sessions.h"

/* Live sockets of the feed.
 *
 * All sockets of an organization form one group; the sockets of each device, which may see fewer
 * changes, form another. One read fetches the news for a whole group; the page is encoded once
 * and sent to each socket that has everything before it. A socket that joins later, or whose
 * queue is full, reads its own pages until it has caught up with its group.
 *
 * Invariants, under live->lock:
 * - member->at: every change up to this position was queued for the socket, and none after it.
 * - group->at: position up to which was read for the group; valid while group->n_live > 0.
 * - busy: a reader works on the group or member without the lock, and then frees it if it was
 *   removed meanwhile. */

#define CCD_FEED_PAGE_MAX 500

/* A position in the feed: after the row with these values. */
typedef struct ccd_feed_at {
  uint64_t xid;
  int64_t id;
} ccd_feed_at;

/* Compare two positions: < 0: @a is before @b; 0: equal; > 0: @a is after @b. */
static inline int
ccd_feed_compare(ccd_feed_at a, ccd_feed_at b)
{
  if (a.xid != b.xid)
    return a.xid < b.xid ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id;
}

/* ccd-feed-page.c */

/* The pool of the feed's own connections, so that sockets neither wait for requests nor delay
 * them. */
ccd_db *ccd_feed_db(const ccd_server *server);

/* Result of one read of the live feed. */
typedef struct ccd_feed_news {
  ccd_frame *frame; /* NULL: nothing to send; owned by the caller */
  bool moved;       /* rows were read, although the reader may see none of them */
  ccd_feed_at to;   /* position after the last row that was read */
  bool more;        /* more rows are available already */
  bool held;        /* committed rows are held back by an older transaction */
} ccd_feed_news;

/* Read at most one page after @from: changes that everybody may see or, unless @device_id is 0,
 * those that this device may see. On failure the database is unavailable or busy. */
cc_status ccd_feed_read(const ccd_server *server,
                        cc_arena *arena,
                        int64_t organization_id,
                        int64_t device_id,
                        ccd_feed_at from,
                        ccd_feed_news *ret,
                        cc_error *reterr) CC_MUSTCHECK;

/* ccd-feed-tasks.c: a queue of tasks by due time. */

typedef struct ccd_feed_task {
  int64_t due;  /* on the clock of cc_time_monotonic */
  size_t place; /* index in the heap, from 1; 0: not queued */
} ccd_feed_task;

typedef struct ccd_feed_tasks {
  ccd_feed_task **heap; /* a heap: heap[1] is due first */
  size_t n, capacity;
} ccd_feed_tasks;

/* Reserve space for @n tasks. False: memory is exhausted. */
bool ccd_feed_tasks_reserve(ccd_feed_tasks *self, size_t n);
/* Queue a task for @due, or move it to an earlier time. Space must be reserved. */
void ccd_feed_tasks_put(ccd_feed_tasks *self, ccd_feed_task *task, int64_t due);
void ccd_feed_tasks_remove(ccd_feed_tasks *self, ccd_feed_task *task);
/* The task that is due first; NULL: none. */
ccd_feed_task *ccd_feed_tasks_first(const ccd_feed_tasks *self);

/* ccd-feed-live.c */

typedef struct ccd_live_group ccd_live_group;
typedef struct ccd_live_member ccd_live_member;
typedef struct ccd_live_reader ccd_live_reader;

struct ccd_live_group {
  ccd_feed_task task; /* must be the first member: a task of live->groups points to its group */
  ccd_live_group *next;
  int64_t organization_id;
  int64_t device_id; /* the group consists of the sockets of this device; 0: of all people and API
                        tokens */
  ccd_live_member *first;
  int n_members, n_live;
  ccd_feed_at at;
  int64_t read_at;    /* time at which the last read began */
  unsigned int tries; /* consecutive reads that found rows held back */
  bool busy;
  bool marked;  /* a write happened since the last read began */
  bool backlog; /* the last read left rows unread */
};

struct ccd_live_member {
  ccd_feed_task task; /* must be the first member: a task of live->members points to its member */
  ccd_live *live;
  ccd_live_group *group;
  ccd_live_member *prev, *next;               /* of the group */
  ccd_live_member *person_prev, *person_next; /* neighbours in the bucket of live->persons */
  ccd_socket *socket;                         /* NULL before the socket opens and after it closed */
  ccd_feed_at at;
  ccd_frame *hello; /* sent when the socket opens: the end of the feed; NULL: nothing */
  bool follows;     /* true: gets the pages read for the group; false: reads its own */
  bool wants_page;  /* ready to read its next page */
  bool busy, gone;
  bool ending; /* its socket is being closed */
  /* number of revocations that may concern the member and were not checked yet */
  unsigned int doubts;
  int64_t check_due;
  /* The actor. Constant while the socket is open. */
  ccd_credential credential;
  char token[128]; /* token of the credential, which is checked repeatedly because it may end */
  char address[64];
  ccd_actor actor;
};

#define CCD_LIVE_BUCKETS 1024
#define CCD_LIVE_READERS 2 /* the first reader only reads for groups */

struct ccd_live_reader {
  ccd_live *live;
  pthread_t thread;
  pthread_cond_t wake;
  bool waits;
  bool started;
  bool last_was_member; /* the last work was for a member: groups and members take turns */
  cc_arena *arena;
};

struct ccd_live {
  ccd_server *server;
  ccd_live_reader readers[CCD_LIVE_READERS];
  pthread_mutex_t lock; /* guards all members below, and groups and members */
  bool stopping;
  int n_members, n_groups;
  ccd_live_group *organizations[CCD_LIVE_BUCKETS];
  ccd_live_member *persons[CCD_LIVE_BUCKETS];
  ccd_feed_tasks groups;  /* groups with pending reads */
  ccd_feed_tasks members; /* members with pending reads or credential checks */
  /* time of the next check of all groups for missed writes; INT64_MAX: there are no groups */
  int64_t beat_due;
};

cc_status ccd_live_start(ccd_server *server, ccd_live **ret, cc_error *reterr) CC_MUSTCHECK;
/* Call after every socket has closed. */
void ccd_live_stop(ccd_live *live);

/* Id of the device that acts; 0: the actor is not a device. */
int64_t ccd_live_device_of(const ccd_actor *actor);

/* Report a write in an organization; 0: perhaps in any organization. */
void ccd_live_mark(ccd_live *live, int64_t organization_id);

int ccd_live_sockets(ccd_live *live);

/**
 * Reserve a place for a new socket, within the limits of the person, the organization and the
 * server.
 *
 * @ret: data for ccd_live_owner, whose .closed releases the place
 *
 * CC_ERR_RATE_LIMITED: the person has too many sockets. CC_ERR_UNAVAILABLE: the organization or the
 * server has.
 */
cc_status ccd_live_join(ccd_live *live,
                        const ccd_call *call,
                        const ccd_credential *credential,
                        ccd_live_member **ret,
                        cc_error *reterr) CC_MUSTCHECK;

extern const ccd_socket_owner ccd_live_owner;

/* The live sockets of this server; NULL in a program without listeners. */
ccd_live *ccd_feed_sockets_of(const ccd_feed *feed);

/* ccd-feed-read.c */

/* Schedule a read of a group, at @due or soon. Call with the lock held. */
void ccd_live_read_group(ccd_live *live, ccd_live_group *group, int64_t due);
void ccd_live_look_after(ccd_live *live, ccd_live_member *member, int64_t due);

/* Free a group that has no members, unless a reader works on it. Call with the lock held. */
void ccd_live_group_drop(ccd_live *live, ccd_live_group *group);
void ccd_live_member_free(ccd_live_member *member);

void *ccd_live_reader_thread(void *data);
