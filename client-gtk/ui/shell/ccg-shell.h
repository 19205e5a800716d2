/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/ui/shell/ccg-page.h"

G_BEGIN_DECLS

/* The adaptive container: sections with lists on one side, a stack of pages on the other; on a
 * phone one of them at a time. Read-only properties that notify: "title"   of the visible page
 * or list "folded"  whether one side is shown at a time */
#define CCG_TYPE_SHELL (ccg_shell_get_type())
G_DECLARE_FINAL_TYPE(CcgShell, ccg_shell, CCG, SHELL, AdwBin)

/* @name: constant, used by tests. */
void ccg_shell_add_section(CcgShell *self,
                           GtkWidget *child,
                           const char *name,
                           const char *title,
                           const char *icon_name);

/* Show @page instead of all open pages. */
void ccg_shell_open(CcgShell *self, CcgPage *page);

/* Show @page above the open one; Back returns there. */
void ccg_shell_push(CcgShell *self, CcgPage *page);

/* One step back; FALSE when there is none. */
gboolean ccg_shell_back(CcgShell *self);

/* Close every page. */
void ccg_shell_clear(CcgShell *self);

/* The visible page; NULL when only a list is visible. */
CcgPage *ccg_shell_get_page(CcgShell *self);

const char *ccg_shell_get_title(CcgShell *self);

G_END_DECLS
