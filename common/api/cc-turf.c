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
            .doc = "Name of the street as in the addresses of the doors; case is ignored.", .example = "\"Canal Pk\""),
  CC_OPT_INT64(cc_turf_street, first, .flags = CC_NULLABLE, .max = 999999999, .doc = "Lowest house number; null: from the beginning of the street."),
  CC_OPT_INT64(cc_turf_street, last, .flags = CC_NULLABLE, .max = 999999999, .doc = "Highest house number; null: to the end of the street."),
  CC_ENUM(cc_turf_street, side, &side_enum, .fallback = "\"both\"", .doc = "House numbers to include: odd, even or both."),
};
static const cc_type street_type = CC_TYPE(cc_turf_street, "TurfStreet", street_fields);

static const cc_field request_fields[] = {
  CC_STRING(cc_turf_request, name, .flags = CC_REQUIRED, .min = 1, .max = 80, .format = CC_FORMAT_NAME,
            .doc = "Name of the turfs. If the cut makes several turfs, a number is added to each name.", .example = "\"North\""),
  CC_ENUM(cc_turf_request, method, &method_enum, .flags = CC_REQUIRED,
          .doc = "Which doors to cut. polygon: the doors in an area. streets: the doors of "
                 "streets. precinct: the doors of precincts. auto: all doors. recut: the doors "
                 "of existing turfs that are not done.",
          .example = "\"auto\""),
  CC_JSON(cc_turf_request, polygon, .flags = CC_NULLABLE, .doc = "For the method polygon: the area as GeoJSON Polygon or MultiPolygon.",
          .example = "null"),
  CC_LIST(cc_turf_request, streets, cc_turf_street, &street_type, .max = 500, .doc = "For the method streets: the streets.", .example = "[]"),
  CC_STRINGS(cc_turf_request, precincts, .max = 500, .doc = "For the method precinct: codes of the precincts.", .example = "[]"),
  CC_STRINGS(cc_turf_request, turf_ids, .max = 500, .doc = "For the method recut: ids of the turfs whose unfinished "
                                        "doors are cut again. These turfs are closed, and drafts "
                                        "among them deleted.",
             .example = "[]"),
  CC_OPT_INT64(cc_turf_request, list_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX,
               .doc = "Id of a saved list: only doors of its people. Null: every door.", .example = "null"),
  CC_OPT_INT64(cc_turf_request, script_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Id of the script for the canvassers; null: none.",
               .example = "null"),
  CC_OPT_INT64(cc_turf_request, target_doors, .flags = CC_NULLABLE, .min = 2, .max = 2000,
               .doc = "Target number of doors per turf. Without a target an area or a list of streets becomes one turf, and so does each precinct.",
               .example = "50"),
  CC_OPT_INT64(cc_turf_request, target_minutes, .flags = CC_NULLABLE, .min = 10, .max = 2000,
               .doc = "Target duration of a turf in minutes, in place of `target_doors`.", .example = "null"),
  CC_ENUM(cc_turf_request, mode, &mode_enum, .fallback = "\"street\"",
          .doc = "street: shortest walks, with whole blocks. compact: turfs that do not overlap on a map, with longer walks."),
  CC_BOOL(cc_turf_request, by_precinct, .fallback = "false", .doc = "True: avoid turfs with doors of several precincts."),
};
const cc_type cc_turf_request_type = CC_TYPE(cc_turf_request, "TurfRequest", request_fields, .doc = "A request to cut turfs.");

static const cc_field conflict_fields[] = {
  CC_INT64(cc_turf_conflict, turf_id, .flags = CC_READ_ONLY, .doc = "Id of the turf that has the doors."),
  CC_STRING(cc_turf_conflict, name, .flags = CC_READ_ONLY, .max = 300, .doc = "Name of the object."),
  CC_ENUM(cc_turf_conflict, state, &cc_turf_state_enum, .flags = CC_READ_ONLY, .doc = "State of the turf."),
  CC_INT64(cc_turf_conflict, doors, .flags = CC_READ_ONLY, .doc = "Count of the requested doors that are in this turf."),
};
static const cc_type conflict_type = CC_TYPE(cc_turf_conflict, "TurfConflict", conflict_fields);

