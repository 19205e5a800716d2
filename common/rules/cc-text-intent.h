/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The intent of an incoming text. */
typedef enum cc_text_intent {
  CC_TEXT_TALK = 0, /* no special intent */
  CC_TEXT_STOP,     /* no more texts */
  CC_TEXT_START,    /* texts again */
  CC_TEXT_UNSURE,   /* possibly an opt-out: a person reads the text and decides */
} cc_text_intent;

/**
 * Determine the intent of an answer in English, Spanish or French. The words are those of 47 CFR
 * 64.1200(a)(10) (stop, quit, end, revoke, opt out, cancel, unsubscribe), those that carriers add
 * (stopall, arret, alto …), and plain requests ("take me off your list", "dejen de escribirme").
 * Courtesy and anger around them do not change the result. "Stop" before other content ("Stop by
 * the office tomorrow") is unsure; a bill that must be stopped is no opt-out.
 *
 * @text: valid UTF-8 of any length; nothing is allocated
 */
cc_text_intent cc_text_intent_of(const char *text);

/* "stop", "start" or "unsure"; NULL for CC_TEXT_TALK. */
const char *cc_text_intent_name(cc_text_intent intent);
