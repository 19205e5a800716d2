/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "ccd-queries.h"
#include "common/api/cc-turf.h"
#include "server/engine/ccd-arg-text.h"
#include "server/turf/ccd-turf-ground.h"
#include "server/turf/ccd-turf.h"

/* Handlers for manual changes of turfs, and for assigning doors of a shared turf. At most a few
 * hundred doors are concerned, so the computation runs within the request. */

#define MEMORY ((size_t) 512 << 20)
#define TURFS_MAX 128

/* Convert ids that the request gives as texts to a PostgreSQL array. */
static cc_status
array_of_ids(ccd_call *call, const cc_strings *texts, const char *pointer, const char **ret)
{
  int64_t *ids = cc_arena_alloc(call->arena, (texts->n + 1) * sizeof(*ids));
  for (size_t i = 0; ids != NULL && i < texts->n; i++) {
    const char *text = texts->items[i];
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 18 || text[digits] != '\0') {
      cc_error_list_add(&call->errors,
                        "number",
                        pointer,
                        "The list must contain ids, as strings of digits.");
      return CC_ERR_INVALID;
    }
    ids[i] = strtoll(text, NULL, 10);
  }
  *ret = ids == NULL ? NULL : ccd_turf_array(call->arena, ids, (int) texts->n);
  return *ret == NULL ? CC_ERR_NO_MEMORY : CC_OK;
}

/* Load the doors of a turf and the streets around them. With @free_for, only the doors that are
 * free for this actor are loaded. */
static cc_status
load_ground(ccd_call *call,
            int64_t turf_id,
            const char *free_for,
            ccd_turf_ground *ret,
            cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  ccd_turf_box box;
  const ccd_arg args[] = {
    {"turf_id", ccd_text_int64(call->arena, turf_id)},
    {"free_for", free_for},
    {0},
  };
  cc_status status = ccd_call_query(call, &ccd_q_turf_points, args, &rows, reterr);
  if (status == CC_OK)
    status = ccd_turf_ground_points(rows, call->arena, ret, reterr);
  if (status == CC_OK)
    status = ccd_turf_ground_box(ret, call->arena, &box, reterr);
  if (status == CC_OK)
    status = ccd_call_query(call, &ccd_q_turf_segments, box.args, &rows, reterr);
  return status == CC_OK ? ccd_turf_ground_streets(rows, call->arena, ret, reterr) : status;
}

static cc_status
store_walk(ccd_call *call, int64_t turf_id, const ccd_turf_walk *made, cc_error *reterr)
{
  const ccd_arg args[] = {
    {"turf_id", ccd_text_int64(call->arena, turf_id)},
    {"doors", ccd_turf_array(call->arena, made->doors, made->n)},
    {"length", cc_arena_printf(call->arena, "%.1f", made->walk.length)},
    {"minutes", cc_arena_printf(call->arena, "%.1f", made->walk.minutes)},
    {0},
  };
  return ccd_call_query(call, &ccd_q_turf_walk_store, args, NULL, reterr);
}

static cc_status
walk_and_store(ccd_call *call,
               int64_t turf_id,
               const ccd_turf_ground *ground,
               const ccd_piece *pieces,
               int n,
               cc_error *reterr)
{
  CC_AUTO(cc_arena) scratch = cc_arena_new(MEMORY);
  if (scratch == NULL)
    return cc_fail_memory(reterr);
  ccd_turf_walk made = {0};
  cc_status status =
    ccd_turf_walk_pieces(ground, pieces, n, NULL, call->arena, scratch, &made, reterr);
  return status == CC_OK ? store_walk(call, turf_id, &made, reterr) : status;
}

/* Plan the walk of a turf again, for its current doors. */
static cc_status
replan_walk(ccd_call *call, int64_t turf_id, cc_error *reterr)
{
  ccd_turf_ground ground;
  cc_status status = load_ground(call, turf_id, /* free_for= */ NULL, &ground, reterr);
  if (status != CC_OK)
    return status;
  int n = ground.ground.n;
  ccd_piece *pieces = cc_arena_alloc(call->arena, ((size_t) n + 1) * sizeof(*pieces));
  if (pieces == NULL)
    return cc_fail_memory(reterr);
  for (int i = 0; i < n; i++)
    pieces[i] = (ccd_piece){i, 0, ground.points[i].doors};
  return walk_and_store(call, turf_id, &ground, pieces, n, reterr);
}

/* Lock this turf and the turfs @others, which must all be drafts. @expected: the number of turfs
 * that must be found. */
static cc_status
lock_turfs(ccd_call *call, const char *others, int64_t expected, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const ccd_arg args[] = {{"others", others}, {0}};
  cc_status status = ccd_call_query(call, &ccd_q_turf_lock, args, &rows, reterr);
  if (status == CC_OK && ccd_rows_int64(rows, 0, "n") < expected)
    return cc_fail_absent(reterr);
  return status;
}

