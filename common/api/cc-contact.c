/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-contact.h"

#include "common/api/cc-act.h"

static const char *const channel_names[] = {"door", "phone", "text", "email", "mail", "other"};
const cc_enum cc_channel_enum = {channel_names, CC_N(channel_names)};

#define ID(text) .min = 1, .max = INT64_MAX, .doc = text

/* clang-format off */
static const cc_field disposition_fields[] = {
  CC_STRING(cc_disposition, code, .flags = CC_READ_ONLY, .max = 40, .format = CC_FORMAT_LINE, .doc = "Code of the disposition, as the member `disposition` of "
                                        "a contact has it.", .example = "\"not_home\""),
  CC_STRING(cc_disposition, level, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE,
            .doc = "Kind of object that the disposition describes: person, phone, door or building.", .example = "\"person\""),
  CC_INT64(cc_disposition, position, .flags = CC_READ_ONLY, .doc = "Position in the order in which clients show dispositions."),
  CC_STRINGS(cc_disposition, channels, .flags = CC_READ_ONLY, .doc = "Channels on which the disposition can be recorded.", .example = "[\"door\"]"),
  CC_BOOL(cc_disposition, reached, .flags = CC_READ_ONLY, .doc = "True when a conversation took place; the contact rate counts these contacts."),
  CC_BOOL(cc_disposition, finishes, .flags = CC_READ_ONLY, .doc = "True when the door or number needs no further attempt in this pass over the turf."),
  CC_STRING(cc_disposition, effect, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 40, .format = CC_FORMAT_LINE, .doc = "Effect besides being recorded: moved, deceased, "
                                        "do_not_knock, do_not_contact, do_not_text, "
                                        "wrong_number, disconnected or inaccessible; null: none."),
  CC_INT64(cc_disposition, quiet_days, .flags = CC_READ_ONLY, .doc = "Number of days during which the person is not contacted again; 0: none."),
};
const cc_type cc_disposition_type = CC_TYPE(cc_disposition, "Disposition", disposition_fields, .doc = "A disposition: a possible result of an attempt.");

static const cc_field disposition_filter_fields[] = {
  CC_ENUM(cc_disposition_filter, channel, &cc_channel_enum, .doc = "Only dispositions of this channel."),
  CC_PAGE_ROWS(cc_disposition_filter),
};
static const cc_type disposition_filter_type = CC_TYPE(cc_disposition_filter, "DispositionFilter", disposition_filter_fields);

