/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <string.h>

#include "common/base/cc-arena.h"
#include "server/engine/ccd-crypto.h"
#include "server/engine/ccd-cursor.h"
#include "server/engine/ccd-exchange.h"
#include "server/engine/ccd-hints.h"
#include "server/engine/ccd-limits.h"
#include "server/engine/ccd-rights.h"
#include "server/engine/ccd-router.h"
#include "server/engine/ccd-versions.h"

/* Tests of the parts of the engine that need neither sockets nor a database: router, cursors,
 * limits, rights, crypto. */

typedef struct thing_ref {
  int64_t thing_id;
} thing_ref;

static const cc_field thing_fields[] = {CC_INT64(thing_ref, thing_id, .doc = "x")};
static const cc_type thing_type = CC_TYPE(thing_ref, "ThingRef", thing_fields);

typedef struct name_ref {
  char *name;
} name_ref;

static const cc_field name_fields[] = {CC_STRING(name_ref, name, .doc = "x")};
static const cc_type name_type = CC_TYPE(name_ref, "NameRef", name_fields);

static const cc_op op_list = {.id = "list", .method = CC_GET, .path = "/v1/things"};
static const cc_op op_make = {.id = "make", .method = CC_POST, .path = "/v1/things"};
static const cc_op op_get = {.id = "get",
                             .method = CC_GET,
                             .path = "/v1/things/{thing_id}",
                             .params = &thing_type};
static const cc_op op_named = {.id = "named",
                               .method = CC_GET,
                               .path = "/v1/things/by-name/{name}",
                               .params = &name_type};
static const cc_op op_named_self = {.id = "self", .method = CC_GET, .path = "/v1/things/by-name"};
static const cc_op op_close = {.id = "close",
                               .method = CC_POST,
                               .path = "/v1/things/{thing_id}/close",
                               .params = &thing_type};

static const ccd_route routes[] =
  {{&op_list}, {&op_make}, {&op_get}, {&op_named}, {&op_close}, {&op_named_self}, {0}};
static const ccd_route *const tables[] = {routes, NULL};

static ccd_keys keys;

static ccd_match
match(ccd_router *router, cc_arena *arena, cc_method method, const char *path, cc_status expected)
{
  ccd_match found;
  cc_error error;
  g_assert_cmpint(ccd_router_match(router, method, path, arena, &found, &error), ==, expected);
  return found;
}

static void
test_router(void)
{
  ccd_router *router = NULL;
  cc_error error;
  CC_AUTO(cc_arena) arena = cc_arena_new(100000);
  g_assert_cmpint(ccd_router_new(tables, &router, &error), ==, CC_OK);

  g_assert_true(match(router, arena, CC_GET, "/v1/things", CC_OK).route->op == &op_list);
  ccd_match found = match(router, arena, CC_GET, "/v1/things/7", CC_OK);
  g_assert_true(found.route->op == &op_get);
  g_assert_cmpstr(found.params[0].name, ==, "thing_id");
  g_assert_cmpstr(found.params[0].text, ==, "7");
  found = match(router, arena, CC_GET, "/v1/things/by-name/caf%C3%A9%20x", CC_OK);
  g_assert_true(found.route->op == &op_named);
  g_assert_cmpstr(found.params[0].text, ==, "café x");
  /* A literal segment is preferred to a parameter; paths that match only the parameter are found
   * too. */
  g_assert_true(match(router, arena, CC_GET, "/v1/things/by-name", CC_OK).route->op ==
                &op_named_self);
  found = match(router, arena, CC_POST, "/v1/things/by-name/close", CC_OK);
  g_assert_null(found.route);
  g_assert_cmpuint(found.methods, ==, 1u << CC_GET);

  found = match(router, arena, CC_DELETE, "/v1/things", CC_OK);
  g_assert_null(found.route);
  g_assert_cmpuint(found.methods, ==, (1u << CC_GET) | (1u << CC_POST));
  g_assert_cmpuint(match(router, arena, CC_GET, "/", CC_OK).methods, ==, 0);
  g_assert_cmpuint(match(router, arena, CC_GET, "/v1", CC_OK).methods, ==, 0);
  g_assert_cmpuint(match(router, arena, CC_GET, "/a/b/c/d/e/f/g/h/i/j/k", CC_OK).methods, ==, 0);

  static const char *const refused[] = {"",
                                        "v1",
                                        "/v1/",
                                        "/v1//things",
                                        "/v1/./things",
                                        "/v1/../x",
                                        "/v1/%2e%2e",
                                        "/v1/a%2Fb",
                                        "/v1/a%2fb",
                                        "/v1/a%00b",
                                        "/v1/%",
                                        "/v1/%4",
                                        "/v1/%zz",
                                        "/v1/%FF",
                                        "/v1/%0A",
                                        "/v1/%E2%80%AE",
                                        "/v1/a%1B[0m"};
  for (size_t i = 0; i < CC_N(refused); i++)
    match(router, arena, CC_GET, refused[i], CC_ERR_MALFORMED);
  ccd_router_free(router);
}

