/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/core/ccg-doc.h"

G_BEGIN_DECLS

/* One item of a list or page: a struct of a common type as a GObject. Immutable; a changed item
 * is a new record. */
#define CCG_TYPE_RECORD (ccg_record_get_type())
G_DECLARE_FINAL_TYPE(CcgRecord, ccg_record, CCG, RECORD, GObject)

/* Keeps a reference to @doc, which contains @object. */
CcgRecord *ccg_record_new(CcgDoc *doc, const cc_type *type, gconstpointer object);

const cc_type *ccg_record_get_record_type(CcgRecord *self);

/* `const cc_event *event = ccg_record_get(record);` Borrowed. */
gconstpointer ccg_record_get(CcgRecord *self);

G_END_DECLS
