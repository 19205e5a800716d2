/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "client-gtk/core/ccg-session.h"

G_BEGIN_DECLS

/* The person's organizations; activating one switches to it. */
#define CCG_TYPE_ORGANIZATION_LIST (ccg_organization_list_get_type())
G_DECLARE_FINAL_TYPE(CcgOrganizationList, ccg_organization_list, CCG, ORGANIZATION_LIST, AdwBin)

void ccg_organization_list_set_session(CcgOrganizationList *self, CcgSession *session);

G_END_DECLS
