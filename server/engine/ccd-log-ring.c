/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-log-ring.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/cc-time.h"

/* Two buffers: threads append to one of them under a lock that is held for one memcpy; the
 * writer thread writes the other one without a lock; then the buffers are swapped. */

#define BUFFER_BYTES (1024u * 1024)
#define RESERVE_BYTES (BUFFER_BYTES / 4) /* reserved for important lines */
#define NOTE_BYTES 256u                  /* reserved for the line about dropped lines */
#define PAUSE_NS (10 * 1000 * 1000)      /* pause between two writes while lines keep coming */

typedef struct buffer {
  char *text;
  size_t length;
} buffer;

static struct {
  pthread_mutex_t lock; /* guards the following members */
  buffer *filled;       /* the buffer to which lines are appended */
  buffer two[2];
  uint64_t unreported; /* lines dropped since the last line that reported dropped lines */
  bool parked;         /* the writer waits for `wake` */
  bool running;

  int fd;
  pthread_t thread;
  sem_t wake, ended;
  bool incomplete; /* used by the writer only: the file ends with an incomplete line */
  atomic_uint_fast64_t dropped;
  atomic_bool started, stopping, hurry;
  atomic_size_t pending; /* bytes that are not written yet */
} ring = {.lock = PTHREAD_MUTEX_INITIALIZER};

uint64_t
ccd_log_ring_dropped(void)
{
  return atomic_load(&ring.dropped);
}

size_t
ccd_log_ring_pending(void)
{
  return atomic_load(&ring.pending);
}

bool
ccd_log_ring_put(const char *line, size_t length, bool important)
{
  size_t most = BUFFER_BYTES - NOTE_BYTES - (important ? 0 : RESERVE_BYTES);
  pthread_mutex_lock(&ring.lock);
  bool room = ring.running && length <= most && ring.filled->length <= most - length;
  if (room) {
    memcpy(ring.filled->text + ring.filled->length, line, length);
    ring.filled->length += length;
    atomic_fetch_add(&ring.pending, length);
  } else {
    ring.unreported++;
    atomic_fetch_add(&ring.dropped, 1);
  }
  bool wake = room && ring.parked;
  ring.parked = ring.parked && !wake;
  pthread_mutex_unlock(&ring.lock);
  if (wake)
    (void) sem_post(&ring.wake);
  return room;
}

/* Count the lines that were not written completely as lost, when the file accepts no more bytes. */
static void
lose_rest(const char *text, size_t length)
{
  uint64_t lines = 0;
  for (size_t i = 0; i < length; i++)
    lines += text[i] == '\n';
  pthread_mutex_lock(&ring.lock);
  ring.unreported += lines;
  pthread_mutex_unlock(&ring.lock);
  atomic_fetch_add(&ring.dropped, lines);
}

/* Write everything, for as long as the file takes. When the file refuses bytes (a full disk),
 * the rest is lost. */
static void
write_whole(const char *text, size_t length)
{
  while (length > 0) {
    ssize_t written = write(ring.fd, text, length);
    if (written > 0) {
      text += written;
      length -= (size_t) written;
      ring.incomplete = text[-1] != '\n';
    } else if (written < 0 && errno == EAGAIN) {
      struct pollfd wait = {.fd = ring.fd, .events = POLLOUT};
      (void) poll(&wait, 1, 1000); /* another process made the descriptor non-blocking */
    } else if (written == 0 || errno != EINTR) {
      lose_rest(text, length);
      return;
    }
  }
}

/* Append a line about dropped lines, in the space reserved for it. Called with the lock held. */
static void
note_dropped(buffer *full)
{
  char now[CC_TIME_TEXT_MAX];
  if (ring.unreported == 0)
    return;
  cc_time_format(cc_time_now(), now);
  int length = snprintf(full->text + full->length,
                        BUFFER_BYTES - full->length,
                        "{\"time\":\"%s\",\"level\":\"error\",\"event\":\"log.dropped\","
                        "\"lines\":%" PRIu64 "}\n",
                        now,
                        ring.unreported);
  if (length <= 0 || (size_t) length >= BUFFER_BYTES - full->length)
    return;
  full->length += (size_t) length;
  atomic_fetch_add(&ring.pending, (size_t) length);
  ring.unreported = 0;
}