static const cc_field unplaced_fields[] = {
  CC_INT64(cc_turf_unplaced, door_id, .flags = CC_READ_ONLY, .doc = "Id of the door."),
  CC_STRING(cc_turf_unplaced, address, .flags = CC_READ_ONLY, .max = 500, .doc = "Address of the building."),
  CC_STRING(cc_turf_unplaced, unit, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 100, .doc = "Unit of the door, such as a flat; null: none."),
};
static const cc_type unplaced_type = CC_TYPE(cc_turf_unplaced, "TurfUnplaced", unplaced_fields);

static const cc_field preview_fields[] = {
  CC_INT64(cc_turf_preview, doors, .flags = CC_READ_ONLY, .doc = "Number of doors that would be in turfs."),
  CC_INT64(cc_turf_preview, voters, .flags = CC_READ_ONLY, .doc = "Number of people at these doors who may be contacted."),
  CC_INT64(cc_turf_preview, buildings, .flags = CC_READ_ONLY, .doc = "Number of buildings of these doors."),
  CC_INT64(cc_turf_preview, turfs, .flags = CC_READ_ONLY, .doc = "Estimated number of turfs."),
  CC_INT64(cc_turf_preview, left_out, .flags = CC_READ_ONLY,
           .doc = "Number of doors left out: \"do not knock\", confidential voters, all people opted out or in their quiet time, or nobody on the list."),
  CC_INT64(cc_turf_preview, taken, .flags = CC_READ_ONLY, .doc = "Number of doors left out because another active turf has them."),
  CC_LIST(cc_turf_preview, conflicts, cc_turf_conflict, &conflict_type, .flags = CC_READ_ONLY, .doc = "The turfs that have these doors."),
  CC_INT64(cc_turf_preview, unplaced, .flags = CC_READ_ONLY, .doc = "Number of doors left out because their position is not known."),
  CC_LIST(cc_turf_preview, unplaced_doors, cc_turf_unplaced, &unplaced_type, .flags = CC_READ_ONLY, .doc = "The first 200 doors without a known position."),
};
static const cc_type preview_type = CC_TYPE(cc_turf_preview, "TurfPreview", preview_fields, .doc = "Counts of a cut that is not made.");

