/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-turf.h"

static const char *const state_names[] = {"draft", "open", "out", "done", "closed"};
const cc_enum cc_turf_state_enum = {state_names, CC_N(state_names)};
static const char *const method_names[] = {"polygon", "streets", "precinct", "auto", "recut"};
static const cc_enum method_enum = {method_names, CC_N(method_names)};
static const char *const mode_names[] = {"street", "compact"};
static const cc_enum mode_enum = {mode_names, CC_N(mode_names)};
static const char *const side_names[] = {"both", "odd", "even"};
static const cc_enum side_enum = {side_names, CC_N(side_names)};
static const char *const cut_state_names[] = {"queued", "running", "done", "failed", "cancelled"};
const cc_enum cc_turf_cut_state_enum = {cut_state_names, CC_N(cut_state_names)};
static const char *const door_state_names[] = {"todo", "attempted", "done"};
static const cc_enum door_state_enum = {door_state_names, CC_N(door_state_names)};
static const char *const format_names[] = {"png", "svg"};
static const cc_enum format_enum = {format_names, CC_N(format_names)};
static const char *const paper_names[] = {"a4", "letter"};
static const cc_enum paper_enum = {paper_names, CC_N(paper_names)};

/* clang-format off */
#define POLYGON_EXAMPLE \
  "{\"type\": \"Polygon\", \"coordinates\": [[[-71.12, 42.37], [-71.11, 42.37], [-71.11, 42.38], [-71.12, 42.37]]]}"

static const cc_field street_fields[] = {
  CC_STRING(cc_turf_street, street, .flags = CC_REQUIRED, .min = 1, .max = 200, .format = CC_FORMAT_NAME,
            .doc = "Name of the street as the doors have it; any case.", .example = "\"Canal Pk\""),
  CC_OPT_INT64(cc_turf_street, first, .flags = CC_NULLABLE, .max = 999999999, .doc = "Lowest house number; null: from the beginning."),
  CC_OPT_INT64(cc_turf_street, last, .flags = CC_NULLABLE, .max = 999999999, .doc = "Highest house number; null: to the end."),
  CC_ENUM(cc_turf_street, side, &side_enum, .fallback = "\"both\"", .doc = "Odd or even numbers only, or both."),
};
static const cc_type street_type = CC_TYPE(cc_turf_street, "TurfStreet", street_fields);

static const cc_field request_fields[] = {
  CC_STRING(cc_turf_request, name, .flags = CC_REQUIRED, .min = 1, .max = 80, .format = CC_FORMAT_NAME,
            .doc = "Name of the turfs; several turfs get a number each.", .example = "\"North\""),
  CC_ENUM(cc_turf_request, method, &method_enum, .flags = CC_REQUIRED,
          .doc = "Which doors: of an area (polygon), of streets, of precincts, all of them (auto), or those of turfs that are not done (recut).",
          .example = "\"auto\""),
  CC_JSON(cc_turf_request, polygon, .flags = CC_NULLABLE, .doc = "GeoJSON Polygon or MultiPolygon, for the method polygon.",
          .example = "null"),
  CC_LIST(cc_turf_request, streets, cc_turf_street, &street_type, .max = 500, .doc = "For the method streets.", .example = "[]"),
  CC_STRINGS(cc_turf_request, precincts, .max = 500, .doc = "Codes, for the method precinct.", .example = "[]"),
  CC_STRINGS(cc_turf_request, turf_ids, .max = 500, .doc = "Turfs whose doors that are not done are cut again, for the method recut.",
             .example = "[]"),
  CC_OPT_INT64(cc_turf_request, list_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX,
               .doc = "Only doors of people on this saved list; null: every door.", .example = "null"),
  CC_OPT_INT64(cc_turf_request, script_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Script to walk with.",
               .example = "null"),
  CC_OPT_INT64(cc_turf_request, target_doors, .flags = CC_NULLABLE, .min = 2, .max = 2000,
               .doc = "Target number of doors of a turf. Without a target an area or a list of streets is one turf, and so is each precinct.",
               .example = "50"),
  CC_OPT_INT64(cc_turf_request, target_minutes, .flags = CC_NULLABLE, .min = 10, .max = 2000,
               .doc = "Target minutes of a turf; instead of target_doors.", .example = "null"),
  CC_ENUM(cc_turf_request, mode, &mode_enum, .fallback = "\"street\"",
          .doc = "street: least to walk, blocks kept whole. compact: tidier on a map, more to walk."),
  CC_BOOL(cc_turf_request, by_precinct, .fallback = "false", .doc = "Keep turfs inside one precinct where it can be."),
};
const cc_type cc_turf_request_type = CC_TYPE(cc_turf_request, "TurfRequest", request_fields, .doc = "A request to cut turfs.");