/* Exchange the two buffers and return the filled one. NULL: nothing was appended. */
static buffer *
change_places(void)
{
  pthread_mutex_lock(&ring.lock);
  buffer *full = ring.filled;
  note_dropped(full);
  bool taken = full->length > 0;
  if (taken)
    ring.filled = &ring.two[full == &ring.two[0]];
  else
    ring.parked = !atomic_load(&ring.stopping);
  pthread_mutex_unlock(&ring.lock);
  return taken ? full : NULL;
}

static void
write_buffer(buffer *full)
{
  if (ring.incomplete)
    write_whole("\n", 1); /* begin a new line after an incomplete one */
  write_whole(full->text, full->length);
  atomic_fetch_sub(&ring.pending, full->length);
  full->length = 0;
}

static void *
writer_thread(void *data)
{
  const struct timespec pause = {.tv_nsec = PAUSE_NS};
  for (;;) {
    buffer *full = change_places();
    if (full != NULL) {
      write_buffer(full);
      /* Collect lines that come in quick succession, so that they are written together. */
      if (!atomic_load(&ring.stopping) && !atomic_load(&ring.hurry))
        (void) nanosleep(&pause, NULL);
    } else if (atomic_load(&ring.stopping)) {
      (void) sem_post(&ring.ended);
      return NULL;
    } else {
      while (sem_wait(&ring.wake) != 0 && errno == EINTR)
        ;
    }
  }
}

cc_status
ccd_log_ring_start(int fd, cc_error *reterr)
{
  for (size_t i = 0; i < CC_N(ring.two); i++) {
    if (ring.two[i].text == NULL)
      ring.two[i].text = malloc(BUFFER_BYTES);
    if (ring.two[i].text == NULL)
      return cc_fail_memory(reterr);
  }
  ring.fd = fd;
  atomic_store(&ring.stopping, false);
  (void) sem_init(&ring.wake, /* pshared= */ 0, 0);
  (void) sem_init(&ring.ended, /* pshared= */ 0, 0);
  pthread_mutex_lock(&ring.lock);
  ring.filled = &ring.two[0];
  ring.running = true;
  pthread_mutex_unlock(&ring.lock);
  if (pthread_create(&ring.thread, NULL, writer_thread, NULL) == 0) {
    atomic_store(&ring.started, true);
    return CC_OK;
  }
  ring.running = false;
  return cc_fail(reterr, CC_ERR_INTERNAL, "no_thread", "Cannot start a thread.");
}

bool
ccd_log_ring_stop(int64_t wait_us)
{
  pthread_mutex_lock(&ring.lock);
  bool was_running = ring.running;
  ring.running = false;
  ring.parked = false;
  atomic_store(&ring.stopping, true);
  pthread_mutex_unlock(&ring.lock);
  if (!was_running)
    return true;
  atomic_store(&ring.started, false);
  (void) sem_post(&ring.wake);
  int64_t end = cc_time_monotonic() + wait_us;
  struct timespec until = {.tv_sec = end / CC_TIME_SECOND, .tv_nsec = end % CC_TIME_SECOND * 1000};
  /* If the file still blocks the writer, its thread ends with the process, and its buffers stay
   * allocated. */
  int result;
  do {
    result = sem_clockwait(&ring.ended, CLOCK_MONOTONIC, &until);
  } while (result != 0 && errno == EINTR);
  if (result != 0) {
    (void) pthread_detach(ring.thread);
    return false;
  }
  (void) pthread_join(ring.thread, NULL);
  for (size_t i = 0; i < CC_N(ring.two); i++) {
    free(ring.two[i].text);
    ring.two[i] = (buffer){0};
  }
  (void) sem_destroy(&ring.wake);
  (void) sem_destroy(&ring.ended);
  return true;
}

void
ccd_log_ring_hurry(int wait_ms)
{
  const struct timespec pause = {.tv_nsec = 1000 * 1000};
  if (!atomic_load(&ring.started) || pthread_equal(pthread_self(), ring.thread))
    return;
  atomic_store(&ring.hurry, true);
  (void) sem_post(&ring.wake);
  for (int i = 0; i < wait_ms && atomic_load(&ring.pending) > 0; i++)
    (void) nanosleep(&pause, NULL);
}
