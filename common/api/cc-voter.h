/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"
#include "common/api/cc-page.h"

/* Voters: search and changes, tags, saved lists, households and duplicates. */

typedef struct cc_tag {
  int64_t id;
  char *name;
  char *description;
  cc_time created_at;
  cc_time updated_at;
  int64_t version;
} cc_tag;

/* A tag as part of a voter. */
typedef struct cc_voter_tag {
  int64_t id;
  char *name;
} cc_voter_tag;

typedef struct cc_voter_vote {
  char *election;
  char *method;
} cc_voter_vote;

typedef struct cc_voter {
  int64_t id;
  int64_t organization_id;
  char *state_id;
  int64_t *source_id;
  int64_t *household_id;
  int64_t *door_id;
  char *first_name;
  char *middle_name;
  char *last_name;
  char *name_suffix;
  char *birth_date; /* YYYY-MM-DD */
  int64_t *birth_year;
  int sex;
  char *party;
  int registration_status;
  char *registered_on;
  char *precinct;
  char *districts;
  char *address;
  char *unit;
  char *city;
  char *state;
  char *zip5;
  char *zip4;
  char *mailing_address;
  cc_strings phones;
  cc_strings emails;
  cc_voter_vote **vote_history;
  size_t n_vote_history;
  char *custom;
  bool confidential;
  char *unreachable;
  cc_time *moved_at;
  int64_t *merged_into;
  int64_t *support_level;
  cc_time *support_at;
  cc_time *last_contact_at;
  char *last_disposition;
  cc_time *reached_at;
  cc_time *quiet_until;
  cc_voter_tag **tags;
  size_t n_tags;
  int64_t contacts_revision;
  cc_time created_at;
  cc_time updated_at;
  int64_t version;
} cc_voter;

typedef struct cc_voted_at_least {
  int64_t n;
  cc_strings of;
} cc_voted_at_least;

/* Voter filter, read by voters_matching (db/functions/voters/filter.sql): used by searches,
 * saved lists, turf cuts, phone banks and text campaigns. An absent member does not restrict the
 * result. */
typedef struct cc_voter_filter {
  char *text;
  cc_strings ids;
  cc_strings party;
  cc_strings precinct;
  char *district;
  char *city;
  cc_strings zip5;
  int64_t *age_min;
  int64_t *age_max;
  int sex;
  cc_strings registration_status;
  cc_strings voted_in;
  cc_voted_at_least *voted_at_least;
  cc_strings tags_any;
  cc_strings tags_all;
  cc_strings tags_none;
  cc_strings support_levels;
  cc_time *last_contact_before;
  cc_time *last_contact_after;
  bool *never_contacted;
  bool *reached;
  cc_strings disposition;
  bool *has_phone;
  bool *has_email;
  bool *has_door;
  char *polygon;
  int64_t *area_id;
} cc_voter_filter;

/* Query of GET /v1/voters: the filters that fit into a URL. */
typedef struct cc_voter_query {
  char *text;
  char *party;
  char *precinct;
  char *city;
  char *zip5;
  int64_t *tag_id;
  int64_t *support_level;
  int64_t limit;
  char *cursor;
} cc_voter_query;

typedef struct cc_reach_query {
  int reach;
  int aim;
} cc_reach_query;

typedef struct cc_voter_count {
  int64_t count;
} cc_voter_count;

typedef struct cc_voter_list {
  int64_t id;
  char *name;
  char *description;
  cc_voter_filter *filter;
  int64_t *created_by;
  cc_time created_at;
  cc_time updated_at;
  int64_t version;
} cc_voter_list;

/* Tags to add to and remove from one voter. */
typedef struct cc_tagging {
  cc_strings add;
  cc_strings remove;
} cc_tagging;

/* The same for all voters of a list or of a filter; exactly one of the two is given. */
typedef struct cc_bulk_tagging {
  int64_t *list_id;
  cc_voter_filter *filter;
  cc_strings add;
  cc_strings remove;
} cc_bulk_tagging;

typedef struct cc_bulk_tagged {
  int64_t voters;
  int64_t added;
  int64_t removed;
} cc_bulk_tagged;

typedef struct cc_household_member {
  int64_t id;
  char *first_name;
  char *last_name;
  char *name_suffix;
  int64_t *birth_year;
  char *party;
  int64_t *support_level;
  char *unreachable;
} cc_household_member;

typedef struct cc_household {
  int64_t id;
  int64_t *door_id;
  char *address;
  char *unit;
  int64_t n_voters;
  cc_household_member **people;
  size_t n_people;
  cc_time updated_at;
} cc_household;

/* Two voters who may be one person. */
typedef struct cc_duplicate {
  int64_t id;
  int64_t voter_id;
  int64_t other_id;
  double score;
  cc_strings reasons;
  int state;
  cc_household_member *voter;
  cc_household_member *other;
  cc_time *decided_at;
  int64_t *decided_by;
  cc_time created_at;
  cc_time updated_at;
  int64_t version;
} cc_duplicate;

typedef struct cc_duplicate_query {
  int state;
  int64_t limit;
  char *cursor;
} cc_duplicate_query;

typedef struct cc_merge_new {
  int64_t survivor_id;
  int64_t merged_id;
} cc_merge_new;

typedef struct cc_merge {
  int64_t id;
  int64_t survivor_id;
  int64_t merged_id;
  char *survivor_before;
  char *merged_before;
  int64_t *merged_by;
  cc_time merged_at;
  cc_time *undone_at;
  int64_t version;
} cc_merge;

typedef struct cc_started {
  int64_t job_id;
} cc_started;

typedef struct cc_voter_ref {
  int64_t voter_id;
} cc_voter_ref;

typedef struct cc_tag_ref {
  int64_t tag_id;
} cc_tag_ref;

typedef struct cc_voter_list_ref {
  int64_t list_id;
} cc_voter_list_ref;

typedef struct cc_household_ref {
  int64_t household_id;
} cc_household_ref;

typedef struct cc_duplicate_ref {
  int64_t duplicate_id;
} cc_duplicate_ref;

typedef struct cc_merge_ref {
  int64_t merge_id;
} cc_merge_ref;

extern const cc_enum cc_sex_enum;
extern const cc_enum cc_reach_enum;
extern const cc_enum cc_aim_enum;
extern const cc_enum cc_duplicate_state_enum;

extern const cc_type cc_voter_type;
extern const cc_type cc_voter_filter_type;
extern const cc_type cc_voter_list_type;
extern const cc_type cc_tag_type;
extern const cc_type cc_household_type;
extern const cc_type cc_duplicate_type;
extern const cc_type cc_merge_type;
extern const cc_type cc_started_type;