static const cc_field conflict_fields[] = {
  CC_INT64(cc_turf_conflict, turf_id, .flags = CC_READ_ONLY, .doc = "Turf that has the doors."),
  CC_STRING(cc_turf_conflict, name, .flags = CC_READ_ONLY, .max = 300, .doc = "Name of the object."),
  CC_ENUM(cc_turf_conflict, state, &cc_turf_state_enum, .flags = CC_READ_ONLY, .doc = "Its state."),
  CC_INT64(cc_turf_conflict, doors, .flags = CC_READ_ONLY, .doc = "Number of the requested doors that it has."),
};
static const cc_type conflict_type = CC_TYPE(cc_turf_conflict, "TurfConflict", conflict_fields);

static const cc_field unplaced_fields[] = {
  CC_INT64(cc_turf_unplaced, door_id, .flags = CC_READ_ONLY, .doc = "Number of the door."),
  CC_STRING(cc_turf_unplaced, address, .flags = CC_READ_ONLY, .max = 500, .doc = "Its building."),
  CC_STRING(cc_turf_unplaced, unit, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 100, .doc = "Its unit."),
};
static const cc_type unplaced_type = CC_TYPE(cc_turf_unplaced, "TurfUnplaced", unplaced_fields);

static const cc_field preview_fields[] = {
  CC_INT64(cc_turf_preview, doors, .flags = CC_READ_ONLY, .doc = "Doors that would be in turfs."),
  CC_INT64(cc_turf_preview, voters, .flags = CC_READ_ONLY, .doc = "People there who may be asked."),
  CC_INT64(cc_turf_preview, buildings, .flags = CC_READ_ONLY, .doc = "Buildings of these doors."),
  CC_INT64(cc_turf_preview, turfs, .flags = CC_READ_ONLY, .doc = "About how many turfs it would be."),
  CC_INT64(cc_turf_preview, left_out, .flags = CC_READ_ONLY,
           .doc = "Doors that are left out: do not knock, confidential, opted out, quiet time, not on the list."),
  CC_INT64(cc_turf_preview, taken, .flags = CC_READ_ONLY, .doc = "Doors of other active turfs."),
  CC_LIST(cc_turf_preview, conflicts, cc_turf_conflict, &conflict_type, .flags = CC_READ_ONLY, .doc = "These turfs."),
  CC_INT64(cc_turf_preview, unplaced, .flags = CC_READ_ONLY, .doc = "Doors without a known position; they are in no turf."),
  CC_LIST(cc_turf_preview, unplaced_doors, cc_turf_unplaced, &unplaced_type, .flags = CC_READ_ONLY, .doc = "The first 200 of them."),
};
static const cc_type preview_type = CC_TYPE(cc_turf_preview, "TurfPreview", preview_fields, .doc = "Result of a cut, without making it.");

