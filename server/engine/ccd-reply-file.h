/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Replies that are files. */

/* Reply with an open file: @file without fd and length, which come from @fd. Takes ownership of
 * @fd, also on failure. */
cc_status
ccd_call_send_file(ccd_call *call, int fd, const ccd_file *file, cc_error *reterr) CC_MUSTCHECK;

/* Reply with @length bytes in the arena. */
cc_status ccd_call_send_bytes(ccd_call *call,
                              const void *bytes,
                              size_t length,
                              const ccd_file *file,
                              cc_error *reterr) CC_MUSTCHECK;

/* Reply with a text, compressed with gzip for clients that accept it (Accept-Encoding); @file
 * must have no .encoding. Without an .etag the reply gets one that is made from its bytes.
 *
 * @packed: send compressed bytes to clients that send no Accept-Encoding */
cc_status ccd_call_send_text(ccd_call *call,
                             const void *text,
                             size_t length,
                             const ccd_file *file,
                             bool packed,
                             cc_error *reterr) CC_MUSTCHECK;

/* For CC_REPLY_FILE. ccd_reply_file_check determines the requested Range before the commit, so
 * that a refused request has no effect; ccd_reply_file_send sends the file; ccd_reply_file_drop
 * closes a file that was not sent. */
cc_status ccd_reply_file_check(struct ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;
void ccd_reply_file_send(struct ccd_exchange *exchange);
void ccd_reply_file_drop(struct ccd_exchange *exchange);
