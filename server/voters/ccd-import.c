/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Helpers shared by the files that implement imports; see ccd-import.h. */
#include "server/voters/ccd-import.h"

const char *
ccd_import_place_name(cc_arena *arena, int64_t organization_id, int64_t import_id, const char *what)
{
  return cc_arena_printf(arena,
                         "imports/%lld/%lld/%s",
                         (long long) organization_id,
                         (long long) import_id,
                         what);
}

ccd_job_tx
ccd_import_tx(const ccd_import *import, bool bulk)
{
  return (ccd_job_tx){.action = "import.run",
                      .actor = import->actor,
                      .user_id = import->created_by,
                      .bulk = bulk,
                      .timeout_s = 3600};
}
