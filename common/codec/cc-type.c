/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/codec/cc-type.h"

#include <string.h>
#include <utf8proc.h>

#include "common/base/cc-utf8.h"
#include "common/codec/cc-codec-private.h"

int
cc_type_find(const cc_type *type, const char *name)
{
  for (int i = 0; i < type->n_fields; i++) {
    if (strcmp(type->fields[i].name, name) == 0)
      return i;
  }
  return -1;
}

/* Reason why a text does not have the format; a check returns NULL for a correct text. */
typedef struct fault {
  const char *code, *message, *hint;
} fault;

static bool
is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool
is_alnum(char c)
{
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_hex(char c)
{
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static const fault *
check_line(const char *text, size_t length)
{
  static const fault control = {"control_character",
                                "has a line break or another control character",
                                "Write it on one line, without invisible characters."};
  if (cc_utf8_has_control(text, length))
    return &control;
  /* U+2028 and U+2029 also break lines. */
  for (size_t i = 0; i + 2 < length; i++) {
    if (memcmp(text + i, "\xE2\x80\xA8", 3) == 0 || memcmp(text + i, "\xE2\x80\xA9", 3) == 0)
      return &control;
  }
  return NULL;
}

/* Is the code point invisible? Hangul fillers and the empty Braille cell count as letters and
 * symbols in Unicode. */
static bool
is_blank(int32_t code_point)
{
  if (code_point == 0x115F || code_point == 0x1160 || code_point == 0x2800 ||
      code_point == 0x3164 || code_point == 0xFFA0)
    return true;
  utf8proc_category_t category = utf8proc_category(code_point);
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP || category == UTF8PROC_CATEGORY_CC ||
         category == UTF8PROC_CATEGORY_CF;
}

static bool
is_space(int32_t code_point)
{
  return is_blank(code_point) && utf8proc_category(code_point) != UTF8PROC_CATEGORY_CF;
}

bool
cc_text_is_seen(const char *text, size_t length)
{
  for (size_t i = 0; i < length;) {
    int32_t code_point;
    ssize_t bytes = utf8proc_iterate((const utf8proc_uint8_t *) text + i,
                                     (utf8proc_ssize_t) (length - i),
                                     &code_point);
    if (bytes <= 0)
      return false;
    if (!is_blank(code_point))
      return true;
    i += (size_t) bytes;
  }
  return false;
}

static const fault *
check_name(const char *text, size_t length)
{
  static const fault blank = {"blank", "is blank", "Write something that can be seen."};
  static const fault edge = {"blank",
                             "begins or ends with a space",
                             "Take the space at its beginning or end away."};
  const fault *line = check_line(text, length);
  if (line != NULL)
    return line;
  int32_t first = 0, last = 0;
  for (size_t i = 0; i < length;) {
    int32_t code_point;
    ssize_t bytes = utf8proc_iterate((const utf8proc_uint8_t *) text + i,
                                     (utf8proc_ssize_t) (length - i),
                                     &code_point);
    if (bytes <= 0)
      break;
    if (i == 0)
      first = code_point;
    last = code_point;
    i += (size_t) bytes;
  }
  if (!cc_text_is_seen(text, length))
    return &blank;
  return is_space(first) || is_space(last) ? &edge : NULL;
}

/* Labels of letters, digits and inner hyphens, at most 63 characters each, separated by dots. */
static bool
is_host_name(const char *text, size_t length)
{
  size_t label = 0;
  for (size_t i = 0; i < length; i++) {
    char c = text[i];
    if (c == '.') {
      if (label == 0 || text[i - 1] == '-')
        return false;
      label = 0;
      continue;
    }
    if (!is_alnum(c) && (c != '-' || label == 0))
      return false;
    if (++label > 63)
      return false;
  }
  return label > 0 && text[length - 1] != '-';
}

static const fault bad_email = {"email",
                                "is not an e-mail address",
                                "Write it like ada@example.org."};

/* The rule of the HTML standard for <input type=email>. */
static const fault *
check_email_stored(const char *text, size_t length)
{
  const char *at = length <= 254 ? memchr(text, '@', length) : NULL;
  if (at == NULL || at == text)
    return &bad_email;
  for (const char *c = text; c < at; c++) {
    if (!is_alnum(*c) && strchr(".!#$%&'*+/=?^_`{|}~-", *c) == NULL)
      return &bad_email;
  }
  return is_host_name(at + 1, length - (size_t) (at + 1 - text)) ? NULL : &bad_email;
}

/* A deliverable address has a domain with a dot: a@b is a typing error. */
static const fault *
check_email(const char *text, size_t length)
{
  const fault *bad = check_email_stored(text, length);
  const char *at = memchr(text, '@', length);
  if (bad != NULL || memchr(at, '.', length - (size_t) (at - text)) != NULL)
    return bad;
  return &bad_email;
}

/* Length of the host at the beginning of @text: a name (also with non-ASCII letters) or [IPv6];
 * 0 when there is none. */
static size_t
host_length(const char *text, size_t length)
{
  size_t host = 0;
  if (length > 0 && text[0] == '[') {
    for (host = 1; host < length && (is_hex(text[host]) || strchr(":.", text[host])); host++)
      continue;
    return host >= 4 && host < length && text[host] == ']' ? host + 1 : 0;
  }
  if (length == 0 || text[0] == '.' || text[0] == '-')
    return 0;
  while (host < length &&
         (is_alnum(text[host]) || strchr(".-_", text[host]) != NULL || (text[host] & 0x80) != 0))
    host++;
  return host;
}

/* A host with an optional port. */
static bool
is_authority(const char *text, size_t length)
{
  size_t host = host_length(text, length);
  if (host == 0 || host == length)
    return host != 0;
  unsigned port = 0;
  for (size_t i = host + 1; i < length; i++) {
    if (!is_digit(text[i]) || i - host > 5)
      return false;
    port = port * 10 + (unsigned) (text[i] - '0');
  }
  return text[host] == ':' && port > 0 && port <= 65535;
}

static const fault *
check_url(const char *text, size_t length)
{
  static const fault bad = {"url",
                            "is not a web address",
                            "Write it like https://example.org/page."};
  static const fault inside = {"url",
                               "leads into a private network",
                               "Use an address that everybody can open, like https://example.org."};
  size_t scheme = length >= 8 && strncasecmp(text, "https://", 8) == 0  ? 8
                  : length >= 7 && strncasecmp(text, "http://", 7) == 0 ? 7
                                                                        : 0;
  if (scheme == 0 || check_line(text, length) != NULL)
    return &bad;
  size_t end = scheme;
  while (end < length && strchr("/?#", text[end]) == NULL)
    end++;
  if (!is_authority(text + scheme, end - scheme))
    return &bad;
  if (!cc_host_is_public(text + scheme, host_length(text + scheme, end - scheme)))
    return &inside;
  for (size_t i = end; i < length; i++) {
    if (strchr(" \"<>\\^`{|}", text[i]) != NULL)
      return &bad;
  }
  return NULL;
}

static const fault *
check_slug(const char *text, size_t length)
{
  static const fault bad = {"slug",
                            "is not a short name for addresses",
                            "Use a to z, 0 to 9 and single hyphens inside, like town-hall-2."};
  bool after_hyphen = true;
  for (size_t i = 0; i < length; i++) {
    bool hyphen = text[i] == '-';
    if (hyphen ? after_hyphen : !is_alnum(text[i]) || (text[i] >= 'A' && text[i] <= 'Z'))
      return &bad;
    after_hyphen = hyphen;
  }
  return after_hyphen ? &bad : NULL;
}

static const fault *
check_zone(const char *text, size_t length)
{
  static const fault bad = {"timezone",
                            "is not a known time zone",
                            "Use an IANA name like America/New_York."};
  char name[65];
  if (length >= sizeof name)
    return &bad;
  memcpy(name, text, length);
  name[length] = '\0';
  return cc_time_zone_known(name) ? NULL : &bad;
}

/* Collect the digits of a telephone number in @digits; returns 0 when the text contains other
 * characters, or not 7 to 15 digits. */
static size_t
phone_digits(const char *text, size_t length, char digits[static 15])
{
  size_t n = 0;
  for (size_t i = 0; i < length; i++) {
    if (is_digit(text[i])) {
      if (n == 15)
        return 0;
      digits[n++] = text[i];
    } else if (strchr(" .-()[]", text[i]) == NULL && !(i == 0 && text[i] == '+')) {
      return 0;
    }
  }
  return n >= 7 ? n : 0;
}

static const fault *
check_phone_used(const char *text, size_t length)
{
  static const fault bad = {"phone",
                            "is not a phone number",
                            "Write it with the country code, like +1 215 555 0123."};
  char digits[15];
  return phone_digits(text, length, digits) == 0 ? &bad : NULL;
}

static const fault *
check_phone(const char *text, size_t length)
{
  static const fault plan = {"phone",
                             "is a number that the North American plan does not have",
                             "After +1 there are ten digits, and neither area code nor exchange "
                             "begins with 0 or 1. An extension is not part of the number."};
  const fault *bad = check_phone_used(text, length);
  if (bad != NULL)
    return bad;
  char digits[15];
  size_t n = phone_digits(text, length, digits);
  /* Country code 1 is given, or implied by ten digits. */
  bool one = text[0] == '+' ? digits[0] == '1' : n == 10;
  const char *national = n == 10 ? digits : digits + 1;
  if (!one)
    return NULL;
  return (text[0] == '+' ? n == 11 : n == 10) && national[0] >= '2' && national[3] >= '2' ? NULL
                                                                                          : &plan;
}

static const fault *
check_country(const char *text, size_t length)
{
  static const fault bad = {"country",
                            "is not a country code",
                            "Use two capital letters of ISO 3166-1, like US."};
  /* The codes of ISO 3166-1 that the time zone database lists, and Kosovo. */
  static const char codes[] =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN "
    "BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ "
    "DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL "
    "GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM "
    "JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME "
    "MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP "
    "NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD "
    "SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO "
    "TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";
  char code[] = "..";
  for (size_t i = 0; i < 2 && length == 2; i++)
    code[i] = text[i] >= 'A' && text[i] <= 'Z' ? text[i] : '.';
  return strstr(codes, code) != NULL ? NULL : &bad;
}

static const fault *
check_uuid(const char *text, size_t length)
{
  static const fault bad = {"uuid",
                            "is not a UUID",
                            "Write it like 7d444840-9dc0-11d1-b245-5ffdce74fad2."};
  if (length != 36)
    return &bad;
  for (size_t i = 0; i < length; i++) {
    bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-' : !is_hex(text[i]))
      return &bad;
  }
  return NULL;
}

static const fault *
check_digits(const char *text, size_t length)
{
  static const fault bad = {"digits", "has something other than digits", "Use 0 to 9 only."};
  for (size_t i = 0; i < length; i++) {
    if (!is_digit(text[i]))
      return &bad;
  }
  return length > 0 ? NULL : &bad;
}

static const fault *
check_date(const char *text, size_t length)
{
  static const fault bad = {"date", "is not a date", "Write it like 1980-05-31."};
  static const char rest[] = "T00:00:00Z";
  char whole[sizeof("YYYY-MM-DD") + sizeof(rest)];
  cc_time time;
  if (length != strlen("YYYY-MM-DD"))
    return &bad;
  memcpy(whole, text, length);
  memcpy(whole + length, rest, sizeof(rest));
  return cc_time_parse(whole, length + strlen(rest), &time) ? NULL : &bad;
}

bool
cc_format_check(cc_format format,
                const char *value,
                size_t length,
                const char **ret_code,
                const char **ret_message,
                const char **ret_hint)
{
  typedef const fault *check(const char *text, size_t length);
  static check *const checks[] = {
    [CC_FORMAT_TEXT] = NULL,
    [CC_FORMAT_LINE] = check_line,
    [CC_FORMAT_NAME] = check_name,
    [CC_FORMAT_WORDS] = check_line,
    [CC_FORMAT_EMAIL] = check_email,
    [CC_FORMAT_EMAIL_STORED] = check_email_stored,
    [CC_FORMAT_URL] = check_url,
    [CC_FORMAT_SLUG] = check_slug,
    [CC_FORMAT_ZONE] = check_zone,
    [CC_FORMAT_PHONE] = check_phone,
    [CC_FORMAT_PHONE_USED] = check_phone_used,
    [CC_FORMAT_COUNTRY] = check_country,
    [CC_FORMAT_UUID] = check_uuid,
    [CC_FORMAT_DIGITS] = check_digits,
    [CC_FORMAT_DATE] = check_date,
  };
  static const fault utf8 = {"utf8", "is not valid UTF-8", "Send the text as UTF-8."};
  static const fault nul = {"control_character", "has a NUL character", "Take it out."};
  const fault *found = NULL;
  if (cc_utf8_length(value, length) < 0)
    found = &utf8;
  else if (memchr(value, '\0', length) != NULL)
    found = &nul;
  else if ((size_t) format < CC_N(checks) && checks[format] != NULL)
    found = checks[format](value, length);
  if (found == NULL)
    return true;
  *ret_code = found->code;
  *ret_message = found->message;
  *ret_hint = found->hint;
  return false;
}

char *
cc_format_normal(cc_format format, cc_arena *arena, char *text, size_t length)
{
  if (format == CC_FORMAT_EMAIL || format == CC_FORMAT_EMAIL_STORED || format == CC_FORMAT_UUID)
    return (char *) cc_utf8_fold(arena, text, length);
  if (format == CC_FORMAT_NAME || format == CC_FORMAT_WORDS)
    return (char *) cc_utf8_words(arena, text, length);
  if (format != CC_FORMAT_PHONE && format != CC_FORMAT_PHONE_USED)
    return text;
  char digits[15];
  size_t n = phone_digits(text, length, digits);
  if (text[0] == '+')
    return cc_arena_printf(arena, "+%.*s", (int) n, digits);
  /* Ten digits without a country code are a number of the North American plan. */
  if (n == 10 && digits[0] >= '2')
    return cc_arena_printf(arena, "+1%.*s", (int) n, digits);
  return text;
}
