/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-platform.h"

static const char *const change_op_names[] = {"insert", "update", "delete"};
const cc_enum cc_change_op_enum = {change_op_names, CC_N(change_op_names)};

static const char *const health_names[] = {"healthy", "degraded", "unhealthy"};
static const cc_enum health_enum = {health_names, CC_N(health_names)};

static const char *const part_names[] = {"up", "down", "off"};
static const cc_enum part_enum = {part_names, CC_N(part_names)};

/* clang-format off */
static const cc_field page_query_fields[] = {
  CC_PAGE_ROWS(cc_page_query),
};
const cc_type cc_page_query_type = CC_TYPE(cc_page_query, "Page", page_query_fields);

static const cc_field change_fields[] = {
  CC_ENUM(cc_change, op, &cc_change_op_enum, .flags = CC_READ_ONLY, .doc = "Kind of the change."),
  CC_STRING(cc_change, entity, .flags = CC_READ_ONLY, .doc = "Type of the object, such as event.", .example = "\"event\""),
  CC_OPT_INT64(cc_change, entity_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the object; null: many objects of this type "
                                        "changed at once, so read them all again."),
  CC_OPT_INT64(cc_change, version, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Version of the object after the change; null when the "
                                        "object has no version or was deleted."),
  CC_TIME(cc_change, at, .flags = CC_READ_ONLY, .doc = "When the transaction of the change began."),
};
const cc_type cc_change_type = CC_TYPE(cc_change, "Change", change_fields, .doc = "A committed change of an object.");

static const cc_field change_page_fields[] = {
  CC_LIST(cc_change_page, data, cc_change, &cc_change_type, .flags = CC_READ_ONLY, .max = 1000, .doc = "Changes in an order in which no change can be missed."),
  CC_STRING(cc_change_page, cursor, .flags = CC_READ_ONLY, .doc = "Position after this page: value for `since` in the next request."),
  CC_BOOL(cc_change_page, more, .flags = CC_READ_ONLY, .doc = "True when more changes are available already."),
};
const cc_type cc_change_page_type = CC_TYPE(cc_change_page, "ChangePage", change_page_fields);

static const cc_field change_query_fields[] = {
  CC_STRING(cc_change_query, since, .max = 200, .format = CC_FORMAT_LINE,
            .doc = "`cursor` of the previous page. `now`: an empty page with the present cursor. Left out: from the beginning."),
  CC_INT64(cc_change_query, limit, .min = 1, .max = 1000, .fallback = "500", .doc = "Maximum number of changes on a page."),
};
static const cc_type change_query_type = CC_TYPE(cc_change_query, "ChangeQuery", change_query_fields);

