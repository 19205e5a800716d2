/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-listener-loop.h"

/* Read from or write to one socket; called by the loop's thread. Afterwards ccd_io_done tells
 * whether the socket has ended. */
void ccd_io_read(ccd_loop *loop, ccd_socket *socket);
void ccd_io_take(ccd_loop *loop, ccd_socket *socket, const uint8_t *bytes, size_t n);
void ccd_io_write(ccd_loop *loop, ccd_socket *socket);

/* Schedule a close frame for the client, and drop the queue after the current frame. */
void ccd_io_end(ccd_loop *loop, ccd_socket *socket, int code);
bool ccd_io_done(const ccd_socket *socket);
