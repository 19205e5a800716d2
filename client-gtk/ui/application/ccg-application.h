/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "client-gtk/core/ccg-session.h"

G_BEGIN_DECLS

/* The program: options, the session, one window. */
#define CCG_TYPE_APPLICATION (ccg_application_get_type())
G_DECLARE_FINAL_TYPE(CcgApplication, ccg_application, CCG, APPLICATION, AdwApplication)

CcgApplication *ccg_application_new(void);

G_END_DECLS
