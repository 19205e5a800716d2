/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-result.h"

static const char *const by_names[] =
  {"all", "turf", "canvasser", "precinct", "disposition", "channel", "day"};
static const cc_enum by_enum = {by_names, CC_N(by_names)};
static const char *const layer_names[] = {"doors", "turfs", "precincts", "streets"};
static const cc_enum layer_enum = {layer_names, CC_N(layer_names)};

#define ID(text) .min = 1, .max = INT64_MAX, .doc = text
#define COUNTS_EXAMPLE "{\"not_home\": 12, \"canvassed\": 3}"
#define SUPPORT_EXAMPLE "{\"1\": 2, \"3\": 1}"
#define CURSOR_DOC                                                                                 \
  "Position in the change feed. All changes before it are counted; read the feed from here to "    \
  "follow later changes."

/* clang-format off */
static const cc_field result_filter_fields[] = {
  CC_ENUM(cc_result_filter, by, &by_enum, .fallback = "\"all\"", .doc = "The group of a row. Days are those of the organization's time zone."),
  CC_OPT_INT64(cc_result_filter, turf_id, ID("Only of this turf.")),
  CC_OPT_INT64(cc_result_filter, canvasser_id, ID("Only by this account.")),
  CC_OPT_INT64(cc_result_filter, script_id, ID("Only with this script.")),
  CC_ENUM(cc_result_filter, channel, &cc_channel_enum, .doc = "Only contacts on this channel."),
  CC_STRING(cc_result_filter, precinct, .min = 1, .max = 50, .format = CC_FORMAT_LINE, .doc = "Only in the precinct with this code."),
  CC_OPT_TIME(cc_result_filter, since, .doc = "Only contacts at or after this time."),
  CC_OPT_TIME(cc_result_filter, until, .doc = "Only contacts before this time."),
};
static const cc_type result_filter_type = CC_TYPE(cc_result_filter, "ResultFilter", result_filter_fields);

