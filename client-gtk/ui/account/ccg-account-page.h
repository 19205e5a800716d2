/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/core/ccg-session.h"
#include "client-gtk/ui/shell/ccg-page.h"

G_BEGIN_DECLS

/* The account page: shows the signed-in person, the server and the role; switches to other
 * organizations; signs out. */
#define CCG_TYPE_ACCOUNT_PAGE (ccg_account_page_get_type())
G_DECLARE_FINAL_TYPE(CcgAccountPage, ccg_account_page, CCG, ACCOUNT_PAGE, CcgPage)

CcgPage *ccg_account_page_new(CcgSession *session);

G_END_DECLS
