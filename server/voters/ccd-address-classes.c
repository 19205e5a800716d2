/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Classes of numbered roads: the words before the number, such as "COUNTY ROAD". They come from
 * USPS Publication 28, appendix F, from street names of the Census, and from voter files. All
 * spellings of one class have the same code in street keys: CR, US, I, … */
#include <string.h>

#include "server/voters/ccd-address-private.h"

/* Order: a longer entry must precede every entry with which it begins, because the first match
 * is used. */
static const ccd_road_class classes[] = {
  {"CO STATE AID HWY", "CR", false},
  {"CO ST AID HWY", "CR", false},
  {"CO TRUNK HWY", "CR", true},
  {"CO TRUNK RD", "CR", true},
  {"CO TRUNK", "CR", true},
  {"CO HWY", "CR", true},
  {"CO RD", "CR", true},
  {"CO RTE", "CR", true},
  {"CO LN", "CO LN", false},
  {"CORD", "CR", false},
  {"CSAH", "CR", false},
  {"CTH", "CR", true},
  {"CR", "CR", true},
  {"CH", "CR", false},
  {"C R", "CR", false},
  {"C T H", "CR", false},
  {"C S A H", "CR", false},
  {"STATE FOREST SERVICE RD", "ST FS", false},
  {"ST FOREST SERVICE RD", "ST FS", false},
  {"STATE FS RD", "ST FS", false},
  {"ST FS RD", "ST FS", false},
  {"ST FS", "ST FS", false},
  {"STATE PARK RD", "PARK RD", false},
  {"STATE TRUNK HWY", "SR", false},
  {"ST TRUNK HWY", "SR", false},
  {"STATE HWY", "SR", true},
  {"STATE RD", "SR", true},
  {"STATE RTE", "SR", true},
  {"STATE LOOP", "LOOP", false},
  {"STATE SPUR", "SPUR", false},
  {"ST HWY", "SR", true},
  {"ST RD", "SR", true},
  {"ST RTE", "SR", true},
  {"ST LOOP", "LOOP", false},
  {"ST SPUR", "SPUR", false},
  {"STH", "SR", false},
  {"SR", "SR", true},
  {"SH", "SR", false},
  {"S R", "SR", false},
  {"S H", "SR", false},
  {"US FOREST SERVICE RD", "FS", false},
  {"US FOREST SERVICE HWY", "FS", false},
  {"US FOREST SERVICE RTE", "FS", false},
  {"U S FOREST SERVICE RD", "FS", false},
  {"U S FOREST SERVICE HWY", "FS", false},
  {"US HWY", "US", false},
  {"US RTE", "US", false},
  {"US", "US", false},
  {"U S HWY", "US", false},
  {"U S RTE", "US", false},
  {"U S", "US", false},
  {"USHWY", "US", false},
  {"USH", "US", false},
  {"UNITED STATES HWY", "US", false},
  {"UNITED STATES RTE", "US", false},
  {"INTERSTATE HWY", "I", false},
  {"INTERSTATE RTE", "I", false},
  {"INTERSTATE", "I", false},
  {"INTST", "I", false},
  {"IH", "I", false},
  {"I H", "I", false},
  {"I HWY", "I", false},
  {"I", "I", false},
  {"FARM TO MARKET RD", "FM", false},
  {"FARM TO MARKET", "FM", false},
  {"FARM MARKET RD", "FM", false},
  {"FARM MARKET", "FM", false},
  {"FARM RD", "FM", false},
  {"FM RD", "FM", false},
  {"FM", "FM", false},
  {"F M RD", "FM", false},
  {"F M", "FM", false},
  {"RANCH TO MARKET RD", "RR", false},
  {"RANCH TO MARKET", "RR", false},
  {"RANCH MARKET RD", "RR", false},
  {"RANCH MARKET", "RR", false},
  {"RANCH RD", "RR", false},
  {"RM RD", "RR", false},
  {"RM", "RR", false},
  {"R M", "RR", false},
  {"TWP RD", "TWP RD", false},
  {"TWP HWY", "TWP RD", false},
  {"TWP RTE", "TWP RD", false},
  {"TSR", "TWP RD", false},
  {"TR", "TWP RD", false},
  {"T R", "TWP RD", false},
  {"TOWN RD", "TOWN RD", false},
  {"TOWN HWY", "TOWN RD", false},
  {"TOWN RTE", "TOWN RD", false},
  {"PARISH RD", "PARISH RD", false},
  {"PARISH HWY", "PARISH RD", false},
  {"PARISH RTE", "PARISH RD", false},
  {"PAR RD", "PARISH RD", false},
  {"PRIVATE RD", "PR", false},
  {"PVT RD", "PR", false},
  {"P R", "PR", false},
  {"PR", "PR", false},
  {"NATIONAL FOREST DEVELOPMENT RD", "FS", false},
  {"NATIONAL FOREST SERVICE RD", "FS", false},
  {"NATIONAL FOREST SYSTEM RD", "FS", false},
  {"NATIONAL FOREST RD", "FS", false},
  {"NATIONAL FOREST HWY", "FS", false},
  {"NATIONAL FOREST RTE", "FS", false},
  {"NATIONAL FOREST", "FS", false},
  {"NF DEVELOPMENT RD", "FS", false},
  {"NF RD", "FS", false},
  {"NF HWY", "FS", false},
  {"NFD RD", "FS", false},
  {"NFDR", "FS", false},
  {"NFSR", "FS", false},
  {"NFR", "FS", false},
  {"NF", "FS", false},
  {"USFS RD", "FS", false},
  {"USFS HWY", "FS", false},
  {"USFS RTE", "FS", false},
  {"USFS", "FS", false},
  {"FOREST SERVICE RD", "FS", false},
  {"FOREST SERVICE RTE", "FS", false},
  {"FOREST SERVICE HWY", "FS", false},
  {"FOREST DEVELOPMENT RD", "FS", false},
  {"FOREST RD", "FS", false},
  {"FOREST RTE", "FS", false},
  {"FOREST HWY", "FS", false},
  {"FS RD", "FS", false},
  {"FSR", "FS", false},
  {"FS", "FS", false},
  {"BUREAU OF LAND MANAGEMENT RD", "BLM", false},
  {"BUREAU OF LAND MANAGEMENT", "BLM", false},
  {"BLM RD", "BLM", false},
  {"BLM", "BLM", false},
  {"BUREAU OF INDIAN AFFAIRS RD", "BIA", false},
  {"BUREAU OF INDIAN AFFAIRS RTE", "BIA", false},
  {"BUREAU OF INDIAN AFFAIRS HWY", "BIA", false},
  {"BUREAU OF INDIAN AFFAIRS", "BIA", false},
  {"INDIAN SERVICE RTE", "BIA", false},
  {"INDIAN SERVICE RD", "BIA", false},
  {"INDIAN RTE", "BIA", false},
  {"INDIAN RD", "BIA", false},
  {"INDIAN HWY", "BIA", false},
  {"NAVAJO SERVICE RTE", "BIA", false},
  {"NAVAJO RTE", "BIA", false},
  {"NAVAJO RD", "BIA", false},
  {"BIA RTE", "BIA", false},
  {"BIA RD", "BIA", false},
  {"BIA HWY", "BIA", false},
  {"BIA", "BIA", false},
  {"B I A RTE", "BIA", false},
  {"B I A RD", "BIA", false},
  {"B I A HWY", "BIA", false},
  {"B I A", "BIA", false},
  {"RESERVATION RD", "RES", false},
  {"RESERVATION RTE", "RES", false},
  {"RESERVATION HWY", "RES", false},
  {"TRIBAL RD", "TRIBAL RD", false},
  {"TRIBAL RTE", "TRIBAL RD", false},
  {"TRIBAL HWY", "TRIBAL RD", false},
  {"RURAL RTE", "RR", false},
  {"RURAL FREE DELIVERY", "RR", false},
  {"RFD RTE", "RR", false},
  {"RFD", "RR", false},
  {"R F D", "RR", false},
  {"R R", "RR", false},
  {"RR", "RR", false},
  {"HWY CONTRACT RTE", "HC", false},
  {"HWY CONTRACT", "HC", false},
  {"HC RTE", "HC", false},
  {"HCR", "HC", false},
  {"H C R", "HC", false},
  {"H C", "HC", false},
  {"HC", "HC", false},
  {"STAR RTE", "HC", false},
  {"CARR PR", "CARR", false},
  {"CARR ESTATAL", "CARR", false},
  {"CARR", "CARR", false},
  {"PARK RD", "PARK RD", false},
  {"RECREATIONAL RD", "REC RD", false},
  {"FIRE CONTROL RD", "FIRE CTL RD", false},
  {"FIRE DISTRICT RD", "FIRE DIST RD", false},
  {"FIRE RD", "FIRE RD", false},
  {"FIRE RTE", "FIRE RTE", false},
  {"FIRE TRL", "FIRE TRL", false},
  {"FIRE LN", "FIRE LN", false},
  {"LOOP", "LOOP", false},
  {"SPUR", "SPUR", false},
  {"HWY", "HWY", true},
  {"RTE", "RTE", true},
  {"RD", "RD", false},
  {"CO", "CR", false},
};

