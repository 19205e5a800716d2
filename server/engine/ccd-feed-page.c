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
#include "server/engine/ccd-log.h"

/* Pages of the feed, for requests and for sockets. A cursor is (generation, xid, id), signed for
 * the organization. */

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

/* Read the position in @since. CC_ERR_GONE: the cursor belongs to a feed that ended when the
 * database was restored. */
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
                         "The database was restored and its feed started again: read the lists "
                         "again, "
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
  status = ccd_db_query_in_own_tx(conn, &context, &ccd_q_feed_generation, NULL, &rows, reterr);
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

/* Count the rows of change_follow without its last row, which may represent rows that are held
 * back. */
static size_t
count_changes(const ccd_rows *rows)
{
  int n = ccd_rows_n(rows);
  return (size_t) (n > 0 && ccd_rows_get(rows, n - 1, "entity") == NULL ? n - 1 : n);
}

/* Convert the first @n rows into changes. Rows that the actor may not see are left out. */
static cc_status
fill_changes(const ccd_rows *rows,
             size_t n,
             cc_arena *arena,
             cc_change_page *page,
             cc_error *reterr)
{
  page->data = cc_arena_alloc(arena, (n + 1) * sizeof(*page->data));
  for (size_t i = 0; page->data != NULL && i < n; i++) {
    if (!ccd_rows_bool(rows, (int) i, "heard"))
      continue;
    cc_change *change = cc_arena_alloc(arena, sizeof(*change));
    if (change == NULL)
      return cc_fail_memory(reterr);
    cc_status status = ccd_rows_bind(rows, (int) i, &cc_change_type, arena, change, reterr);
    if (status != CC_OK)
      return status;
    page->data[page->n_data++] = change;
  }
  return page->data != NULL ? CC_OK : cc_fail_memory(reterr);
}

/* Make a page from rows. The cursor moves to the last row, whether or not the actor may see the
 * row. */
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
  size_t n = count_changes(rows);
  if (page == NULL)
    return cc_fail_memory(reterr);
  page->more = (int64_t) n > limit;
  n = page->more ? (size_t) limit : n;
  cc_status status = fill_changes(rows, n, arena, page, reterr);
  if (status != CC_OK)
    return status;
  if (n > 0) {
    at->xid = cc_arena_strdup(arena, ccd_rows_get(rows, (int) n - 1, "xid"));
    at->id = cc_arena_strdup(arena, ccd_rows_get(rows, (int) n - 1, "id"));
  }
  if (at->xid == NULL || at->id == NULL)
    return cc_fail_memory(reterr);
  page->cursor = (char *) make_cursor(server, arena, organization_id, at);
  *ret = page;
  return CC_OK;
}

