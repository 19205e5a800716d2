/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

#include "server/data/ccd-db.h"

/* The versions of libraries and of PostgreSQL that all suites were run with. A library that parses
 * what strangers send may change its behaviour in a version that nobody tested. */

/* Something that the server stands on, in the version that runs. */
typedef struct ccd_version {
  const char *name; /* as in the table of tested versions */
  char text[24];    /* "1.0.1" */
} ccd_version;

#define CCD_VERSIONS 4

void ccd_versions_read(ccd_db *db, ccd_version ret[static CCD_VERSIONS]);

/* The tested versions, with blanks between; NULL when @version is one of them. */
const char *ccd_version_untested(const ccd_version *version);

/* At start: what runs, and one warning when any of it was never tested. */
void ccd_versions_log(ccd_db *db);
