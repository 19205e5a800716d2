/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks whether the configured file storage is available; see ccd-storage.h. */
#include "server/providers/ccd-storage.h"

#include <pthread.h>
#include <unistd.h>

#include <curl/curl.h>

#include "common/api/cc-platform.h"
#include "common/base/cc-str.h"
#include "server/engine/ccd-spool.h"

#define CACHED_US (5 * CC_TIME_SECOND) /* for this time the last result is returned again */

static size_t
discard_bytes_cb(char *data, size_t size, size_t n, void *user)
{
  return size * n;
}

/* Request MinIO's liveness page. Other S3 services do not have this page, but respond with a status
 * below 500 while they are up. */
static bool
service_is_up(const char *endpoint)
{
  cc_str url = CC_STR_INIT(2048);
  cc_str_printf(&url, "%s/minio/health/live", endpoint);
  CURL *curl = url.failed ? NULL : curl_easy_init();
  long code = 0;
  if (curl != NULL) {
    curl_easy_setopt(curl, CURLOPT_URL, url.text);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 1000L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, discard_bytes_cb);
    if (curl_easy_perform(curl) == CURLE_OK)
      curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_cleanup(curl);
  }
  cc_str_done(&url);
  return code > 0 && code < 500;
}

int
ccd_storage_health(const ccd_config *config)
{
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static int64_t asked; /* time of the last request; lock guards asked and answer */
  static bool answer;
  if (*config->minio_endpoint != '\0') {
    pthread_mutex_lock(&lock);
    if (asked == 0 || cc_time_monotonic() - asked > CACHED_US) {
      answer = service_is_up(config->minio_endpoint);
      asked = cc_time_monotonic();
    }
    bool up = answer;
    pthread_mutex_unlock(&lock);
    return up ? CC_PART_UP : CC_PART_DOWN;
  }
  if (*config->storage_folder == '\0')
    return CC_PART_OFF;
  return access(config->storage_folder, R_OK | W_OK | X_OK) == 0 &&
             ccd_spool_has_room(config->storage_folder, /* length= */ 0)
           ? CC_PART_UP
           : CC_PART_DOWN;
}
