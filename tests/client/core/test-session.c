/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "client-gtk/core/ccg-error.h"
#include "client-gtk/core/ccg-session.h"
#include "common/api/cc-event.h"
#include "common/api/cc-organization.h"
#include "tests/client/core/fake-server.h"

/* Tests of signing in and out, of organizations, and of the data left on the device. */

/* Folder of libsecret's file. libsecret reads the location once per process. */
static char *secrets;

typedef struct {
  fake_server *server;
  CcgSession *session;
  char *folder;
  gint64 active; /* active organization; 0: none */
  gboolean second_factor, revoked;
  guint n_sign_outs;
} fixture;

#define MEMBERSHIP(id, name, role, rights)                                                         \
  "{\"id\":" id ",\"name\":\"" name "\",\"role\":\"" role "\",\"permissions\":" rights ","         \
  "\"joined_at\":\"2026-01-01T00:00:00Z\",\"active\":%s}"

static void
answer_sign_in(fixture *f, SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body(message);
  g_autofree char *text = g_strndup(body->data, (gsize) body->length);
  if (strstr(text, "right password") == NULL)
    fake_problem(message, 401, "{\"status\":401,\"code\":\"wrong_credentials\"}");
  else if (f->second_factor && strstr(text, "\"code\":\"123456\"") == NULL)
    fake_problem(message, 401, "{\"status\":401,\"code\":\"second_factor_required\"}");
  else
    fake_reply(message,
               200,
               "{\"token\":\"ccs_abc\",\"session_id\":1,\"user_id\":2,"
               "\"expires_at\":\"2030-01-01T00:00:00Z\"}");
}

static void
answer_signed_in(fixture *f, SoupServerMessage *message, const char *path)
{
  if (g_str_equal(path, "/v1/me")) {
    fake_reply(message,
               200,
               "{\"id\":2,\"email\":\"ann@example.org\",\"first_name\":\"Ann\",\"last_name\":"
               "\"Field\"}");
  } else if (g_str_equal(path, "/v1/organizations")) {
    g_autofree char *json =
      g_strdup_printf("{\"data\":[" MEMBERSHIP("5", "North", "owner", "{}") "," MEMBERSHIP(
                        "6",
                        "South",
                        "member",
                        "{\"check_in\":false}") "],\"next_cursor\":null}",
                      f->active == 5 ? "true" : "false",
                      f->active == 6 ? "true" : "false");
    fake_reply(message, 200, json);
  } else if (g_str_equal(path, "/v1/session/organization")) {
    SoupMessageBody *body = soup_server_message_get_request_body(message);
    f->active = g_strstr_len(body->data, body->length, "6") != NULL ? 6 : 5;
    fake_reply(message, 200, "{\"id\":6,\"name\":\"South\"}");
  } else if (g_str_equal(path, "/v1/changes")) {
    fake_reply(message, 200, "{\"data\":[],\"cursor\":\"c0\",\"more\":false}");
  } else if (g_str_equal(path, "/v1/events")) {
    g_autofree char *json =
      g_strdup_printf("{\"data\":[{\"id\":%d,\"title\":\"E\",\"version\":1,"
                      "\"start_time\":\"2026-11-03T12:00:00Z\"}],\"next_cursor\":null}",
                      (int) f->active * 10);
    fake_reply(message, 200, json);
  } else if (g_str_equal(path, "/v1/auth/sign-out")) {
    f->n_sign_outs++;
    soup_server_message_set_status(message, 204, NULL);
  } else {
    fake_problem(message, 404, "{\"status\":404}");
  }
}

static void
handle(fake_server *server,
       SoupServerMessage *message,
       const char *path,
       GHashTable *query,
       gpointer user_data)
{
  fixture *f = user_data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
  const char *credential = soup_message_headers_get_one(headers, "Authorization");
  if (g_str_equal(path, "/v1/auth/sign-in"))
    answer_sign_in(f, message);
  else if (f->revoked || g_strcmp0(credential, "Bearer ccs_abc") != 0)
    fake_problem(message, 401, "{\"type\":\"not_authenticated\",\"status\":401}");
  else
    answer_signed_in(f, message, path);
}

static void
set_up(fixture *f, gconstpointer data)
{
  f->active = 5;
  f->server = fake_server_new(handle, f);
  f->folder = fake_folder();
  f->session = ccg_session_new(f->folder);
}

static void
tear_down(fixture *f, gconstpointer data)
{
  g_object_run_dispose(G_OBJECT(f->session));
  fake_finalize(f->session);
  fake_server_free(f->server);
  fake_run(50);
  fake_folder_remove(f->folder);
}

static gboolean
sign_in(fixture *f, const char *origin, const char *password, const char *code, GError **error)
{
  g_autoptr(GAsyncResult) result = NULL;
  ccg_session_sign_in_async(f->session,
                            origin,
                            "ann@example.org",
                            password,
                            code,
                            NULL,
                            fake_result,
                            &result);
  return ccg_session_sign_in_finish(f->session, fake_await(&result), error);
}

