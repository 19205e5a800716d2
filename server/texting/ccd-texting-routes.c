/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ccd-queries.h"
#include "common/api/cc-texting.h"
#include "server/texting/ccd-texting.h"

/* The routes of text campaigns. The rules are functions of db/functions/texting. */

/* clang-format off */
const ccd_route ccd_texting_routes[] = {
  {&cc_op_create_text_campaign,   .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_text_campaign_create,    .audit = "text_campaign.create", .wakes_jobs = true,
   .prepare = ccd_text_check_campaign},
  {&cc_op_list_text_campaigns,    .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_text_campaign_list,      .keyset = {"id"}},
  {&cc_op_preview_text,           .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_TX_BY_HANDLER,  .handler = ccd_text_preview},
  {&cc_op_get_text_campaign,      .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_text_campaign_get},
  {&cc_op_update_text_campaign,   .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_text_campaign_update,    .audit = "text_campaign.update",
   .prepare = ccd_text_check_campaign},
  {&cc_op_open_text_campaign,     .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_text_campaign_open,      .audit = "text_campaign.open"},
  {&cc_op_pause_text_campaign,    .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_text_campaign_pause,     .audit = "text_campaign.pause"},
  {&cc_op_close_text_campaign,    .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_text_campaign_close,     .audit = "text_campaign.close"},
  {&cc_op_get_text_counts,        .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_text_counts},
  {&cc_op_list_texters,           .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_texter_list,             .keyset = {"id"}, .parent = &cc_text_campaign_type},
  {&cc_op_add_texter,             .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_texter_add,              .audit = "text_campaign.add_texter", .parent = &cc_text_campaign_type},
  {&cc_op_get_texter,             .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_texter_get},
  {&cc_op_remove_texter,          .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_texter_remove,           .audit = "text_campaign.remove_texter"},
  {&cc_op_reassign_texts,         .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_text_reassign,           .audit = "text_campaign.reassign"},
  {&cc_op_send_all_texts,         .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .handler = ccd_text_send_all,            .audit = "text_campaign.send_all"},
  {&cc_op_list_campaign_texts,    .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_text_campaign_messages,  .keyset = {"id"}, .parent = &cc_text_campaign_type},
  {&cc_op_get_campaign_text,      .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_campaign_text_get},
  {&cc_op_receive_text,           .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .handler = ccd_text_receive,             .audit = "text.receive"},

  {&cc_op_list_my_text_campaigns, .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .query = &ccd_q_text_campaign_list_mine, .keyset = {"id"}},
  {&cc_op_join_text_campaign,     .right = CC_RIGHT_CANVASS,        .tx = CCD_WRITE, .query = &ccd_q_text_join,               .audit = "text_campaign.join"},
  {&cc_op_leave_text_campaign,    .right = CC_RIGHT_CANVASS,        .tx = CCD_WRITE, .query = &ccd_q_text_leave,              .audit = "text_campaign.leave"},
  {&cc_op_claim_text_batch,       .right = CC_RIGHT_CANVASS,        .tx = CCD_WRITE, .query = &ccd_q_text_batch,              .audit = "text.claim"},
  {&cc_op_list_my_conversations,  .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .query = &ccd_q_text_conversation_list,  .keyset = {"id"}, .parent = &cc_text_campaign_type},
  {&cc_op_list_texts,             .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .query = &ccd_q_text_message_list,       .keyset = {"id"}, .parent = &cc_text_conversation_type},
  {&cc_op_get_text,               .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .query = &ccd_q_text_message_get},
  {&cc_op_send_text,              .right = CC_RIGHT_CANVASS,        .tx = CCD_WRITE, .query = &ccd_q_text_send,               .audit = "text.write", .wakes_jobs = true, .parent = &cc_text_conversation_type},
  {&cc_op_record_text,            .right = CC_RIGHT_CANVASS,        .tx = CCD_TX_BY_HANDLER,  .query = &ccd_q_text_result,             .audit = "text.result",
   .handler = ccd_text_result},
  {&cc_op_close_conversation,     .right = CC_RIGHT_CANVASS,        .tx = CCD_WRITE, .query = &ccd_q_text_conversation_close, .audit = "text.close"},
  {0},
};
/* clang-format on */
