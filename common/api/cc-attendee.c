/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-attendee.h"

#include "common/api/cc-act.h"
#include "common/api/cc-event.h"

static const char *const status_names[] = {"registered",
                                           "waitlisted",
                                           "cancelled",
                                           "attended",
                                           "no_show"};
const cc_enum cc_attendee_status_enum = {status_names, CC_N(status_names)};

#define GUESTS_MAX 50

/* clang-format off */
static const cc_field attendee_fields[] = {
  CC_INT64(cc_attendee, id, .flags = CC_READ_ONLY, .doc = "Id of the attendee."),
  CC_INT64(cc_attendee, organization_id, .flags = CC_READ_ONLY, .doc = "Id of the organization that hosts the event."),
  CC_INT64(cc_attendee, event_id, .flags = CC_READ_ONLY, .doc = "Id of the event."),
  CC_OPT_INT64(cc_attendee, user_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the person's account; null: no account."),
  CC_STRING(cc_attendee, email, .flags = CC_NULLABLE, .max = 254, .format = CC_FORMAT_EMAIL,
            .doc = "E-mail address, unique per event among attendees who have not cancelled; null: not given."),
  CC_STRING(cc_attendee, first_name, .flags = CC_REQUIRED, .min = 1, .max = 100, .format = CC_FORMAT_NAME, .doc = "First name.",
            .example = "\"Rosa\""),
  CC_STRING(cc_attendee, last_name, .flags = CC_REQUIRED, .min = 1, .max = 100, .format = CC_FORMAT_NAME, .doc = "Last name.",
            .example = "\"Medina\""),
  CC_STRING(cc_attendee, phone, .flags = CC_NULLABLE, .max = 20, .format = CC_FORMAT_PHONE, .doc = "Telephone number."),
  CC_ENUM(cc_attendee, status, &cc_attendee_status_enum, .flags = CC_READ_ONLY,
          .doc = "Status of the attendee; only checkIn, undoCheckIn and cancelAttendee change it."),
  CC_INT64(cc_attendee, guest_count, .max = GUESTS_MAX, .fallback = "0", .doc = "Number of guests whom the person brings, without the person."),
  CC_STRING(cc_attendee, notes, .flags = CC_NULLABLE, .max = 2000, .doc = "Note for the staff."),
  CC_STRING(cc_attendee, source, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 50, .format = CC_FORMAT_LINE,
            .doc = "How the person was added to the list: direct, share, embed, email, staff or walk_in."),
  CC_OPT_INT64(cc_attendee, referrer_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the account of the person who referred this attendee; null: none."),
  CC_TIME(cc_attendee, registered_at, .flags = CC_READ_ONLY, .doc = "When the person was added to the list."),
  CC_OPT_TIME(cc_attendee, checked_in_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the person was checked in."),
  CC_STRING(cc_attendee, checked_in_by, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 250, .format = CC_FORMAT_LINE,
            .doc = "Name of the person, token or device that checked the attendee in.", .example = "\"Ann Field\""),
  CC_OPT_TIME(cc_attendee, cancelled_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the person cancelled."),
  CC_TIME(cc_attendee, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_attendee, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_attendee_type = CC_TYPE(cc_attendee, "Attendee", attendee_fields, .doc = "An attendee: a person on the list of an event.");

static const cc_field check_in_fields[] = {
  CC_STRING(cc_check_in, client_id, .flags = CC_REQUIRED, .format = CC_FORMAT_UUID, .max = 36, .doc = CC_CLIENT_ID_DOC,
            .example = "\"5e0c3b52-6f0a-4d8e-9a55-0d4b1c6f2a10\""),
  CC_TIME(cc_check_in, occurred_at, .flags = CC_REQUIRED, .doc = CC_OCCURRED_AT_DOC, .example = "\"2026-11-28T15:04:05Z\""),
};
const cc_type cc_check_in_type = CC_TYPE(cc_check_in, "CheckIn", check_in_fields, .doc = "Body of a check-in or of its undo.");

static const cc_field walk_in_fields[] = {
  CC_STRING(cc_walk_in, client_id, .flags = CC_REQUIRED, .format = CC_FORMAT_UUID, .max = 36, .doc = CC_CLIENT_ID_DOC,
            .example = "\"7d1f6a0e-94c3-4b57-8a1e-2f6d0c9b3e44\""),
  CC_TIME(cc_walk_in, occurred_at, .flags = CC_REQUIRED, .doc = CC_OCCURRED_AT_DOC, .example = "\"2026-11-28T15:04:05Z\""),
  CC_STRING(cc_walk_in, first_name, .flags = CC_REQUIRED, .min = 1, .max = 100, .format = CC_FORMAT_NAME, .doc = "First name.",
            .example = "\"Rosa\""),
  CC_STRING(cc_walk_in, last_name, .flags = CC_REQUIRED, .min = 1, .max = 100, .format = CC_FORMAT_NAME, .doc = "Last name.",
            .example = "\"Medina\""),
  CC_STRING(cc_walk_in, email, .flags = CC_NULLABLE, .max = 254, .format = CC_FORMAT_EMAIL, .doc = "E-mail address, when given."),
  CC_STRING(cc_walk_in, phone, .flags = CC_NULLABLE, .max = 20, .format = CC_FORMAT_PHONE, .doc = "Telephone number, when given."),
  CC_INT64(cc_walk_in, guest_count, .max = GUESTS_MAX, .fallback = "0", .doc = "Number of guests whom the person brought, without the person."),
};
const cc_type cc_walk_in_type = CC_TYPE(cc_walk_in, "WalkIn", walk_in_fields, .doc = "A walk-in: a person who comes to the event without being on its list.");

static const cc_field attendee_ref_fields[] = {
  CC_INT64(cc_attendee_ref, event_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the event."),
  CC_INT64(cc_attendee_ref, attendee_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the attendee."),
};
static const cc_type attendee_ref_type = CC_TYPE(cc_attendee_ref, "AttendeeRef", attendee_ref_fields);

static const cc_field attendee_filter_fields[] = {
  CC_ENUM(cc_attendee_filter, status, &cc_attendee_status_enum, .doc = "Only attendees with this status."),
  CC_STRING(cc_attendee_filter, text, .min = 1, .max = 100, .format = CC_FORMAT_LINE,
            .doc = "Only attendees with this text in names, e-mail address or telephone number; any case."),
  CC_OPT_TIME(cc_attendee_filter, updated_since, .doc = "Only attendees changed at or after this time."),
  CC_INT64(cc_attendee_filter, limit, .min = 1, .max = 500, .fallback = "50", .doc = "Maximum number of items on a page."),
  CC_STRING(cc_attendee_filter, cursor, .format = CC_FORMAT_LINE, .max = 1000,
            .doc = "Position of the page: `next_cursor` of the previous page. Leave it out for the first page."),
};
const cc_type cc_attendee_filter_type = CC_TYPE(cc_attendee_filter, "AttendeeFilter", attendee_filter_fields);

const cc_op cc_op_list_attendees = {
  .id = "listAttendees", .method = CC_GET, .path = "/v1/events/{event_id}/attendees", .params = &cc_event_ref_type,
  .query = &cc_attendee_filter_type, .reply = &cc_attendee_type, .shape = CC_REPLY_LIST,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Attendees", .summary = "List an event's attendees by last name.",
};
const cc_op cc_op_add_attendee = {
  .id = "addAttendee", .method = CC_POST, .path = "/v1/events/{event_id}/attendees", .params = &cc_event_ref_type,
  .body = &cc_attendee_type, .reply = &cc_attendee_type, .creates = true, .location = &cc_op_get_attendee,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND) | CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Attendees", .summary = "Add an attendee to an event.",
};
const cc_op cc_op_walk_in = {
  .id = "walkIn", .method = CC_POST, .path = "/v1/events/{event_id}/walk-ins", .params = &cc_event_ref_type,
  .body = &cc_walk_in_type, .reply = &cc_attendee_type, .creates = true, .location = &cc_op_get_attendee,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND) | CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Attendees",
  .summary = "Check in a person who is not on the list.",
};
const cc_op cc_op_get_attendee = {
  .id = "getAttendee", .method = CC_GET, .path = "/v1/events/{event_id}/attendees/{attendee_id}", .params = &attendee_ref_type,
  .reply = &cc_attendee_type, .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Attendees", .summary = "Read an attendee.",
};
const cc_op cc_op_update_attendee = {
  .id = "updateAttendee", .method = CC_PATCH, .path = "/v1/events/{event_id}/attendees/{attendee_id}",
  .params = &attendee_ref_type, .body = &cc_attendee_type, .reply = &cc_attendee_type,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND) | CC_ERR_BIT(CC_ERR_CONFLICT) | CC_ERR_BIT(CC_ERR_PRECONDITION), .tag = "Attendees",
  .summary = "Change an attendee.", .doc = "A merge-patch: members that are left out do not change. "
                                        "With If-Match the change is made only if the attendee "
                                        "has not changed since that version (otherwise 412).",
};
const cc_op cc_op_cancel_attendee = {
  .id = "cancelAttendee", .method = CC_POST, .path = "/v1/events/{event_id}/attendees/{attendee_id}/cancel",
  .params = &attendee_ref_type, .reply = &cc_attendee_type,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND) | CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Attendees",
  .summary = "Cancel an attendee.",
  .doc = "The attendee stays on the list with the status cancelled. Cancelling again changes "
         "nothing. An attendee who was checked in cannot be cancelled (409 attendee_attended).",
};
const cc_op cc_op_check_in = {
  .id = "checkIn", .method = CC_POST, .path = "/v1/events/{event_id}/attendees/{attendee_id}/check-in",
  .params = &attendee_ref_type, .body = &cc_check_in_type, .reply = &cc_attendee_type,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND) | CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Attendees", .summary = "Check an attendee in.",
  .doc = "A second check-in of a person is 409 already_checked_in, with the name of the first "
         "actor and the time. The client_id makes it safe to send the request again; an "
         "Idempotency-Key is ignored.",
};
const cc_op cc_op_undo_check_in = {
  .id = "undoCheckIn", .method = CC_POST, .path = "/v1/events/{event_id}/attendees/{attendee_id}/undo-check-in",
  .params = &attendee_ref_type, .body = &cc_check_in_type, .reply = &cc_attendee_type,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND) | CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Attendees",
  .summary = "Undo a check-in.", .doc = "The attendee's status becomes registered again. The undo needs a client_id of its own, not that of the check-in.",
};
/* clang-format on */
