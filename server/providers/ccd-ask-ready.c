/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests /readyz of the local server with libcurl; see ccd-ask-ready.h. */
#include "server/providers/ccd-ask-ready.h"

#include <string.h>

#include <curl/curl.h>

static size_t
append_reply_cb(char *data, size_t size, size_t n, void *user)
{
  cc_str_add_n(user, data, size * n);
  return size * n;
}

/* Returns the address for reaching, from this machine, a listener that is bound to @bound. */
static const char *
reachable_host(const char *bound)
{
  if (strcmp(bound, "0.0.0.0") == 0)
    return "127.0.0.1";
  return strcmp(bound, "::") == 0 ? "::1" : bound;
}

cc_status
ccd_ask_ready(const ccd_config *config, cc_str *reply, bool *ret_ready, cc_error *reterr)
{
  cc_str url = CC_STR_INIT(2048);
  const char *host = reachable_host(config->internal_bind);
  cc_str_printf(&url,
                strchr(host, ':') != NULL ? "http://[%s]:%lld/readyz" : "http://%s:%lld/readyz",
                host,
                (long long) config->api_port + CCD_PORT_INTERNAL);
  CURL *curl = url.failed ? NULL : curl_easy_init();
  CURLcode code = CURLE_OUT_OF_MEMORY;
  long status = 0;
  if (curl != NULL) {
    curl_easy_setopt(curl, CURLOPT_URL, url.text);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 10000L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append_reply_cb);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
    code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
  }
  cc_str_done(&url);
  if (code != CURLE_OK)
    return cc_fail(reterr,
                   CC_ERR_UNAVAILABLE,
                   "no_answer",
                   "The server did not respond to /readyz: %s",
                   curl_easy_strerror(code));
  *ret_ready = status == 200;
  return CC_OK;
}
