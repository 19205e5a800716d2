/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* A sentence at the bottom of a page that disappears by itself, with an optional action. Placed
 * in a GtkOverlay. Like AdwToast, but a long sentence is wrapped: libadwaita 1.2 truncates it,
 * and a truncated name is useless. */
#define CCG_TYPE_TOAST (ccg_toast_get_type())
G_DECLARE_FINAL_TYPE(CcgToast, ccg_toast, CCG, TOAST, AdwBin)

/* Show @text instead of the current sentence. */
void ccg_toast_say(CcgToast *self, const char *text);

/* @label: of the button, with mnemonic; @action: the action that it activates, with @target
 *   (floating). */
void ccg_toast_offer(CcgToast *self,
                     const char *text,
                     const char *label,
                     const char *action,
                     GVariant *target);

G_END_DECLS
