/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-problem.h"

/* clang-format off */
static const cc_field problem_error_fields[] = {
  CC_STRING(cc_problem_error, pointer, .flags = CC_READ_ONLY, .doc = "JSON pointer of the field in the body, or the name of the parameter."),
  CC_STRING(cc_problem_error, code, .flags = CC_READ_ONLY, .doc = "Code of the error, for programs.", .example = "\"too_long\""),
  CC_STRING(cc_problem_error, message, .flags = CC_READ_ONLY, .doc = "Sentence about the error, for people."),
  CC_STRING(cc_problem_error, hint, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "The way out."),
};
static const cc_type problem_error_type = CC_TYPE(cc_problem_error, "ProblemError", problem_error_fields);

static const cc_field problem_fields[] = {
  CC_STRING(cc_problem, type, .flags = CC_READ_ONLY, .doc = "Kind of the problem.", .example = "\"validation_error\""),
  CC_STRING(cc_problem, title, .flags = CC_READ_ONLY, .doc = "Kind of the problem, for people."),
  CC_INT64(cc_problem, status, .flags = CC_READ_ONLY, .doc = "HTTP status."),
  CC_STRING(cc_problem, detail, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Description of this case."),
  CC_STRING(cc_problem, code, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Finer than type, for programs.", .example = "\"last_owner\""),
  CC_STRING(cc_problem, required, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "not_authorized: the missing right."),
  CC_STRING(cc_problem, entity, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "not_found: the kind of thing."),
  CC_STRING(cc_problem, service, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "external_service: the failed service."),
  CC_LIST(cc_problem, errors, cc_problem_error, &problem_error_type, .flags = CC_READ_ONLY, .doc = "Every wrong field; empty when the error is not about fields."),
  CC_STRING(cc_problem, request_id, .flags = CC_READ_ONLY, .doc = "X-Request-Id of the request, for asking about it."),
};
const cc_type cc_problem_type = CC_TYPE(cc_problem, "Problem", problem_fields, .doc = "Why a request failed (RFC 9457).");
/* clang-format on */
