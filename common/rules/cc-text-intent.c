/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recognizes opt-outs in incoming texts: splits the text into words and matches a phrase table. */
#include "common/rules/cc-text-intent.h"

#include <stdint.h>
#include <string.h>

#include "common/base/cc-base.h"
#include "common/base/cc-utf8.h"

/* A text is a sequence of words, commas, sentence ends and line ends. It is matched from left to
 * right: at each position the longest matching phrase of the table consumes its words. A word that
 * starts no phrase is content other than a request (finding.other). */

/* The meaning of a phrase. "Request" is a request to stop texting. */
typedef enum role {
  FILLER, /* polite or angry words and reasons, which do not change the result */
  CLEAR,  /* a request, whatever else the text contains */
  ALONE,  /* a request if its sentence contains nothing else but fillers */
  WHOLE,  /* a request if the whole text contains nothing else but fillers */
  HINT,   /* possibly a request: a person decides */
  START,  /* an opt-in if it is the whole text */
} role;

/* A phrase pattern: words separated by blanks. "a|b" matches one of the words; with "|?" as the
 * last alternative the word is optional. Words are in lower case and have no accents. */
typedef struct phrase {
  role role;
  const char *words;
} phrase;

#define TEXTS "text|texts|texting|message|messages|messaging|msg|msgs|sms|txt|txts|spam"
#define THESE "all|any|the|these|this|those|your|ur|my|more|political|campaign"
#define DOING                                                                                      \
  "texting|messaging|contacting|calling|sending|bothering|spamming|harassing|txting|writing"
#define DO "text|txt|message|msg|contact|call|sms|write|bother|send"
#define MENSAJES "mensajes|mensaje|textos|texto|sms"

