/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/core/ccg-session.h"
#include "client-gtk/ui/shell/ccg-page.h"

G_BEGIN_DECLS

/* The door list of an event: find a person, check the person in. Actions: door.search,
 * door.walk-in, door.undo (x: attendee), door.clear. */
#define CCG_TYPE_DOOR_PAGE (ccg_door_page_get_type())
G_DECLARE_FINAL_TYPE(CcgDoorPage, ccg_door_page, CCG, DOOR_PAGE, CcgPage)

CcgPage *ccg_door_page_new(CcgSession *session, gint64 event_id);

G_END_DECLS