static const cc_field audit_entry_fields[] = {
  CC_INT64(cc_audit_entry, seq, .flags = CC_READ_ONLY, .doc = "Sequence number in the organization's audit log, without gaps."),
  CC_TIME(cc_audit_entry, at, .flags = CC_READ_ONLY, .doc = "When the action happened."),
  CC_STRING(cc_audit_entry, actor, .flags = CC_READ_ONLY, .doc = "Actor, such as user:7, token:3, device:9 or system.", .example = "\"user:7\""),
  CC_STRING(cc_audit_entry, action, .flags = CC_READ_ONLY, .doc = "Name of the action, such as voter.export.", .example = "\"event.update\""),
  CC_STRING(cc_audit_entry, entity, .flags = CC_READ_ONLY, .doc = "Type of the object, such as event.", .example = "\"event\""),
  CC_OPT_INT64(cc_audit_entry, entity_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the object; null: many objects at once."),
  CC_STRING(cc_audit_entry, request_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "X-Request-Id of the request."),
  CC_STRING(cc_audit_entry, address, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Network address of the client."),
  CC_JSON(cc_audit_entry, before, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Changed fields with their values before the action."),
  CC_JSON(cc_audit_entry, after, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Changed fields with their values after the action."),
  CC_STRING(cc_audit_entry, hash, .flags = CC_READ_ONLY, .doc = "SHA-256 (hexadecimal) over this entry and the hash of the previous entry."),
};
const cc_type cc_audit_entry_type = CC_TYPE(cc_audit_entry, "AuditEntry", audit_entry_fields);

static const cc_field health_fields[] = {
  CC_ENUM(cc_health, status, &health_enum, .flags = CC_READ_ONLY,
          .doc = "healthy: all parts work. degraded: Redis or the file storage is not available; everything else works. unhealthy: requests fail."),
  CC_ENUM(cc_health, database, &part_enum, .flags = CC_READ_ONLY,
          .doc = "State of PostgreSQL. down: not available, or the test query failed."),
  CC_ENUM(cc_health, redis, &part_enum, .flags = CC_READ_ONLY, .doc = "State of Redis. off: not configured."),
  CC_ENUM(cc_health, storage, &part_enum, .flags = CC_READ_ONLY, .doc = "State of the file storage. down: not available or without free space. off: not configured."),
};
const cc_type cc_health_type = CC_TYPE(cc_health, "Health", health_fields);

const cc_op cc_op_list_changes = {
  .id = "listChanges", .method = CC_GET, .path = "/v1/changes", .query = &change_query_type, .reply = &cc_change_page_type,
  .errors = CC_ERR_BIT(CC_ERR_GONE),
  .tag = "Platform", .summary = "Read the organization's change feed.",
  .doc = "Contains every committed change, including deletions, in an order in which no change "
         "can be missed: a change appears as soon as every older transaction has ended. Store "
         "the cursor and send it with the next request. After the server was restored from a "
         "backup an old cursor may be answered with 410 feed_restarted: read the lists again, "
         "then continue from `since=now`.",
};
const cc_op cc_op_live_changes = {
  .id = "liveChanges", .method = CC_GET, .path = "/v1/changes/live", .query = &change_query_type, .reply = &cc_change_page_type,
  .shape = CC_REPLY_SOCKET, .errors = CC_ERR_BIT(CC_ERR_UNAVAILABLE) | CC_ERR_BIT(CC_ERR_GONE), .tag = "Platform",
  .summary = "Follow the change feed over a WebSocket.",
  .doc = "Sends the same pages as listChanges as they happen, from `since` on. A ping every 20 "
         "seconds; when the connection ends, continue from the last cursor. A client that does not "
         "read for ten seconds is closed with code 4008 and, as the reason, the cursor to continue "
         "from. Too many sockets are refused before the upgrade: 429 too_many_sockets_person, 503 "
         "too_many_sockets_organization or too_many_sockets; listChanges works meanwhile.",
};
const cc_op cc_op_list_audit_log = {
  .id = "listAuditLog", .method = CC_GET, .path = "/v1/audit-log", .query = &cc_page_query_type, .reply = &cc_audit_entry_type,
  .shape = CC_REPLY_LIST, .tag = "Platform", .summary = "Read the organization's audit log, newest first.",
};
const cc_op cc_op_health = {
  .id = "health", .method = CC_GET, .path = "/health", .reply = &cc_health_type, .errors = CC_ERR_BIT(CC_ERR_UNAVAILABLE),
  .tag = "Platform", .summary = "Check the health of the server.",
  .doc = "200 when healthy or degraded, 503 with the same body when unhealthy. The database is "
         "tested as a request uses it, at most once a second: with a function and a write that is "
         "rolled back.",
};
const cc_op cc_op_openapi = {
  .id = "openapi",
  .media = "application/json", .method = CC_GET, .path = "/openapi.json", .shape = CC_REPLY_FILE, .tag = "Platform",
  .summary = "Read this document.",
  .doc = "The ETag changes with the document, so If-None-Match detects a new one.",
};
const cc_op cc_op_docs = {
  .id = "docs",
  .media = "text/html", .method = CC_GET, .path = "/docs", .shape = CC_REPLY_FILE, .tag = "Platform",
  .summary = "Read this document as a page for people.",
};
const cc_op cc_op_docs_style = {
  .id = "docsStyle",
  .media = "text/css", .method = CC_GET, .path = "/docs/style.css", .shape = CC_REPLY_FILE, .tag = "Platform",
  .summary = "Read the style sheet of that page.",
};
const cc_op cc_op_docs_script = {
  .id = "docsScript",
  .media = "text/javascript", .method = CC_GET, .path = "/docs/script.js", .shape = CC_REPLY_FILE, .tag = "Platform",
  .summary = "Read the script of that page, which adds search and copy buttons.",
};
/* clang-format on */