cc_status
ccd_feed_list(ccd_call *call, cc_error *reterr)
{
  const cc_change_query *query = call->query;
  int64_t limit = query->limit > 0 ? query->limit : CCD_FEED_PAGE_MAX;
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

ccd_db *
ccd_feed_db(const ccd_server *server)
{
  return server->feed_db != NULL ? server->feed_db : server->db;
}

/* Encode a page as a WebSocket message for all sockets of a group. */
static cc_status
make_frame(const cc_change_page *page, ccd_frame **ret, cc_error *reterr)
{
  cc_str text = CC_STR_INIT(CCD_REPLY_MAX);
  cc_encode(&cc_change_page_type, page, CC_VIEW_MEMBER, &text);
  *ret = text.failed || page->cursor == NULL ? NULL
                                             : ccd_frame_new(text.text, text.length, page->cursor);
  cc_str_done(&text);
  return *ret != NULL ? CC_OK : cc_fail_memory(reterr);
}

static cc_status
make_news(const ccd_server *server,
          cc_arena *arena,
          int64_t organization_id,
          const ccd_rows *rows,
          ccd_feed_news *ret,
          cc_error *reterr)
{
  position at = {"0", "0"};
  cc_change_page *page = NULL;
  ret->held = count_changes(rows) < (size_t) ccd_rows_n(rows);
  if (count_changes(rows) == 0)
    return CC_OK;
  cc_status status =
    fill_page(server, arena, organization_id, rows, CCD_FEED_PAGE_MAX, &at, &page, reterr);
  if (status == CC_OK && page != NULL && page->n_data > 0)
    status = make_frame(page, &ret->frame, reterr);
  if (status != CC_OK || page == NULL)
    return status;
  ret->to = (ccd_feed_at){strtoull(at.xid, NULL, 10), strtoll(at.id, NULL, 10)};
  ret->moved = true;
  ret->more = page->more;
  return CC_OK;
}

cc_status
ccd_feed_read(const ccd_server *server,
              cc_arena *arena,
              int64_t organization_id,
              int64_t device_id,
              ccd_feed_at from,
              ccd_feed_news *ret,
              cc_error *reterr)
{
  ccd_db *db = ccd_feed_db(server);
  ccd_db_conn *conn = NULL;
  const ccd_rows *rows = NULL;
  cc_status status = ccd_db_borrow(db, &conn, reterr);
  if (status != CC_OK)
    return status;
  const ccd_context context = {.tx = CCD_READ, .organization_id = organization_id};
  const char *actor = device_id == 0 ? "" : cc_arena_printf(arena, "device:%" PRId64, device_id);
  const char *args[] = {ccd_text_int64(arena, organization_id),
                        actor,
                        cc_arena_printf(arena, "%" PRIu64, from.xid),
                        ccd_text_int64(arena, from.id),
                        ccd_text_int64(arena, CCD_FEED_PAGE_MAX + 1)};
  status = ccd_db_query_in_own_tx(conn, &context, &ccd_q_change_follow, args, &rows, reterr);
  if (status == CC_OK)
    status = make_news(server, arena, organization_id, rows, ret, reterr);
  ccd_db_return(db, conn);
  return status;
}

/* Read the end of the feed on the feed's own connections, so that a handshake never waits for
 * requests. */
static cc_status
read_now(ccd_call *call, position *ret, cc_error *reterr)
{
  static const ccd_context context = {.tx = CCD_READ};
  ccd_db *db = ccd_feed_db(call->server);
  ccd_db_conn *conn = NULL;
  const ccd_rows *rows = NULL;
  cc_status status = ccd_db_borrow(db, &conn, reterr);
  if (status != CC_OK)
    return status;
  status = ccd_db_query_in_own_tx(conn, &context, &ccd_q_change_now, NULL, &rows, reterr);
  if (status == CC_OK)
    *ret = (position){cc_arena_strdup(call->arena, ccd_rows_get(rows, 0, "xid")), "0"};
  ccd_db_return(db, conn);
  return status == CC_OK && ret->xid == NULL ? cc_fail_memory(reterr) : status;
}

/* Determine the position at which a socket begins. Its cursor is sent with CCD_CLOSE_TOO_SLOW
 * when the socket ends before its first frame. */
static cc_status
begin_socket(ccd_call *call, ccd_live_member *member, cc_error *reterr)
{
  const cc_change_query *query = call->query;
  ccd_exchange *exchange = ccd_exchange_of(call);
  int64_t organization = call->actor->organization_id;
  position at = {"0", "0"};
  bool now = query->since != NULL && strcmp(query->since, "now") == 0;
  cc_status status =
    now ? read_now(call, &at, reterr)
        : read_since(call->server, call->arena, organization, query->since, &at, reterr);
  if (status != CC_OK)
    return status;
  member->at = (ccd_feed_at){strtoull(at.xid, NULL, 10), strtoll(at.id, NULL, 10)};
  const char *cursor = make_cursor(call->server, call->arena, organization, &at);
  exchange->socket_note = cursor;
  if (cursor == NULL)
    return cc_fail_memory(reterr);
  /* A client that began with "now" gets a cursor before the first change, so that it can
   * continue from there after an interruption. */
  const cc_change_page page = {.cursor = (char *) cursor};
  return now ? make_frame(&page, &member->hello, reterr) : CC_OK;
}

cc_status
ccd_feed_live(ccd_call *call, cc_error *reterr)
{
  ccd_exchange *exchange = ccd_exchange_of(call);
  ccd_live_member *member = NULL;
  const char *upgrade = ccd_http_header(exchange->request, "upgrade");
  if (upgrade == NULL || strcasecmp(upgrade, "websocket") != 0)
    return cc_fail_field(reterr,
                         CC_ERR_MALFORMED,
                         "upgrade",
                         "Upgrade",
                         "This is a WebSocket: ask for an upgrade");
  ccd_live *live = ccd_feed_sockets_of(call->server->feed);
  cc_status status = ccd_live_join(live, call, &exchange->credential, &member, reterr);
  if (status != CC_OK)
    return status;
  status = begin_socket(call, member, reterr);
  if (status != CC_OK) {
    ccd_live_owner.closed(member);
    return status;
  }
  exchange->socket = &ccd_live_owner;
  exchange->socket_data = member;
  return CC_OK;
}
