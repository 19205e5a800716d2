/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"
#include "server/engine/ccd-config.h"
#include "server/engine/ccd-crypto.h"

/* Bodies that are files: written to a private file under STORAGE_FOLDER/spool while they arrive,
 * never held in memory. The file is gone when the call ends, whatever happens, unless its bytes
 * were kept. What a killed server left is swept at the next start. */

typedef struct ccd_spool {
  int fd; /* for reading, at its beginning; the dispatcher closes it */
  int64_t length;
  uint8_t sha256[CCD_HASH_BYTES]; /* of this body: of one piece, when a file comes in pieces */
  const char *media;              /* its Content-Type without parameters, one of op->body_media */

  /* The engine's own. */
  const char *folder, *path;
  int64_t max;
  struct evp_md_ctx_st *hash;
  int64_t appended; /* length of the file that ccd_spool_append made; -1: it was not called */
  cc_error error;   /* why a write was refused */
} ccd_spool;

/* Is there room for a file of @length bytes, besides what is left alone? */
bool ccd_spool_has_room(const char *folder, int64_t length);

/**
 * Keep the body under @name in STORAGE_FOLDER, such as "imports/7/12": letters, digits, ".", "_",
 * "-" and "/". Folders are made; a file of that name is replaced at one stroke. On the disk when it
 * returns.
 *
 * A transaction that fails afterwards leaves the file: choose a name that its repetition replaces.
 * CC_ERR_STORAGE: no room.
 */
cc_status ccd_spool_keep(ccd_call *call, const char *name, cc_error *reterr) CC_MUSTCHECK;

/**
 * Same for a file that comes in pieces: append the body to @name, which must be @offset bytes long
 * (0: or absent). Pieces may begin anywhere, so a client goes on wherever it was cut off.
 *
 * @ret_length: of the file now; the answer's header Upload-Offset says the same
 *
 * CC_ERR_CONFLICT with the code "offset" when the file has another length, which the message and
 * Upload-Offset tell: the client goes on from there. Calling it again in the same call does
 * nothing.
 */
cc_status ccd_spool_append(ccd_call *call,
                           const char *name,
                           int64_t offset,
                           int64_t *ret_length,
                           cc_error *reterr) CC_MUSTCHECK;

/* Open what was kept, for reading. CC_ERR_NOT_FOUND: there is none. */
cc_status ccd_spool_open(const ccd_config *config, const char *name, int *ret_fd, cc_error *reterr)
  CC_MUSTCHECK;

/* An empty file, to be written or filled by a job and then opened with ccd_spool_open: made with
 * its folders, truncated when it is there. */
cc_status ccd_spool_create(const ccd_config *config,
                           const char *name,
                           int *ret_fd,
                           cc_error *reterr) CC_MUSTCHECK;

/* Remove what was kept; that it is absent is no error. */
void ccd_spool_remove(const ccd_config *config, const char *name);

/* --- the dispatcher's --- */

/* @length: announced, -1: not. @max: more is CC_ERR_TOO_LARGE. In @arena. */
cc_status ccd_spool_begin(const ccd_config *config,
                          cc_arena *arena,
                          const char *media,
                          int64_t length,
                          int64_t max,
                          ccd_spool **ret,
                          cc_error *reterr) CC_MUSTCHECK;

/* False: refused, here and from now on; ccd_spool_finish says why. */
bool ccd_spool_write(ccd_spool *spool, const char *bytes, size_t n);
cc_status ccd_spool_finish(ccd_spool *spool, cc_error *reterr) CC_MUSTCHECK;
void ccd_spool_drop(ccd_spool *spool); /* accepts NULL */

/* Remove what servers that are gone have left. */
void ccd_spool_sweep(const ccd_config *config);
