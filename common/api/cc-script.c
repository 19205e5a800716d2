/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-script.h"

static const char *const kind_names[] =
  {"text", "single", "multi", "scale", "free_text", "number", "date", "support"};
const cc_enum cc_step_kind_enum = {kind_names, CC_N(kind_names)};

#define TEXTS_EXAMPLE                                                                              \
  "{\"en\": \"Will you vote for Ada Walker?\", \"es\": \"¿Votará por Ada Walker?\"}"

/* clang-format off */
static const cc_field option_fields[] = {
  CC_OPT_INT64(cc_script_option, id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Number of an option that stays; left out: a new option."),
  CC_STRING(cc_script_option, key, .flags = CC_NULLABLE | CC_WRITE_ONLY, .min = 1, .max = 40, .format = CC_FORMAT_NAME,
            .doc = "Name for show_if_key of later steps in the same document. Not kept."),
  CC_JSON(cc_script_option, texts, .max = 50, .doc = "Its text by language.", .example = "{\"en\": \"Yes\", \"es\": \"Sí\"}"),
  CC_OPT_INT64(cc_script_option, support_level, .flags = CC_NULLABLE, .min = 1, .max = 5, .doc = "Support level of this option: 1 strong support to 5 strong opposition."),
  CC_OPT_INT64(cc_script_option, tag_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Taking it gives the person this tag."),
  CC_STRING(cc_script_option, follow_up, .flags = CC_NULLABLE, .min = 1, .max = 60, .format = CC_FORMAT_NAME, .doc = "Taking it makes a follow-up of this kind."),
  CC_OPT_INT64(cc_script_option, event_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Taking it signs the person up for this event."),
};
static const cc_type option_type = CC_TYPE(cc_script_option, "ScriptOption", option_fields, .doc = "An answer to choose.");

static const cc_field step_fields[] = {
  CC_OPT_INT64(cc_script_step, id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Number of a step that stays; left out: a new step."),
  CC_ENUM(cc_script_step, kind, &cc_step_kind_enum, .flags = CC_REQUIRED,
          .doc = "text is read out; the others are questions. The kind of a question never changes."),
  CC_JSON(cc_script_step, texts, .max = 50, .doc = "Its text by language.", .example = TEXTS_EXAMPLE),
  CC_BOOL(cc_script_step, required, .fallback = "false", .doc = "A contact with answers needs one to this question, if it was shown."),
  CC_OPT_INT64(cc_script_step, scale_min, .flags = CC_NULLABLE, .min = -100, .max = 100, .doc = "Beginning of a scale; left out: 1."),
  CC_OPT_INT64(cc_script_step, scale_max, .flags = CC_NULLABLE, .min = -100, .max = 100, .doc = "End of a scale; left out: 5."),
  CC_OPT_INT64(cc_script_step, show_if_option_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX,
               .doc = "Shown only when this option was chosen, of an earlier question with one answer."),
  CC_STRING(cc_script_step, show_if_key, .flags = CC_NULLABLE | CC_WRITE_ONLY, .min = 1, .max = 40, .format = CC_FORMAT_NAME,
            .doc = "The same by the key of an option in this document."),
  CC_LIST(cc_script_step, options, cc_script_option, &option_type, .flags = CC_NULLABLE, .max = 100, .doc = "Options of single, multi and support."),
};
const cc_type cc_script_step_type = CC_TYPE(cc_script_step, "ScriptStep", step_fields, .doc = "A text or a question.");

static const cc_field script_fields[] = {
  CC_INT64(cc_script, id, .flags = CC_READ_ONLY, .doc = "Number of the script."),
  CC_STRING(cc_script, name, .flags = CC_REQUIRED, .min = 1, .max = 200, .format = CC_FORMAT_NAME, .doc = "Name of the object.", .example = "\"October doors\""),
  CC_STRING(cc_script, description, .flags = CC_NULLABLE, .max = 2000, .doc = "Purpose of the script."),
  CC_STRINGS(cc_script, channels, .min = 1, .max = 3, .fallback = "[\"door\"]", .doc = "Where it is used: door, phone, text.", .example = "[\"door\"]"),
  CC_STRINGS(cc_script, languages, .min = 1, .max = 20, .fallback = "[\"en\"]",
             .doc = "Languages that should be complete; the first replaces missing texts.", .example = "[\"en\", \"es\"]"),
  CC_LIST(cc_script, steps, cc_script_step, &cc_script_step_type, .flags = CC_READ_ONLY, .doc = "Steps, in order. Written by putScriptSteps."),
  CC_STRINGS(cc_script, warnings, .flags = CC_READ_ONLY, .doc = "Missing texts, by language.", .example = "[\"Step 2 has no text in es.\"]"),
  CC_OPT_TIME(cc_script, archived_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Time at which the script was archived."),
  CC_TIME(cc_script, created_at, .flags = CC_READ_ONLY, .doc = "When the object was created."),
  CC_TIME(cc_script, updated_at, .flags = CC_READ_ONLY, .doc = "When it or its steps last changed."),
  CC_INT64(cc_script, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Grows with every change of it or its steps; the ETag."),
};
const cc_type cc_script_type = CC_TYPE(cc_script, "Script", script_fields, .doc = "The texts and questions for a conversation at a door or on the telephone.");

static const cc_field steps_fields[] = {
  CC_LIST(cc_script_steps, steps, cc_script_step, &cc_script_step_type, .flags = CC_REQUIRED, .max = 200,
          .doc = "All steps in order. Steps that are left out are archived, not deleted, because old answers refer to them."),
};
static const cc_type steps_type = CC_TYPE(cc_script_steps, "ScriptSteps", steps_fields, .doc = "The whole script.");

static const cc_field copy_fields[] = {
  CC_STRING(cc_script_copy, name, .flags = CC_NULLABLE, .min = 1, .max = 200, .format = CC_FORMAT_NAME, .doc = "Name of the copy; left out: made from the old one."),
};
static const cc_type copy_type = CC_TYPE(cc_script_copy, "ScriptCopy", copy_fields);

static const cc_field answers_fields[] = {
  CC_LIST(cc_script_answers, answers, cc_contact_answer, &cc_contact_answer_type, .flags = CC_REQUIRED, .max = 200, .doc = "The answers so far."),
};
static const cc_type answers_type = CC_TYPE(cc_script_answers, "ScriptAnswers", answers_fields);

static const cc_field path_step_fields[] = {
  CC_INT64(cc_script_path_step, step_id, .flags = CC_READ_ONLY, .doc = "The step."),
  CC_BOOL(cc_script_path_step, answered, .flags = CC_READ_ONLY, .doc = "The question has an answer."),
  CC_BOOL(cc_script_path_step, missing, .flags = CC_READ_ONLY, .doc = "It must be answered and is not."),
};
static const cc_type path_step_type = CC_TYPE(cc_script_path_step, "ScriptPathStep", path_step_fields);

static const cc_field path_fields[] = {
  CC_LIST(cc_script_path, steps, cc_script_path_step, &path_step_type, .flags = CC_READ_ONLY, .doc = "The steps that are shown, in order."),
};
const cc_type cc_script_path_type = CC_TYPE(cc_script_path, "ScriptPath", path_fields, .doc = "Where answers lead.");

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
  CC_INT64(script_ref, script_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Number of the script."),
};
static const cc_type script_ref_type = CC_TYPE(script_ref, "ScriptRef", script_ref_fields);

#define CHANGES (CC_ERR_BIT(CC_ERR_NOT_FOUND) | CC_ERR_BIT(CC_ERR_CONFLICT) | CC_ERR_BIT(CC_ERR_PRECONDITION))
const cc_op cc_op_create_script = {
  .id = "createScript", .method = CC_POST, .path = "/v1/scripts", .body = &cc_script_type, .reply = &cc_script_type, .creates = true, .location = &cc_op_get_script,
  .errors = CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Scripts", .summary = "Begin a script.",
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
  .reply = &cc_script_type, .errors = CHANGES, .tag = "Scripts", .summary = "Write the whole script.",
  .doc = "Steps and options with an id keep it, the others are new, and those left out are "
         "archived. show_if names an option of an earlier single or support question, so a script "
         "has no circles.",
};
const cc_op cc_op_archive_script = {
  .id = "archiveScript", .method = CC_POST, .path = "/v1/scripts/{script_id}/archive", .params = &script_ref_type,
  .reply = &cc_script_type, .errors = CHANGES, .tag = "Scripts", .summary = "Archive a script.",
  .doc = "Its contacts stay, and late contacts with the script are accepted.",
};
const cc_op cc_op_unarchive_script = {
  .id = "unarchiveScript", .method = CC_POST, .path = "/v1/scripts/{script_id}/unarchive", .params = &script_ref_type,
  .reply = &cc_script_type, .errors = CHANGES, .tag = "Scripts", .summary = "Take a script out again.",
};
const cc_op cc_op_duplicate_script = {
  .id = "duplicateScript", .method = CC_POST, .path = "/v1/scripts/{script_id}/duplicate", .params = &script_ref_type,
  .body = &copy_type, .reply = &cc_script_type, .creates = true, .location = &cc_op_get_script,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND) | CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Scripts", .summary = "Make a script with the same steps.",
};
const cc_op cc_op_preview_script = {
  .id = "previewScript", .method = CC_POST, .path = "/v1/scripts/{script_id}/preview", .params = &script_ref_type,
  .body = &answers_type, .reply = &cc_script_path_type, .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Scripts",
  .summary = "See which steps answers lead to.",
};
/* clang-format on */
