/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-field.h"

#include <string.h>

static const char *const verdict_names[] = {"applied", "duplicate", "conflict", "refused", "held"};
const cc_enum cc_field_verdict_enum = {verdict_names, CC_N(verdict_names)};

static const char *const state_names[] = {"open", "accepted", "merged", "discarded", "withdrawn"};
const cc_enum cc_field_conflict_state_enum = {state_names, CC_N(state_names)};

static const char *const decision_names[] = {"accept", "merge", "discard"};
static const cc_enum decision_enum = {decision_names, CC_N(decision_names)};

#define UUID_EXAMPLE "\"5e0c3b52-6f0a-4d8e-9a55-0d4b1c6f2a10\""
#define OPERATIONS_MAX 200
#define DOORS_MAX 500

/* clang-format off */
static const cc_field operation_fields[] = {
  CC_STRING(cc_field_operation, client_id, .flags = CC_REQUIRED, .format = CC_FORMAT_UUID, .max = 36,
            .doc = "UUID that the client generates for this action. A repeated request with the same UUID changes nothing and gets the answer of the first request.",
            .example = UUID_EXAMPLE),
  CC_INT64(cc_field_operation, sequence, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX,
           .doc = "Sequence number of the operation within the installation: 1, 2, 3 … in the order in which the operations were made, without gaps.", .example = "1"),
  CC_STRING(cc_field_operation, kind, .flags = CC_REQUIRED, .min = 1, .max = 40, .format = CC_FORMAT_LINE,
            .doc = "Kind of the operation: contact, bulk_not_home, undo, note, door_edit, check_in, undo_check_in or walk_in.", .example = "\"contact\""),
  CC_TIME(cc_field_operation, occurred_at, .flags = CC_REQUIRED, .doc = "Time of the operation by the device's clock.",
          .example = "\"2026-11-28T15:04:05Z\""),
  CC_OPT_INT64(cc_field_operation, based_on, .flags = CC_NULLABLE, .max = INT64_MAX,
               .doc = "For the kind contact: `last_contact_id` of the voter's line in the pack, as the canvasser saw it. Null: conflicting answers are not detected."),
  CC_JSON(cc_field_operation, body, .flags = CC_REQUIRED, .max = 1000, .doc = "Content of the operation; its members depend on the kind.",
          .example = "{\"channel\":\"door\",\"disposition\":\"not_home\",\"door_id\":1}"),
};
static const cc_type operation_type = CC_TYPE(cc_field_operation, "FieldOperation", operation_fields);

static const cc_field upload_fields[] = {
  CC_STRING(cc_field_upload, installation, .flags = CC_REQUIRED, .format = CC_FORMAT_UUID, .max = 36,
            .doc = "UUID that the client generates when it is installed. Sequence numbers count per actor and installation.", .example = UUID_EXAMPLE),
  CC_TIME(cc_field_upload, device_clock, .flags = CC_REQUIRED, .doc = "Time by the device's clock when the request is sent.",
          .example = "\"2026-11-28T15:10:00Z\""),
  CC_INT64(cc_field_upload, settled, .max = INT64_MAX, .fallback = "0",
           .doc = "Highest sequence number up to which the client has final verdicts for all operations and will not send them again."),
  CC_LIST(cc_field_upload, operations, cc_field_operation, &operation_type, .flags = CC_REQUIRED, .max = OPERATIONS_MAX,
          .doc = "Operations in the order of their sequence numbers. An empty list measures the clock and decides held operations."),
};
const cc_type cc_field_upload_type = CC_TYPE(cc_field_upload, "FieldUpload", upload_fields, .doc = "An upload: operations of one installation.");

