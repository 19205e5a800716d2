/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "server/engine/ccd-listener-frame.h"

#define HEAD_MAX 10

enum {
  FIN = 0x80,
  MASKED = 0x80,
  CONTROL = 0x8,
};

static size_t
write_head(uint8_t head[HEAD_MAX], ccd_opcode opcode, size_t length)
{
  size_t size = length <= CCD_CONTROL_MAX ? 2 : length <= UINT16_MAX ? 4 : HEAD_MAX;
  head[0] = (uint8_t) (FIN | (unsigned) opcode);
  head[1] = size == 2 ? (uint8_t) length : size == 4 ? 126 : 127;
  for (size_t i = 2; i < size; i++)
    head[i] = (uint8_t) (length >> (8 * (size - 1 - i)));
  return size;
}

ccd_frame *
ccd_frame_new(const char *text, size_t length, const char *note)
{
  size_t noted = strlen(note);
  uint8_t head[HEAD_MAX];
  size_t size = write_head(head, CCD_OPCODE_TEXT, length);
  ccd_frame *frame = noted > CCD_SOCKET_REASON_MAX ? NULL : malloc(sizeof(*frame) + size + length);
  if (frame == NULL)
    return NULL;
  atomic_init(&frame->refs, 1);
  frame->length = size + length;
  memcpy(frame->note, note, noted + 1);
  memcpy(frame->bytes, head, size);
  memcpy(frame->bytes + size, text, length);
  return frame;
}

void
ccd_frame_unref(ccd_frame *frame)
{
  if (frame != NULL && atomic_fetch_sub(&frame->refs, 1) == 1)
    free(frame);
}

size_t
ccd_frame_control(uint8_t ret[CCD_CONTROL_FRAME],
                  ccd_opcode opcode,
                  const void *payload,
                  size_t length)
{
  uint8_t head[HEAD_MAX];
  size_t size = write_head(head, opcode, length);
  memcpy(ret, head, size);
  if (length > 0)
    memcpy(ret + size, payload, length);
  return size + length;
}

/* Length of the frame's head as determined by its first two bytes; 2 until both have arrived. */
static size_t
head_size(const ccd_incoming *in)
{
  if (in->head_length < 2 || (in->head[1] & MASKED) == 0)
    return 2; /* an unmasked frame is refused without waiting for more */
  unsigned int length = in->head[1] & 0x7f;
  return 2u + (length == 126 ? 2u : length == 127 ? 8u : 0u) + 4u;
}

/* Check the head of a client's frame: it must be masked and without extensions; control frames
 * must be short and not fragmented. */
static bool
begin_payload(ccd_incoming *in)
{
  unsigned int length = in->head[1] & 0x7f;
  bool control = (in->head[0] & CONTROL) != 0;
  if ((in->head[1] & MASKED) == 0 || (in->head[0] & 0x70) != 0 ||
      (control && (length > CCD_CONTROL_MAX || (in->head[0] & FIN) == 0)))
    return false;
  in->left = length;
  if (length > CCD_CONTROL_MAX) {
    in->left = 0;
    for (size_t i = 2; i < head_size(in) - 4; i++)
      in->left = in->left << 8 | in->head[i];
  }
  if (!control) {
    bool goes_on = (in->head[0] & 0xf) == 0;
    in->message = in->left > CCD_MESSAGE_MAX ? in->left : in->left + (goes_on ? in->message : 0);
  }
  in->in_payload = true;
  in->control_length = 0;
  return true;
}

static void
take_payload(ccd_incoming *in, const uint8_t *bytes, size_t n)
{
  in->left -= n;
  if ((in->head[0] & CONTROL) == 0)
    return;
  const uint8_t *mask = in->head + head_size(in) - 4;
  for (size_t i = 0; i < n; i++, in->control_length++)
    in->control[in->control_length] = bytes[i] ^ mask[in->control_length % 4];
}

static ccd_heard
end_frame(ccd_incoming *in)
{
  int opcode = in->head[0] & 0xf;
  in->head_length = 0;
  in->in_payload = false;
  return opcode == CCD_OPCODE_CLOSE  ? CCD_HEARD_CLOSE
         : opcode == CCD_OPCODE_PING ? CCD_HEARD_PING
                                     : CCD_HEARD_DATA;
}

ccd_heard
ccd_incoming_take(ccd_incoming *in, const uint8_t *bytes, size_t n, size_t *ret_taken)
{
  size_t at = 0;
  while (at < n && !in->in_payload) {
    in->head[in->head_length++] = bytes[at++];
    if (in->head_length >= head_size(in) && !begin_payload(in)) {
      *ret_taken = at;
      return CCD_HEARD_WRONG;
    }
  }
  if (in->message > CCD_MESSAGE_MAX) {
    *ret_taken = at;
    return CCD_HEARD_TOO_LARGE;
  }
  if (in->in_payload) {
    size_t part = in->left < n - at ? (size_t) in->left : n - at;
    take_payload(in, bytes + at, part);
    at += part;
  }
  *ret_taken = at;
  return in->in_payload && in->left == 0 ? end_frame(in) : CCD_HEARD_PART;
}
