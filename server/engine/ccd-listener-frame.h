/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdatomic.h>

#include "server/engine/ccd-listener-socket.h"

/* Frames of WebSockets (RFC 6455). Frames of the server are complete in memory; frames of
 * clients are parsed while their bytes arrive. */

#define CCD_CONTROL_MAX 125                     /* payload of a control frame */
#define CCD_CONTROL_FRAME (2 + CCD_CONTROL_MAX) /* with its head */
#define CCD_MESSAGE_MAX (64u * 1024) /* limit for messages of clients, which are ignored */

typedef enum ccd_opcode {
  CCD_OPCODE_TEXT = 0x1,
  CCD_OPCODE_CLOSE = 0x8,
  CCD_OPCODE_PING = 0x9,
  CCD_OPCODE_PONG = 0xa,
} ccd_opcode;

struct ccd_frame {
  atomic_uint refs;
  char note[CCD_SOCKET_REASON_MAX + 1];
  size_t length;
  uint8_t bytes[]; /* head and payload */
};

/**
 * Make a text message.
 *
 * @text: UTF-8; copied
 * @note: at most CCD_SOCKET_REASON_MAX bytes; copied. See CCD_CLOSE_TOO_SLOW.
 *
 * NULL: memory is exhausted, or the note is too long.
 */
ccd_frame *ccd_frame_new(const char *text, size_t length, const char *note);
void ccd_frame_unref(ccd_frame *frame);

/* Write a control frame; @length is at most CCD_CONTROL_MAX. Returns the size of the whole
 * frame. */
size_t ccd_frame_control(uint8_t ret[CCD_CONTROL_FRAME],
                         ccd_opcode opcode,
                         const void *payload,
                         size_t length);

/* Parser of a client's frame: a head of up to 14 bytes, then the payload, which is discarded
 * unless the frame is a control frame. Initialize with zeros. */
typedef struct ccd_incoming {
  uint8_t head[14];
  size_t head_length;
  uint64_t left;    /* remaining bytes of the payload */
  uint64_t message; /* bytes of the message so far, in all its frames */
  bool in_payload;
  uint8_t control[CCD_CONTROL_MAX];
  size_t control_length;
} ccd_incoming;

typedef enum ccd_heard {
  CCD_HEARD_PART = 0, /* all given bytes were consumed, and the frame is not complete yet */
  CCD_HEARD_DATA,     /* or a pong */
  CCD_HEARD_PING,     /* .control is its payload */
  CCD_HEARD_CLOSE,
  CCD_HEARD_WRONG,     /* the frame violates the protocol */
  CCD_HEARD_TOO_LARGE, /* the message is larger than CCD_MESSAGE_MAX */
} ccd_heard;

/* Consume bytes up to the end of one frame. @ret_taken: number of bytes consumed. */
ccd_heard ccd_incoming_take(ccd_incoming *in, const uint8_t *bytes, size_t n, size_t *ret_taken);