static const phrase phrases[] = {
  {ALONE, "stop"},
  {ALONE, "s t o p"},
  {ALONE, "st op"},
  {ALONE, "stopp|stopit"},
  {ALONE, "stop all"},
  {ALONE, "stop it|this|that|now|everything"},
  {CLEAR, "stopall|stop2quit|stop2end|stop2stop"},
  {CLEAR, "stop|quit|cease|end " DOING " me|us " THESE "|? " TEXTS "|crap|stuff|?"},
  {CLEAR, "stop|quit|cease|end " DOING " " THESE "|? " TEXTS "|crap"},
  {ALONE, "stop|quit|cease|end " DOING},
  {CLEAR, "stop|end|cease|cancel " THESE "|? " TEXTS "|subscription|alerts|notifications"},
  {CLEAR, "no more " TEXTS},
  {CLEAR, "dont|never " DO " me|us " THESE "|anything|? " TEXTS "|? again|anymore|ever|?"},
  {CLEAR, "dont|never " DO " this number again|anymore|ever|?"},
  {ALONE, "dont|never text|txt|message|msg|contact"},
  {CLEAR, "dont want any|more|your|these|? more|? " TEXTS},
  {CLEAR, "dont want to get|receive|hear any|more|your|these|? more|? " TEXTS},
  {ALONE, "remove|delete|erase me|us|this"},
  {CLEAR,
   "remove|delete|take|erase me|us|this|my name|number|info|phone|? number|? from|off|out "
   "of|? " THESE "|? call|text|texting|phone|contact|mailing|? list|lists|database|system|records"},
  {CLEAR, "remove|delete|erase|lose|forget my name|number|info|contact"},
  {CLEAR, "remove|delete|erase this number"},
  {CLEAR,
   "removed|deleted|taken|erased|dropped from|off|out of|? " THESE
   " call|text|texting|phone|contact|mailing|? list|lists|database|system|records"},
  {CLEAR,
   "take|get me|us|my name|number|? number|? off|out of|? " THESE
   "|? call|text|texting|phone|? list|lists"},
  {ALONE, "opt me|us|? out"},
  {ALONE, "optout|optingout"},
  {ALONE, "opting out"},
  {ALONE, "unsubscribe|unsub|unsubscibe|unsuscribe|unsubcribe me|us|this|? number|?"},
  {CLEAR, "unsubscribe|unsub me|us|this|my number|? from|? " THESE "|? list|lists|" TEXTS "|?"},
  {CLEAR, "revoke|withdraw my|? consent|permission"},
  {ALONE, "leave me|us alone"},
  {ALONE, "take|get me|us off"},
  {WHOLE, "end|quit|cancel|revoke|remove|delete"},
  {HINT, "go away"},
  {HINT, "fuck|piss|buzz off"},
  {HINT, "lawyer|attorney|fcc|tcpa"},
  {HINT, "do not call list"},

  {FILLER,
   "please|pls|plz|plse|kindly|thanks|thx|ty|thank|now|immediately|asap|right|away|already"},
  {FILLER, "just|hey|hi|hello|sir|maam|ok|okay|yes|no|i|im|id|me|you|u|want|wish|would|like|need"},
  {FILLER, "to|be|all|everything|anymore|more|again|ever|forever|period|from|this|that|it"},
  {FILLER,
   "said|told|can|could|will|must|have|how|do|damn|dammit|goddamn|fucking|fuck|shit|wtf|omg"},
  {FILLER, "spam|scam|sorry|and|number|really"},
  {FILLER, "not interested"},
  {FILLER, "for the last time"},
  {FILLER, "for the love of god"},
  {FILLER, "sick of this|it|these"},
  {FILLER, "wrong|interested|person|phone|moved|thats|so"},

  /* Spanish */
  {WHOLE,
   "alto|parar|pare|paren|detener|detenga|detengan|detenganse|cancelar|baja|salir|eliminar|borrar|"
   "basta"},
  {CLEAR,
   "no me|nos "
   "escriba|escriban|escribas|contacte|contacten|contactes|llame|llamen|mande|manden|mandes|"
   "envie|envien|envies|texteen|textee|textees|moleste|molesten|molestes mas|? " MENSAJES "|?"},
  {CLEAR,
   "deje|dejen|deja de "
   "escribirme|mandarme|enviarme|contactarme|molestarme|llamarme|textearme " MENSAJES "|?"},
  {CLEAR, "deje|dejen|deja|parar|pare|paren de mandar|enviar|escribir " MENSAJES "|?"},
  {CLEAR, "no mas " MENSAJES},
  {CLEAR, "no quiero|deseo recibir|? mas|? recibir|? mas|? " MENSAJES},
  {CLEAR,
   "quiteme|quitenme|quitame|saqueme|saquenme|sacame|borreme|borrenme|borrame|elimineme|eliminenme|"
   "eliminame "
   "de|del|? su|la|esta|tu|? lista|listas|?"},
  {CLEAR, "quite|quiten|borre|borren|elimine|eliminen mi numero|nombre"},
  {CLEAR, "darme|dame|denme|deme de baja"},
  {ALONE, "dar de baja"},
  {FILLER,
   "por|favor|porfavor|porfa|gracias|ya|ahora|quiero|deseo|numero|equivocado|mi|su|lista|lo|"
   "siento"},

  /* French */
  {WHOLE, "arret|arreter|arretez|desabonner|fin"},
  {CLEAR, "ne me|nous contactez|ecrivez|appelez|texter plus"},
  {CLEAR, "ne mecrivez|mappelez|menvoyez plus"},
  {CLEAR, "desabonnez|desinscrivez|retirez moi"},
  {FILLER, "svp|merci|sil|vous|plait"},

  {START, "start|unstop|resubscribe"},
};

/* Negations reverse the meaning of a request behind them: "do not stop texting me". */
static const char *const negations[] = {"dont", "not", "never", "wont", "didnt", "doesnt", "cant"};

#define WORDS_MAX 120 /* words of a text that are read; the rest is ignored */
#define WORD_MAX 24   /* bytes with the NUL; longer words are cut, the table has none of them */

typedef struct words {
  char at[WORDS_MAX][WORD_MAX]; /* a word, or one of the signs ",", "." (sentence end), "\\n" */
  size_t n;
  bool cut; /* the text has more than WORDS_MAX words */
} words;

