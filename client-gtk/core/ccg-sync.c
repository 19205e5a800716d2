/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-sync.h"
struct _CcgSync { GObject parent_instance; };
G_DEFINE_FINAL_TYPE(CcgSync, ccg_sync, G_TYPE_OBJECT)
static void ccg_sync_class_init(CcgSyncClass *k) {}
static void ccg_sync_init(CcgSync *s) {}
CcgSync *ccg_sync_new(CcgApi *api, CcgStore *store) { return g_object_new(CCG_TYPE_SYNC, NULL); }
void ccg_sync_start(CcgSync *self) {}
void ccg_sync_stop(CcgSync *self) {}
void ccg_sync_refresh(CcgSync *self) {}
void ccg_sync_watch_event(CcgSync *self, gint64 event_id) {}
void ccg_sync_unwatch_event(CcgSync *self, gint64 event_id) {}
gboolean ccg_sync_is_loading_event(CcgSync *self, gint64 event_id) { return FALSE; }
