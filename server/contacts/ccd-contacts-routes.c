/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/contacts/ccd-contacts-routes.h"

#include "ccd-queries.h"
#include "common/api/cc-consent.h"
#include "common/api/cc-contact.h"
#include "common/api/cc-result.h"
#include "common/api/cc-script.h"
#include "server/contacts/ccd-contacts.h"
#include "server/contacts/ccd-results.h"

/* The routes of contacts, consent, follow-ups, scripts, results and maps. Most are a single
 * statement without a handler. */

/* clang-format off */
const ccd_route ccd_contacts_routes[] = {
  {&cc_op_list_dispositions, .right = CC_RIGHT_CANVASS, .tx = CCD_READ,  .query = &ccd_q_disposition_list, .keyset = {"position"}},
  {&cc_op_record_contact,    .right = CC_RIGHT_CANVASS, .tx = CCD_TX_BY_HANDLER,  .query = &ccd_q_contact_add,       .audit = "contact.record",
   .handler = ccd_contacts_record, .scope = CCD_SCOPE_TURF | CCD_SCOPE_DOOR | CCD_SCOPE_VOTER},
  {&cc_op_record_contacts,   .right = CC_RIGHT_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_contact_add_many,  .audit = "contact.record_many", .prepare = ccd_contacts_check_many,
   .scope = CCD_SCOPE_TURF | CCD_SCOPE_DOOR | CCD_SCOPE_VOTER},
  {&cc_op_list_contacts,     .right = CC_RIGHT_CANVASS, .tx = CCD_READ,  .query = &ccd_q_contact_list,      .keyset = {"occurred_at", "id"}, .scope = CCD_SCOPE_TURF | CCD_SCOPE_DOOR | CCD_SCOPE_VOTER},
  {&cc_op_get_contact,       .right = CC_RIGHT_CANVASS, .tx = CCD_READ,  .query = &ccd_q_contact_get, .scope = CCD_SCOPE_DOOR | CCD_SCOPE_VOTER},
  {&cc_op_undo_contact,      .right = CC_RIGHT_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_contact_take_back, .audit = "contact.undo", .scope = CCD_SCOPE_DOOR | CCD_SCOPE_VOTER},

  {&cc_op_record_consent,    .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_consent_add,  .audit = "consent.record", .scope = CCD_SCOPE_NONE},
  {&cc_op_get_consent,       .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_consent_get},
  {&cc_op_list_consents,     .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_consent_list, .keyset = {"id"}, .scope = CCD_SCOPE_NONE},
  {&cc_op_current_consent,   .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_consent_now, .scope = CCD_SCOPE_NONE},

  {&cc_op_create_follow_up,  .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_follow_up_add,    .audit = "follow_up.create", .scope = CCD_SCOPE_NONE},
  {&cc_op_list_follow_ups,   .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .query = &ccd_q_follow_up_list,   .keyset = {"sort_at", "id"}, .scope = CCD_SCOPE_VOTER},
  {&cc_op_get_follow_up,     .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .query = &ccd_q_follow_up_get},
  {&cc_op_update_follow_up,  .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_follow_up_update, .audit = "follow_up.update"},
  {&cc_op_finish_follow_up,  .right = CC_RIGHT_CANVASS,        .tx = CCD_WRITE, .query = &ccd_q_follow_up_done,   .audit = "follow_up.done"},

  {&cc_op_create_script,     .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_script_add,       .audit = "script.create"},
  {&cc_op_list_scripts,      .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .query = &ccd_q_script_list,      .keyset = {"id"}},
  {&cc_op_get_script,        .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .query = &ccd_q_script_get},
  {&cc_op_update_script,     .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_script_update,    .audit = "script.update"},
  {&cc_op_put_script_steps,  .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_script_put,       .audit = "script.write", .scope = CCD_SCOPE_NONE},
  {&cc_op_archive_script,    .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_script_archive,   .audit = "script.archive"},
  {&cc_op_unarchive_script,  .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_script_unarchive, .audit = "script.unarchive"},
  {&cc_op_duplicate_script,  .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .query = &ccd_q_script_copy,      .audit = "script.duplicate", .parent = &cc_script_type},
  {&cc_op_preview_script,    .right = CC_RIGHT_CANVASS,        .tx = CCD_TX_BY_HANDLER,  .handler = ccd_script_preview},

  {&cc_op_get_results,       .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .handler = ccd_results_count, .scope = CCD_SCOPE_NONE},
  {&cc_op_get_answer_counts, .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .handler = ccd_results_answers, .scope = CCD_SCOPE_NONE},
  {&cc_op_list_canvassers,   .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_canvasser_list,   .keyset = {"actor"}},
  {&cc_op_get_my_results,    .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .query = &ccd_q_canvasser_mine},
  {&cc_op_get_map_tile,      .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .handler = ccd_map_tile, .scope = CCD_SCOPE_TURF},
  {&cc_op_get_map_features,  .right = CC_RIGHT_CANVASS,        .tx = CCD_READ,  .handler = ccd_map_features, .scope = CCD_SCOPE_TURF},
  {0},
};
/* clang-format on */
