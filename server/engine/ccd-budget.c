/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-budget.h"

#include <inttypes.h>
#include <string.h>

#include "ccd-queries.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-exchange.h"

#define DAY_SECONDS (24 * 60 * 60)

const char *
ccd_budget_of_address(ccd_call *call, const char *what, const char *address)
{
  uint8_t mac[CCD_HASH_BYTES];
  size_t local = strcspn(address, "+@");
  const char *mailbox =
    cc_arena_printf(call->arena, "%.*s%s", (int) local, address, address + strcspn(address, "@"));
  if (mailbox == NULL)
    return NULL;
  ccd_hmac_sha256(ccd_call_keys(call)->lookup, mailbox, strlen(mailbox), mac);
  const char *hex = ccd_hex(call->arena, mac, sizeof(mac) / 2);
  return hex == NULL ? NULL : cc_arena_printf(call->arena, "%s|address|%s", what, hex);
}

cc_status
ccd_budget_try(ccd_call *call, const char *subject, int64_t most, bool *ret, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const ccd_arg args[] = {
    {"subject", subject},
    {"most", ccd_text_int64(call->arena, most)},
    {0},
  };

  if (subject == NULL)
    return cc_fail_memory(reterr);
  cc_status status = ccd_call_query(call, &ccd_q_daily_take, args, &rows, reterr);
  if (status == CC_OK)
    *ret = ccd_rows_bool(rows, 0, "taken");
  return status;
}

cc_status
ccd_budget_take(ccd_call *call, const char *subject, int64_t most, cc_error *reterr)
{
  bool taken = false;

  cc_status status = ccd_budget_try(call, subject, most, &taken, reterr);
  if (status != CC_OK || taken)
    return status;
  ccd_exchange_of(call)->limit =
    (ccd_limit_state){.name = "daily",
                      .quota = most,
                      .window_s = DAY_SECONDS,
                      .reset_s = DAY_SECONDS - cc_time_now() / CC_TIME_SECOND % DAY_SECONDS,
                      .refused = true};
  return cc_fail(reterr,
                 CC_ERR_RATE_LIMITED,
                 "daily_limit",
                 "This can be done %" PRId64 " times a day; try again tomorrow",
                 most);
}
