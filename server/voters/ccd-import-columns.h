/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"
#include "server/voters/ccd-import-problems.h"
#include "server/voters/ccd-voter-mapper.h"

/* What became of the columns of an import's files. */

typedef struct ccd_import_columns {
  ccd_voter_use *uses; /* of all files so far, by name */
  size_t n, room;
} ccd_import_columns;

/**
 * Add the columns of a file that was read, and note those that nothing takes.
 *
 * @own: the profile is one of the organization's own: columns that it names and the file lacks are
 *   noted too
 * @arena: keeps names; lives as long as @columns and @findings
 */
cc_status ccd_import_columns_add(ccd_import_columns *columns,
                                 const ccd_voter_mapper *mapper,
                                 const cc_voter_profile *profile,
                                 bool own,
                                 ccd_import_findings *findings,
                                 cc_arena *arena) CC_MUSTCHECK;

/* The columns as JSON: a list of ImportColumn. */
void ccd_import_columns_write(const ccd_import_columns *columns, cc_str *out);
