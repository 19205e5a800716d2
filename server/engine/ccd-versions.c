/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-versions.h"

#include <assert.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <ulfius.h>

#include "common/base/cc-str.h"
#include "server/engine/ccd-log.h"

/* Versions in Debian 12, Ubuntu 24.04 and Debian 13, which `./dev fresh` tests. "15" stands for
 * every 15.x. */
static const struct {
  const char *name, *versions;
} tested[] = {
  {"libmicrohttpd", "0.9.75 1.0"},
  {"ulfius", "2.7.13 2.7.15"},
  {"libpq", "15 16 17"},
  {"postgresql", "15 16 17"},
};

static_assert(CC_N(tested) == CCD_VERSIONS, "a row for each library");

/* Is @version equal to @prefix, or does it begin with "@prefix."? */
static bool
begins_with(const char *version, const char *prefix, size_t length)
{
  return strncmp(version, prefix, length) == 0 &&
         (version[length] == '\0' || version[length] == '.');
}

const char *
ccd_version_untested(const ccd_version *version)
{
  for (size_t i = 0; i < CC_N(tested); i++) {
    if (strcmp(tested[i].name, version->name) != 0)
      continue;
    for (const char *at = tested[i].versions; *at != '\0'; at += strspn(at, " ")) {
      size_t length = strcspn(at, " ");
      if (begins_with(version->text, at, length))
        return NULL;
      at += length;
    }
    return tested[i].versions;
  }
  return "none";
}

/* Converts 170012 to 17.12. */
static void
postgres_version(ccd_version *version, int number)
{
  (void) snprintf(version->text, sizeof(version->text), "%d.%d", number / 10000, number % 10000);
}

void
ccd_versions_read(ccd_db *db, ccd_version ret[static CCD_VERSIONS])
{
  ccd_db_stats stats;
  ccd_db_stats_get(db, &stats);
  for (size_t i = 0; i < CC_N(tested); i++)
    ret[i] = (ccd_version){.name = tested[i].name};
  (void) snprintf(ret[0].text, sizeof(ret[0].text), "%s", MHD_get_version());
  (void) snprintf(ret[1].text, sizeof(ret[1].text), "%s", ULFIUS_VERSION_STR);
  postgres_version(&ret[2], stats.library_version);
  postgres_version(&ret[3], stats.server_version);
}

void
ccd_versions_log(ccd_db *db)
{
  ccd_version now[CCD_VERSIONS];
  ccd_versions_read(db, now);
  ccd_log(CCD_INFO,
          "server.versions",
          CCD_TEXT(now[0].name, now[0].text),
          CCD_TEXT(now[1].name, now[1].text),
          CCD_TEXT(now[2].name, now[2].text),
          CCD_TEXT(now[3].name, now[3].text));
  cc_str untested = CC_STR_INIT(512);
  for (size_t i = 0; i < CC_N(now); i++) {
    const char *versions = ccd_version_untested(&now[i]);
    if (versions != NULL)
      cc_str_printf(&untested,
                    "%s%s %s (tested: %s)",
                    untested.length > 0 ? ", " : "",
                    now[i].name,
                    now[i].text,
                    versions);
  }
  /* MHD 0.9 and 1.0 have the same soname, and the listener's code differs between them. */
  if ((now[0].text[0] == '0') != (MHD_VERSION < 0x01000000))
    cc_str_printf(&untested,
                  "%slibmicrohttpd %s (built for another)",
                  untested.length > 0 ? ", " : "",
                  now[0].text);
  if (untested.length > 0)
    ccd_log(CCD_WARNING, "server.untested_versions", CCD_TEXT("found", untested.text));
  cc_str_done(&untested);
}
