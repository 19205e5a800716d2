/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Documentation of the two fields of every action that a device may send late or repeatedly. */

#define CC_CLIENT_ID_DOC                                                                           \
  "UUID that the client generates for this action. A repeated request with the same UUID changes " \
  "nothing and gets the answer of the first request."
#define CC_OCCURRED_AT_DOC                                                                         \
  "Time of the action by the device's clock; it may be long ago. A time more than five minutes "   \
  "in the future is replaced by the time of the request."