static void
test_router_refuses_twins(void)
{
  static const ccd_route twins[] = {{&op_list}, {&op_list}, {0}};
  static const ccd_route *const twin_tables[] = {twins, NULL};
  ccd_router *router = NULL;
  cc_error error;
  g_assert_cmpint(ccd_router_new(twin_tables, &router, &error), ==, CC_ERR_INTERNAL);
  g_assert_null(router);
}

static void
test_cursor(void)
{
  CC_AUTO(cc_arena) arena = cc_arena_new(100000);
  const char *parts[] = {"2026-11-22 10:00:00+00", "17"};
  const char *back[2] = {NULL, NULL};
  const char *cursor = ccd_cursor_make(&keys, arena, "listThings|7", parts, 2);
  g_assert_true(ccd_cursor_read(&keys, arena, "listThings|7", cursor, back, 2));
  g_assert_cmpstr(back[0], ==, parts[0]);
  g_assert_cmpstr(back[1], ==, parts[1]);

  g_assert_false(ccd_cursor_read(&keys, arena, "listThings|8", cursor, back, 2));
  g_assert_false(ccd_cursor_read(&keys, arena, "listOthers|7", cursor, back, 2));
  g_assert_false(ccd_cursor_read(&keys, arena, "listThings|7", cursor, back, 1));
  g_assert_false(ccd_cursor_read(&keys, arena, "listThings|7", "", back, 2));
  for (size_t i = 0; cursor[i] != '\0'; i++) {
    char *changed = cc_arena_strdup(arena, cursor);
    changed[i] = changed[i] == 'A' ? 'Q' : 'A';
    g_assert_false(ccd_cursor_read(&keys, arena, "listThings|7", changed, back, 2));
  }
}

/* A single process counts exactly; the leases of several processes together never exceed the
 * quota. */
