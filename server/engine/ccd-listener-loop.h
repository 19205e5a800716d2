/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-listener-frame.h"
#include "server/engine/ccd-listener-private.h"

/* The thread that serves the WebSockets of one listener, and its state for each socket. */

#define CCD_QUEUE_MAX 32 /* maximal number of queued frames of one socket */
#define CCD_QUEUE_BYTES_MAX                                                                        \
  (256 * 1024) /* queued bytes after which no further frame is accepted                            \
                */
#define CCD_SOCKET_LINGER (2 * CC_TIME_SECOND) /* time for the client to answer a close frame */

typedef struct ccd_loop ccd_loop;

struct ccd_socket {
  ccd_listener *listener;
  /* The handle belongs to MHD; the descriptor belongs to the loop until it is closed. */
  struct MHD_UpgradeResponseHandle *handle;
  const ccd_socket_owner *owner;
  void *data;
  int fd;

  /* The following members are used by the loop's thread only. */
  ccd_socket *prev, *next; /* loop->first */
  uint32_t events;         /* events registered with epoll */
  bool broken;             /* nothing more can be sent */
  bool ended;              /* will be freed at the end of the loop's round */
  ccd_incoming in;
  size_t in_budget; /* bytes that may be read before the next tick */
  size_t sent;      /* sent bytes of the first frame */
  uint8_t control[CCD_CONTROL_FRAME];
  size_t control_length, control_sent;
  uint8_t pong[CCD_CONTROL_MAX]; /* payload of the latest ping */
  size_t pong_length;
  bool pong_due, ping_due;
  int unanswered;
  int64_t pinged;
  int64_t blocked;     /* time since which the current frame waits for space in the kernel's buffer,
                          moved forward as bytes are sent; 0: it does not wait */
  int code;            /* status code of the close frame that will be or was sent; 0: none */
  bool said;           /* the close frame is in .control */
  bool close_received; /* the client has sent a close frame */
  int64_t ends; /* after the server sent a close frame: time at which the wait for the client's
                   close frame ends; 0: not waiting */
  char note[CCD_SOCKET_REASON_MAX + 1];

  /* The following members are guarded by the loop's lock. */
  ccd_socket *next_ready; /* loop->ready */
  bool ready;
  bool shut; /* no further frame is accepted */
  bool tell_empty;
  int asked_code; /* code given to ccd_socket_close; 0: none */
  ccd_frame *queue[CCD_QUEUE_MAX];
  unsigned int first, n;
  size_t bytes;
};

struct ccd_loop {
  ccd_listener *listener;
  pthread_t thread;
  int epoll_fd, wake_fd;
  ccd_socket *first, *ended; /* used by the loop's thread only */
  pthread_mutex_t lock;      /* guards the following members, and the queues of the sockets */
  ccd_socket *incoming;      /* by next_ready */
  ccd_socket *ready;
  bool ends;
};

/* ccd-listener-loop.c */

/* Return the listener's loop, which is started at first use. NULL: it cannot be started. */
ccd_loop *ccd_loop_get(ccd_listener *listener);
void ccd_loop_add(ccd_loop *loop, ccd_socket *socket);
void ccd_loop_wake(ccd_loop *loop);

/* Add @socket to the list of ready sockets. Call with the lock held. True: wake the loop after
 * unlocking. */
bool ccd_loop_ready(ccd_loop *loop, ccd_socket *socket) CC_MUSTCHECK;

/* End the thread and close all open sockets. */
void ccd_loop_free(ccd_loop *loop);
