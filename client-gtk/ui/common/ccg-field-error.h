/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* A row below an entry row of a boxed list that shows the error of the entry; hidden when there
 * is none. Properties: "text" (string), "field" (the entry row). */
#define CCG_TYPE_FIELD_ERROR (ccg_field_error_get_type())
G_DECLARE_FINAL_TYPE(CcgFieldError, ccg_field_error, CCG, FIELD_ERROR, GtkListBoxRow)

/* NULL: no error. */
void ccg_field_error_set_text(CcgFieldError *self, const char *text);

G_END_DECLS
