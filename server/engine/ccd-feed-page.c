/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-feed-page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ccd-queries.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-cursor.h"
#include "server/engine/ccd-exchange.h"
#include "server/engine/ccd-feed-private.h"
#include "server/engine/ccd-listener-head.h"
#include "server/engine/ccd-listener-socket.h"
#include "server/engine/ccd-log.h"

/* Pages of the feed, asked for or pushed. A cursor is (generation, xid, id), signed for the
 * organization. */

#define PAGE_MAX 500
#define PING_US (20 * CC_TIME_SECOND)
#define BEAT_MS 1000

typedef struct position {
  const char *xid, *id;
} position;

static const char *
scope_of(cc_arena *arena, int64_t organization_id)
{
  return cc_arena_printf(arena, "changes|%" PRId64, organization_id);
}

static bool
keep_text(char *place, size_t size, const char *text)
{
  size_t length = strlen(text);
  if (length >= size)
    return false;
  memcpy(place, text, length + 1);
  return true;
}

/* CC_ERR_GONE: the cursor is of a feed that ended when the database was restored. */
static cc_status
read_since(const ccd_server *server,
           cc_arena *arena,
           int64_t organization_id,
           const char *since,
           position *ret,
           cc_error *reterr)
{
  const char *parts[3] = {server->feed_generation, "0", "0"};
  if (since != NULL && !ccd_cursor_read(&server->keys,
                                        arena,
                                        scope_of(arena, organization_id),
                                        since,
                                        parts,
                                        CC_N(parts)))
    return cc_fail_field(reterr,
                         CC_ERR_INVALID,
                         "cursor",
                         "since",
                         "This cursor was not made by this feed: begin again without it, or with "
                         "now");
  if (strcmp(parts[0], server->feed_generation) != 0)
    return cc_fail_field(reterr,
                         CC_ERR_GONE,
                         "feed_restarted",
                         "since",
                         "The database was restored and its feed began anew: read the lists again, "
                         "then go on with now");
  *ret = (position){parts[1], parts[2]};
  return CC_OK;
}

static const char *
make_cursor(const ccd_server *server, cc_arena *arena, int64_t organization_id, const position *at)
{
  const char *parts[] = {server->feed_generation, at->xid, at->id};
  return ccd_cursor_make(&server->keys,
                         arena,
                         scope_of(arena, organization_id),
                         parts,
                         CC_N(parts));
}

cc_status
ccd_feed_generation_read(ccd_server *server, cc_error *reterr)
{
  static const ccd_context context = {.tx = CCD_READ};
  ccd_db_conn *conn = NULL;
  const ccd_rows *rows = NULL;
  cc_status status = ccd_db_borrow(server->db, &conn, reterr);
  if (status != CC_OK)
    return status;
  status = ccd_db_query_once(conn, &context, &ccd_q_feed_generation, NULL, &rows, reterr);
  if (status == CC_OK && !ccd_rows_bool(rows, 0, "same_cluster"))
    status = cc_fail(reterr,
                     CC_ERR_CONFLICT,
                     "restored",
                     "This database was restored from a dump: run campaign-centerd restored first "
                     "(docs/operating.md)");
  if (status == CC_OK && !keep_text(server->feed_generation,
                                    sizeof(server->feed_generation),
                                    ccd_rows_get(rows, 0, "generation")))
    status = cc_fail(reterr, CC_ERR_INTERNAL, "generation", "The feed's generation is too long");
  ccd_db_return(server->db, conn);
  return status;
}

const char *
ccd_call_feed_cursor(ccd_call *call, const char *xid, const char *id)
{
  const position at = {xid, id};
  return make_cursor(call->server, call->arena, call->actor->organization_id, &at);
}

cc_status
ccd_call_feed_place(ccd_call *call,
                    const char *cursor,
                    const char **ret_xid,
                    const char **ret_id,
                    cc_error *reterr)
{
  position at = {"0", "0"};
  cc_status status =
    read_since(call->server, call->arena, call->actor->organization_id, cursor, &at, reterr);
  *ret_xid = at.xid;
  *ret_id = at.id;
  return status;
}

