/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <string.h>

#include "common/api/cc-page.h"
#include "server/engine/ccd-bind.h"
#include "server/engine/ccd-routes.h"

/* Errors in route tables that stop the start: an unknown parameter, a Location that cannot be
 * filled in, a list without its parent, an id without its scope. */

typedef struct note {
  int64_t id;
  char *title, *address;
} note;

static const cc_field note_fields[] = {
  CC_INT64(note, id, .flags = CC_READ_ONLY, .doc = "x"),
  CC_STRING(note, title, .doc = "x"),
  CC_STRING(note, address, .doc = "x"),
};
static const cc_type note_type = CC_TYPE(note, "Note", note_fields);

typedef struct event_ref {
  int64_t event_id;
} event_ref;

static const cc_field event_fields[] = {CC_INT64(event_ref, event_id, .doc = "x")};
static const cc_type event_type = CC_TYPE(event_ref, "EventRef", event_fields);

typedef struct note_ref {
  int64_t event_id, note_id;
} note_ref;

static const cc_field note_ref_fields[] = {
  CC_INT64(note_ref, event_id, .doc = "x"),
  CC_INT64(note_ref, note_id, .doc = "x"),
};
static const cc_type note_ref_type = CC_TYPE(note_ref, "NoteRef", note_ref_fields);

typedef struct door {
  int64_t door_id;
} door;

static const cc_field door_fields[] = {CC_INT64(door, door_id, .doc = "x")};
static const cc_type door_type = CC_TYPE(door, "DoorRef", door_fields);

typedef struct many {
  door **doors;
  size_t n_doors;
} many;

static const cc_field many_fields[] = {CC_LIST(many, doors, door, &door_type, .doc = "x")};
static const cc_type many_type = CC_TYPE(many, "Many", many_fields);

static const cc_op op_get = {.id = "getNote",
                             .method = CC_GET,
                             .path = "/v1/events/{event_id}/notes/{note_id}",
                             .params = &note_ref_type,
                             .reply = &note_type};
static const cc_op op_list = {.id = "listNotes",
                              .method = CC_GET,
                              .path = "/v1/events/{event_id}/notes",
                              .params = &event_type,
                              .query = &cc_page_query_type,
                              .reply = &note_type,
                              .shape = CC_REPLY_LIST};
static const cc_op op_add = {.id = "addNote",
                             .method = CC_POST,
                             .path = "/v1/events/{event_id}/notes",
                             .params = &event_type,
                             .body = &note_type,
                             .reply = &note_type,
                             .creates = true,
                             .location = &op_get};
static const cc_op op_add_far = {.id = "addFarNote",
                                 .method = CC_POST,
                                 .path = "/v1/notes",
                                 .body = &note_type,
                                 .reply = &note_type,
                                 .creates = true,
                                 .location = &op_get};
static const cc_op op_add_self = {.id = "addSelf",
                                  .method = CC_POST,
                                  .path = "/v1/notes",
                                  .reply = &note_type,
                                  .creates = true,
                                  .location = &op_add};
static const cc_op op_set = {.id = "setNote",
                             .method = CC_PUT,
                             .path = "/v1/note",
                             .body = &note_type,
                             .location = &op_get};
static const cc_op op_many = {.id = "recordMany",
                              .method = CC_POST,
                              .path = "/v1/many",
                              .body = &many_type};

#define WHOLE(o, ...)                                                                              \
  {                                                                                                \
    .op = &(o), .right = CC_RIGHT_MEMBER, __VA_ARGS__                                              \
  }
#define WRITES .tx = CCD_WRITE, .audit = "note.write", .query = &plain
#define READS .tx = CCD_READ, .query = &plain

static const ccd_query plain = {.name = "plain", .source = "x.sql:1"};

static void
check(const ccd_route *route, const char *expected)
{
  const ccd_route table[] = {*route, {0}};
  const ccd_route *const tables[] = {table, NULL};
  cc_error error = {0};
  g_assert_cmpint(ccd_routes_check(tables, &error), !=, CC_OK);
  if (strstr(error.message, expected) == NULL)
    g_error("%s: expected \"%s\"", error.message, expected);
}

/* The expected result for a correct route: the check reports only that the operations of this
 * test are not in cc_ops. */
#define RIGHT "is not among cc_ops"