static void
sign_in_well(fixture *f)
{
  g_autoptr(GError) error = NULL;
  (void) sign_in(f, fake_server_origin(f->server), "right password", NULL, &error);
  g_assert_no_error(error);
}

static void
check_text(fixture *f, const char *property, const char *expected)
{
  g_autofree char *text = NULL;
  g_object_get(f->session, property, &text, NULL);
  g_assert_cmpstr(text, ==, expected);
}

static int
state_of(fixture *f)
{
  int state;
  g_object_get(f->session, "state", &state, NULL);
  return state;
}

static gboolean
is_live(gpointer data)
{
  fixture *f = data;
  int state = CCG_SYNC_STOPPED;
  if (ccg_session_get_sync(f->session) != NULL)
    g_object_get(ccg_session_get_sync(f->session), "state", &state, NULL);
  return state == CCG_SYNC_LIVE;
}

static gboolean
is_signed_out(gpointer data)
{
  return state_of(data) == CCG_SESSION_SIGNED_OUT;
}

static gboolean
is_signed_in(gpointer data)
{
  return state_of(data) == CCG_SESSION_SIGNED_IN;
}

static void
test_sign_in(fixture *f, gconstpointer data)
{
  ccg_session_restore(f->session);
  fake_wait(is_signed_out, f);
  sign_in_well(f);
  g_assert_cmpint(state_of(f), ==, CCG_SESSION_SIGNED_IN);
  check_text(f, "user-name", "Ann Field");
  check_text(f, "user-email", "ann@example.org");
  check_text(f, "organization-name", "North");
  check_text(f, "role", "owner");
  check_text(f, "origin", fake_server_origin(f->server));
  gint64 organization;
  gboolean can_check_in;
  g_object_get(f->session, "organization-id", &organization, "can-check-in", &can_check_in, NULL);
  g_assert_cmpint(organization, ==, 5);
  g_assert_true(can_check_in);
  g_assert_cmpuint(g_list_model_get_n_items(ccg_session_get_organizations(f->session)), ==, 2);
  fake_wait(is_live, f);
  g_autoptr(CcgRecord) event = ccg_store_get_event(ccg_session_get_store(f->session), 50);
  g_assert_nonnull(event);
  struct stat about;
  g_assert_cmpint(g_stat(f->folder, &about), ==, 0);
  g_assert_cmpint(about.st_mode & 0777, ==, 0700);
}

static void
check_refused(fixture *f,
              const char *origin,
              const char *password,
              const char *code,
              const char *why)
{
  g_autoptr(GError) error = NULL;
  g_assert_false(sign_in(f, origin, password, code, &error));
  g_assert_cmpstr(ccg_error_get_code(error), ==, why);
  g_assert_cmpint(state_of(f), !=, CCG_SESSION_SIGNED_IN);
}

static void
test_refused(fixture *f, gconstpointer data)
{
  const char *origin = fake_server_origin(f->server);
  check_refused(f, "ftp://x", "right password", NULL, "origin");
  check_refused(f, origin, "wrong", NULL, "wrong_credentials");
  f->second_factor = TRUE;
  check_refused(f, origin, "right password", NULL, "second_factor_required");
  check_refused(f, origin, "right password", "abcd-efgh", "second_factor_required");
  g_autoptr(GError) error = NULL;
  g_assert_true(sign_in(f, origin, "right password", " 123456 ", &error));
  g_assert_no_error(error);
}

static void
test_unreachable(fixture *f, gconstpointer data)
{
  fake_server_down(f->server);
  g_autoptr(GError) error = NULL;
  g_assert_false(sign_in(f, fake_server_origin(f->server), "right password", NULL, &error));
  g_assert_true(ccg_error_is_offline(error));
}

static void
test_switch(fixture *f, gconstpointer data)
{
  sign_in_well(f);
  fake_wait(is_live, f);
  g_autoptr(GAsyncResult) result = NULL;
  ccg_session_switch_organization_async(f->session, 6, NULL, fake_result, &result);
  g_autoptr(GError) error = NULL;
  g_assert_true(ccg_session_switch_organization_finish(f->session, fake_await(&result), &error));
  g_assert_no_error(error);
  check_text(f, "organization-name", "South");
  gboolean can_check_in;
  g_object_get(f->session, "can-check-in", &can_check_in, NULL);
  g_assert_false(can_check_in);
  fake_wait(is_live, f);
  g_autoptr(CcgRecord) here = ccg_store_get_event(ccg_session_get_store(f->session), 60);
  g_assert_nonnull(here);
  g_assert_null(ccg_store_get_event(ccg_session_get_store(f->session), 50));
}

/* Number of files of the local store, plus those of a stored token. */
static guint
n_files(fixture *f)
{
  guint n = 0;
  g_autoptr(GDir) dir = g_dir_open(f->folder, 0, NULL);
  while (g_dir_read_name(dir) != NULL)
    n++;
  return n;
}

static gboolean
was_signed_out(gpointer data)
{
  return ((fixture *) data)->n_sign_outs > 0;
}