static const cc_field answer_fields[] = {
  CC_INT64(cc_contact_answer, step_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the question (a step of the script)."),
  CC_OPT_INT64(cc_contact_answer, option_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX,
               .doc = "Id of the chosen option, for the kinds single, multi and support. A multi question has one answer per chosen option."),
  CC_STRING(cc_contact_answer, text, .flags = CC_NULLABLE, .max = 5000, .doc = "Answer to a question of the kind free_text."),
  CC_OPT_DOUBLE(cc_contact_answer, number, .flags = CC_NULLABLE, .doc = "Answer to a question of the kind scale or number; or support without options: 1 to 5."),
  CC_STRING(cc_contact_answer, date, .flags = CC_NULLABLE, .max = 10, .format = CC_FORMAT_LINE, .doc = "Answer to a question of the kind date.", .example = "\"2026-11-03\""),
};
const cc_type cc_contact_answer_type = CC_TYPE(cc_contact_answer, "ContactAnswer", answer_fields, .doc = "An answer to a question of the script.");

static const cc_field contact_fields[] = {
  CC_INT64(cc_contact, id, .flags = CC_READ_ONLY, .doc = "Id of the contact."),
  CC_STRING(cc_contact, client_id, .flags = CC_REQUIRED, .format = CC_FORMAT_UUID, .max = 36, .doc = CC_CLIENT_ID_DOC,
            .example = "\"5e0c3b52-6f0a-4d8e-9a55-0d4b1c6f2a10\""),
  CC_ENUM(cc_contact, channel, &cc_channel_enum, .flags = CC_REQUIRED, .doc = "Channel of the attempt."),
  CC_STRING(cc_contact, disposition, .flags = CC_NULLABLE, .min = 1, .max = 40, .format = CC_FORMAT_LINE,
            .doc = "Code of the result, as listDispositions returns it. Send either `disposition` or `answers`, never both.", .example = "\"not_home\""),
  CC_LIST(cc_contact, answers, cc_contact_answer, &cc_contact_answer_type, .flags = CC_NULLABLE, .max = 200,
          .doc = "Answers to the questions of the script. A contact with answers counts as the disposition canvassed."),
  CC_OPT_INT64(cc_contact, voter_id, .flags = CC_NULLABLE, ID("Id of the voter; left out: the contact is about all who live at the door.")),
  CC_OPT_INT64(cc_contact, door_id, .flags = CC_NULLABLE, ID("Id of the door; left out: the door at which the voter lives.")),
  CC_OPT_INT64(cc_contact, building_id, .flags = CC_NULLABLE, ID("Id of the building; derived from the door when left out.")),
  CC_STRING(cc_contact, phone, .flags = CC_NULLABLE, .max = 20, .format = CC_FORMAT_PHONE_USED, .doc = "Telephone number that was called or texted."),
  CC_OPT_INT64(cc_contact, turf_id, .flags = CC_NULLABLE, ID("Id of the turf; left out: the active turf that contains the door.")),
  CC_OPT_INT64(cc_contact, script_id, .flags = CC_NULLABLE, ID("Id of the script; derived from the answers when left out.")),
  CC_OPT_INT64(cc_contact, phone_bank_session_id, .flags = CC_NULLABLE, ID("Id of the phone bank.")),
  CC_OPT_INT64(cc_contact, text_campaign_id, .flags = CC_NULLABLE, ID("Id of the text campaign.")),
  CC_STRING(cc_contact, language, .flags = CC_NULLABLE, .max = 35, .format = CC_FORMAT_LINE, .doc = "Language code of the conversation, such as es.", .example = "\"en\""),
  CC_STRING(cc_contact, note, .flags = CC_NULLABLE, .max = 5000, .doc = "Free text."),
  CC_OPT_DOUBLE(cc_contact, latitude, .flags = CC_NULLABLE, .min = -90, .max = 90, .doc = "Latitude of the device in degrees, WGS 84; null: not known."),
  CC_OPT_DOUBLE(cc_contact, longitude, .flags = CC_NULLABLE, .min = -180, .max = 180, .doc = "Longitude of the device in degrees, WGS 84; null: not known."),
  CC_TIME(cc_contact, occurred_at, .flags = CC_REQUIRED, .doc = CC_OCCURRED_AT_DOC " A correction keeps the time of the contact that it corrects.",
          .example = "\"2026-11-01T15:04:05Z\""),
  CC_OPT_TIME(cc_contact, device_occurred_at, .flags = CC_NULLABLE, .doc = "Uncorrected time by the device's clock, when `occurred_at` was corrected."),
  CC_TIME(cc_contact, recorded_at, .flags = CC_READ_ONLY, .doc = "When the server received the entry."),
  CC_STRING(cc_contact, actor, .flags = CC_READ_ONLY, .max = 40, .format = CC_FORMAT_LINE, .doc = "Actor who recorded the entry, such as user:7.", .example = "\"user:7\""),
  CC_OPT_INT64(cc_contact, user_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the account of the person who recorded the contact; null: a token or device."),
  CC_OPT_INT64(cc_contact, replaces_id, .flags = CC_NULLABLE, ID("Id of the contact that this contact corrects or undoes; null: none.")),
  CC_BOOL(cc_contact, undone, .flags = CC_READ_ONLY, .doc = "True when this contact undoes the contact `replaces_id`."),
  CC_BOOL(cc_contact, holds, .flags = CC_READ_ONLY, .doc = "True when the contact is valid: no later contact replaced or undid it."),
  CC_OPT_INT64(cc_contact, support_level, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Support level from the answers: 1 strong support to 5 strong opposition."),
  CC_INT64(cc_contact, version, .flags = CC_READ_ONLY, .doc = "Always 1, because contacts are never changed, only replaced."),
};
const cc_type cc_contact_type = CC_TYPE(cc_contact, "Contact", contact_fields, .doc = "An attempt to reach a person, and its result.");

static const cc_field act_fields[] = {
  CC_STRING(cc_contact_act, client_id, .flags = CC_REQUIRED, .format = CC_FORMAT_UUID, .max = 36, .doc = CC_CLIENT_ID_DOC,
            .example = "\"7d1f6a0e-94c3-4b57-8a1e-2f6d0c9b3e44\""),
  CC_TIME(cc_contact_act, occurred_at, .flags = CC_REQUIRED, .doc = CC_OCCURRED_AT_DOC, .example = "\"2026-11-01T15:04:05Z\""),
};
static const cc_type act_type = CC_TYPE(cc_contact_act, "ContactAct", act_fields, .doc = "Body of the undo of a contact.");

static const cc_field bulk_door_fields[] = {
  CC_STRING(cc_bulk_door, client_id, .flags = CC_REQUIRED, .format = CC_FORMAT_UUID, .max = 36, .doc = CC_CLIENT_ID_DOC,
            .example = "\"5e0c3b52-6f0a-4d8e-9a55-0d4b1c6f2a11\""),
  CC_INT64(cc_bulk_door, door_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the door."),
  CC_OPT_TIME(cc_bulk_door, occurred_at, .flags = CC_NULLABLE, .doc = "Time at this door, if it differs from `occurred_at` of the whole request."),
};
static const cc_type bulk_door_type = CC_TYPE(cc_bulk_door, "BulkDoor", bulk_door_fields);

static const cc_field bulk_fields[] = {
  CC_STRING(cc_bulk_contact, disposition, .min = 1, .max = 40, .format = CC_FORMAT_LINE, .fallback = "\"not_home\"", .doc = "Code of the disposition to record at each door."),
  CC_TIME(cc_bulk_contact, occurred_at, .flags = CC_REQUIRED, .doc = CC_OCCURRED_AT_DOC, .example = "\"2026-11-01T15:04:05Z\""),
  CC_OPT_INT64(cc_bulk_contact, turf_id, .flags = CC_NULLABLE, ID("Id of the turf; left out: the active turf that contains the door.")),
  CC_LIST(cc_bulk_contact, doors, cc_bulk_door, &bulk_door_type, .flags = CC_REQUIRED, .min = 1, .max = 500, .doc = "Doors at which the disposition is recorded."),
};
const cc_type cc_bulk_contact_type = CC_TYPE(cc_bulk_contact, "BulkContact", bulk_fields, .doc = "Contacts at several doors with the same disposition.");

static const cc_field bulk_result_fields[] = {
  CC_STRING(cc_bulk_result, client_id, .flags = CC_READ_ONLY, .max = 36, .format = CC_FORMAT_UUID, .doc = "`client_id` of the contact in the request."),
  CC_INT64(cc_bulk_result, door_id, .flags = CC_READ_ONLY, .doc = "Id of the door."),
  CC_OPT_INT64(cc_bulk_result, contact_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the recorded contact; null: the contact was refused."),
  CC_STRING(cc_bulk_result, code, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 40, .format = CC_FORMAT_LINE, .doc = "Code of the reason for the refusal; null: recorded."),
  CC_STRING(cc_bulk_result, message, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 200, .format = CC_FORMAT_LINE, .doc = "Reason for the refusal as a sentence."),
};
static const cc_type bulk_result_type = CC_TYPE(cc_bulk_result, "BulkResult", bulk_result_fields);

static const cc_field bulk_reply_fields[] = {
  CC_INT64(cc_bulk_reply, recorded, .flags = CC_READ_ONLY, .doc = "Number of contacts that are recorded, by this request or by an earlier one with the same client_id."),
  CC_LIST(cc_bulk_reply, results, cc_bulk_result, &bulk_result_type, .flags = CC_READ_ONLY, .doc = "Result of each contact, in the order sent."),
};
const cc_type cc_bulk_reply_type = CC_TYPE(cc_bulk_reply, "BulkReply", bulk_reply_fields);

CC_PATH_1(contact_ref, "ContactRef", contact_id, "Id of the contact.");

static const cc_field contact_filter_fields[] = {
  CC_OPT_INT64(cc_contact_filter, voter_id, ID("Only of this person.")),
  CC_OPT_INT64(cc_contact_filter, door_id, ID("Only at this door.")),
  CC_OPT_INT64(cc_contact_filter, turf_id, ID("Only of this turf.")),
  CC_OPT_INT64(cc_contact_filter, canvasser_id, ID("Only by this account.")),
  CC_OPT_TIME(cc_contact_filter, since, .doc = "Only contacts at or after this time."),
  CC_OPT_TIME(cc_contact_filter, until, .doc = "Only contacts before this time."),
  CC_BOOL(cc_contact_filter, only_holding, .fallback = "false", .doc = "True: only valid contacts, without undos and without contacts that were replaced or undone."),
  CC_PAGE_ROWS(cc_contact_filter),
};
static const cc_type contact_filter_type = CC_TYPE(cc_contact_filter, "ContactFilter", contact_filter_fields);

const cc_op cc_op_list_dispositions = {
  .id = "listDispositions", .method = CC_GET, .path = "/v1/dispositions", .query = &disposition_filter_type,
  .reply = &cc_disposition_type, .shape = CC_REPLY_LIST, .tag = "Contacts", .summary = "List dispositions.",
};
const cc_op cc_op_record_contact = {
  .id = "recordContact", .method = CC_POST, .path = "/v1/contacts", .body = &cc_contact_type, .reply = &cc_contact_type,
  .creates = true, .location = &cc_op_get_contact, .errors = CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Contacts", .summary = "Record a contact.",
  .doc = "Once per client_id; an Idempotency-Key is ignored. The latest contact by occurred_at "
         "counts, in whatever order contacts arrive. Without manage_canvass only at doors of a "
         "turf that was assigned to the actor or checked out (403 not_your_turf), and only the "
         "actor's own contacts can be corrected. 409 contact_replaced: another contact replaced it "
         "first.",
};
const cc_op cc_op_record_contacts = {
  .id = "recordContacts", .method = CC_POST, .path = "/v1/contacts/bulk", .body = &cc_bulk_contact_type, .reply = &cc_bulk_reply_type,
  .tag = "Contacts", .summary = "Record the same disposition at several doors.",
  .doc = "For doors where nobody was home, for instance. Each door gets its own contact with its "
         "own client_id. Each contact is recorded or refused independently of the others.",
};
const cc_op cc_op_list_contacts = {
  .id = "listContacts", .method = CC_GET, .path = "/v1/contacts", .query = &contact_filter_type, .reply = &cc_contact_type,
  .shape = CC_REPLY_LIST, .tag = "Contacts", .summary = "List contacts, newest first.",
  .doc = "Without the right manage_canvass only your own contacts.",
};
const cc_op cc_op_get_contact = {
  .id = "getContact", .method = CC_GET, .path = "/v1/contacts/{contact_id}", .params = &contact_ref_type, .reply = &cc_contact_type,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Contacts", .summary = "Read a contact.",
};
const cc_op cc_op_undo_contact = {
  .id = "undoContact", .method = CC_POST, .path = "/v1/contacts/{contact_id}/undo", .params = &contact_ref_type, .body = &act_type,
  .reply = &cc_contact_type, .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND) | CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Contacts",
  .summary = "Undo a contact.",
  .doc = "Adds a contact that undoes this contact and reverts its effects, as if it had not been recorded. Undoing the undo restores the effects.",
};
/* clang-format on */
