/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"
#include "server/engine/ccd-config.h"
#include "server/engine/ccd-crypto.h"

/* Bodies that are files: written to a private file under STORAGE_FOLDER/spool while they arrive,
 * never held in memory. The file is deleted when the call ends, unless its bytes were kept.
 * Files left by a killed server are deleted at the next start. */

typedef struct ccd_spool {
  int fd; /* for reading, positioned at its beginning; the dispatcher closes it */
  int64_t length;
  uint8_t sha256[CCD_HASH_BYTES]; /* SHA-256 of this body; for a file that comes in pieces, of this
                                     piece */
  const char *media;              /* Content-Type without parameters, one of op->body_media */

  /* Private to the engine. */
  const char *folder, *path;
  int64_t max;
  struct evp_md_ctx_st *hash;
  int64_t appended; /* length of the file after ccd_spool_append; -1: not called */
  cc_error error;   /* the reason why a write was refused */
} ccd_spool;

/* Is there space for a file of @length bytes, besides the reserve? */
bool ccd_spool_has_room(const char *folder, int64_t length);

/**
 * Keep the body under @name in STORAGE_FOLDER, such as "imports/7/12": letters, digits, ".", "_",
 * "-" and "/". Folders are created; a file of that name is replaced atomically. The file is on the
 * disk when the function returns.
 *
 * If the transaction fails afterwards, the file stays: choose a name that the repetition replaces.
 * CC_ERR_STORAGE: not enough space.
 */
cc_status ccd_spool_keep(ccd_call *call, const char *name, cc_error *reterr) CC_MUSTCHECK;

/**
 * Like ccd_spool_keep, for a file that comes in pieces: append the body to @name, which must be
 * @offset bytes long (or absent if @offset is 0). A piece may begin anywhere, so a client can
 * continue after an interruption.
 *
 * @ret_length: length of the file now; also sent in the header Upload-Offset
 *
 * CC_ERR_CONFLICT with the code "offset" when the file has another length. The message and
 * Upload-Offset contain the real length, so that the client can continue from there. A second call
 * in the same request does nothing.
 */
cc_status ccd_spool_append(ccd_call *call,
                           const char *name,
                           int64_t offset,
                           int64_t *ret_length,
                           cc_error *reterr) CC_MUSTCHECK;

/* Open a kept file for reading. CC_ERR_NOT_FOUND: it does not exist. */
cc_status ccd_spool_open(const ccd_config *config, const char *name, int *ret_fd, cc_error *reterr)
  CC_MUSTCHECK;

/* Create an empty file, to be written by a job and later opened with ccd_spool_open: folders are
 * created, an existing file is truncated. */
cc_status ccd_spool_create(const ccd_config *config,
                           const char *name,
                           int *ret_fd,
                           cc_error *reterr) CC_MUSTCHECK;

/* Delete a kept file; no error when it is absent. */
void ccd_spool_remove(const ccd_config *config, const char *name);

/* --- used by the dispatcher --- */

/* @length: announced length, -1: unknown. @max: a longer body is CC_ERR_TOO_LARGE. Allocated in
 *   @arena. */
cc_status ccd_spool_begin(const ccd_config *config,
                          cc_arena *arena,
                          const char *media,
                          int64_t length,
                          int64_t max,
                          ccd_spool **ret,
                          cc_error *reterr) CC_MUSTCHECK;

/* False: refused, as are all further writes; ccd_spool_finish returns the reason. */
bool ccd_spool_write(ccd_spool *spool, const char *bytes, size_t n);
cc_status ccd_spool_finish(ccd_spool *spool, cc_error *reterr) CC_MUSTCHECK;
void ccd_spool_drop(ccd_spool *spool); /* accepts NULL */

/* Delete the spooled files of servers that no longer run. */
void ccd_spool_sweep(const ccd_config *config);
