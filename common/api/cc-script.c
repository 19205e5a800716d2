/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-script.h"

static const char *const kind_names[] =
  {"text", "single", "multi", "scale", "free_text", "number", "date", "support"};
const cc_enum cc_step_kind_enum = {kind_names, CC_N(kind_names)};

#define TEXTS_EXAMPLE                                                                              \
  "{\"en\": \"Will you vote for Ada Walker?\", \"es\": \"¿Votará por Ada Walker?\"}"

/* clang-format off */
static const cc_field option_fields[] = {
  CC_OPT_INT64(cc_script_option, id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Id of an existing option, which keeps its answers. Left out: a new option."),
  CC_STRING(cc_script_option, key, .flags = CC_NULLABLE | CC_WRITE_ONLY, .min = 1, .max = 40, .format = CC_FORMAT_NAME,
            .doc = "Name of the option for `show_if_key` of later steps in the same request. It is not stored."),
  CC_JSON(cc_script_option, texts, .max = 50, .doc = "Texts by language code.", .example = "{\"en\": \"Yes\", \"es\": \"Sí\"}"),
  CC_OPT_INT64(cc_script_option, support_level, .flags = CC_NULLABLE, .min = 1, .max = 5, .doc = "Support level that choosing this option sets: 1 (strong "
                                        "support) to 5 (strong opposition); null: none."),
  CC_OPT_INT64(cc_script_option, tag_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Id of a tag that the voter gets when this option is "
                                        "chosen; null: none."),
  CC_STRING(cc_script_option, follow_up, .flags = CC_NULLABLE, .min = 1, .max = 60, .format = CC_FORMAT_NAME, .doc = "Kind of the follow-up that is created when this option "
                                        "is chosen; null: none."),
  CC_OPT_INT64(cc_script_option, event_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Id of an event for which the voter is signed up when "
                                        "this option is chosen; null: none."),
};
static const cc_type option_type = CC_TYPE(cc_script_option, "ScriptOption", option_fields, .doc = "An option: an answer that can be chosen.");

static const cc_field step_fields[] = {
  CC_OPT_INT64(cc_script_step, id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Id of an existing step, which keeps its answers. Left out: a new step."),
  CC_ENUM(cc_script_step, kind, &cc_step_kind_enum, .flags = CC_REQUIRED,
          .doc = "Kind of the step. text: a text to read out; all others are questions. The kind of an existing step cannot be changed."),
  CC_JSON(cc_script_step, texts, .max = 50, .doc = "Texts by language code.", .example = TEXTS_EXAMPLE),
  CC_BOOL(cc_script_step, required, .fallback = "false", .doc = "True when a contact with answers must have an answer to this question, if the question was shown."),
  CC_OPT_INT64(cc_script_step, scale_min, .flags = CC_NULLABLE, .min = -100, .max = 100, .doc = "Lowest value of a scale; left out: 1."),
  CC_OPT_INT64(cc_script_step, scale_max, .flags = CC_NULLABLE, .min = -100, .max = 100, .doc = "Highest value of a scale; left out: 5."),
  CC_OPT_INT64(cc_script_step, show_if_option_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX,
               .doc = "Id of an option of an earlier question of the kind single or support: the step is shown only when it was chosen. Null: always shown."),
  CC_STRING(cc_script_step, show_if_key, .flags = CC_NULLABLE | CC_WRITE_ONLY, .min = 1, .max = 40, .format = CC_FORMAT_NAME,
            .doc = "Like `show_if_option_id`, but names the `key` of an option in this request."),
  CC_LIST(cc_script_step, options, cc_script_option, &option_type, .flags = CC_NULLABLE, .max = 100, .doc = "Options of a question of the kind single, multi or support."),
};
const cc_type cc_script_step_type = CC_TYPE(cc_script_step, "ScriptStep", step_fields, .doc = "A step of a script: a text or a question.");

static const cc_field script_fields[] = {
  CC_INT64(cc_script, id, .flags = CC_READ_ONLY, .doc = "Id of the script."),
  CC_STRING(cc_script, name, .flags = CC_REQUIRED, .min = 1, .max = 200, .format = CC_FORMAT_NAME, .doc = "Name of the object.", .example = "\"October doors\""),
  CC_STRING(cc_script, description, .flags = CC_NULLABLE, .max = 2000, .doc = "Purpose of the script."),
  CC_STRINGS(cc_script, channels, .min = 1, .max = 3, .fallback = "[\"door\"]", .doc = "Channels on which the script is used: door, phone, text.", .example = "[\"door\"]"),
  CC_STRINGS(cc_script, languages, .min = 1, .max = 20, .fallback = "[\"en\"]",
             .doc = "Codes of the languages in which the script is to be complete. Texts in the first language replace missing texts.", .example = "[\"en\", \"es\"]"),
  CC_LIST(cc_script, steps, cc_script_step, &cc_script_step_type, .flags = CC_READ_ONLY, .doc = "Steps in order; only putScriptSteps changes them."),
  CC_STRINGS(cc_script, warnings, .flags = CC_READ_ONLY, .doc = "Texts that are missing, one sentence per gap.", .example = "[\"Step 2 has no text in es.\"]"),
  CC_OPT_TIME(cc_script, archived_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the script was archived; null: not archived."),
  CC_TIME(cc_script, created_at, .flags = CC_READ_ONLY, .doc = "When the object was created."),
  CC_TIME(cc_script, updated_at, .flags = CC_READ_ONLY, .doc = "When the script or its steps last changed."),
  CC_INT64(cc_script, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the script, incremented by every change of "
                                        "the script or its steps. In quotes it is the ETag."),
};
const cc_type cc_script_type = CC_TYPE(cc_script, "Script", script_fields, .doc = "A script: the texts and questions for a conversation with a voter.");

static const cc_field steps_fields[] = {
  CC_LIST(cc_script_steps, steps, cc_script_step, &cc_script_step_type, .flags = CC_REQUIRED, .max = 200,
          .doc = "All steps in order. Steps that are left out are archived, not deleted, because old answers refer to them."),
};
static const cc_type steps_type = CC_TYPE(cc_script_steps, "ScriptSteps", steps_fields, .doc = "All steps of a script.");

static const cc_field copy_fields[] = {
  CC_STRING(cc_script_copy, name, .flags = CC_NULLABLE, .min = 1, .max = 200, .format = CC_FORMAT_NAME, .doc = "Name of the copy; left out: derived from the name of "
                                        "the original."),
};
static const cc_type copy_type = CC_TYPE(cc_script_copy, "ScriptCopy", copy_fields);

static const cc_field answers_fields[] = {
  CC_LIST(cc_script_answers, answers, cc_contact_answer, &cc_contact_answer_type, .flags = CC_REQUIRED, .max = 200, .doc = "The answers so far."),
};
static const cc_type answers_type = CC_TYPE(cc_script_answers, "ScriptAnswers", answers_fields);

static const cc_field path_step_fields[] = {
  CC_INT64(cc_script_path_step, step_id, .flags = CC_READ_ONLY, .doc = "Id of the step."),
  CC_BOOL(cc_script_path_step, answered, .flags = CC_READ_ONLY, .doc = "True when the question has an answer."),
  CC_BOOL(cc_script_path_step, missing, .flags = CC_READ_ONLY, .doc = "True when the question must be answered and has no answer."),
};
static const cc_type path_step_type = CC_TYPE(cc_script_path_step, "ScriptPathStep", path_step_fields);

static const cc_field path_fields[] = {
  CC_LIST(cc_script_path, steps, cc_script_path_step, &path_step_type, .flags = CC_READ_ONLY, .doc = "The steps that are shown, in order."),
};
const cc_type cc_script_path_type = CC_TYPE(cc_script_path, "ScriptPath", path_fields, .doc = "The steps that are shown for given answers.");

static const cc_field script_filter_fields[] = {
  CC_BOOL(cc_script_filter, archived, .doc = "True: only archived scripts; false: only scripts that are not archived."),
  CC_ENUM(cc_script_filter, channel, &cc_channel_enum, .doc = "Only scripts for this channel."),
  CC_PAGE_ROWS(cc_script_filter),
};
static const cc_type script_filter_type = CC_TYPE(cc_script_filter, "ScriptFilter", script_filter_fields);

typedef struct script_ref {
  int64_t script_id;
} script_ref;
static const cc_field script_ref_fields[] = {
  CC_INT64(script_ref, script_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the script."),
};
static const cc_type script_ref_type = CC_TYPE(script_ref, "ScriptRef", script_ref_fields);

#define CHANGES (CC_ERR_BIT(CC_ERR_NOT_FOUND) | CC_ERR_BIT(CC_ERR_CONFLICT) | CC_ERR_BIT(CC_ERR_PRECONDITION))
const cc_op cc_op_create_script = {
  .id = "createScript", .method = CC_POST, .path = "/v1/scripts", .body = &cc_script_type, .reply = &cc_script_type, .creates = true, .location = &cc_op_get_script,
  .errors = CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Scripts", .summary = "Create a script.",
};
const cc_op cc_op_list_scripts = {
  .id = "listScripts", .method = CC_GET, .path = "/v1/scripts", .query = &script_filter_type, .reply = &cc_script_type,
  .shape = CC_REPLY_LIST, .tag = "Scripts", .summary = "List scripts.",
};
const cc_op cc_op_get_script = {
  .id = "getScript", .method = CC_GET, .path = "/v1/scripts/{script_id}", .params = &script_ref_type, .reply = &cc_script_type,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Scripts", .summary = "Read a script with its steps.",
};
const cc_op cc_op_update_script = {
  .id = "updateScript", .method = CC_PATCH, .path = "/v1/scripts/{script_id}", .params = &script_ref_type, .body = &cc_script_type,
  .reply = &cc_script_type, .errors = CHANGES, .tag = "Scripts", .summary = "Change name, channels or languages of a script.",
};
const cc_op cc_op_put_script_steps = {
  .id = "putScriptSteps", .method = CC_PUT, .path = "/v1/scripts/{script_id}/steps", .params = &script_ref_type, .body = &steps_type,
  .reply = &cc_script_type, .errors = CHANGES, .tag = "Scripts", .summary = "Replace the steps of a script.",
  .doc = "Steps and options that have an id are kept, those without an id are new, and existing "
         "ones that are left out are archived. A condition can refer only to an option of an "
         "earlier question of the kind single or support, so a script cannot contain loops.",
};
const cc_op cc_op_archive_script = {
  .id = "archiveScript", .method = CC_POST, .path = "/v1/scripts/{script_id}/archive", .params = &script_ref_type,
  .reply = &cc_script_type, .errors = CHANGES, .tag = "Scripts", .summary = "Archive a script.",
  .doc = "Contacts with the script stay, and contacts that were made offline before are still accepted.",
};
const cc_op cc_op_unarchive_script = {
  .id = "unarchiveScript", .method = CC_POST, .path = "/v1/scripts/{script_id}/unarchive", .params = &script_ref_type,
  .reply = &cc_script_type, .errors = CHANGES, .tag = "Scripts", .summary = "Restore an archived script.",
};
const cc_op cc_op_duplicate_script = {
  .id = "duplicateScript", .method = CC_POST, .path = "/v1/scripts/{script_id}/duplicate", .params = &script_ref_type,
  .body = &copy_type, .reply = &cc_script_type, .creates = true, .location = &cc_op_get_script,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND) | CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Scripts", .summary = "Copy a script.",
};
const cc_op cc_op_preview_script = {
  .id = "previewScript", .method = CC_POST, .path = "/v1/scripts/{script_id}/preview", .params = &script_ref_type,
  .body = &answers_type, .reply = &cc_script_path_type, .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Scripts",
  .summary = "Compute which steps are shown for given answers.",
};
/* clang-format on */
