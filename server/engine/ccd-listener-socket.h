/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-listener.h"

/* WebSockets (RFC 6455), server to client, all served by one thread per listener. Every function
 * here may be called from any thread, between owner->open and the return of owner->closed. */

/* A close frame has room for this many bytes of reason. */
#define CCD_SOCKET_REASON_MAX 123

/* Close codes, each with a reason. The private ones are part of the API (docs/api.md): the right to
 * read has ended; the client did not read, and the reason is the note of the last frame that was
 * sent whole. */
enum {
  CCD_CLOSE_NORMAL = 1000,
  CCD_CLOSE_GOING_AWAY = 1001,
  CCD_CLOSE_PROTOCOL = 1002,
  CCD_CLOSE_TOO_LARGE = 1009,
  CCD_CLOSE_ENDED = 4401,
  CCD_CLOSE_TOO_SLOW = 4008,
};

/* One text message as it goes over the wire, the same bytes for every socket. Counted; see
 * ccd-listener-frame.h. */
typedef struct ccd_frame ccd_frame;

/* Queue a frame; takes a reference of its own. False: the queue of this socket is full, or the
 * socket is about to end; nothing was queued. Never waits. */
bool ccd_socket_send(ccd_socket *socket, ccd_frame *frame);

/* True: everything that was queued has been given to the kernel. False: owner->empty will be called
 * when it has. */
bool ccd_socket_ask_empty(ccd_socket *socket);

/* Whether frames wait. */
bool ccd_socket_has_queue(const ccd_socket *socket);

/* Say goodbye with @code after the frame that is being sent; what else is queued is dropped. */
void ccd_socket_close(ccd_socket *socket, int code);
