/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-texting.h"

#include "common/api/cc-act.h"

static const char *const talk_names[] = {"needs_message",
                                         "messaged",
                                         "needs_response",
                                         "convo",
                                         "closed"};
const cc_enum cc_talk_state_enum = {talk_names, CC_N(talk_names)};

#define TEMPLATE_DOC                                                                               \
  "The first text, with the fields {first_name}, {last_name}, {city}, {precinct}, {organization} " \
  "and {texter_first_name}. Behind a bar is what stands in where there is no value: "              \
  "{first_name|neighbor}."

/* clang-format off */
static const cc_field text_reply_fields[] = {
  CC_STRING(cc_text_reply, title, .flags = CC_REQUIRED, .min = 1, .max = 100, .format = CC_FORMAT_NAME, .doc = "Question that the reply answers.",
            .example = "\"Where do I vote?\""),
  CC_STRING(cc_text_reply, text, .flags = CC_NOT_BLANK | CC_REQUIRED, .min = 1, .max = 1600, .doc = "The answer; may have the fields of the template."),
};
static const cc_type text_reply_type = CC_TYPE(cc_text_reply, "TextReply", text_reply_fields, .doc = "A prepared answer.");

static const cc_field text_campaign_fields[] = {
  CC_INT64(cc_text_campaign, id, .flags = CC_READ_ONLY, .doc = "Number of the campaign."),
  CC_INT64(cc_text_campaign, organization_id, .flags = CC_READ_ONLY, .doc = "Organization that writes."),
  CC_STRING(cc_text_campaign, name, .flags = CC_REQUIRED, .min = 1, .max = 200, .format = CC_FORMAT_NAME, .doc = "Name of the campaign.",
            .example = "\"Early voting\""),
  CC_OPT_INT64(cc_text_campaign, list_id, .flags = CC_REQUIRED | CC_NULLABLE, .min = 1, .max = INT64_MAX,
               .doc = "Saved list whose people are texted, as of the creation of the campaign. Cannot be "
                      "changed; null once the list was deleted."),
  CC_OPT_INT64(cc_text_campaign, script_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Script of the conversations."),
  CC_ENUM(cc_text_campaign, purpose, &cc_purpose_enum, .fallback = "\"campaign\"",
          .doc = "Purpose: people who opted out of texts for it are left out."),
  CC_STRING(cc_text_campaign, template, .flags = CC_NOT_BLANK | CC_REQUIRED, .min = 1, .max = 1600, .doc = TEMPLATE_DOC,
            .example = "\"Hi {first_name}, this is {texter_first_name} with {organization}. Reply STOP to opt out.\""),
  CC_STRING(cc_text_campaign, encoding, .flags = CC_READ_ONLY, .max = 10, .format = CC_FORMAT_LINE,
            .doc = "gsm7, or ucs2 when the template has a character outside GSM-7, which halves the length of a part.", .example = "\"gsm7\""),
  CC_INT64(cc_text_campaign, segments, .flags = CC_READ_ONLY, .doc = "Parts for which carriers charge, with names of usual length; at most 6."),
  CC_LIST(cc_text_campaign, replies, cc_text_reply, &text_reply_type, .max = 50, .fallback = "[]", .doc = "Prepared answers."),
  CC_INT64(cc_text_campaign, start_hour, .max = 23, .fallback = "9", .doc = "First hour of texts, in the local time of the person."),
  CC_INT64(cc_text_campaign, stop_hour, .min = 1, .max = 24, .fallback = "21", .doc = "Hour in which no text is sent any more."),
  CC_INT64(cc_text_campaign, batch_size, .min = 1, .max = 200, .fallback = "50", .doc = "Maximum number of first texts that a texter has at once."),
  CC_ENUM(cc_text_campaign, state, &cc_dial_state_enum, .flags = CC_READ_ONLY,
          .doc = "Filling until the audience is made; then changed by openTextCampaign, pauseTextCampaign and closeTextCampaign."),
  CC_STRING(cc_text_campaign, code, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Code with which members and devices join; null: none.", .example = "\"K7QF2MZX\""),
  CC_INT64(cc_text_campaign, audience_count, .flags = CC_READ_ONLY, .doc = "Numbers that are texted."),
  CC_INT64(cc_text_campaign, duplicate_count, .flags = CC_READ_ONLY, .doc = "People left out because another person has the same number."),
  CC_OPT_TIME(cc_text_campaign, opened_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When it was opened for the first time; null: not yet."),
  CC_OPT_TIME(cc_text_campaign, closed_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When it was closed; null: not closed."),
  CC_OPT_INT64(cc_text_campaign, created_by, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the account of the person who created the object."),
  CC_TIME(cc_text_campaign, created_at, .flags = CC_READ_ONLY, .doc = "When the object was created."),
  CC_TIME(cc_text_campaign, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_text_campaign, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_text_campaign_type = CC_TYPE(cc_text_campaign, "TextCampaign", text_campaign_fields, .doc = "People to be written to, and how.");

CC_PATH_1(text_campaign_ref, "TextCampaignRef", text_campaign_id, "Number of the campaign.");

static const cc_field text_campaign_filter_fields[] = {
  CC_ENUM(cc_phone_bank_filter, state, &cc_dial_state_enum, .doc = "Only objects in this state."),
  CC_PAGE_ROWS(cc_phone_bank_filter),
};
static const cc_type text_campaign_filter_type = CC_TYPE(cc_phone_bank_filter, "TextCampaignFilter", text_campaign_filter_fields);

static const cc_field text_preview_fields[] = {
  CC_STRING(cc_text_preview, template, .flags = CC_NOT_BLANK | CC_REQUIRED, .min = 1, .max = 1600, .doc = TEMPLATE_DOC, .example = "\"Hi {first_name}!\""),
  CC_STRING(cc_text_preview, text, .flags = CC_READ_ONLY, .max = 5000, .doc = "The text with fields of usual length."),
  CC_STRING(cc_text_preview, encoding, .flags = CC_READ_ONLY, .max = 10, .format = CC_FORMAT_LINE, .doc = "gsm7 or ucs2.", .example = "\"gsm7\""),
  CC_INT64(cc_text_preview, units, .flags = CC_READ_ONLY, .doc = "Characters as they are counted: some of gsm7 and emoji of ucs2 are two."),
  CC_INT64(cc_text_preview, segments, .flags = CC_READ_ONLY, .doc = "Parts for which carriers charge."),
};
static const cc_type text_preview_type = CC_TYPE(cc_text_preview, "TextPreview", text_preview_fields, .doc = "A template with its fields filled in.");

static const cc_field text_counts_fields[] = {
  CC_INT64(cc_text_counts, text_campaign_id, .flags = CC_READ_ONLY, .doc = "Number of the campaign."),
  CC_INT64(cc_text_counts, audience, .flags = CC_READ_ONLY, .doc = "Conversations: one for each number."),
  CC_INT64(cc_text_counts, needs_message, .flags = CC_READ_ONLY, .doc = "Conversations without a first text."),
  CC_INT64(cc_text_counts, unassigned, .flags = CC_READ_ONLY, .doc = "Those of them without a texter."),
  CC_INT64(cc_text_counts, messaged, .flags = CC_READ_ONLY, .doc = "Conversations without an answer."),
  CC_INT64(cc_text_counts, needs_response, .flags = CC_READ_ONLY, .doc = "Conversations that wait for our answer."),
  CC_INT64(cc_text_counts, convo, .flags = CC_READ_ONLY, .doc = "Conversations that we answered."),
  CC_INT64(cc_text_counts, closed, .flags = CC_READ_ONLY, .doc = "Closed conversations."),
  CC_INT64(cc_text_counts, opted_out, .flags = CC_READ_ONLY, .doc = "Conversations that an opt-out closed."),
  CC_INT64(cc_text_counts, answered, .flags = CC_READ_ONLY, .doc = "Conversations with at least one answer."),
  CC_INT64(cc_text_counts, sent, .flags = CC_READ_ONLY, .doc = "Texts that a carrier has accepted."),
  CC_INT64(cc_text_counts, queued, .flags = CC_READ_ONLY, .doc = "Texts on their way to a carrier."),
  CC_INT64(cc_text_counts, failed, .flags = CC_READ_ONLY, .doc = "Texts that were not sent."),
  CC_INT64(cc_text_counts, unknown, .flags = CC_READ_ONLY, .doc = "Texts whose result is not known; they are not sent again."),
  CC_INT64(cc_text_counts, segments, .flags = CC_READ_ONLY, .doc = "Parts of the texts that were sent."),
  CC_INT64(cc_text_counts, received, .flags = CC_READ_ONLY, .doc = "Texts that were received."),
  CC_INT64(cc_text_counts, texters, .flags = CC_READ_ONLY, .doc = "Texters who have joined and not left."),
};
static const cc_type text_counts_type =
  CC_TYPE(cc_text_counts, "TextCounts", text_counts_fields, .doc = "How far a text campaign is: all at one moment.");

static const cc_field texter_fields[] = {
  CC_INT64(cc_texter, id, .flags = CC_READ_ONLY, .doc = "Number of the texter in this campaign."),
  CC_STRING(cc_texter, actor, .flags = CC_READ_ONLY, .max = 40, .format = CC_FORMAT_LINE, .doc = "The actor, such as user:7 or device:3.", .example = "\"user:7\""),
  CC_OPT_INT64(cc_texter, user_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Account of the texter; null: a device or token."),
  CC_STRING(cc_texter, name, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 250, .format = CC_FORMAT_LINE, .doc = "Name of the texter."),
  CC_TIME(cc_texter, joined_at, .flags = CC_READ_ONLY, .doc = "When the texter joined first."),
  CC_TIME(cc_texter, last_active_at, .flags = CC_READ_ONLY, .doc = "When the texter last did something here."),
  CC_OPT_TIME(cc_texter, left_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the texter left or was removed."),
  CC_INT64(cc_texter, open, .flags = CC_READ_ONLY, .doc = "Open conversations of the texter."),
  CC_INT64(cc_texter, needs_response, .flags = CC_READ_ONLY, .doc = "Those of them that wait for an answer."),
  CC_INT64(cc_texter, sent, .flags = CC_READ_ONLY, .doc = "Texts that the texter sent."),
};
static const cc_type texter_type = CC_TYPE(cc_texter, "Texter", texter_fields, .doc = "A texter.");

CC_PATH_2(texter_ref, "TexterRef", text_campaign_id, "Number of the campaign.", texter_id, "Number of the texter.");

static const cc_field text_conversation_fields[] = {
  CC_INT64(cc_text_conversation, id, .flags = CC_READ_ONLY, .doc = "Number of the conversation."),
  CC_INT64(cc_text_conversation, text_campaign_id, .flags = CC_READ_ONLY, .doc = "Campaign of the conversation."),
  CC_INT64(cc_text_conversation, voter_id, .flags = CC_READ_ONLY, .doc = "Voter of the conversation."),
  CC_OBJECT(cc_text_conversation, voter, cc_spoken_to, &cc_spoken_to_type, .flags = CC_READ_ONLY, .doc = "The person."),
  CC_STRING(cc_text_conversation, phone, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_PHONE_USED, .doc = "Their number."),
  CC_ENUM(cc_text_conversation, state, &cc_talk_state_enum, .flags = CC_READ_ONLY, .doc = "State: who writes next."),
  CC_STRING(cc_text_conversation, closed_reason, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 40, .format = CC_FORMAT_LINE,
            .doc = "Why it was closed: opted_out, unusable_number, closed, or the result that ended it.", .example = "\"opted_out\""),
  CC_STRING(cc_text_conversation, texter_actor, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 40, .format = CC_FORMAT_LINE, .doc = "Texter of the conversation.",
            .example = "\"user:7\""),
  CC_STRING(cc_text_conversation, draft, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 10000, .doc = "The first text as it will be sent; null once it was."),
  CC_OPT_TIME(cc_text_conversation, assigned_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When its texter got it."),
  CC_OPT_TIME(cc_text_conversation, last_message_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When we last wrote."),
  CC_TIME(cc_text_conversation, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_text_conversation, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_text_conversation_type =
  CC_TYPE(cc_text_conversation, "TextConversation", text_conversation_fields, .doc = "One number in one campaign.");

static const cc_field text_conversation_ref_fields[] = {
  CC_INT64(cc_text_conversation_ref, text_campaign_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Number of the campaign."),
  CC_INT64(cc_text_conversation_ref, conversation_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Number of the conversation."),
};
static const cc_type text_conversation_ref_type =
  CC_TYPE(cc_text_conversation_ref, "TextConversationRef", text_conversation_ref_fields);

CC_PATH_1(text_ref, "TextMessageRef", text_id, "Number of the text.");

typedef struct talk_message_ref {
  int64_t text_campaign_id;
  int64_t conversation_id;
  int64_t message_id;
} talk_message_ref;

static const cc_field talk_message_ref_fields[] = {
  CC_PATH_ROW_(talk_message_ref, text_campaign_id, "Number of the campaign."),
  CC_PATH_ROW_(talk_message_ref, conversation_id, "Number of the conversation."),
  CC_PATH_ROW_(talk_message_ref, message_id, "Number of the text."),
};
static const cc_type talk_message_ref_type = CC_TYPE(talk_message_ref, "TalkMessageRef", talk_message_ref_fields);

static const cc_field text_conversation_filter_fields[] = {
  CC_ENUM(cc_text_conversation_filter, state, &cc_talk_state_enum, .doc = "Only objects in this state."),
  CC_PAGE_ROWS(cc_text_conversation_filter),
};
static const cc_type text_conversation_filter_type =
  CC_TYPE(cc_text_conversation_filter, "TextConversationFilter", text_conversation_filter_fields);

static const cc_field text_batch_fields[] = {
  CC_INT64(cc_text_batch, id, .flags = CC_READ_ONLY, .doc = "Number of the campaign."),
  CC_LIST(cc_text_batch, conversations, cc_text_conversation, &cc_text_conversation_type, .flags = CC_READ_ONLY, .max = 200,
          .doc = "Those without a first text yet."),
  CC_INT64(cc_text_batch, n_left, .flags = CC_READ_ONLY, .doc = "How many more no texter has yet."),
};
static const cc_type text_batch_type = CC_TYPE(cc_text_batch, "TextBatch", text_batch_fields, .doc = "First texts to be sent by one texter.");

static const cc_field text_message_fields[] = {
  CC_INT64(cc_text_message, id, .flags = CC_READ_ONLY, .doc = "Number of the text."),
  CC_OPT_INT64(cc_text_message, campaign_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Its campaign; null: it came from a stranger."),
  CC_OPT_INT64(cc_text_message, conversation_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Its conversation."),
  CC_STRING(cc_text_message, phone, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_PHONE_USED, .doc = "Number of the person."),
  CC_STRING(cc_text_message, direction, .flags = CC_READ_ONLY, .max = 3, .format = CC_FORMAT_LINE, .doc = "out: from us; in: to us.", .example = "\"out\""),
  CC_BOOL(cc_text_message, initial, .flags = CC_READ_ONLY, .doc = "The first text of its conversation."),
  CC_STRING(cc_text_message, body, .flags = CC_READ_ONLY, .max = 10000, .doc = "Text of the message."),
  CC_STRING(cc_text_message, encoding, .flags = CC_READ_ONLY, .max = 10, .format = CC_FORMAT_LINE, .doc = "gsm7 or ucs2.", .example = "\"gsm7\""),
  CC_INT64(cc_text_message, segments, .flags = CC_READ_ONLY, .doc = "Parts for which carriers charge."),
  CC_STRING(cc_text_message, state, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE,
            .doc = "queued, sending, sent, delivered, error or unknown; received: it came in.", .example = "\"sent\""),
  CC_STRING(cc_text_message, error, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 100, .format = CC_FORMAT_LINE,
            .doc = "Why it was not sent: opted_out, unusable_number, too_late, campaign_closed, worker_lost, or the carrier's code.",
            .example = "\"too_late\""),
  CC_STRING(cc_text_message, intent, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 10, .format = CC_FORMAT_LINE,
            .doc = "Intent of a received text: stop, start, or unsure: perhaps stop, a person decides.", .example = "\"stop\""),
  CC_STRING(cc_text_message, actor, .flags = CC_READ_ONLY, .max = 40, .format = CC_FORMAT_LINE, .doc = "Actor who sent it or recorded it.", .example = "\"user:7\""),
  CC_OPT_TIME(cc_text_message, send_before, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Later it is not sent: it would arrive in the quiet hours."),
  CC_TIME(cc_text_message, created_at, .flags = CC_READ_ONLY, .doc = "When it was written, or came in."),
  CC_OPT_TIME(cc_text_message, sent_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When a carrier took it."),
};
const cc_type cc_text_message_type = CC_TYPE(cc_text_message, "TextMessage", text_message_fields, .doc = "A text, from us or to us.");

static const cc_field text_click_fields[] = {
  CC_STRING(cc_text_click, client_id, .flags = CC_REQUIRED, .format = CC_FORMAT_UUID, .max = 36, .doc = CC_CLIENT_ID_DOC,
            .example = "\"3f1d9a52-7b0c-4e66-8a1f-52c0d7e9b814\""),
  CC_STRING(cc_text_click, text, .flags = CC_NOT_BLANK | CC_NULLABLE, .min = 1, .max = 1600,
            .doc = "The answer. Not with the first text, which is made from the template."),
};
static const cc_type text_click_type = CC_TYPE(cc_text_click, "TextClick", text_click_fields, .doc = "One click, one text.");

static const cc_field text_result_fields[] = {
  CC_STRING(cc_text_result, client_id, .flags = CC_REQUIRED, .format = CC_FORMAT_UUID, .max = 36, .doc = CC_CLIENT_ID_DOC,
            .example = "\"8c2e4f60-1d3b-4b9a-9e75-0f6a2c1d7b45\""),
  CC_TIME(cc_text_result, occurred_at, .flags = CC_REQUIRED, .doc = "When it was heard, by the device's clock.", .example = "\"2026-11-28T15:04:05Z\""),
  CC_STRING(cc_text_result, disposition, .flags = CC_NULLABLE, .min = 1, .max = 40, .format = CC_FORMAT_LINE,
            .doc = "Code of the disposition, as listDispositions returns it. Send either `disposition` or `answers`, never both.", .example = "\"refused\""),
  CC_LIST(cc_text_result, answers, cc_contact_answer, &cc_contact_answer_type, .flags = CC_NULLABLE, .min = 1, .max = 200,
          .doc = "Answers to the script."),
  CC_STRING(cc_text_result, language, .flags = CC_NULLABLE, .max = 20, .format = CC_FORMAT_LINE, .doc = "Language code of the conversation, such as es."),
  CC_STRING(cc_text_result, note, .flags = CC_NULLABLE, .max = 2000, .doc = "Note for the organization."),
};
static const cc_type text_result_type = CC_TYPE(cc_text_result, "TextResult", text_result_fields, .doc = "Result of a conversation.");

static const cc_field text_send_all_fields[] = {
  CC_INT64(cc_text_send_all, most, .min = 1, .max = 1000, .fallback = "500", .doc = "Most texts of this one request."),
};
static const cc_type text_send_all_type = CC_TYPE(cc_text_send_all, "TextSendAll", text_send_all_fields, .doc = "First texts without a click each.");

static const cc_field text_sent_all_fields[] = {
  CC_INT64(cc_text_sent_all, id, .flags = CC_READ_ONLY, .doc = "Number of the campaign."),
  CC_INT64(cc_text_sent_all, queued, .flags = CC_READ_ONLY, .doc = "Texts that were queued by this request."),
  CC_INT64(cc_text_sent_all, n_left, .flags = CC_READ_ONLY, .doc = "How many are still without a first text and a texter."),
};
static const cc_type text_sent_all_type = CC_TYPE(cc_text_sent_all, "TextSentAll", text_sent_all_fields, .doc = "How many texts were queued.");

static const cc_field text_reassignment_fields[] = {
  CC_INT64(cc_text_reassignment, from_texter_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Texter whose conversations move."),
  CC_OPT_INT64(cc_text_reassignment, to_texter_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX,
               .doc = "Texter who gets them; left out: conversations without a first text return to the pool."),
};
static const cc_type text_reassignment_type =
  CC_TYPE(cc_text_reassignment, "TextReassignment", text_reassignment_fields, .doc = "Conversations for another texter.");

static const cc_field text_reassigned_fields[] = {
  CC_INT64(cc_text_reassigned, id, .flags = CC_READ_ONLY, .doc = "Number of the campaign."),
  CC_INT64(cc_text_reassigned, moved, .flags = CC_READ_ONLY, .doc = "Number of conversations that moved."),
};
static const cc_type text_reassigned_type = CC_TYPE(cc_text_reassigned, "TextReassigned", text_reassigned_fields, .doc = "How many were moved.");

static const cc_field text_incoming_fields[] = {
  CC_STRING(cc_text_incoming, from, .flags = CC_REQUIRED, .max = 20, .format = CC_FORMAT_PHONE_USED, .doc = "Telephone number of the sender.",
            .example = "\"+16175550101\""),
  CC_STRING(cc_text_incoming, text, .flags = CC_REQUIRED, .max = 1600, .doc = "Text of the message.", .example = "\"Who is this?\""),
  CC_STRING(cc_text_incoming, provider_id, .flags = CC_NULLABLE, .min = 1, .max = 100, .format = CC_FORMAT_LINE,
            .doc = "The carrier's id of the text: the same id received twice is stored once."),
};
static const cc_type text_incoming_type = CC_TYPE(cc_text_incoming, "TextIncoming", text_incoming_fields, .doc = "A received text.");

#define ABSENT CC_ERR_BIT(CC_ERR_NOT_FOUND)
#define ABSENT_OR_CONFLICT (ABSENT | CC_ERR_BIT(CC_ERR_CONFLICT))
#define CAMPAIGN "/v1/text-campaigns/{text_campaign_id}"
#define TALK CAMPAIGN "/conversations/{conversation_id}"
#define TAG "Text campaigns"

const cc_op cc_op_create_text_campaign = {
  .id = "createTextCampaign", .method = CC_POST, .path = "/v1/text-campaigns", .body = &cc_text_campaign_type, .reply = &cc_text_campaign_type,
  .creates = true, .location = &cc_op_get_text_campaign, .tag = TAG, .summary = "Make a text campaign from a saved list.",
  .doc = "Its audience is made in the background, each number once; until then state is filling. "
         "People who opted out or have no number for texts are left out.",
};
const cc_op cc_op_list_text_campaigns = {
  .id = "listTextCampaigns", .method = CC_GET, .path = "/v1/text-campaigns", .query = &text_campaign_filter_type, .reply = &cc_text_campaign_type,
  .shape = CC_REPLY_LIST, .tag = TAG, .summary = "List text campaigns, the newest first.",
};
const cc_op cc_op_preview_text = {
  .id = "previewText", .method = CC_POST, .path = "/v1/text-campaigns/preview", .body = &text_preview_type, .reply = &text_preview_type,
  .tag = TAG, .summary = "Show a filled-in template and its cost.",
};
const cc_op cc_op_get_text_campaign = {
  .id = "getTextCampaign", .method = CC_GET, .path = CAMPAIGN, .params = &text_campaign_ref_type, .reply = &cc_text_campaign_type,
  .errors = ABSENT, .tag = TAG, .summary = "Read a text campaign.",
};
const cc_op cc_op_update_text_campaign = {
  .id = "updateTextCampaign", .method = CC_PATCH, .path = CAMPAIGN, .params = &text_campaign_ref_type, .body = &cc_text_campaign_type,
  .reply = &cc_text_campaign_type, .errors = ABSENT_OR_CONFLICT | CC_ERR_BIT(CC_ERR_PRECONDITION), .tag = TAG,
  .summary = "Change a text campaign.", .doc = "A merge-patch. The list cannot be changed (409 list_fixed), nor can a closed campaign (409 closed).",
};
const cc_op cc_op_open_text_campaign = {
  .id = "openTextCampaign", .method = CC_POST, .path = CAMPAIGN "/open", .params = &text_campaign_ref_type, .reply = &cc_text_campaign_type,
  .errors = ABSENT_OR_CONFLICT, .tag = TAG, .summary = "Let texters begin, or go on.",
};
const cc_op cc_op_pause_text_campaign = {
  .id = "pauseTextCampaign", .method = CC_POST, .path = CAMPAIGN "/pause", .params = &text_campaign_ref_type, .reply = &cc_text_campaign_type,
  .errors = ABSENT_OR_CONFLICT, .tag = TAG, .summary = "Send nothing for now.", .doc = "Queued texts wait, too.",
};
const cc_op cc_op_close_text_campaign = {
  .id = "closeTextCampaign", .method = CC_POST, .path = CAMPAIGN "/close", .params = &text_campaign_ref_type, .reply = &cc_text_campaign_type,
  .errors = ABSENT, .tag = TAG, .summary = "End a text campaign permanently.", .doc = "Queued texts are not sent.",
};
const cc_op cc_op_get_text_counts = {
  .id = "getTextCounts", .method = CC_GET, .path = CAMPAIGN "/counts", .params = &text_campaign_ref_type, .reply = &text_counts_type,
  .errors = ABSENT, .tag = TAG, .summary = "How far a text campaign is.",
};
const cc_op cc_op_list_texters = {
  .id = "listTexters", .method = CC_GET, .path = CAMPAIGN "/texters", .params = &text_campaign_ref_type, .query = &cc_page_query_type,
  .reply = &texter_type, .shape = CC_REPLY_LIST, .errors = ABSENT, .tag = TAG, .summary = "List texters.",
};
const cc_op cc_op_get_texter = {
  .id = "getTexter", .method = CC_GET, .path = CAMPAIGN "/texters/{texter_id}", .params = &texter_ref_type, .reply = &texter_type,
  .errors = ABSENT, .tag = TAG, .summary = "Read a texter.",
};
const cc_op cc_op_add_texter = {
  .id = "addTexter", .method = CC_POST, .path = CAMPAIGN "/texters", .params = &text_campaign_ref_type, .body = &cc_assigned_type,
  .reply = &texter_type, .creates = true, .location = &cc_op_get_texter, .errors = ABSENT_OR_CONFLICT, .tag = TAG, .summary = "Make a member a texter.",
};
const cc_op cc_op_remove_texter = {
  .id = "removeTexter", .method = CC_DELETE, .path = CAMPAIGN "/texters/{texter_id}", .params = &texter_ref_type, .errors = ABSENT, .tag = TAG,
  .summary = "Take a texter out.", .doc = "Conversations without a first text return to the pool; the others wait for reassignTexts.",
};
const cc_op cc_op_reassign_texts = {
  .id = "reassignTexts", .method = CC_POST, .path = CAMPAIGN "/reassign", .params = &text_campaign_ref_type, .body = &text_reassignment_type,
  .reply = &text_reassigned_type, .errors = ABSENT, .tag = TAG, .summary = "Give a texter's conversations to another.",
};
const cc_op cc_op_send_all_texts = {
  .id = "sendAllTexts", .method = CC_POST, .path = CAMPAIGN "/send-all", .params = &text_campaign_ref_type, .body = &text_send_all_type,
  .reply = &text_sent_all_type, .errors = ABSENT_OR_CONFLICT, .tag = TAG, .summary = "Send first texts without a click each.",
  .doc = "Only where the server's operator has set TEXT_SEND_ALL (409 send_all_off): texts sent by "
         "a machine need a consent that texts sent by a person do not need.",
};
const cc_op cc_op_list_campaign_texts = {
  .id = "listCampaignTexts", .method = CC_GET, .path = CAMPAIGN "/messages", .params = &text_campaign_ref_type, .query = &cc_page_query_type,
  .reply = &cc_text_message_type, .shape = CC_REPLY_LIST, .errors = ABSENT, .tag = TAG, .summary = "List all texts of a campaign, the newest first.",
};
const cc_op cc_op_get_campaign_text = {
  .id = "getCampaignText", .method = CC_GET, .path = "/v1/texts/{text_id}", .params = &text_ref_type, .reply = &cc_text_message_type,
  .errors = ABSENT, .tag = TAG, .summary = "Read a text of any campaign.",
};
const cc_op cc_op_receive_text = {
  .id = "receiveText", .method = CC_POST, .path = "/v1/texts/incoming", .body = &text_incoming_type, .reply = &cc_text_message_type,
  .creates = true, .location = &cc_op_get_campaign_text, .errors = CC_ERR_BIT(CC_ERR_CONFLICT), .tag = TAG, .summary = "A text came in.",
  .doc = "For the local outbox only; a carrier delivers received texts by itself (409 carrier_tells).",
};
const cc_op cc_op_list_my_text_campaigns = {
  .id = "listMyTextCampaigns", .method = CC_GET, .path = "/v1/text-campaigns/mine", .query = &text_campaign_filter_type,
  .reply = &cc_text_campaign_type, .shape = CC_REPLY_LIST, .tag = TAG, .summary = "List the campaigns in which I am a texter.",
};
const cc_op cc_op_join_text_campaign = {
  .id = "joinTextCampaign", .method = CC_POST, .path = "/v1/text-campaigns/join", .body = &cc_joining_type, .reply = &cc_text_campaign_type,
  .errors = CC_ERR_BIT(CC_ERR_CONFLICT), .tag = TAG, .summary = "Become a texter with a code.",
};
const cc_op cc_op_leave_text_campaign = {
  .id = "leaveTextCampaign", .method = CC_POST, .path = CAMPAIGN "/leave", .params = &text_campaign_ref_type, .errors = ABSENT_OR_CONFLICT,
  .tag = TAG, .summary = "Stop writing.", .doc = "Conversations without a first text return to the pool.",
};
const cc_op cc_op_claim_text_batch = {
  .id = "claimTextBatch", .method = CC_POST, .path = CAMPAIGN "/batches", .params = &text_campaign_ref_type, .reply = &text_batch_type,
  .errors = ABSENT_OR_CONFLICT, .tag = TAG, .summary = "Get people to write to.",
  .doc = "Fills my batch of first texts with people whose local time is within the hours. These conversations stay mine, also when answers arrive.",
};
const cc_op cc_op_list_my_conversations = {
  .id = "listMyConversations", .method = CC_GET, .path = CAMPAIGN "/conversations", .params = &text_campaign_ref_type,
  .query = &text_conversation_filter_type, .reply = &cc_text_conversation_type, .shape = CC_REPLY_LIST, .errors = ABSENT_OR_CONFLICT,
  .tag = TAG, .summary = "List my conversations.",
};
const cc_op cc_op_list_texts = {
  .id = "listTexts", .method = CC_GET, .path = TALK "/messages", .params = &text_conversation_ref_type, .query = &cc_page_query_type,
  .reply = &cc_text_message_type, .shape = CC_REPLY_LIST, .errors = ABSENT_OR_CONFLICT, .tag = TAG, .summary = "Read a conversation of mine.",
};
const cc_op cc_op_get_text = {
  .id = "getText", .method = CC_GET, .path = TALK "/messages/{message_id}", .params = &talk_message_ref_type, .reply = &cc_text_message_type,
  .errors = ABSENT_OR_CONFLICT, .tag = TAG, .summary = "Read a text of a conversation of mine.",
};
const cc_op cc_op_send_text = {
  .id = "sendText", .method = CC_POST, .path = TALK "/messages", .params = &text_conversation_ref_type, .body = &text_click_type,
  .reply = &cc_text_message_type, .creates = true, .location = &cc_op_get_text, .errors = ABSENT_OR_CONFLICT, .tag = TAG,
  .summary = "Send one text.",
  .doc = "409 field_empty: a field of the template has no value and no substitute. 409 quiet_hours: the person's local time is outside the hours. 409 opted_out: the person opted out; the conversation is closed.",
};
const cc_op cc_op_record_text = {
  .id = "recordText", .method = CC_POST, .path = TALK "/result", .params = &text_conversation_ref_type, .body = &text_result_type,
  .reply = &cc_text_conversation_type, .errors = ABSENT_OR_CONFLICT, .tag = TAG, .summary = "Record the result of a conversation.",
  .doc = "Adds a contact with all its effects. A final result closes the conversation; do_not_text does so without another text.",
};
const cc_op cc_op_close_conversation = {
  .id = "closeConversation", .method = CC_POST, .path = TALK "/close", .params = &text_conversation_ref_type,
  .reply = &cc_text_conversation_type, .errors = ABSENT_OR_CONFLICT, .tag = TAG, .summary = "End a conversation of mine.",
  .doc = "It opens again when they write.",
};
/* clang-format on */
