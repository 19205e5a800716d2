/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-listener.h"

/* WebSockets (RFC 6455), server to client, all served by one thread per listener. Every function
 * here may be called from any thread between owner->open and the return of owner->closed. */

/* Maximal length of the reason in a close frame. */
#define CCD_SOCKET_REASON_MAX 123

/* Status codes of close frames; each frame has a reason. Two private codes are part of the API
 * (docs/integrating.md): the right to read has ended; or the client read too slowly, and the
 * reason is the note of the last frame that was sent completely. */
enum {
  CCD_CLOSE_NORMAL = 1000,
  CCD_CLOSE_GOING_AWAY = 1001,
  CCD_CLOSE_PROTOCOL = 1002,
  CCD_CLOSE_TOO_LARGE = 1009,
  CCD_CLOSE_ENDED = 4401,
  CCD_CLOSE_TOO_SLOW = 4008,
};

/* One text message in wire format, shared by all sockets. Reference-counted; see
 * ccd-listener-frame.h. */
typedef struct ccd_frame ccd_frame;

/* Queue a frame and take a reference. False: the socket's queue is full, or the socket is
 * closing; nothing was queued. Never waits. */
bool ccd_socket_send(ccd_socket *socket, ccd_frame *frame);

/* True: everything queued was passed to the kernel. False: owner->empty will be called as soon
 * as that has happened. */
bool ccd_socket_ask_empty(ccd_socket *socket);

/* Are frames queued? */
bool ccd_socket_has_queue(const ccd_socket *socket);

/* Send a close frame with @code after the current frame; drop the other queued frames. */
void ccd_socket_close(ccd_socket *socket, int code);
