/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>

#include "common/api/cc-account.h"
#include "common/api/cc-event.h"
#include "common/api/cc-organization.h"
#include "common/api/cc-problem.h"
#include "common/codec/cc-codec.h"
#include "tests/client/ui/fake-private.h"

#define HOUR ((cc_time) 3600 * 1000000)
#define ANSWER_MAX ((size_t) 32 * 1024 * 1024)

static const char *const first_names[] = {"Ada",
                                          "Grace",
                                          "Rosa",
                                          "Edsger",
                                          "Barbara",
                                          "Alan",
                                          "Hedy",
                                          "Radia",
                                          "Ken",
                                          "Frances",
                                          "John",
                                          "Jean",
                                          "Joan",
                                          "Donald",
                                          "Adele",
                                          "Tony"};
static const char *const last_names[] = {"Lovelace", "Hopper",  "Parks",   "Dijkstra", "Liskov",
                                         "Turing",   "Lamarr",  "Perlman", "Thompson", "Allen",
                                         "Backus",   "Bartik",  "Clarke",  "Knuth",    "Goldberg",
                                         "Hoare",    "Schmidt", "García",  "Nowak",    "Öztürk"};

const char *
fake_first_name(gint64 attendee_id)
{
  return first_names[(gsize) (attendee_id - 1) % G_N_ELEMENTS(first_names)];
}

const char *
fake_last_name(gint64 attendee_id)
{
  return last_names[(gsize) ((attendee_id - 1) / (gint64) G_N_ELEMENTS(first_names)) %
                    G_N_ELEMENTS(last_names)];
}

void
fake_add_people(fake_server *self, guint n)
{
  for (guint i = 0; i < n; i++) {
    gint64 id = (gint64) i + 1;
    person one = {
      .attendee =
        {
          .id = id,
          .organization_id = 1,
          .event_id = FAKE_EVENT_TODAY,
          .email = g_strdup_printf("person%u@example.org", i + 1),
          .first_name = g_strdup(fake_first_name(id)),
          .last_name = i < G_N_ELEMENTS(first_names) * G_N_ELEMENTS(last_names)
                         ? g_strdup(fake_last_name(id))
                         : g_strdup_printf("%s-%u", fake_last_name(id), i),
          .phone = g_strdup_printf("+1202555%04u", i % 10000),
          .status = CC_ATTENDEE_REGISTERED,
          .guest_count = i % 3,
          .registered_at = cc_time_now() - 24 * HOUR,
          .updated_at = cc_time_now() - 24 * HOUR,
          .version = 1,
        },
    };
    g_array_append_val(self->people, one);
  }
}

void
fake_clear_person(gpointer data)
{
  person *one = data;
  g_free(one->attendee.email);
  g_free(one->attendee.first_name);
  g_free(one->attendee.last_name);
  g_free(one->attendee.phone);
  g_free(one->checked_in_by);
}

/* --- answers --- */

static void
answer(SoupServerMessage *message, guint status, const char *type, cc_str *text)
{
  g_assert_false(text->failed);
  soup_server_message_set_status(message, status, NULL);
  soup_server_message_set_response(message, type, SOUP_MEMORY_COPY, text->text, text->length);
  cc_str_done(text);
}

static void
answer_object(SoupServerMessage *message, guint status, const cc_type *type, const void *object)
{
  cc_str text = CC_STR_INIT(ANSWER_MAX);
  cc_encode(type, object, CC_VIEW_ADMIN, &text);
  answer(message, status, "application/json", &text);
}

void
fake_answer_problem(SoupServerMessage *message,
                    cc_status status,
                    const char *code,
                    const char *detail)
{
  const cc_problem problem = {
    .type = (char *) cc_status_type(status),
    .title = (char *) cc_status_title(status),
    .status = cc_status_http(status),
    .code = (char *) code,
    .detail = (char *) detail,
    .request_id = (char *) "test",
  };
  cc_str text = CC_STR_INIT(ANSWER_MAX);
  cc_encode(&cc_problem_type, &problem, CC_VIEW_ADMIN, &text);
  answer(message, (guint) cc_status_http(status), "application/problem+json", &text);
}

static void
begin_list(cc_str *text)
{
  *text = CC_STR_INIT(ANSWER_MAX);
  cc_str_add(text, "{\"data\":[");
}

