/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What somebody who answers a text wants of the sender. */
typedef enum cc_text_intent {
  CC_TEXT_TALK = 0, /* nothing in particular */
  CC_TEXT_STOP,     /* no more texts */
  CC_TEXT_START,    /* texts again */
  CC_TEXT_UNSURE,   /* may want no more texts: a person reads the text and decides */
} cc_text_intent;

/**
 * Read the intent out of an answer in English, Spanish or French. The words are those of
 * 47 CFR 64.1200(a)(10) (stop, quit, end, revoke, opt out, cancel, unsubscribe), those that the
 * carriers add (stopall, arret, alto …), and plain requests ("take me off your list", "dejen de
 * escribirme"). Courtesy and anger around them change nothing. "Stop" before a sentence of its own
 * ("Stop by the office tomorrow") is unsure; a bill that must be stopped is no opt-out.
 *
 * @text: valid UTF-8 of any length; nothing is allocated
 */
cc_text_intent cc_text_intent_of(const char *text);

/* "stop", "start" or "unsure"; NULL: CC_TEXT_TALK. */
const char *cc_text_intent_name(cc_text_intent intent);