/* --- splitting a text into words --- */

/* Returns the letter without its accent. Covers the accents of Spanish and French; any other
 * character is returned unchanged. */
static uint32_t
plain_letter(uint32_t c)
{
  static const struct {
    uint32_t accented, plain;
  } letters[] = {{0xE1, 'a'},
                 {0xE0, 'a'},
                 {0xE2, 'a'},
                 {0xE9, 'e'},
                 {0xE8, 'e'},
                 {0xEA, 'e'},
                 {0xED, 'i'},
                 {0xEE, 'i'},
                 {0xF3, 'o'},
                 {0xF4, 'o'},
                 {0xFA, 'u'},
                 {0xFC, 'u'},
                 {0xFB, 'u'},
                 {0xF1, 'n'},
                 {0xE7, 'c'}};

  for (size_t i = 0; i < CC_N(letters); i++)
    if (letters[i].accented == c)
      return letters[i].plain;
  return c;
}

static bool
is_apostrophe(uint32_t c)
{
  return c == '\'' || c == 0x2019 || c == 0x2BC || c == 0x60 || c == 0xB4;
}

static bool
ends_sentence(uint32_t c)
{
  return c == '.' || c == '!' || c == '?' || c == ';' || c == ':' || c == 0xA1 || c == 0xBF ||
         c == 0x2026;
}

static bool
is_word_at(const words *all, size_t i, const char *word)
{
  return i < all->n && strcmp(all->at[i], word) == 0;
}

/* True at the end of a sentence: a punctuation sign or a line end. A phrase may still continue over
 * a line end (see match_phrase). */
static bool
is_end_at(const words *all, size_t i)
{
  return is_word_at(all, i, ".") || is_word_at(all, i, "\n");
}

static void
add_word(words *all, const char *word)
{
  if (all->n == WORDS_MAX) {
    all->cut = true;
    return;
  }
  /* Replace "do not" by "dont", so that the table needs only one of the two. */
  if (strcmp(word, "not") == 0 && all->n > 0 && is_word_at(all, all->n - 1, "do"))
    all->n--, word = "dont";
  memcpy(all->at[all->n++], word, strlen(word) + 1); /* shorter than WORD_MAX */
}

static void
add_break(words *all, uint32_t c)
{
  const char *sign = ends_sentence(c) ? "." : c == '\n' ? "\n" : c == ',' ? "," : NULL;
  if (sign != NULL && all->n > 0 && !is_end_at(all, all->n - 1))
    add_word(all, sign);
}

static void
read_words(const char *text, words *all)
{
  char word[WORD_MAX];
  size_t length = 0;
  all->n = 0;
  all->cut = false;
  while (*text != '\0' || length > 0) {
    uint32_t c = *text == '\0' ? 0 : plain_letter(cc_utf8_lower(cc_utf8_next(&text)));
    if (cc_utf8_is_word(c)) {
      length += length + 4 < WORD_MAX ? cc_utf8_put(c, word + length) : 0;
    } else if (!is_apostrophe(c) || length == 0) {
      word[length] = '\0';
      if (length > 0)
        add_word(all, word);
      length = 0;
      add_break(all, c);
    }
  }
}

/* --- phrases --- */

/* Returns true when one of the alternatives of a pattern word ("a|b|?") is @word. */
static bool
pattern_word_matches(const char *one, size_t length, const char *word)
{
  size_t n = strlen(word);
  for (const char *at = one; at < one + length;) {
    size_t rest = (size_t) (one + length - at);
    const char *bar = memchr(at, '|', rest);
    size_t part = bar == NULL ? rest : (size_t) (bar - at);
    if (part == n && memcmp(at, word, n) == 0)
      return true;
    at += part + 1;
  }
  return false;
}

/* Returns how many words of the text the phrase consumes at position @i; 0 when it does not match
 * there. */