static void
add_to_list(cc_str *text, const cc_type *type, const void *object)
{
  if (text->text[text->length - 1] == '}')
    cc_str_add_char(text, ',');
  cc_encode(type, object, CC_VIEW_ADMIN, text);
}

static void
end_list(SoupServerMessage *message, cc_str *text, guint next)
{
  if (next == 0)
    cc_str_add(text, "],\"next_cursor\":null}");
  else
    cc_str_printf(text, "],\"next_cursor\":\"%u\"}", next);
  answer(message, 200, "application/json", text);
}

/* Read the body with the operation's own field table; NULL when the body is invalid. */
static void *
read_body(SoupServerMessage *message, const cc_type *type, cc_arena *arena)
{
  SoupMessageBody *body = soup_server_message_get_request_body(message);
  cc_error_list errors = {.arena = arena};
  void *object = NULL;
  cc_status status = cc_decode(type,
                               body->data,
                               (size_t) body->length,
                               CC_MODE_CREATE,
                               arena,
                               &object,
                               NULL,
                               &errors);
  return status == CC_OK ? object : NULL;
}

/* --- operations --- */

void
fake_sign_in(fake_server *self, SoupServerMessage *message)
{
  CC_AUTO(cc_arena) arena = cc_arena_new(1024 * 1024);
  const cc_sign_in *body = read_body(message, &cc_sign_in_type, arena);
  if (body == NULL) {
    fake_answer_problem(message, CC_ERR_INVALID, NULL, "The body is wrong.");
    return;
  }
  gboolean second = g_strcmp0(body->email, FAKE_EMAIL_2) == 0;
  if (g_strcmp0(body->password, FAKE_PASSWORD) != 0 ||
      (!second && g_strcmp0(body->email, FAKE_EMAIL) != 0)) {
    fake_answer_problem(message,
                        CC_ERR_UNAUTHENTICATED,
                        "wrong_credentials",
                        "The address or the password is wrong.");
    return;
  }
  if (second && body->code == NULL) {
    fake_answer_problem(message,
                        CC_ERR_UNAUTHENTICATED,
                        "second_factor_required",
                        "A second factor is needed.");
    return;
  }
  if (second && g_strcmp0(body->code, FAKE_CODE) != 0) {
    fake_answer_problem(message,
                        CC_ERR_UNAUTHENTICATED,
                        "second_factor_wrong",
                        "The code is wrong.");
    return;
  }
  int64_t organization = 1;
  const cc_sign_in_reply reply = {
    .token = (char *) FAKE_TOKEN,
    .session_id = 1,
    .user_id = 1,
    .organization_id = &organization,
    .expires_at = cc_time_now() + 1000 * HOUR,
  };
  answer_object(message, 200, &cc_sign_in_reply_type, &reply);
}

void
fake_get_me(SoupServerMessage *message)
{
  const cc_user user = {
    .id = 1,
    .version = 1,
    .email = (char *) FAKE_EMAIL,
    .first_name = (char *) "Ada",
    .last_name = (char *) "Person",
    .timezone = (char *) "UTC",
    .notification_preferences = (char *) "{}",
    .created_at = cc_time_now(),
    .updated_at = cc_time_now(),
  };
  answer_object(message, 200, &cc_user_type, &user);
}

void
fake_list_organizations(SoupServerMessage *message)
{
  const cc_membership memberships[] = {
    {
      .id = 1,
      .name = (char *) "Riverside for Everyone",
      .slug = (char *) "riverside",
      .timezone = (char *) "UTC",
      .role = CC_ROLE_OWNER,
      .permissions = (char *) "{}",
      .joined_at = cc_time_now(),
      .active = true,
    },
    {
      .id = 2,
      .name = (char *) "The Committee with a Name That Is Too Long for the Screen of a Telephone",
      .slug = (char *) "committee",
      .timezone = (char *) "UTC",
      .role = CC_ROLE_MEMBER,
      .permissions = (char *) "{}",
      .joined_at = cc_time_now(),
    },
  };
  cc_str text;
  begin_list(&text);
  for (gsize i = 0; i < G_N_ELEMENTS(memberships); i++)
    add_to_list(&text, &cc_membership_type, &memberships[i]);
  end_list(message, &text, 0);
}

