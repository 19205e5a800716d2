/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-listener-socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "server/engine/ccd-listener-head.h"
#include "server/engine/ccd-listener-io.h"

/* The handshake of WebSockets, and the functions that other threads call. The WebSocket
 * functions of ulfius are not used: its reader allocates the length that a frame announces, its
 * writer gives up after 50 ms within a frame without an error, and each socket needs two threads
 * that wake 20 times a second. */

/* Limit of the kernel's send buffer for a client that does not read; a larger one would only
 * occupy memory. */
#define SEND_BUFFER (128 * 1024)

bool
ccd_socket_send(ccd_socket *socket, ccd_frame *frame)
{
  ccd_loop *loop = socket->listener->loop;
  bool wake = false;
  (void) pthread_mutex_lock(&loop->lock);
  bool room = !socket->shut && socket->n < CCD_QUEUE_MAX &&
              (socket->n == 0 || socket->bytes + frame->length <= CCD_QUEUE_BYTES_MAX);
  if (room) {
    (void) atomic_fetch_add(&frame->refs, 1);
    socket->queue[(socket->first + socket->n++) % CCD_QUEUE_MAX] = frame;
    socket->bytes += frame->length;
    wake = ccd_loop_ready(loop, socket);
  }
  (void) pthread_mutex_unlock(&loop->lock);
  if (wake)
    ccd_loop_wake(loop);
  return room;
}

bool
ccd_socket_ask_empty(ccd_socket *socket)
{
  ccd_loop *loop = socket->listener->loop;
  (void) pthread_mutex_lock(&loop->lock);
  bool empty = socket->n == 0 && !socket->shut;
  socket->tell_empty = !empty;
  (void) pthread_mutex_unlock(&loop->lock);
  return empty;
}

bool
ccd_socket_has_queue(const ccd_socket *socket)
{
  ccd_loop *loop = socket->listener->loop;
  (void) pthread_mutex_lock(&loop->lock);
  bool waits = socket->n > 0;
  (void) pthread_mutex_unlock(&loop->lock);
  return waits;
}

void
ccd_socket_close(ccd_socket *socket, int code)
{
  ccd_loop *loop = socket->listener->loop;
  (void) pthread_mutex_lock(&loop->lock);
  socket->shut = true;
  if (socket->asked_code == 0)
    socket->asked_code = code;
  bool wake = ccd_loop_ready(loop, socket);
  (void) pthread_mutex_unlock(&loop->lock);
  if (wake)
    ccd_loop_wake(loop);
}

/* --- the handshake --- */

void
ccd_socket_drop(ccd_socket *socket)
{
  if (socket == NULL)
    return;
  ccd_listener *listener = socket->listener;
  if (socket->owner != NULL)
    socket->owner->closed(socket->data);
  free(socket);
  (void) atomic_fetch_sub(&listener->sockets, 1);
}

/* Called by MHD when the 101 was sent. The descriptor belongs to the loop until
 * MHD_UPGRADE_ACTION_CLOSE. */
static void
upgraded_cb(void *data,
            struct MHD_Connection *mhd,
            void *context,
            const char *extra,
            size_t extra_length,
            MHD_socket fd,
            struct MHD_UpgradeResponseHandle *handle)
{
  ccd_connection *connection = data;
  ccd_socket *socket = connection->socket;
  const int size = SEND_BUFFER, on = 1;
  connection->socket = NULL;
  atomic_store(&connection->deadline, INT64_MAX);
  atomic_store(&connection->upgraded, true);
  socket->handle = handle;
  socket->fd = fd;
  (void) setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
  (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (extra_length > 0)
    ccd_io_take(socket->listener->loop, socket, (const uint8_t *) extra, extra_length);
  ccd_loop_add(socket->listener->loop, socket);
}

static bool
accept_value(const char *key, char value[static 32])
{
  uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  char text[24 + sizeof(guid)];
  memcpy(text, key, 24); /* the head check has verified that the key has 24 characters */
  memcpy(text + 24, guid, sizeof(guid));
  if (EVP_Digest(text, sizeof(text) - 1, digest, &length, EVP_sha1(), NULL) != 1)
    return false;
  return EVP_EncodeBlock((unsigned char *) value, digest, (int) length) > 0;
}

static ccd_socket *
socket_new(const ccd_connection *connection, const ccd_http_response *response)
{
  ccd_listener *listener = connection->listener;
  size_t noted = strlen(response->socket_note);
  ccd_socket *socket = noted > CCD_SOCKET_REASON_MAX || ccd_loop_get(listener) == NULL
                         ? NULL
                         : calloc(1, sizeof(*socket));
  if (socket == NULL)
    return NULL;
  socket->listener = listener;
  socket->owner = response->socket;
  socket->data = response->socket_data;
  memcpy(socket->note, response->socket_note, noted + 1);
  (void) atomic_fetch_add(&listener->sockets, 1);
  return socket;
}

bool
ccd_socket_upgrade(ccd_connection *connection, ccd_http_response *response)
{
  char value[32];
  const char *key = ccd_http_header(&connection->request, "sec-websocket-key");
  if (key == NULL || !accept_value(key, value))
    return false;
  struct MHD_Response *reply = MHD_create_response_for_upgrade(upgraded_cb, connection);
  if (reply == NULL)
    return false;
  ccd_socket *socket = socket_new(connection, response);
  bool queued = socket != NULL &&
                MHD_add_response_header(reply, "Upgrade", "websocket") == MHD_YES &&
                MHD_add_response_header(reply, "Sec-WebSocket-Accept", value) == MHD_YES;
  for (int i = 0; queued && i < response->n_headers; i++)
    queued =
      MHD_add_response_header(reply, response->headers[i].name, response->headers[i].value) ==
      MHD_YES;
  connection->socket =
    socket; /* set before the response is queued, because queueing may call upgraded_cb */
  queued = queued && MHD_queue_response(connection->mhd, 101, reply) == MHD_YES;
  MHD_destroy_response(reply);
  if (!queued && socket != NULL) {
    connection->socket = NULL;
    socket->owner = NULL; /* after a failure socket_data stays with the caller */
    ccd_socket_drop(socket);
  }
  if (queued)
    free(response->body);
  return queued;
}
