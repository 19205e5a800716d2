/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"

/* Reads the bytes of a table file and unpacks them: plain, gzip, or one member of a zip archive.
 * First layer of reading voter files. Uses a few hundred KiB of memory for any file. Not
 * thread-safe. */
typedef struct ccd_source ccd_source;

typedef enum ccd_packing {
  CCD_PACKING_NONE = 0,
  CCD_PACKING_GZIP,
  CCD_PACKING_ZIP,
} ccd_packing;

/* Default limit of unpacked bytes; beyond it, reading fails with CC_ERR_TOO_LARGE. */
#define CCD_SOURCE_BYTES_MAX (INT64_C(64) << 30)

/**
 * Open a file for reading. Its kind is recognized by its first bytes, not by its name.
 *
 * @member: name of the zip member to read; NULL: the only table in the archive
 * @ret: free with ccd_source_free
 *
 * Returns CC_ERR_NOT_FOUND when there is no such file or member, CC_ERR_UNSUPPORTED for a
 * spreadsheet, PDF, bzip2 …, and CC_ERR_INVALID for a broken archive, or one with no table
 * ("no_member") or several
 * ("several_members").
 */
cc_status ccd_source_open(const char *path, const char *member, ccd_source **ret, cc_error *reterr)
  CC_MUSTCHECK;

/* Returns a source that reads bytes in memory, without unpacking. The caller keeps the ownership of
 * the bytes, which must outlive the source. Returns NULL when out of memory. */
ccd_source *ccd_source_memory(const void *bytes, size_t size);

/* Set the limit of unpacked bytes, at least 1. */
void ccd_source_limit(ccd_source *source, int64_t most);

void ccd_source_free(ccd_source *source);

/* Read the next bytes, at least one. *ret_n is 0 at the end. Returns CC_ERR_INVALID "broken_file"
 * when the file is truncated or damaged. */
cc_status ccd_source_read(ccd_source *source,
                          void *buffer,
                          size_t size,
                          size_t *ret_n,
                          cc_error *reterr) CC_MUSTCHECK;

/* Progress: the position and the total size. Both count packed bytes for gzip, else unpacked bytes.
 */
int64_t ccd_source_position(const ccd_source *source);
int64_t ccd_source_size(const ccd_source *source);

CC_DEFINE_AUTO(ccd_source, ccd_source_free)