/* Names of states that have two words. */
static const char *const long_states[] = {
  "NEW HAMPSHIRE",
  "NEW JERSEY",
  "NEW MEXICO",
  "NEW YORK",
  "NORTH CAROLINA",
  "NORTH DAKOTA",
  "RHODE ISLAND",
  "SOUTH CAROLINA",
  "SOUTH DAKOTA",
  "WEST VIRGINIA",
  "N C",
  "N H",
  "N J",
  "N M",
  "N Y",
  "S C",
};

/* Words that occur in names of classes, and their spelling in the table classes above. */
static const ccd_word class_words[] = {
  {"AFF", "AFFAIRS"},
  {"CARRETERA", "CARR"},
  {"CNTRL", "CONTROL"},
  {"CNTY", "CO"},
  {"CO", "CO"},
  {"COUNTY", "CO"},
  {"CTL", "CONTROL"},
  {"CTY", "CO"},
  {"DEV", "DEVELOPMENT"},
  {"DIST", "DISTRICT"},
  {"DVLP", "DEVELOPMENT"},
  {"FOR", "FOREST"},
  {"FRST", "FOREST"},
  {"FST", "FOREST"},
  {"IND", "INDIAN"},
  {"LND", "LAND"},
  {"LP", "LOOP"},
  {"MGMT", "MANAGEMENT"},
  {"MKT", "MARKET"},
  {"NAT", "NATIONAL"},
  {"NATL", "NATIONAL"},
  {"REC", "RECREATIONAL"},
  {"RECREATION", "RECREATIONAL"},
  {"RESV", "RESERVATION"},
  {"RESVN", "RESERVATION"},
  {"RT", "RTE"},
  {"RTS", "RTE"},
  {"SERV", "SERVICE"},
  {"SVC", "SERVICE"},
  {"SYS", "SYSTEM"},
  {"TNSHP", "TWP"},
  {"TOWNSHIP", "TWP"},
  {"TRAIL", "TRL"},
  {"TRK", "TRUNK"},
  {"TRUNKHWY", "TRUNK"},
  {"TWNSHP", "TWP"},
  {"TWSP", "TWP"},
};

