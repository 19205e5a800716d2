/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-listener-socket.h"

#include <errno.h>
#include <openssl/evp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "common/base/cc-time.h"
#include "server/engine/ccd-listener-head.h"
#include "server/engine/ccd-listener-private.h"

/* WebSockets (RFC 6455), server to client: messages that come in are thrown away, pings answered.
 * ulfius's own are not used: its reader believes the length that a frame announces and allocates
 * it, its writer gives up silently in the middle of a frame after 50 ms, and each takes two threads
 * that wake 20 times a second. */

#define SEND_TIMEOUT (10 * CC_TIME_SECOND)
#define PINGS_UNANSWERED_MAX 2
#define CONTROL_MAX 125
#define DRAIN_MAX (256 * 1024) /* at one go, so that a flood cannot keep the caller */
#define THREAD_STACK (512 * 1024)

enum {
  OPCODE_TEXT = 0x1,
  OPCODE_CLOSE = 0x8,
  OPCODE_PING = 0x9,
  OPCODE_PONG = 0xa,
  FIN = 0x80,
  MASKED = 0x80,
};

/* Of the frame that is coming in: its head of up to 14 bytes, then its payload. */
typedef struct incoming {
  uint8_t head[14];
  size_t head_length;
  uint64_t left; /* bytes of payload to come */
  bool in_payload;
  uint8_t control[CONTROL_MAX];
  size_t control_length;
} incoming;

typedef struct socket_state {
  int fd;
  bool broken; /* nothing can be sent any more */
  int code;    /* of the close frame that we owe; 0: none */
  int unanswered;
  incoming in;
} socket_state;

struct ccd_socket {
  ccd_listener *listener;
  ccd_connection *connection;
  struct MHD_UpgradeResponseHandle *handle;
  ccd_socket_cb *run;
  void *data;
  socket_state *state; /* apart, since asking whether a socket is open also reads from it */
};

static bool
wait_writable(const ccd_socket *socket, int64_t deadline)
{
  for (;;) {
    int64_t left = deadline - cc_time_monotonic();
    if (left <= 0)
      return false;
    struct pollfd item = {.fd = socket->state->fd, .events = POLLOUT};
    int n = poll(&item, 1, left > CC_TIME_SECOND / 4 ? 250 : (int) (left / 1000) + 1);
    if (n > 0)
      return (item.revents & (POLLERR | POLLHUP | POLLNVAL)) == 0;
    if ((n < 0 && errno != EINTR) || atomic_load(&socket->listener->stopping))
      return false;
  }
}

/* A frame is sent whole, or the socket is broken: there is no way back from half a frame. */
static bool
send_frame(const ccd_socket *socket, int opcode, const void *payload, size_t length)
{
  uint8_t head[10] = {(uint8_t) (FIN | opcode)};
  size_t head_length = length <= CONTROL_MAX ? 2 : length <= UINT16_MAX ? 4 : 10;
  head[1] = head_length == 2 ? (uint8_t) length : head_length == 4 ? 126 : 127;
  for (size_t i = 2; i < head_length; i++)
    head[i] = (uint8_t) (length >> (8 * (head_length - 1 - i)));
  struct iovec parts[2] = {{head, head_length}, {(void *) (uintptr_t) payload, length}};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
  int64_t deadline = cc_time_monotonic() + SEND_TIMEOUT;
  while (parts[0].iov_len + parts[1].iov_len > 0) {
    ssize_t n = sendmsg(socket->state->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && (errno != EAGAIN || !wait_writable(socket, deadline))) {
      socket->state->broken = true;
      return false;
    }
    for (size_t i = 0, sent = n > 0 ? (size_t) n : 0; i < 2 && sent > 0; i++) {
      size_t part = sent < parts[i].iov_len ? sent : parts[i].iov_len;
      parts[i].iov_base = (uint8_t *) parts[i].iov_base + part;
      parts[i].iov_len -= part;
      sent -= part;
    }
  }
  return true;
}

static void
end_with(socket_state *state, int code)
{
  if (state->code == 0)
    state->code = code;
}

/* The head's length as far as its first two bytes tell; 2 until they are there. */
static size_t
head_size(const incoming *in)
{
  if (in->head_length < 2 || (in->head[1] & MASKED) == 0)
    return 2; /* a client that does not mask is refused without waiting for more */
  unsigned int length = in->head[1] & 0x7f;
  return 2u + (length == 126 ? 2u : length == 127 ? 8u : 0u) + 4u;
}

static bool
begin_payload(socket_state *state)
{
  incoming *in = &state->in;
  unsigned int length = in->head[1] & 0x7f;
  bool control = (in->head[0] & 0x8) != 0;
  /* Clients mask; no extension was agreed on; control frames are short and whole. */
  if ((in->head[1] & MASKED) == 0 || (in->head[0] & 0x70) != 0 ||
      (control && (length > CONTROL_MAX || (in->head[0] & FIN) == 0))) {
    end_with(state, 1002);
    return false;
  }
  in->left = length;
  if (length > CONTROL_MAX) {
    in->left = 0;
    for (size_t i = 2; i < head_size(in) - 4; i++)
      in->left = in->left << 8 | in->head[i];
  }
  in->in_payload = true;
  in->control_length = 0;
  return true;
}

static void
end_payload(const ccd_socket *socket)
{
  socket_state *state = socket->state;
  incoming *in = &state->in;
  state->unanswered = 0; /* any frame shows that the peer lives */
  int opcode = in->head[0] & 0xf;
  if (opcode == OPCODE_CLOSE)
    end_with(state, 1000);
  else if (opcode == OPCODE_PING)
    (void) send_frame(socket, OPCODE_PONG, in->control, in->control_length);
  in->head_length = 0;
  in->in_payload = false;
}