static void
test_limits(void)
{
  ccd_config config = {.limit_api = (char[]){"40/86400"},
                       .limit_login = (char[]){"5/86400"},
                       .limit_register = (char[]){"3/86400"}};
  ccd_limits *processes[3];
  cc_error error;
  for (size_t i = 0; i < CC_N(processes); i++)
    g_assert_cmpint(ccd_limits_new(&config, &keys, &processes[i], &error), ==, CC_OK);

  int64_t redis = 0;
  int passed = 0;
  int asked = 0;
  for (int i = 0; i < 300; i++) {
    ccd_limits *limits = processes[i % 3];
    ccd_limit_state state = {0};
    ccd_lease lease;
    if (!ccd_limits_take(limits, CCD_LIMIT_API, "actor|a", 1, &state, &lease)) {
      asked++;
      redis += lease.amount;
      ccd_limits_leased(limits, CCD_LIMIT_API, "actor|a", &lease, redis, &state);
    }
    passed += !state.refused;
  }
  g_assert_cmpint(passed, ==, 40);
  g_assert_cmpint(asked, <, 40); /* most requests need no lease from Redis */

  /* Checking whether a lease exists must not count as the request's turn to ask Redis. */
  ccd_limit_state state = {0};
  for (int i = 0; i < 3; i++)
    g_assert_false(ccd_limits_take_known(processes[0], CCD_LIMIT_API, "actor|crowd", &state));

  /* Many concurrent requests: the first requests one unit for itself, the second a larger lease,
   * and the others one unit each. */
  ccd_lease crowd[3];
  g_assert_false(ccd_limits_take(processes[0], CCD_LIMIT_API, "actor|crowd", 1, &state, &crowd[0]));
  g_assert_cmpint(crowd[0].amount, ==, 1);
  ccd_limits_leased(processes[0], CCD_LIMIT_API, "actor|crowd", &crowd[0], 1, &state);
  for (size_t i = 0; i < CC_N(crowd); i++)
    g_assert_false(
      ccd_limits_take(processes[0], CCD_LIMIT_API, "actor|crowd", 1, &state, &crowd[i]));
  g_assert_cmpint(crowd[0].amount, ==, 2);
  g_assert_cmpint(crowd[1].amount, ==, 1);
  g_assert_cmpint(crowd[2].amount, ==, 1);

  const ccd_lease single = {.weight = 1};
  for (int i = 0; i < 5; i++) {
    ccd_limits_alone(processes[0], CCD_LIMIT_LOGIN, "account|b", &single, &state);
    g_assert_false(state.refused);
    g_assert_cmpint(state.remaining, ==, 4 - i);
  }
  ccd_limits_alone(processes[0], CCD_LIMIT_LOGIN, "account|b", &single, &state);
  g_assert_true(state.refused);
  g_assert_cmpint(state.reset_s, >, 0);
  ccd_limits_alone(processes[0], CCD_LIMIT_LOGIN, "address|b", &single, &state);
  g_assert_cmpint(state.quota, ==, 100);

  config.limit_api = (char[]){"lots"};
  ccd_limits *none = NULL;
  g_assert_cmpint(ccd_limits_new(&config, &keys, &none, &error), ==, CC_ERR_INVALID);
  g_assert_cmpstr(error.pointer, ==, "RATE_LIMIT_API");
  for (size_t i = 0; i < CC_N(processes); i++)
    ccd_limits_free(processes[i]);
}

static void
test_rights(void)
{
  uint64_t member = ccd_rights_of_member("member", "{}");
  g_assert_true(member & CC_RIGHT_BIT(CC_RIGHT_MEMBER));
  g_assert_false(member & CC_RIGHT_BIT(CC_RIGHT_MANAGE_EVENTS));
  g_assert_true(ccd_rights_of_member("member", "{\"manage_events\":true}") &
                CC_RIGHT_BIT(CC_RIGHT_MANAGE_EVENTS));
  g_assert_false(ccd_rights_of_member("admin", "{\"manage_events\":false}") &
                 CC_RIGHT_BIT(CC_RIGHT_MANAGE_EVENTS));
  g_assert_false(ccd_rights_of_member("admin", "{\"owner\":true}") & CC_RIGHT_BIT(CC_RIGHT_OWNER));
  g_assert_cmpuint(ccd_rights_of_member("stranger", "{}") & CC_RIGHT_BIT(CC_RIGHT_MANAGE_EVENTS),
                   ==,
                   0);
  g_assert_false(ccd_rights_of_scopes("[\"owner\"]") & CC_RIGHT_BIT(CC_RIGHT_OWNER));
  g_assert_true(ccd_rights_of_scopes("[\"check_in\"]") & CC_RIGHT_BIT(CC_RIGHT_CHECK_IN));
  for (int right = 1; right < _CC_RIGHT_MAX; right++)
    g_assert_cmpint(cc_right_find(cc_right_name((cc_right) right)), ==, right);
}

/* A sealed value can be opened only for the place for which it was sealed, and only if it is
 * unchanged. */
