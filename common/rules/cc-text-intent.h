/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Recognizes opt-outs and opt-ins in incoming text messages. Pure functions; the server calls them
 * for each text that it receives. */

/* What the sender of an incoming text wants. */
typedef enum cc_text_intent {
  CC_TEXT_TALK = 0, /* an ordinary text: neither an opt-out nor an opt-in */
  CC_TEXT_STOP,     /* opt-out: wants no more texts */
  CC_TEXT_START,    /* opt-in: wants to receive texts again */
  CC_TEXT_UNSURE,   /* possibly an opt-out: a person must read the text and decide */
} cc_text_intent;

/**
 * Classify a text in English, Spanish or French. Recognized are the words of
 * 47 CFR 64.1200(a)(10) (stop, quit, end, revoke, opt out, cancel, unsubscribe), the words that the
 * carriers add (stopall, arret, alto …), and plain requests ("take me off your list", "dejen de
 * escribirme"). Polite or angry words around a request do not change the result. "Stop" at the
 * beginning of an unrelated sentence ("Stop by the office tomorrow") is CC_TEXT_UNSURE; later in
 * such a sentence ("We must stop this bill") it is ignored.
 *
 * @text: valid UTF-8 of any length; nothing is allocated
 */
cc_text_intent cc_text_intent_of(const char *text);

/* Returns "stop", "start" or "unsure"; NULL for CC_TEXT_TALK. */
const char *cc_text_intent_name(cc_text_intent intent);
