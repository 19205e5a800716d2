/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-op.h"

#include <string.h>

const char *
cc_method_name(cc_method method)
{
  static const char *const names[_CC_METHOD_MAX] = {
    [CC_GET] = "GET",
    [CC_POST] = "POST",
    [CC_PUT] = "PUT",
    [CC_PATCH] = "PATCH",
    [CC_DELETE] = "DELETE",
  };
  unsigned index = (unsigned) method;
  return index < _CC_METHOD_MAX && names[index] != NULL ? names[index] : "";
}

size_t
cc_media_next(const char **at)
{
  if (*at == NULL)
    return 0;
  *at += strspn(*at, ", ");
  return strcspn(*at, ", ");
}

int
cc_op_success(const cc_op *op)
{
  if (op->success != 0)
    return op->success;
  if (op->shape == CC_REPLY_SOCKET)
    return 101;
  if (op->creates)
    return 201;
  return op->shape == CC_REPLY_ONE && op->reply == NULL ? 204 : 200;
}
