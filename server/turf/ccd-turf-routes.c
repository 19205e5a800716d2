/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ccd-queries.h"
#include "common/api/cc-turf.h"
#include "server/turf/ccd-turf.h"

/* Routes of turfs and of turf cuts. */

/* clang-format off */
const ccd_route ccd_turf_routes[] = {
  {&cc_op_preview_turf,       .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_turf_preview, .scope = CCD_SCOPE_NONE},
  {&cc_op_start_turf_cut,     .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_turf_cut_start,   .audit = "turf_cut.start", .wakes_jobs = true, .scope = CCD_SCOPE_NONE},
  {&cc_op_list_turf_cuts,     .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_turf_cut_list,    .keyset = {"id"}},
  {&cc_op_get_turf_cut,       .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_turf_cut_get},
  {&cc_op_cancel_turf_cut,    .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_turf_cut_cancel,  .audit = "turf_cut.cancel"},
  {&cc_op_publish_turf_cut,   .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_turf_cut_publish, .audit = "turf_cut.publish"},

  {&cc_op_list_turfs,         .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .query = &ccd_q_turf_list,        .keyset = {"id"}, .scope = CCD_SCOPE_TURF},
  {&cc_op_list_my_turfs,      .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .query = &ccd_q_turf_list_mine,   .keyset = {"id"}, .scope = CCD_SCOPE_TURF},
  {&cc_op_take_turf,          .right = CC_RIGHT_CANVASS,        .tx = CCD_WRITE, .query = &ccd_q_turf_take,        .audit = "turf.take"},
  {&cc_op_get_turf,           .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .query = &ccd_q_turf_get, .scope = CCD_SCOPE_TURF},
  {&cc_op_update_turf,        .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_turf_update,      .audit = "turf.update", .scope = CCD_SCOPE_NONE},
  {&cc_op_delete_turf,        .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_turf_delete,      .audit = "turf.delete", .scope = CCD_SCOPE_NONE},
  {&cc_op_list_turf_doors,    .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .query = &ccd_q_turf_door_list,   .keyset = {"position"}, .parent = &cc_turf_type, .scope = CCD_SCOPE_TURF},
  {&cc_op_move_turf_doors,    .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .handler = ccd_turf_move_doors,   .audit = "turf.move_doors", .scope = CCD_SCOPE_NONE},
  {&cc_op_split_turf,         .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .handler = ccd_turf_split,        .audit = "turf.split", .scope = CCD_SCOPE_NONE},
  {&cc_op_merge_turfs,        .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .handler = ccd_turf_merge,        .audit = "turf.merge", .scope = CCD_SCOPE_NONE},
  {&cc_op_publish_turf,       .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_turf_publish,     .audit = "turf.publish", .scope = CCD_SCOPE_NONE},
  {&cc_op_unpublish_turf,     .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_turf_unpublish,   .audit = "turf.unpublish", .scope = CCD_SCOPE_NONE},
  {&cc_op_finish_turf,        .right = CC_RIGHT_CANVASS,        .tx = CCD_WRITE, .query = &ccd_q_turf_finish,      .audit = "turf.done", .scope = CCD_SCOPE_TURF},
  {&cc_op_take_back_turf,     .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_turf_take_back,   .audit = "turf.take_back", .scope = CCD_SCOPE_NONE},
  {&cc_op_close_turf,         .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_turf_close,       .audit = "turf.close", .scope = CCD_SCOPE_NONE},
  {&cc_op_reopen_turf,        .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_turf_reopen,      .audit = "turf.reopen", .scope = CCD_SCOPE_NONE},
  {&cc_op_return_turf,        .right = CC_RIGHT_CANVASS,        .tx = CCD_WRITE, .query = &ccd_q_turf_return,      .audit = "turf.return", .scope = CCD_SCOPE_TURF},
  {&cc_op_hold_turf_doors,    .right = CC_RIGHT_CANVASS,        .tx = CCD_WRITE, .handler = ccd_turf_hold,         .audit = "turf.hold", .scope = CCD_SCOPE_TURF},
  {&cc_op_get_turf_qr,        .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .handler = ccd_turf_send_qr, .scope = CCD_SCOPE_TURF},
  {&cc_op_get_turf_walk_list, .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .handler = ccd_turf_send_walk_list, .slow = true, .scope = CCD_SCOPE_TURF},
  {0},
};
/* clang-format on */