void
fake_get_organization(SoupServerMessage *message)
{
  const cc_organization organization = {
    .id = 1,
    .name = (char *) "Riverside for Everyone",
    .slug = (char *) "riverside",
    .timezone = (char *) "UTC",
    .created_at = cc_time_now(),
    .updated_at = cc_time_now(),
    .version = 1,
  };
  answer_object(message, 200, &cc_organization_type, &organization);
}

/* Make event @id, from 1 to 4: today, tomorrow, with long texts, last week. */
static cc_event
make_event(fake_server *self, gint64 id)
{
  static const cc_time begins[] = {0, 24 * HOUR, 72 * HOUR, -7 * 24 * HOUR};
  static const char *const titles[] =
    {"Town hall with the candidate",
     "Phone bank at the library",
     "An evening with neighbours, music, soup and a title that is longer than any screen",
     "Last week's canvass"};
  cc_time begin = cc_time_now() / HOUR * HOUR + begins[id - 1];
  guint attended = 0;
  for (guint i = 0; id == FAKE_EVENT_TODAY && i < self->people->len; i++)
    attended += g_array_index(self->people, person, i).attendee.status == CC_ATTENDEE_ATTENDED;
  return (cc_event){
    .id = id,
    .organization_id = 1,
    .title = (char *) titles[id - 1],
    .slug = (char *) "event",
    .description = (char *) "Doors open half an hour before. Bring a neighbour.",
    .kind = 1,
    .start_time = begin,
    .end_time = begin + HOUR / 2,
    .timezone = (char *) "UTC",
    .location_type = 1,
    .address_line_1 = (char *) "12 Station Road, behind the old post office",
    .city = (char *) "Riverside",
    .is_published = true,
    .visibility = 1,
    .created_at = begin - HOUR,
    .updated_at = begin - HOUR,
    .registered_count = id == FAKE_EVENT_TODAY ? (int64_t) (self->people->len - attended) : 0,
    .attended_count = (int64_t) attended,
    .attendees_revision = self->cursor,
    .version = 1,
  };
}

void
fake_answer_event(fake_server *self, SoupServerMessage *message, gint64 id)
{
  cc_event event = make_event(self, id);
  answer_object(message, 200, &cc_event_type, &event);
}

void
fake_list_events(fake_server *self, SoupServerMessage *message)
{
  cc_str text;
  begin_list(&text);
  for (gint64 id = 1; id <= 4; id++) {
    cc_event event = make_event(self, id);
    add_to_list(&text, &cc_event_type, &event);
  }
  end_list(message, &text, 0);
}

static guint
query_number(GHashTable *query, const char *name, guint fallback)
{
  const char *text = query == NULL ? NULL : g_hash_table_lookup(query, name);
  return text == NULL ? fallback : (guint) g_ascii_strtoull(text, NULL, 10);
}

static cc_time
query_time(GHashTable *query, const char *name)
{
  const char *text = query == NULL ? NULL : g_hash_table_lookup(query, name);
  cc_time time = 0;
  if (text != NULL && !cc_time_parse(text, strlen(text), &time))
    g_error("fake server: %s=%s is no time", name, text);
  return time;
}

/* Make the attendee of a person. Texts of the check-in are copied, because the struct contains
 * only pointers. */
static cc_attendee
attendee_of(person *one)
{
  cc_attendee attendee = one->attendee;
  attendee.checked_in_at = attendee.status == CC_ATTENDEE_ATTENDED ? &one->checked_in_at : NULL;
  attendee.checked_in_by = attendee.status == CC_ATTENDEE_ATTENDED ? one->checked_in_by : NULL;
  return attendee;
}

void
fake_list_attendees(fake_server *self,
                    SoupServerMessage *message,
                    gint64 event_id,
                    GHashTable *query)
{
  guint from = query_number(query, "cursor", 0), limit = query_number(query, "limit", 50);
  guint n = event_id == FAKE_EVENT_TODAY ? self->people->len : 0;
  cc_time since = query_time(query, "updated_since");
  cc_str text;
  begin_list(&text);
  guint i = from;
  for (guint shown = 0; i < n && shown < limit; i++) {
    cc_attendee attendee = attendee_of(&g_array_index(self->people, person, i));
    if (attendee.updated_at < since)
      continue;
    add_to_list(&text, &cc_attendee_type, &attendee);
    shown++;
  }
  end_list(message, &text, i < n ? i : 0);
}

