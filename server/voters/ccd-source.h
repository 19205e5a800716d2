/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"

/* Reads the bytes of a table file and unpacks them. The file is plain, gzip, or one member of a
 * zip archive. This is the lowest layer of reading voter files. Uses a few hundred KiB of memory
 * whatever the size of the file. Not thread-safe. */
typedef struct ccd_source ccd_source;

typedef enum ccd_packing {
  CCD_PACKING_NONE = 0,
  CCD_PACKING_GZIP,
  CCD_PACKING_ZIP,
} ccd_packing;

/* Default limit of unpacked bytes. Reading more fails with CC_ERR_TOO_LARGE. */
#define CCD_SOURCE_BYTES_MAX (INT64_C(64) << 30)

/**
 * Open a file for reading. The kind of the file is recognized by the first bytes, not by the file's
 * name.
 *
 * @member: name of the zip member to read; NULL: the only table in the archive
 * @ret: free with ccd_source_free
 *
 * Returns CC_ERR_NOT_FOUND when the file or member does not exist; CC_ERR_UNSUPPORTED for a
 * spreadsheet, PDF, bzip2 and similar files; CC_ERR_INVALID for a broken archive, and for an
 * archive with no table ("no_member") or several tables ("several_members").
 */
cc_status ccd_source_open(const char *path, const char *member, ccd_source **ret, cc_error *reterr)
  CC_MUSTCHECK;

/* Returns a source that reads from @bytes, without unpacking. @bytes stays owned by the caller
 * and must outlive the source. Returns NULL when out of memory. */
ccd_source *ccd_source_memory(const void *bytes, size_t size);

/* Set the limit of unpacked bytes; @most must be at least 1. */
void ccd_source_limit(ccd_source *source, int64_t most);

void ccd_source_free(ccd_source *source);

/* Read the next bytes, up to @size, into @buffer. *ret_n is at least 1, or 0 at the end. Returns
 * CC_ERR_INVALID "broken_file" when the file is truncated or damaged. */
cc_status ccd_source_read(ccd_source *source,
                          void *buffer,
                          size_t size,
                          size_t *ret_n,
                          cc_error *reterr) CC_MUSTCHECK;

/* For progress reports: the current position and the total size. Both count packed bytes for
 * gzip, otherwise unpacked bytes. */
int64_t ccd_source_position(const ccd_source *source);
int64_t ccd_source_size(const ccd_source *source);

CC_DEFINE_AUTO(ccd_source, ccd_source_free)
