/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "client-gtk/core/ccg-session.h"

G_BEGIN_DECLS

/* The window: start, sign-in, choice of an organization, or the shell with events. Actions:
 * win.back, win.search, win.walk-in, win.refresh, win.account, win.sign-out, win.about. */
#define CCG_TYPE_WINDOW (ccg_window_get_type())
G_DECLARE_FINAL_TYPE(CcgWindow, ccg_window, CCG, WINDOW, AdwApplicationWindow)

/* @server: suggested address for the sign-in; NULL: the last one. */
CcgWindow *ccg_window_new(AdwApplication *application, CcgSession *session, const char *server);

G_END_DECLS