static const cc_field result_row_fields[] = {
  CC_STRING(cc_result_row, key, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 100, .format = CC_FORMAT_LINE,
            .doc = "Key of the group: id of the turf, actor (such as user:7), code of the precinct or disposition, channel or day; null: contacts without one.", .example = "\"12\""),
  CC_STRING(cc_result_row, label, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 250, .format = CC_FORMAT_LINE, .doc = "Name of the group, for people.", .example = "\"North 12\""),
  CC_INT64(cc_result_row, attempts, .flags = CC_READ_ONLY, .doc = "Number of valid contacts."),
  CC_INT64(cc_result_row, doors, .flags = CC_READ_ONLY, .doc = "Number of different doors of these contacts."),
  CC_INT64(cc_result_row, people, .flags = CC_READ_ONLY, .doc = "Number of different people who were reached."),
  CC_INT64(cc_result_row, reached, .flags = CC_READ_ONLY, .doc = "Number of contacts in which a person was reached."),
  CC_DOUBLE(cc_result_row, contact_rate, .flags = CC_READ_ONLY, .doc = "`reached` divided by `attempts`, from 0 to 1."),
  CC_JSON(cc_result_row, dispositions, .flags = CC_READ_ONLY, .doc = "Number of contacts per disposition. Contacts with answers count as canvassed.", .example = COUNTS_EXAMPLE),
  CC_JSON(cc_result_row, support, .flags = CC_READ_ONLY, .doc = "Number of people per support level; each person is counted with the latest level.", .example = SUPPORT_EXAMPLE),
  CC_OPT_INT64(cc_result_row, door_count, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Number of doors of the turf; null: the group is not a turf."),
  CC_OPT_INT64(cc_result_row, doors_done, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Number of doors of the turf that need no further "
                                        "attempt; null: the group is not a turf."),
};
static const cc_type result_row_type = CC_TYPE(cc_result_row, "ResultRow", result_row_fields);

static const cc_field results_fields[] = {
  CC_TIME(cc_results, as_of, .flags = CC_READ_ONLY, .doc = "Time of all these counts."),
  CC_STRING(cc_results, cursor, .flags = CC_READ_ONLY, .max = 1000, .format = CC_FORMAT_LINE, .doc = CURSOR_DOC),
  CC_LIST(cc_results, rows, cc_result_row, &result_row_type, .flags = CC_READ_ONLY, .doc = "One row per group that has contacts."),
};
const cc_type cc_results_type = CC_TYPE(cc_results, "Results", results_fields, .doc = "Counts of contacts, all from the same moment.");

static const cc_field answer_count_fields[] = {
  CC_INT64(cc_answer_count, step_id, .flags = CC_READ_ONLY, .doc = "Id of the question (a step of the script)."),
  CC_OPT_INT64(cc_answer_count, option_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the chosen option; null: the question has no options."),
  CC_STRING(cc_answer_count, value, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 100, .format = CC_FORMAT_LINE,
            .doc = "The answer, for the kinds scale, number, support and date; null for other kinds. Free texts are counted together."),
  CC_JSON(cc_answer_count, step_texts, .flags = CC_READ_ONLY, .doc = "Text of the question by language.", .example = "{\"en\": \"Which?\"}"),
  CC_JSON(cc_answer_count, option_texts, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Text of the option by language.", .example = "{\"en\": \"Taxes\"}"),
  CC_INT64(cc_answer_count, count, .flags = CC_READ_ONLY, .doc = "Number of valid contacts with this answer."),
};
static const cc_type answer_count_type = CC_TYPE(cc_answer_count, "AnswerCount", answer_count_fields);

static const cc_field answer_counts_fields[] = {
  CC_TIME(cc_answer_counts, as_of, .flags = CC_READ_ONLY, .doc = "Time of all these counts."),
  CC_STRING(cc_answer_counts, cursor, .flags = CC_READ_ONLY, .max = 1000, .format = CC_FORMAT_LINE, .doc = CURSOR_DOC),
  CC_LIST(cc_answer_counts, rows, cc_answer_count, &answer_count_type, .flags = CC_READ_ONLY, .doc = "Counts per question and answer, in the order of the script."),
};
const cc_type cc_answer_counts_type = CC_TYPE(cc_answer_counts, "AnswerCounts", answer_counts_fields, .doc = "Counts of answers, all from the same moment.");

static const cc_field signal_fields[] = {
  CC_STRING(cc_quality_signal, code, .flags = CC_READ_ONLY, .max = 40, .format = CC_FORMAT_LINE,
            .doc = "Code of the signal: burst, fast, high_contact_rate or low_contact_rate.", .example = "\"fast\""),
  CC_STRING(cc_quality_signal, message, .flags = CC_READ_ONLY, .max = 200, .format = CC_FORMAT_LINE, .doc = "Description of the signal, for people."),
  CC_DOUBLE(cc_quality_signal, value, .flags = CC_READ_ONLY, .doc = "Value of the canvasser. burst: doors within two "
                                        "minutes. fast: median seconds between knocks. Otherwise "
                                        "the contact rate."),
  CC_STRING(cc_quality_signal, usual, .flags = CC_READ_ONLY, .max = 60, .format = CC_FORMAT_LINE, .doc = "Usual value, for people.", .example = "\"120 to 240 seconds\""),
};
static const cc_type signal_type = CC_TYPE(cc_quality_signal, "QualitySignal", signal_fields, .doc = "An unusual figure: a reason to ask the canvasser, not a "
                                        "proof of misconduct.");

static const cc_field canvasser_fields[] = {
  CC_STRING(cc_canvasser, actor, .flags = CC_READ_ONLY, .max = 40, .format = CC_FORMAT_LINE, .doc = "Actor who recorded the contacts, such as user:7.", .example = "\"user:7\""),
  CC_STRING(cc_canvasser, name, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 250, .format = CC_FORMAT_LINE, .doc = "Name of the actor.", .example = "\"Ann Field\""),
  CC_INT64(cc_canvasser, attempts, .flags = CC_READ_ONLY, .doc = "Number of valid contacts at doors."),
  CC_INT64(cc_canvasser, doors, .flags = CC_READ_ONLY, .doc = "Number of different doors."),
  CC_INT64(cc_canvasser, people, .flags = CC_READ_ONLY, .doc = "Number of different people who were reached."),
  CC_INT64(cc_canvasser, reached, .flags = CC_READ_ONLY, .doc = "Number of contacts in which a person was reached."),
  CC_OPT_DOUBLE(cc_canvasser, contact_rate, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "`reached` divided by `attempts`, from 0 to 1."),
  CC_JSON(cc_canvasser, dispositions, .flags = CC_READ_ONLY, .doc = "Number of contacts per disposition.", .example = COUNTS_EXAMPLE),
  CC_JSON(cc_canvasser, support, .flags = CC_READ_ONLY, .doc = "Number of people per support level.", .example = SUPPORT_EXAMPLE),
  CC_OPT_TIME(cc_canvasser, first_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Time of the first contact at a door."),
  CC_OPT_TIME(cc_canvasser, last_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Time of the last contact at a door."),
  CC_OPT_DOUBLE(cc_canvasser, doors_per_hour, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Pace in doors per hour, without breaks of more than "
                                        "half an hour; null: not enough contacts."),
  CC_OPT_DOUBLE(cc_canvasser, median_seconds, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Median time between two knocks in seconds, without "
                                        "breaks of more than half an hour. Doors of a building "
                                        "that were recorded at the same moment count as one "
                                        "knock."),
  CC_LIST(cc_canvasser, signals, cc_quality_signal, &signal_type, .flags = CC_READ_ONLY, .doc = "Unusual figures of the canvasser; empty: none."),
};
const cc_type cc_canvasser_type = CC_TYPE(cc_canvasser, "Canvasser", canvasser_fields, .doc = "The contacts at doors of one canvasser, with their pace.");

static const cc_field canvasser_filter_fields[] = {
  CC_OPT_TIME(cc_canvasser_filter, since, .doc = "Only contacts at or after this time."),
  CC_OPT_TIME(cc_canvasser_filter, until, .doc = "Only contacts before this time."),
  CC_BOOL(cc_canvasser_filter, only_signals, .doc = "True: only canvassers with a signal."),
  CC_PAGE_ROWS(cc_canvasser_filter),
};
static const cc_type canvasser_filter_type = CC_TYPE(cc_canvasser_filter, "CanvasserFilter", canvasser_filter_fields);

static const cc_field span_fields[] = {
  CC_OPT_TIME(cc_canvasser_span, since, .doc = "Only contacts at or after this time."),
  CC_OPT_TIME(cc_canvasser_span, until, .doc = "Only contacts before this time."),
};
static const cc_type span_type = CC_TYPE(cc_canvasser_span, "CanvasserSpan", span_fields);

static const cc_field tile_fields[] = {
  CC_ENUM(cc_map_tile, layer, &layer_enum, .flags = CC_REQUIRED, .doc = "Layer of the map."),
  CC_INT64(cc_map_tile, z, .flags = CC_REQUIRED, .max = 22, .doc = "Zoom level of the tile."),
  CC_INT64(cc_map_tile, x, .flags = CC_REQUIRED, .max = 4194303, .doc = "Column of the tile, counted from the west."),
  CC_INT64(cc_map_tile, y, .flags = CC_REQUIRED, .max = 4194303, .doc = "Row of the tile, counted from the north."),
};
static const cc_type tile_type = CC_TYPE(cc_map_tile, "MapTile", tile_fields);

static const cc_field layer_fields[] = {
  CC_ENUM(cc_map_layer, layer, &layer_enum, .flags = CC_REQUIRED, .doc = "Layer of the map."),
};
static const cc_type layer_type = CC_TYPE(cc_map_layer, "MapLayer", layer_fields);

static const cc_field box_fields[] = {
  CC_DOUBLE(cc_map_box, west, .flags = CC_REQUIRED, .min = -180, .max = 180, .doc = "Western edge of the box in degrees.", .example = "-71.09"),
  CC_DOUBLE(cc_map_box, south, .flags = CC_REQUIRED, .min = -90, .max = 90, .doc = "Southern edge of the box in degrees.", .example = "42.36"),
  CC_DOUBLE(cc_map_box, east, .flags = CC_REQUIRED, .min = -180, .max = 180, .doc = "Eastern edge of the box in degrees.", .example = "-71.07"),
  CC_DOUBLE(cc_map_box, north, .flags = CC_REQUIRED, .min = -90, .max = 90, .doc = "Northern edge of the box in degrees.", .example = "42.37"),
  CC_INT64(cc_map_box, most, .min = 1, .max = 5000, .fallback = "1000", .doc = "Maximum number of features. `truncated` in the answer is true when there are more."),
};
static const cc_type box_type = CC_TYPE(cc_map_box, "MapBox", box_fields);

const cc_op cc_op_get_results = {
  .id = "getResults", .method = CC_GET, .path = "/v1/canvass/results", .query = &result_filter_type, .reply = &cc_results_type,
  .tag = "Results", .summary = "Count the results of contacts.",
  .doc = "All counts are from the same moment and include valid contacts only, which were neither replaced nor undone.",
};
const cc_op cc_op_get_answer_counts = {
  .id = "getAnswerCounts", .method = CC_GET, .path = "/v1/canvass/answers", .query = &result_filter_type,
  .reply = &cc_answer_counts_type, .tag = "Results", .summary = "Count the answers to each question.",
};
const cc_op cc_op_list_canvassers = {
  .id = "listCanvassers", .method = CC_GET, .path = "/v1/canvass/canvassers", .query = &canvasser_filter_type,
  .reply = &cc_canvasser_type, .shape = CC_REPLY_LIST, .tag = "Results", .summary = "List canvassers with their counts and pace.",
  .doc = "Each canvasser can read their own row with getMyResults.",
};
const cc_op cc_op_get_my_results = {
  .id = "getMyResults", .method = CC_GET, .path = "/v1/canvass/my-results", .query = &span_type, .reply = &cc_canvasser_type,
  .tag = "Results", .summary = "Read your own counts, pace and signals.",
};
const cc_op cc_op_get_map_tile = {
  .id = "getMapTile", .method = CC_GET, .path = "/v1/map/{layer}/{z}/{x}/{y}", .params = &tile_type, .shape = CC_REPLY_FILE,
  .media = "application/vnd.mapbox-vector-tile", .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Maps", .summary = "Read a vector tile of a map layer.",
  .doc = "The answer is a Mapbox Vector Tile 2.1, compressed with gzip. Doors are included from "
         "zoom level 12, streets from 13. Without the right manage_canvass it contains only the "
         "doors and turfs of your own turfs, and no precincts. Doors where all voters are "
         "confidential are on no map.",
};
const cc_op cc_op_get_map_features = {
  .id = "getMapFeatures", .method = CC_GET, .path = "/v1/map/{layer}", .params = &layer_type, .query = &box_type,
  .shape = CC_REPLY_FILE, .media = "application/geo+json", .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND), .tag = "Maps",
  .summary = "Read the features of a map layer in a box as GeoJSON.", .doc = "Returns the same features as the vector tiles, with the same restrictions.",
};
/* clang-format on */
