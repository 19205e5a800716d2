/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "common/base/cc-str.h"
#include "server/data/ccd-redis-private.h"

/* Parses REDIS_URL, and connects with the address, user, password and database that it names. */

#define CONNECT_TIMEOUT_US 100000
#define COMMAND_TIMEOUT_US 50000

/* Decode %XX. Returns a malloc'ed copy; NULL when memory is exhausted. */
static char *
decode_percent(const char *text, size_t length)
{
  char *copy = malloc(length + 1);
  if (copy == NULL)
    return NULL;
  size_t n = 0;
  for (size_t i = 0; i < length; i++) {
    int high = text[i] == '%' && i + 2 < length ? cc_hex_value(text[i + 1]) : -1;
    int low = high >= 0 ? cc_hex_value(text[i + 2]) : -1;
    if (low >= 0) {
      copy[n++] = (char) (high * 16 + low);
      i += 2;
    } else {
      copy[n++] = text[i];
    }
  }
  copy[n] = '\0';
  return copy;
}

/* Read a number that consists of digits only, at most @max; -1: not such a number. */
static int
read_number(const char *text, size_t length, int max)
{
  long long value = 0;
  for (size_t i = 0; i < length; i++) {
    if (text[i] < '0' || text[i] > '9')
      return -1;
    value = value * 10 + (text[i] - '0');
    if (value > max)
      return -1;
  }
  return length > 0 ? (int) value : -1;
}

/* Read "user:password@" and advance @text. */
static bool
read_login(const char **text, ccd_redis_place *place)
{
  size_t length = strcspn(*text, "/?");
  const char *at = memchr(*text, '@', length);
  if (at == NULL)
    return true;
  size_t login = (size_t) (at - *text);
  const char *colon = memchr(*text, ':', login);
  if (colon == NULL)
    return false;
  if (colon > *text)
    place->user = decode_percent(*text, (size_t) (colon - *text));
  place->password = decode_percent(colon + 1, (size_t) (at - colon - 1));
  *text = at + 1;
  return place->password != NULL;
}

static bool
read_unix(const char *text, ccd_redis_place *place)
{
  size_t length = strcspn(text, "?");
  place->path = decode_percent(text, length);
  text += length;
  if (*text == '?') {
    if (strncmp(text, "?db=", 4) != 0)
      return false;
    place->database = read_number(text + 4, strlen(text + 4), 1000000);
  }
  return place->path != NULL && place->path[0] == '/' && place->database >= 0;
}

static bool
read_host(const char *text, ccd_redis_place *place)
{
  size_t host = strcspn(text, ":/?");
  place->host = decode_percent(text, host);
  place->port = 6379;
  text += host;
  if (*text == ':') {
    size_t digits = strcspn(++text, "/?");
    place->port = read_number(text, digits, 65535);
    text += digits;
  }
  if (*text == '/' && text[1] != '\0') {
    text++;
    place->database = read_number(text, strlen(text), 1000000);
  } else if (*text == '?') {
    return false;
  }
  return place->host != NULL && place->host[0] != '\0' && place->port > 0 && place->database >= 0;
}

cc_status
ccd_redis_place_read(const char *url, ccd_redis_place *ret, cc_error *reterr)
{
  bool local = strncmp(url, "unix://", 7) == 0;
  bool good = false;
  *ret = (ccd_redis_place){.path = NULL};
  if (local || strncmp(url, "redis://", 8) == 0) {
    const char *text = url + (local ? 7 : 8);
    good = read_login(&text, ret) && (local ? read_unix(text, ret) : read_host(text, ret));
  }
  if (good)
    return CC_OK;
  ccd_redis_place_done(ret);
  return cc_fail(reterr,
                 CC_ERR_INVALID,
                 "redis_url",
                 "The Redis URL must be unix:///path/of/socket or redis://host:port/database.");
}

void
ccd_redis_place_done(ccd_redis_place *place)
{
  free(place->path);
  free(place->host);
  free(place->user);
  if (place->password != NULL)
    explicit_bzero(place->password, strlen(place->password));
  free(place->password);
  *place = (ccd_redis_place){.path = NULL};
}

/* Is it a reply that is not an error? NULL is an error. */
static bool
is_accepted(void *reply)
{
  bool good = reply != NULL && ((redisReply *) reply)->type != REDIS_REPLY_ERROR;
  if (reply != NULL)
    freeReplyObject(reply);
  return good;
}

/* Authenticate, select the database, and send PING, because a server that is still loading its
 * data accepts connections but is not ready. */
static bool
greet_server(redisContext *context, const ccd_redis_place *place)
{
  if (place->password != NULL && place->user == NULL &&
      !is_accepted(redisCommand(context, "AUTH %s", place->password)))
    return false;
  if (place->user != NULL &&
      !is_accepted(redisCommand(context, "AUTH %s %s", place->user, place->password)))
    return false;
  if (place->database != 0 && !is_accepted(redisCommand(context, "SELECT %d", place->database)))
    return false;
  return is_accepted(redisCommand(context, "PING"));
}

redisContext *
ccd_redis_connect(const ccd_redis_place *place)
{
  struct timeval connect = {.tv_usec = CONNECT_TIMEOUT_US},
                 command = {.tv_usec = COMMAND_TIMEOUT_US};
  redisContext *context = place->path != NULL
                            ? redisConnectUnixWithTimeout(place->path, connect)
                            : redisConnectWithTimeout(place->host, place->port, connect);
  if (context == NULL)
    return NULL;
  if (context->err == 0 && redisSetTimeout(context, command) == REDIS_OK &&
      greet_server(context, place))
    return context;
  redisFree(context);
  return NULL;
}
