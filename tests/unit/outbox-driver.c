/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/field/cc-outbox.h"

/* The outbox on a pipe, for the model test: one command a line, one answer a line.
 *
 *   add N ID             → sequence
 *   restore N ID SEQ V   → ok
 *   verdict N ID V FIRST → 1 when it is final now
 *   next N FROM          → ID SEQ, or -
 *   settled N            → sequence
 *   crash N              → ok: everything in memory is gone */

#define BOXES 16

static cc_outbox boxes[BOXES];

static bool
run(char **word, int n)
{
  cc_outbox *box = &boxes[n > 1 ? strtoul(word[1], NULL, 10) % BOXES : 0];
  int64_t sequence = 0;
  if (n == 3 && strcmp(word[0], "add") == 0) {
    if (cc_outbox_add(box, word[2], &sequence) != CC_OK)
      return false;
    printf("%lld\n", (long long) sequence);
  } else if (n == 5 && strcmp(word[0], "restore") == 0) {
    sequence = strtoll(word[3], NULL, 10);
    if (cc_outbox_restore(box, word[2], sequence, (int) strtoll(word[4], NULL, 10)) != CC_OK)
      return false;
    printf("ok\n");
  } else if (n == 5 && strcmp(word[0], "verdict") == 0) {
    bool final = cc_outbox_verdict(box,
                                   word[2],
                                   (int) strtoll(word[3], NULL, 10),
                                   (int) strtoll(word[4], NULL, 10));
    printf("%d\n", final);
  } else if (n == 3 && strcmp(word[0], "next") == 0) {
    const cc_outbox_entry *entry = cc_outbox_next(box, strtoll(word[2], NULL, 10));
    if (entry == NULL)
      printf("-\n");
    else
      printf("%s %lld\n", entry->client_id, (long long) entry->sequence);
  } else if (n == 2 && strcmp(word[0], "settled") == 0) {
    printf("%lld\n", (long long) cc_outbox_settled(box));
  } else if (n == 2 && strcmp(word[0], "crash") == 0) {
    cc_outbox_done(box);
    printf("ok\n");
  } else {
    return false;
  }
  return true;
}

int
main(void)
{
  char line[256];
  while (fgets(line, sizeof(line), stdin) != NULL) {
    char *word[6] = {0};
    int n = 0;
    char *rest = line;
    for (char *each; n < 6 && (each = strtok_r(rest, " \n", &rest)) != NULL;)
      word[n++] = each;
    if (n == 0 || !run(word, n))
      return 1;
    (void) fflush(stdout);
  }
  for (int i = 0; i < BOXES; i++)
    cc_outbox_done(&boxes[i]);
  return 0;
}
