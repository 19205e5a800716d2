/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-listener.h"

/* WebSocket, from its thread. False: the peer is gone or the server stops. */
bool ccd_socket_send(ccd_socket *socket, const char *text, size_t length);
bool ccd_socket_ping(ccd_socket *socket);
bool ccd_socket_open(const ccd_socket *socket);
