/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* One sentence above the bottom of a page that goes away by itself, with an action if there is one.
 * Lies in a GtkOverlay. As AdwToast, but a long sentence takes several lines: libadwaita 1.2 cuts
 * it off, and half a name is none. */
#define CCG_TYPE_TOAST (ccg_toast_get_type())
G_DECLARE_FINAL_TYPE(CcgToast, ccg_toast, CCG, TOAST, AdwBin)

/* In place of what is shown. */
void ccg_toast_say(CcgToast *self, const char *text);

/* @label: of the button, with mnemonic; @action: what it activates, with @target (floating). */
void ccg_toast_offer(CcgToast *self,
                     const char *text,
                     const char *label,
                     const char *action,
                     GVariant *target);

G_END_DECLS