/* Words that may follow the road's number, and their code in street keys. */
static const ccd_word words_behind[] = {
  {"ACC", "ACC RD"},     {"ACCESS", "ACC RD"},     {"ALT", "ALT"},        {"ALTERNATE", "ALT"},
  {"BUS", "BUS"},        {"BUSINESS", "BUS"},      {"BUSN", "BUS"},       {"BYP", "BYP"},
  {"BYPA", "BYP"},       {"BYPAS", "BYP"},         {"BYPASS", "BYP"},     {"BYPS", "BYP"},
  {"CON", "CONN"},       {"CONN", "CONN"},         {"CONNECTOR", "CONN"}, {"EXT", "EXT"},
  {"EXTENSION", "EXT"},  {"EXTN", "EXT"},          {"EXTNSN", "EXT"},     {"FEEDER", "FEEDER RD"},
  {"FRNTG", "FRNTG RD"}, {"FRONTAGE", "FRNTG RD"}, {"FRTG", "FRNTG RD"},  {"LOOP", "LOOP"},
  {"LP", "LOOP"},        {"SCENIC", "SCENIC"},     {"SERV", "SVC RD"},    {"SERVICE", "SVC RD"},
  {"SPR", "SPUR"},       {"SPUR", "SPUR"},         {"SVC", "SVC RD"},     {"TRK", "TRUCK"},
  {"TRUCK", "TRUCK"},
};

