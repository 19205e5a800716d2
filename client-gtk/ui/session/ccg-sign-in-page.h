/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "client-gtk/core/ccg-session.h"

G_BEGIN_DECLS

/* The sign-in form: server, e-mail, password and, when the server requires it, the second
 * factor. Signal "signed-in" (). */
#define CCG_TYPE_SIGN_IN_PAGE (ccg_sign_in_page_get_type())
G_DECLARE_FINAL_TYPE(CcgSignInPage, ccg_sign_in_page, CCG, SIGN_IN_PAGE, AdwBin)

/* @server: suggested address; NULL: the session's. */
void ccg_sign_in_page_set_session(CcgSignInPage *self, CcgSession *session, const char *server);

/* Clear the typed text, and focus the first empty field. */
void ccg_sign_in_page_reset(CcgSignInPage *self);

G_END_DECLS
