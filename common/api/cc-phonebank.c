/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-phonebank.h"

static const char *const state_names[] = {"filling", "draft", "open", "paused", "closed"};
const cc_enum cc_dial_state_enum = {state_names, CC_N(state_names)};

static const char *const purpose_names[] = {"campaign", "fundraising", "volunteer"};
const cc_enum cc_purpose_enum = {purpose_names, CC_N(purpose_names)};

/* clang-format off */
static const cc_field phone_bank_fields[] = {
  CC_INT64(cc_phone_bank, id, .flags = CC_READ_ONLY, .doc = "Id of the phone bank."),
  CC_INT64(cc_phone_bank, organization_id, .flags = CC_READ_ONLY, .doc = "Id of the organization."),
  CC_STRING(cc_phone_bank, name, .flags = CC_REQUIRED, .min = 1, .max = 200, .format = CC_FORMAT_NAME, .doc = "Name of the phone bank.",
            .example = "\"Saturday calls\""),
  CC_OPT_INT64(cc_phone_bank, list_id, .flags = CC_REQUIRED | CC_NULLABLE, .min = 1, .max = INT64_MAX,
               .doc = "Id of the saved list. Its people at the time of creation are called. It "
                      "cannot be changed; null when the list was deleted."),
  CC_OPT_INT64(cc_phone_bank, script_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Id of the script for the calls; null: none."),
  CC_ENUM(cc_phone_bank, purpose, &cc_purpose_enum, .fallback = "\"campaign\"",
          .doc = "Purpose of the calls. People who opted out of calls for this purpose are left out."),
  CC_INT64(cc_phone_bank, start_hour, .max = 23, .fallback = "9", .doc = "Hour of the day (0 to 23) from which people are called, in their local time."),
  CC_INT64(cc_phone_bank, stop_hour, .min = 1, .max = 24, .fallback = "21", .doc = "Hour of the day from which people are not called any more, in their local time."),
  CC_INT64(cc_phone_bank, cool_down_minutes, .max = 43200, .fallback = "240", .doc = "Minimum time between two calls to one person, in minutes."),
  CC_INT64(cc_phone_bank, max_attempts, .min = 1, .max = 20, .fallback = "3", .doc = "Number of calls after which a person is not called any more."),
  CC_INT64(cc_phone_bank, lease_minutes, .min = 1, .max = 120, .fallback = "15",
           .doc = "Lease in minutes: time for which a person is assigned to a caller who has not sent a result."),
  CC_ENUM(cc_phone_bank, state, &cc_dial_state_enum, .flags = CC_READ_ONLY,
          .doc = "State. filling: the queue is being created. After that it is draft, and openPhoneBank, pausePhoneBank and closePhoneBank change it."),
  CC_STRING(cc_phone_bank, code, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Code with which callers join (joinPhoneBank).", .example = "\"K7QF2MZX\""),
  CC_INT64(cc_phone_bank, target_count, .flags = CC_READ_ONLY, .doc = "Number of people in the queue."),
  CC_OPT_TIME(cc_phone_bank, opened_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When it was opened for the first time; null: not yet."),
  CC_OPT_TIME(cc_phone_bank, closed_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When it was closed; null: not closed."),
  CC_OPT_INT64(cc_phone_bank, created_by, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the account of the person who created the object."),
  CC_TIME(cc_phone_bank, created_at, .flags = CC_READ_ONLY, .doc = "When the object was created."),
  CC_TIME(cc_phone_bank, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_phone_bank, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_phone_bank_type = CC_TYPE(cc_phone_bank, "PhoneBank", phone_bank_fields, .doc = "A phone bank: the people to be called, and the rules of the calls.");

CC_PATH_1(phone_bank_ref, "PhoneBankRef", phone_bank_id, "Id of the phone bank.");

static const cc_field phone_bank_filter_fields[] = {
  CC_ENUM(cc_phone_bank_filter, state, &cc_dial_state_enum, .doc = "Only objects in this state."),
  CC_PAGE_ROWS(cc_phone_bank_filter),
};
static const cc_type phone_bank_filter_type = CC_TYPE(cc_phone_bank_filter, "PhoneBankFilter", phone_bank_filter_fields);

static const cc_field phone_bank_counts_fields[] = {
  CC_INT64(cc_phone_bank_counts, phone_bank_id, .flags = CC_READ_ONLY, .doc = "Id of the phone bank."),
  CC_INT64(cc_phone_bank_counts, targets, .flags = CC_READ_ONLY, .doc = "Number of people in the queue."),
  CC_INT64(cc_phone_bank_counts, waiting, .flags = CC_READ_ONLY, .doc = "Number of people still to be called."),
  CC_INT64(cc_phone_bank_counts, call_backs, .flags = CC_READ_ONLY, .doc = "Number of waiting people who asked for a call at a certain time."),
  CC_INT64(cc_phone_bank_counts, done, .flags = CC_READ_ONLY, .doc = "Number of people who need no further call."),
  CC_INT64(cc_phone_bank_counts, left_out, .flags = CC_READ_ONLY, .doc = "Number of people who had no usable number or had opted out when they were to be called."),
  CC_INT64(cc_phone_bank_counts, called, .flags = CC_READ_ONLY, .doc = "Number of people who were called at least once."),
  CC_INT64(cc_phone_bank_counts, attempts, .flags = CC_READ_ONLY, .doc = "Number of calls with a valid result, without undone results."),
  CC_INT64(cc_phone_bank_counts, reached, .flags = CC_READ_ONLY, .doc = "Number of calls in which a person was reached."),
  CC_DOUBLE(cc_phone_bank_counts, contact_rate, .flags = CC_READ_ONLY, .doc = "`reached` divided by `attempts`, from 0 to 1; 0 without attempts."),
  CC_INT64(cc_phone_bank_counts, callers, .flags = CC_READ_ONLY, .doc = "Number of callers who have joined and have not left."),
  CC_INT64(cc_phone_bank_counts, callers_active, .flags = CC_READ_ONLY, .doc = "Number of callers who were active in the last ten minutes."),
  CC_INT64(cc_phone_bank_counts, on_call, .flags = CC_READ_ONLY, .doc = "Number of people who are assigned to a caller now."),
  CC_JSON(cc_phone_bank_counts, by_result, .flags = CC_READ_ONLY, .doc = "Number of calls per disposition: an object from code to number.", .example = "{\"no_answer\": 3}"),
};
static const cc_type phone_bank_counts_type =
  CC_TYPE(cc_phone_bank_counts, "PhoneBankCounts", phone_bank_counts_fields, .doc = "Counts of a phone bank, all from the same moment.");

static const cc_field phone_bank_caller_fields[] = {
  CC_INT64(cc_phone_bank_caller, id, .flags = CC_READ_ONLY, .doc = "Id of the caller in this phone bank."),
  CC_STRING(cc_phone_bank_caller, actor, .flags = CC_READ_ONLY, .max = 40, .format = CC_FORMAT_LINE, .doc = "The actor, such as user:7 or device:3.",
            .example = "\"user:7\""),
  CC_OPT_INT64(cc_phone_bank_caller, user_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the caller's account; null: a device or API token."),
  CC_STRING(cc_phone_bank_caller, name, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 250, .format = CC_FORMAT_LINE, .doc = "Name of the caller."),
  CC_TIME(cc_phone_bank_caller, joined_at, .flags = CC_READ_ONLY, .doc = "When the caller joined for the first time."),
  CC_TIME(cc_phone_bank_caller, last_active_at, .flags = CC_READ_ONLY, .doc = "When the caller was last active in this phone bank."),
  CC_OPT_TIME(cc_phone_bank_caller, left_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the caller left or was removed; null: still taking part."),
  CC_INT64(cc_phone_bank_caller, attempts, .flags = CC_READ_ONLY, .doc = "Number of calls with a result."),
  CC_INT64(cc_phone_bank_caller, reached, .flags = CC_READ_ONLY, .doc = "Number of calls in which a person was reached."),
};
static const cc_type phone_bank_caller_type =
  CC_TYPE(cc_phone_bank_caller, "PhoneBankCaller", phone_bank_caller_fields, .doc = "A caller of a phone bank.");

CC_PATH_2(phone_bank_caller_ref, "PhoneBankCallerRef",
          phone_bank_id, "Id of the phone bank.",
          caller_id, "Id of the caller.");

static const cc_field assigned_fields[] = {
  CC_INT64(cc_assigned, user_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the member's account."),
};
const cc_type cc_assigned_type = CC_TYPE(cc_assigned, "Assigned", assigned_fields, .doc = "A member to add as caller.");

static const cc_field joining_fields[] = {
  CC_STRING(cc_joining, code, .flags = CC_REQUIRED, .min = 1, .max = 20, .format = CC_FORMAT_LINE,
            .doc = "The joining code; case, blanks and hyphens are ignored.", .example = "\"K7QF 2MZX\""),
};
const cc_type cc_joining_type = CC_TYPE(cc_joining, "Joining", joining_fields, .doc = "The code to join with.");

static const cc_field spoken_to_fields[] = {
  CC_INT64(cc_spoken_to, id, .flags = CC_READ_ONLY, .doc = "Id of the voter."),
  CC_STRING(cc_spoken_to, first_name, .flags = CC_READ_ONLY, .format = CC_FORMAT_LINE, .doc = "First name."),
  CC_STRING(cc_spoken_to, last_name, .flags = CC_READ_ONLY, .format = CC_FORMAT_LINE, .doc = "Last name."),
  CC_STRING(cc_spoken_to, city, .flags = CC_READ_ONLY | CC_NULLABLE, .format = CC_FORMAT_LINE, .doc = "City in which the person lives."),
  CC_STRING(cc_spoken_to, precinct, .flags = CC_READ_ONLY | CC_NULLABLE, .format = CC_FORMAT_LINE, .doc = "Code of the person's precinct."),
  CC_STRING(cc_spoken_to, party, .flags = CC_READ_ONLY | CC_NULLABLE, .format = CC_FORMAT_LINE, .doc = "Party of the person's registration."),
  CC_OPT_INT64(cc_spoken_to, birth_year, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Year of birth."),
  CC_OPT_INT64(cc_spoken_to, support_level, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Latest support level: 1 (strong support) to 5 (strong "
                                        "opposition); null: not known."),
};
const cc_type cc_spoken_to_type = CC_TYPE(cc_spoken_to, "SpokenTo", spoken_to_fields, .doc = "The data of a voter that callers and texters see.");

static const cc_field phone_call_fields[] = {
  CC_INT64(cc_phone_call, id, .flags = CC_READ_ONLY, .doc = "Id of the call."),
  CC_INT64(cc_phone_call, phone_bank_id, .flags = CC_READ_ONLY, .doc = "Id of the phone bank."),
  CC_INT64(cc_phone_call, voter_id, .flags = CC_READ_ONLY, .doc = "Id of the voter to call."),
  CC_OBJECT(cc_phone_call, voter, cc_spoken_to, &cc_spoken_to_type, .flags = CC_READ_ONLY, .doc = "The voter."),
  CC_STRING(cc_phone_call, phone, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_PHONE_USED, .doc = "Telephone number to dial."),
  CC_INT64(cc_phone_call, attempts, .flags = CC_READ_ONLY, .doc = "Number of calls to the person in this phone bank so far."),
  CC_TIME(cc_phone_call, claimed_at, .flags = CC_READ_ONLY, .doc = "When the person was assigned to the caller."),
  CC_TIME(cc_phone_call, lease_until, .flags = CC_READ_ONLY, .doc = "End of the lease. After this time the person may be assigned to another caller."),
  CC_OPT_TIME(cc_phone_call, ended_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the call ended; null: not ended."),
  CC_STRING(cc_phone_call, ended, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 20, .format = CC_FORMAT_LINE, .doc = "How the call ended: result (recorded), released (given "
                                        "back) or expired (lease over); null: not ended.",
            .example = "\"result\""),
  CC_STRING(cc_phone_call, disposition, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 40, .format = CC_FORMAT_LINE, .doc = "Code of the disposition that was recorded; null: none.",
            .example = "\"no_answer\""),
  CC_BOOL(cc_phone_call, answered, .flags = CC_READ_ONLY, .doc = "True when answers to the script were recorded."),
  CC_OPT_INT64(cc_phone_call, contact_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the resulting contact; null: none."),
  CC_OPT_TIME(cc_phone_call, call_back_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Time at which this caller is to call the person again; null: none."),
  CC_OPT_INT64(cc_phone_call, script_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the script, for getScript; null: none."),
  CC_STRING(cc_phone_call, address, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 200, .format = CC_FORMAT_LINE,
            .doc = "Address of the person while the call is open; null for a confidential person.", .example = "\"12 Canal Pk\""),
  CC_STRINGS(cc_phone_call, household, .flags = CC_READ_ONLY, .max = 20, .example = "[\"Luis Medina\"]",
             .doc = "Names of the people in the household while the call is open; none when one of them is confidential."),
};
const cc_type cc_phone_call_type = CC_TYPE(cc_phone_call, "PhoneCall", phone_call_fields, .doc = "A call: the assignment of a person to a caller.");

CC_PATH_2(phone_call_ref, "PhoneCallRef", phone_bank_id, "Id of the phone bank.", call_id, "Id of the call.");

static const cc_field call_result_fields[] = {
  CC_STRING(cc_call_result, client_id, .flags = CC_REQUIRED, .format = CC_FORMAT_UUID, .max = 36,
            .doc = "UUID that the client generates for this result. A repeated request with the same UUID changes nothing.",
            .example = "\"0b9a5f4e-3c1d-4a7e-9f52-6d1c8e7b2a33\""),
  CC_TIME(cc_call_result, occurred_at, .flags = CC_REQUIRED, .doc = "When the call ended, by the device's clock.", .example = "\"2026-11-28T15:04:05Z\""),
  CC_STRING(cc_call_result, disposition, .flags = CC_NULLABLE, .min = 1, .max = 40, .format = CC_FORMAT_LINE,
            .doc = "Code of the disposition, as listDispositions returns it. Send either `disposition` or `answers`, never both.", .example = "\"no_answer\""),
  CC_LIST(cc_call_result, answers, cc_contact_answer, &cc_contact_answer_type, .flags = CC_NULLABLE, .min = 1, .max = 200,
          .doc = "Answers to the script. A result with answers counts as reached."),
  CC_STRING(cc_call_result, phone, .flags = CC_NULLABLE, .max = 20, .format = CC_FORMAT_PHONE_USED,
            .doc = "Telephone number that was dialled, if it was not the number in `phone` of the call."),
  CC_OPT_TIME(cc_call_result, call_back_at, .flags = CC_NULLABLE, CC_YEARS,
              .doc = "For the disposition call_back: when the person wants to be called. The time must be within the hours of the phone bank, in the person's local time."),
  CC_STRING(cc_call_result, language, .flags = CC_NULLABLE, .max = 20, .format = CC_FORMAT_LINE, .doc = "Language code of the conversation, such as es."),
  CC_STRING(cc_call_result, note, .flags = CC_NULLABLE, .max = 2000, .doc = "Note for the organization."),
};
const cc_type cc_call_result_type = CC_TYPE(cc_call_result, "CallResult", call_result_fields, .doc = "The result of a call.");

#define ABSENT CC_ERR_BIT(CC_ERR_NOT_FOUND)
#define ABSENT_OR_CONFLICT (ABSENT | CC_ERR_BIT(CC_ERR_CONFLICT))
#define BANK "/v1/phone-banks/{phone_bank_id}"
#define CALL BANK "/calls/{call_id}"

const cc_op cc_op_create_phone_bank = {
  .id = "createPhoneBank", .method = CC_POST, .path = "/v1/phone-banks", .body = &cc_phone_bank_type, .reply = &cc_phone_bank_type,
  .creates = true, .location = &cc_op_get_phone_bank, .tag = "Phone banks", .summary = "Create a phone bank from a saved list.",
  .doc = "The queue is created in the background; until then the state is filling. People who opted out or have no usable number are left out.",
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
  .summary = "Change a phone bank.", .doc = "A merge-patch: members that are left out do not change. "
                                        "The list cannot be changed (409 list_fixed), and a "
                                        "closed phone bank cannot be changed (409 closed).",
};
const cc_op cc_op_open_phone_bank = {
  .id = "openPhoneBank", .method = CC_POST, .path = BANK "/open", .params = &phone_bank_ref_type, .reply = &cc_phone_bank_type,
  .errors = ABSENT_OR_CONFLICT, .tag = "Phone banks", .summary = "Open a phone bank, or resume it after a pause.",
};
const cc_op cc_op_pause_phone_bank = {
  .id = "pausePhoneBank", .method = CC_POST, .path = BANK "/pause", .params = &phone_bank_ref_type, .reply = &cc_phone_bank_type,
  .errors = ABSENT_OR_CONFLICT, .tag = "Phone banks", .summary = "Pause a phone bank.", .doc = "No further people are assigned. Open calls can be finished.",
};
const cc_op cc_op_close_phone_bank = {
  .id = "closePhoneBank", .method = CC_POST, .path = BANK "/close", .params = &phone_bank_ref_type, .reply = &cc_phone_bank_type,
  .errors = ABSENT_OR_CONFLICT, .tag = "Phone banks", .summary = "Close a phone bank permanently.", .doc = "No further people are assigned. Open calls can be finished.",
};
const cc_op cc_op_get_phone_bank_counts = {
  .id = "getPhoneBankCounts", .method = CC_GET, .path = BANK "/counts", .params = &phone_bank_ref_type, .reply = &phone_bank_counts_type,
  .errors = ABSENT, .tag = "Phone banks", .summary = "Read the counts of a phone bank.",
};
const cc_op cc_op_list_phone_bank_callers = {
  .id = "listPhoneBankCallers", .method = CC_GET, .path = BANK "/callers", .params = &phone_bank_ref_type, .query = &cc_page_query_type,
  .reply = &phone_bank_caller_type, .shape = CC_REPLY_LIST, .errors = ABSENT, .tag = "Phone banks", .summary = "List the callers of a phone bank.",
};
const cc_op cc_op_get_phone_bank_caller = {
  .id = "getPhoneBankCaller", .method = CC_GET, .path = BANK "/callers/{caller_id}", .params = &phone_bank_caller_ref_type,
  .reply = &phone_bank_caller_type, .errors = ABSENT, .tag = "Phone banks", .summary = "Read a caller.",
};
const cc_op cc_op_add_phone_bank_caller = {
  .id = "addPhoneBankCaller", .method = CC_POST, .path = BANK "/callers", .params = &phone_bank_ref_type, .body = &cc_assigned_type,
  .reply = &phone_bank_caller_type, .creates = true, .location = &cc_op_get_phone_bank_caller, .errors = ABSENT_OR_CONFLICT, .tag = "Phone banks", .summary = "Add a member to a phone bank as caller.",
};
const cc_op cc_op_remove_phone_bank_caller = {
  .id = "removePhoneBankCaller", .method = CC_DELETE, .path = BANK "/callers/{caller_id}", .params = &phone_bank_caller_ref_type,
  .errors = ABSENT, .tag = "Phone banks", .summary = "Remove a caller from a phone bank.", .doc = "The person who was assigned to the caller returns to the queue at once.",
};
const cc_op cc_op_list_my_phone_banks = {
  .id = "listMyPhoneBanks", .method = CC_GET, .path = "/v1/phone-banks/mine", .query = &phone_bank_filter_type, .reply = &cc_phone_bank_type,
  .shape = CC_REPLY_LIST, .tag = "Phone banks", .summary = "List the phone banks in which you are a caller.",
};
const cc_op cc_op_join_phone_bank = {
  .id = "joinPhoneBank", .method = CC_POST, .path = "/v1/phone-banks/join", .body = &cc_joining_type, .reply = &cc_phone_bank_type,
  .errors = CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Phone banks", .summary = "Join a phone bank with its code.",
};
const cc_op cc_op_leave_phone_bank = {
  .id = "leavePhoneBank", .method = CC_POST, .path = BANK "/leave", .params = &phone_bank_ref_type, .errors = ABSENT_OR_CONFLICT,
  .tag = "Phone banks", .summary = "Leave a phone bank.", .doc = "The person who was assigned to you returns to the queue at once.",
};
const cc_op cc_op_get_call = {
  .id = "getCall", .method = CC_GET, .path = CALL, .params = &phone_call_ref_type, .reply = &cc_phone_call_type, .errors = ABSENT_OR_CONFLICT,
  .tag = "Phone banks", .summary = "Read one of your calls.",
};
const cc_op cc_op_claim_call = {
  .id = "claimCall", .method = CC_POST, .path = BANK "/calls", .params = &phone_bank_ref_type, .reply = &cc_phone_call_type, .creates = true,
  .location = &cc_op_get_call,
  .errors = ABSENT_OR_CONFLICT, .tag = "Phone banks", .summary = "Get the next person to call.",
  .doc = "Returns your open call if there is one. Otherwise it assigns the next person to you: "
         "first call-backs that are due, yours before those of others; then people without an "
         "attempt; then the person with the oldest attempt. A person is never assigned to two "
         "callers at once, in all phone banks of the organization. 409 nobody_due: nobody may be "
         "called now; the answer has the time for the next request. 409 queue_done: everybody "
         "was called.",
};
const cc_op cc_op_list_my_calls = {
  .id = "listMyCalls", .method = CC_GET, .path = BANK "/calls", .params = &phone_bank_ref_type, .query = &cc_page_query_type,
  .reply = &cc_phone_call_type, .shape = CC_REPLY_LIST, .errors = ABSENT_OR_CONFLICT, .tag = "Phone banks",
  .summary = "List your calls, newest first.",
};
const cc_op cc_op_release_call = {
  .id = "releaseCall", .method = CC_POST, .path = CALL "/release", .params = &phone_call_ref_type, .reply = &cc_phone_call_type,
  .errors = ABSENT_OR_CONFLICT, .tag = "Phone banks", .summary = "Release a person without having called.",
};
const cc_op cc_op_extend_call = {
  .id = "extendCall", .method = CC_POST, .path = CALL "/extend", .params = &phone_call_ref_type, .reply = &cc_phone_call_type,
  .errors = ABSENT_OR_CONFLICT, .tag = "Phone banks", .summary = "Extend the lease of a call.", .doc = "The lease starts again from now; it cannot last longer "
                                        "than two hours in total.",
};
const cc_op cc_op_record_call = {
  .id = "recordCall", .method = CC_POST, .path = CALL "/result", .params = &phone_call_ref_type, .body = &cc_call_result_type,
  .reply = &cc_phone_call_type, .errors = ABSENT_OR_CONFLICT, .tag = "Phone banks", .summary = "Record the result of a call.",
  .doc = "Records a contact with all its effects. A result is also accepted after the lease has "
         "expired. After a wrong or disconnected number the next claimCall returns the person's "
         "next number to you.",
};
/* clang-format on */
