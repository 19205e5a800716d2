/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-consent.h"

static const char *const channel_names[] = {"any", "door", "phone", "text", "email", "mail"};
static const cc_enum channel_enum = {channel_names, CC_N(channel_names)};
static const char *const purpose_names[] = {"any", "campaign", "fundraising", "volunteer"};
static const cc_enum purpose_enum = {purpose_names, CC_N(purpose_names)};
static const char *const state_names[] = {"granted", "withdrawn"};
static const cc_enum state_enum = {state_names, CC_N(state_names)};

/* clang-format off */
static const cc_field consent_fields[] = {
  CC_INT64(cc_consent, id, .flags = CC_READ_ONLY, .doc = "Id of the entry."),
  CC_STRING(cc_consent, client_id, .flags = CC_REQUIRED | CC_NULLABLE, .format = CC_FORMAT_UUID, .max = 36,
            .doc = "UUID that the client generates for this entry. A repeated request with the same UUID changes nothing and gets the answer of the first request.",
            .example = "\"5e0c3b52-6f0a-4d8e-9a55-0d4b1c6f2a12\""),
  CC_OPT_INT64(cc_consent, voter_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Voter who gave or withdrew consent; null: every person with the address."),
  CC_STRING(cc_consent, address, .flags = CC_NULLABLE, .min = 1, .max = 254, .format = CC_FORMAT_LINE,
            .doc = "Telephone number or e-mail address; null: all addresses of the person. An opt-out applies to every person with the address.",
            .example = "\"+16175550101\""),
  CC_ENUM(cc_consent, channel, &channel_enum, .flags = CC_REQUIRED, .doc = "Channel that the statement covers; any: all channels."),
  CC_ENUM(cc_consent, purpose, &purpose_enum, .fallback = "\"any\"", .doc = "Purpose that the statement covers; any: all purposes."),
  CC_ENUM(cc_consent, state, &state_enum, .flags = CC_REQUIRED, .doc = "granted: the person consents to be contacted. withdrawn: the person opted out."),
  CC_STRING(cc_consent, source, .flags = CC_REQUIRED, .min = 1, .max = 100, .format = CC_FORMAT_NAME, .doc = "How the organization got the statement, such as form or "
                                        "door.", .example = "\"form\""),
  CC_STRING(cc_consent, note, .flags = CC_NULLABLE, .max = 2000, .doc = "Free text."),
  CC_TIME(cc_consent, occurred_at, .flags = CC_REQUIRED, CC_YEARS, .doc = "When the person made the statement. The latest statement counts.", .example = "\"2026-11-01T15:04:05Z\""),
  CC_TIME(cc_consent, recorded_at, .flags = CC_READ_ONLY, .doc = "When the server received the entry."),
  CC_STRING(cc_consent, actor, .flags = CC_READ_ONLY, .max = 40, .format = CC_FORMAT_LINE, .doc = "Actor who recorded the entry, such as user:7.", .example = "\"user:7\""),
  CC_OPT_INT64(cc_consent, contact_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the contact in which the person made the statement; null: none."),
  CC_BOOL(cc_consent, counts, .flags = CC_READ_ONLY, .doc = "False when the contact in which the statement was made has been undone, so the statement does not count."),
  CC_INT64(cc_consent, version, .flags = CC_READ_ONLY, .doc = "Always 1, because entries never change."),
};
const cc_type cc_consent_type = CC_TYPE(cc_consent, "Consent", consent_fields, .doc = "A statement of consent or an opt-out, with its source.");

static const cc_field consent_filter_fields[] = {
  CC_OPT_INT64(cc_consent_filter, voter_id, .min = 1, .max = INT64_MAX, .doc = "Only entries of the voter with this id."),
  CC_STRING(cc_consent_filter, about, .min = 1, .max = 254, .format = CC_FORMAT_LINE, .doc = "Only entries about this telephone number or e-mail address."),
  CC_PAGE_ROWS(cc_consent_filter),
};
static const cc_type consent_filter_type = CC_TYPE(cc_consent_filter, "ConsentFilter", consent_filter_fields);

static const cc_field consent_question_fields[] = {
  CC_INT64(cc_consent_question, voter_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the voter."),
  CC_STRING(cc_consent_question, about, .min = 1, .max = 254, .format = CC_FORMAT_LINE, .doc = "Telephone number or e-mail address that would be used; "
                                        "opt-outs of this number or address apply, too."),
};
static const cc_type consent_question_type = CC_TYPE(cc_consent_question, "ConsentQuestion", consent_question_fields);

static const cc_field consent_word_fields[] = {
  CC_STRING(cc_consent_word, channel, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Channel that the statement covers; any: all channels.", .example = "\"text\""),
  CC_STRING(cc_consent_word, purpose, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Purpose that the statement covers; any: all purposes.", .example = "\"campaign\""),
  CC_BOOL(cc_consent_word, allowed, .flags = CC_READ_ONLY, .doc = "The person may be contacted: there is consent, or no statement."),
  CC_STRING(cc_consent_word, state, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 20, .format = CC_FORMAT_LINE, .doc = "The latest statement; null: no statement."),
  CC_STRING(cc_consent_word, source, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 100, .format = CC_FORMAT_LINE, .doc = "How the organization got the statement, such as form or "
                                        "door."),
  CC_OPT_TIME(cc_consent_word, occurred_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Time of the statement."),
};
static const cc_type consent_word_type = CC_TYPE(cc_consent_word, "ConsentWord", consent_word_fields);

static const cc_field consent_now_fields[] = {
  CC_LIST(cc_consent_now, words, cc_consent_word, &consent_word_type, .flags = CC_READ_ONLY, .doc = "One entry for each combination of channel and purpose."),
};
const cc_type cc_consent_now_type = CC_TYPE(cc_consent_now, "ConsentNow", consent_now_fields);

#define KIND_DOC "Kind of the promise, such as yard_sign, ride or call_back."
static const cc_field follow_up_fields[] = {
  CC_INT64(cc_follow_up, id, .flags = CC_READ_ONLY, .doc = "Id of the follow-up."),
  CC_INT64(cc_follow_up, voter_id, .flags = CC_READ_ONLY, .doc = "Id of the voter to whom it was promised."),
  CC_OPT_INT64(cc_follow_up, contact_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the contact in which it was promised; null: none."),
  CC_STRING(cc_follow_up, kind, .flags = CC_REQUIRED, .min = 1, .max = 60, .format = CC_FORMAT_NAME, .doc = KIND_DOC, .example = "\"yard_sign\""),
  CC_STRING(cc_follow_up, note, .flags = CC_NULLABLE, .max = 2000, .doc = "Free text."),
  CC_OPT_TIME(cc_follow_up, due_at, .flags = CC_NULLABLE, CC_YEARS, .doc = "When the follow-up is due; null: no date."),
  CC_OPT_INT64(cc_follow_up, assigned_user_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Id of the account of the member who is to do it; null: "
                                        "not assigned."),
  CC_OPT_TIME(cc_follow_up, done_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When it was done; null: still open."),
  CC_OPT_INT64(cc_follow_up, done_by, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the account of the member who did it."),
  CC_OPT_INT64(cc_follow_up, created_by, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the account of the member who promised it."),
  CC_TIME(cc_follow_up, created_at, .flags = CC_READ_ONLY, .doc = "When it was promised."),
  CC_TIME(cc_follow_up, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_follow_up, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_follow_up_type = CC_TYPE(cc_follow_up, "FollowUp", follow_up_fields, .doc = "A follow-up: a promise to a voter that a member has to keep.");

static const cc_field follow_up_new_fields[] = {
  CC_INT64(cc_follow_up_new, voter_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the voter to whom it is promised."),
  CC_STRING(cc_follow_up_new, kind, .flags = CC_REQUIRED, .min = 1, .max = 60, .format = CC_FORMAT_NAME, .doc = KIND_DOC, .example = "\"yard_sign\""),
  CC_STRING(cc_follow_up_new, note, .flags = CC_NULLABLE, .max = 2000, .doc = "Free text."),
  CC_OPT_TIME(cc_follow_up_new, due_at, .flags = CC_NULLABLE, CC_YEARS, .doc = "When the follow-up is due; null: no date."),
  CC_OPT_INT64(cc_follow_up_new, assigned_user_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Id of the account of the member who is to do it; null: "
                                        "not assigned."),
};
const cc_type cc_follow_up_new_type = CC_TYPE(cc_follow_up_new, "FollowUpNew", follow_up_new_fields, .doc = "A new follow-up.");

static const cc_field follow_up_filter_fields[] = {
  CC_BOOL(cc_follow_up_filter, open, .doc = "True: only open follow-ups; false: only finished ones."),
  CC_BOOL(cc_follow_up_filter, mine, .doc = "Only follow-ups that are assigned to you."),
  CC_OPT_TIME(cc_follow_up_filter, due_before, .doc = "Only follow-ups that are due before this time."),
  CC_OPT_INT64(cc_follow_up_filter, voter_id, .min = 1, .max = INT64_MAX, .doc = "Only entries of the voter with this id."),
  CC_STRING(cc_follow_up_filter, kind, .min = 1, .max = 60, .format = CC_FORMAT_LINE, .doc = "Only follow-ups of this kind."),
  CC_PAGE_ROWS(cc_follow_up_filter),
};
static const cc_type follow_up_filter_type = CC_TYPE(cc_follow_up_filter, "FollowUpFilter", follow_up_filter_fields);

CC_PATH_1(follow_up_ref, "FollowUpRef", follow_up_id, "Id of the follow-up.");

CC_PATH_1(consent_ref, "ConsentRef", consent_id, "Id of the entry.");

const cc_op cc_op_get_consent = {
  .id = "getConsent", .method = CC_GET, .path = "/v1/consents/{consent_id}", .params = &consent_ref_type, .reply = &cc_consent_type,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Consent", .summary = "Read an entry about consent.",
};
const cc_op cc_op_record_consent = {
  .id = "recordConsent", .method = CC_POST, .path = "/v1/consents", .body = &cc_consent_type, .reply = &cc_consent_type, .creates = true,
  .location = &cc_op_get_consent,
  .errors = CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Consent", .summary = "Record consent or an opt-out.",
  .doc = "Adds an entry; entries are never changed or deleted. One entry is stored per "
         "client_id. An entry with an address and no voter applies to every person with that "
         "number or address.",
};
const cc_op cc_op_list_consents = {
  .id = "listConsents", .method = CC_GET, .path = "/v1/consents", .query = &consent_filter_type, .reply = &cc_consent_type,
  .shape = CC_REPLY_LIST, .tag = "Consent", .summary = "List entries about consent, newest first.",
};
const cc_op cc_op_current_consent = {
  .id = "getCurrentConsent", .method = CC_GET, .path = "/v1/consents/current", .query = &consent_question_type,
  .reply = &cc_consent_now_type, .tag = "Consent", .summary = "Read which contact a voter allows now.",
};
const cc_op cc_op_create_follow_up = {
  .id = "createFollowUp", .method = CC_POST, .path = "/v1/follow-ups", .body = &cc_follow_up_new_type, .reply = &cc_follow_up_type,
  .creates = true, .location = &cc_op_get_follow_up, .tag = "Follow-ups", .summary = "Create a follow-up.",
};
const cc_op cc_op_list_follow_ups = {
  .id = "listFollowUps", .method = CC_GET, .path = "/v1/follow-ups", .query = &follow_up_filter_type, .reply = &cc_follow_up_type,
  .shape = CC_REPLY_LIST, .tag = "Follow-ups", .summary = "List follow-ups by due date, the earliest first.",
  .doc = "Without the right manage_canvass only follow-ups that are assigned to you.",
};
const cc_op cc_op_get_follow_up = {
  .id = "getFollowUp", .method = CC_GET, .path = "/v1/follow-ups/{follow_up_id}", .params = &follow_up_ref_type,
  .reply = &cc_follow_up_type, .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Follow-ups", .summary = "Read a follow-up.",
};
const cc_op cc_op_update_follow_up = {
  .id = "updateFollowUp", .method = CC_PATCH, .path = "/v1/follow-ups/{follow_up_id}", .params = &follow_up_ref_type,
  .body = &cc_follow_up_type, .reply = &cc_follow_up_type, .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND) | CC_ERR_BIT(CC_ERR_PRECONDITION),
  .tag = "Follow-ups", .summary = "Change or assign a follow-up.",
};
const cc_op cc_op_finish_follow_up = {
  .id = "finishFollowUp", .method = CC_POST, .path = "/v1/follow-ups/{follow_up_id}/done", .params = &follow_up_ref_type,
  .reply = &cc_follow_up_type, .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Follow-ups", .summary = "Mark a follow-up as done.",
  .doc = "Marking it again changes nothing. Without the right manage_canvass only follow-ups that are assigned to you.",
};
/* clang-format on */
