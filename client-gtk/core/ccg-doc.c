/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-doc.h"

#include "client-gtk/core/ccg-error-private.h"

/* Size of the arena. A reply has at most 16 MiB of JSON; the decoded structs may take several
 * times as much. */
#define ARENA_CEILING ((size_t) 128 * 1024 * 1024)

/* The shape of every list reply. */
typedef struct doc_page {
  void **data;
  size_t n_data;
  char *next_cursor;
} doc_page;

struct ccg_doc {
  gatomicrefcount refs;
  cc_arena *arena;
  const cc_type *type; /* type of the object, or of a page's items */
  void *object;        /* NULL: a page */
  doc_page *page;
};

G_DEFINE_BOXED_TYPE(CcgDoc, ccg_doc, ccg_doc_ref, ccg_doc_unref)

static CcgDoc *
doc_decode(const cc_type *type, const char *json, gsize length, void **ret, GError **error)
{
  cc_arena *arena = cc_arena_new(ARENA_CEILING);
  g_assert(arena != NULL);
  cc_error_list errors = {.arena = arena};
  cc_status status =
    cc_decode(type, json, length, CC_MODE_REPLY, arena, ret, /* ret_present= */ NULL, &errors);
  if (status != CC_OK) {
    const char *why = errors.n > 0 ? errors.items[0].message : cc_status_title(status);
    g_propagate_error(error, ccg_error_new(CC_ERR_INTERNAL, "answer_malformed", why));
    cc_arena_free(arena);
    return NULL;
  }
  CcgDoc *doc = g_new0(CcgDoc, 1);
  g_atomic_ref_count_init(&doc->refs);
  doc->arena = arena;
  return doc;
}

CcgDoc *
ccg_doc_new_from_json(const cc_type *type, const char *json, gsize length, GError **error)
{
  void *object = NULL;
  CcgDoc *doc = doc_decode(type, json, length, &object, error);
  if (doc == NULL)
    return NULL;
  doc->type = type;
  doc->object = object;
  return doc;
}

CcgDoc *
ccg_doc_new_page_from_json(const cc_type *item_type, const char *json, gsize length, GError **error)
{
  /* The field table is needed only until decoding has ended. */
  const cc_field fields[] = {
    {
      .key = ",\"data\":",
      .name = "data",
      .name_length = sizeof "data" - 1,
      .kind = CC_KIND_LIST,
      .type = item_type,
      .offset = offsetof(doc_page, data),
      .count_offset = offsetof(doc_page, n_data),
    },
    CC_STRING(doc_page, next_cursor, .flags = CC_NULLABLE),
  };
  const cc_type page_type = CC_TYPE(doc_page, "Page", fields);
  void *page = NULL;
  CcgDoc *doc = doc_decode(&page_type, json, length, &page, error);
  if (doc == NULL)
    return NULL;
  doc->type = item_type;
  doc->page = page;
  return doc;
}

CcgDoc *
ccg_doc_ref(CcgDoc *doc)
{
  g_atomic_ref_count_inc(&doc->refs);
  return doc;
}

void
ccg_doc_unref(CcgDoc *doc)
{
  if (!g_atomic_ref_count_dec(&doc->refs))
    return;
  cc_arena_free(doc->arena);
  g_free(doc);
}

const cc_type *
ccg_doc_get_item_type(CcgDoc *doc)
{
  return doc->type;
}

gconstpointer
ccg_doc_get_object(CcgDoc *doc)
{
  return doc->object;
}

guint
ccg_doc_get_n_items(CcgDoc *doc)
{
  return doc->page == NULL ? 0 : (guint) doc->page->n_data;
}

gconstpointer
ccg_doc_get_item(CcgDoc *doc, guint position)
{
  g_return_val_if_fail(position < ccg_doc_get_n_items(doc), NULL);
  return doc->page->data[position];
}

const char *
ccg_doc_get_next_cursor(CcgDoc *doc)
{
  return doc->page == NULL ? NULL : doc->page->next_cursor;
}
