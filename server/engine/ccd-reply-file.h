/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Answers that are bytes. */

/* Answer with an open file: @file without fd and length, which come from @fd. Takes @fd over, also
 * on failure. */
cc_status
ccd_call_send_file(ccd_call *call, int fd, const ccd_file *file, cc_error *reterr) CC_MUSTCHECK;

/* Answer with @length bytes that live in the arena. */
cc_status ccd_call_send_bytes(ccd_call *call,
                              const void *bytes,
                              size_t length,
                              const ccd_file *file,
                              cc_error *reterr) CC_MUSTCHECK;

/* Answer with a text, packed with gzip for clients that take it (Accept-Encoding); @file has no
 * .encoding. Without an .etag the answer gets one of its bytes.
 *
 * @packed: what a client gets that says nothing of encodings */
cc_status ccd_call_send_text(ccd_call *call,
                             const void *text,
                             size_t length,
                             const ccd_file *file,
                             bool packed,
                             cc_error *reterr) CC_MUSTCHECK;

/* CC_REPLY_FILE: the part that Range asks for is found before the commit, so
 * that a refusal leaves nothing behind; drop closes what was not sent. */
cc_status ccd_reply_file_check(struct ccd_exchange *exchange, cc_error *reterr) CC_MUSTCHECK;
void ccd_reply_file_send(struct ccd_exchange *exchange);
void ccd_reply_file_drop(struct ccd_exchange *exchange);
