/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/core/ccg-store.h"

/* The list model behind ccg_store_list_events. */
#define CCG_TYPE_EVENT_LIST (ccg_event_list_get_type())
G_DECLARE_FINAL_TYPE(CcgEventList, ccg_event_list, CCG, EVENT_LIST, GObject)

CcgEventList *ccg_event_list_new(CcgStore *store, CcgEventScope scope);
