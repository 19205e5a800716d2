/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Routes of voters, tags, lists, duplicates and places, and their job kinds. */
#include "server/voters/ccd-voters-routes.h"

#include "ccd-queries.h"
#include "common/api/cc-erasure.h"
#include "common/api/cc-place.h"
#include "common/api/cc-voter.h"
#include "server/voters/ccd-duplicates-job.h"
#include "server/voters/ccd-geocode-job.h"
#include "server/voters/ccd-rekey-job.h"

#define FILE_MAX (16u << 20) /* largest uploaded file of places, in bytes */

/* clang-format off */
const ccd_route ccd_voters_routes[] = {
  {&cc_op_list_voters,       .right = CC_RIGHT_VIEW_VOTERS,   .tx = CCD_READ,  .query = &ccd_q_voter_list,    .keyset = {"search_key", "id"}, .scope = CCD_SCOPE_VOTER},
  {&cc_op_search_voters,     .right = CC_RIGHT_VIEW_VOTERS,   .tx = CCD_READ,  .query = &ccd_q_voter_search,  .keyset = {"search_key", "id"}, .scope = CCD_SCOPE_VOTER},
  {&cc_op_count_voters,      .right = CC_RIGHT_VIEW_VOTERS,   .tx = CCD_READ,  .query = &ccd_q_voter_count},
  {&cc_op_create_voter,      .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_voter_create, .prepare = ccd_voter_prepare, .audit = "voter.create"},
  {&cc_op_get_voter,         .right = CC_RIGHT_VIEW_VOTERS,   .tx = CCD_READ,  .query = &ccd_q_voter_get, .scope = CCD_SCOPE_VOTER},
  {&cc_op_update_voter,      .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_voter_update, .prepare = ccd_voter_prepare, .audit = "voter.update", .scope = CCD_SCOPE_NONE},
  {&cc_op_tag_voter,         .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_voter_tag,     .audit = "voter.tag", .scope = CCD_SCOPE_NONE},
  {&cc_op_tag_voters,        .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_voter_tag_all, .audit = "voter.tag_all", .slow = true},
  {&cc_op_erase_voter,       .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_voter_erase, .prepare = ccd_voter_erase_prepare, .audit = "voter.erase", .slow = true, .wakes_jobs = true, .scope = CCD_SCOPE_NONE},
  {&cc_op_list_erasures,     .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_READ,  .query = &ccd_q_erasure_list,  .keyset = {"id"}},
  {&cc_op_get_household,     .right = CC_RIGHT_VIEW_VOTERS,   .tx = CCD_READ,  .query = &ccd_q_household_get, .scope = CCD_SCOPE_VOTER},

  {&cc_op_list_tags,         .right = CC_RIGHT_VIEW_VOTERS,   .tx = CCD_READ,  .query = &ccd_q_tag_list,   .keyset = {"sort_key", "id"}},
  {&cc_op_create_tag,        .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_tag_create, .audit = "tag.create"},
  {&cc_op_get_tag,           .right = CC_RIGHT_VIEW_VOTERS,   .tx = CCD_READ,  .query = &ccd_q_tag_get, .by_key = true},
  {&cc_op_update_tag,        .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_tag_update, .audit = "tag.update"},
  {&cc_op_delete_tag,        .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_tag_delete, .audit = "tag.delete"},

  {&cc_op_list_voter_lists,  .right = CC_RIGHT_VIEW_VOTERS,   .tx = CCD_READ,  .query = &ccd_q_voter_list_list,   .keyset = {"sort_key", "id"}},
  {&cc_op_create_voter_list, .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_voter_list_create, .audit = "voter_list.create"},
  {&cc_op_get_voter_list,    .right = CC_RIGHT_VIEW_VOTERS,   .tx = CCD_READ,  .query = &ccd_q_voter_list_get},
  {&cc_op_update_voter_list, .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_voter_list_update, .audit = "voter_list.update"},
  {&cc_op_delete_voter_list, .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_voter_list_delete, .audit = "voter_list.delete"},
  {&cc_op_count_voter_list,  .right = CC_RIGHT_VIEW_VOTERS,   .tx = CCD_READ,  .query = &ccd_q_voter_list_count},
  {&cc_op_read_voter_list,   .right = CC_RIGHT_VIEW_VOTERS,   .tx = CCD_WRITE, .query = &ccd_q_voter_list_read,   .audit = "voter_list.read", .keyset = {"search_key", "id"}, .parent = &cc_voter_list_type, .scope = CCD_SCOPE_VOTER},

  {&cc_op_list_duplicates,   .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_READ,  .query = &ccd_q_duplicate_list,    .keyset = {"rank", "id"}},
  {&cc_op_find_duplicates,   .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_duplicate_find,    .audit = "duplicates.find", .wakes_jobs = true},
  {&cc_op_dismiss_duplicate, .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_duplicate_dismiss, .audit = "duplicate.dismiss"},
  {&cc_op_merge_voters,      .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_voter_merge,       .audit = "voter.merge", .scope = CCD_SCOPE_NONE},
  {&cc_op_get_merge,         .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_READ,  .query = &ccd_q_merge_get},
  {&cc_op_list_merges,       .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_READ,  .query = &ccd_q_merge_list,        .keyset = {"merged_at", "id"}},
  {&cc_op_undo_merge,        .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_merge_undo,        .audit = "voter.undo_merge"},
  {0},
};

