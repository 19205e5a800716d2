/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "client-gtk/core/ccg-record.h"

/* The implementation of a live list: the ids of its rows in order, and the records used last.
 * Belongs to one GListModel and emits its items-changed. */
typedef struct ccg_id_list {
  GListModel *model; /* not owned */
  const cc_type *type;
  GArray *ids;       /* of gint64 */
  guint shown;       /* number of ids in the model; more are added in steps */
  guint growing;     /* source of the next step */
  GHashTable *cache; /* from id to CcgRecord */
  GQueue order;      /* cached ids, oldest first */
} CcgIdList;

typedef CcgRecord *(*CcgIdListRead)(gpointer model, gint64 id);

void ccg_id_list_init(CcgIdList *self, GListModel *model, const cc_type *type);
void ccg_id_list_clear(CcgIdList *self);

/* (transfer full): NULL after the end. */
CcgRecord *ccg_id_list_get(CcgIdList *self, guint position, CcgIdListRead read);

/* Replace the list by @ids (takes ownership), at once or in steps; the contents of @changed
 * (nullable) are new. Emits as few changes as possible. */
void ccg_id_list_replace(CcgIdList *self, GArray *ids, const GArray *changed);
