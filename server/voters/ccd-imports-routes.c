/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Routes of voter sources, mapping profiles, imports and exports. */
#include "server/voters/ccd-imports-routes.h"

#include "ccd-queries.h"
#include "common/api/cc-import.h"
#include "server/voters/ccd-import.h"

#define FILE_MAX ((size_t) 64 << 30) /* largest uploaded file, in bytes */

/* clang-format off */
const ccd_route ccd_imports_routes[] = {
  {&cc_op_create_voter_source,      .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_voter_source_create,      .audit = "voter_source.create"},
  {&cc_op_list_voter_sources,       .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_READ,  .query = &ccd_q_voter_source_list,        .keyset = {"id"}},
  {&cc_op_get_voter_source,         .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_READ,  .query = &ccd_q_voter_source_get},
  {&cc_op_update_voter_source,      .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_voter_source_update,      .audit = "voter_source.update"},
  {&cc_op_acknowledge_voter_source, .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_voter_source_acknowledge, .audit = "voter_source.acknowledge"},
  {&cc_op_purge_voter_source,       .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_voter_source_purge,       .audit = "voter_source.purge", .wakes_jobs = true},
  {&cc_op_get_purge_certificate,    .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_READ,  .query = &ccd_q_purge_certificate_get},

  {&cc_op_list_shipped_profiles,    .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_TX_BY_HANDLER,  .handler = ccd_shipped_profiles_get},
  {&cc_op_create_voter_profile,     .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .handler = ccd_voter_profile_create,      .audit = "voter_profile.create"},
  {&cc_op_list_voter_profiles,      .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_READ,  .query = &ccd_q_voter_profile_list,       .keyset = {"id"}},
  {&cc_op_get_voter_profile,        .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_READ,  .query = &ccd_q_voter_profile_get},
  {&cc_op_update_voter_profile,     .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .handler = ccd_voter_profile_replace,     .audit = "voter_profile.update"},
  {&cc_op_delete_voter_profile,     .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_voter_profile_delete,     .audit = "voter_profile.delete"},

  {&cc_op_create_import,       .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .handler = ccd_import_create,         .audit = "import.create"},
  {&cc_op_list_imports,        .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_READ,  .query = &ccd_q_import_list,          .keyset = {"id"}},
  {&cc_op_get_import,          .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_READ,  .query = &ccd_q_import_get, .by_key = true},
  {&cc_op_put_import_file,     .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .handler = ccd_import_put_file,       .audit = "import.upload", .slow = true, .max_body = FILE_MAX},
  {&cc_op_start_import,        .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_import_start,         .audit = "import.start",  .wakes_jobs = true},
  {&cc_op_apply_import,        .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_import_apply_order,   .audit = "import.apply",  .wakes_jobs = true},
  {&cc_op_cancel_import,       .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_import_cancel,        .audit = "import.cancel", .wakes_jobs = true},
  {&cc_op_undo_import,         .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_import_undo_order,    .audit = "import.undo",   .wakes_jobs = true},
  {&cc_op_get_import_rejects,  .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_READ,  .handler = ccd_import_get_rejects},
  {&cc_op_list_import_changes, .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_READ,  .query = &ccd_q_import_change_list,   .keyset = {"voter_id"}, .parent = &cc_import_type},

  {&cc_op_export_voters,       .right = CC_RIGHT_EXPORT_VOTERS, .tx = CCD_WRITE, .handler = ccd_voters_export,         .audit = "voter.export", .slow = true},
  {0},
};
/* clang-format on */
