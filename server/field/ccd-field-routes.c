/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ccd-queries.h"
#include "common/api/cc-field.h"
#include "common/api/cc-pack.h"
#include "server/field/ccd-field.h"

/* The routes of packs, uploads and conflicts. */

#define UPLOAD_MAX (256u * 1024)

/* clang-format off */
const ccd_route ccd_field_routes[] = {
  {&cc_op_list_field_packs, .right = CC_RIGHT_MEMBER,   .tx = CCD_READ,  .handler = ccd_field_packs, .scope = CCD_SCOPE_TURF | CCD_SCOPE_EVENT},
  {&cc_op_get_turf_pack,    .right = CC_RIGHT_CANVASS,  .tx = CCD_TX_BY_HANDLER,  .handler = ccd_turf_pack,  .slow = true, .scope = CCD_SCOPE_TURF},
  {&cc_op_get_event_pack,   .right = CC_RIGHT_CHECK_IN, .tx = CCD_TX_BY_HANDLER,  .handler = ccd_event_pack, .slow = true, .scope = CCD_SCOPE_EVENT},
  {&cc_op_confirm_wipe,     .right = CC_RIGHT_MEMBER,   .tx = CCD_WRITE, .query = &ccd_q_field_wiped, .audit = "pack.wiped"},
  {&cc_op_upload_field_work, .right = CC_RIGHT_MEMBER,  .tx = CCD_TX_BY_HANDLER,  .handler = ccd_field_upload, .slow = true,
   .max_body = UPLOAD_MAX,
   .scope = CCD_SCOPE_TURF | CCD_SCOPE_DOOR | CCD_SCOPE_VOTER | CCD_SCOPE_EVENT},
  {&cc_op_list_field_conflicts,   .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_field_conflict_list,
   .keyset = {"id"}},
  {&cc_op_get_field_conflict,     .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_READ,  .query = &ccd_q_field_conflict_get},
  {&cc_op_resolve_field_conflict, .right = CC_RIGHT_MANAGE_CANVASS, .tx = CCD_WRITE, .handler = ccd_field_resolve,
   .audit = "conflict.resolve"},
  {0},
};
/* clang-format on */
