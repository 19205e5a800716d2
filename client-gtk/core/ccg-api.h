/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "client-gtk/core/ccg-doc.h"
#include "common/api/cc-op.h"

G_BEGIN_DECLS

/* The only access to the server: method, path, query, body and reply type come from the
 * operation. Main thread only. Every call has a deadline, a size limit for the reply and a
 * cancellable; the token is sent to the configured origin only; redirects are not followed. */
#define CCG_TYPE_API (ccg_api_get_type())
G_DECLARE_FINAL_TYPE(CcgApi, ccg_api, CCG, API, GObject)

/* Normalize a typed address to scheme://host[:port], or return NULL. A missing scheme means
 * https; the path "/" is dropped; any other path, query, user or fragment is refused. (transfer
 * full) */
char *ccg_origin_parse(const char *text);

/* FALSE for http to a host that is neither this machine nor in a private network: others could
 * read the traffic. */
gboolean ccg_origin_is_safe(const char *origin);

/* @origin: "https://campaign.example.org", without a path. */
CcgApi *ccg_api_new(const char *origin);
const char *ccg_api_get_origin(CcgApi *self);

/* NULL: signed out. The token's memory is cleared after use. */
void ccg_api_set_token(CcgApi *self, const char *token);
gboolean ccg_api_has_token(CcgApi *self);

/* The arguments of a call: structs of the operation's types, read before the function returns. */
typedef struct ccg_request {
  const cc_op *op;
  gconstpointer params;           /* op->params */
  gconstpointer query;            /* op->query; members without a value are left out */
  gconstpointer body;             /* op->body */
  const cc_present *body_present; /* PATCH: the fields to send; NULL: all fields with a value */
  const char *idempotency_key;    /* NULL: a key is generated for a write */
} CcgRequest;

void ccg_api_call_async(CcgApi *self,
                        const CcgRequest *request,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);

/* (transfer full) (nullable): the reply; for a list, one page; NULL without error when the
 * operation has no reply. Errors: CCG_ERROR, G_IO_ERROR_CANCELLED, G_TLS_ERROR. */
CcgDoc *ccg_api_call_finish(CcgApi *self, GAsyncResult *result, GError **error);

/* Follow the live feed: calls "message" (CcgDoc *page) for every page and "closed" (GError *,
 * may be NULL) once. Stop with g_cancellable_cancel. */
void ccg_api_follow_async(CcgApi *self,
                          const char *since,
                          GCancellable *cancellable,
                          void (*message)(CcgDoc *page, gpointer user_data),
                          void (*closed)(const GError *error, gpointer user_data),
                          gpointer user_data);

/* Signals: "unauthenticated" (): the token is no longer valid. */

G_END_DECLS
