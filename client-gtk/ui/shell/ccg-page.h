/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* A page in the content pane of CcgShell: a header bar and the content of a subclass below it.
 * Children of type "end" are placed at the end of the header bar. Properties: "title",
 * "subtitle"  of the header bar; the title is also the window's "can-go-back"        whether
 * there is a Back button; set by the shell "beside-list"        whether the list pane is visible
 * beside it; set by the shell */
#define CCG_TYPE_PAGE (ccg_page_get_type())
G_DECLARE_DERIVABLE_TYPE(CcgPage, ccg_page, CCG, PAGE, GtkBox)

struct _CcgPageClass {
  GtkBoxClass parent_class;
};

const char *ccg_page_get_title(CcgPage *self);
void ccg_page_set_title(CcgPage *self, const char *title);
void ccg_page_set_subtitle(CcgPage *self, const char *subtitle);

G_END_DECLS