const ccd_word_list ccd_address_class_words = {class_words, CC_N(class_words)};
const ccd_word_list ccd_address_behind_words = {words_behind, CC_N(words_behind)};

ccd_slice
ccd_address_class_word(ccd_slice token)
{
  static const char *const roads[] = {"RD", "HWY", "RTE", "LN"};
  const char *found = ccd_address_word(&ccd_address_class_words, token);
  const char *type = found == NULL ? ccd_address_word(&ccd_address_types, token) : NULL;
  for (size_t i = 0; type != NULL && i < CC_N(roads); i++) {
    if (strcmp(type, roads[i]) == 0)
      return ccd_slice_of(type);
  }
  return found != NULL ? ccd_slice_of(found) : token;
}

size_t
ccd_address_count_words(const ccd_address_state *p, size_t i, const char *words)
{
  size_t n = 0;
  while (*words != '\0') {
    size_t length = strcspn(words, " ");
    if (i + n >= p->n ||
        !ccd_address_same(ccd_address_class_word(p->tokens[i + n]), (ccd_slice){words, length}))
      return 0;
    n++;
    words += length + (words[length] == ' ');
  }
  return n;
}

const ccd_road_class *
ccd_address_find_class(const ccd_address_state *p, size_t i, size_t *ret_n)
{
  for (size_t k = 0; k < CC_N(classes); k++) {
    *ret_n = ccd_address_count_words(p, i, classes[k].words);
    if (*ret_n > 0)
      return &classes[k];
  }
  return NULL;
}

/* Returns whether token @i is a number of three or four digits. After the name of a state, such
 * a number is the number of a road ("KENTUCKY 440"), not of a unit. */
static bool
has_road_number(const ccd_address_state *p, size_t i)
{
  return i < p->n && p->tokens[i].length > 2 && p->tokens[i].length < 5 &&
         ccd_address_all_digits(p->tokens[i]);
}

const ccd_road_class *
ccd_address_find_state(const ccd_address_state *p, size_t i, size_t *ret_n)
{
  static const char *const roads[] = {"HWY", "RTE", "RD"};
  static const ccd_road_class of_state = {"", "SR", true}, bare = {"", "SR", false};
  static const ccd_road_class of_county = {"", "CR", true};
  size_t n = i < p->n && ccd_address_word(&ccd_address_states, p->tokens[i]) != NULL;
  bool is_short = n == 1 && p->tokens[i].length <= 3;
  for (size_t k = 0; n == 0 && k < CC_N(long_states); k++)
    n = ccd_address_count_words(p, i, long_states[k]);
  if (n == 0)
    return NULL;
  size_t at = i + n;
  size_t more = at < p->n && (ccd_address_is(p->tokens[at], "STATE") ||
                              (ccd_address_is(p->tokens[at], "ST") && at + 1 < p->n));
  for (size_t k = 0; k < CC_N(roads); k++) {
    *ret_n = n + more + 1;
    if (ccd_address_count_words(p, at + more, roads[k]) > 0)
      return &of_state;
  }
  *ret_n = n + 2;
  if (ccd_address_count_words(p, at, "CO RD") > 0 || ccd_address_count_words(p, at, "CO HWY") > 0 ||
      ccd_address_count_words(p, at, "CO RTE") > 0)
    return &of_county;
  *ret_n = n;
  return is_short || has_road_number(p, at) ? &bare : NULL;
}
