/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"
#include "server/voters/ccd-import-problems.h"
#include "server/voters/ccd-voter-mapper.h"

/* Report on the columns of an import's files: the field that each column fills, and how many of its
 * values were imported. */

typedef struct ccd_import_columns {
  ccd_voter_use *uses; /* columns of all files so far; one entry per name */
  size_t n, room;
} ccd_import_columns;

/**
 * Add the columns of a file that was read, and note those that are not imported as problems.
 *
 * @own: the profile is one of the organization's own: columns that it uses and the file does not
 * have are noted, too
 * @arena: for the names; must live as long as @columns and @findings
 */
cc_status ccd_import_columns_add(ccd_import_columns *columns,
                                 const ccd_voter_mapper *mapper,
                                 const cc_voter_profile *profile,
                                 bool own,
                                 ccd_import_findings *findings,
                                 cc_arena *arena) CC_MUSTCHECK;

/* Append the columns as a JSON array of ImportColumn. */
void ccd_import_columns_write(const ccd_import_columns *columns, cc_str *out);
