/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-status.h"
#include "common/codec/cc-type.h"

/* An operation describes one endpoint of the API. Both programs link these descriptions: the
 * server binds each to a route, the client calls it by name, and the OpenAPI document is
 * generated from them. */

typedef enum cc_method {
  CC_GET = 1,
  CC_POST,
  CC_PUT,
  CC_PATCH,
  CC_DELETE,
  _CC_METHOD_MAX
} cc_method;

typedef enum cc_reply_shape {
  CC_REPLY_ONE = 0, /* one object of .reply; no body when .reply is NULL (204) */
  CC_REPLY_LIST,    /* {"data": [.reply…], "next_cursor": …}; .query has limit and cursor */
  CC_REPLY_SOCKET,  /* a WebSocket whose text messages have the type .reply */
  CC_REPLY_FILE,    /* a file of one of the types in .media; GET supports Range and If-None-Match */
} cc_reply_shape;

typedef struct cc_op cc_op;

struct cc_op {
  const char *id;        /* lowerCamelCase, unique */
  const char *path;      /* "/v1/events/{event_id}" */
  const cc_type *params; /* path parameters; NULL: none */
  const cc_type *query;  /* query string; NULL: none */
  const cc_type *body;   /* JSON body; NULL: none. A PATCH body is a merge-patch */
  const cc_type *reply;
  const char *
    media; /* CC_REPLY_FILE: its content type; several are separated by commas, the default first */
  const cc_type *const *lines; /* CC_REPLY_FILE of NDJSON: types of its lines, NULL-terminated */
  const char *body_media;      /* the body is a file of one of these comma-separated types and is
                                  streamed; NULL: a JSON body of type .body, or none */
  cc_method method;
  cc_reply_shape shape;
  int success;  /* HTTP code; 0: 200, 201 where .creates, 204 without reply */
  bool creates; /* 201 */

  /* For an operation with .creates: the GET operation of the new object, used for the header
   * Location. The last parameter of that path is the reply's id; those before are this
   * operation's path parameters. */
  const cc_op *location;
  unsigned errors; /* CC_ERR_BITs of errors beyond those that every operation can return */
  const char *tag, *summary;
  const char *doc; /* additional description; may be NULL */
};

/* Every operation of the API in the order of the document, NULL-terminated. */
extern const cc_op *const cc_ops[];

const char *cc_method_name(cc_method method);

/* Iterate over comma-separated media types: `for (at = list; (n = cc_media_next(&at)) > 0; at +=
 * n)`. Returns the length of the next type and sets *@at to its beginning; 0 at the end. */
size_t cc_media_next(const char **at);

/* The HTTP status of success. */
int cc_op_success(const cc_op *op);

/* Path parameters that are ids: the struct @S, its rows, and its type @S_type with the name
 * @type_name.
 *
 *   CC_PATH_2(event_note_ref, "EventNoteRef", event_id, "Id of the event.",
 *             event_note_id, "Id of the note.")
 */

#define CC_PATH_ROW_(S, m, text)                                                                   \
  CC_INT64(S, m, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = (text))

/* NOLINTBEGIN(bugprone-macro-parentheses): names of types and members cannot be in parentheses */
#define CC_PATH_1(S, type_name, m, text)                                                           \
  typedef struct S {                                                                               \
    int64_t m;                                                                                     \
  } S;                                                                                             \
  static const cc_field S##_fields[] = {CC_PATH_ROW_(S, m, text)};                                 \
  static const cc_type S##_type = CC_TYPE(S, type_name, S##_fields)

#define CC_PATH_2(S, type_name, m1, text1, m2, text2)                                              \
  typedef struct S {                                                                               \
    int64_t m1;                                                                                    \
    int64_t m2;                                                                                    \
  } S;                                                                                             \
  static const cc_field S##_fields[] = {CC_PATH_ROW_(S, m1, text1), CC_PATH_ROW_(S, m2, text2)};   \
  static const cc_type S##_type = CC_TYPE(S, type_name, S##_fields)
/* NOLINTEND(bugprone-macro-parentheses) */