/* From rows to a page. The cursor moves to the last row. */
static cc_status
fill_page(const ccd_server *server,
          cc_arena *arena,
          int64_t organization_id,
          const ccd_rows *rows,
          int64_t limit,
          position *at,
          cc_change_page **ret,
          cc_error *reterr)
{
  cc_change_page *page = cc_arena_alloc(arena, sizeof(*page));
  size_t n = (size_t) ccd_rows_n(rows);
  if (page == NULL)
    return cc_fail_memory(reterr);
  page->more = (int64_t) n > limit;
  page->n_data = page->more ? (size_t) limit : n;
  page->data = cc_arena_alloc(arena, (page->n_data + 1) * sizeof(*page->data));
  for (size_t i = 0; page->data != NULL && i < page->n_data; i++) {
    page->data[i] = cc_arena_alloc(arena, sizeof(**page->data));
    if (page->data[i] == NULL)
      return cc_fail_memory(reterr);
    cc_status status = ccd_rows_bind(rows, (int) i, &cc_change_type, arena, page->data[i], reterr);
    if (status != CC_OK)
      return status;
  }
  if (page->n_data > 0) {
    at->xid = cc_arena_strdup(arena, ccd_rows_get(rows, (int) page->n_data - 1, "xid"));
    at->id = cc_arena_strdup(arena, ccd_rows_get(rows, (int) page->n_data - 1, "id"));
  }
  if (page->data == NULL || at->xid == NULL || at->id == NULL)
    return cc_fail_memory(reterr);
  page->cursor = (char *) make_cursor(server, arena, organization_id, at);
  *ret = page;
  return CC_OK;
}

cc_status
ccd_feed_list(ccd_call *call, cc_error *reterr)
{
  const cc_change_query *query = call->query;
  int64_t limit = query->limit > 0 ? query->limit : PAGE_MAX;
  int64_t organization = call->actor->organization_id;
  position at = {"0", "0"};
  cc_change_page *page = NULL;
  const ccd_rows *rows = NULL;
  cc_status status = CC_OK;
  if (query->since != NULL && strcmp(query->since, "now") == 0) {
    status = ccd_call_query(call, &ccd_q_change_now, NULL, &rows, reterr);
    if (status != CC_OK)
      return status;
    at.xid = ccd_rows_get(rows, 0, "xid");
    page = cc_arena_alloc(call->arena, sizeof(*page));
    if (page == NULL)
      return cc_fail_memory(reterr);
    page->cursor = (char *) make_cursor(call->server, call->arena, organization, &at);
    call->reply = page;
    return CC_OK;
  }
  status = read_since(call->server, call->arena, organization, query->since, &at, reterr);
  if (status != CC_OK)
    return status;
  const ccd_arg args[] = {{"xid", at.xid},
                          {"id", at.id},
                          {"limit_more", ccd_text_int64(call->arena, limit + 1)},
                          {0}};
  status = ccd_call_query(call, &ccd_q_change_list, args, &rows, reterr);
  if (status == CC_OK)
    status = fill_page(call->server, call->arena, organization, rows, limit, &at, &page, reterr);
  call->reply = page;
  return status;
}

/* --- live --- */

typedef struct live {
  ccd_server *server;
  ccd_credential credential;
  char token[128]; /* of the credential: it is asked again whether it still holds */
  char address[64];
  char xid[24], id[24];
  ccd_feed_watch watch;
} live;

/* The right may end while the socket is open. A database that is away decides nothing: the socket
 * sees nothing new either. */
static bool
still_allowed(live *self, cc_arena *arena)
{
  ccd_actor actor = {0};
  ccd_limit_state state = {0};
  cc_error error;
  cc_status status = ccd_sessions_admit(self->server->sessions,
                                        &self->credential,
                                        CCD_LIMIT_NONE,
                                        self->address,
                                        arena,
                                        &actor,
                                        &state,
                                        &error);
  if (status == CC_ERR_UNAVAILABLE)
    return true;
  return status == CC_OK && actor.organization_id == self->watch.organization_id &&
         (actor.rights & CC_RIGHT_BIT(CC_RIGHT_MEMBER));
}

/* Send what is new. @ret_sent: how many; false: the socket is gone. A database that is away is
 * waited for. */
