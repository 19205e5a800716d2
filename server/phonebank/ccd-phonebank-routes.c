/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/phonebank/ccd-phonebank-routes.h"

#include "ccd-queries.h"
#include "common/api/cc-phonebank.h"

/* The routes of phone banks. The rules are functions of db/functions/phonebank. */

/* clang-format off */
const ccd_route ccd_phonebank_routes[] = {
  {&cc_op_create_phone_bank,        .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_phone_bank_create,        .audit = "phone_bank.create", .wakes_jobs = true},
  {&cc_op_list_phone_banks,         .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_phone_bank_list,          .keyset = {"id"}},
  {&cc_op_get_phone_bank,           .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_phone_bank_get},
  {&cc_op_update_phone_bank,        .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_phone_bank_update,        .audit = "phone_bank.update"},
  {&cc_op_open_phone_bank,          .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_phone_bank_open,          .audit = "phone_bank.open"},
  {&cc_op_pause_phone_bank,         .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_phone_bank_pause,         .audit = "phone_bank.pause"},
  {&cc_op_close_phone_bank,         .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_phone_bank_close,         .audit = "phone_bank.close"},
  {&cc_op_get_phone_bank_counts,    .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_phone_bank_counts},
  {&cc_op_list_phone_bank_callers,  .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_phone_bank_caller_list,   .keyset = {"id"}, .parent = &cc_phone_bank_type},
  {&cc_op_add_phone_bank_caller,    .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_phone_bank_caller_add,    .audit = "phone_bank.add_caller", .parent = &cc_phone_bank_type},
  {&cc_op_get_phone_bank_caller,    .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_phone_bank_caller_get},
  {&cc_op_remove_phone_bank_caller, .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_phone_bank_caller_remove, .audit = "phone_bank.remove_caller"},

  {&cc_op_list_my_phone_banks,      .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .query = &ccd_q_phone_bank_list_mine,     .keyset = {"id"}},
  {&cc_op_join_phone_bank,          .right = CC_RIGHT_CANVASS,        .tx = CCD_WRITE, .query = &ccd_q_phone_bank_join,          .audit = "phone_bank.join"},
  {&cc_op_leave_phone_bank,         .right = CC_RIGHT_CANVASS,        .tx = CCD_WRITE, .query = &ccd_q_phone_bank_leave,         .audit = "phone_bank.leave"},
  {&cc_op_claim_call,               .right = CC_RIGHT_CANVASS,        .tx = CCD_WRITE, .query = &ccd_q_phone_bank_claim,         .audit = "phone_bank.claim", .parent = &cc_phone_bank_type},
  {&cc_op_get_call,                 .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .query = &ccd_q_phone_bank_call_get},
  {&cc_op_list_my_calls,            .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .query = &ccd_q_phone_bank_call_list,     .keyset = {"id"}, .parent = &cc_phone_bank_type},
  {&cc_op_release_call,             .right = CC_RIGHT_CANVASS,        .tx = CCD_WRITE, .query = &ccd_q_phone_bank_release,       .audit = "phone_bank.release"},
  {&cc_op_extend_call,              .right = CC_RIGHT_CANVASS,        .tx = CCD_WRITE, .query = &ccd_q_phone_bank_extend,        .audit = "phone_bank.extend"},
  {&cc_op_record_call,              .right = CC_RIGHT_CANVASS,        .tx = CCD_TX_BY_HANDLER,  .query = &ccd_q_phone_bank_result, .audit = "phone_bank.result",
   .handler = ccd_phonebank_result},
  {0},
};
/* clang-format on */