/* Delete the turfs among @turfs that have become empty, and reply with the remaining ones,
 * beginning with the turf of the request's path. */
static cc_status
answer_turfs(ccd_call *call, const int64_t *turfs, int n, cc_error *reterr)
{
  const ccd_arg args[] = {{"turfs", ccd_turf_array(call->arena, turfs, n)}, {0}};
  cc_status status = ccd_call_query(call, &ccd_q_turf_drop_empty, args, NULL, reterr);
  return status == CC_OK ? ccd_call_query(call, &ccd_q_turf_briefs, args, &call->rows, reterr)
                         : status;
}

/* Append the turf ids in @json, such as "[7, 9]", to @turfs behind the first @n. These turfs
 * have lost doors to the turf of the path. Returns the new number of ids. */
static int
append_lost_turfs(const char *json, int64_t *turfs, int n)
{
  char *at = (char *) json;
  while (at != NULL && n < TURFS_MAX && *(at += strcspn(at, "0123456789")) != '\0')
    turfs[n++] = strtoll(at, &at, 10);
  return n;
}

cc_status
ccd_turf_move_doors(ccd_call *call, cc_error *reterr)
{
  const cc_turf_move *body = call->body;
  int64_t turfs[TURFS_MAX] = {((const cc_turf_ref *) call->params)->turf_id};
  int n = 1;
  const char *add = NULL, *drop = NULL;
  const ccd_rows *rows = NULL;
  cc_status status = array_of_ids(call, &body->add, "/add", &add);
  if (status == CC_OK)
    status = array_of_ids(call, &body->remove, "/remove", &drop);
  if (status == CC_OK)
    status = lock_turfs(call, /* others= */ NULL, 1, reterr);
  const ccd_arg into[] = {{"doors", add}, {0}}, out[] = {{"doors", drop}, {0}};
  if (status == CC_OK && body->add.n > 0)
    status = ccd_call_query(call, &ccd_q_turf_add, into, &rows, reterr);
  if (status == CC_OK && rows != NULL)
    n = append_lost_turfs(ccd_rows_get(rows, 0, "lost"), turfs, n);
  if (status == CC_OK && body->remove.n > 0)
    status = ccd_call_query(call, &ccd_q_turf_remove, out, NULL, reterr);
  for (int i = 0; status == CC_OK && i < n; i++)
    status = replan_walk(call, turfs[i], reterr);
  return status == CC_OK ? answer_turfs(call, turfs, n, reterr) : status;
}

cc_status
ccd_turf_merge(ccd_call *call, cc_error *reterr)
{
  const cc_turf_merge *body = call->body;
  int64_t turf_id = ((const cc_turf_ref *) call->params)->turf_id;
  const char *array = NULL;
  cc_status status = array_of_ids(call, &body->turf_ids, "/turf_ids", &array);
  if (status != CC_OK)
    return status;
  const char *others = cc_arena_printf(call->arena, "[%.*s]", (int) strlen(array) - 2, array + 1);
  if (others == NULL)
    return cc_fail_memory(reterr);
  status = lock_turfs(call, others, 1 + (int64_t) body->turf_ids.n, reterr);
  const ccd_arg args[] = {{"turfs", array}, {0}};
  if (status == CC_OK)
    status = ccd_call_query(call, &ccd_q_turf_absorb, args, NULL, reterr);
  if (status == CC_OK)
    status = ccd_call_query(call, &ccd_q_turf_drop_empty, args, NULL, reterr);
  if (status == CC_OK)
    status = replan_walk(call, turf_id, reterr);
  return status == CC_OK ? answer_turfs(call, &turf_id, 1, reterr) : status;
}

/* Create a draft that gets the doors of part @i of the cut, and the script of this turf. */
static cc_status
split_off_draft(ccd_call *call,
                const ccd_turf_ground *ground,
                const ccd_cut *cut,
                int i,
                int64_t *ret_turf,
                cc_error *reterr)
{
  CC_AUTO(cc_arena) scratch = cc_arena_new(MEMORY);
  if (scratch == NULL)
    return cc_fail_memory(reterr);
  const ccd_turf *turf = &cut->turfs[i];
  const ccd_rows *rows = NULL;
  ccd_turf_walk made = {0};
  cc_status status = ccd_turf_walk_pieces(ground,
                                          cut->pieces + turf->first,
                                          turf->n,
                                          /* start= */ NULL,
                                          call->arena,
                                          scratch,
                                          &made,
                                          reterr);
  const ccd_arg copy[] = {{"suffix", cc_arena_printf(call->arena, "%c", 'a' + i % 26)}, {0}};
  if (status == CC_OK && i > 0)
    status = ccd_call_query(call, &ccd_q_turf_insert_copy, copy, &rows, reterr);
  if (status == CC_OK && i > 0)
    *ret_turf = ccd_rows_int64(rows, 0, "id");
  const ccd_arg over[] = {
    {"to_turf", ccd_text_int64(call->arena, *ret_turf)},
    {"doors", ccd_turf_array(call->arena, made.doors, made.n)},
    {0},
  };
  if (status == CC_OK && i > 0)
    status = ccd_call_query(call, &ccd_q_turf_hand_over, over, NULL, reterr);
  return status == CC_OK ? store_walk(call, *ret_turf, &made, reterr) : status;
}

