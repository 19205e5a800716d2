/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-listener-frame.h"
#include "server/engine/ccd-listener-private.h"

/* The thread that serves the sockets of one listener, and what it knows of each. */

#define CCD_QUEUE_MAX 32                       /* frames that wait for one socket */
#define CCD_QUEUE_BYTES_MAX (256 * 1024)       /* after which no further frame is taken */
#define CCD_SOCKET_LINGER (2 * CC_TIME_SECOND) /* that a client has to answer a goodbye */

typedef struct ccd_loop ccd_loop;

struct ccd_socket {
  ccd_listener *listener;
  struct MHD_UpgradeResponseHandle *handle; /* MHD's; the descriptor is ours until it is closed */
  const ccd_socket_owner *owner;
  void *data;
  int fd;

  /* The loop's thread alone. */
  ccd_socket *prev, *next; /* loop->first */
  uint32_t events;         /* that epoll was asked for */
  bool broken;             /* nothing can be sent any more */
  bool ended;              /* is freed at the end of the loop's round */
  ccd_incoming in;
  size_t in_budget; /* bytes that are read before the next tick */
  size_t sent;      /* bytes of the first frame that are gone */
  uint8_t control[CCD_CONTROL_FRAME];
  size_t control_length, control_sent;
  uint8_t pong[CCD_CONTROL_MAX]; /* the latest ping's payload */
  size_t pong_length;
  bool pong_due, ping_due;
  int unanswered;
  int64_t pinged;
  int64_t blocked; /* since when the frame at hand waits for room, moved on by what is sent of it;
                      0: it does not */
  int code;        /* of the close frame that we owe or have sent; 0: none */
  bool said;       /* the close frame is in .control */
  bool told;       /* the client has said goodbye */
  int64_t ends;    /* after our goodbye, the end of the wait for the client's; 0: none */
  char note[CCD_SOCKET_REASON_MAX + 1];

  /* Guarded by the loop's lock. */
  ccd_socket *next_ready; /* loop->ready */
  bool ready;
  bool shut; /* no further frame is taken */
  bool tell_empty;
  int asked_code; /* of ccd_socket_close; 0: none */
  ccd_frame *queue[CCD_QUEUE_MAX];
  unsigned int first, n;
  size_t bytes;
};

struct ccd_loop {
  ccd_listener *listener;
  pthread_t thread;
  int epoll_fd, wake_fd;
  ccd_socket *first, *ended; /* the thread's alone */
  pthread_mutex_t lock;      /* of what follows, and of the sockets' queues */
  ccd_socket *incoming;      /* by next_ready */
  ccd_socket *ready;
  bool ends;
};

/* ccd-listener-loop.c */

/* The listener's loop, made at the first need. NULL: it cannot be started. */
ccd_loop *ccd_loop_get(ccd_listener *listener);
void ccd_loop_add(ccd_loop *loop, ccd_socket *socket);
void ccd_loop_wake(ccd_loop *loop);

/* Under the lock: serve @socket soon. True: wake the loop after unlocking. */
bool ccd_loop_ready(ccd_loop *loop, ccd_socket *socket) CC_MUSTCHECK;

/* End the thread; closes what is still open. */
void ccd_loop_free(ccd_loop *loop);