static void
test_sign_out(fixture *f, gconstpointer data)
{
  sign_in_well(f);
  fake_wait(is_live, f);
  g_assert_cmpuint(n_files(f), >, 0);
  ccg_session_sign_out(f->session);
  g_assert_cmpint(state_of(f), ==, CCG_SESSION_SIGNED_OUT);
  g_assert_null(ccg_session_get_store(f->session));
  g_assert_cmpuint(n_files(f), ==, 0);
  check_text(f, "user-name", NULL);
  check_text(f, "message", NULL);
  fake_wait(was_signed_out, f);
  g_assert_cmpuint(f->n_sign_outs, ==, 1);
}

static void
test_revoked(fixture *f, gconstpointer data)
{
  sign_in_well(f);
  fake_wait(is_live, f);
  f->revoked = TRUE;
  ccg_sync_refresh(ccg_session_get_sync(f->session));
  fake_wait(is_signed_out, f);
  check_text(f, "message", "You were signed out. Sign in again.");
  g_assert_cmpuint(n_files(f), ==, 0);
}

static gboolean
is_keyring_missing(gpointer data)
{
  gboolean missing;
  g_object_get(((fixture *) data)->session, "keyring-missing", &missing, NULL);
  return missing;
}

static void
test_no_keyring(fixture *f, gconstpointer data)
{
  g_autofree char *file = g_build_filename(f->folder, "token", NULL);
  g_autofree char *away = g_strconcat(secrets, "-away", NULL);
  gboolean had_one = g_file_test(secrets, G_FILE_TEST_IS_DIR) && g_rename(secrets, away) == 0;
  sign_in_well(f);
  fake_wait(is_keyring_missing, f);
  g_assert_false(g_file_test(file, G_FILE_TEST_EXISTS));
  ccg_session_allow_file(f->session, TRUE);
  g_assert_false(is_keyring_missing(f));
  struct stat about;
  g_assert_cmpint(g_stat(file, &about), ==, 0);
  g_assert_cmpint(about.st_mode & 0777, ==, 0600);
  ccg_session_sign_out(f->session);
  g_assert_false(g_file_test(file, G_FILE_TEST_EXISTS));
  fake_run(100);
  if (had_one)
    g_assert_cmpint(g_rename(away, secrets), ==, 0);
}

/* A client that starts without network shows the stored data. The test needs the settings'
 * schema. */
static void
test_restore(fixture *f, gconstpointer data)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default();
  g_autoptr(GSettingsSchema) schema =
    source == NULL
      ? NULL
      : g_settings_schema_source_lookup(source, "org.campaigncenter.CampaignCenter", TRUE);
  if (schema == NULL) {
    g_test_skip("the settings' schema is not installed");
    return;
  }
  sign_in_well(f);
  fake_wait(is_live, f);
  fake_run(200);
  if (is_keyring_missing(f))
    ccg_session_allow_file(f->session, TRUE);
  g_object_run_dispose(G_OBJECT(f->session));
  fake_finalize(f->session);
  fake_server_down(f->server);
  f->session = ccg_session_new(f->folder);
  g_assert_cmpint(state_of(f), ==, CCG_SESSION_STARTING);
  ccg_session_restore(f->session);
  fake_wait(is_signed_in, f);
  check_text(f, "user-name", "Ann Field");
  check_text(f, "organization-name", "North");
  g_autoptr(CcgRecord) event = ccg_store_get_event(ccg_session_get_store(f->session), 50);
  g_assert_nonnull(event);
  fake_server_up(f->server);
  fake_wait(is_live, f);
}

int
main(int argc, char *argv[])
{
  cc_codec_init();
  g_test_init(&argc, &argv, NULL);
  secrets = fake_folder();
#ifdef __SANITIZE_ADDRESS__
  /* libsecret 0.20.5 leaks an etag whenever it writes its file. In this test a file where
   * libsecret expects a folder makes the keyring unusable. */
  g_assert_cmpint(g_rmdir(secrets), ==, 0);
  g_assert_true(g_file_set_contents(secrets, "", 0, NULL));
#endif
  g_autofree char *path = g_build_filename(secrets, "secrets", NULL);
  g_setenv("SECRET_FILE_TEST_PATH", path, TRUE);
  g_setenv("SECRET_FILE_TEST_PASSWORD", "test", TRUE);
#define ADD(name, function) g_test_add("/session/" name, fixture, NULL, set_up, function, tear_down)
  ADD("sign-in", test_sign_in);
  ADD("refused", test_refused);
  ADD("unreachable", test_unreachable);
  ADD("switch", test_switch);
  ADD("sign-out", test_sign_out);
  ADD("revoked", test_revoked);
  ADD("no-keyring", test_no_keyring);
  ADD("restore", test_restore);
  int failed = g_test_run();
  if (g_file_test(secrets, G_FILE_TEST_IS_DIR))
    fake_folder_remove(secrets);
  else
    (void) g_unlink(secrets);
  return failed;
}