static const cc_field cut_fields[] = {
  CC_INT64(cc_turf_cut, id, .flags = CC_READ_ONLY, .doc = "Id of the cut."),
  CC_STRING(cc_turf_cut, name, .flags = CC_READ_ONLY, .max = 80, .doc = "Name of the turfs."),
  CC_ENUM(cc_turf_cut, method, &method_enum, .flags = CC_READ_ONLY, .doc = "How the doors were chosen."),
  CC_JSON(cc_turf_cut, request, .flags = CC_READ_ONLY, .doc = "The request of the cut."),
  CC_OPT_INT64(cc_turf_cut, list_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the saved list; null: every door."),
  CC_OPT_INT64(cc_turf_cut, script_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the script of the turfs; null: none."),
  CC_ENUM(cc_turf_cut, state, &cc_turf_cut_state_enum, .flags = CC_READ_ONLY, .doc = "State of the cut."),
  CC_DOUBLE(cc_turf_cut, progress, .flags = CC_READ_ONLY, .max = 1, .doc = "Progress from 0 to 1."),
  CC_JSON(cc_turf_cut, result, .flags = CC_READ_ONLY,
          .doc = "While running: `step`. When done: the counts `turfs`, `doors`, `voters`; the "
                 "number of doors of the `smallest` and `largest` turf; `length_m`, `minutes`, "
                 "`metres_a_door`; `seconds` of computing; and the doors left out, as in "
                 "TurfPreview: `taken` with `conflicts`, `unplaced` with `unplaced_doors`, "
                 "`left_out`, and `lost_meanwhile` (taken by another cut at the same time)."),
  CC_STRING(cc_turf_cut, error, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 500, .doc = "Why it failed."),
  CC_TIME(cc_turf_cut, created_at, .flags = CC_READ_ONLY, .doc = "When the cut was requested."),
  CC_TIME(cc_turf_cut, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_turf_cut, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_turf_cut_type = CC_TYPE(cc_turf_cut, "TurfCut", cut_fields, .doc = "A cut: the request, its progress and its result.");

CC_PATH_1(cut_ref, "TurfCutRef", cut_id, "Id of the cut.");

static const cc_field taker_fields[] = {
  CC_STRING(cc_turf_taker, actor, .flags = CC_READ_ONLY, .max = 60, .format = CC_FORMAT_LINE, .doc = "Actor, such as user:7 or device:3.",
            .example = "\"user:7\""),
  CC_OPT_INT64(cc_turf_taker, user_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the account, when the actor is a person; otherwise null."),
  CC_STRING(cc_turf_taker, name, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 250, .doc = "Name."),
  CC_TIME(cc_turf_taker, taken_at, .flags = CC_READ_ONLY, .doc = "When the actor checked the turf out."),
};
static const cc_type taker_type = CC_TYPE(cc_turf_taker, "TurfTaker", taker_fields);

static const cc_field turf_fields[] = {
  CC_INT64(cc_turf, id, .flags = CC_READ_ONLY, .doc = "Id of the turf."),
  CC_OPT_INT64(cc_turf, cut_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the cut that made the turf; null: none."),
  CC_STRING(cc_turf, name, .flags = CC_REQUIRED, .min = 1, .max = 300, .format = CC_FORMAT_NAME, .doc = "Name.", .example = "\"North 12\""),
  CC_ENUM(cc_turf, state, &cc_turf_state_enum, .flags = CC_READ_ONLY,
          .doc = "draft: its doors can be changed. open: published, its doors are fixed. out: "
                 "assigned or checked out. done: no door needs a further attempt. closed: its "
                 "unfinished doors are free for other turfs."),
  CC_JSON(cc_turf, polygon, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "GeoJSON of the area around its doors.", .example = POLYGON_EXAMPLE),
  CC_OPT_INT64(cc_turf, script_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Id of the script for the canvassers; null: none."),
  CC_STRING(cc_turf, code, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 12, .format = CC_FORMAT_LINE,
            .doc = "Code to type or scan for checking the turf out; null: not published.", .example = "\"7KMWQ2\""),
  CC_BOOL(cc_turf, distributed, .fallback = "false", .doc = "True when many canvassers share the turf: each gets the nearest free doors with holdTurfDoors."),
  CC_OPT_INT64(cc_turf, assigned_user_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Id of the account of the person to whom the turf is "
                                        "assigned; null: nobody."),
  CC_STRING(cc_turf, assigned_name, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 250, .doc = "Name of the person to whom the turf is assigned."),
  CC_STRING(cc_turf, team, .flags = CC_NULLABLE, .max = 100, .format = CC_FORMAT_LINE, .doc = "Name of the team for the turf."),
  CC_OPT_INT64(cc_turf, event_id, .flags = CC_NULLABLE, .min = 1, .max = INT64_MAX, .doc = "Id of the event to which the turf belongs; null: none."),
  CC_STRING(cc_turf, notes, .flags = CC_NULLABLE, .max = 2000, .doc = "Note for the canvassers."),
  CC_INT64(cc_turf, door_count, .flags = CC_READ_ONLY, .doc = "Number of doors."),
  CC_INT64(cc_turf, voter_count, .flags = CC_READ_ONLY, .doc = "Number of people at the doors."),
  CC_INT64(cc_turf, doors_done, .flags = CC_READ_ONLY, .doc = "Number of doors that need no further attempt."),
  CC_OPT_DOUBLE(cc_turf, length_m, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Length of the walk from the first door to the last in metres."),
  CC_OPT_DOUBLE(cc_turf, minutes, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Estimated duration in minutes."),
  CC_LIST(cc_turf, takers, cc_turf_taker, &taker_type, .flags = CC_READ_ONLY, .doc = "Actors who checked the turf out and have not returned it."),
  CC_INT64(cc_turf, progress_revision, .flags = CC_READ_ONLY | CC_REVISION, .view = CC_VIEW_MEMBER,
           .doc = "Incremented when `doors_done` or `takers` change; such changes do not change `version`."),
  CC_OPT_TIME(cc_turf, published_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the turf was published; null: not published."),
  CC_OPT_TIME(cc_turf, expires_at, .flags = CC_NULLABLE, CC_YEARS, .doc = "When the turf closes; by default 30 days after it is published."),
  CC_OPT_TIME(cc_turf, closed_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When it was closed; null: not closed."),
  CC_TIME(cc_turf, created_at, .flags = CC_READ_ONLY, .doc = "When the turf was created."),
  CC_TIME(cc_turf, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_turf, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the turf, incremented by every change except "
                                        "progress. It is the first part of the ETag."),
};
const cc_type cc_turf_type = CC_TYPE(cc_turf, "Turf", turf_fields, .doc = "A turf: an area of doors in walking order, worked by one or more canvassers.");

static const cc_field turf_ref_fields[] = {
  CC_INT64(cc_turf_ref, turf_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the turf."),
};
static const cc_type turf_ref_type = CC_TYPE(cc_turf_ref, "TurfRef", turf_ref_fields);

static const cc_field filter_fields[] = {
  CC_ENUM(cc_turf_filter, state, &cc_turf_state_enum, .doc = "Only turfs in this state."),
  CC_OPT_INT64(cc_turf_filter, assigned_user_id, .min = 1, .max = INT64_MAX, .doc = "Only turfs that are assigned to the person with this id."),
  CC_OPT_INT64(cc_turf_filter, event_id, .min = 1, .max = INT64_MAX, .doc = "Only turfs of the event with this id."),
  CC_OPT_INT64(cc_turf_filter, cut_id, .min = 1, .max = INT64_MAX, .doc = "Only turfs of the cut with this id."),
  CC_PAGE_ROWS(cc_turf_filter),
};
static const cc_type filter_type = CC_TYPE(cc_turf_filter, "TurfFilter", filter_fields);

#define DOOR_ROWS(S) \
  CC_INT64(S, door_id, .flags = CC_READ_ONLY, .doc = "Id of the door."), \
  CC_INT64(S, position, .flags = CC_READ_ONLY, .doc = "Position in the walk. Positions increase, but may have gaps."), \
  CC_ENUM(S, state, &door_state_enum, .flags = CC_READ_ONLY, .doc = "State of the door. todo: no attempt yet. attempted: " \
                                        "needs another attempt. done: needs no further attempt."), \
  CC_INT64(S, building_id, .flags = CC_READ_ONLY, .doc = "Id of the building."), \
  CC_STRING(S, address, .flags = CC_READ_ONLY, .max = 500, .doc = "House number and street."), \
  CC_STRING(S, number, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 50, .doc = "House number."), \
  CC_STRING(S, street, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 200, .doc = "Street."), \
  CC_STRING(S, unit, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 100, .doc = "Unit."), \
  CC_STRING(S, city, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 100, .doc = "City."), \
  CC_STRING(S, zip5, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 10, .doc = "ZIP code."), \
  CC_STRING(S, precinct, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 50, .doc = "Precinct."), \
  CC_OPT_DOUBLE(S, latitude, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Latitude in degrees, WGS 84."), \
  CC_OPT_DOUBLE(S, longitude, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Longitude in degrees, WGS 84."), \
  CC_STRING(S, access_note, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 500, .doc = "How to get in."), \
  CC_INT64(S, people, .flags = CC_READ_ONLY, .doc = "Number of people to contact at the door.")

static const cc_field door_fields[] = {
  DOOR_ROWS(cc_turf_door),
  CC_STRING(cc_turf_door, held_by, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 60, .doc = "For a distributed turf: actor who holds the door, such as user:7; null: free."),
  CC_OPT_TIME(cc_turf_door, held_until, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Time until which the actor holds the door; null: free."),
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
  CC_DOUBLE(cc_turf_near, latitude, .flags = CC_REQUIRED, .min = -90, .max = 90, .doc = "Latitude of your position in degrees, WGS 84.", .example = "42.37"),
  CC_DOUBLE(cc_turf_near, longitude, .flags = CC_REQUIRED, .min = -180, .max = 180, .doc = "Longitude in degrees, WGS 84.", .example = "-71.11"),
  CC_INT64(cc_turf_near, doors, .min = 1, .max = 200, .fallback = "20", .doc = "Approximate number of doors. The doors of a building are not divided."),
  CC_INT64(cc_turf_near, minutes, .min = 5, .max = 1440, .fallback = "120", .doc = "Time in minutes for which you hold the doors. After that they are free again."),
};
static const cc_type near_type = CC_TYPE(cc_turf_near, "TurfNear", near_fields);

static const cc_field held_door_fields[] = {DOOR_ROWS(cc_turf_held_door)};
static const cc_type held_door_type = CC_TYPE(cc_turf_held_door, "TurfHeldDoor", held_door_fields);
static const cc_field held_fields[] = {
  CC_INT64(cc_turf_held, turf_id, .flags = CC_READ_ONLY, .doc = "Id of the turf."),
  CC_TIME(cc_turf_held, held_until, .flags = CC_READ_ONLY, .doc = "Time until which you hold the doors."),
  CC_LIST(cc_turf_held, held, cc_turf_held_door, &held_door_type, .flags = CC_READ_ONLY, .doc = "The doors in walking order, beginning near your position."),
};
static const cc_type held_type = CC_TYPE(cc_turf_held, "TurfHeld", held_fields, .doc = "Doors of a distributed turf that the actor holds until a certain time.");

static const cc_field split_fields[] = {
  CC_INT64(cc_turf_split, parts, .flags = CC_REQUIRED, .min = 2, .max = 50, .doc = "Number of turfs of about the same size to make from it.", .example = "2"),
};
static const cc_type split_type = CC_TYPE(cc_turf_split, "TurfSplit", split_fields);

static const cc_field merge_fields[] = {
  CC_STRINGS(cc_turf_merge, turf_ids, .flags = CC_REQUIRED, .min = 1, .max = 50, .doc = "Ids of drafts that are merged into this draft and deleted.",
             .example = "[\"8\"]"),
};
static const cc_type merge_type = CC_TYPE(cc_turf_merge, "TurfMerge", merge_fields);

static const cc_field move_fields[] = {
  CC_STRINGS(cc_turf_move, add, .max = 2000, .doc = "Ids of doors to add; they may be in other drafts or in no turf.", .example = "[\"7\"]"),
  CC_STRINGS(cc_turf_move, remove, .max = 2000, .doc = "Ids of doors to remove; they are in no turf afterwards.", .example = "[]"),
};
static const cc_type move_type = CC_TYPE(cc_turf_move, "TurfMove", move_fields);

static const cc_field brief_fields[] = {
  CC_INT64(cc_turf_brief, id, .flags = CC_READ_ONLY, .doc = "Id of the turf."),
  CC_STRING(cc_turf_brief, name, .flags = CC_READ_ONLY, .max = 300, .doc = "Name."),
  CC_INT64(cc_turf_brief, door_count, .flags = CC_READ_ONLY, .doc = "Number of doors."),
  CC_INT64(cc_turf_brief, voter_count, .flags = CC_READ_ONLY, .doc = "Number of people at the doors."),
  CC_OPT_DOUBLE(cc_turf_brief, length_m, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Length of the walk in metres."),
  CC_OPT_DOUBLE(cc_turf_brief, minutes, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Estimated duration in minutes."),
  CC_INT64(cc_turf_brief, version, .flags = CC_READ_ONLY, .doc = "Version of the turf."),
};
static const cc_type brief_type = CC_TYPE(cc_turf_brief, "TurfBrief", brief_fields);
static const cc_field change_fields[] = {
  CC_LIST(cc_turf_change, turfs, cc_turf_brief, &brief_type, .flags = CC_READ_ONLY, .doc = "The changed turfs that still exist; the requested turf is the first."),
};
static const cc_type change_type = CC_TYPE(cc_turf_change, "TurfChange", change_fields, .doc = "Result of changing drafts.");

static const cc_field qr_query_fields[] = {
  CC_ENUM(cc_turf_qr_query, format, &format_enum, .fallback = "\"png\"", .doc = "Format of the picture: png or svg."),
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
  .tag = "Turf", .summary = "Preview a cut.", .doc = "Returns the counts of a cut and changes nothing. Clients use it while an area is drawn.",
};
const cc_op cc_op_start_turf_cut = {
  .id = "startTurfCut", .method = CC_POST, .path = "/v1/turf-cuts", .body = &cc_turf_request_type, .reply = &cc_turf_cut_type,
  .creates = true, .location = &cc_op_get_turf_cut, .tag = "Turf", .summary = "Cut doors into turfs.",
  .doc = "Runs in the background. The change feed reports changes of the type turf_cut for the "
         "progress and of the type turf at the end. The cut makes all turfs, as drafts, or none. "
         "Doors of other active turfs, doors with \"do not knock\" and doors without a position "
         "are left out and counted in the result.",
};
const cc_op cc_op_list_turf_cuts = {
  .id = "listTurfCuts", .method = CC_GET, .path = "/v1/turf-cuts", .query = &cc_page_query_type, .reply = &cc_turf_cut_type,
  .shape = CC_REPLY_LIST, .tag = "Turf", .summary = "List cuts, newest first.",
};
const cc_op cc_op_get_turf_cut = {
  .id = "getTurfCut", .method = CC_GET, .path = "/v1/turf-cuts/{cut_id}", .params = &cut_ref_type, .reply = &cc_turf_cut_type,
  .errors = NOT_FOUND, .tag = "Turf", .summary = "Read a cut.",
};
const cc_op cc_op_cancel_turf_cut = {
  .id = "cancelTurfCut", .method = CC_POST, .path = "/v1/turf-cuts/{cut_id}/cancel", .params = &cut_ref_type, .reply = &cc_turf_cut_type,
  .errors = CONFLICT, .tag = "Turf", .summary = "Cancel a cut.", .doc = "A cancelled cut makes no turfs. 409 turf_cut_over: the cut is done already.",
};
const cc_op cc_op_publish_turf_cut = {
  .id = "publishTurfCut", .method = CC_POST, .path = "/v1/turf-cuts/{cut_id}/publish", .params = &cut_ref_type, .reply = &cc_turf_cut_type,
  .errors = CONFLICT, .tag = "Turf", .summary = "Publish all drafts of a cut.", .doc = "`result.published` in the answer has the number of published turfs.",
};
const cc_op cc_op_list_turfs = {
  .id = "listTurfs", .method = CC_GET, .path = "/v1/turfs", .query = &filter_type, .reply = &cc_turf_type, .shape = CC_REPLY_LIST,
  .tag = "Turf", .summary = "List turfs by id.", .doc = "Without the right manage_canvass only turfs that are assigned to you or that you checked out.",
};
const cc_op cc_op_list_my_turfs = {
  .id = "listMyTurfs", .method = CC_GET, .path = "/v1/turfs/mine", .query = &cc_page_query_type, .reply = &cc_turf_type,
  .shape = CC_REPLY_LIST, .tag = "Turf", .summary = "List the turfs that are assigned to you or that you checked out.",
};
const cc_op cc_op_take_turf = {
  .id = "takeTurf", .method = CC_POST, .path = "/v1/turfs/take", .body = &code_type, .reply = &cc_turf_type,
  .errors = CC_ERR_BIT(CC_ERR_CONFLICT), .tag = "Turf", .summary = "Check a turf out with its code.",
  .doc = "Several actors may check out the same turf; `takers` lists them. 409 turf_assigned: the turf is assigned to another person.",
};
const cc_op cc_op_get_turf = {
  .id = "getTurf", .method = CC_GET, .path = "/v1/turfs/{turf_id}", .params = &turf_ref_type, .reply = &cc_turf_type,
  .errors = NOT_FOUND, .tag = "Turf", .summary = "Read a turf.",
};
const cc_op cc_op_update_turf = {
  .id = "updateTurf", .method = CC_PATCH, .path = "/v1/turfs/{turf_id}", .params = &turf_ref_type, .body = &cc_turf_type,
  .reply = &cc_turf_type, .errors = CHANGED, .tag = "Turf", .summary = "Change or assign a turf.",
  .doc = "A merge-patch: members that are left out do not change. Assigning an open turf changes "
         "its state to out. With If-Match the change is made only if the turf has not changed "
         "since that version (otherwise 412).",
};
const cc_op cc_op_delete_turf = {
  .id = "deleteTurf", .method = CC_DELETE, .path = "/v1/turfs/{turf_id}", .params = &turf_ref_type, .errors = CHANGED, .tag = "Turf",
  .summary = "Delete a draft.", .doc = "Only a draft can be deleted. A published turf cannot (409 turf_state), because contacts may refer to it; close it with closeTurf.",
};
const cc_op cc_op_list_turf_doors = {
  .id = "listTurfDoors", .method = CC_GET, .path = "/v1/turfs/{turf_id}/doors", .params = &turf_ref_type, .query = &doors_query_type,
  .reply = &cc_turf_door_type, .shape = CC_REPLY_LIST, .errors = NOT_FOUND, .tag = "Turf", .summary = "List the doors of a turf in walking order.",
};
const cc_op cc_op_move_turf_doors = {
  .id = "moveTurfDoors", .method = CC_POST, .path = "/v1/turfs/{turf_id}/doors", .params = &turf_ref_type, .body = &move_type,
  .reply = &change_type, .errors = CONFLICT, .tag = "Turf", .summary = "Add doors to a draft, or remove them.",
  .doc = "The walks of all changed turfs are computed again. 409 turf_frozen: one of the turfs is published.",
};
const cc_op cc_op_split_turf = {
  .id = "splitTurf", .method = CC_POST, .path = "/v1/turfs/{turf_id}/split", .params = &turf_ref_type, .body = &split_type,
  .reply = &change_type, .errors = CONFLICT, .tag = "Turf", .summary = "Split a draft into several turfs.",
};
const cc_op cc_op_merge_turfs = {
  .id = "mergeTurfs", .method = CC_POST, .path = "/v1/turfs/{turf_id}/merge", .params = &turf_ref_type, .body = &merge_type,
  .reply = &change_type, .errors = CONFLICT, .tag = "Turf", .summary = "Merge drafts into one.",
};
#define VERB(name, operation, verb, bits, sentence, ...) \
  const cc_op name = { \
    .id = operation, .method = CC_POST, .path = "/v1/turfs/{turf_id}/" verb, .params = &turf_ref_type, .reply = &cc_turf_type, \
    .errors = (bits), .tag = "Turf", .summary = sentence, __VA_ARGS__}
VERB(cc_op_publish_turf, "publishTurf", "publish", CHANGED, "Publish a draft.",
     .doc = "From then on its doors and their order are fixed, and the turf has a code.");
VERB(cc_op_unpublish_turf, "unpublishTurf", "unpublish", CHANGED, "Make an open turf a draft again.", .doc = "The turf's code becomes invalid.");
VERB(cc_op_finish_turf, "finishTurf", "done", CONFLICT, "Say that a turf is walked.");
VERB(cc_op_take_back_turf, "takeBackTurf", "take-back", CHANGED, "Take a turf back from its canvassers.");
VERB(cc_op_close_turf, "closeTurf", "close", CHANGED, "Close a turf.", .doc = "Doors that are not done become free for other turfs.");
VERB(cc_op_reopen_turf, "reopenTurf", "reopen", CHANGED, "Open a turf again.",
     .doc = "409 turf_doors_taken: another turf has a door of this turf that is not done.");
VERB(cc_op_return_turf, "returnTurf", "return", NOT_FOUND, "Give back a turf that you took or were given.");
const cc_op cc_op_hold_turf_doors = {
  .id = "holdTurfDoors", .method = CC_POST, .path = "/v1/turfs/{turf_id}/hold", .params = &turf_ref_type, .body = &near_type,
  .reply = &held_type, .errors = CONFLICT, .tag = "Turf", .summary = "Get the nearest free doors of a shared turf.",
  .doc = "The actor holds these doors until `held_until`. Doors that the actor held before and that are not in the answer are free at once.",
};
const cc_op cc_op_get_turf_qr = {
  .id = "getTurfQr", .method = CC_GET, .path = "/v1/turfs/{turf_id}/qr", .params = &turf_ref_type, .query = &qr_query_type,
  .shape = CC_REPLY_FILE, .media = "image/png,image/svg+xml", .errors = CONFLICT, .tag = "Turf", .summary = "Read the QR code of a turf.",
  .doc = "The QR code contains a link that ends with the turf's code. 409 turf_no_code: the turf is not published.",
};
const cc_op cc_op_get_turf_walk_list = {
  .id = "getTurfWalkList", .method = CC_GET, .path = "/v1/turfs/{turf_id}/walk-list", .params = &turf_ref_type, .query = &paper_query_type,
  .shape = CC_REPLY_FILE, .media = "application/pdf", .errors = NOT_FOUND, .tag = "Turf", .summary = "Print the walk list of a turf.",
  .doc = "The answer is a PDF with a map, the doors in walking order with their people, boxes to mark, and a bar code on every page.",
};
/* clang-format on */
