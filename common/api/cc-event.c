/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-event.h"

static const char *const kind_names[] = {"canvass",
                                         "phone_bank",
                                         "text_bank",
                                         "rally",
                                         "fundraiser",
                                         "training",
                                         "meeting",
                                         "community",
                                         "other"};
const cc_enum cc_event_kind_enum = {kind_names, CC_N(kind_names)};

static const char *const location_names[] = {"in_person", "virtual", "hybrid"};
const cc_enum cc_location_type_enum = {location_names, CC_N(location_names)};

static const char *const visibility_names[] = {"public", "unlisted", "private"};
const cc_enum cc_visibility_enum = {visibility_names, CC_N(visibility_names)};

/* clang-format off */
static const cc_field event_fields[] = {
  CC_INT64(cc_event, id, .flags = CC_READ_ONLY, .doc = "Number of the event."),
  CC_INT64(cc_event, organization_id, .flags = CC_READ_ONLY, .doc = "Organization that hosts it."),
  CC_STRING(cc_event, title, .flags = CC_REQUIRED, .min = 1, .max = 255, .format = CC_FORMAT_NAME,
            .doc = "Title, as people see it.", .example = "\"Saturday canvass in Riverside\""),
  CC_STRING(cc_event, slug, .max = 100, .format = CC_FORMAT_SLUG,
            .doc = "Name in web addresses, unique in the organization. Made from the title when left out; for an unlisted event with random letters.",
            .example = "\"saturday-canvass\""),
  CC_STRING(cc_event, description, .flags = CC_NULLABLE, .max = 20000, .doc = "Long text, Markdown."),
  CC_STRING(cc_event, short_description, .flags = CC_NULLABLE, .max = 500, .doc = "One or two sentences for lists."),
  CC_STRING(cc_event, cover_image_url, .flags = CC_NULLABLE, .max = 2000, .format = CC_FORMAT_URL,
            .doc = "Picture at the top of the page."),
  CC_ENUM(cc_event, kind, &cc_event_kind_enum, .fallback = "\"other\"", .doc = "Kind of the event."),
  CC_TIME(cc_event, start_time, .flags = CC_REQUIRED, CC_YEARS, .doc = "When it begins.", .example = "\"2026-11-28T15:00:00Z\""),
  CC_TIME(cc_event, end_time, .flags = CC_REQUIRED, CC_YEARS, .doc = "When it ends; not before start_time, and within ten years of it.",
          .example = "\"2026-11-28T18:00:00Z\""),
  CC_STRING(cc_event, timezone, .max = 50, .format = CC_FORMAT_ZONE,
            .doc = "Time zone of the place. The organization's when left out.", .example = "\"America/New_York\""),
  CC_ENUM(cc_event, location_type, &cc_location_type_enum, .fallback = "\"in_person\"",
          .doc = "Whether people come to a place, to a link, or either."),
  CC_STRING(cc_event, address_line_1, .flags = CC_NULLABLE, .max = 255, .format = CC_FORMAT_LINE, .doc = "Street and number."),
  CC_STRING(cc_event, address_line_2, .flags = CC_NULLABLE, .max = 255, .format = CC_FORMAT_LINE, .doc = "Unit, floor, building."),
  CC_STRING(cc_event, city, .flags = CC_NULLABLE, .max = 100, .format = CC_FORMAT_LINE, .doc = "City or town."),
  CC_STRING(cc_event, state, .flags = CC_NULLABLE, .max = 50, .format = CC_FORMAT_LINE, .doc = "State or region."),
  CC_STRING(cc_event, zip, .flags = CC_NULLABLE, .max = 20, .format = CC_FORMAT_LINE, .doc = "Postal code."),
  CC_STRING(cc_event, country, .flags = CC_NULLABLE, .max = 2, .format = CC_FORMAT_COUNTRY, .fallback = "\"US\"",
            .doc = "Country, ISO 3166-1."),
  CC_OPT_DOUBLE(cc_event, latitude, .flags = CC_NULLABLE, .min = -90, .max = 90,
                .doc = "Degrees north, WGS 84; together with longitude. Kept to eight decimal places.", .example = "42.3736"),
  CC_OPT_DOUBLE(cc_event, longitude, .flags = CC_NULLABLE, .min = -180, .max = 180,
                .doc = "Degrees east, WGS 84; together with latitude. Kept to eight decimal places.", .example = "-71.1097"),
  CC_STRING(cc_event, virtual_link, .flags = CC_NULLABLE, .max = 2000, .format = CC_FORMAT_URL, .view = CC_VIEW_MEMBER,
            .doc = "Where to join online; not shown to the public. A virtual event has one when it is published."),
  CC_STRING(cc_event, virtual_platform, .flags = CC_NULLABLE, .max = 50, .format = CC_FORMAT_LINE, .doc = "Such as Zoom or Jitsi."),
  CC_OPT_INT64(cc_event, capacity, .flags = CC_NULLABLE, .min = 1, .max = 1000000,
               .doc = "Maximum number of people; null: no limit. The organization's default when left out."),
  CC_BOOL(cc_event, waitlist_enabled, .fallback = "false", .doc = "Whether a full event keeps a waiting list."),
  CC_OPT_TIME(cc_event, registration_deadline, .flags = CC_NULLABLE, CC_YEARS, .doc = "Last moment to sign up; not after end_time."),
  CC_BOOL(cc_event, requires_approval, .fallback = "false", .doc = "Whether staff confirm each sign-up."),
  CC_BOOL(cc_event, is_published, .flags = CC_READ_ONLY, .doc = "Changed by publishEvent and unpublishEvent."),
  CC_BOOL(cc_event, is_featured, .fallback = "false", .doc = "Shown first."),
  CC_ENUM(cc_event, visibility, &cc_visibility_enum, .fallback = "\"public\"",
          .doc = "public: listed; unlisted: by its slug only, not by number; private: members only."),
  CC_STRING(cc_event, contact_email, .flags = CC_NULLABLE, .max = 254, .format = CC_FORMAT_EMAIL, .doc = "E-mail address for questions."),
  CC_STRING(cc_event, contact_phone, .flags = CC_NULLABLE, .max = 20, .format = CC_FORMAT_PHONE, .doc = "Telephone number for questions."),
  CC_OPT_INT64(cc_event, created_by, .flags = CC_READ_ONLY | CC_NULLABLE, .view = CC_VIEW_MEMBER, .doc = "Person who created it."),
  CC_TIME(cc_event, created_at, .flags = CC_READ_ONLY, .view = CC_VIEW_MEMBER, .doc = "When it was made."),
  CC_TIME(cc_event, updated_at, .flags = CC_READ_ONLY, .doc = "When it last changed."),
  CC_OPT_TIME(cc_event, published_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When it was first published."),
  CC_OPT_TIME(cc_event, cancelled_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When it was called off; null: it takes place."),
  CC_INT64(cc_event, registered_count, .flags = CC_READ_ONLY, .view = CC_VIEW_MEMBER, .doc = "Number of people on the list who are not checked in, without guests."),
  CC_INT64(cc_event, waitlisted_count, .flags = CC_READ_ONLY, .view = CC_VIEW_MEMBER, .doc = "How many wait for a place, without guests."),
  CC_INT64(cc_event, cancelled_count, .flags = CC_READ_ONLY, .view = CC_VIEW_MEMBER, .doc = "How many cancelled, without guests."),
  CC_INT64(cc_event, attended_count, .flags = CC_READ_ONLY, .view = CC_VIEW_MEMBER, .doc = "Number of people who were checked in, without guests."),
  CC_INT64(cc_event, no_show_count, .flags = CC_READ_ONLY, .view = CC_VIEW_MEMBER, .doc = "How many were on the list and did not come, without guests."),
  CC_INT64(cc_event, registered_heads, .flags = CC_READ_ONLY, .view = CC_VIEW_MEMBER, .doc = "Number of people on the list who are not checked in, with their guests."),
  CC_INT64(cc_event, attended_heads, .flags = CC_READ_ONLY, .view = CC_VIEW_MEMBER, .doc = "Number of people who were checked in, with their guests; capacity counts guests, too."),
  CC_INT64(cc_event, attendees_revision, .flags = CC_READ_ONLY | CC_REVISION, .view = CC_VIEW_MEMBER,
           .doc = "Incremented by every change of the counts, which does not change the version."),
  CC_INT64(cc_event, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Incremented by every change; the first part of the ETag, and the one that If-Match compares."),
};
const cc_type cc_event_type = CC_TYPE(cc_event, "Event", event_fields, .doc = "An event of an organization.");

static const cc_field event_ref_fields[] = {
  CC_INT64(cc_event_ref, event_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Number of the event."),
};
const cc_type cc_event_ref_type = CC_TYPE(cc_event_ref, "EventRef", event_ref_fields);

typedef struct slug_ref {
  char *slug;
} slug_ref;

static const cc_field slug_ref_fields[] = {
  CC_STRING(slug_ref, slug, .flags = CC_REQUIRED, .max = 100, .format = CC_FORMAT_SLUG, .doc = "Slug of the event."),
};
static const cc_type slug_ref_type = CC_TYPE(slug_ref, "EventSlugRef", slug_ref_fields);

typedef struct public_slug_ref {
  char *organization_slug;
  char *slug;
} public_slug_ref;

static const cc_field public_slug_ref_fields[] = {
  CC_STRING(public_slug_ref, organization_slug, .flags = CC_REQUIRED, .max = 100, .format = CC_FORMAT_SLUG,
            .doc = "Slug of the organization."),
  CC_STRING(public_slug_ref, slug, .flags = CC_REQUIRED, .max = 100, .format = CC_FORMAT_SLUG, .doc = "Slug of the event."),
};
static const cc_type public_slug_ref_type = CC_TYPE(public_slug_ref, "PublicEventRef", public_slug_ref_fields);

typedef struct event_filter {
  cc_time *starts_after;
  cc_time *starts_before;
  cc_time *updated_since;
  bool *published;
  int kind;
  char *text;
  int64_t limit;
  char *cursor;
} event_filter;

static const cc_field event_filter_fields[] = {
  CC_OPT_TIME(event_filter, starts_after, .doc = "Only events that begin at or after this time."),
  CC_OPT_TIME(event_filter, starts_before, .doc = "Only events that begin before this time."),
  CC_ENUM(event_filter, kind, &cc_event_kind_enum, .doc = "Only events of this kind."),
  CC_STRING(event_filter, text, .min = 1, .max = 100, .format = CC_FORMAT_LINE,
            .doc = "Only events with this text in title, short description or city; any case."),
  CC_OPT_BOOL(event_filter, published, .doc = "Only published events, or only drafts."),
  CC_OPT_TIME(event_filter, updated_since, .doc = "Only events changed at or after this time."),
  CC_PAGE_ROWS(event_filter),
};
static const cc_type event_filter_type = CC_TYPE(event_filter, "EventFilter", event_filter_fields);

typedef struct public_event_filter {
  cc_time *starts_after;
  cc_time *starts_before;
  int kind;
  char *text;
  char *organization;
  int64_t limit;
  char *cursor;
} public_event_filter;

static const cc_field public_event_filter_fields[] = {
  CC_OPT_TIME(public_event_filter, starts_after, .doc = "Only events that begin at or after this time. When left out: all that have not ended."),
  CC_OPT_TIME(public_event_filter, starts_before, .doc = "Only events that begin before this time."),
  CC_ENUM(public_event_filter, kind, &cc_event_kind_enum, .doc = "Only events of this kind."),
  CC_STRING(public_event_filter, text, .min = 1, .max = 100, .format = CC_FORMAT_LINE,
            .doc = "Only events with this text in title, short description or city; any case."),
  CC_STRING(public_event_filter, organization, .max = 100, .format = CC_FORMAT_LINE, .doc = "Only events of the organization with this slug."),
  CC_PAGE_ROWS(public_event_filter),
};
static const cc_type public_event_filter_type = CC_TYPE(public_event_filter, "PublicEventFilter", public_event_filter_fields);

const cc_op cc_op_create_event = {
  .id = "createEvent", .method = CC_POST, .path = "/v1/events", .body = &cc_event_type, .reply = &cc_event_type, .creates = true, .location = &cc_op_get_event,
  .errors = CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Events", .summary = "Create an event.",
  .doc = "The event is a draft until it is published.",
};
const cc_op cc_op_list_events = {
  .id = "listEvents", .method = CC_GET, .path = "/v1/events", .query = &event_filter_type, .reply = &cc_event_type,
  .shape = CC_REPLY_LIST, .tag = "Events", .summary = "List the organization's events by start time.",
};
const cc_op cc_op_get_event = {
  .id = "getEvent", .method = CC_GET, .path = "/v1/events/{event_id}", .params = &cc_event_ref_type, .reply = &cc_event_type,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Events", .summary = "Read an event.",
};
const cc_op cc_op_get_event_by_slug = {
  .id = "getEventBySlug", .method = CC_GET, .path = "/v1/events/by-slug/{slug}", .params = &slug_ref_type, .reply = &cc_event_type,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Events", .summary = "Read an event by its slug.",
};
const cc_op cc_op_update_event = {
  .id = "updateEvent", .method = CC_PATCH, .path = "/v1/events/{event_id}", .params = &cc_event_ref_type, .body = &cc_event_type,
  .reply = &cc_event_type, .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND) | CC_ERR_BIT(CC_ERR_CONFLICT) | CC_ERR_BIT(CC_ERR_PRECONDITION),
  .tag = "Events", .summary = "Change an event.",
  .doc = "A merge-patch: fields that are left out do not change; null clears a field that may be empty.",
};
const cc_op cc_op_delete_event = {
  .id = "deleteEvent", .method = CC_DELETE, .path = "/v1/events/{event_id}", .params = &cc_event_ref_type,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND) | CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Events", .summary = "Delete a draft.",
  .doc = "Only an event that was never published can be deleted. Cancel other events, so that the people who signed up are notified.",
};
const cc_op cc_op_publish_event = {
  .id = "publishEvent", .method = CC_POST, .path = "/v1/events/{event_id}/publish", .params = &cc_event_ref_type, .reply = &cc_event_type,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND) | CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Events", .summary = "Show an event to the public.",
  .doc = "A virtual event needs its virtual_link by then (409 virtual_link_needed); a draft may lack it.",
};
const cc_op cc_op_unpublish_event = {
  .id = "unpublishEvent", .method = CC_POST, .path = "/v1/events/{event_id}/unpublish", .params = &cc_event_ref_type,
  .reply = &cc_event_type, .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Events", .summary = "Take an event back from the public.",
};
const cc_op cc_op_cancel_event = {
  .id = "cancelEvent", .method = CC_POST, .path = "/v1/events/{event_id}/cancel", .params = &cc_event_ref_type, .reply = &cc_event_type,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Events", .summary = "Call an event off.",
  .doc = "A cancelled event stays visible, with the status cancelled. Cancelling again changes nothing.",
};
const cc_op cc_op_duplicate_event = {
  .id = "duplicateEvent", .method = CC_POST, .path = "/v1/events/{event_id}/duplicate", .params = &cc_event_ref_type,
  .reply = &cc_event_type, .creates = true, .location = &cc_op_get_event, .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Events",
  .summary = "Make a draft with the same content.", .doc = "The copy has a slug of its own, is not published and not cancelled.",
};
const cc_op cc_op_list_public_events = {
  .id = "listPublicEvents", .method = CC_GET, .path = "/v1/public/events", .query = &public_event_filter_type,
  .reply = &cc_event_type, .shape = CC_REPLY_LIST, .tag = "Public", .summary = "List published events of all organizations.",
  .doc = "A page reads at most 1,000 events: those of the organization, otherwise of the kind, "
         "otherwise all future ones. So with text, or with organization and kind, a page may have "
         "fewer events than limit, or none, and still a next_cursor. Continue until next_cursor is "
         "null.",
};
const cc_op cc_op_get_public_event = {
  .id = "getPublicEvent", .method = CC_GET, .path = "/v1/public/events/{event_id}", .params = &cc_event_ref_type, .reply = &cc_event_type,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Public", .summary = "Read a published event.",
};
const cc_op cc_op_get_public_event_by_slug = {
  .id = "getPublicEventBySlug", .method = CC_GET, .path = "/v1/public/organizations/{organization_slug}/events/{slug}",
  .params = &public_slug_ref_type, .reply = &cc_event_type, .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Public",
  .summary = "Read a published event by the slugs of its organization and itself.",
};
/* clang-format on */