static bool
push_news(live *self, ccd_socket *socket, cc_arena *arena, size_t *ret_sent)
{
  *ret_sent = 0;
  ccd_db_conn *conn = NULL;
  cc_error error;
  if (ccd_db_borrow(self->server->db, &conn, &error) != CC_OK)
    return true;
  const ccd_context context = {.tx = CCD_READ, .organization_id = self->watch.organization_id};
  const char *args[] = {ccd_text_int64(arena, self->watch.organization_id),
                        self->xid,
                        self->id,
                        ccd_text_int64(arena, PAGE_MAX + 1)};
  const ccd_rows *rows = NULL;
  position at = {self->xid, self->id};
  cc_change_page *page = NULL;
  cc_status status = ccd_db_query_once(conn, &context, &ccd_q_change_list, args, &rows, &error);
  if (status == CC_OK)
    status = fill_page(self->server,
                       arena,
                       self->watch.organization_id,
                       rows,
                       PAGE_MAX,
                       &at,
                       &page,
                       &error);
  ccd_db_return(self->server->db, conn);
  if (status != CC_OK || page == NULL || page->n_data == 0)
    return true;
  cc_str text = CC_STR_INIT(CCD_REPLY_MAX);
  cc_encode(&cc_change_page_type, page, CC_VIEW_MEMBER, &text);
  bool sent = !text.failed && ccd_socket_send(socket, text.text, text.length) &&
              keep_text(self->xid, sizeof(self->xid), at.xid) &&
              keep_text(self->id, sizeof(self->id), at.id);
  cc_str_done(&text);
  *ret_sent = page->n_data;
  return sent;
}

/* A change is readable only when every older transaction has ended, which may be a little after the
 * wake-up: so look again soon, then less often. */
static void
live_cb(ccd_socket *socket, void *data)
{
  static const int again_ms[] = {25, 100, 400};
  live *self = data;
  if (!ccd_feed_watch_add(self->server->feed, &self->watch))
    return;
  cc_arena *arena = cc_arena_new(4u * 1024 * 1024);
  size_t tries = 0;
  int64_t pinged = cc_time_monotonic();
  while (arena != NULL && ccd_socket_open(socket)) {
    size_t sent = 0;
    if (!push_news(self, socket, arena, &sent) || !still_allowed(self, arena))
      break;
    if (cc_time_monotonic() - pinged > PING_US) {
      pinged = cc_time_monotonic();
      if (!ccd_socket_ping(socket))
        break;
    }
    cc_arena_clear(arena);
    if (sent > 0)
      tries = 0;
    int wait_ms = sent > PAGE_MAX - 1 ? 0 : tries < CC_N(again_ms) ? again_ms[tries] : BEAT_MS;
    tries = ccd_feed_watch_wait(self->server->feed, &self->watch, wait_ms) ? 0 : tries + 1;
  }
  cc_arena_free(arena);
  ccd_feed_watch_remove(self->server->feed, &self->watch);
  explicit_bzero(self->token, sizeof(self->token));
}

cc_status
ccd_feed_live(ccd_call *call, cc_error *reterr)
{
  const cc_change_query *query = call->query;
  ccd_exchange *exchange = ccd_exchange_of(call);
  position at = {"0", "0"};
  const char *upgrade = ccd_http_header(exchange->request, "upgrade");
  if (upgrade == NULL || strcasecmp(upgrade, "websocket") != 0)
    return cc_fail_field(reterr,
                         CC_ERR_MALFORMED,
                         "upgrade",
                         "Upgrade",
                         "This is a WebSocket: ask for an upgrade");
  if (ccd_feed_sockets(call->server->feed) >= call->server->config.live_sockets)
    return cc_fail(reterr,
                   CC_ERR_UNAVAILABLE,
                   "too_many_sockets",
                   "There are too many live connections: use /v1/changes");
  const char *since = query->since;
  if (since != NULL && strcmp(since, "now") == 0) {
    const ccd_rows *rows = NULL;
    cc_status status = ccd_call_query(call, &ccd_q_change_now, NULL, &rows, reterr);
    if (status != CC_OK)
      return status;
    at.xid = ccd_rows_get(rows, 0, "xid");
  } else {
    cc_status status =
      read_since(call->server, call->arena, call->actor->organization_id, since, &at, reterr);
    if (status != CC_OK)
      return status;
  }
  live *self = calloc(1, sizeof(*self));
  if (self == NULL)
    return cc_fail_memory(reterr);
  self->server = call->server;
  self->credential = exchange->credential;
  self->watch.organization_id = call->actor->organization_id;
  bool kept = keep_text(self->token, sizeof(self->token), exchange->credential.token) &&
              keep_text(self->address, sizeof(self->address), call->address) &&
              keep_text(self->xid, sizeof(self->xid), at.xid) &&
              keep_text(self->id, sizeof(self->id), at.id);
  if (!kept) {
    free(self);
    return cc_fail(reterr, CC_ERR_INTERNAL, "live", "The position of the feed is too long");
  }
  self->credential.token = self->token;
  exchange->socket = live_cb;
  exchange->socket_data = self;
  return CC_OK;
}
