/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "client-gtk/core/ccg-doc.h"
#include "common/api/cc-op.h"

G_BEGIN_DECLS

/* The one funnel to the server: method, path, query, body and reply come from the operation. Main
 * thread only. Every call has a deadline, a ceiling for the answer and a cancellable; the token
 * goes to the configured origin only; redirects are not followed. */
#define CCG_TYPE_API (ccg_api_get_type())
G_DECLARE_FINAL_TYPE(CcgApi, ccg_api, CCG, API, GObject)

/* scheme://host[:port] in its normal form from what a person typed, or NULL: a missing scheme is
 * https; path "/" is dropped, any other path, query, user or fragment is refused. (transfer full)
 */
char *ccg_origin_parse(const char *text);

/* FALSE for http to a host that is neither this machine nor in a private network: what is sent
 * there can be read on the way. */
gboolean ccg_origin_is_safe(const char *origin);

/* @origin: "https://campaign.example.org", without a path. */
CcgApi *ccg_api_new(const char *origin);
const char *ccg_api_get_origin(CcgApi *self);

/* NULL: signed out. The text is kept in memory that is cleared. */
void ccg_api_set_token(CcgApi *self, const char *token);
gboolean ccg_api_has_token(CcgApi *self);

/* What a call sends; structs of the operation's own types, read before the function returns. */
typedef struct ccg_request {
  const cc_op *op;
  gconstpointer params;           /* op->params */
  gconstpointer query;            /* op->query; unset members are left out */
  gconstpointer body;             /* op->body */
  const cc_present *body_present; /* PATCH: the fields to send; NULL: all that are set */
  const char *idempotency_key;    /* NULL: one is made for a write */
} CcgRequest;

void ccg_api_call_async(CcgApi *self,
                        const CcgRequest *request,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);

/* (transfer full) (nullable): the reply, a page for a list; NULL without error when the operation
 * has no reply. Errors: CCG_ERROR, G_IO_ERROR_CANCELLED, G_TLS_ERROR. */
CcgDoc *ccg_api_call_finish(CcgApi *self, GAsyncResult *result, GError **error);

/* The live feed. "message" (CcgDoc *page) for every page, "closed" (GError *, may be NULL) once.
 * Ends with g_cancellable_cancel. */
void ccg_api_follow_async(CcgApi *self,
                          const char *since,
                          GCancellable *cancellable,
                          void (*message)(CcgDoc *page, gpointer user_data),
                          void (*closed)(const GError *error, gpointer user_data),
                          gpointer user_data);

/* Signals:
 *   "unauthenticated" (): the token is no longer good. */

G_END_DECLS
