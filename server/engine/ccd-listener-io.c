/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "common/base/cc-time.h"
#include "server/engine/ccd-listener-io.h"

/* Reads from and writes to one socket without waiting. Messages of clients are discarded, pings
 * answered. A frame is always sent completely, because a partial frame makes the stream
 * unreadable. */

#define PARTS_MAX 16
#define READ_SIZE (16 * 1024)

static void
hear_frame(ccd_loop *loop, ccd_socket *socket, ccd_heard heard)
{
  if (heard == CCD_HEARD_WRONG || heard == CCD_HEARD_TOO_LARGE) {
    ccd_io_end(loop, socket, heard == CCD_HEARD_WRONG ? CCD_CLOSE_PROTOCOL : CCD_CLOSE_TOO_LARGE);
    return;
  }
  socket->unanswered = 0; /* any frame shows that the client is alive */
  if (heard == CCD_HEARD_CLOSE) {
    socket->close_received = true;
    ccd_io_end(loop, socket, CCD_CLOSE_NORMAL);
  } else if (heard == CCD_HEARD_PING) {
    memcpy(socket->pong, socket->in.control, socket->in.control_length);
    socket->pong_length = socket->in.control_length;
    socket->pong_due = true;
  }
}

/* Are further bytes of the client ignored? True after a close frame or a protocol error. */
static bool
is_deaf(const ccd_socket *socket)
{
  return socket->close_received || socket->code == CCD_CLOSE_PROTOCOL ||
         socket->code == CCD_CLOSE_TOO_LARGE;
}

void
ccd_io_take(ccd_loop *loop, ccd_socket *socket, const uint8_t *bytes, size_t n)
{
  while (n > 0 && !is_deaf(socket)) {
    size_t taken = 0;
    ccd_heard heard = ccd_incoming_take(&socket->in, bytes, n, &taken);
    if (heard != CCD_HEARD_PART)
      hear_frame(loop, socket, heard);
    bytes += taken;
    n -= taken;
  }
}

