/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "server/data/ccd-query.h"

/* Collects the arguments of statements that run outside of a request. */

const char *
ccd_param_source_name(ccd_param_source source)
{
  static const char *const names[] = {[CCD_FROM_ARG] = "arg",
                                      [CCD_FROM_CALL] = "call",
                                      [CCD_FROM_PAGE] = "page",
                                      [CCD_FROM_PATH] = "path",
                                      [CCD_FROM_QUERY] = "query",
                                      [CCD_FROM_BODY] = "body",
                                      [CCD_FROM_WHOLE_BODY] = "body"};
  return names[source];
}

bool
ccd_arg_find(const ccd_arg *args, const char *name, const char **ret)
{
  for (; args != NULL && args->name != NULL; args++) {
    if (strcmp(args->name, name) == 0) {
      *ret = args->text;
      return true;
    }
  }
  return false;
}

static bool
find_value(const ccd_param *param, const ccd_own_args *own, const ccd_arg *args, const char **ret)
{
  if (param->source == CCD_FROM_ARG)
    return ccd_arg_find(args, param->name, ret);
  if (param->own == CCD_CALL_ORGANIZATION_ID)
    *ret = own->organization_id;
  else if (param->own == CCD_CALL_JOB_ID)
    *ret = own->job_id;
  else
    return false;
  return true;
}

cc_status
ccd_query_args(const ccd_query *query,
               const ccd_own_args *own,
               const ccd_arg *args,
               int most,
               const char **ret,
               cc_error *reterr)
{
  if (query->n_params > most)
    return cc_fail(reterr, CC_ERR_INTERNAL, "parameter", "%s: too many parameters", query->name);
  for (int i = 0; i < query->n_params; i++) {
    const ccd_param *param = &query->params[i];
    if (!find_value(param, own, args, &ret[i]))
      return cc_fail(reterr,
                     CC_ERR_INTERNAL,
                     "parameter",
                     "%s: no value for :%s.%s",
                     query->name,
                     ccd_param_source_name(param->source),
                     param->name);
  }
  return CC_OK;
}
