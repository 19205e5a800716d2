/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-problem.h"

/* clang-format off */
static const cc_field problem_error_fields[] = {
  CC_STRING(cc_problem_error, pointer, .flags = CC_READ_ONLY, .doc = "JSON pointer of the field in the body, or the name of the parameter."),
  CC_STRING(cc_problem_error, code, .flags = CC_READ_ONLY, .doc = "Code of the error, for programs.", .example = "\"too_long\""),
  CC_STRING(cc_problem_error, message, .flags = CC_READ_ONLY, .doc = "Sentence about the error, for people."),
  CC_STRING(cc_problem_error, hint, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "How to correct the error; null: no hint."),
};
static const cc_type problem_error_type = CC_TYPE(cc_problem_error, "ProblemError", problem_error_fields);

static const cc_field problem_fields[] = {
  CC_STRING(cc_problem, type, .flags = CC_READ_ONLY, .doc = "URI that identifies the type of the problem.", .example = "\"validation_error\""),
  CC_STRING(cc_problem, title, .flags = CC_READ_ONLY, .doc = "Short description of the type of the problem, for people."),
  CC_INT64(cc_problem, status, .flags = CC_READ_ONLY, .doc = "HTTP status code."),
  CC_STRING(cc_problem, detail, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Description of this occurrence of the problem, for people."),
  CC_STRING(cc_problem, code, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Error code, for programs; more specific than `type`.", .example = "\"last_owner\""),
  CC_STRING(cc_problem, required, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "For not_authorized: name of the missing right."),
  CC_STRING(cc_problem, entity, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "For not_found: type of the object that was not found."),
  CC_STRING(cc_problem, service, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "For external_service: name of the service that failed."),
  CC_LIST(cc_problem, errors, cc_problem_error, &problem_error_type, .flags = CC_READ_ONLY, .doc = "Every wrong field; empty when the error is not about fields."),
  CC_STRING(cc_problem, request_id, .flags = CC_READ_ONLY, .doc = "X-Request-Id of the request; quote it when you report the problem."),
};
const cc_type cc_problem_type = CC_TYPE(cc_problem, "Problem", problem_fields, .doc = "Why a request failed (RFC 9457).");
/* clang-format on */