void
ccd_io_read(ccd_loop *loop, ccd_socket *socket)
{
  uint8_t bytes[READ_SIZE];
  while (socket->in_budget > 0 && !socket->broken) {
    size_t most = socket->in_budget < sizeof(bytes) ? socket->in_budget : sizeof(bytes);
    ssize_t n = recv(socket->fd, bytes, most, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    if (n <= 0) {
      socket->broken = true;
      return;
    }
    socket->in_budget -= (size_t) n;
    ccd_io_take(loop, socket, bytes, (size_t) n);
    if ((size_t) n < most)
      return;
  }
}

void
ccd_io_end(ccd_loop *loop, ccd_socket *socket, int code)
{
  ccd_frame *dropped[CCD_QUEUE_MAX];
  unsigned int n = 0;
  if (socket->code != 0)
    return;
  socket->code = code;
  socket->blocked = 0; /* the close frame has its own time limit */
  (void) pthread_mutex_lock(&loop->lock);
  socket->shut = true;
  unsigned int kept = socket->sent > 0 ? 1 : 0;
  while (socket->n > kept)
    dropped[n++] = socket->queue[(socket->first + --socket->n) % CCD_QUEUE_MAX];
  (void) pthread_mutex_unlock(&loop->lock);
  while (n > 0)
    ccd_frame_unref(dropped[--n]);
}

static void
put_control(ccd_socket *socket, ccd_opcode opcode, const void *payload, size_t length)
{
  socket->control_length = ccd_frame_control(socket->control, opcode, payload, length);
  socket->control_sent = 0;
}

static const char *
reason_of(const ccd_socket *socket)
{
  switch (socket->code) {
  case CCD_CLOSE_GOING_AWAY:
    return "server_stopping";
  case CCD_CLOSE_PROTOCOL:
    return "protocol_error";
  case CCD_CLOSE_TOO_LARGE:
    return "message_too_large";
  case CCD_CLOSE_ENDED:
    return "credential_ended";
  case CCD_CLOSE_TOO_SLOW:
    return socket->note;
  default:
    return "";
  }
}

static void
put_goodbye(ccd_socket *socket)
{
  uint8_t payload[CCD_CONTROL_MAX] = {(uint8_t) (socket->code >> 8), (uint8_t) socket->code};
  const char *reason = reason_of(socket);
  size_t length = strlen(reason);
  memcpy(payload + 2, reason, length); /* NOLINT(bugprone-not-null-terminated-result): bytes */
  put_control(socket, CCD_OPCODE_CLOSE, payload, 2 + length);
  socket->said = true;
}

/* Put the next control frame into .control. Control frames are sent between two other frames. */
static void
next_control(ccd_socket *socket)
{
  if (socket->control_sent < socket->control_length || socket->said)
    return;
  if (socket->code != 0) {
    put_goodbye(socket);
  } else if (socket->pong_due) {
    socket->pong_due = false;
    put_control(socket, CCD_OPCODE_PONG, socket->pong, socket->pong_length);
  } else if (socket->ping_due) {
    socket->ping_due = false;
    put_control(socket, CCD_OPCODE_PING, NULL, 0);
  }
}

/* Collect the bytes to send next: the rest of the current frame, otherwise a control frame and
 * queued frames. Returns the number of parts. */
static int
gather_parts(ccd_loop *loop, ccd_socket *socket, struct iovec parts[PARTS_MAX])
{
  int n = 0;
  if (socket->sent == 0) {
    next_control(socket);
    if (socket->control_sent < socket->control_length)
      parts[n++] = (struct iovec){socket->control + socket->control_sent,
                                  socket->control_length - socket->control_sent};
    if (socket->said)
      return n;
  }
  bool alone = socket->code != 0 || socket->pong_due || socket->ping_due;
  (void) pthread_mutex_lock(&loop->lock);
  for (unsigned int i = 0; i < socket->n && n < PARTS_MAX && (i == 0 || !alone); i++) {
    ccd_frame *frame = socket->queue[(socket->first + i) % CCD_QUEUE_MAX];
    size_t gone = i == 0 ? socket->sent : 0;
    parts[n++] = (struct iovec){frame->bytes + gone, frame->length - gone};
  }
  (void) pthread_mutex_unlock(&loop->lock);
  return n;
}

/* Give more time to a client that receives a large frame slowly, but not below the minimal rate
 * for files. */
static void
give_time(ccd_socket *socket, size_t n)
{
  int64_t now = cc_time_monotonic();
  if (socket->blocked == 0)
    return;
  socket->blocked += (int64_t) n * CC_TIME_SECOND / CCD_STREAM_RATE_MIN;
  if (socket->blocked > now)
    socket->blocked = now;
}

/* Account for up to @n sent bytes of the first frame; returns how many belonged to it. */
static size_t
account_frame(ccd_loop *loop, ccd_socket *socket, size_t n)
{
  ccd_frame *frame = NULL;
  (void) pthread_mutex_lock(&loop->lock);
  frame = socket->queue[socket->first];
  size_t left = frame->length - socket->sent;
  if (n >= left) {
    socket->first = (socket->first + 1) % CCD_QUEUE_MAX;
    socket->n--;
    socket->bytes -= frame->length;
  }
  (void) pthread_mutex_unlock(&loop->lock);
  if (n < left) {
    socket->sent += n;
    give_time(socket, n);
    return n;
  }
  socket->sent = 0;
  socket->blocked = 0;
  memcpy(socket->note, frame->note, sizeof(socket->note));
  ccd_frame_unref(frame);
  return left;
}

static void
account_sent(ccd_loop *loop, ccd_socket *socket, size_t n)
{
  size_t control = socket->control_length - socket->control_sent;
  if (socket->sent == 0 && control > 0) {
    size_t part = n < control ? n : control;
    socket->control_sent += part;
    n -= part;
    if (part == control)
      socket->blocked = 0;
  }
  while (n > 0)
    n -= account_frame(loop, socket, n);
}

static void
say_empty(ccd_loop *loop, ccd_socket *socket)
{
  (void) pthread_mutex_lock(&loop->lock);
  bool tell = socket->tell_empty && socket->n == 0 && !socket->shut;
  if (tell)
    socket->tell_empty = false;
  (void) pthread_mutex_unlock(&loop->lock);
  if (tell)
    socket->owner->empty(socket->data);
}

void
ccd_io_write(ccd_loop *loop, ccd_socket *socket)
{
  struct iovec parts[PARTS_MAX];
  while (!socket->broken) {
    struct msghdr message = {.msg_iov = parts};
    message.msg_iovlen = (size_t) gather_parts(loop, socket, parts);
    if (message.msg_iovlen == 0)
      break;
    ssize_t n = sendmsg(socket->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      socket->broken = errno != EAGAIN || atomic_load(&socket->listener->stopping);
      if (socket->blocked == 0)
        socket->blocked = cc_time_monotonic();
      return;
    }
    account_sent(loop, socket, (size_t) n);
  }
  if (socket->said && socket->ends == 0 && !socket->broken) {
    /* Close the sending direction first: if bytes of the client were unread, close() would make
     * the kernel send a reset, which would discard the close frame. */
    (void) shutdown(socket->fd, SHUT_WR);
    socket->ends = cc_time_monotonic() + CCD_SOCKET_LINGER;
  }
  say_empty(loop, socket);
}

bool
ccd_io_done(const ccd_socket *socket)
{
  bool parted =
    socket->ends != 0 && (socket->close_received || atomic_load(&socket->listener->stopping));
  return socket->broken || parted;
}
