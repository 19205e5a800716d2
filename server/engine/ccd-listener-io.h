/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-listener-loop.h"

/* One socket, by the loop's thread. Afterwards ccd_io_done tells whether the socket is at
 * its end. */
void ccd_io_read(ccd_loop *loop, ccd_socket *socket);
void ccd_io_take(ccd_loop *loop, ccd_socket *socket, const uint8_t *bytes, size_t n);
void ccd_io_write(ccd_loop *loop, ccd_socket *socket);

/* Owe the client a close frame, and drop what is queued behind the frame at hand. */
void ccd_io_end(ccd_loop *loop, ccd_socket *socket, int code);
bool ccd_io_done(const ccd_socket *socket);
