/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/data/ccd-db-breaker.h"

#include "server/data/ccd-db-private.h"

/* The circuit breaker. When the database stops answering, the connection whose wait timed out
 * opens the breaker: then every call is refused at once, until the pool's prober has connected
 * again. */

bool
ccd_db_up(const ccd_db *db)
{
  return atomic_load(&db->up);
}

static void
refuse_waiters(ccd_share *share)
{
  for (ccd_waiter *waiter = share->first_waiter; waiter != NULL; waiter = waiter->next) {
    waiter->refused = true;
    pthread_cond_signal(&waiter->wake);
  }
  share->first_waiter = share->last_waiter = NULL;
  share->n_waiting = 0;
}

void
ccd_db_trip(ccd_db *db, unsigned generation)
{
  pthread_mutex_lock(&db->lock);
  if (generation == atomic_load(&db->generation)) {
    atomic_fetch_add(&db->generation, 1);
    atomic_store(&db->up, false);
    for (size_t i = 0; i < CCD_DB_SHARES; i++)
      refuse_waiters(&db->shares[i]);
    pthread_cond_signal(&db->wake_prober);
  }
  pthread_mutex_unlock(&db->lock);
}