static size_t
match_phrase(const words *all, size_t i, const char *pattern)
{
  size_t begin = i;
  for (const char *one = pattern; *one != '\0';) {
    size_t length = strcspn(one, " ");
    size_t next = i > begin && is_word_at(all, i, "\n") ? i + 1 : i;
    if (next < all->n && pattern_word_matches(one, length, all->at[next]))
      i = next + 1;
    else if (one[length - 1] != '?')
      return 0;
    one += length + (one[length] == ' ');
  }
  return i - begin;
}

static const phrase *
longest_phrase(const words *all, size_t i, size_t *ret_taken)
{
  const phrase *best = NULL;
  *ret_taken = 0;
  for (size_t k = 0; k < CC_N(phrases); k++) {
    size_t taken = match_phrase(all, i, phrases[k].words);
    if (taken > *ret_taken) {
      *ret_taken = taken;
      best = &phrases[k];
    }
  }
  return best;
}

/* --- sentences --- */

typedef struct finding {
  bool clear, alone, whole, start, hint; /* roles of the phrases that were found */
  bool first;                            /* the sentence begins with a phrase of the role ALONE */
  bool negated;                          /* a negation precedes the first CLEAR phrase */
  bool other;                            /* the sentence has words that match no phrase */
} finding;

static bool
is_negation(const char *word)
{
  for (size_t i = 0; i < CC_N(negations); i++)
    if (strcmp(negations[i], word) == 0)
      return true;
  return false;
}

static void
note_phrase(finding *found, role matched, bool begins)
{
  found->clear = found->clear || matched == CLEAR;
  found->alone = found->alone || matched == ALONE;
  found->whole = found->whole || matched == WHOLE;
  found->start = found->start || matched == START;
  found->hint = found->hint || matched == HINT;
  found->first = found->first || (matched == ALONE && begins);
}

/* Match the sentence that begins at position @i. Returns the position of the next sentence. */
static size_t
read_sentence(const words *all, size_t i, finding *found)
{
  bool begins = true;
  *found = (finding){0};
  for (size_t taken = 1; i < all->n && !is_end_at(all, i); i += taken) {
    taken = 1;
    if (is_word_at(all, i, ","))
      continue;
    const phrase *matched = longest_phrase(all, i, &taken);
    bool negation = matched == NULL && is_negation(all->at[i]);
    if (matched == NULL) {
      taken = 1;
      found->other = true;
      found->negated = found->negated || (negation && !found->clear);
    } else {
      note_phrase(found, matched->role, begins);
    }
    begins = begins && (negation || (matched != NULL && matched->role == FILLER));
  }
  return i + 1;
}

/* Returns the intent of one sentence. WHOLE and START depend on the whole text: the caller judges
 * them. */
static cc_text_intent
judge_sentence(const finding *found)
{
  if (found->clear && found->negated)
    return CC_TEXT_UNSURE;
  if (found->clear || (found->alone && !found->other))
    return CC_TEXT_STOP;
  return found->first || found->hint ? CC_TEXT_UNSURE : CC_TEXT_TALK;
}

cc_text_intent
cc_text_intent_of(const char *text)
{
  words all;
  finding one, sum = {0};
  cc_text_intent intent = CC_TEXT_TALK;
  read_words(text, &all);
  for (size_t i = 0; i < all.n;) {
    i = read_sentence(&all, i, &one);
    cc_text_intent sentence = judge_sentence(&one);
    if (sentence == CC_TEXT_STOP || (sentence == CC_TEXT_UNSURE && intent == CC_TEXT_TALK))
      intent = sentence;
    sum.whole = sum.whole || one.whole;
    sum.other = sum.other || one.other || one.negated;
  }
  if (intent != CC_TEXT_TALK)
    return intent;
  if (sum.whole && !sum.other && !all.cut)
    return CC_TEXT_STOP;
  bool lone = all.n == 1 || (all.n == 2 && is_end_at(&all, 1));
  return lone && one.start ? CC_TEXT_START : CC_TEXT_TALK;
}

const char *
cc_text_intent_name(cc_text_intent intent)
{
  static const char *const names[] = {NULL, "stop", "start", "unsure"};
  return names[intent];
}