static void
test_objects(void)
{
  check(&(ccd_route) WHOLE(op_list, READS, .keyset = {"id"}, .scope = CCD_SCOPE_EVENT),
        "needs .parent");
  check(&(ccd_route) WHOLE(op_add, WRITES, .scope = CCD_SCOPE_EVENT), "needs .parent");
  check(&(ccd_route) WHOLE(op_set, WRITES, .parent = &event_type), ".location must be a GET");
  check(&(ccd_route) WHOLE(op_many, WRITES, .scope = CCD_SCOPE_DOOR, .parent = &event_type),
        ".parent is for a list");
  check(&(ccd_route) WHOLE(op_get, READS), "that .scope does not name");
  check(&(ccd_route) WHOLE(op_get, READS, .scope = CCD_SCOPE_TURF), "that .scope does not name");
  check(&(ccd_route) WHOLE(op_get, READS, .scope = CCD_SCOPE_EVENT | CCD_SCOPE_NONE),
        "that .scope does not name");
  check(&(ccd_route) WHOLE(op_many, WRITES), "that .scope does not name");
  check(&(ccd_route) WHOLE(op_get, READS, .scope = CCD_SCOPE_NONE), RIGHT);
  check(&(ccd_route) WHOLE(op_get, READS, .scope = CCD_SCOPE_EVENT | CCD_SCOPE_DOOR), RIGHT);
  check(&(ccd_route) WHOLE(op_many, WRITES, .scope = CCD_SCOPE_DOOR), RIGHT);
}

static void
test_location(void)
{
  check(&(ccd_route) WHOLE(op_add_far, WRITES), ".location must be a GET whose path parameters");
  check(&(ccd_route) WHOLE(op_add_self, WRITES), ".location must be a GET");
  check(&(ccd_route) WHOLE(op_add, WRITES, .scope = CCD_SCOPE_EVENT, .parent = &event_type), RIGHT);
}

/* A query with one parameter, and the expected error of the check at start. */
static void
test_parameters(void)
{
  static const struct {
    const cc_op *op;
    ccd_param param;
    const char *fault; /* NULL: correct */
  } rows[] = {
    {&op_add, {CCD_FROM_BODY, CCD_OWN_NONE, "address"}, NULL},
    {&op_add, {CCD_FROM_CALL, CCD_CALL_ADDRESS, "address"}, NULL},
    {&op_add, {CCD_FROM_BODY, CCD_OWN_NONE, "adress"}, "no writable field of the body"},
    {&op_add, {CCD_FROM_BODY, CCD_OWN_NONE, "id"}, "no writable field of the body"},
    {&op_add, {CCD_FROM_PATH, CCD_OWN_NONE, "event_id"}, NULL},
    {&op_add, {CCD_FROM_PATH, CCD_OWN_NONE, "title"}, "the path does not have"},
    {&op_add, {CCD_FROM_QUERY, CCD_OWN_NONE, "title"}, "the query string does not have"},
    {&op_add, {CCD_FROM_WHOLE_BODY, CCD_OWN_NONE, "body"}, NULL},
    {&op_get, {CCD_FROM_WHOLE_BODY, CCD_OWN_NONE, "body"}, "has no body"},
    {&op_add, {CCD_FROM_ARG, CCD_OWN_NONE, "x"}, "no C code passes"},
    {&op_add, {CCD_FROM_CALL, CCD_CALL_JOB_ID, "job_id"}, "only a job has"},
    {&op_add, {CCD_FROM_CALL, CCD_CALL_IF_MATCH, "if_match"}, NULL},
    {&op_get, {CCD_FROM_CALL, CCD_CALL_IF_MATCH, "if_match"}, "a GET does not have"},
    {&op_add, {CCD_FROM_PAGE, CCD_PAGE_LIMIT, "limit"}, "only a list has"},
    {&op_list, {CCD_FROM_PAGE, CCD_PAGE_CURSOR_1, "cursor_1"}, NULL},
    {&op_list, {CCD_FROM_PAGE, CCD_PAGE_CURSOR_2, "cursor_2"}, "has one column"},
    {&op_list, {CCD_FROM_QUERY, CCD_OWN_NONE, "limit"}, ":page.limit"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    const ccd_query query = {.name = "q",
                             .source = "x.sql:1",
                             .params = &rows[i].param,
                             .n_params = 1};
    bool get = rows[i].op->method == CC_GET;
    const ccd_route route = {.op = rows[i].op,
                             .right = CC_RIGHT_MEMBER,
                             .tx = get ? CCD_READ : CCD_WRITE,
                             .audit = get ? NULL : "note.write",
                             .query = &query,
                             .scope = CCD_SCOPE_EVENT,
                             .parent = rows[i].op == &op_get ? NULL : &event_type,
                             .keyset = {"id"}};
    check(&route, rows[i].fault == NULL ? RIGHT : rows[i].fault);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/routes/parameters", test_parameters);
  g_test_add_func("/routes/location", test_location);
  g_test_add_func("/routes/objects", test_objects);
  return g_test_run();
}
