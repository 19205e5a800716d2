/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

#include "server/data/ccd-db.h"

/* The versions of libraries and of PostgreSQL with which all suites were run. A library that
 * parses untrusted input may behave differently in a version that was not tested. */

/* A component and its running version. */
typedef struct ccd_version {
  const char *name; /* the name in the table of tested versions */
  char text[24];    /* "1.0.1" */
} ccd_version;

#define CCD_VERSIONS 4

void ccd_versions_read(ccd_db *db, ccd_version ret[static CCD_VERSIONS]);

/* The tested versions, separated by blanks; NULL when @version is one of them. */
const char *ccd_version_untested(const ccd_version *version);

/* At start: log the running versions, and one warning if any was never tested. */
void ccd_versions_log(ccd_db *db);