static const cc_field verdict_fields[] = {
  CC_STRING(cc_field_verdict, client_id, .flags = CC_READ_ONLY, .format = CC_FORMAT_UUID, .max = 36, .doc = "`client_id` of the operation."),
  CC_INT64(cc_field_verdict, sequence, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Sequence number of the operation."),
  CC_ENUM(cc_field_verdict, verdict, &cc_field_verdict_enum, .flags = CC_READ_ONLY,
          .doc = "applied: done. duplicate: decided before, see first. conflict: stored for a lead to "
                 "resolve. refused: not done, see code. held: stored until the operations before it "
                 "arrive; not final."),
  CC_STRING(cc_field_verdict, first, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 20, .format = CC_FORMAT_LINE,
            .doc = "For duplicate: the verdict of the first time that the operation was sent.", .example = "\"applied\""),
  CC_STRING(cc_field_verdict, code, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 60, .format = CC_FORMAT_LINE,
            .doc = "Code of the reason for a refusal or conflict; null: none.", .example = "\"answered_meanwhile\""),
  CC_STRING(cc_field_verdict, message, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 500, .doc = "The reason as a sentence."),
  CC_STRING(cc_field_verdict, entity, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 40, .format = CC_FORMAT_LINE,
            .doc = "Type of the object that the operation created, changed or conflicts with, such as contact.", .example = "\"contact\""),
  CC_OPT_INT64(cc_field_verdict, entity_id, .flags = CC_READ_ONLY | CC_NULLABLE, .max = INT64_MAX, .doc = "Id of that object."),
  CC_OPT_INT64(cc_field_verdict, conflict_id, .flags = CC_READ_ONLY | CC_NULLABLE, .max = INT64_MAX, .doc = "Id of the conflict."),
  CC_OPT_TIME(cc_field_verdict, occurred_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Time of the operation, corrected to the server's clock."),
};
const cc_type cc_field_verdict_type = CC_TYPE(cc_field_verdict, "FieldVerdict", verdict_fields);

static const cc_field receipt_fields[] = {
  CC_TIME(cc_field_receipt, received_at, .flags = CC_READ_ONLY, .doc = "When the first byte of the request arrived, by the server's clock."),
  CC_INT64(cc_field_receipt, clock_offset_ms, .flags = CC_READ_ONLY, .min = INT64_MIN, .max = INT64_MAX,
           .doc = "Milliseconds to add to the device's clock to get the server's time."),
  CC_INT64(cc_field_receipt, next_sequence, .flags = CC_READ_ONLY, .max = INT64_MAX,
           .doc = "The sequence number that the server expects next. Operations with a higher number are held."),
  CC_BOOL(cc_field_receipt, stopped, .flags = CC_READ_ONLY,
          .doc = "True when a failure of the server stopped the processing. Operations without a verdict in this answer were not processed; send them again later."),
  CC_LIST(cc_field_receipt, verdicts, cc_field_verdict, &cc_field_verdict_type, .flags = CC_READ_ONLY, .max = OPERATIONS_MAX,
          .doc = "Verdicts of the operations in the request, in the same order."),
  CC_LIST(cc_field_receipt, released, cc_field_verdict, &cc_field_verdict_type, .flags = CC_READ_ONLY, .max = 10000,
          .doc = "Verdicts of operations that were held before and are decided now."),
};
const cc_type cc_field_receipt_type = CC_TYPE(cc_field_receipt, "FieldReceipt", receipt_fields, .doc = "Result of an upload.");

static const cc_field door_act_fields[] = {
  CC_INT64(cc_field_door_act, door_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "The door."),
  CC_STRING(cc_field_door_act, client_id, .flags = CC_REQUIRED, .format = CC_FORMAT_UUID, .max = 36,
            .doc = "UUID of the resulting contact, which can be undone by itself.", .example = UUID_EXAMPLE),
};
static const cc_type door_act_type = CC_TYPE(cc_field_door_act, "FieldDoorAct", door_act_fields);

static const cc_field bulk_fields[] = {
  CC_OPT_INT64(cc_field_bulk, turf_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Id of the turf."),
  CC_LIST(cc_field_bulk, doors, cc_field_door_act, &door_act_type, .flags = CC_REQUIRED, .min = 1, .max = DOORS_MAX,
          .doc = "Doors where nobody was home: all are recorded, or none."),
};
static const cc_type bulk_type = CC_TYPE(cc_field_bulk, "FieldBulkNotHome", bulk_fields);

static const cc_field undo_fields[] = {
  CC_STRING(cc_field_undo, contact_client_id, .flags = CC_REQUIRED, .format = CC_FORMAT_UUID, .max = 36,
            .doc = "client_id of the contact to undo.", .example = UUID_EXAMPLE),
};
static const cc_type undo_type = CC_TYPE(cc_field_undo, "FieldUndo", undo_fields);

static const cc_field note_fields[] = {
  CC_OPT_INT64(cc_field_note, voter_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Id of the voter concerned; null: none."),
  CC_OPT_INT64(cc_field_note, door_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Id of the door concerned; null: none."),
  CC_STRING(cc_field_note, note, .flags = CC_NOT_BLANK | CC_REQUIRED, .min = 1, .max = 5000, .doc = "The note."),
};
static const cc_type note_type = CC_TYPE(cc_field_note, "FieldNote", note_fields);

static const cc_field door_edit_fields[] = {
  CC_INT64(cc_field_door_edit, door_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the door whose building data is corrected."),
  CC_STRING(cc_field_door_edit, access_note, .flags = CC_NULLABLE, .max = 500, .doc = "How to get into the building."),
  CC_OPT_DOUBLE(cc_field_door_edit, latitude, .flags = CC_NULLABLE, .min = -90, .max = 90, .doc = "Corrected coordinate of the building in degrees, WGS 84."),
  CC_OPT_DOUBLE(cc_field_door_edit, longitude, .flags = CC_NULLABLE, .min = -180, .max = 180, .doc = "Corrected coordinate of the building in degrees, WGS 84."),
  CC_JSON(cc_field_door_edit, seen, .flags = CC_REQUIRED, .max = 10, .doc = "The values of the same members that the canvasser saw "
                                        "before the change. A different value on the server is a "
                                        "conflict.",
          .example = "{\"access_note\":null}"),
};
static const cc_type door_edit_type = CC_TYPE(cc_field_door_edit, "FieldDoorEdit", door_edit_fields);

static const cc_field check_in_fields[] = {
  CC_INT64(cc_field_check_in, event_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the event."),
  CC_INT64(cc_field_check_in, attendee_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Attendee."),
};
static const cc_type check_in_type = CC_TYPE(cc_field_check_in, "FieldCheckIn", check_in_fields);

static const cc_field walk_in_fields[] = {
  CC_INT64(cc_field_walk_in, event_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the event."),
  CC_STRING(cc_field_walk_in, first_name, .flags = CC_REQUIRED, .min = 1, .max = 100, .format = CC_FORMAT_NAME, .doc = "First name."),
  CC_STRING(cc_field_walk_in, last_name, .flags = CC_REQUIRED, .min = 1, .max = 100, .format = CC_FORMAT_NAME, .doc = "Last name."),
  CC_STRING(cc_field_walk_in, email, .flags = CC_NULLABLE, .max = 254, .format = CC_FORMAT_EMAIL_STORED, .doc = "E-mail address, when given."),
  CC_STRING(cc_field_walk_in, phone, .flags = CC_NULLABLE, .max = 20, .format = CC_FORMAT_PHONE, .doc = "Telephone number, when given."),
  CC_INT64(cc_field_walk_in, guest_count, .max = 50, .fallback = "0", .doc = "Number of guests whom the person brought, without the person."),
};
static const cc_type walk_in_type = CC_TYPE(cc_field_walk_in, "FieldWalkIn", walk_in_fields);

const cc_field_kind cc_field_kinds[] = {
  {"contact", NULL, "canvass"},
  {"bulk_not_home", &bulk_type, "canvass"},
  {"undo", &undo_type, "canvass"},
  {"note", &note_type, "canvass"},
  {"door_edit", &door_edit_type, "canvass"},
  {"check_in", &check_in_type, "check_in"},
  {"undo_check_in", &check_in_type, "check_in"},
  {"walk_in", &walk_in_type, "check_in"},
  {0},
};

static const cc_field conflict_fields[] = {
  CC_INT64(cc_field_conflict, id, .flags = CC_READ_ONLY, .doc = "Id of the conflict."),
  CC_STRING(cc_field_conflict, kind, .flags = CC_READ_ONLY, .max = 40, .format = CC_FORMAT_LINE, .doc = "Kind of the operation."),
  CC_STRING(cc_field_conflict, code, .flags = CC_READ_ONLY, .max = 60, .format = CC_FORMAT_LINE, .doc = "Code of the reason for the conflict.",
            .example = "\"answered_meanwhile\""),
  CC_STRING(cc_field_conflict, message, .flags = CC_READ_ONLY, .max = 500, .doc = "The reason as a sentence."),
  CC_STRING(cc_field_conflict, actor, .flags = CC_READ_ONLY, .max = 60, .format = CC_FORMAT_LINE, .doc = "Actor who made the operation, such as user:7.",
            .example = "\"user:7\""),
  CC_STRING(cc_field_conflict, actor_name, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 250, .format = CC_FORMAT_LINE, .doc = "Name of that actor."),
  CC_STRING(cc_field_conflict, installation, .flags = CC_READ_ONLY, .format = CC_FORMAT_UUID, .max = 36, .doc = "UUID of the installation that sent the operation."),
  CC_TIME(cc_field_conflict, occurred_at, .flags = CC_READ_ONLY, .doc = "Time of the operation, corrected to the server's clock."),
  CC_TIME(cc_field_conflict, device_occurred_at, .flags = CC_READ_ONLY, .doc = "Time of the operation by the device's clock."),
  CC_JSON(cc_field_conflict, theirs, .flags = CC_READ_ONLY, .max = 1000, .doc = "The body of the operation, as it was sent."),
  CC_JSON(cc_field_conflict, current, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 1000, .doc = "The data on the server when the operation arrived."),
  CC_STRING(cc_field_conflict, current_actor, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 60, .format = CC_FORMAT_LINE,
            .doc = "Actor who made the conflicting change on the server; null: not known."),
  CC_STRING(cc_field_conflict, current_actor_name, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 250, .format = CC_FORMAT_LINE,
            .doc = "Name of that actor."),
  CC_OPT_TIME(cc_field_conflict, current_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When that change was made."),
  CC_OPT_INT64(cc_field_conflict, voter_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the voter concerned; null: none."),
  CC_OPT_INT64(cc_field_conflict, door_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the door concerned; null: none."),
  CC_OPT_INT64(cc_field_conflict, event_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the event concerned; null: none."),
  CC_ENUM(cc_field_conflict, state, &cc_field_conflict_state_enum, .flags = CC_READ_ONLY,
          .doc = "State of the conflict. open: not resolved. accepted, merged, discarded: resolved. withdrawn: the operation was undone on the device."),
  CC_JSON(cc_field_conflict, resolution, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 1000, .doc = "For merged: the body that was applied in place of the body sent."),
  CC_STRING(cc_field_conflict, resolution_note, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 2000, .doc = "Reason for the decision, for people."),
  CC_STRING(cc_field_conflict, resolved_by, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 250, .format = CC_FORMAT_LINE,
            .doc = "Name of the person who resolved it."),
  CC_OPT_TIME(cc_field_conflict, resolved_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the conflict was resolved; null: open."),
  CC_TIME(cc_field_conflict, created_at, .flags = CC_READ_ONLY, .doc = "When the conflict was found."),
  CC_TIME(cc_field_conflict, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_field_conflict, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_field_conflict_type = CC_TYPE(cc_field_conflict, "FieldConflict", conflict_fields,
                                               .doc = "An operation that contradicts the data on the server.");

CC_PATH_1(conflict_ref, "FieldConflictRef", conflict_id, "Id of the conflict.");

static const cc_field filter_fields[] = {
  CC_ENUM(cc_field_conflict_filter, state, &cc_field_conflict_state_enum, .doc = "Only conflicts in this state."),
  CC_STRING(cc_field_conflict_filter, kind, .min = 1, .max = 40, .format = CC_FORMAT_LINE, .doc = "Only conflicts of this kind of operation."),
  CC_INT64(cc_field_conflict_filter, limit, .min = 1, .max = 200, .fallback = "50", .doc = "Maximum number of items on a page."),
  CC_STRING(cc_field_conflict_filter, cursor, .format = CC_FORMAT_LINE, .max = 1000,
            .doc = "Position of the page: `next_cursor` of the previous page. Leave it out for the first page."),
};
static const cc_type filter_type = CC_TYPE(cc_field_conflict_filter, "FieldConflictFilter", filter_fields);

static const cc_field decision_fields[] = {
  CC_ENUM(cc_field_decision, decision, &decision_enum, .flags = CC_REQUIRED,
          .doc = "accept: apply the operation as it was sent. merge: apply body instead. discard: keep the data on the server."),
  CC_JSON(cc_field_decision, body, .flags = CC_NULLABLE, .max = 1000, .doc = "For merge: the body to apply. It has the members of the operation's kind.",
          .example = "{\"access_note\":\"Key at No. 4\",\"door_id\":1}"),
  CC_STRING(cc_field_decision, note, .flags = CC_NULLABLE, .max = 2000, .doc = "Reason for the decision, for people."),
};
const cc_type cc_field_decision_type = CC_TYPE(cc_field_decision, "FieldDecision", decision_fields);

const cc_op cc_op_upload_field_work = {
  .id = "uploadFieldWork", .method = CC_POST, .path = "/v1/field/uploads", .body = &cc_field_upload_type,
  .reply = &cc_field_receipt_type, .tag = "Field", .summary = "Upload operations made in the field.",
  .doc = "At most 200 operations and 256 KiB. Each operation gets its own verdict and is "
         "processed independently of the others. Sending an operation again changes nothing. "
         "Send operations in the order of their sequence numbers; operations after a gap are "
         "held. An operation whose kind needs a right that the actor lacks (canvass or check_in) "
         "is refused.",
};
const cc_op cc_op_list_field_conflicts = {
  .id = "listFieldConflicts", .method = CC_GET, .path = "/v1/field/conflicts", .query = &filter_type,
  .reply = &cc_field_conflict_type, .shape = CC_REPLY_LIST, .tag = "Field", .summary = "List conflicts, the oldest first.",
};
const cc_op cc_op_get_field_conflict = {
  .id = "getFieldConflict", .method = CC_GET, .path = "/v1/field/conflicts/{conflict_id}", .params = &conflict_ref_type,
  .reply = &cc_field_conflict_type, .tag = "Field", .summary = "Read a conflict.",
};
const cc_op cc_op_resolve_field_conflict = {
  .id = "resolveFieldConflict", .method = CC_POST, .path = "/v1/field/conflicts/{conflict_id}/resolve", .params = &conflict_ref_type,
  .body = &cc_field_decision_type, .reply = &cc_field_conflict_type,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND) | CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Field", .summary = "Resolve a conflict.",
  .doc = "When the body cannot be applied, the answer is 409 with the reason, and the conflict stays open.",
};

/* clang-format on */

const cc_field_kind *
cc_field_kind_find(const char *name)
{
  for (const cc_field_kind *kind = cc_field_kinds; kind->name != NULL; kind++) {
    if (strcmp(kind->name, name) == 0)
      return kind;
  }
  return NULL;
}