static int
count_doors(const ccd_turf_ground *ground)
{
  int doors = 0;
  for (int i = 0; i < ground->ground.n; i++)
    doors += ground->points[i].doors;
  return doors;
}

cc_status
ccd_turf_split(ccd_call *call, cc_error *reterr)
{
  const cc_turf_split *body = call->body;
  int64_t turf_id = ((const cc_turf_ref *) call->params)->turf_id;
  ccd_turf_ground ground;
  ccd_cut cut = {0};
  cc_status status = lock_turfs(call, /* others= */ NULL, 1, reterr);
  if (status == CC_OK)
    status = load_ground(call, turf_id, /* free_for= */ NULL, &ground, reterr);
  if (status != CC_OK)
    return status;
  CC_AUTO(cc_arena) scratch = cc_arena_new(MEMORY);
  if (scratch == NULL)
    return cc_fail_memory(reterr);
  int doors = count_doors(&ground);
  ccd_cut_options options = {
    .target_doors = (double) doors / (double) body->parts,
    .tower_share =
      (double)
        body->parts, /* so large that a building is split only if the turf contains nothing else */
    .seed = 1,
  };
  if (doors >= 2 * body->parts)
    status = ccd_cut_turfs(&ground.ground, &options, call->arena, scratch, &cut, reterr);
  if (status == CC_OK && cut.n_turfs < 2)
    return cc_fail(reterr,
                   CC_ERR_CONFLICT,
                   "turf_small",
                   "This turf has too few doors to be split.");
  int64_t turfs[TURFS_MAX];
  int n = cut.n_turfs < TURFS_MAX ? cut.n_turfs : TURFS_MAX;
  for (int i = n - 1; status == CC_OK && i >= 0; i--) {
    turfs[i] = turf_id;
    status = split_off_draft(call, &ground, &cut, i, &turfs[i], reterr);
  }
  return status == CC_OK ? answer_turfs(call, turfs, n, reterr) : status;
}

/* Select the nearest free doors and put them in walking order. */
static cc_status
nearest_doors(ccd_call *call, const ccd_turf_ground *ground, ccd_turf_walk *ret, cc_error *reterr)
{
  const cc_turf_near *body = call->body;
  CC_AUTO(cc_arena) scratch = cc_arena_new(MEMORY);
  int all = ground->ground.n, n = 0;
  int *which = cc_arena_alloc(call->arena, ((size_t) all + 1) * sizeof(*which));
  ccd_piece *pieces = cc_arena_alloc(call->arena, ((size_t) all + 1) * sizeof(*pieces));
  if (scratch == NULL || which == NULL || pieces == NULL)
    return cc_fail_memory(reterr);
  ccd_point from = ccd_turf_ground_place(ground, body->latitude, body->longitude);
  cc_status status = ccd_cut_nearest(&ground->ground,
                                     /* taken= */ NULL,
                                     &from,
                                     (int) body->doors,
                                     scratch,
                                     which,
                                     &n,
                                     reterr);
  for (int i = 0; i < n; i++)
    /* A building with fewer doors than requested is assigned as a whole; of a larger building,
     * only the requested number of doors is assigned. */
    pieces[i] =
      (ccd_piece){which[i],
                  0,
                  ground->points[which[i]].doors < body->doors ? ground->points[which[i]].doors
                                                               : (int) body->doors};
  if (status == CC_OK && n > 0)
    status = ccd_turf_walk_pieces(ground, pieces, n, &from, call->arena, scratch, ret, reterr);
  return status;
}

cc_status
ccd_turf_hold(ccd_call *call, cc_error *reterr)
{
  int64_t turf_id = ((const cc_turf_ref *) call->params)->turf_id;
  const ccd_rows *rows = NULL;
  cc_status status = ccd_call_query(call, &ccd_q_turf_hold_begin, NULL, &rows, reterr);
  if (status == CC_OK && !ccd_rows_bool(rows, 0, "fine"))
    return cc_fail_absent(reterr);
  const char *actor = status == CC_OK ? ccd_rows_get(rows, 0, "actor") : NULL;
  ccd_turf_ground ground = {0};
  ccd_turf_walk found = {0};
  if (status == CC_OK)
    status = load_ground(call, turf_id, actor, &ground, reterr);
  if (status == CC_OK && ground.ground.n > 0)
    status = nearest_doors(call, &ground, &found, reterr);
  const ccd_arg args[] = {{"doors", ccd_turf_array(call->arena, found.doors, found.n)}, {0}};
  return status == CC_OK ? ccd_call_query(call, &ccd_q_turf_hold, args, &call->rows, reterr)
                         : status;
}
