/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-record.h"

struct _CcgRecord {
  GObject parent_instance;

  CcgDoc *doc;
  const cc_type *type;
  gconstpointer object; /* inside doc */
};

G_DEFINE_FINAL_TYPE(CcgRecord, ccg_record, G_TYPE_OBJECT)

static void
ccg_record_finalize(GObject *object)
{
  CcgRecord *self = CCG_RECORD(object);
  g_clear_pointer(&self->doc, ccg_doc_unref);
  G_OBJECT_CLASS(ccg_record_parent_class)->finalize(object);
}

static void
ccg_record_class_init(CcgRecordClass *klass)
{
  G_OBJECT_CLASS(klass)->finalize = ccg_record_finalize;
}

static void
ccg_record_init(CcgRecord *self)
{
}

CcgRecord *
ccg_record_new(CcgDoc *doc, const cc_type *type, gconstpointer object)
{
  CcgRecord *self = g_object_new(CCG_TYPE_RECORD, NULL);
  self->doc = ccg_doc_ref(doc);
  self->type = type;
  self->object = object;
  return self;
}

const cc_type *
ccg_record_get_record_type(CcgRecord *self)
{
  g_return_val_if_fail(CCG_IS_RECORD(self), NULL);
  return self->type;
}

gconstpointer
ccg_record_get(CcgRecord *self)
{
  g_return_val_if_fail(CCG_IS_RECORD(self), NULL);
  return self->object;
}
