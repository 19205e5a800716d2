/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "client-gtk/core/ccg-record.h"

/* The inside of a live list: the ids of its rows in their order, and the records that were looked
 * at last. Belongs to one GListModel and emits its items-changed. */
typedef struct ccg_id_list {
  GListModel *model; /* not owned */
  const cc_type *type;
  GArray *ids;       /* of gint64 */
  guint shown;       /* as many of them are in the model; more come in steps */
  guint growing;     /* source of the next step */
  GHashTable *cache; /* id -> CcgRecord */
  GQueue order;      /* the cached ids, oldest first */
} CcgIdList;

typedef CcgRecord *(*CcgIdListRead)(gpointer model, gint64 id);

void ccg_id_list_init(CcgIdList *self, GListModel *model, const cc_type *type);
void ccg_id_list_clear(CcgIdList *self);

/* (transfer full): NULL behind the end. */
CcgRecord *ccg_id_list_get(CcgIdList *self, guint position, CcgIdListRead read);

/* The list is now, or within a few steps, @ids (taken over), and of @changed (nullable) the content
 * is another. Emits as few changes as possible. */
void ccg_id_list_replace(CcgIdList *self, GArray *ids, const GArray *changed);
