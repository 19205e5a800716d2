/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"
#include "server/voters/ccd-import-problems.h"
#include "server/voters/ccd-voter-mapper.h"

/* Report on the columns of an import's files: the field that each column fills, and how many of its
 * values were imported. */

typedef struct ccd_import_columns {
  ccd_voter_use *uses; /* the columns of all files read so far; one entry per column name */
  size_t n, room;
} ccd_import_columns;

/**
 * Add the columns of a file that was read to the report. Columns that are not imported are added to
 * @findings as problems.
 *
 * @own: the profile is one of the organization's own. Then columns that the profile uses and the
 *   file does not have are added to @findings, too.
 * @arena: holds the names; must live as long as @columns and @findings
 */
cc_status ccd_import_columns_add(ccd_import_columns *columns,
                                 const ccd_voter_mapper *mapper,
                                 const cc_voter_profile *profile,
                                 bool own,
                                 ccd_import_findings *findings,
                                 cc_arena *arena) CC_MUSTCHECK;

/* Append the columns as a JSON array of ImportColumn. */
void ccd_import_columns_write(const ccd_import_columns *columns, cc_str *out);
