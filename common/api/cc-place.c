/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-place.h"

#include "common/api/cc-voter.h"

static const char *const area_kinds[] = {"precinct", "district", "zip", "neighborhood", "other"};
const cc_enum cc_area_kind_enum = {area_kinds, CC_N(area_kinds)};

static const char *const road_classes[] = {"local", "collector", "arterial", "trunk", "path"};
const cc_enum cc_road_class_enum = {road_classes, CC_N(road_classes)};

static const char *const qualities[] = {"point", "range", "street", "zip", "manual", "none"};
const cc_enum cc_location_quality_enum = {qualities, CC_N(qualities)};

/* clang-format off */
static const cc_field area_fields[] = {
  CC_INT64(cc_area, id, .flags = CC_READ_ONLY, .doc = "Id of the area."),
  CC_ENUM(cc_area, kind, &cc_area_kind_enum, .flags = CC_READ_ONLY, .doc = "Kind of the area."),
  CC_STRING(cc_area, code, .flags = CC_READ_ONLY, .max = 200, .format = CC_FORMAT_LINE, .example = "\"2-3\"",
            .doc = "Code of the area, as the voter file writes it. Unique per kind."),
  CC_STRING(cc_area, name, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 200, .format = CC_FORMAT_LINE, .doc = "Name of the object."),
  CC_JSON(cc_area, boundary, .flags = CC_READ_ONLY | CC_NULLABLE, .example = "{\"type\": \"MultiPolygon\", \"coordinates\": []}",
          .doc = "Boundary as GeoJSON; null in lists."),
  CC_TIME(cc_area, created_at, .flags = CC_READ_ONLY, .doc = "When the object was created."),
  CC_TIME(cc_area, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_area, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_area_type = CC_TYPE(cc_area, "Area", area_fields, .doc = "A precinct, district, ZIP code or neighbourhood.");

static const cc_field segment_fields[] = {
  CC_INT64(cc_street_segment, id, .flags = CC_READ_ONLY, .doc = "Id of the segment."),
  CC_STRING(cc_street_segment, external_id, .flags = CC_READ_ONLY, .max = 200, .format = CC_FORMAT_LINE, .doc = "Id of the segment in the imported file."),
  CC_STRING(cc_street_segment, name, .flags = CC_READ_ONLY, .max = 200, .format = CC_FORMAT_LINE, .doc = "Name of the street.", .example = "\"Canal Pk\""),
  CC_STRING(cc_street_segment, street_key, .flags = CC_READ_ONLY, .max = 200, .format = CC_FORMAT_LINE, .doc = "Normalized name: the same for every spelling of the "
                                        "street. Use it to compare streets, and `name` to show "
                                        "them."),
  CC_OPT_INT64(cc_street_segment, left_from, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "First house number on the left side."),
  CC_OPT_INT64(cc_street_segment, left_to, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Last house number on the left side."),
  CC_OPT_INT64(cc_street_segment, right_from, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "First house number on the right side."),
  CC_OPT_INT64(cc_street_segment, right_to, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Last house number on the right side."),
  CC_STRING(cc_street_segment, zip_left, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 10, .format = CC_FORMAT_LINE, .doc = "ZIP code of the left side."),
  CC_STRING(cc_street_segment, zip_right, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 10, .format = CC_FORMAT_LINE, .doc = "ZIP code of the right side."),
  CC_STRING(cc_street_segment, node_a, .flags = CC_READ_ONLY, .max = 200, .format = CC_FORMAT_LINE, .doc = "Node at which the segment begins. Segments with a "
                                        "common node meet there."),
  CC_STRING(cc_street_segment, node_b, .flags = CC_READ_ONLY, .max = 200, .format = CC_FORMAT_LINE, .doc = "Node at which the segment ends."),
  CC_ENUM(cc_street_segment, road_class, &cc_road_class_enum, .flags = CC_READ_ONLY, .doc = "Class of the street, from local to trunk, or path."),
  CC_DOUBLE(cc_street_segment, length_m, .flags = CC_READ_ONLY, .doc = "Length in metres."),
  CC_JSON(cc_street_segment, line, .flags = CC_READ_ONLY, .example = "{\"type\": \"LineString\", \"coordinates\": []}", .doc = "Course of the segment as GeoJSON LineString, from "
                                        "`node_a` to `node_b`."),
  CC_TIME(cc_street_segment, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_street_segment, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change."),
};
const cc_type cc_street_segment_type = CC_TYPE(cc_street_segment, "StreetSegment", segment_fields, .doc = "A street segment: one block of a street with its house "
                                        "numbers.");

#define LATITUDE_DOC "Latitude in degrees, WGS 84; null exactly when longitude is null."
#define LONGITUDE_DOC "Longitude in degrees, WGS 84."
#define QUALITY_DOC "Source of the position: an address point, interpolation in a range of house " \
                    "numbers, the nearest house number of the street, the ZIP code, by hand, or " \
                    "none."

static const cc_field building_fields[] = {
  CC_INT64(cc_building, id, .flags = CC_READ_ONLY, .doc = "Id of the building."),
  CC_STRING(cc_building, address, .flags = CC_READ_ONLY, .max = 300, .format = CC_FORMAT_LINE, .doc = "House number and street.", .example = "\"4 Canal Pk\""),
  CC_STRING(cc_building, number, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 50, .format = CC_FORMAT_LINE, .doc = "House number, as written."),
  CC_STRING(cc_building, street, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 200, .format = CC_FORMAT_LINE, .doc = "Street."),
  CC_STRING(cc_building, city, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 100, .format = CC_FORMAT_LINE, .doc = "City."),
  CC_STRING(cc_building, state, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 50, .format = CC_FORMAT_LINE, .doc = "State."),
  CC_STRING(cc_building, zip5, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 10, .format = CC_FORMAT_LINE, .doc = "ZIP code."),
  CC_STRING(cc_building, precinct, .flags = CC_NULLABLE, .max = 100, .format = CC_FORMAT_LINE, .doc = "Code of the precinct."),
  CC_OPT_DOUBLE(cc_building, latitude, .flags = CC_NULLABLE, .min = -90, .max = 90, .doc = LATITUDE_DOC " Changing it sets `location_quality` to manual.", .example = "42.369"),
  CC_OPT_DOUBLE(cc_building, longitude, .flags = CC_NULLABLE, .min = -180, .max = 180, .doc = LONGITUDE_DOC, .example = "-71.074"),
  CC_ENUM(cc_building, location_quality, &cc_location_quality_enum, .flags = CC_READ_ONLY, .doc = QUALITY_DOC),
  CC_OPT_INT64(cc_building, segment_id, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Id of the street segment of the building; null: not known."),
  CC_STRING(cc_building, side, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 1, .format = CC_FORMAT_LINE, .doc = "Side of the segment: L (left) or R (right).", .example = "\"L\""),
  CC_INT64(cc_building, n_doors, .flags = CC_READ_ONLY, .doc = "Number of doors of the building."),
  CC_OPT_TIME(cc_building, inaccessible_at, .flags = CC_NULLABLE, CC_YEARS, .doc = "Time at which the building was recorded as inaccessible; null: it is accessible."),
  CC_STRING(cc_building, access_note, .flags = CC_NULLABLE, .max = 1000, .doc = "How to get into the building."),
  CC_TIME(cc_building, created_at, .flags = CC_READ_ONLY, .doc = "When the object was created."),
  CC_TIME(cc_building, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_building, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_building_type = CC_TYPE(cc_building, "Building", building_fields, .doc = "A building: all doors with one house number.");

static const cc_field door_fields[] = {
  CC_INT64(cc_door, id, .flags = CC_READ_ONLY, .doc = "Id of the door."),
  CC_INT64(cc_door, building_id, .flags = CC_READ_ONLY, .doc = "Id of the building."),
  CC_STRING(cc_door, address, .flags = CC_READ_ONLY, .max = 300, .format = CC_FORMAT_LINE, .doc = "House number and street.", .example = "\"4 Canal Pk\""),
  CC_STRING(cc_door, unit, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 50, .format = CC_FORMAT_LINE, .doc = "Unit, such as a flat or suite."),
  CC_STRING(cc_door, precinct, .flags = CC_NULLABLE, .max = 100, .format = CC_FORMAT_LINE, .doc = "Code of the precinct."),
  CC_OPT_DOUBLE(cc_door, latitude, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = LATITUDE_DOC, .example = "42.369"),
  CC_OPT_DOUBLE(cc_door, longitude, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = LONGITUDE_DOC, .example = "-71.074"),
  CC_ENUM(cc_door, location_quality, &cc_location_quality_enum, .flags = CC_READ_ONLY, .doc = QUALITY_DOC),
  CC_OPT_TIME(cc_door, do_not_knock_at, .flags = CC_NULLABLE, CC_YEARS, .doc = "When \"do not knock\" was recorded; null: canvassers may knock."),
  CC_TIME(cc_door, created_at, .flags = CC_READ_ONLY, .doc = "When the object was created."),
  CC_TIME(cc_door, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_door, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_door_type = CC_TYPE(cc_door, "Door", door_fields, .doc = "A door: a unit of a building.");

static const cc_field area_query_fields[] = {
  CC_ENUM(cc_area_query, kind, &cc_area_kind_enum, .doc = "Only objects of this kind."),
  CC_PAGE_ROWS(cc_area_query),
};
static const cc_type area_query_type = CC_TYPE(cc_area_query, "AreaQuery", area_query_fields);

static const cc_field place_query_fields[] = {
  CC_OPT_DOUBLE(cc_place_query, west, .min = -180, .max = 180, .doc = "Western side of a box in degrees; only objects within the box. Send all four sides or none."),
  CC_OPT_DOUBLE(cc_place_query, south, .min = -90, .max = 90, .doc = "Southern side of the box in degrees."),
  CC_OPT_DOUBLE(cc_place_query, east, .min = -180, .max = 180, .doc = "Eastern side of the box in degrees."),
  CC_OPT_DOUBLE(cc_place_query, north, .min = -90, .max = 90, .doc = "Northern side of the box in degrees."),
  CC_STRING(cc_place_query, street, .min = 1, .max = 200, .format = CC_FORMAT_LINE, .doc = "Only along this street, in any spelling. The result is in walking order."),
  CC_OPT_INT64(cc_place_query, area_id, .min = 1, .max = INT64_MAX, .doc = "Only within the area with this id."),
  CC_OPT_INT64(cc_place_query, building_id, .min = 1, .max = INT64_MAX, .doc = "Only the building with this id, or its doors."),
  CC_ENUM(cc_place_query, location_quality, &cc_location_quality_enum, .doc = "Only objects whose position has this source."),
  CC_INT64(cc_place_query, limit, .min = 1, .max = 500, .fallback = "100", .doc = "Maximum number of items on a page."),
  CC_STRING(cc_place_query, cursor, .format = CC_FORMAT_LINE, .max = 1000, .doc = "Position of the page: `next_cursor` of the previous "
                                        "page. Leave it out for the first page."),
};
static const cc_type place_query_type = CC_TYPE(cc_place_query, "PlaceQuery", place_query_fields);

static const cc_field segment_query_fields[] = {
  CC_STRING(cc_segment_query, street, .min = 1, .max = 200, .format = CC_FORMAT_LINE, .doc = "Only segments of this street, in any spelling."),
  CC_PAGE_ROWS(cc_segment_query),
};
static const cc_type segment_query_type = CC_TYPE(cc_segment_query, "StreetSegmentQuery", segment_query_fields);

#define COLUMN(S, member, what) CC_STRING(S, member, .min = 1, .max = 100, .format = CC_FORMAT_LINE, .doc = "Name of the property of the features that has " what ". Left out: the usual names are tried.")

static const cc_field area_columns_fields[] = {
  CC_ENUM(cc_area_columns, kind, &cc_area_kind_enum, .flags = CC_REQUIRED, .doc = "Kind of the areas in the file."),
  COLUMN(cc_area_columns, code, "the code"),
  COLUMN(cc_area_columns, name, "the name"),
};
static const cc_type area_columns_type = CC_TYPE(cc_area_columns, "AreaColumns", area_columns_fields);

static const cc_field segment_columns_fields[] = {
  COLUMN(cc_segment_columns, id, "the segment's own name"),
  COLUMN(cc_segment_columns, name, "the whole name of the street"),
  COLUMN(cc_segment_columns, left_from, "the first house number on the left"),
  COLUMN(cc_segment_columns, left_to, "the last house number on the left"),
  COLUMN(cc_segment_columns, right_from, "the first house number on the right"),
  COLUMN(cc_segment_columns, right_to, "the last house number on the right"),
  COLUMN(cc_segment_columns, zip_left, "the ZIP code on the left"),
  COLUMN(cc_segment_columns, zip_right, "the ZIP code on the right"),
  COLUMN(cc_segment_columns, node_a, "the node where it begins"),
  COLUMN(cc_segment_columns, node_b, "the node where it ends"),
  COLUMN(cc_segment_columns, road_class, "the class: local, collector, arterial, trunk, path"),
};
static const cc_type segment_columns_type = CC_TYPE(cc_segment_columns, "StreetSegmentColumns", segment_columns_fields);

static const cc_field point_columns_fields[] = {
  COLUMN(cc_point_columns, address, "number and street"),
  COLUMN(cc_point_columns, unit, "the unit"),
  COLUMN(cc_point_columns, city, "the city"),
  COLUMN(cc_point_columns, zip, "the ZIP code"),
  COLUMN(cc_point_columns, precinct, "the precinct's code"),
};
static const cc_type point_columns_type = CC_TYPE(cc_point_columns, "AddressPointColumns", point_columns_fields);

static const cc_field place_import_fields[] = {
  CC_INT64(cc_place_import, read, .flags = CC_READ_ONLY, .doc = "Number of features in the file."),
  CC_INT64(cc_place_import, written, .flags = CC_READ_ONLY, .doc = "Number of objects that were created or updated."),
  CC_INT64(cc_place_import, skipped, .flags = CC_READ_ONLY, .doc = "Number of features that were skipped because they lack a name, a code, an address or a geometry."),
};
static const cc_type place_import_type = CC_TYPE(cc_place_import, "PlaceImport", place_import_fields);

static const cc_field geocode_new_fields[] = {
  CC_BOOL(cc_geocode_new, again, .fallback = "false", .doc = "True: also place buildings again whose position comes from a range, a street or a ZIP code."),
};
static const cc_type geocode_new_type = CC_TYPE(cc_geocode_new, "GeocodeNew", geocode_new_fields);

static const cc_field geocoding_fields[] = {
  CC_INT64(cc_geocoding, point, .flags = CC_READ_ONLY, .doc = "Number of buildings placed by an address point."),
  CC_INT64(cc_geocoding, range, .flags = CC_READ_ONLY, .doc = "Number of buildings placed by interpolation in a range of house numbers."),
  CC_INT64(cc_geocoding, street, .flags = CC_READ_ONLY, .doc = "Number of buildings placed by the nearest house number of the street."),
  CC_INT64(cc_geocoding, zip, .flags = CC_READ_ONLY, .doc = "Number of buildings placed by the ZIP code."),
  CC_INT64(cc_geocoding, manual, .flags = CC_READ_ONLY, .doc = "Number of buildings placed by hand."),
  CC_INT64(cc_geocoding, none, .flags = CC_READ_ONLY, .doc = "Number of buildings without a position."),
  CC_INT64(cc_geocoding, other_precinct, .flags = CC_READ_ONLY, .doc = "Number of buildings whose position is outside the precinct of the voter file."),
  CC_BOOL(cc_geocoding, running, .flags = CC_READ_ONLY, .doc = "True while a job for placing buildings is queued or running."),
};
static const cc_type geocoding_type = CC_TYPE(cc_geocoding, "Geocoding", geocoding_fields);

#define REF(S, member, what) \
  static const cc_field S##_fields[] = { \
    CC_INT64(S, member, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the " what "."), \
  }
REF(cc_area_ref, area_id, "area");
REF(cc_building_ref, building_id, "building");
REF(cc_door_ref, door_id, "door");
static const cc_type area_ref_type = CC_TYPE(cc_area_ref, "AreaRef", cc_area_ref_fields);
static const cc_type building_ref_type = CC_TYPE(cc_building_ref, "BuildingRef", cc_building_ref_fields);
static const cc_type door_ref_type = CC_TYPE(cc_door_ref, "DoorRef", cc_door_ref_fields);

#define NOT_FOUND CC_ERR_BIT(CC_ERR_NOT_FOUND)
#define PRECONDITION CC_ERR_BIT(CC_ERR_PRECONDITION)
#define MEDIA "application/geo+json,application/json"
#define IMPORT_DOC " The body is a GeoJSON FeatureCollection of at most 16 MiB in WGS 84; split larger files. Sending the same file again changes nothing."

const cc_op cc_op_list_areas = {
  .id = "listAreas", .method = CC_GET, .path = "/v1/areas", .query = &area_query_type, .reply = &cc_area_type,
  .shape = CC_REPLY_LIST, .tag = "Places", .summary = "List areas by code, without their boundaries.",
};
const cc_op cc_op_get_area = {
  .id = "getArea", .method = CC_GET, .path = "/v1/areas/{area_id}", .params = &area_ref_type, .reply = &cc_area_type,
  .errors = NOT_FOUND, .tag = "Places", .summary = "Read an area with its boundary.",
};
const cc_op cc_op_delete_area = {
  .id = "deleteArea", .method = CC_DELETE, .path = "/v1/areas/{area_id}", .params = &area_ref_type,
  .errors = NOT_FOUND | PRECONDITION, .tag = "Places", .summary = "Delete an area.",
};
const cc_op cc_op_import_areas = {
  .id = "importAreas", .method = CC_POST, .path = "/v1/areas/import", .query = &area_columns_type, .body_media = MEDIA,
  .reply = &place_import_type, .tag = "Places", .summary = "Import areas from a file.", .doc = "An area with the same kind and code is updated." IMPORT_DOC,
};
const cc_op cc_op_list_segments = {
  .id = "listStreetSegments", .method = CC_GET, .path = "/v1/street-segments", .query = &segment_query_type,
  .reply = &cc_street_segment_type, .shape = CC_REPLY_LIST, .tag = "Places", .summary = "List street segments by street.",
};
const cc_op cc_op_import_segments = {
  .id = "importStreetSegments", .method = CC_POST, .path = "/v1/street-segments/import", .query = &segment_columns_type,
  .body_media = MEDIA, .reply = &place_import_type, .tag = "Places", .summary = "Import street centre lines with ranges of house numbers.",
  .doc = "A segment with the same id in the file is updated." IMPORT_DOC,
};
const cc_op cc_op_import_points = {
  .id = "importAddressPoints", .method = CC_POST, .path = "/v1/address-points/import", .query = &point_columns_type,
  .body_media = MEDIA ",text/csv", .reply = &place_import_type, .tag = "Places", .summary = "Import address points as buildings and doors.",
  .doc = "Buildings that were placed by hand are not moved." IMPORT_DOC " Alternatively the body is a CSV table with a header "
                                        "line and the columns address, latitude and longitude.",
};
const cc_op cc_op_list_buildings = {
  .id = "listBuildings", .method = CC_GET, .path = "/v1/buildings", .query = &place_query_type, .reply = &cc_building_type,
  .shape = CC_REPLY_LIST, .tag = "Places", .summary = "List buildings in a box, along a street or in an area.",
  .doc = "A page reads at most 5,000 buildings: it may be short or empty while `next_cursor` is set.",
};
const cc_op cc_op_get_building = {
  .id = "getBuilding", .method = CC_GET, .path = "/v1/buildings/{building_id}", .params = &building_ref_type,
  .reply = &cc_building_type, .errors = NOT_FOUND, .tag = "Places", .summary = "Read a building.",
};
const cc_op cc_op_update_building = {
  .id = "updateBuilding", .method = CC_PATCH, .path = "/v1/buildings/{building_id}", .params = &building_ref_type,
  .body = &cc_building_type, .reply = &cc_building_type, .errors = NOT_FOUND | PRECONDITION, .tag = "Places",
  .summary = "Change a building, or its position.", .doc = "A merge-patch: absent members stay. latitude and longitude go together.",
};
const cc_op cc_op_list_doors = {
  .id = "listDoors", .method = CC_GET, .path = "/v1/doors", .query = &place_query_type, .reply = &cc_door_type,
  .shape = CC_REPLY_LIST, .tag = "Places", .summary = "List doors in a box, along a street, in an area or of a building.",
  .doc = "A page reads at most 5,000 doors: it may be short or empty while `next_cursor` is set.",
};
const cc_op cc_op_get_door = {
  .id = "getDoor", .method = CC_GET, .path = "/v1/doors/{door_id}", .params = &door_ref_type, .reply = &cc_door_type,
  .errors = NOT_FOUND, .tag = "Places", .summary = "Read a door.",
};
const cc_op cc_op_update_door = {
  .id = "updateDoor", .method = CC_PATCH, .path = "/v1/doors/{door_id}", .params = &door_ref_type, .body = &cc_door_type,
  .reply = &cc_door_type, .errors = NOT_FOUND | PRECONDITION, .tag = "Places", .summary = "Change a door, for instance its \"do not knock\".",
  .doc = "A merge-patch: members that are left out do not change.",
};
const cc_op cc_op_geocode = {
  .id = "geocodeBuildings", .method = CC_POST, .path = "/v1/geocoding", .body = &geocode_new_type, .reply = &cc_started_type,
  .tag = "Places", .summary = "Place buildings on the map in the background.",
  .doc = "Uses the organization's address points, street segments and areas only. Nothing is sent to other services.",
};
const cc_op cc_op_get_geocoding = {
  .id = "getGeocoding", .method = CC_GET, .path = "/v1/geocoding", .reply = &geocoding_type, .tag = "Places",
  .summary = "Count buildings by the source of their position.",
};
/* clang-format on */
