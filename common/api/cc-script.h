/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"
#include "common/api/cc-contact.h"
#include "common/api/cc-page.h"

/* Scripts: ordered steps, each a text to read aloud or a question. */

typedef struct cc_script_option {
  int64_t *id; /* NULL: a new option */
  char *key;   /* name of the option within this document, for show_if_key; not stored */
  char *texts; /* {"en": "Yes"} */
  int64_t *support_level;
  int64_t *tag_id;
  char *follow_up;
  int64_t *event_id;
} cc_script_option;

typedef struct cc_script_step {
  int64_t *id; /* NULL: a new step */
  int kind;
  char *texts;
  bool required;
  int64_t *scale_min;
  int64_t *scale_max;
  /* the step is shown when this option of an earlier question was chosen */
  int64_t *show_if_option_id;
  char *show_if_key; /* the same condition, by the key of an option of this document */
  cc_script_option **options;
  size_t n_options;
} cc_script_step;

typedef struct cc_script {
  int64_t id;
  char *name;
  char *description;
  cc_strings channels;
  cc_strings languages; /* the first language is the fallback */
  cc_script_step **steps;
  size_t n_steps;
  cc_strings warnings; /* steps without a text in one of the languages */
  cc_time *archived_at;
  cc_time created_at;
  cc_time updated_at;
  int64_t version;
} cc_script;

typedef struct cc_script_steps {
  cc_script_step **steps;
  size_t n_steps;
} cc_script_steps;

typedef struct cc_script_copy {
  char *name;
} cc_script_copy;

typedef struct cc_script_answers {
  cc_contact_answer **answers;
  size_t n_answers;
} cc_script_answers;

typedef struct cc_script_path_step {
  int64_t step_id;
  bool answered;
  bool missing; /* required and not answered */
} cc_script_path_step;

typedef struct cc_script_path {
  cc_script_path_step **steps;
  size_t n_steps;
} cc_script_path;

typedef struct cc_script_filter {
  bool archived;
  int channel;
  int64_t limit;
  char *cursor;
} cc_script_filter;

extern const cc_enum cc_step_kind_enum;
extern const cc_type cc_script_step_type;
extern const cc_type cc_script_type;
extern const cc_type cc_script_path_type;