const ccd_route ccd_places_routes[] = {
  {&cc_op_list_areas,       .right = CC_RIGHT_VIEW_VOTERS,   .tx = CCD_READ,  .query = &ccd_q_area_list,    .keyset = {"code", "id"}},
  {&cc_op_get_area,         .right = CC_RIGHT_VIEW_VOTERS,   .tx = CCD_READ,  .query = &ccd_q_area_get},
  {&cc_op_delete_area,      .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_area_delete,  .audit = "area.delete"},
  {&cc_op_import_areas,     .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .handler = ccd_areas_import,  .audit = "area.import",           .slow = true, .max_body = FILE_MAX},
  {&cc_op_list_segments,    .right = CC_RIGHT_VIEW_VOTERS,   .tx = CCD_READ,  .query = &ccd_q_segment_list, .prepare = ccd_street_prepare, .keyset = {"street_key", "id"}},
  {&cc_op_import_segments,  .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .handler = ccd_segments_import, .audit = "street_segment.import", .slow = true, .max_body = FILE_MAX},
  {&cc_op_import_points,    .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .handler = ccd_points_import, .audit = "address_point.import",  .slow = true, .max_body = FILE_MAX},
  {&cc_op_list_buildings,   .right = CC_RIGHT_VIEW_VOTERS,   .tx = CCD_READ,  .query = &ccd_q_building_list, .prepare = ccd_street_prepare, .keyset = {"place_key", "id"}},
  {&cc_op_get_building,     .right = CC_RIGHT_VIEW_VOTERS,   .tx = CCD_READ,  .query = &ccd_q_building_get, .by_key = true},
  {&cc_op_update_building,  .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_building_update, .audit = "building.update"},
  {&cc_op_list_doors,       .right = CC_RIGHT_VIEW_VOTERS,   .tx = CCD_READ,  .query = &ccd_q_door_list, .prepare = ccd_street_prepare,    .keyset = {"place_key", "id"}},
  {&cc_op_get_door,         .right = CC_RIGHT_VIEW_VOTERS,   .tx = CCD_READ,  .query = &ccd_q_door_get, .by_key = true, .scope = CCD_SCOPE_NONE},
  {&cc_op_update_door,      .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_door_update,  .audit = "door.update", .scope = CCD_SCOPE_NONE},
  {&cc_op_geocode,          .right = CC_RIGHT_MANAGE_VOTERS, .tx = CCD_WRITE, .query = &ccd_q_geocode_start, .audit = "geocode.start", .wakes_jobs = true},
  {&cc_op_get_geocoding,    .right = CC_RIGHT_VIEW_VOTERS,   .tx = CCD_READ,  .query = &ccd_q_geocode_state},
  {0},
};
/* clang-format on */

const ccd_job_kind ccd_voters_jobs[] = {
  {.name = "geocode",
   .lane = CCD_LANE_LONG,
   .lease_s = 60,
   .payload = &ccd_geocode_payload_type,
   .run = ccd_geocode_run},
  {.name = "places.rekey", .lane = CCD_LANE_LONG, .lease_s = 60, .run = ccd_rekey_run},
  {.name = "duplicates", .lane = CCD_LANE_LONG, .lease_s = 60, .run = ccd_duplicates_run},
  {0},
};
