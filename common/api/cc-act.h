/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Documentation of the two fields of every action that a device may send late or repeatedly. */

#define CC_CLIENT_ID_DOC                                                                           \
  "UUID made on the device for this one act. Sent again it changes nothing and gets the first "    \
  "answer."
#define CC_OCCURRED_AT_DOC                                                                         \
  "When it happened by the device's clock, which may be long ago. More than five minutes ahead "   \
  "counts as now."
