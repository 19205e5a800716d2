/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* A row under an entry row of a boxed list that says what is wrong with it; hidden while nothing
 * is. Properties: "text" (string), "field" (the entry row that it speaks of). */
#define CCG_TYPE_FIELD_ERROR (ccg_field_error_get_type())
G_DECLARE_FINAL_TYPE(CcgFieldError, ccg_field_error, CCG, FIELD_ERROR, GtkListBoxRow)

/* NULL: nothing is wrong. */
void ccg_field_error_set_text(CcgFieldError *self, const char *text);

G_END_DECLS