static const cc_field cut_fields[] = {
  CC_INT64(cc_turf_cut, id, .flags = CC_READ_ONLY, .doc = "Number of the cutting."),
  CC_STRING(cc_turf_cut, name, .flags = CC_READ_ONLY, .max = 80, .doc = "Name of its turfs."),
  CC_ENUM(cc_turf_cut, method, &method_enum, .flags = CC_READ_ONLY, .doc = "How doors were chosen."),
  CC_JSON(cc_turf_cut, request, .flags = CC_READ_ONLY, .doc = "The request."),
  CC_OPT_INT64(cc_turf_cut, list_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Saved list of the cut."),
  CC_OPT_INT64(cc_turf_cut, script_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Script of its turfs."),
  CC_ENUM(cc_turf_cut, state, &cc_turf_cut_state_enum, .flags = CC_READ_ONLY, .doc = "How far it is."),
  CC_DOUBLE(cc_turf_cut, progress, .flags = CC_READ_ONLY, .max = 1, .doc = "From 0 to 1."),
  CC_JSON(cc_turf_cut, result, .flags = CC_READ_ONLY,
          .doc = "While running: the step; then turfs, doors, voters, smallest, largest, length_m, "
                 "minutes, metres_a_door, seconds, and the doors left out: taken with conflicts, unplaced "
                 "with unplaced_doors, left_out, lost_meanwhile."),
  CC_STRING(cc_turf_cut, error, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 500, .doc = "Why it failed."),
  CC_TIME(cc_turf_cut, created_at, .flags = CC_READ_ONLY, .doc = "Time of the request."),
  CC_TIME(cc_turf_cut, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_turf_cut, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_turf_cut_type = CC_TYPE(cc_turf_cut, "TurfCut", cut_fields, .doc = "A cut: the request, its progress and its result.");

CC_PATH_1(cut_ref, "TurfCutRef", cut_id, "Number of the cutting.");

static const cc_field taker_fields[] = {
  CC_STRING(cc_turf_taker, actor, .flags = CC_READ_ONLY, .max = 60, .format = CC_FORMAT_LINE, .doc = "Person, token or device.",
            .example = "\"user:7\""),
  CC_OPT_INT64(cc_turf_taker, user_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Account of the person, when it is one."),
  CC_STRING(cc_turf_taker, name, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 250, .doc = "Name."),
  CC_TIME(cc_turf_taker, taken_at, .flags = CC_READ_ONLY, .doc = "Since when."),
};
static const cc_type taker_type = CC_TYPE(cc_turf_taker, "TurfTaker", taker_fields);

static const cc_field turf_fields[] = {
  CC_INT64(cc_turf, id, .flags = CC_READ_ONLY, .doc = "Number of the turf."),
  CC_OPT_INT64(cc_turf, cut_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Cut that made it."),
  CC_STRING(cc_turf, name, .flags = CC_REQUIRED, .min = 1, .max = 300, .format = CC_FORMAT_NAME, .doc = "Name.", .example = "\"North 12\""),
  CC_ENUM(cc_turf, state, &cc_turf_state_enum, .flags = CC_READ_ONLY,
          .doc = "draft: may be changed. open: published, its doors are fixed. out: assigned or checked out. done: all doors are done. closed: its doors are free."),
  CC_JSON(cc_turf, polygon, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "GeoJSON of the area around its doors.", .example = POLYGON_EXAMPLE),
  CC_OPT_INT64(cc_turf, script_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Script to walk with."),
  CC_STRING(cc_turf, code, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 12, .format = CC_FORMAT_LINE,
            .doc = "Typed or scanned to take the turf out; from publishing on.", .example = "\"7KMWQ2\""),
  CC_BOOL(cc_turf, distributed, .fallback = "false", .doc = "One code for many: each gets the nearest free doors (holdTurfDoors)."),
  CC_OPT_INT64(cc_turf, assigned_user_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Person to whom it is assigned."),
  CC_STRING(cc_turf, assigned_name, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 250, .doc = "Name of that person."),
  CC_STRING(cc_turf, team, .flags = CC_NULLABLE, .max = 100, .format = CC_FORMAT_LINE, .doc = "Team of the turf."),
  CC_OPT_INT64(cc_turf, event_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Event of the turf."),
  CC_STRING(cc_turf, notes, .flags = CC_NULLABLE, .max = 2000, .doc = "Note for the canvassers."),
  CC_INT64(cc_turf, door_count, .flags = CC_READ_ONLY, .doc = "Doors."),
  CC_INT64(cc_turf, voter_count, .flags = CC_READ_ONLY, .doc = "People at these doors."),
  CC_INT64(cc_turf, doors_done, .flags = CC_READ_ONLY, .doc = "Doors that need no further attempt."),
  CC_OPT_DOUBLE(cc_turf, length_m, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Metres to walk from the first door to the last."),
  CC_OPT_DOUBLE(cc_turf, minutes, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Estimated minutes."),
  CC_LIST(cc_turf, takers, cc_turf_taker, &taker_type, .flags = CC_READ_ONLY, .doc = "Actors who checked it out and have not returned it."),
  CC_INT64(cc_turf, progress_revision, .flags = CC_READ_ONLY | CC_REVISION, .view = CC_VIEW_MEMBER,
           .doc = "Grows with doors_done and takers; the version does not."),
  CC_OPT_TIME(cc_turf, published_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Since when its doors are fixed."),
  CC_OPT_TIME(cc_turf, expires_at, .flags = CC_NULLABLE, CC_YEARS, .doc = "Time at which it closes; by default 30 days after publishing."),
  CC_OPT_TIME(cc_turf, closed_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When it was closed; null: not closed."),
  CC_TIME(cc_turf, created_at, .flags = CC_READ_ONLY, .doc = "When it was cut."),
  CC_TIME(cc_turf, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_turf, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Grows with every change but progress; the ETag."),
};
const cc_type cc_turf_type = CC_TYPE(cc_turf, "Turf", turf_fields, .doc = "A piece of a town with its doors in walking order.");

static const cc_field turf_ref_fields[] = {
  CC_INT64(cc_turf_ref, turf_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Number of the turf."),
};
static const cc_type turf_ref_type = CC_TYPE(cc_turf_ref, "TurfRef", turf_ref_fields);

static const cc_field filter_fields[] = {
  CC_ENUM(cc_turf_filter, state, &cc_turf_state_enum, .doc = "Only turfs in this state."),
  CC_OPT_INT64(cc_turf_filter, assigned_user_id, .min = 1, .max = INT64_MAX, .doc = "Only turfs given to this person."),
  CC_OPT_INT64(cc_turf_filter, event_id, .min = 1, .max = INT64_MAX, .doc = "Only turfs of this event."),
  CC_OPT_INT64(cc_turf_filter, cut_id, .min = 1, .max = INT64_MAX, .doc = "Only turfs of this cutting."),
  CC_PAGE_ROWS(cc_turf_filter),
};
static const cc_type filter_type = CC_TYPE(cc_turf_filter, "TurfFilter", filter_fields);

#define DOOR_ROWS(S) \
  CC_INT64(S, door_id, .flags = CC_READ_ONLY, .doc = "Number of the door."), \
  CC_INT64(S, position, .flags = CC_READ_ONLY, .doc = "Place in the walk; grows, without being a count."), \
  CC_ENUM(S, state, &door_state_enum, .flags = CC_READ_ONLY, .doc = "todo, attempted, or done: no other attempt is needed."), \
  CC_INT64(S, building_id, .flags = CC_READ_ONLY, .doc = "Building of the door."), \
  CC_STRING(S, address, .flags = CC_READ_ONLY, .max = 500, .doc = "House number and street."), \
  CC_STRING(S, number, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 50, .doc = "House number."), \
  CC_STRING(S, street, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 200, .doc = "Street."), \
  CC_STRING(S, unit, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 100, .doc = "Unit."), \
  CC_STRING(S, city, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 100, .doc = "City."), \
  CC_STRING(S, zip5, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 10, .doc = "ZIP code."), \
  CC_STRING(S, precinct, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 50, .doc = "Precinct."), \
  CC_OPT_DOUBLE(S, latitude, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Degrees north."), \
  CC_OPT_DOUBLE(S, longitude, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Degrees east."), \
  CC_STRING(S, access_note, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 500, .doc = "How to get in."), \
  CC_INT64(S, people, .flags = CC_READ_ONLY, .doc = "Number of people to ask there.")

static const cc_field door_fields[] = {
  DOOR_ROWS(cc_turf_door),
  CC_STRING(cc_turf_door, held_by, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 60, .doc = "Actor who holds it, of a distributed turf, such as user:7."),
  CC_OPT_TIME(cc_turf_door, held_until, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Until when."),
  CC_OPT_TIME(cc_turf_door, done_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When it was done."),
};
const cc_type cc_turf_door_type = CC_TYPE(cc_turf_door, "TurfDoor", door_fields, .doc = "A door of a turf.");

static const cc_field doors_query_fields[] = {
  CC_INT64(cc_turf_doors_query, limit, .min = 1, .max = 500, .fallback = "100", .doc = "Maximum number of items on a page."),
  CC_STRING(cc_turf_doors_query, cursor, .format = CC_FORMAT_LINE, .max = 1000,
            .doc = "Position of the page: `next_cursor` of the previous page. Leave it out for the first page."),
};
static const cc_type doors_query_type = CC_TYPE(cc_turf_doors_query, "TurfDoorsQuery", doors_query_fields);

static const cc_field code_fields[] = {
  CC_STRING(cc_turf_code, code, .flags = CC_REQUIRED, .min = 4, .max = 20, .format = CC_FORMAT_LINE,
            .doc = "The turf's code; case, blanks and hyphens are ignored.", .example = "\"7KM-WQ2\""),
};
static const cc_type code_type = CC_TYPE(cc_turf_code, "TurfCode", code_fields);

static const cc_field near_fields[] = {
  CC_DOUBLE(cc_turf_near, latitude, .flags = CC_REQUIRED, .min = -90, .max = 90, .doc = "Where you stand: degrees north.", .example = "42.37"),
  CC_DOUBLE(cc_turf_near, longitude, .flags = CC_REQUIRED, .min = -180, .max = 180, .doc = "Degrees east.", .example = "-71.11"),
  CC_INT64(cc_turf_near, doors, .min = 1, .max = 200, .fallback = "20", .doc = "About how many doors; a house is not parted."),
  CC_INT64(cc_turf_near, minutes, .min = 5, .max = 1440, .fallback = "120", .doc = "How long they are yours; then they are free again."),
};
static const cc_type near_type = CC_TYPE(cc_turf_near, "TurfNear", near_fields);

static const cc_field held_door_fields[] = {DOOR_ROWS(cc_turf_held_door)};
static const cc_type held_door_type = CC_TYPE(cc_turf_held_door, "TurfHeldDoor", held_door_fields);
static const cc_field held_fields[] = {
  CC_INT64(cc_turf_held, turf_id, .flags = CC_READ_ONLY, .doc = "Number of the turf."),
  CC_TIME(cc_turf_held, held_until, .flags = CC_READ_ONLY, .doc = "Until when the doors are yours."),
  CC_LIST(cc_turf_held, held, cc_turf_held_door, &held_door_type, .flags = CC_READ_ONLY, .doc = "The doors in walking order from where you stand."),
};
static const cc_type held_type = CC_TYPE(cc_turf_held, "TurfHeld", held_fields, .doc = "Doors of a distributed turf that the caller holds for a time.");

static const cc_field split_fields[] = {
  CC_INT64(cc_turf_split, parts, .flags = CC_REQUIRED, .min = 2, .max = 50, .doc = "Turfs to make of it, of about the same size.", .example = "2"),
};
static const cc_type split_type = CC_TYPE(cc_turf_split, "TurfSplit", split_fields);

static const cc_field merge_fields[] = {
  CC_STRINGS(cc_turf_merge, turf_ids, .flags = CC_REQUIRED, .min = 1, .max = 50, .doc = "Drafts that are merged into this one and deleted.",
             .example = "[\"8\"]"),
};
static const cc_type merge_type = CC_TYPE(cc_turf_merge, "TurfMerge", merge_fields);

static const cc_field move_fields[] = {
  CC_STRINGS(cc_turf_move, add, .max = 2000, .doc = "Numbers of doors to add, from other drafts or from none.", .example = "[\"7\"]"),
  CC_STRINGS(cc_turf_move, remove, .max = 2000, .doc = "Numbers of doors to remove; they are in no turf afterwards.", .example = "[]"),
};
static const cc_type move_type = CC_TYPE(cc_turf_move, "TurfMove", move_fields);

static const cc_field brief_fields[] = {
  CC_INT64(cc_turf_brief, id, .flags = CC_READ_ONLY, .doc = "Number of the turf."),
  CC_STRING(cc_turf_brief, name, .flags = CC_READ_ONLY, .max = 300, .doc = "Name."),
  CC_INT64(cc_turf_brief, door_count, .flags = CC_READ_ONLY, .doc = "Doors."),
  CC_INT64(cc_turf_brief, voter_count, .flags = CC_READ_ONLY, .doc = "People at these doors."),
  CC_OPT_DOUBLE(cc_turf_brief, length_m, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Metres to walk."),
  CC_OPT_DOUBLE(cc_turf_brief, minutes, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Estimated minutes."),
  CC_INT64(cc_turf_brief, version, .flags = CC_READ_ONLY, .doc = "Version of the turf."),
};
static const cc_type brief_type = CC_TYPE(cc_turf_brief, "TurfBrief", brief_fields);
static const cc_field change_fields[] = {
  CC_LIST(cc_turf_change, turfs, cc_turf_brief, &brief_type, .flags = CC_READ_ONLY, .doc = "The changed turfs that still exist, this one first."),
};
static const cc_type change_type = CC_TYPE(cc_turf_change, "TurfChange", change_fields, .doc = "Result of a change by hand.");

static const cc_field qr_query_fields[] = {
  CC_ENUM(cc_turf_qr_query, format, &format_enum, .fallback = "\"png\"", .doc = "png or svg."),
};
static const cc_type qr_query_type = CC_TYPE(cc_turf_qr_query, "TurfQrQuery", qr_query_fields);
static const cc_field paper_query_fields[] = {
  CC_ENUM(cc_turf_paper_query, paper, &paper_enum, .fallback = "\"letter\"", .doc = "Size of the paper."),
};
static const cc_type paper_query_type = CC_TYPE(cc_turf_paper_query, "TurfPaperQuery", paper_query_fields);

#define NOT_FOUND CC_ERR_BIT(CC_ERR_NOT_FOUND)
#define CONFLICT (CC_ERR_BIT(CC_ERR_NOT_FOUND) | CC_ERR_BIT(CC_ERR_CONFLICT))
#define CHANGED (CONFLICT | CC_ERR_BIT(CC_ERR_PRECONDITION))

const cc_op cc_op_preview_turf = {
  .id = "previewTurf", .method = CC_POST, .path = "/v1/turf-previews", .body = &cc_turf_request_type, .reply = &preview_type,
  .tag = "Turf", .summary = "Count the doors of a cut.", .doc = "Nothing is written: for the counts beside an area while it is drawn.",
};
const cc_op cc_op_start_turf_cut = {
  .id = "startTurfCut", .method = CC_POST, .path = "/v1/turf-cuts", .body = &cc_turf_request_type, .reply = &cc_turf_cut_type,
  .creates = true, .location = &cc_op_get_turf_cut, .tag = "Turf", .summary = "Cut turf.",
  .doc = "Runs in the background: the change feed has turf_cut changes, and turf at the end. Makes "
         "all drafts, or none. Doors of other active turfs, doors with \"do not knock\" and doors "
         "without a position are left out and counted in the result.",
};
const cc_op cc_op_list_turf_cuts = {
  .id = "listTurfCuts", .method = CC_GET, .path = "/v1/turf-cuts", .query = &cc_page_query_type, .reply = &cc_turf_cut_type,
  .shape = CC_REPLY_LIST, .tag = "Turf", .summary = "List cuttings, the newest first.",
};
const cc_op cc_op_get_turf_cut = {
  .id = "getTurfCut", .method = CC_GET, .path = "/v1/turf-cuts/{cut_id}", .params = &cut_ref_type, .reply = &cc_turf_cut_type,
  .errors = NOT_FOUND, .tag = "Turf", .summary = "Read a cutting.",
};
const cc_op cc_op_cancel_turf_cut = {
  .id = "cancelTurfCut", .method = CC_POST, .path = "/v1/turf-cuts/{cut_id}/cancel", .params = &cut_ref_type, .reply = &cc_turf_cut_type,
  .errors = CONFLICT, .tag = "Turf", .summary = "Stop a cutting.", .doc = "It leaves no turf behind. 409 turf_cut_over when it is done already.",
};
const cc_op cc_op_publish_turf_cut = {
  .id = "publishTurfCut", .method = CC_POST, .path = "/v1/turf-cuts/{cut_id}/publish", .params = &cut_ref_type, .reply = &cc_turf_cut_type,
  .errors = CONFLICT, .tag = "Turf", .summary = "Publish all drafts of a cutting.", .doc = "result.published has the number.",
};
const cc_op cc_op_list_turfs = {
  .id = "listTurfs", .method = CC_GET, .path = "/v1/turfs", .query = &filter_type, .reply = &cc_turf_type, .shape = CC_REPLY_LIST,
  .tag = "Turf", .summary = "List turfs by number.", .doc = "Without the right manage_canvass your own.",
};
const cc_op cc_op_list_my_turfs = {
  .id = "listMyTurfs", .method = CC_GET, .path = "/v1/turfs/mine", .query = &cc_page_query_type, .reply = &cc_turf_type,
  .shape = CC_REPLY_LIST, .tag = "Turf", .summary = "List the turfs that are assigned to you or that you checked out.",
};
const cc_op cc_op_take_turf = {
  .id = "takeTurf", .method = CC_POST, .path = "/v1/turfs/take", .body = &code_type, .reply = &cc_turf_type,
  .errors = CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Turf", .summary = "Take a turf out by its code.",
  .doc = "Several people may check out one turf; takers lists them. 409 turf_assigned when it is assigned to another person.",
};
const cc_op cc_op_get_turf = {
  .id = "getTurf", .method = CC_GET, .path = "/v1/turfs/{turf_id}", .params = &turf_ref_type, .reply = &cc_turf_type,
  .errors = NOT_FOUND, .tag = "Turf", .summary = "Read a turf.",
};
const cc_op cc_op_update_turf = {
  .id = "updateTurf", .method = CC_PATCH, .path = "/v1/turfs/{turf_id}", .params = &turf_ref_type, .body = &cc_turf_type,
  .reply = &cc_turf_type, .errors = CHANGED, .tag = "Turf", .summary = "Change or assign a turf.",
  .doc = "A merge-patch. An open turf that is assigned becomes out. With If-Match only when the turf was not changed meanwhile.",
};
const cc_op cc_op_delete_turf = {
  .id = "deleteTurf", .method = CC_DELETE, .path = "/v1/turfs/{turf_id}", .params = &turf_ref_type, .errors = CHANGED, .tag = "Turf",
  .summary = "Delete a draft.", .doc = "A published turf cannot be deleted, because contacts refer to it (409 turf_state); close it.",
};
const cc_op cc_op_list_turf_doors = {
  .id = "listTurfDoors", .method = CC_GET, .path = "/v1/turfs/{turf_id}/doors", .params = &turf_ref_type, .query = &doors_query_type,
  .reply = &cc_turf_door_type, .shape = CC_REPLY_LIST, .errors = NOT_FOUND, .tag = "Turf", .summary = "List the doors of a turf in walking order.",
};
const cc_op cc_op_move_turf_doors = {
  .id = "moveTurfDoors", .method = CC_POST, .path = "/v1/turfs/{turf_id}/doors", .params = &turf_ref_type, .body = &move_type,
  .reply = &change_type, .errors = CONFLICT, .tag = "Turf", .summary = "Put doors into a draft, or take them out.",
  .doc = "The walks of all changed turfs are computed again. 409 turf_frozen when one of them is published.",
};
const cc_op cc_op_split_turf = {
  .id = "splitTurf", .method = CC_POST, .path = "/v1/turfs/{turf_id}/split", .params = &turf_ref_type, .body = &split_type,
  .reply = &change_type, .errors = CONFLICT, .tag = "Turf", .summary = "Cut a draft into several.",
};
const cc_op cc_op_merge_turfs = {
  .id = "mergeTurfs", .method = CC_POST, .path = "/v1/turfs/{turf_id}/merge", .params = &turf_ref_type, .body = &merge_type,
  .reply = &change_type, .errors = CONFLICT, .tag = "Turf", .summary = "Join drafts.",
};
#define VERB(name, operation, verb, bits, sentence, ...) \
  const cc_op name = { \
    .id = operation, .method = CC_POST, .path = "/v1/turfs/{turf_id}/" verb, .params = &turf_ref_type, .reply = &cc_turf_type, \
    .errors = (bits), .tag = "Turf", .summary = sentence, __VA_ARGS__}
VERB(cc_op_publish_turf, "publishTurf", "publish", CHANGED, "Publish a draft.",
     .doc = "Its doors and their order are fixed from here on, and it gets a code.");
VERB(cc_op_unpublish_turf, "unpublishTurf", "unpublish", CHANGED, "Make an open turf a draft again.", .doc = "Its code is void then.");
VERB(cc_op_finish_turf, "finishTurf", "done", CONFLICT, "Say that a turf is walked.");
VERB(cc_op_take_back_turf, "takeBackTurf", "take-back", CHANGED, "Take a turf back from its canvassers.");
VERB(cc_op_close_turf, "closeTurf", "close", CHANGED, "Close a turf.", .doc = "Doors that are not done become free for other turfs.");
VERB(cc_op_reopen_turf, "reopenTurf", "reopen", CHANGED, "Open a turf again.",
     .doc = "409 turf_doors_taken when a door that is not done is in another turf.");
VERB(cc_op_return_turf, "returnTurf", "return", NOT_FOUND, "Give back a turf that you took or were given.");
const cc_op cc_op_hold_turf_doors = {
  .id = "holdTurfDoors", .method = CC_POST, .path = "/v1/turfs/{turf_id}/hold", .params = &turf_ref_type, .body = &near_type,
  .reply = &held_type, .errors = CONFLICT, .tag = "Turf", .summary = "Get the nearest free doors of a shared turf.",
  .doc = "The caller holds these doors until held_until. Doors that were held before and not requested again are free at once.",
};
const cc_op cc_op_get_turf_qr = {
  .id = "getTurfQr", .method = CC_GET, .path = "/v1/turfs/{turf_id}/qr", .params = &turf_ref_type, .query = &qr_query_type,
  .shape = CC_REPLY_FILE, .media = "image/png,image/svg+xml", .errors = CONFLICT, .tag = "Turf", .summary = "The QR code of a turf.",
  .doc = "A link that ends with the turf's code. 409 turf_no_code before it is published.",
};
const cc_op cc_op_get_turf_walk_list = {
  .id = "getTurfWalkList", .method = CC_GET, .path = "/v1/turfs/{turf_id}/walk-list", .params = &turf_ref_type, .query = &paper_query_type,
  .shape = CC_REPLY_FILE, .media = "application/pdf", .errors = NOT_FOUND, .tag = "Turf", .summary = "The walk list on paper.",
  .doc = "Map, doors in walking order with the people, boxes to mark, a bar code on every page.",
};
/* clang-format on */
