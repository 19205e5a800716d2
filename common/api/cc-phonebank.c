/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-phonebank.h"

static const char *const state_names[] = {"filling", "draft", "open", "paused", "closed"};
const cc_enum cc_dial_state_enum = {state_names, CC_N(state_names)};

static const char *const purpose_names[] = {"campaign", "fundraising", "volunteer"};
const cc_enum cc_purpose_enum = {purpose_names, CC_N(purpose_names)};

/* clang-format off */
static const cc_field phone_bank_fields[] = {
  CC_INT64(cc_phone_bank, id, .flags = CC_READ_ONLY, .doc = "Number of the phone bank."),
  CC_INT64(cc_phone_bank, organization_id, .flags = CC_READ_ONLY, .doc = "Organization that calls."),
  CC_STRING(cc_phone_bank, name, .flags = CC_REQUIRED, .min = 1, .max = 200, .format = CC_FORMAT_NAME, .doc = "Name of the phone bank.",
            .example = "\"Saturday calls\""),
  CC_OPT_INT64(cc_phone_bank, list_id, .flags = CC_REQUIRED | CC_NULLABLE, .min = 1, .max = INT64_MAX,
               .doc = "Saved list whose people are called, as of the creation of the phone bank. Cannot be "
                      "changed; null once the list was deleted."),
  CC_OPT_INT64(cc_phone_bank, script_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Script of the calls."),
  CC_ENUM(cc_phone_bank, purpose, &cc_purpose_enum, .fallback = "\"campaign\"",
          .doc = "Purpose: people who opted out of calls for it are left out."),
  CC_INT64(cc_phone_bank, start_hour, .max = 23, .fallback = "9", .doc = "First hour of calls, in the local time of the person."),
  CC_INT64(cc_phone_bank, stop_hour, .min = 1, .max = 24, .fallback = "21", .doc = "Hour in which no call is made any more."),
  CC_INT64(cc_phone_bank, cool_down_minutes, .max = 43200, .fallback = "240", .doc = "Least time between two tries of one person."),
  CC_INT64(cc_phone_bank, max_attempts, .min = 1, .max = 20, .fallback = "3", .doc = "Tries after which a person is left alone."),
  CC_INT64(cc_phone_bank, lease_minutes, .min = 1, .max = 120, .fallback = "15",
           .doc = "Time for which a person is assigned to a caller without a result."),
  CC_ENUM(cc_phone_bank, state, &cc_dial_state_enum, .flags = CC_READ_ONLY,
          .doc = "Filling until the queue is made; then changed by openPhoneBank, pausePhoneBank and closePhoneBank."),
  CC_STRING(cc_phone_bank, code, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Code with which members and devices join; null: none.", .example = "\"K7QF2MZX\""),
  CC_INT64(cc_phone_bank, target_count, .flags = CC_READ_ONLY, .doc = "People in the queue."),
  CC_OPT_TIME(cc_phone_bank, opened_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When it was opened for the first time; null: not yet."),
  CC_OPT_TIME(cc_phone_bank, closed_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When it was closed; null: not closed."),
  CC_OPT_INT64(cc_phone_bank, created_by, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the account of the person who created the object."),
  CC_TIME(cc_phone_bank, created_at, .flags = CC_READ_ONLY, .doc = "When the object was created."),
  CC_TIME(cc_phone_bank, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_phone_bank, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_phone_bank_type = CC_TYPE(cc_phone_bank, "PhoneBank", phone_bank_fields, .doc = "People to be called, and how.");

CC_PATH_1(phone_bank_ref, "PhoneBankRef", phone_bank_id, "Number of the phone bank.");

static const cc_field phone_bank_filter_fields[] = {
  CC_ENUM(cc_phone_bank_filter, state, &cc_dial_state_enum, .doc = "Only objects in this state."),
  CC_PAGE_ROWS(cc_phone_bank_filter),
};
static const cc_type phone_bank_filter_type = CC_TYPE(cc_phone_bank_filter, "PhoneBankFilter", phone_bank_filter_fields);

static const cc_field phone_bank_counts_fields[] = {
  CC_INT64(cc_phone_bank_counts, phone_bank_id, .flags = CC_READ_ONLY, .doc = "Number of the phone bank."),
  CC_INT64(cc_phone_bank_counts, targets, .flags = CC_READ_ONLY, .doc = "People in the queue."),
  CC_INT64(cc_phone_bank_counts, waiting, .flags = CC_READ_ONLY, .doc = "People still to be called."),
  CC_INT64(cc_phone_bank_counts, call_backs, .flags = CC_READ_ONLY, .doc = "Those of them who asked for a call at a certain time."),
  CC_INT64(cc_phone_bank_counts, done, .flags = CC_READ_ONLY, .doc = "People who need no further call."),
  CC_INT64(cc_phone_bank_counts, left_out, .flags = CC_READ_ONLY, .doc = "People without a number or with an opt-out when their turn came."),
  CC_INT64(cc_phone_bank_counts, called, .flags = CC_READ_ONLY, .doc = "People who were called at least once."),
  CC_INT64(cc_phone_bank_counts, attempts, .flags = CC_READ_ONLY, .doc = "Calls with a result, without those that were undone."),
  CC_INT64(cc_phone_bank_counts, reached, .flags = CC_READ_ONLY, .doc = "Calls in which a person was reached."),
  CC_DOUBLE(cc_phone_bank_counts, contact_rate, .flags = CC_READ_ONLY, .doc = "reached divided by attempts; 0 without any."),
  CC_INT64(cc_phone_bank_counts, callers, .flags = CC_READ_ONLY, .doc = "Callers who have joined and not left."),
  CC_INT64(cc_phone_bank_counts, callers_active, .flags = CC_READ_ONLY, .doc = "Callers who were active in the last ten minutes."),
  CC_INT64(cc_phone_bank_counts, on_call, .flags = CC_READ_ONLY, .doc = "People who are assigned to a caller now."),
  CC_JSON(cc_phone_bank_counts, by_result, .flags = CC_READ_ONLY, .doc = "How many calls had each result.", .example = "{\"no_answer\": 3}"),
};
static const cc_type phone_bank_counts_type =
  CC_TYPE(cc_phone_bank_counts, "PhoneBankCounts", phone_bank_counts_fields, .doc = "How far a phone bank is: all at one moment.");

static const cc_field phone_bank_caller_fields[] = {
  CC_INT64(cc_phone_bank_caller, id, .flags = CC_READ_ONLY, .doc = "Number of the caller in this phone bank."),
  CC_STRING(cc_phone_bank_caller, actor, .flags = CC_READ_ONLY, .max = 40, .format = CC_FORMAT_LINE, .doc = "The actor, such as user:7 or device:3.",
            .example = "\"user:7\""),
  CC_OPT_INT64(cc_phone_bank_caller, user_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Account of the caller; null: a device or token."),
  CC_STRING(cc_phone_bank_caller, name, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 250, .format = CC_FORMAT_LINE, .doc = "Name of the caller."),
  CC_TIME(cc_phone_bank_caller, joined_at, .flags = CC_READ_ONLY, .doc = "When the caller joined first."),
  CC_TIME(cc_phone_bank_caller, last_active_at, .flags = CC_READ_ONLY, .doc = "When the caller last did something here."),
  CC_OPT_TIME(cc_phone_bank_caller, left_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the caller left or was removed."),
  CC_INT64(cc_phone_bank_caller, attempts, .flags = CC_READ_ONLY, .doc = "Calls with a result."),
  CC_INT64(cc_phone_bank_caller, reached, .flags = CC_READ_ONLY, .doc = "Calls in which a person was reached."),
};
static const cc_type phone_bank_caller_type =
  CC_TYPE(cc_phone_bank_caller, "PhoneBankCaller", phone_bank_caller_fields, .doc = "A caller.");

CC_PATH_2(phone_bank_caller_ref, "PhoneBankCallerRef",
          phone_bank_id, "Number of the phone bank.",
          caller_id, "Number of the caller.");

static const cc_field assigned_fields[] = {
  CC_INT64(cc_assigned, user_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Account of a member."),
};
const cc_type cc_assigned_type = CC_TYPE(cc_assigned, "Assigned", assigned_fields, .doc = "A member to add as caller.");

static const cc_field joining_fields[] = {
  CC_STRING(cc_joining, code, .flags = CC_REQUIRED, .min = 1, .max = 20, .format = CC_FORMAT_LINE,
            .doc = "The joining code; case, blanks and hyphens are ignored.", .example = "\"K7QF 2MZX\""),
};
const cc_type cc_joining_type = CC_TYPE(cc_joining, "Joining", joining_fields, .doc = "Taking part with a code.");

static const cc_field spoken_to_fields[] = {
  CC_INT64(cc_spoken_to, id, .flags = CC_READ_ONLY, .doc = "Number of the person."),
  CC_STRING(cc_spoken_to, first_name, .flags = CC_READ_ONLY, .format = CC_FORMAT_LINE, .doc = "First name."),
  CC_STRING(cc_spoken_to, last_name, .flags = CC_READ_ONLY, .format = CC_FORMAT_LINE, .doc = "Last name."),
  CC_STRING(cc_spoken_to, city, .flags = CC_READ_ONLY | CC_NULLABLE, .format = CC_FORMAT_LINE, .doc = "Where the person lives."),
  CC_STRING(cc_spoken_to, precinct, .flags = CC_READ_ONLY | CC_NULLABLE, .format = CC_FORMAT_LINE, .doc = "Precinct of the person."),
  CC_STRING(cc_spoken_to, party, .flags = CC_READ_ONLY | CC_NULLABLE, .format = CC_FORMAT_LINE, .doc = "Party of the person's registration."),
  CC_OPT_INT64(cc_spoken_to, birth_year, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Year of birth."),
  CC_OPT_INT64(cc_spoken_to, support_level, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "1 strong support to 5 strong opposition, as last heard."),
};
const cc_type cc_spoken_to_type = CC_TYPE(cc_spoken_to, "SpokenTo", spoken_to_fields, .doc = "The data of a person for callers and texters.");

static const cc_field phone_call_fields[] = {
  CC_INT64(cc_phone_call, id, .flags = CC_READ_ONLY, .doc = "Number of the call."),
  CC_INT64(cc_phone_call, phone_bank_id, .flags = CC_READ_ONLY, .doc = "Phone bank of the call."),
  CC_INT64(cc_phone_call, voter_id, .flags = CC_READ_ONLY, .doc = "Person to call."),
  CC_OBJECT(cc_phone_call, voter, cc_spoken_to, &cc_spoken_to_type, .flags = CC_READ_ONLY, .doc = "The person."),
  CC_STRING(cc_phone_call, phone, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_PHONE_USED, .doc = "Number to dial."),
  CC_INT64(cc_phone_call, attempts, .flags = CC_READ_ONLY, .doc = "How often the person was tried in this phone bank."),
  CC_TIME(cc_phone_call, claimed_at, .flags = CC_READ_ONLY, .doc = "When the caller got it."),
  CC_TIME(cc_phone_call, lease_until, .flags = CC_READ_ONLY, .doc = "After this time the person may be assigned to another caller."),
  CC_OPT_TIME(cc_phone_call, ended_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Time of the end; null: not ended."),
  CC_STRING(cc_phone_call, ended, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 20, .format = CC_FORMAT_LINE, .doc = "How it ended: result, released or expired.",
            .example = "\"result\""),
  CC_STRING(cc_phone_call, disposition, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 40, .format = CC_FORMAT_LINE, .doc = "Code of the result.",
            .example = "\"no_answer\""),
  CC_BOOL(cc_phone_call, answered, .flags = CC_READ_ONLY, .doc = "Questions of the script were answered."),
  CC_OPT_INT64(cc_phone_call, contact_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Number of the resulting contact."),
  CC_OPT_TIME(cc_phone_call, call_back_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When this caller is to call the person again."),
  CC_OPT_INT64(cc_phone_call, script_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Script of the phone bank, for getScript; null: none."),
  CC_STRING(cc_phone_call, address, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 200, .format = CC_FORMAT_LINE,
            .doc = "Address of the person while the call is open; null for a confidential person.", .example = "\"12 Canal Pk\""),
  CC_STRINGS(cc_phone_call, household, .flags = CC_READ_ONLY, .max = 20, .example = "[\"Luis Medina\"]",
             .doc = "Names of the people in the household while the call is open; none when one of them is confidential."),
};
const cc_type cc_phone_call_type = CC_TYPE(cc_phone_call, "PhoneCall", phone_call_fields, .doc = "A person in the hands of a caller.");

CC_PATH_2(phone_call_ref, "PhoneCallRef", phone_bank_id, "Number of the phone bank.", call_id, "Number of the call.");

static const cc_field call_result_fields[] = {
  CC_STRING(cc_call_result, client_id, .flags = CC_REQUIRED, .format = CC_FORMAT_UUID, .max = 36,
            .doc = "UUID made on the device for this one result. Sent again it changes nothing.",
            .example = "\"0b9a5f4e-3c1d-4a7e-9f52-6d1c8e7b2a33\""),
  CC_TIME(cc_call_result, occurred_at, .flags = CC_REQUIRED, .doc = "When the call ended, by the device's clock.", .example = "\"2026-11-28T15:04:05Z\""),
  CC_STRING(cc_call_result, disposition, .flags = CC_NULLABLE, .min = 1, .max = 40, .format = CC_FORMAT_LINE,
            .doc = "Code of the disposition, as listDispositions returns it. Send either `disposition` or `answers`, never both.", .example = "\"no_answer\""),
  CC_LIST(cc_call_result, answers, cc_contact_answer, &cc_contact_answer_type, .flags = CC_NULLABLE, .min = 1, .max = 200,
          .doc = "Answers to the script; they mean that the person was reached."),
  CC_STRING(cc_call_result, phone, .flags = CC_NULLABLE, .max = 20, .format = CC_FORMAT_PHONE_USED,
            .doc = "The dialled number of the person, when it was another one than the offered number."),
  CC_OPT_TIME(cc_call_result, call_back_at, .flags = CC_NULLABLE, CC_YEARS,
              .doc = "With the result call_back: when the person wants to be called, within the hours of the phone bank."),
  CC_STRING(cc_call_result, language, .flags = CC_NULLABLE, .max = 20, .format = CC_FORMAT_LINE, .doc = "Language code of the conversation, such as es."),
  CC_STRING(cc_call_result, note, .flags = CC_NULLABLE, .max = 2000, .doc = "Note for the organization."),
};
const cc_type cc_call_result_type = CC_TYPE(cc_call_result, "CallResult", call_result_fields, .doc = "Result of a call.");

#define ABSENT CC_ERR_BIT(CC_ERR_NOT_FOUND)
#define ABSENT_OR_CONFLICT (ABSENT | CC_ERR_BIT(CC_ERR_CONFLICT))
#define BANK "/v1/phone-banks/{phone_bank_id}"
#define CALL BANK "/calls/{call_id}"

const cc_op cc_op_create_phone_bank = {
  .id = "createPhoneBank", .method = CC_POST, .path = "/v1/phone-banks", .body = &cc_phone_bank_type, .reply = &cc_phone_bank_type,
  .creates = true, .location = &cc_op_get_phone_bank, .tag = "Phone banks", .summary = "Make a phone bank from a saved list.",
  .doc = "Its queue is made in the background; until then state is filling. People who opted out or have no usable number are left out.",
};
const cc_op cc_op_list_phone_banks = {
  .id = "listPhoneBanks", .method = CC_GET, .path = "/v1/phone-banks", .query = &phone_bank_filter_type, .reply = &cc_phone_bank_type,
  .shape = CC_REPLY_LIST, .tag = "Phone banks", .summary = "List phone banks, the newest first.",
};
const cc_op cc_op_get_phone_bank = {
  .id = "getPhoneBank", .method = CC_GET, .path = BANK, .params = &phone_bank_ref_type, .reply = &cc_phone_bank_type, .errors = ABSENT,
  .tag = "Phone banks", .summary = "Read a phone bank.",
};
const cc_op cc_op_update_phone_bank = {
  .id = "updatePhoneBank", .method = CC_PATCH, .path = BANK, .params = &phone_bank_ref_type, .body = &cc_phone_bank_type,
  .reply = &cc_phone_bank_type, .errors = ABSENT_OR_CONFLICT | CC_ERR_BIT(CC_ERR_PRECONDITION), .tag = "Phone banks",
  .summary = "Change a phone bank.", .doc = "A merge-patch. The list cannot be changed (409 list_fixed), nor can a closed phone bank (409 closed).",
};
const cc_op cc_op_open_phone_bank = {
  .id = "openPhoneBank", .method = CC_POST, .path = BANK "/open", .params = &phone_bank_ref_type, .reply = &cc_phone_bank_type,
  .errors = ABSENT_OR_CONFLICT, .tag = "Phone banks", .summary = "Let callers begin, or go on.",
};
const cc_op cc_op_pause_phone_bank = {
  .id = "pausePhoneBank", .method = CC_POST, .path = BANK "/pause", .params = &phone_bank_ref_type, .reply = &cc_phone_bank_type,
  .errors = ABSENT_OR_CONFLICT, .tag = "Phone banks", .summary = "Assign no further people for now.", .doc = "Open calls can be finished.",
};
const cc_op cc_op_close_phone_bank = {
  .id = "closePhoneBank", .method = CC_POST, .path = BANK "/close", .params = &phone_bank_ref_type, .reply = &cc_phone_bank_type,
  .errors = ABSENT_OR_CONFLICT, .tag = "Phone banks", .summary = "End a phone bank permanently.", .doc = "Open calls can be finished.",
};
const cc_op cc_op_get_phone_bank_counts = {
  .id = "getPhoneBankCounts", .method = CC_GET, .path = BANK "/counts", .params = &phone_bank_ref_type, .reply = &phone_bank_counts_type,
  .errors = ABSENT, .tag = "Phone banks", .summary = "How far a phone bank is.",
};
const cc_op cc_op_list_phone_bank_callers = {
  .id = "listPhoneBankCallers", .method = CC_GET, .path = BANK "/callers", .params = &phone_bank_ref_type, .query = &cc_page_query_type,
  .reply = &phone_bank_caller_type, .shape = CC_REPLY_LIST, .errors = ABSENT, .tag = "Phone banks", .summary = "List callers.",
};
const cc_op cc_op_get_phone_bank_caller = {
  .id = "getPhoneBankCaller", .method = CC_GET, .path = BANK "/callers/{caller_id}", .params = &phone_bank_caller_ref_type,
  .reply = &phone_bank_caller_type, .errors = ABSENT, .tag = "Phone banks", .summary = "Read a caller.",
};
const cc_op cc_op_add_phone_bank_caller = {
  .id = "addPhoneBankCaller", .method = CC_POST, .path = BANK "/callers", .params = &phone_bank_ref_type, .body = &cc_assigned_type,
  .reply = &phone_bank_caller_type, .creates = true, .location = &cc_op_get_phone_bank_caller, .errors = ABSENT_OR_CONFLICT, .tag = "Phone banks", .summary = "Make a member a caller.",
};
const cc_op cc_op_remove_phone_bank_caller = {
  .id = "removePhoneBankCaller", .method = CC_DELETE, .path = BANK "/callers/{caller_id}", .params = &phone_bank_caller_ref_type,
  .errors = ABSENT, .tag = "Phone banks", .summary = "Take a caller out.", .doc = "The caller's person returns to the queue at once.",
};
const cc_op cc_op_list_my_phone_banks = {
  .id = "listMyPhoneBanks", .method = CC_GET, .path = "/v1/phone-banks/mine", .query = &phone_bank_filter_type, .reply = &cc_phone_bank_type,
  .shape = CC_REPLY_LIST, .tag = "Phone banks", .summary = "List the phone banks in which I am a caller.",
};
const cc_op cc_op_join_phone_bank = {
  .id = "joinPhoneBank", .method = CC_POST, .path = "/v1/phone-banks/join", .body = &cc_joining_type, .reply = &cc_phone_bank_type,
  .errors = CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Phone banks", .summary = "Become a caller with a code.",
};
const cc_op cc_op_leave_phone_bank = {
  .id = "leavePhoneBank", .method = CC_POST, .path = BANK "/leave", .params = &phone_bank_ref_type, .errors = ABSENT_OR_CONFLICT,
  .tag = "Phone banks", .summary = "Stop calling.", .doc = "My person returns to the queue at once.",
};
const cc_op cc_op_get_call = {
  .id = "getCall", .method = CC_GET, .path = CALL, .params = &phone_call_ref_type, .reply = &cc_phone_call_type, .errors = ABSENT_OR_CONFLICT,
  .tag = "Phone banks", .summary = "Read a call of mine.",
};
const cc_op cc_op_claim_call = {
  .id = "claimCall", .method = CC_POST, .path = BANK "/calls", .params = &phone_bank_ref_type, .reply = &cc_phone_call_type, .creates = true,
  .location = &cc_op_get_call,
  .errors = ABSENT_OR_CONFLICT, .tag = "Phone banks", .summary = "Get the next person to call.",
  .doc = "Returns my open call, otherwise the next person: call-backs that are due, mine first; "
         "then people without an attempt; then the oldest attempt. No person is assigned to two "
         "callers, in any phone banks of the organization. 409 nobody_due has the time for the "
         "next request; 409 queue_done: everybody was called.",
};
const cc_op cc_op_list_my_calls = {
  .id = "listMyCalls", .method = CC_GET, .path = BANK "/calls", .params = &phone_bank_ref_type, .query = &cc_page_query_type,
  .reply = &cc_phone_call_type, .shape = CC_REPLY_LIST, .errors = ABSENT_OR_CONFLICT, .tag = "Phone banks",
  .summary = "List my calls, the newest first.",
};
const cc_op cc_op_release_call = {
  .id = "releaseCall", .method = CC_POST, .path = CALL "/release", .params = &phone_call_ref_type, .reply = &cc_phone_call_type,
  .errors = ABSENT_OR_CONFLICT, .tag = "Phone banks", .summary = "Give a person back without having called.",
};
const cc_op cc_op_extend_call = {
  .id = "extendCall", .method = CC_POST, .path = CALL "/extend", .params = &phone_call_ref_type, .reply = &cc_phone_call_type,
  .errors = ABSENT_OR_CONFLICT, .tag = "Phone banks", .summary = "Keep a person longer.", .doc = "Another lease from now on; two hours in all.",
};
const cc_op cc_op_record_call = {
  .id = "recordCall", .method = CC_POST, .path = CALL "/result", .params = &phone_call_ref_type, .body = &cc_call_result_type,
  .reply = &cc_phone_call_type, .errors = ABSENT_OR_CONFLICT, .tag = "Phone banks", .summary = "Record the result of a call.",
  .doc = "Becomes a contact with all its effects. Taken also after the lease has run out. After a wrong or dead number the same caller gets "
         "the person's next number with the next claimCall.",
};
/* clang-format on */
