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
  CC_INT64(cc_consent, id, .flags = CC_READ_ONLY, .doc = "Number of the entry."),
  CC_STRING(cc_consent, client_id, .flags = CC_REQUIRED | CC_NULLABLE, .format = CC_FORMAT_UUID, .max = 36,
            .doc = "UUID made on the device: sent again it changes nothing and gets the first answer.",
            .example = "\"5e0c3b52-6f0a-4d8e-9a55-0d4b1c6f2a12\""),
  CC_OPT_INT64(cc_consent, voter_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Voter who gave or withdrew consent; null: every person with the address."),
  CC_STRING(cc_consent, address, .flags = CC_NULLABLE, .min = 1, .max = 254, .format = CC_FORMAT_LINE,
            .doc = "Telephone number or e-mail address; null: all addresses of the person. An opt-out applies to every person with the address.",
            .example = "\"+16175550101\""),
  CC_ENUM(cc_consent, channel, &channel_enum, .flags = CC_REQUIRED, .doc = "Way of reaching the person."),
  CC_ENUM(cc_consent, purpose, &purpose_enum, .fallback = "\"any\"", .doc = "Purpose of the contact."),
  CC_ENUM(cc_consent, state, &state_enum, .flags = CC_REQUIRED, .doc = "Yes or no."),
  CC_STRING(cc_consent, source, .flags = CC_REQUIRED, .min = 1, .max = 100, .format = CC_FORMAT_NAME, .doc = "How we know.", .example = "\"form\""),
  CC_STRING(cc_consent, note, .flags = CC_NULLABLE, .max = 2000, .doc = "Note."),
  CC_TIME(cc_consent, occurred_at, .flags = CC_REQUIRED, CC_YEARS, .doc = "Time of the statement; the latest counts.", .example = "\"2026-11-01T15:04:05Z\""),
  CC_TIME(cc_consent, recorded_at, .flags = CC_READ_ONLY, .doc = "When the server learned of it."),
  CC_STRING(cc_consent, actor, .flags = CC_READ_ONLY, .max = 40, .format = CC_FORMAT_LINE, .doc = "Who recorded it.", .example = "\"user:7\""),
  CC_OPT_INT64(cc_consent, contact_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Contact in which it was stated."),
  CC_BOOL(cc_consent, counts, .flags = CC_READ_ONLY, .doc = "False: the contact was undone."),
  CC_INT64(cc_consent, version, .flags = CC_READ_ONLY, .doc = "Always 1: the ledger is never changed."),
};
const cc_type cc_consent_type = CC_TYPE(cc_consent, "Consent", consent_fields, .doc = "A statement of consent or an opt-out, with its source.");

static const cc_field consent_filter_fields[] = {
  CC_OPT_INT64(cc_consent_filter, voter_id, .min = 1, .max = INT64_MAX, .doc = "Only of this person."),
  CC_STRING(cc_consent_filter, about, .min = 1, .max = 254, .format = CC_FORMAT_LINE, .doc = "Only about this number or address."),
  CC_PAGE_ROWS(cc_consent_filter),
};
static const cc_type consent_filter_type = CC_TYPE(cc_consent_filter, "ConsentFilter", consent_filter_fields);

static const cc_field consent_question_fields[] = {
  CC_INT64(cc_consent_question, voter_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "The person."),
  CC_STRING(cc_consent_question, about, .min = 1, .max = 254, .format = CC_FORMAT_LINE, .doc = "Number or address that would be used."),
};
static const cc_type consent_question_type = CC_TYPE(cc_consent_question, "ConsentQuestion", consent_question_fields);

static const cc_field consent_word_fields[] = {
  CC_STRING(cc_consent_word, channel, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Way of reaching the person.", .example = "\"text\""),
  CC_STRING(cc_consent_word, purpose, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Purpose of the contact.", .example = "\"campaign\""),
  CC_BOOL(cc_consent_word, allowed, .flags = CC_READ_ONLY, .doc = "The person may be contacted: there is consent, or no statement."),
  CC_STRING(cc_consent_word, state, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 20, .format = CC_FORMAT_LINE, .doc = "The latest word; null: none."),
  CC_STRING(cc_consent_word, source, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 100, .format = CC_FORMAT_LINE, .doc = "How we know."),
  CC_OPT_TIME(cc_consent_word, occurred_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Time of the statement."),
};
static const cc_type consent_word_type = CC_TYPE(cc_consent_word, "ConsentWord", consent_word_fields);

static const cc_field consent_now_fields[] = {
  CC_LIST(cc_consent_now, words, cc_consent_word, &consent_word_type, .flags = CC_READ_ONLY, .doc = "One for each channel and purpose."),
};
const cc_type cc_consent_now_type = CC_TYPE(cc_consent_now, "ConsentNow", consent_now_fields);

#define KIND_DOC "What was promised: yard_sign, ride, call_back …"
static const cc_field follow_up_fields[] = {
  CC_INT64(cc_follow_up, id, .flags = CC_READ_ONLY, .doc = "Number of the follow-up."),
  CC_INT64(cc_follow_up, voter_id, .flags = CC_READ_ONLY, .doc = "Voter to whom the follow-up was promised."),
  CC_OPT_INT64(cc_follow_up, contact_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Contact in which it was promised."),
  CC_STRING(cc_follow_up, kind, .flags = CC_REQUIRED, .min = 1, .max = 60, .format = CC_FORMAT_NAME, .doc = KIND_DOC, .example = "\"yard_sign\""),
  CC_STRING(cc_follow_up, note, .flags = CC_NULLABLE, .max = 2000, .doc = "Note."),
  CC_OPT_TIME(cc_follow_up, due_at, .flags = CC_NULLABLE, CC_YEARS, .doc = "Until when."),
  CC_OPT_INT64(cc_follow_up, assigned_user_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Account of the person who will do it."),
  CC_OPT_TIME(cc_follow_up, done_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When it was done."),
  CC_OPT_INT64(cc_follow_up, done_by, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Account of the person who did it."),
  CC_OPT_INT64(cc_follow_up, created_by, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Account of the person who promised it."),
  CC_TIME(cc_follow_up, created_at, .flags = CC_READ_ONLY, .doc = "When it was promised."),
  CC_TIME(cc_follow_up, updated_at, .flags = CC_READ_ONLY, .doc = "When the row last changed."),
  CC_INT64(cc_follow_up, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Grows with every change; the ETag."),
};
const cc_type cc_follow_up_type = CC_TYPE(cc_follow_up, "FollowUp", follow_up_fields, .doc = "Something that was promised to a voter.");

static const cc_field follow_up_new_fields[] = {
  CC_INT64(cc_follow_up_new, voter_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Voter to whom it is promised."),
  CC_STRING(cc_follow_up_new, kind, .flags = CC_REQUIRED, .min = 1, .max = 60, .format = CC_FORMAT_NAME, .doc = KIND_DOC, .example = "\"yard_sign\""),
  CC_STRING(cc_follow_up_new, note, .flags = CC_NULLABLE, .max = 2000, .doc = "Note."),
  CC_OPT_TIME(cc_follow_up_new, due_at, .flags = CC_NULLABLE, CC_YEARS, .doc = "Until when."),
  CC_OPT_INT64(cc_follow_up_new, assigned_user_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Account of the person who will do it."),
};
const cc_type cc_follow_up_new_type = CC_TYPE(cc_follow_up_new, "FollowUpNew", follow_up_new_fields, .doc = "A follow-up to be.");

static const cc_field follow_up_filter_fields[] = {
  CC_BOOL(cc_follow_up_filter, open, .doc = "True: only open follow-ups; false: only finished ones."),
  CC_BOOL(cc_follow_up_filter, mine, .doc = "Only those assigned to the caller."),
  CC_OPT_TIME(cc_follow_up_filter, due_before, .doc = "Only those due before this time."),
  CC_OPT_INT64(cc_follow_up_filter, voter_id, .min = 1, .max = INT64_MAX, .doc = "Only of this person."),
  CC_STRING(cc_follow_up_filter, kind, .min = 1, .max = 60, .format = CC_FORMAT_LINE, .doc = "Only of this kind."),
  CC_PAGE_ROWS(cc_follow_up_filter),
};
static const cc_type follow_up_filter_type = CC_TYPE(cc_follow_up_filter, "FollowUpFilter", follow_up_filter_fields);

CC_PATH_1(follow_up_ref, "FollowUpRef", follow_up_id, "Number of the follow-up.");

CC_PATH_1(consent_ref, "ConsentRef", consent_id, "Number of the entry.");

const cc_op cc_op_get_consent = {
  .id = "getConsent", .method = CC_GET, .path = "/v1/consents/{consent_id}", .params = &consent_ref_type, .reply = &cc_consent_type,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Consent", .summary = "Read an entry of the ledger.",
};
const cc_op cc_op_record_consent = {
  .id = "recordConsent", .method = CC_POST, .path = "/v1/consents", .body = &cc_consent_type, .reply = &cc_consent_type, .creates = true,
  .location = &cc_op_get_consent,
  .errors = CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Consent", .summary = "Record consent or an opt-out.",
  .doc = "Append-only, once per client_id. With an address alone it applies to every person with that number or address.",
};
const cc_op cc_op_list_consents = {
  .id = "listConsents", .method = CC_GET, .path = "/v1/consents", .query = &consent_filter_type, .reply = &cc_consent_type,
  .shape = CC_REPLY_LIST, .tag = "Consent", .summary = "Read the ledger, newest entry first.",
};
const cc_op cc_op_current_consent = {
  .id = "getCurrentConsent", .method = CC_GET, .path = "/v1/consents/current", .query = &consent_question_type,
  .reply = &cc_consent_now_type, .tag = "Consent", .summary = "Get the consent that counts now for a person.",
};
const cc_op cc_op_create_follow_up = {
  .id = "createFollowUp", .method = CC_POST, .path = "/v1/follow-ups", .body = &cc_follow_up_new_type, .reply = &cc_follow_up_type,
  .creates = true, .location = &cc_op_get_follow_up, .tag = "Follow-ups", .summary = "Promise something.",
};
const cc_op cc_op_list_follow_ups = {
  .id = "listFollowUps", .method = CC_GET, .path = "/v1/follow-ups", .query = &follow_up_filter_type, .reply = &cc_follow_up_type,
  .shape = CC_REPLY_LIST, .tag = "Follow-ups", .summary = "List follow-ups, those due first at the beginning.",
  .doc = "Without manage_canvass only those assigned to the caller.",
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
  .doc = "Marking it again changes nothing. Without manage_canvass only those assigned to the caller.",
};
/* clang-format on */
