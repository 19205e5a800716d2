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
  "Template of the first text. It may contain the fields {first_name}, {last_name}, {city}, "      \
  "{precinct}, {organization} and {texter_first_name}. A substitute for a missing value follows "  \
  "a vertical bar: {first_name|neighbor}."

/* clang-format off */
static const cc_field text_reply_fields[] = {
  CC_STRING(cc_text_reply, title, .flags = CC_REQUIRED, .min = 1, .max = 100, .format = CC_FORMAT_NAME, .doc = "Title under which texters find the reply, such as the "
                                        "question that it answers.",
            .example = "\"Where do I vote?\""),
  CC_STRING(cc_text_reply, text, .flags = CC_NOT_BLANK | CC_REQUIRED, .min = 1, .max = 1600, .doc = "Text of the prepared reply. It may contain the fields "
                                        "of the template."),
};
static const cc_type text_reply_type = CC_TYPE(cc_text_reply, "TextReply", text_reply_fields, .doc = "A prepared reply.");

static const cc_field text_campaign_fields[] = {
  CC_INT64(cc_text_campaign, id, .flags = CC_READ_ONLY, .doc = "Id of the text campaign."),
  CC_INT64(cc_text_campaign, organization_id, .flags = CC_READ_ONLY, .doc = "Id of the organization."),
  CC_STRING(cc_text_campaign, name, .flags = CC_REQUIRED, .min = 1, .max = 200, .format = CC_FORMAT_NAME, .doc = "Name of the campaign.",
            .example = "\"Early voting\""),
  CC_OPT_INT64(cc_text_campaign, list_id, .flags = CC_REQUIRED | CC_NULLABLE, .min = 1, .max = INT64_MAX,
               .doc = "Id of the saved list. Its people at the time of creation get texts. It "
                      "cannot be changed; null when the list was deleted."),
  CC_OPT_INT64(cc_text_campaign, script_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Id of the script for the conversations; null: none."),
  CC_ENUM(cc_text_campaign, purpose, &cc_purpose_enum, .fallback = "\"campaign\"",
          .doc = "Purpose of the texts. People who opted out of texts for this purpose are left out."),
  CC_STRING(cc_text_campaign, template, .flags = CC_NOT_BLANK | CC_REQUIRED, .min = 1, .max = 1600, .doc = TEMPLATE_DOC,
            .example = "\"Hi {first_name}, this is {texter_first_name} with {organization}. Reply STOP to opt out.\""),
  CC_STRING(cc_text_campaign, encoding, .flags = CC_READ_ONLY, .max = 10, .format = CC_FORMAT_LINE,
            .doc = "Encoding of the first text: gsm7, or ucs2 when the template has a character "
                   "outside GSM-7. A segment has 160 characters in gsm7 (153 in a text of "
                   "several segments) and 70 (67) in ucs2.", .example = "\"gsm7\""),
  CC_INT64(cc_text_campaign, segments, .flags = CC_READ_ONLY, .doc = "Number of segments of the first text, estimated with "
                                        "names of usual length; at most 6. Carriers charge per "
                                        "segment."),
  CC_LIST(cc_text_campaign, replies, cc_text_reply, &text_reply_type, .max = 50, .fallback = "[]", .doc = "Prepared replies."),
  CC_INT64(cc_text_campaign, start_hour, .max = 23, .fallback = "9", .doc = "Hour of the day (0 to 23) from which texts are sent, in the person's local time."),
  CC_INT64(cc_text_campaign, stop_hour, .min = 1, .max = 24, .fallback = "21", .doc = "Hour of the day from which no texts are sent any more, in the person's local time."),
  CC_INT64(cc_text_campaign, batch_size, .min = 1, .max = 200, .fallback = "50", .doc = "Maximum number of unsent first texts that a texter has at once."),
  CC_ENUM(cc_text_campaign, state, &cc_dial_state_enum, .flags = CC_READ_ONLY,
          .doc = "State. filling: the audience is being created. After that it is draft, and openTextCampaign, pauseTextCampaign and closeTextCampaign change it."),
  CC_STRING(cc_text_campaign, code, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Code with which texters join (joinTextCampaign).", .example = "\"K7QF2MZX\""),
  CC_INT64(cc_text_campaign, audience_count, .flags = CC_READ_ONLY, .doc = "Number of telephone numbers in the audience."),
  CC_INT64(cc_text_campaign, duplicate_count, .flags = CC_READ_ONLY, .doc = "Number of people left out because another person has the same number."),
  CC_OPT_TIME(cc_text_campaign, opened_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When it was opened for the first time; null: not yet."),
  CC_OPT_TIME(cc_text_campaign, closed_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When it was closed; null: not closed."),
  CC_OPT_INT64(cc_text_campaign, created_by, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the account of the person who created the object."),
  CC_TIME(cc_text_campaign, created_at, .flags = CC_READ_ONLY, .doc = "When the object was created."),
  CC_TIME(cc_text_campaign, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_text_campaign, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_text_campaign_type = CC_TYPE(cc_text_campaign, "TextCampaign", text_campaign_fields, .doc = "A text campaign: the people who get texts, the first "
                                        "text, and its rules.");

CC_PATH_1(text_campaign_ref, "TextCampaignRef", text_campaign_id, "Id of the text campaign.");

static const cc_field text_campaign_filter_fields[] = {
  CC_ENUM(cc_phone_bank_filter, state, &cc_dial_state_enum, .doc = "Only objects in this state."),
  CC_PAGE_ROWS(cc_phone_bank_filter),
};
static const cc_type text_campaign_filter_type = CC_TYPE(cc_phone_bank_filter, "TextCampaignFilter", text_campaign_filter_fields);

static const cc_field text_preview_fields[] = {
  CC_STRING(cc_text_preview, template, .flags = CC_NOT_BLANK | CC_REQUIRED, .min = 1, .max = 1600, .doc = TEMPLATE_DOC, .example = "\"Hi {first_name}!\""),
  CC_STRING(cc_text_preview, text, .flags = CC_READ_ONLY, .max = 5000, .doc = "The template with its fields filled in with values of usual length."),
  CC_STRING(cc_text_preview, encoding, .flags = CC_READ_ONLY, .max = 10, .format = CC_FORMAT_LINE, .doc = "Encoding: gsm7 or ucs2.", .example = "\"gsm7\""),
  CC_INT64(cc_text_preview, units, .flags = CC_READ_ONLY, .doc = "Length as carriers count it. Some gsm7 characters count as two, and so do emoji in ucs2."),
  CC_INT64(cc_text_preview, segments, .flags = CC_READ_ONLY, .doc = "Number of segments. Carriers charge per segment."),
};
static const cc_type text_preview_type = CC_TYPE(cc_text_preview, "TextPreview", text_preview_fields, .doc = "A template with example values, and its length.");

static const cc_field text_counts_fields[] = {
  CC_INT64(cc_text_counts, text_campaign_id, .flags = CC_READ_ONLY, .doc = "Id of the text campaign."),
  CC_INT64(cc_text_counts, audience, .flags = CC_READ_ONLY, .doc = "Number of conversations, one per telephone number."),
  CC_INT64(cc_text_counts, needs_message, .flags = CC_READ_ONLY, .doc = "Number of conversations whose first text has not been sent."),
  CC_INT64(cc_text_counts, unassigned, .flags = CC_READ_ONLY, .doc = "Number of these conversations that have no texter."),
  CC_INT64(cc_text_counts, messaged, .flags = CC_READ_ONLY, .doc = "Number of conversations whose first text was sent and not answered."),
  CC_INT64(cc_text_counts, needs_response, .flags = CC_READ_ONLY, .doc = "Number of conversations in which the person wrote last and waits for an answer."),
  CC_INT64(cc_text_counts, convo, .flags = CC_READ_ONLY, .doc = "Number of conversations in which the campaign wrote last, after an answer."),
  CC_INT64(cc_text_counts, closed, .flags = CC_READ_ONLY, .doc = "Number of closed conversations."),
  CC_INT64(cc_text_counts, opted_out, .flags = CC_READ_ONLY, .doc = "Number of conversations that were closed by an opt-out."),
  CC_INT64(cc_text_counts, answered, .flags = CC_READ_ONLY, .doc = "Number of conversations with at least one answer."),
  CC_INT64(cc_text_counts, sent, .flags = CC_READ_ONLY, .doc = "Number of texts that a carrier has accepted."),
  CC_INT64(cc_text_counts, queued, .flags = CC_READ_ONLY, .doc = "Number of texts that wait to be passed to a carrier."),
  CC_INT64(cc_text_counts, failed, .flags = CC_READ_ONLY, .doc = "Number of texts that could not be sent."),
  CC_INT64(cc_text_counts, unknown, .flags = CC_READ_ONLY, .doc = "Number of texts for which it is not known whether they were sent. They are not sent again."),
  CC_INT64(cc_text_counts, segments, .flags = CC_READ_ONLY, .doc = "Number of segments of the texts that were sent."),
  CC_INT64(cc_text_counts, received, .flags = CC_READ_ONLY, .doc = "Number of texts received."),
  CC_INT64(cc_text_counts, texters, .flags = CC_READ_ONLY, .doc = "Number of texters who have joined and have not left."),
};
static const cc_type text_counts_type =
  CC_TYPE(cc_text_counts, "TextCounts", text_counts_fields, .doc = "Counts of a text campaign, all from the same moment.");

static const cc_field texter_fields[] = {
  CC_INT64(cc_texter, id, .flags = CC_READ_ONLY, .doc = "Id of the texter in this campaign."),
  CC_STRING(cc_texter, actor, .flags = CC_READ_ONLY, .max = 40, .format = CC_FORMAT_LINE, .doc = "The actor, such as user:7 or device:3.", .example = "\"user:7\""),
  CC_OPT_INT64(cc_texter, user_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the texter's account; null: a device or API token."),
  CC_STRING(cc_texter, name, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 250, .format = CC_FORMAT_LINE, .doc = "Name of the texter."),
  CC_TIME(cc_texter, joined_at, .flags = CC_READ_ONLY, .doc = "When the texter joined for the first time."),
  CC_TIME(cc_texter, last_active_at, .flags = CC_READ_ONLY, .doc = "When the texter was last active in this campaign."),
  CC_OPT_TIME(cc_texter, left_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the texter left or was removed; null: still taking part."),
  CC_INT64(cc_texter, open, .flags = CC_READ_ONLY, .doc = "Number of open conversations of the texter."),
  CC_INT64(cc_texter, needs_response, .flags = CC_READ_ONLY, .doc = "Number of these conversations in which the person wrote last."),
  CC_INT64(cc_texter, sent, .flags = CC_READ_ONLY, .doc = "Number of texts that the texter sent."),
};
static const cc_type texter_type = CC_TYPE(cc_texter, "Texter", texter_fields, .doc = "A texter of a text campaign.");

CC_PATH_2(texter_ref, "TexterRef", text_campaign_id, "Id of the text campaign.", texter_id, "Id of the texter.");

static const cc_field text_conversation_fields[] = {
  CC_INT64(cc_text_conversation, id, .flags = CC_READ_ONLY, .doc = "Id of the conversation."),
  CC_INT64(cc_text_conversation, text_campaign_id, .flags = CC_READ_ONLY, .doc = "Id of the text campaign."),
  CC_INT64(cc_text_conversation, voter_id, .flags = CC_READ_ONLY, .doc = "Id of the voter."),
  CC_OBJECT(cc_text_conversation, voter, cc_spoken_to, &cc_spoken_to_type, .flags = CC_READ_ONLY, .doc = "The voter."),
  CC_STRING(cc_text_conversation, phone, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_PHONE_USED, .doc = "Telephone number of the person."),
  CC_ENUM(cc_text_conversation, state, &cc_talk_state_enum, .flags = CC_READ_ONLY, .doc = "State. needs_message: the first text is not sent. "
                                        "messaged: sent, no answer yet. needs_response: the "
                                        "person wrote last. convo: the campaign wrote last. "
                                        "closed: ended."),
  CC_STRING(cc_text_conversation, closed_reason, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 40, .format = CC_FORMAT_LINE,
            .doc = "Reason for closing: opted_out, unusable_number, closed (by the texter or the campaign), or the disposition that ended it; null: open.", .example = "\"opted_out\""),
  CC_STRING(cc_text_conversation, texter_actor, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 40, .format = CC_FORMAT_LINE, .doc = "Actor who has the conversation, such as user:7; null: "
                                        "nobody.",
            .example = "\"user:7\""),
  CC_STRING(cc_text_conversation, draft, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 10000, .doc = "The first text as it will be sent; null when it has been sent."),
  CC_OPT_TIME(cc_text_conversation, assigned_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the conversation was assigned to its texter."),
  CC_OPT_TIME(cc_text_conversation, last_message_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the campaign last sent a text in the conversation."),
  CC_TIME(cc_text_conversation, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_text_conversation, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_text_conversation_type =
  CC_TYPE(cc_text_conversation, "TextConversation", text_conversation_fields, .doc = "A conversation: one telephone number in one text campaign.");

static const cc_field text_conversation_ref_fields[] = {
  CC_INT64(cc_text_conversation_ref, text_campaign_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the text campaign."),
  CC_INT64(cc_text_conversation_ref, conversation_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the conversation."),
};
static const cc_type text_conversation_ref_type =
  CC_TYPE(cc_text_conversation_ref, "TextConversationRef", text_conversation_ref_fields);

CC_PATH_1(text_ref, "TextMessageRef", text_id, "Id of the text message.");

typedef struct talk_message_ref {
  int64_t text_campaign_id;
  int64_t conversation_id;
  int64_t message_id;
} talk_message_ref;

static const cc_field talk_message_ref_fields[] = {
  CC_PATH_ROW_(talk_message_ref, text_campaign_id, "Id of the text campaign."),
  CC_PATH_ROW_(talk_message_ref, conversation_id, "Id of the conversation."),
  CC_PATH_ROW_(talk_message_ref, message_id, "Id of the text message."),
};
static const cc_type talk_message_ref_type = CC_TYPE(talk_message_ref, "TalkMessageRef", talk_message_ref_fields);

static const cc_field text_conversation_filter_fields[] = {
  CC_ENUM(cc_text_conversation_filter, state, &cc_talk_state_enum, .doc = "Only objects in this state."),
  CC_PAGE_ROWS(cc_text_conversation_filter),
};
static const cc_type text_conversation_filter_type =
  CC_TYPE(cc_text_conversation_filter, "TextConversationFilter", text_conversation_filter_fields);

static const cc_field text_batch_fields[] = {
  CC_INT64(cc_text_batch, id, .flags = CC_READ_ONLY, .doc = "Id of the text campaign."),
  CC_LIST(cc_text_batch, conversations, cc_text_conversation, &cc_text_conversation_type, .flags = CC_READ_ONLY, .max = 200,
          .doc = "Conversations whose first text you have to send."),
  CC_INT64(cc_text_batch, n_left, .flags = CC_READ_ONLY, .doc = "Number of further conversations that have no texter yet."),
};
static const cc_type text_batch_type = CC_TYPE(cc_text_batch, "TextBatch", text_batch_fields, .doc = "A batch of first texts for one texter.");

static const cc_field text_message_fields[] = {
  CC_INT64(cc_text_message, id, .flags = CC_READ_ONLY, .doc = "Id of the text message."),
  CC_OPT_INT64(cc_text_message, campaign_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the text campaign; null: received from a number that is in no campaign."),
  CC_OPT_INT64(cc_text_message, conversation_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the conversation; null: none."),
  CC_STRING(cc_text_message, phone, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_PHONE_USED, .doc = "Telephone number of the person."),
  CC_STRING(cc_text_message, direction, .flags = CC_READ_ONLY, .max = 3, .format = CC_FORMAT_LINE, .doc = "out: sent by the organization. in: received from the person.", .example = "\"out\""),
  CC_BOOL(cc_text_message, initial, .flags = CC_READ_ONLY, .doc = "True for the first text of a conversation."),
  CC_STRING(cc_text_message, body, .flags = CC_READ_ONLY, .max = 10000, .doc = "Text of the message."),
  CC_STRING(cc_text_message, encoding, .flags = CC_READ_ONLY, .max = 10, .format = CC_FORMAT_LINE, .doc = "Encoding: gsm7 or ucs2.", .example = "\"gsm7\""),
  CC_INT64(cc_text_message, segments, .flags = CC_READ_ONLY, .doc = "Number of segments. Carriers charge per segment."),
  CC_STRING(cc_text_message, state, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE,
            .doc = "State of a sent text: queued, sending, sent, delivered, error, or unknown (it may have been sent and is not sent again). A received text is received.", .example = "\"sent\""),
  CC_STRING(cc_text_message, error, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 100, .format = CC_FORMAT_LINE,
            .doc = "Reason why the text was not sent: opted_out, unusable_number, too_late, campaign_closed, worker_lost or the carrier's error code; null: none.",
            .example = "\"too_late\""),
  CC_STRING(cc_text_message, intent, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 10, .format = CC_FORMAT_LINE,
            .doc = "Intent of a received text. stop: an opt-out. start: consent again. unsure: perhaps an opt-out; the texter must decide. Null: none of these.", .example = "\"stop\""),
  CC_STRING(cc_text_message, actor, .flags = CC_READ_ONLY, .max = 40, .format = CC_FORMAT_LINE, .doc = "Actor who sent or recorded the text, such as user:7.", .example = "\"user:7\""),
  CC_OPT_TIME(cc_text_message, send_before, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Time after which the text is not sent, because it would "
                                        "arrive outside the allowed hours."),
  CC_TIME(cc_text_message, created_at, .flags = CC_READ_ONLY, .doc = "When the text was written or received."),
  CC_OPT_TIME(cc_text_message, sent_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When a carrier accepted the text; null: not accepted."),
};
const cc_type cc_text_message_type = CC_TYPE(cc_text_message, "TextMessage", text_message_fields, .doc = "A text message that was sent or received.");

static const cc_field text_click_fields[] = {
  CC_STRING(cc_text_click, client_id, .flags = CC_REQUIRED, .format = CC_FORMAT_UUID, .max = 36, .doc = CC_CLIENT_ID_DOC,
            .example = "\"3f1d9a52-7b0c-4e66-8a1f-52c0d7e9b814\""),
  CC_STRING(cc_text_click, text, .flags = CC_NOT_BLANK | CC_NULLABLE, .min = 1, .max = 1600,
            .doc = "Text of an answer. Leave it out for the first text, which is generated from the template."),
};
static const cc_type text_click_type = CC_TYPE(cc_text_click, "TextClick", text_click_fields, .doc = "A request to send one text.");

static const cc_field text_result_fields[] = {
  CC_STRING(cc_text_result, client_id, .flags = CC_REQUIRED, .format = CC_FORMAT_UUID, .max = 36, .doc = CC_CLIENT_ID_DOC,
            .example = "\"8c2e4f60-1d3b-4b9a-9e75-0f6a2c1d7b45\""),
  CC_TIME(cc_text_result, occurred_at, .flags = CC_REQUIRED, .doc = "Time of the result by the device's clock.", .example = "\"2026-11-28T15:04:05Z\""),
  CC_STRING(cc_text_result, disposition, .flags = CC_NULLABLE, .min = 1, .max = 40, .format = CC_FORMAT_LINE,
            .doc = "Code of the disposition, as listDispositions returns it. Send either `disposition` or `answers`, never both.", .example = "\"refused\""),
  CC_LIST(cc_text_result, answers, cc_contact_answer, &cc_contact_answer_type, .flags = CC_NULLABLE, .min = 1, .max = 200,
          .doc = "Answers to the questions of the script."),
  CC_STRING(cc_text_result, language, .flags = CC_NULLABLE, .max = 20, .format = CC_FORMAT_LINE, .doc = "Language code of the conversation, such as es."),
  CC_STRING(cc_text_result, note, .flags = CC_NULLABLE, .max = 2000, .doc = "Note for the organization."),
};
static const cc_type text_result_type = CC_TYPE(cc_text_result, "TextResult", text_result_fields, .doc = "Result of a conversation.");

static const cc_field text_send_all_fields[] = {
  CC_INT64(cc_text_send_all, most, .min = 1, .max = 1000, .fallback = "500", .doc = "Maximum number of texts to queue with this request."),
};
static const cc_type text_send_all_type = CC_TYPE(cc_text_send_all, "TextSendAll", text_send_all_fields, .doc = "A request to send many first texts.");

static const cc_field text_sent_all_fields[] = {
  CC_INT64(cc_text_sent_all, id, .flags = CC_READ_ONLY, .doc = "Id of the text campaign."),
  CC_INT64(cc_text_sent_all, queued, .flags = CC_READ_ONLY, .doc = "Number of texts queued by this request."),
  CC_INT64(cc_text_sent_all, n_left, .flags = CC_READ_ONLY, .doc = "Number of conversations that still have neither a first text nor a texter."),
};
static const cc_type text_sent_all_type = CC_TYPE(cc_text_sent_all, "TextSentAll", text_sent_all_fields, .doc = "Result of sending many first texts.");

static const cc_field text_reassignment_fields[] = {
  CC_INT64(cc_text_reassignment, from_texter_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the texter whose conversations are moved."),
  CC_OPT_INT64(cc_text_reassignment, to_texter_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX,
               .doc = "Id of the texter who gets the conversations. Left out: only conversations without a first text are moved, back to the pool."),
};
static const cc_type text_reassignment_type =
  CC_TYPE(cc_text_reassignment, "TextReassignment", text_reassignment_fields, .doc = "A request to move conversations to another texter.");

static const cc_field text_reassigned_fields[] = {
  CC_INT64(cc_text_reassigned, id, .flags = CC_READ_ONLY, .doc = "Id of the text campaign."),
  CC_INT64(cc_text_reassigned, moved, .flags = CC_READ_ONLY, .doc = "Number of conversations that moved."),
};
static const cc_type text_reassigned_type = CC_TYPE(cc_text_reassigned, "TextReassigned", text_reassigned_fields, .doc = "Result of moving conversations.");

static const cc_field text_incoming_fields[] = {
  CC_STRING(cc_text_incoming, from, .flags = CC_REQUIRED, .max = 20, .format = CC_FORMAT_PHONE_USED, .doc = "Telephone number of the sender.",
            .example = "\"+16175550101\""),
  CC_STRING(cc_text_incoming, text, .flags = CC_REQUIRED, .max = 1600, .doc = "Text of the message.", .example = "\"Who is this?\""),
  CC_STRING(cc_text_incoming, provider_id, .flags = CC_NULLABLE, .min = 1, .max = 100, .format = CC_FORMAT_LINE,
            .doc = "The carrier's id of the text. A text with an id that was received before is not stored again."),
};
static const cc_type text_incoming_type = CC_TYPE(cc_text_incoming, "TextIncoming", text_incoming_fields, .doc = "A text that was received.");

#define ABSENT CC_ERR_BIT(CC_ERR_NOT_FOUND)
#define ABSENT_OR_CONFLICT (ABSENT | CC_ERR_BIT(CC_ERR_CONFLICT))
#define CAMPAIGN "/v1/text-campaigns/{text_campaign_id}"
#define TALK CAMPAIGN "/conversations/{conversation_id}"
#define TAG "Text campaigns"

const cc_op cc_op_create_text_campaign = {
  .id = "createTextCampaign", .method = CC_POST, .path = "/v1/text-campaigns", .body = &cc_text_campaign_type, .reply = &cc_text_campaign_type,
  .creates = true, .location = &cc_op_get_text_campaign, .tag = TAG, .summary = "Create a text campaign from a saved list.",
  .doc = "The audience is created in the background, with each telephone number once; until then "
         "the state is filling. People who opted out or have no number that can receive texts "
         "are left out.",
};
const cc_op cc_op_list_text_campaigns = {
  .id = "listTextCampaigns", .method = CC_GET, .path = "/v1/text-campaigns", .query = &text_campaign_filter_type, .reply = &cc_text_campaign_type,
  .shape = CC_REPLY_LIST, .tag = TAG, .summary = "List text campaigns, the newest first.",
};
const cc_op cc_op_preview_text = {
  .id = "previewText", .method = CC_POST, .path = "/v1/text-campaigns/preview", .body = &text_preview_type, .reply = &text_preview_type,
  .tag = TAG, .summary = "Preview a template with example values and its number of segments.",
};
const cc_op cc_op_get_text_campaign = {
  .id = "getTextCampaign", .method = CC_GET, .path = CAMPAIGN, .params = &text_campaign_ref_type, .reply = &cc_text_campaign_type,
  .errors = ABSENT, .tag = TAG, .summary = "Read a text campaign.",
};
const cc_op cc_op_update_text_campaign = {
  .id = "updateTextCampaign", .method = CC_PATCH, .path = CAMPAIGN, .params = &text_campaign_ref_type, .body = &cc_text_campaign_type,
  .reply = &cc_text_campaign_type, .errors = ABSENT_OR_CONFLICT | CC_ERR_BIT(CC_ERR_PRECONDITION), .tag = TAG,
  .summary = "Change a text campaign.", .doc = "A merge-patch: members that are left out do not change. "
                                        "The list cannot be changed (409 list_fixed), and a "
                                        "closed campaign cannot be changed (409 closed).",
};
const cc_op cc_op_open_text_campaign = {
  .id = "openTextCampaign", .method = CC_POST, .path = CAMPAIGN "/open", .params = &text_campaign_ref_type, .reply = &cc_text_campaign_type,
  .errors = ABSENT_OR_CONFLICT, .tag = TAG, .summary = "Open a text campaign, or resume it after a pause.",
};
const cc_op cc_op_pause_text_campaign = {
  .id = "pauseTextCampaign", .method = CC_POST, .path = CAMPAIGN "/pause", .params = &text_campaign_ref_type, .reply = &cc_text_campaign_type,
  .errors = ABSENT_OR_CONFLICT, .tag = TAG, .summary = "Pause a text campaign.", .doc = "No texts are sent during the pause; queued texts wait.",
};
const cc_op cc_op_close_text_campaign = {
  .id = "closeTextCampaign", .method = CC_POST, .path = CAMPAIGN "/close", .params = &text_campaign_ref_type, .reply = &cc_text_campaign_type,
  .errors = ABSENT, .tag = TAG, .summary = "Close a text campaign permanently.", .doc = "Texts that are still queued are not sent.",
};
const cc_op cc_op_get_text_counts = {
  .id = "getTextCounts", .method = CC_GET, .path = CAMPAIGN "/counts", .params = &text_campaign_ref_type, .reply = &text_counts_type,
  .errors = ABSENT, .tag = TAG, .summary = "Read the counts of a text campaign.",
};
const cc_op cc_op_list_texters = {
  .id = "listTexters", .method = CC_GET, .path = CAMPAIGN "/texters", .params = &text_campaign_ref_type, .query = &cc_page_query_type,
  .reply = &texter_type, .shape = CC_REPLY_LIST, .errors = ABSENT, .tag = TAG, .summary = "List the texters of a text campaign.",
};
const cc_op cc_op_get_texter = {
  .id = "getTexter", .method = CC_GET, .path = CAMPAIGN "/texters/{texter_id}", .params = &texter_ref_type, .reply = &texter_type,
  .errors = ABSENT, .tag = TAG, .summary = "Read a texter.",
};
const cc_op cc_op_add_texter = {
  .id = "addTexter", .method = CC_POST, .path = CAMPAIGN "/texters", .params = &text_campaign_ref_type, .body = &cc_assigned_type,
  .reply = &texter_type, .creates = true, .location = &cc_op_get_texter, .errors = ABSENT_OR_CONFLICT, .tag = TAG, .summary = "Add a member to a text campaign as texter.",
};
const cc_op cc_op_remove_texter = {
  .id = "removeTexter", .method = CC_DELETE, .path = CAMPAIGN "/texters/{texter_id}", .params = &texter_ref_type, .errors = ABSENT, .tag = TAG,
  .summary = "Remove a texter from a text campaign.", .doc = "Conversations without a first text return to the pool. The others stay with the removed texter until reassignTexts moves them.",
};
const cc_op cc_op_reassign_texts = {
  .id = "reassignTexts", .method = CC_POST, .path = CAMPAIGN "/reassign", .params = &text_campaign_ref_type, .body = &text_reassignment_type,
  .reply = &text_reassigned_type, .errors = ABSENT, .tag = TAG, .summary = "Move a texter's conversations to another texter.",
};
const cc_op cc_op_send_all_texts = {
  .id = "sendAllTexts", .method = CC_POST, .path = CAMPAIGN "/send-all", .params = &text_campaign_ref_type, .body = &text_send_all_type,
  .reply = &text_sent_all_type, .errors = ABSENT_OR_CONFLICT, .tag = TAG, .summary = "Send many first texts at once.",
  .doc = "Available only when the server's setting TEXT_SEND_ALL is on (otherwise 409 "
         "send_all_off), because the law may require consent for automated texts that it does "
         "not require for texts sent one by one.",
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
  .creates = true, .location = &cc_op_get_campaign_text, .errors = CC_ERR_BIT(CC_ERR_CONFLICT), .tag = TAG, .summary = "Record a received text.",
  .doc = "Only for servers that use the local outbox. With a carrier this operation is 409 carrier_tells, because the carrier delivers received texts itself.",
};
const cc_op cc_op_list_my_text_campaigns = {
  .id = "listMyTextCampaigns", .method = CC_GET, .path = "/v1/text-campaigns/mine", .query = &text_campaign_filter_type,
  .reply = &cc_text_campaign_type, .shape = CC_REPLY_LIST, .tag = TAG, .summary = "List the text campaigns in which you are a texter.",
};
const cc_op cc_op_join_text_campaign = {
  .id = "joinTextCampaign", .method = CC_POST, .path = "/v1/text-campaigns/join", .body = &cc_joining_type, .reply = &cc_text_campaign_type,
  .errors = CC_ERR_BIT(CC_ERR_CONFLICT), .tag = TAG, .summary = "Join a text campaign with its code.",
};
const cc_op cc_op_leave_text_campaign = {
  .id = "leaveTextCampaign", .method = CC_POST, .path = CAMPAIGN "/leave", .params = &text_campaign_ref_type, .errors = ABSENT_OR_CONFLICT,
  .tag = TAG, .summary = "Leave a text campaign.", .doc = "Conversations without a first text return to the pool.",
};
const cc_op cc_op_claim_text_batch = {
  .id = "claimTextBatch", .method = CC_POST, .path = CAMPAIGN "/batches", .params = &text_campaign_ref_type, .reply = &text_batch_type,
  .errors = ABSENT_OR_CONFLICT, .tag = TAG, .summary = "Get a batch of conversations to start.",
  .doc = "Fills your batch of first texts with people whose local time is within the hours. These conversations stay assigned to you, also when answers arrive.",
};
const cc_op cc_op_list_my_conversations = {
  .id = "listMyConversations", .method = CC_GET, .path = CAMPAIGN "/conversations", .params = &text_campaign_ref_type,
  .query = &text_conversation_filter_type, .reply = &cc_text_conversation_type, .shape = CC_REPLY_LIST, .errors = ABSENT_OR_CONFLICT,
  .tag = TAG, .summary = "List your conversations.",
};
const cc_op cc_op_list_texts = {
  .id = "listTexts", .method = CC_GET, .path = TALK "/messages", .params = &text_conversation_ref_type, .query = &cc_page_query_type,
  .reply = &cc_text_message_type, .shape = CC_REPLY_LIST, .errors = ABSENT_OR_CONFLICT, .tag = TAG, .summary = "Read one of your conversations.",
};
const cc_op cc_op_get_text = {
  .id = "getText", .method = CC_GET, .path = TALK "/messages/{message_id}", .params = &talk_message_ref_type, .reply = &cc_text_message_type,
  .errors = ABSENT_OR_CONFLICT, .tag = TAG, .summary = "Read a text of one of your conversations.",
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
  .doc = "Records a contact with all its effects. A final disposition closes the conversation. do_not_text closes it, too; no further text is sent.",
};
const cc_op cc_op_close_conversation = {
  .id = "closeConversation", .method = CC_POST, .path = TALK "/close", .params = &text_conversation_ref_type,
  .reply = &cc_text_conversation_type, .errors = ABSENT_OR_CONFLICT, .tag = TAG, .summary = "Close one of your conversations.",
  .doc = "The conversation opens again when the person writes.",
};
/* clang-format on */
