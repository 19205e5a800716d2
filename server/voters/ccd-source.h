/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"

/* Bytes of a table file, unpacked as they are read: plain, gzip, or one member of a zip archive.
 * Memory is a few hundred KiB whatever the file. Not thread-safe; one reader each. */
typedef struct ccd_source ccd_source;

typedef enum ccd_packing {
  CCD_PACKING_NONE = 0,
  CCD_PACKING_GZIP,
  CCD_PACKING_ZIP,
} ccd_packing;

/* More unpacked bytes than this are refused (CC_ERR_TOO_LARGE) where nobody said less. */
#define CCD_SOURCE_BYTES_MAX (INT64_C(64) << 30)

/**
 * Open a file for reading. What it is, its first bytes say, not its name.
 *
 * @member: name of the zip member; NULL: the only table in it
 *
 * CC_ERR_NOT_FOUND: no such file or member. CC_ERR_UNSUPPORTED: a spreadsheet, PDF, bzip2, …
 * CC_ERR_INVALID: a broken archive, "no_member", "several_members".
 */
cc_status ccd_source_open(const char *path, const char *member, ccd_source **ret, cc_error *reterr)
  CC_MUSTCHECK;

/* Bytes in memory, which stay the caller's and must outlive the source. Never unpacked. */
ccd_source *ccd_source_memory(const void *bytes, size_t size);

/* Refuse more unpacked bytes than @most, at least 1. */
void ccd_source_limit(ccd_source *source, int64_t most);

void ccd_source_free(ccd_source *source);

/* The next bytes, at least one; 0 at the end. CC_ERR_INVALID "broken_file": cut off or damaged. */
cc_status ccd_source_read(ccd_source *source,
                          void *buffer,
                          size_t size,
                          size_t *ret_n,
                          cc_error *reterr) CC_MUSTCHECK;

/* Progress: how far, out of how much. Packed bytes of a gzip file, unpacked ones otherwise. */
int64_t ccd_source_position(const ccd_source *source);
int64_t ccd_source_size(const ccd_source *source);

CC_DEFINE_AUTO(ccd_source, ccd_source_free)