static void
take_bytes(const ccd_socket *socket, const uint8_t *bytes, size_t n)
{
  socket_state *state = socket->state;
  incoming *in = &state->in;
  for (size_t i = 0; i < n && state->code == 0 && !state->broken;) {
    if (!in->in_payload) {
      in->head[in->head_length++] = bytes[i++];
      if (in->head_length < head_size(in) || !begin_payload(state))
        continue;
    }
    size_t part = in->left < n - i ? (size_t) in->left : n - i;
    if ((in->head[0] & 0x8) != 0)
      for (size_t k = 0; k < part; k++, in->control_length++) {
        const uint8_t *mask = in->head + head_size(in) - 4;
        in->control[in->control_length] = bytes[i + k] ^ mask[in->control_length % 4];
      }
    in->left -= part;
    i += part;
    if (in->left == 0)
      end_payload(socket);
  }
}

/* Read what has come in, without waiting. */
static void
drain_socket(const ccd_socket *socket)
{
  socket_state *state = socket->state;
  uint8_t bytes[4096];
  for (size_t total = 0; total < DRAIN_MAX && state->code == 0 && !state->broken;) {
    ssize_t n = recv(state->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    if (n <= 0) {
      state->broken = true;
      return;
    }
    take_bytes(socket, bytes, (size_t) n);
    total += (size_t) n;
  }
}

bool
ccd_socket_open(const ccd_socket *socket)
{
  if (!socket->state->broken && socket->state->code == 0)
    drain_socket(socket);
  return !socket->state->broken && socket->state->code == 0 &&
         !atomic_load(&socket->listener->stopping);
}

bool
ccd_socket_send(ccd_socket *socket, const char *text, size_t length)
{
  return ccd_socket_open(socket) && send_frame(socket, OPCODE_TEXT, text, length);
}

bool
ccd_socket_ping(ccd_socket *socket)
{
  if (!ccd_socket_open(socket))
    return false;
  if (socket->state->unanswered >= PINGS_UNANSWERED_MAX) {
    socket->state->broken = true; /* nobody is there */
    return false;
  }
  socket->state->unanswered++;
  return send_frame(socket, OPCODE_PING, NULL, 0);
}

static void
say_goodbye(const ccd_socket *socket)
{
  if (socket->state->broken)
    return;
  bool stopping = atomic_load(&socket->listener->stopping);
  int code = socket->state->code != 0 ? socket->state->code : stopping ? 1001 : 1000;
  uint8_t payload[2] = {(uint8_t) (code >> 8), (uint8_t) code};
  (void) send_frame(socket, OPCODE_CLOSE, payload, sizeof(payload));
}

void
ccd_socket_drop(ccd_socket *socket)
{
  if (socket == NULL)
    return;
  ccd_listener *listener = socket->listener;
  free(socket->data);
  free(socket->state);
  free(socket);
  (void) atomic_fetch_sub(&listener->sockets, 1);
}

static void *
socket_thread(void *data)
{
  ccd_socket *socket = data;
  socket->run(socket, socket->data);
  say_goodbye(socket);
  (void) MHD_upgrade_action(socket->handle, MHD_UPGRADE_ACTION_CLOSE);
  ccd_socket_drop(socket); /* last: a stop waits for the count and then frees the listener */
  return NULL;
}

static bool
start_thread(ccd_socket *socket)
{
  pthread_attr_t attributes;
  pthread_t thread;
  if (pthread_attr_init(&attributes) != 0)
    return false;
  bool started = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0 &&
                 pthread_attr_setstacksize(&attributes, THREAD_STACK) == 0 &&
                 pthread_create(&thread, &attributes, socket_thread, socket) == 0;
  (void) pthread_attr_destroy(&attributes);
  return started;
}

/* The 101 was sent; from here on the descriptor is ours until MHD_UPGRADE_ACTION_CLOSE. */
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
  connection->socket = NULL;
  atomic_store(&connection->deadline, INT64_MAX);
  atomic_store(&connection->upgraded, true);
  socket->handle = handle;
  socket->state->fd = fd;
  if (extra_length > 0)
    take_bytes(socket, (const uint8_t *) extra, extra_length);
  if (start_thread(socket))
    return;
  (void) MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
  ccd_socket_drop(socket);
}

static bool
accept_value(const char *key, char value[static 32])
{
  uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  char text[24 + sizeof(guid)];
  memcpy(text, key, 24); /* the head check has seen to the length */
  memcpy(text + 24, guid, sizeof(guid));
  if (EVP_Digest(text, sizeof(text) - 1, digest, &length, EVP_sha1(), NULL) != 1)
    return false;
  return EVP_EncodeBlock((unsigned char *) value, digest, (int) length) > 0;
}

static ccd_socket *
socket_new(ccd_connection *connection, const ccd_http_response *response)
{
  ccd_socket *socket = calloc(1, sizeof(*socket));
  socket_state *state = calloc(1, sizeof(*state));
  if (socket == NULL || state == NULL) {
    free(socket);
    free(state);
    return NULL;
  }
  *socket = (ccd_socket){.listener = connection->listener,
                         .connection = connection,
                         .run = response->socket,
                         .data = response->socket_data,
                         .state = state};
  (void) atomic_fetch_add(&connection->listener->sockets, 1);
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
  connection->socket = socket; /* before queueing, which may call upgraded_cb */
  queued = queued && MHD_queue_response(connection->mhd, 101, reply) == MHD_YES;
  MHD_destroy_response(reply);
  if (!queued && socket != NULL) {
    connection->socket = NULL;
    socket->data = NULL; /* stays the caller's */
    ccd_socket_drop(socket);
  }
  if (queued)
    free(response->body);
  return queued;
}
