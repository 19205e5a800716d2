/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/accounts/ccd-hasher.h"

#include <pthread.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "common/base/cc-time.h"

/* Runs password hashing on its own threads, with a bounded queue. Called by ccd-password.c on
 * the threads that serve requests. */

#define THREADS_MAX 2
#define CORES_FOR_MAX                                                                              \
  4 /* with fewer cores there is one thread, so that a core stays free for other requests */
#define QUEUE_MAX 50
#define WAIT_MAX (3 * CC_TIME_SECOND)
#define NICENESS 10

/* One piece of work, allocated on the stack of the thread that waits for its end. */
typedef struct task {
  struct task *next;
  ccd_hasher_work *work;
  void *data;
  bool started, finished;
} task;

/* The lock guards everything below. A task is in the queue until it is started; only the thread
 * that removes it from the queue may touch it until it is finished. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t queued = PTHREAD_COND_INITIALIZER;
static pthread_cond_t finished; /* signalled when any task is finished; uses the monotonic clock */
static task *first;
static task **last = &first;
static int n_waiting;
static bool running, stopping;
static pthread_t threads[THREADS_MAX];
static int n_threads;

static task *
next_task(void)
{
  while (first == NULL && !stopping)
    pthread_cond_wait(&queued, &lock);
  task *taken = first;
  if (taken == NULL)
    return NULL;
  first = taken->next;
  if (first == NULL)
    last = &first;
  n_waiting--;
  taken->started = true;
  return taken;
}

static void *
hasher_thread(void *unused)
{
  /* On Linux this sets the niceness of the calling thread. A failure is ignored. */
  (void) setpriority(PRIO_PROCESS, (id_t) gettid(), NICENESS);
  pthread_mutex_lock(&lock);
  for (task *current = next_task(); current != NULL; current = next_task()) {
    pthread_mutex_unlock(&lock);
    current->work(current->data);
    pthread_mutex_lock(&lock);
    current->finished = true;
    pthread_cond_broadcast(&finished);
  }
  pthread_mutex_unlock(&lock);
  return NULL;
}

/* Start the hasher threads at first use. Called with the lock held. */
static bool
start_threads(void)
{
  if (running)
    return true;
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&finished, &attributes);
  pthread_condattr_destroy(&attributes);
  stopping = false;
  int n = 0, wanted = sysconf(_SC_NPROCESSORS_ONLN) < CORES_FOR_MAX ? 1 : THREADS_MAX;
  while (n < wanted && pthread_create(&threads[n], NULL, hasher_thread, NULL) == 0)
    n++;
  if (n < wanted) {
    stopping = true;
    pthread_cond_broadcast(&queued);
    pthread_mutex_unlock(&lock);
    while (n > 0)
      pthread_join(threads[--n], NULL);
    pthread_mutex_lock(&lock);
    return false;
  }
  n_threads = n;
  running = true;
  return true;
}

/* Wait until the task is finished, or remove it from the queue when no thread started it in
 * time. Called with the lock held. */
static bool
wait_for(task *mine)
{
  int64_t deadline = cc_time_monotonic() + WAIT_MAX;
  struct timespec until = {.tv_sec = deadline / CC_TIME_SECOND,
                           .tv_nsec = deadline % CC_TIME_SECOND * 1000};

  while (!mine->finished) {
    if (mine->started) {
      pthread_cond_wait(&finished, &lock);
      continue;
    }
    if (pthread_cond_timedwait(&finished, &lock, &until) == 0 || mine->started)
      continue;
    task **at = &first;
    while (*at != mine)
      at = &(*at)->next;
    *at = mine->next;
    if (mine->next == NULL)
      last = at;
    n_waiting--;
    return false;
  }
  return true;
}

cc_status
ccd_hasher_run(ccd_hasher_work *work, void *data, cc_error *reterr)
{
  task mine = {.work = work, .data = data};

  pthread_mutex_lock(&lock);
  bool done = false;
  if (n_waiting < QUEUE_MAX && start_threads()) {
    *last = &mine;
    last = &mine.next;
    n_waiting++;
    pthread_cond_signal(&queued);
    done = wait_for(&mine);
  }
  pthread_mutex_unlock(&lock);
  if (!done)
    return cc_fail(reterr,
                   CC_ERR_UNAVAILABLE,
                   "busy",
                   "Too many people are signing in at the moment. Try again in a few seconds.");
  return CC_OK;
}

void
ccd_hasher_stop(void)
{
  pthread_mutex_lock(&lock);
  bool was_running = running;
  running = false;
  stopping = true;
  pthread_cond_broadcast(&queued);
  pthread_mutex_unlock(&lock);
  if (!was_running)
    return;
  for (int i = 0; i < n_threads; i++)
    pthread_join(threads[i], NULL);
  pthread_cond_destroy(&finished);
}
