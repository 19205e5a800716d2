/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What somebody who answers a text wants of the sender. */
typedef enum cc_text_intent {
  CC_TEXT_TALK = 0, /* nothing in particular */
  CC_TEXT_STOP,     /* no more texts */
  CC_TEXT_START,    /* texts again */
} cc_text_intent;

/**
 * Read the intent out of an answer: a first word, certain phrases, or one of a few words as the
 * whole text, in English, Spanish and French. A bill that must be stopped is no opt-out.
 *
 * @text: valid UTF-8 of any length; nothing is allocated
 */
cc_text_intent cc_text_intent_of(const char *text);

/* "stop" or "start"; NULL: CC_TEXT_TALK. */
const char *cc_text_intent_name(cc_text_intent intent);
