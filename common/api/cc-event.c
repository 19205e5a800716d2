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
  CC_INT64(cc_event, id, .flags = CC_READ_ONLY, .doc = "Id of the event."),
  CC_INT64(cc_event, organization_id, .flags = CC_READ_ONLY, .doc = "Id of the organization that hosts the event."),
  CC_STRING(cc_event, title, .flags = CC_REQUIRED, .min = 1, .max = 255, .format = CC_FORMAT_NAME,
            .doc = "Title of the event.", .example = "\"Saturday canvass in Riverside\""),
  CC_STRING(cc_event, slug, .max = 100, .format = CC_FORMAT_SLUG,
            .doc = "Part of the event's web address, unique within the organization. Left out: generated from the title, with random letters added for an unlisted event.",
            .example = "\"saturday-canvass\""),
  CC_STRING(cc_event, description, .flags = CC_NULLABLE, .max = 20000, .doc = "Description in Markdown."),
  CC_STRING(cc_event, short_description, .flags = CC_NULLABLE, .max = 500, .doc = "One or two sentences that lists of events show."),
  CC_STRING(cc_event, cover_image_url, .flags = CC_NULLABLE, .max = 2000, .format = CC_FORMAT_URL,
            .doc = "URL of the picture at the top of the event's page."),
  CC_ENUM(cc_event, kind, &cc_event_kind_enum, .fallback = "\"other\"", .doc = "Kind of the event."),
  CC_TIME(cc_event, start_time, .flags = CC_REQUIRED, CC_YEARS, .doc = "When the event begins.", .example = "\"2026-11-28T15:00:00Z\""),
  CC_TIME(cc_event, end_time, .flags = CC_REQUIRED, CC_YEARS, .doc = "When the event ends: not before start_time and at most ten years after it.",
          .example = "\"2026-11-28T18:00:00Z\""),
  CC_STRING(cc_event, timezone, .max = 50, .format = CC_FORMAT_ZONE,
            .doc = "IANA name of the event's time zone. Left out: the organization's time zone.", .example = "\"America/New_York\""),
  CC_ENUM(cc_event, location_type, &cc_location_type_enum, .fallback = "\"in_person\"",
          .doc = "in_person: at a place. virtual: online. hybrid: both."),
  CC_STRING(cc_event, address_line_1, .flags = CC_NULLABLE, .max = 255, .format = CC_FORMAT_LINE, .doc = "Street and number."),
  CC_STRING(cc_event, address_line_2, .flags = CC_NULLABLE, .max = 255, .format = CC_FORMAT_LINE, .doc = "Unit, floor, building."),
  CC_STRING(cc_event, city, .flags = CC_NULLABLE, .max = 100, .format = CC_FORMAT_LINE, .doc = "City or town."),
  CC_STRING(cc_event, state, .flags = CC_NULLABLE, .max = 50, .format = CC_FORMAT_LINE, .doc = "State or region."),
  CC_STRING(cc_event, zip, .flags = CC_NULLABLE, .max = 20, .format = CC_FORMAT_LINE, .doc = "Postal code."),
  CC_STRING(cc_event, country, .flags = CC_NULLABLE, .max = 2, .format = CC_FORMAT_COUNTRY, .fallback = "\"US\"",
            .doc = "Country, ISO 3166-1."),
  CC_OPT_DOUBLE(cc_event, latitude, .flags = CC_NULLABLE, .min = -90, .max = 90,
                .doc = "Latitude in degrees, WGS 84; send it together with longitude. Stored with eight decimal places.", .example = "42.3736"),
  CC_OPT_DOUBLE(cc_event, longitude, .flags = CC_NULLABLE, .min = -180, .max = 180,
                .doc = "Longitude in degrees, WGS 84; send it together with latitude. Stored with eight decimal places.", .example = "-71.1097"),
  CC_STRING(cc_event, virtual_link, .flags = CC_NULLABLE, .max = 2000, .format = CC_FORMAT_URL, .view = CC_VIEW_MEMBER,
            .doc = "URL for joining online; public operations do not return it. A virtual event needs it to be published."),
  CC_STRING(cc_event, virtual_platform, .flags = CC_NULLABLE, .max = 50, .format = CC_FORMAT_LINE, .doc = "Name of the online platform, such as Zoom or Jitsi."),
  CC_OPT_INT64(cc_event, capacity, .flags = CC_NULLABLE, .min = 1, .max = 1000000,
               .doc = "Maximum number of people, with guests; null: no limit. Left out: the organization's default."),
  CC_BOOL(cc_event, waitlist_enabled, .fallback = "false", .doc = "True when people who sign up for a full event are put on a waiting list."),
  CC_OPT_TIME(cc_event, registration_deadline, .flags = CC_NULLABLE, CC_YEARS, .doc = "Time until which people can sign up; not after end_time."),
  CC_BOOL(cc_event, requires_approval, .fallback = "false", .doc = "True when staff must confirm each sign-up."),
  CC_BOOL(cc_event, is_published, .flags = CC_READ_ONLY, .doc = "True while the event is published; only publishEvent and unpublishEvent change it."),
  CC_BOOL(cc_event, is_featured, .fallback = "false", .doc = "True when lists should show the event first."),
  CC_ENUM(cc_event, visibility, &cc_visibility_enum, .fallback = "\"public\"",
          .doc = "public: in public lists. unlisted: not in lists; anybody who has the slug can read it. private: only members can read it."),
  CC_STRING(cc_event, contact_email, .flags = CC_NULLABLE, .max = 254, .format = CC_FORMAT_EMAIL, .doc = "E-mail address for questions about the event."),
  CC_STRING(cc_event, contact_phone, .flags = CC_NULLABLE, .max = 20, .format = CC_FORMAT_PHONE, .doc = "Telephone number for questions about the event."),
  CC_OPT_INT64(cc_event, created_by, .flags = CC_READ_ONLY | CC_NULLABLE, .view = CC_VIEW_MEMBER, .doc = "Id of the account of the person who created the event."),
  CC_TIME(cc_event, created_at, .flags = CC_READ_ONLY, .view = CC_VIEW_MEMBER, .doc = "When the object was created."),
  CC_TIME(cc_event, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_OPT_TIME(cc_event, published_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the event was first published; null: never."),
  CC_OPT_TIME(cc_event, cancelled_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the event was cancelled; null: not cancelled."),
  CC_INT64(cc_event, registered_count, .flags = CC_READ_ONLY, .view = CC_VIEW_MEMBER, .doc = "Number of people on the list who are not checked in, without guests."),
  CC_INT64(cc_event, waitlisted_count, .flags = CC_READ_ONLY, .view = CC_VIEW_MEMBER, .doc = "Number of people on the waiting list, without guests."),
  CC_INT64(cc_event, cancelled_count, .flags = CC_READ_ONLY, .view = CC_VIEW_MEMBER, .doc = "Number of people who cancelled, without guests."),
  CC_INT64(cc_event, attended_count, .flags = CC_READ_ONLY, .view = CC_VIEW_MEMBER, .doc = "Number of people who were checked in, without guests."),
  CC_INT64(cc_event, no_show_count, .flags = CC_READ_ONLY, .view = CC_VIEW_MEMBER, .doc = "Number of people who were on the list and did not come, without guests."),
  CC_INT64(cc_event, registered_heads, .flags = CC_READ_ONLY, .view = CC_VIEW_MEMBER, .doc = "Number of people on the list who are not checked in, with their guests."),
  CC_INT64(cc_event, attended_heads, .flags = CC_READ_ONLY, .view = CC_VIEW_MEMBER, .doc = "Number of people who were checked in, with their guests; capacity counts guests, too."),
  CC_INT64(cc_event, attendees_revision, .flags = CC_READ_ONLY | CC_REVISION, .view = CC_VIEW_MEMBER,
           .doc = "Incremented when the counts of attendees change; such changes do not change `version`. Second part of the ETag."),
  CC_INT64(cc_event, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the event, incremented by every change "
                                        "except changes of the counts. First part of the ETag; "
                                        "If-Match compares this part only."),
};
const cc_type cc_event_type = CC_TYPE(cc_event, "Event", event_fields, .doc = "An event of an organization.");

static const cc_field event_ref_fields[] = {
  CC_INT64(cc_event_ref, event_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the event."),
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
  CC_OPT_BOOL(event_filter, published, .doc = "True: only published events. False: only drafts."),
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
  CC_OPT_TIME(public_event_filter, starts_after, .doc = "Only events that begin at or after this time. Left out: all events that have not ended."),
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
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND) | CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Events", .summary = "Delete a draft event.",
  .doc = "Only an event that was never published can be deleted. Cancel other events, so that the people who signed up are notified.",
};
const cc_op cc_op_publish_event = {
  .id = "publishEvent", .method = CC_POST, .path = "/v1/events/{event_id}/publish", .params = &cc_event_ref_type, .reply = &cc_event_type,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND) | CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Events", .summary = "Publish an event.",
  .doc = "A virtual event cannot be published without virtual_link (409 virtual_link_needed).",
};
const cc_op cc_op_unpublish_event = {
  .id = "unpublishEvent", .method = CC_POST, .path = "/v1/events/{event_id}/unpublish", .params = &cc_event_ref_type,
  .reply = &cc_event_type, .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Events", .summary = "Unpublish an event.",
};
const cc_op cc_op_cancel_event = {
  .id = "cancelEvent", .method = CC_POST, .path = "/v1/events/{event_id}/cancel", .params = &cc_event_ref_type, .reply = &cc_event_type,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Events", .summary = "Cancel an event.",
  .doc = "A cancelled event stays visible, with `cancelled_at`. Cancelling again changes nothing.",
};
const cc_op cc_op_duplicate_event = {
  .id = "duplicateEvent", .method = CC_POST, .path = "/v1/events/{event_id}/duplicate", .params = &cc_event_ref_type,
  .reply = &cc_event_type, .creates = true, .location = &cc_op_get_event, .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Events",
  .summary = "Copy an event into a new draft.", .doc = "The copy has a slug of its own and is neither published nor cancelled.",
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
