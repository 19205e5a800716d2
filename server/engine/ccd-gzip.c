/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-gzip.h"

#include <zlib.h>

/* 15: the largest window; + 16: the gzip format instead of zlib's. */
#define WINDOW (15 + 16)

uint8_t *
ccd_gzip(cc_arena *arena, const void *bytes, size_t length, size_t *ret_length)
{
  z_stream stream = {0};
  if (deflateInit2(&stream, 6, Z_DEFLATED, WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return NULL;
  uLong room = deflateBound(&stream, (uLong) length);
  uint8_t *packed = cc_arena_alloc(arena, room);
  stream.next_in = (Bytef *) bytes;
  stream.avail_in = (uInt) length;
  stream.next_out = packed;
  stream.avail_out = (uInt) room;
  int result = packed == NULL ? Z_MEM_ERROR : deflate(&stream, Z_FINISH);
  *ret_length = (size_t) stream.total_out;
  (void) deflateEnd(&stream);
  return result == Z_STREAM_END ? packed : NULL;
}
