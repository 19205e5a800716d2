/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>

#include "common/api/cc-field.h"
#include "common/field/cc-outbox.h"

/* Cases that the model test does not reach: refused operations, delays, the clock. */

static const char *const ids[] = {
  "5e0c3b52-6f0a-4d8e-9a55-0d4b1c6f2a10",
  "5e0c3b52-6f0a-4d8e-9a55-0d4b1c6f2a11",
  "5e0c3b52-6f0a-4d8e-9a55-0d4b1c6f2a12",
};

static void
fill(cc_outbox *box)
{
  for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
    int64_t sequence = 0;
    g_assert_cmpint(cc_outbox_add(box, ids[i], &sequence), ==, CC_OK);
    g_assert_cmpint(sequence, ==, (int64_t) i + 1);
  }
}

static void
test_only_a_final_verdict_counts(void)
{
  cc_outbox box = {0};
  fill(&box);
  g_assert_cmpint(cc_outbox_settled(&box), ==, 0);
  g_assert_false(cc_outbox_verdict(&box, ids[0], CC_VERDICT_HELD, 0));
  g_assert_false(cc_outbox_verdict(&box, ids[0], CC_VERDICT_DUPLICATE, CC_VERDICT_HELD));
  g_assert_false(cc_outbox_verdict(&box, "of another device", CC_VERDICT_APPLIED, 0));
  g_assert_cmpstr(cc_outbox_next(&box, 0)->client_id, ==, ids[0]);
  g_assert_true(cc_outbox_verdict(&box, ids[1], CC_VERDICT_APPLIED, 0));
  g_assert_cmpint(cc_outbox_settled(&box), ==, 0);
  g_assert_true(cc_outbox_verdict(&box, ids[0], CC_VERDICT_DUPLICATE, CC_VERDICT_CONFLICT));
  /* A late verdict about an operation that already has one changes nothing. */
  g_assert_false(cc_outbox_verdict(&box, ids[0], CC_VERDICT_APPLIED, 0));
  g_assert_cmpint(box.entries[0].verdict, ==, CC_VERDICT_CONFLICT);
  g_assert_cmpint(cc_outbox_settled(&box), ==, 2);
  g_assert_cmpint(cc_outbox_next(&box, 0)->sequence, ==, 3);
  g_assert_null(cc_outbox_next(&box, 4));
  cc_outbox_done(&box);
}

static void
test_a_refusal_stays_until_somebody_dealt_with_it(void)
{
  cc_outbox box = {0};
  fill(&box);
  g_assert_false(cc_outbox_dismiss(&box, ids[0]));
  g_assert_true(cc_outbox_verdict(&box, ids[0], CC_VERDICT_REFUSED, 0));
  g_assert_true(cc_outbox_verdict(&box, ids[1], CC_VERDICT_APPLIED, 0));
  cc_outbox_prune(&box);
  g_assert_cmpuint(box.n, ==, 2);
  g_assert_cmpstr(box.entries[0].client_id, ==, ids[0]);
  g_assert_true(cc_outbox_dismiss(&box, ids[0]));
  g_assert_cmpuint(box.n, ==, 1);
  g_assert_true(cc_outbox_verdict(&box, ids[2], CC_VERDICT_APPLIED, 0));
  cc_outbox_prune(&box);
  g_assert_cmpuint(box.n, ==, 0);
  /* After a restart the sequence numbers continue. */
  g_assert_cmpint(cc_outbox_settled(&box), ==, 3);
  int64_t sequence = 0;
  g_assert_cmpint(cc_outbox_add(&box, ids[0], &sequence), ==, CC_OK);
  g_assert_cmpint(sequence, ==, 4);
  cc_outbox_done(&box);
}

static void
test_what_the_store_gives_back(void)
{
  cc_outbox box = {0};
  g_assert_cmpint(cc_outbox_restore(&box, ids[0], 7, CC_VERDICT_REFUSED), ==, CC_OK);
  g_assert_cmpint(cc_outbox_restore(&box, ids[1], 9, 0), ==, CC_OK);
  g_assert_cmpint(cc_outbox_restore(&box, ids[2], 9, 0), ==, CC_ERR_INVALID);
  g_assert_cmpint(cc_outbox_restore(&box, "short", 10, 0), ==, CC_ERR_INVALID);
  g_assert_cmpint(cc_outbox_settled(&box), ==, 8);
  cc_outbox_done(&box);
}

static void
test_waiting(void)
{
  cc_outbox box = {0};
  cc_outbox_failed(&box, 100);
  g_assert_cmpint(box.not_before, ==, 100 + 2 * CC_TIME_SECOND);
  cc_outbox_failed(&box, 100);
  g_assert_cmpint(box.not_before, ==, 100 + 4 * CC_TIME_SECOND);
  for (int i = 0; i < 100; i++)
    cc_outbox_failed(&box, 100);
  g_assert_cmpint(box.not_before, ==, 100 + 300 * CC_TIME_SECOND);
  cc_outbox_succeeded(&box);
  g_assert_cmpint(box.not_before, ==, 0);
}

static void
test_clock(void)
{
  cc_clock clock = {0};
  const cc_time day = 86400 * CC_TIME_SECOND;
  cc_clock_measure(&clock, 0, day + 2 * CC_TIME_SECOND, 4 * CC_TIME_SECOND);
  g_assert_cmpint(clock.offset_us, ==, day);
  /* A measurement with a faster exchange is more precise and replaces the old one; a slower one
   * that agrees does not. */
  cc_clock_measure(&clock, 0, day + 1000 + CC_TIME_SECOND / 10, CC_TIME_SECOND / 5);
  g_assert_cmpint(clock.offset_us, ==, day + 1000);
  cc_clock_measure(&clock, 0, day + 3 * CC_TIME_SECOND, 4 * CC_TIME_SECOND);
  g_assert_cmpint(clock.offset_us, ==, day + 1000);
  /* The device's clock was set meanwhile: a measurement that contradicts the old one replaces
   * it. */
  cc_clock_measure(&clock, day, day + CC_TIME_SECOND, day + 2 * CC_TIME_SECOND);
  g_assert_cmpint(clock.offset_us, ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/outbox/final", test_only_a_final_verdict_counts);
  g_test_add_func("/outbox/refused", test_a_refusal_stays_until_somebody_dealt_with_it);
  g_test_add_func("/outbox/restore", test_what_the_store_gives_back);
  g_test_add_func("/outbox/waiting", test_waiting);
  g_test_add_func("/outbox/clock", test_clock);
  return g_test_run();
}