static void
test_seal(void)
{
  CC_AUTO(cc_arena) arena = cc_arena_new(1000000);
  const char secret[] = "a secret";
  char *sealed = ccd_seal(arena, &keys, "users|7|totp_secret", secret, sizeof(secret));
  char *plain = NULL;
  size_t n = 0;
  g_assert_null(strstr(sealed, "secret"));
  g_assert_true(ccd_unseal(arena, &keys, "users|7|totp_secret", sealed, &plain, &n));
  g_assert_cmpmem(plain, n, secret, sizeof(secret));
  g_assert_false(ccd_unseal(arena, &keys, "users|8|totp_secret", sealed, &plain, &n));
  for (size_t i = 2; sealed[i] != '\0'; i++) {
    char kept = sealed[i];
    sealed[i] = kept == '0' ? '1' : '0';
    g_assert_false(ccd_unseal(arena, &keys, "users|7|totp_secret", sealed, &plain, &n));
    sealed[i] = kept;
  }
}

static const char *
untested(const char *name, const char *text)
{
  ccd_version version = {.name = name};
  g_strlcpy(version.text, text, sizeof(version.text));
  return ccd_version_untested(&version);
}

static void
test_versions(void)
{
  static const char *const known[][2] = {{"libmicrohttpd", "0.9.75"},
                                         {"libmicrohttpd", "1.0.1"},
                                         {"ulfius", "2.7.15"},
                                         {"postgresql", "15.18"},
                                         {"postgresql", "17.12"},
                                         {"libpq", "16.9"}};
  static const char *const unknown[][2] = {{"libmicrohttpd", "0.9.7"},
                                           {"libmicrohttpd", "0.9.76"},
                                           {"libmicrohttpd", "1.1.0"},
                                           {"ulfius", "2.7.1"},
                                           {"ulfius", "2.7.16"},
                                           {"postgresql", "18.0"},
                                           {"postgresql", "1.5"},
                                           {"libpq", "150.1"},
                                           {"libpq", ""},
                                           {"something", "1"}};
  for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
    g_assert_null(untested(known[i][0], known[i][1]));
  for (size_t i = 0; i < G_N_ELEMENTS(unknown); i++)
    g_assert_nonnull(untested(unknown[i][0], unknown[i][1]));
  g_assert_cmpstr(untested("postgresql", "18.0"), ==, "15 16 17");
}

/* Nearly all of 20,000 credentials are found again, and none is confused with another. */
static void
test_hints(void)
{
  enum {
    PEOPLE = 20000
  };

  ccd_hints *hints = g_new0(ccd_hints, 1);
  int found = 0;
  for (int round = 0; round < 2; round++) {
    for (int i = 1; i <= PEOPLE; i++) {
      g_autofree char *token = g_strdup_printf("token %d", i);
      g_autofree char *key = g_compute_checksum_for_string(G_CHECKSUM_SHA256, token, -1);
      int64_t organization = ccd_hints_find(hints, key);
      g_assert_true(organization == 0 || organization == i);
      found += organization == i;
      if (round == 0)
        ccd_hints_note(hints, key, i);
    }
  }
  g_assert_cmpint(found, >, PEOPLE * 9 / 10);
  g_free(hints);
}

int
main(int argc, char **argv)
{
  cc_error error;
  g_test_init(&argc, &argv, NULL);
  if (ccd_keys_derive("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
                      &keys,
                      &error) != CC_OK)
    return 1;
  g_test_add_func("/engine/router", test_router);
  g_test_add_func("/engine/router-twins", test_router_refuses_twins);
  g_test_add_func("/engine/cursor", test_cursor);
  g_test_add_func("/engine/limits", test_limits);
  g_test_add_func("/engine/rights", test_rights);
  g_test_add_func("/engine/seal", test_seal);
  g_test_add_func("/engine/versions", test_versions);
  g_test_add_func("/engine/hints", test_hints);
  return g_test_run();
}
