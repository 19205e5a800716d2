/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/events/ccd-events-routes.h"

#include "ccd-queries.h"
#include "common/api/cc-attendee.h"
#include "common/api/cc-event.h"

/* The routes of events, attendees and check-in. Each is a single statement; the rules are
 * functions of db/functions/events. */

/* clang-format off */
const ccd_route ccd_events_routes[] = {
  {&cc_op_create_event,      .right = CC_RIGHT_MANAGE_EVENTS, .tx = CCD_WRITE, .query = &ccd_q_event_create,      .audit = "event.create"},
  {&cc_op_list_events,       .right = CC_RIGHT_MEMBER,        .tx = CCD_READ,  .query = &ccd_q_event_list,        .keyset = {"start_time", "id"}, .scope = CCD_SCOPE_EVENT},
  {&cc_op_get_event,         .right = CC_RIGHT_MEMBER,        .tx = CCD_READ,  .query = &ccd_q_event_get, .by_key = true, .scope = CCD_SCOPE_EVENT},
  {&cc_op_get_event_by_slug, .right = CC_RIGHT_MEMBER,        .tx = CCD_READ,  .query = &ccd_q_event_get_by_slug, .by_key = true, .scope = CCD_SCOPE_EVENT},
  {&cc_op_update_event,      .right = CC_RIGHT_MANAGE_EVENTS, .tx = CCD_WRITE, .query = &ccd_q_event_update,      .audit = "event.update", .scope = CCD_SCOPE_NONE},
  {&cc_op_delete_event,      .right = CC_RIGHT_MANAGE_EVENTS, .tx = CCD_WRITE, .query = &ccd_q_event_delete,      .audit = "event.delete", .scope = CCD_SCOPE_NONE},
  {&cc_op_publish_event,     .right = CC_RIGHT_MANAGE_EVENTS, .tx = CCD_WRITE, .query = &ccd_q_event_publish,     .audit = "event.publish", .scope = CCD_SCOPE_NONE},
  {&cc_op_unpublish_event,   .right = CC_RIGHT_MANAGE_EVENTS, .tx = CCD_WRITE, .query = &ccd_q_event_unpublish,   .audit = "event.unpublish", .scope = CCD_SCOPE_NONE},
  {&cc_op_cancel_event,      .right = CC_RIGHT_MANAGE_EVENTS, .tx = CCD_WRITE, .query = &ccd_q_event_cancel,      .audit = "event.cancel", .scope = CCD_SCOPE_NONE},
  {&cc_op_duplicate_event,   .right = CC_RIGHT_MANAGE_EVENTS, .tx = CCD_WRITE, .query = &ccd_q_event_duplicate,   .audit = "event.duplicate", .parent = &cc_event_type, .scope = CCD_SCOPE_NONE},

  {&cc_op_list_attendees,    .right = CC_RIGHT_CHECK_IN,      .tx = CCD_READ,  .query = &ccd_q_attendee_list,          .keyset = {"sort_key", "id"}, .parent = &cc_event_type, .scope = CCD_SCOPE_EVENT},
  {&cc_op_add_attendee,      .right = CC_RIGHT_MANAGE_EVENTS, .tx = CCD_WRITE, .query = &ccd_q_attendee_add,           .audit = "attendee.add", .parent = &cc_event_type, .scope = CCD_SCOPE_EVENT},
  {&cc_op_get_attendee,      .right = CC_RIGHT_CHECK_IN,      .tx = CCD_READ,  .query = &ccd_q_attendee_get, .by_key = true, .scope = CCD_SCOPE_EVENT},
  {&cc_op_update_attendee,   .right = CC_RIGHT_MANAGE_EVENTS, .tx = CCD_WRITE, .query = &ccd_q_attendee_update,        .audit = "attendee.update", .scope = CCD_SCOPE_EVENT},
  {&cc_op_cancel_attendee,   .right = CC_RIGHT_MANAGE_EVENTS, .tx = CCD_WRITE, .query = &ccd_q_attendee_cancel,        .audit = "attendee.cancel", .scope = CCD_SCOPE_EVENT},
  {&cc_op_check_in,          .right = CC_RIGHT_CHECK_IN,      .tx = CCD_WRITE, .query = &ccd_q_attendee_check_in,      .audit = "attendee.check_in", .scope = CCD_SCOPE_EVENT},
  {&cc_op_undo_check_in,     .right = CC_RIGHT_CHECK_IN,      .tx = CCD_WRITE, .query = &ccd_q_attendee_undo_check_in, .audit = "attendee.undo_check_in", .scope = CCD_SCOPE_EVENT},
  {&cc_op_walk_in,           .right = CC_RIGHT_CHECK_IN,      .tx = CCD_WRITE, .query = &ccd_q_attendee_walk_in,       .audit = "attendee.walk_in", .parent = &cc_event_type, .scope = CCD_SCOPE_EVENT},

  {&cc_op_list_public_events,       .right = CC_RIGHT_PUBLIC, .as_public = true, .tx = CCD_READ, .query = &ccd_q_public_event_list, .keyset = {"start_time", "id"}, .weight = {"text", 10}},
  {&cc_op_get_public_event,         .right = CC_RIGHT_PUBLIC, .as_public = true, .tx = CCD_READ, .query = &ccd_q_public_event_get, .by_key = true, .scope = CCD_SCOPE_NONE},
  {&cc_op_get_public_event_by_slug, .right = CC_RIGHT_PUBLIC, .as_public = true, .tx = CCD_READ, .query = &ccd_q_public_event_get_by_slug, .by_key = true},
  {0},
};
/* clang-format on */