void
fake_answer_attendee(SoupServerMessage *message, person *one)
{
  cc_attendee attendee = attendee_of(one);
  answer_object(message, 200, &cc_attendee_type, &attendee);
}

/* Send a page of the feed about a change of this attendee. */
void
fake_announce(fake_server *self, person *one)
{
  self->cursor++;
  cc_str text = CC_STR_INIT(ANSWER_MAX);
  cc_str_printf(&text,
                "{\"data\":[{\"op\":\"update\",\"entity\":\"attendee\",\"entity_id\":"
                "%" PRId64 ",\"version\":%" PRId64
                ",\"at\":\"2030-01-01T00:00:00Z\"}],\"cursor\":\"%u\","
                "\"more\":false}",
                one->attendee.id,
                one->attendee.version,
                self->cursor);
  g_assert_false(text.failed);
  for (guint i = 0; i < self->feeds->len; i++)
    soup_websocket_connection_send_text(self->feeds->pdata[i], text.text);
  cc_str_done(&text);
}

void
fake_set_checked_in(person *one, gboolean there, const char *by)
{
  one->attendee.status = there ? CC_ATTENDEE_ATTENDED : CC_ATTENDEE_REGISTERED;
  one->checked_in_at = cc_time_now();
  one->attendee.updated_at = cc_time_now();
  g_free(one->checked_in_by);
  one->checked_in_by = g_strdup(by);
  one->attendee.version++;
}

void
fake_check_in(fake_server *self, SoupServerMessage *message, gint64 attendee_id, gboolean there)
{
  CC_AUTO(cc_arena) arena = cc_arena_new(1024 * 1024);
  if (read_body(message, &cc_check_in_type, arena) == NULL) {
    fake_answer_problem(message, CC_ERR_INVALID, NULL, "The body is wrong.");
    return;
  }
  if (attendee_id < 1 || attendee_id > (gint64) self->people->len) {
    fake_answer_problem(message, CC_ERR_NOT_FOUND, NULL, NULL);
    return;
  }
  person *one = &g_array_index(self->people, person, (guint) attendee_id - 1);
  if (there && one->attendee.status == CC_ATTENDEE_ATTENDED) {
    g_autofree char *detail =
      g_strdup_printf("%s has checked this person in already.", one->checked_in_by);
    fake_answer_problem(message, CC_ERR_CONFLICT, "already_checked_in", detail);
    return;
  }
  fake_set_checked_in(one, there, there ? "Ada Person" : NULL);
  fake_announce(self, one);
  fake_answer_attendee(message, one);
}

void
fake_walk_in(fake_server *self, SoupServerMessage *message, gint64 event_id)
{
  CC_AUTO(cc_arena) arena = cc_arena_new(1024 * 1024);
  const cc_walk_in *body = read_body(message, &cc_walk_in_type, arena);
  if (body == NULL) {
    fake_answer_problem(message, CC_ERR_INVALID, NULL, "The body is wrong.");
    return;
  }
  person one = {
    .attendee =
      {
        .id = (int64_t) self->people->len + 1,
        .organization_id = 1,
        .event_id = event_id,
        .email = g_strdup(body->email),
        .first_name = g_strdup(body->first_name),
        .last_name = g_strdup(body->last_name),
        .phone = g_strdup(body->phone),
        .guest_count = body->guest_count,
        .source = (char *) "walk_in",
        .registered_at = cc_time_now(),
        .version = 1,
      },
  };
  fake_set_checked_in(&one, TRUE, "Ada Person");
  g_array_append_val(self->people, one);
  person *kept = &g_array_index(self->people, person, self->people->len - 1);
  fake_announce(self, kept);
  cc_attendee attendee = attendee_of(kept);
  answer_object(message, 201, &cc_attendee_type, &attendee);
}

void
fake_list_changes(fake_server *self, SoupServerMessage *message)
{
  cc_str text = CC_STR_INIT(ANSWER_MAX);
  cc_str_printf(&text, "{\"data\":[],\"cursor\":\"%u\",\"more\":false}", self->cursor);
  answer(message, 200, "application/json", &text);
}
