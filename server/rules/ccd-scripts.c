/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/rules/ccd-scripts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ccd-queries.h"
#include "common/api/cc-script.h"
#include "server/engine/ccd-arg-text.h"

/* The cache of scripts: a table with a size limit, in which the least recently used script is
 * replaced. */

#define SCRIPTS_MAX 256
#define BYTES_MAX ((size_t) 64 << 20) /* limit of all cached scripts */
#define SCRIPT_MAX                                                                                 \
  ((size_t) 16 << 20) /* limit of one script, including archived steps and options */

struct ccd_scripts {
  pthread_mutex_t lock;
  ccd_script *items[SCRIPTS_MAX]; /* guarded by lock, like the other members */
  uint64_t used[SCRIPTS_MAX];     /* time of last use */
  uint64_t clock;
  size_t bytes;
};

ccd_scripts *
ccd_scripts_new(void)
{
  ccd_scripts *made = calloc(1, sizeof(*made));
  if (made != NULL && pthread_mutex_init(&made->lock, NULL) != 0) {
    free(made);
    return NULL;
  }
  return made;
}

void
ccd_script_release(ccd_script *script)
{
  if (script != NULL && __atomic_sub_fetch(&script->references, 1, __ATOMIC_ACQ_REL) == 0)
    cc_arena_free(script->arena);
}

void
ccd_scripts_free(ccd_scripts *scripts)
{
  if (scripts == NULL)
    return;
  for (size_t i = 0; i < SCRIPTS_MAX; i++)
    ccd_script_release(scripts->items[i]);
  pthread_mutex_destroy(&scripts->lock);
  free(scripts);
}

static bool
is_wanted(const ccd_script *script, int64_t organization_id, int64_t script_id, int64_t step_id)
{
  if (script == NULL || script->organization_id != organization_id)
    return false;
  return script_id != 0 ? script->rules.id == script_id
                        : cc_script_step_find(&script->rules, step_id) != NULL;
}

ccd_script *
ccd_scripts_find(ccd_call *call, int64_t script_id, int64_t step_id)
{
  ccd_scripts *self = call->server->scripts;
  ccd_script *found = NULL;
  pthread_mutex_lock(&self->lock);
  for (size_t i = 0; i < SCRIPTS_MAX && found == NULL; i++)
    if (is_wanted(self->items[i], call->actor->organization_id, script_id, step_id)) {
      found = self->items[i];
      self->used[i] = ++self->clock;
      __atomic_add_fetch(&found->references, 1, __ATOMIC_RELAXED);
    }
  pthread_mutex_unlock(&self->lock);
  return found;
}

/* Remove a script from the cache. Called with the lock held. */
static void
drop_script(ccd_scripts *self, size_t i)
{
  if (self->items[i] == NULL)
    return;
  self->bytes -= self->items[i]->bytes;
  ccd_script_release(self->items[i]);
  self->items[i] = NULL;
  self->used[i] = 0;
}

/* Index of the least recently used place; empty places come first. Called with the lock held. */
static size_t
oldest_slot(const ccd_scripts *self)
{
  size_t oldest = 0;
  for (size_t i = 1; i < SCRIPTS_MAX; i++)
    if (self->used[i] < self->used[oldest])
      oldest = i;
  return oldest;
}

/* Index of the place for a script: the place of an older version of the same script, otherwise
 * the least recently used one. Called with the lock held. */
static size_t
slot_for(const ccd_scripts *self, const ccd_script *script)
{
  for (size_t i = 0; i < SCRIPTS_MAX; i++)
    if (is_wanted(self->items[i], script->organization_id, script->rules.id, 0))
      return i;
  return oldest_slot(self);
}

/* Remove scripts until @bytes more fit into the limit. Called with the lock held. */
static void
evict_scripts(ccd_scripts *self, size_t bytes)
{
  for (size_t i = 0; i < SCRIPTS_MAX && self->bytes + bytes > BYTES_MAX; i++) {
    size_t oldest = 0;
    while (oldest < SCRIPTS_MAX && self->items[oldest] == NULL)
      oldest++;
    for (size_t j = oldest; j < SCRIPTS_MAX; j++)
      if (self->items[j] != NULL && self->used[j] < self->used[oldest])
        oldest = j;
    if (oldest < SCRIPTS_MAX)
      drop_script(self, oldest);
  }
}

