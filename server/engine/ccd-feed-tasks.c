/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "server/engine/ccd-feed-private.h"

/* A binary heap ordered by .due. Each task stores its index, so that it can be moved and
 * removed. */

bool
ccd_feed_tasks_reserve(ccd_feed_tasks *self, size_t n)
{
  if (n <= self->capacity)
    return true;
  size_t capacity = n * 2 + 16;
  ccd_feed_task **grown = realloc((void *) self->heap, (capacity + 1) * sizeof(*grown));
  if (grown == NULL)
    return false;
  self->heap = grown;
  self->capacity = capacity;
  return true;
}

static void
set_place(const ccd_feed_tasks *self, size_t place, ccd_feed_task *task)
{
  self->heap[place] = task;
  task->place = place;
}

static void
move_up(const ccd_feed_tasks *self, ccd_feed_task *task)
{
  size_t place = task->place;
  while (place > 1 && self->heap[place / 2]->due > task->due) {
    set_place(self, place, self->heap[place / 2]);
    place /= 2;
  }
  set_place(self, place, task);
}

static void
move_down(const ccd_feed_tasks *self, ccd_feed_task *task)
{
  size_t place = task->place;
  for (;;) {
    size_t child = place * 2;
    if (child < self->n && self->heap[child + 1]->due < self->heap[child]->due)
      child++;
    if (child > self->n || self->heap[child]->due >= task->due)
      break;
    set_place(self, place, self->heap[child]);
    place = child;
  }
  set_place(self, place, task);
}

void
ccd_feed_tasks_put(ccd_feed_tasks *self, ccd_feed_task *task, int64_t due)
{
  if (task->place != 0 && task->due <= due)
    return;
  task->due = due;
  if (task->place == 0)
    set_place(self, ++self->n, task);
  move_up(self, task);
}

void
ccd_feed_tasks_remove(ccd_feed_tasks *self, ccd_feed_task *task)
{
  size_t place = task->place;
  if (place == 0)
    return;
  task->place = 0;
  ccd_feed_task *last = self->heap[self->n--];
  if (last == task)
    return;
  set_place(self, place, last);
  move_up(self, last);
  move_down(self, last);
}

ccd_feed_task *
ccd_feed_tasks_first(const ccd_feed_tasks *self)
{
  return self->n == 0 ? NULL : self->heap[1];
}
