/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "common/codec/cc-codec.h"

G_BEGIN_DECLS

/* A decoded JSON object with its memory: an arena, a type and the struct of that type.
 * Reference-counted, immutable, may be passed to another thread. */
typedef struct ccg_doc CcgDoc;

#define CCG_TYPE_DOC (ccg_doc_get_type())
GType ccg_doc_get_type(void);

/* Decode one JSON object, ignoring unknown members. NULL with @error set. (transfer full) */
CcgDoc *ccg_doc_new_from_json(const cc_type *type, const char *json, gsize length, GError **error);

/* Decode a list reply: {"data": […], "next_cursor": …}. @item_type is the type of the items. */
CcgDoc *ccg_doc_new_page_from_json(const cc_type *item_type,
                                   const char *json,
                                   gsize length,
                                   GError **error);

CcgDoc *ccg_doc_ref(CcgDoc *doc);
void ccg_doc_unref(CcgDoc *doc);

const cc_type *ccg_doc_get_item_type(CcgDoc *doc);

/* The struct (NULL for a page). Owned by the doc. */
gconstpointer ccg_doc_get_object(CcgDoc *doc);

/* Of a page: the number of items, one item, and the cursor of the next page or NULL. */
guint ccg_doc_get_n_items(CcgDoc *doc);
gconstpointer ccg_doc_get_item(CcgDoc *doc, guint position);
const char *ccg_doc_get_next_cursor(CcgDoc *doc);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcgDoc, ccg_doc_unref)

G_END_DECLS
