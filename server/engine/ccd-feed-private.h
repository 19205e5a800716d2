/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pthread.h>

#include "server/engine/ccd-feed.h"
#include "server/engine/ccd-listener-frame.h"
#include "server/engine/ccd-sessions.h"

/* The sockets of the feed.
 *
 * All sockets of an organization are a group, but those of a device, which hears of less: they are
 * one of their own. One read brings what is new for the whole group, is encoded once and goes to
 * each socket that has everything before it. A socket that comes later, or whose queue is full,
 * reads pages for itself until it has caught up with its group.
 *
 * Invariants, under live->lock:
 * - member->at: everything up to there was queued for the socket, nothing behind it.
 * - group->at: read for the group; means something while group->n_live > 0.
 * - busy: a reader works on the group or member without the lock and frees what went meanwhile. */

#define CCD_FEED_PAGE_MAX 500

/* A place in the feed: behind this row. */
typedef struct ccd_feed_at {
  uint64_t xid;
  int64_t id;
} ccd_feed_at;

/* < 0, 0, > 0: @a stands before, at, behind @b. */
static inline int
ccd_feed_compare(ccd_feed_at a, ccd_feed_at b)
{
  if (a.xid != b.xid)
    return a.xid < b.xid ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id;
}

/* ccd-feed-page.c */

/* The pool of the feed: sockets never wait before a request. */
ccd_db *ccd_feed_db(const ccd_server *server);

/* What one read of the live feed brought. */
typedef struct ccd_feed_news {
  ccd_frame *frame; /* NULL: nothing to send; the caller's */
  bool moved;       /* rows were read, though perhaps none that the reader hears of */
  ccd_feed_at to;   /* behind the last row that was read */
  bool more;        /* there are more rows already */
  bool held;        /* committed rows wait for an older transaction */
} ccd_feed_news;

/* Read behind @from, at most a page, for everybody or, unless @device_id is 0, for one device. Not
 * CC_OK: the database is away or too busy. */
cc_status ccd_feed_read(const ccd_server *server,
                        cc_arena *arena,
                        int64_t organization_id,
                        int64_t device_id,
                        ccd_feed_at from,
                        ccd_feed_news *ret,
                        cc_error *reterr) CC_MUSTCHECK;

/* ccd-feed-tasks.c: what is to be done when. */

typedef struct ccd_feed_task {
  int64_t due;  /* cc_time_monotonic */
  size_t place; /* in the heap, from 1 on; 0: not in it */
} ccd_feed_task;

typedef struct ccd_feed_tasks {
  ccd_feed_task **heap; /* [1] is the earliest */
  size_t n, capacity;
} ccd_feed_tasks;

/* Make room for @n tasks. */
bool ccd_feed_tasks_reserve(ccd_feed_tasks *self, size_t n);
/* Put in at @due, or earlier than it was. There is room. */
void ccd_feed_tasks_put(ccd_feed_tasks *self, ccd_feed_task *task, int64_t due);
void ccd_feed_tasks_remove(ccd_feed_tasks *self, ccd_feed_task *task);
/* The earliest; NULL: there is none. */
ccd_feed_task *ccd_feed_tasks_first(const ccd_feed_tasks *self);

/* ccd-feed-live.c */

typedef struct ccd_live_group ccd_live_group;
typedef struct ccd_live_member ccd_live_member;
typedef struct ccd_live_reader ccd_live_reader;

struct ccd_live_group {
  ccd_feed_task task; /* first: a task of live->groups is its group */
  ccd_live_group *next;
  int64_t organization_id;
  int64_t device_id; /* whose group it is; 0: of all people and tokens */
  ccd_live_member *first;
  int n_members, n_live;
  ccd_feed_at at;
  int64_t read_at;    /* when the last read began */
  unsigned int tries; /* reads in a row that found rows held back */
  bool busy;
  bool marked;  /* something was written since the last read began */
  bool backlog; /* the last read left rows */
};

struct ccd_live_member {
  ccd_feed_task task; /* first: a task of live->members is its member */
  ccd_live *live;
  ccd_live_group *group;
  ccd_live_member *prev, *next;               /* of the group */
  ccd_live_member *person_prev, *person_next; /* of the same bucket of live->persons */
  ccd_socket *socket;                         /* NULL before it is open and after it closed */
  ccd_feed_at at;
  ccd_frame *hello; /* sent when the socket opens: where the feed is now; NULL: nothing */
  bool follows;     /* gets what is read for the group; else it reads for itself */
  bool wants_page;  /* and is to do so now */
  bool busy, gone;
  bool ending;         /* its socket was told to close */
  unsigned int doubts; /* revocations that may mean it and were not looked into; 0: none */
  int64_t check_due;
  /* Who it is; not changed any more. */
  ccd_credential credential;
  char token[128]; /* of the credential: it is asked again whether it still holds */
  char address[64];
  ccd_actor actor;
};

#define CCD_LIVE_BUCKETS 1024
#define CCD_LIVE_READERS 2 /* the first one reads for groups alone */

struct ccd_live_reader {
  ccd_live *live;
  pthread_t thread;
  pthread_cond_t wake;
  bool waits;
  bool started;
  bool last_was_member; /* so that groups and members take turns */
  cc_arena *arena;
};

struct ccd_live {
  ccd_server *server;
  ccd_live_reader readers[CCD_LIVE_READERS];
  pthread_mutex_t lock; /* of all below, and of groups and members */
  bool stopping;
  int n_members, n_groups;
  ccd_live_group *organizations[CCD_LIVE_BUCKETS];
  ccd_live_member *persons[CCD_LIVE_BUCKETS];
  ccd_feed_tasks groups;  /* those to read for */
  ccd_feed_tasks members; /* those to read for or to ask about */
  int64_t beat_due;       /* when all groups are asked about; INT64_MAX: there are none */
};

cc_status ccd_live_start(ccd_server *server, ccd_live **ret, cc_error *reterr) CC_MUSTCHECK;
/* After every socket has closed. */
void ccd_live_stop(ccd_live *live);

/* Number of the device that acts; 0: another actor. */
int64_t ccd_live_device_of(const ccd_actor *actor);

/* Something was written in an organization; 0: perhaps in any. */
void ccd_live_mark(ccd_live *live, int64_t organization_id);

int ccd_live_sockets(ccd_live *live);

/**
 * Take a place for a socket that is to be accepted, within the limits for the person, the
 * organization and in all.
 *
 * @ret: data of ccd_live_owner, whose .closed gives the place back
 *
 * CC_ERR_RATE_LIMITED: the person has too many. CC_ERR_UNAVAILABLE: the organization or the server.
 */
cc_status ccd_live_join(ccd_live *live,
                        const ccd_call *call,
                        const ccd_credential *credential,
                        ccd_live_member **ret,
                        cc_error *reterr) CC_MUSTCHECK;

extern const ccd_socket_owner ccd_live_owner;

/* The server's own; NULL in a program without listeners. */
ccd_live *ccd_feed_sockets_of(const ccd_feed *feed);

/* ccd-feed-read.c */

/* Under the lock: have it read, looked after, soon or at @due. */
void ccd_live_read_group(ccd_live *live, ccd_live_group *group, int64_t due);
void ccd_live_look_after(ccd_live *live, ccd_live_member *member, int64_t due);

/* Under the lock: frees a group without members that no reader works on. */
void ccd_live_group_drop(ccd_live *live, ccd_live_group *group);
void ccd_live_member_free(ccd_live_member *member);

void *ccd_live_reader_thread(void *data);