/* Add the script to the cache; the cache keeps its own reference. */
static void
cache_script(ccd_scripts *self, ccd_script *script)
{
  pthread_mutex_lock(&self->lock);
  size_t place = slot_for(self, script);
  drop_script(self, place);
  evict_scripts(self, script->bytes);
  __atomic_add_fetch(&script->references, 1, __ATOMIC_RELAXED);
  self->items[place] = script;
  self->used[place] = ++self->clock;
  self->bytes += script->bytes;
  pthread_mutex_unlock(&self->lock);
}

static int
kind_of(const char *name)
{
  for (size_t i = 0; i < cc_step_kind_enum.n; i++)
    if (name != NULL && strcmp(cc_step_kind_enum.names[i], name) == 0)
      return 1 + (int) i;
  return 0;
}

static cc_rule_step
read_step(const ccd_rows *rows, int row)
{
  return (cc_rule_step){
    .id = ccd_rows_int64(rows, row, "step_id"),
    .kind = kind_of(ccd_rows_get(rows, row, "kind")),
    .required = ccd_rows_bool(rows, row, "required"),
    .archived = ccd_rows_bool(rows, row, "archived"),
    .scale_min = ccd_rows_int64(rows, row, "scale_min"),
    .scale_max = ccd_rows_int64(rows, row, "scale_max"),
    .show_if_option_id = ccd_rows_int64(rows, row, "show_if"),
    .updated_at = ccd_rows_int64(rows, row, "updated_us"),
  };
}

/* Read the steps and options of a script. The result has one row for each option, and one row
 * for each step without options. */
static void
read_steps(const ccd_rows *rows, cc_rule_step *steps, cc_rule_option *options, size_t *ret_n)
{
  size_t n = 0;
  for (int row = 0; row < ccd_rows_n(rows); row++) {
    int64_t step_id = ccd_rows_int64(rows, row, "step_id");
    if (step_id == 0) /* a script without steps */
      continue;
    if (n == 0 || steps[n - 1].id != step_id) {
      steps[n] = read_step(rows, row);
      steps[n++].options = options;
    }
    int64_t option_id = ccd_rows_int64(rows, row, "option_id");
    if (option_id != 0) {
      *options++ = (cc_rule_option){option_id, ccd_rows_int64(rows, row, "support_level")};
      steps[n - 1].n_options++;
    }
  }
  *ret_n = n;
}

static ccd_script *
script_of_rows(const ccd_rows *rows, int64_t organization_id)
{
  size_t n = (size_t) ccd_rows_n(rows);
  CC_AUTO(cc_arena) arena = cc_arena_new(SCRIPT_MAX);
  ccd_script *made = arena == NULL ? NULL : cc_arena_alloc(arena, sizeof(*made));
  cc_rule_step *steps = made == NULL ? NULL : cc_arena_alloc(arena, n * sizeof(*steps));
  cc_rule_option *options = steps == NULL ? NULL : cc_arena_alloc(arena, n * sizeof(*options));
  if (options == NULL)
    return NULL;
  made->rules.id = ccd_rows_int64(rows, 0, "script_id");
  made->rules.version = ccd_rows_int64(rows, 0, "version");
  made->rules.steps = steps;
  read_steps(rows, steps, options, &made->rules.n_steps);
  made->organization_id = organization_id;
  made->references = 1;
  made->bytes = cc_arena_used(arena);
  made->arena = CC_STEAL(arena);
  return made;
}

static const char *
id_or_null(ccd_call *call, int64_t id)
{
  return id == 0 ? NULL : ccd_text_int64(call->arena, id);
}

cc_status
ccd_scripts_read(ccd_call *call,
                 bool inside,
                 int64_t script_id,
                 int64_t step_id,
                 ccd_script **ret,
                 cc_error *reterr)
{
  const ccd_arg args[] = {
    {"rule_script", id_or_null(call, script_id)},
    {"rule_step", id_or_null(call, step_id)},
    {0},
  };
  const ccd_rows *rows = NULL;
  cc_status status =
    inside
      ? ccd_call_query(call, &ccd_q_script_rules, args, &rows, reterr)
      : ccd_call_query_in_own_tx(call, CCD_READ, NULL, &ccd_q_script_rules, args, &rows, reterr);
  if (status != CC_OK)
    return status;
  ccd_script *made = NULL;
  if (ccd_rows_n(rows) > 0) {
    made = script_of_rows(rows, call->actor->organization_id);
    if (made == NULL)
      return cc_fail_memory(reterr);
    cache_script(call->server->scripts, made);
  }
  *ret = made;
  return CC_OK;
}
