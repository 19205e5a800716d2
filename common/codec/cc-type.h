/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/cc-time.h"

/* The description of every object that the API transfers: a plain struct beside a static const
 * table of its fields. Decoding with validation, encoding, JSON Schema, encoding of database
 * rows, the client's store and test samples use the same table. See docs/internals/codec.md. */

typedef struct cc_type cc_type;

typedef enum cc_kind {
  CC_KIND_BOOL = 1, /* bool */
  CC_KIND_INT64,    /* int64_t */
  CC_KIND_DOUBLE,   /* double, finite */
  CC_KIND_STRING,   /* char *, NUL-terminated UTF-8 */
  CC_KIND_TIME,     /* cc_time; RFC 3339 in JSON */
  CC_KIND_ENUM,     /* int: 0 unset, 1 + index into .names; the name in JSON */
  CC_KIND_STRINGS,  /* cc_strings; array of strings */
  CC_KIND_JSON,     /* char *: text of any JSON object, stored unchanged */
  CC_KIND_OBJECT,   /* T *; .type describes T */
  CC_KIND_LIST,     /* T ** and size_t n_<member>; .type describes T */
} cc_kind;

/* Rules for CC_KIND_STRING besides its length. All of them refuse NUL and bytes that are not
 * UTF-8. */
typedef enum cc_format {
  CC_FORMAT_TEXT = 0, /* any text, line breaks and tabs included; stored byte for byte */
  CC_FORMAT_LINE,     /* one line: no control characters */
  CC_FORMAT_NAME,  /* a line that is not blank and neither begins nor ends with a space; stored like
                      CC_FORMAT_WORDS */
  CC_FORMAT_WORDS, /* a line that may be empty, stored with single spaces between its words and
                      without zero-width characters (cc_utf8_words) */
  CC_FORMAT_EMAIL, /* an e-mail address as HTML's input type email accepts, with a dot in its
                      domain, at most 254 bytes; stored as NFC */
  CC_FORMAT_EMAIL_STORED, /* an e-mail address stored by an earlier version; its domain may have a
                           single label */
  CC_FORMAT_URL,          /* http or https, with a host that is not in a private network */
  CC_FORMAT_SLUG,         /* a-z 0-9, single inner hyphens */
  CC_FORMAT_ZONE,         /* IANA time zone name known to the system */
  CC_FORMAT_PHONE,        /* + and 7 to 15 digits (E.164) after removing blanks, dots, hyphens and
                             brackets; after +1 a valid number of the North American plan */
  CC_FORMAT_PHONE_USED,   /* a number that was dialled or that called: E.164 of any plan */
  CC_FORMAT_COUNTRY,      /* two capital letters of ISO 3166-1 */
  CC_FORMAT_UUID,         /* 8-4-4-4-12 hexadecimal digits */
  CC_FORMAT_DIGITS,       /* decimal digits only */
  CC_FORMAT_DATE,         /* YYYY-MM-DD, an existing day */
} cc_format;

enum {
  CC_REQUIRED = 1 << 0,   /* the key must be present (except in a merge-patch) */
  CC_NULLABLE = 1 << 1,   /* null is allowed */
  CC_READ_ONLY = 1 << 2,  /* set by the server: refused in a request body, always in a reply */
  CC_WRITE_ONLY = 1 << 3, /* never in a reply */
  CC_SECRET =
    1 << 4, /* never in a log, an audit entry or a stored reply; format password in the schema */
  CC_VERSION = 1 << 5, /* version of the row: makes the ETag; read-only int64 */
  CC_REVISION =
    1 << 6, /* changes without a new version: the ETag is "version.revision" when the actor sees the
               field, and If-Match compares the version alone; read-only int64 */

  /* Use of the database column of this name. The server generates statements from these flags,
   * see docs/internals/queries.md. They do not affect the API. */
  CC_IMPORTED = 1 << 7,    /* files fill it */
  CC_PERSONAL = 1 << 8,    /* personal data: destroyed by a purge, never in the audit log */
  CC_EXPORTED = 1 << 9,    /* a column of the CSV export */
  CC_SEARCHABLE = 1 << 10, /* part of the text that searches read */
  CC_MERGEABLE = 1 << 11,  /* merging two records, and undoing the merge, writes the column */
  CC_RESIDENCE = 1 << 12,  /* reveals where a person lives: hidden when that is confidential */

  CC_NOT_BLANK = 1 << 13,    /* at least one character must be visible */
  CC_MAY_BE_EMPTY = 1 << 14, /* imports and purges store "": a merge-patch may send it back */
};

/* Levels of visibility: an actor sees the fields of its own level and of the levels below. */
typedef enum cc_view {
  CC_VIEW_PUBLIC = 0,
  CC_VIEW_MEMBER,
  CC_VIEW_ADMIN,
} cc_view;

typedef struct cc_strings {
  char **items;
  size_t n;
} cc_strings;

typedef struct cc_enum {
  const char *const *names; /* in wire form */
  size_t n;
  const char *code; /* error code for a value that is not in the list; NULL: "enum" */
} cc_enum;

/* Size of the buffer for `,"name":` of the longest name, 28 characters; the compiler warns about
 * a longer one. It is a constant so that copying a key needs no loop. */
#define CC_KEY_BYTES 32

typedef struct cc_field {
  char key[CC_KEY_BYTES]; /* `,"name":`, ready to be copied into a reply */
  const char *name;
  const char *doc;      /* one sentence for the OpenAPI document */
  const char *example;  /* JSON literal; NULL: generated from kind and format */
  const char *fallback; /* JSON literal used when a create body lacks the key; NULL: no default */
  const cc_type *type;  /* OBJECT, LIST */
  /* ENUM; STRINGS: allowed items; JSON: allowed keys, each with true or false */
  const cc_enum *names;
  int64_t min,
    max; /* limits of code points, value, year or number of items; both 0: see CC_LENGTH_MAX */
  uint16_t offset;
  uint16_t count_offset; /* LIST: offset of n_<member> */
  uint16_t flags;
  uint8_t name_length;
  uint8_t kind;   /* cc_kind */
  uint8_t format; /* cc_format */
  uint8_t view;   /* cc_view */
  bool boxed;     /* the member is a pointer to the value, NULL means null */
} cc_field;

struct cc_type {
  const char *name; /* schema name, such as "Event" */
  const char *doc;
  const cc_field *fields;
  uint16_t n_fields; /* at most CC_FIELDS_MAX */
  uint16_t size;     /* sizeof the struct */
};

#define CC_FIELDS_MAX 128
#define CC_LENGTH_MAX 10000 /* maximal code points of a string whose row gives no maximum */

/* Limits of times that people plan or remember. Times of a device's clock have no limits: a
 * wrong clock must not cost recorded work. */
#define CC_YEARS .min = 1900, .max = 2199

/* The fields that were present in a body, by index. */
typedef struct cc_present {
  uint64_t bits[CC_FIELDS_MAX / 64];
} cc_present;

static inline bool
cc_present_has(const cc_present *present, size_t index)
{
  return (present->bits[index / 64] >> (index % 64)) & 1;
}

static inline void
cc_present_set(cc_present *present, size_t index)
{
  present->bits[index / 64] |= UINT64_C(1) << (index % 64);
}

/* Offset of member m of S; does not compile unless the member's type is exactly T. */
#define CC_OFFSET(S, m, T)                                                                         \
  (offsetof(S, m) +                                                                                \
   0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((S *) 0)->m), T) ? 1 : -1]))

#define CC_ROW_(S, m, T, k)                                                                        \
  .key = ",\"" #m "\":", .name = #m, .name_length = sizeof(#m) - 1, .kind = (k),                   \
  .offset = CC_OFFSET(S, m, T)

#define CC_BOOL(S, m, ...)                                                                         \
  {                                                                                                \
    CC_ROW_(S, m, bool, CC_KIND_BOOL), __VA_ARGS__                                                 \
  }
#define CC_INT64(S, m, ...)                                                                        \
  {                                                                                                \
    CC_ROW_(S, m, int64_t, CC_KIND_INT64), __VA_ARGS__                                             \
  }
#define CC_DOUBLE(S, m, ...)                                                                       \
  {                                                                                                \
    CC_ROW_(S, m, double, CC_KIND_DOUBLE), __VA_ARGS__                                             \
  }
#define CC_STRING(S, m, ...)                                                                       \
  {                                                                                                \
    CC_ROW_(S, m, char *, CC_KIND_STRING), __VA_ARGS__                                             \
  }
#define CC_TIME(S, m, ...)                                                                         \
  {                                                                                                \
    CC_ROW_(S, m, cc_time, CC_KIND_TIME), __VA_ARGS__                                              \
  }
#define CC_ENUM(S, m, table, ...)                                                                  \
  {                                                                                                \
    CC_ROW_(S, m, int, CC_KIND_ENUM), .names = (table), __VA_ARGS__                                \
  }
#define CC_STRINGS(S, m, ...)                                                                      \
  {                                                                                                \
    CC_ROW_(S, m, cc_strings, CC_KIND_STRINGS), __VA_ARGS__                                        \
  }
#define CC_JSON(S, m, ...)                                                                         \
  {                                                                                                \
    CC_ROW_(S, m, char *, CC_KIND_JSON), __VA_ARGS__                                               \
  }
#define CC_OBJECT(S, m, T, table, ...)                                                             \
  {                                                                                                \
    CC_ROW_(S, m, T *, CC_KIND_OBJECT), .type = (table), __VA_ARGS__                               \
  }
#define CC_LIST(S, m, T, table, ...)                                                               \
  {                                                                                                \
    CC_ROW_(S, m, T **, CC_KIND_LIST), .type = (table),                                            \
                                       .count_offset = CC_OFFSET(S, n_##m, size_t), __VA_ARGS__    \
  }

/* Scalars that can be null: the member is a pointer; NULL means null or absent. */
#define CC_OPT_BOOL(S, m, ...)                                                                     \
  {                                                                                                \
    CC_ROW_(S, m, bool *, CC_KIND_BOOL), .boxed = true, __VA_ARGS__                                \
  }
#define CC_OPT_INT64(S, m, ...)                                                                    \
  {                                                                                                \
    CC_ROW_(S, m, int64_t *, CC_KIND_INT64), .boxed = true, __VA_ARGS__                            \
  }
#define CC_OPT_DOUBLE(S, m, ...)                                                                   \
  {                                                                                                \
    CC_ROW_(S, m, double *, CC_KIND_DOUBLE), .boxed = true, __VA_ARGS__                            \
  }
#define CC_OPT_TIME(S, m, ...)                                                                     \
  {                                                                                                \
    CC_ROW_(S, m, cc_time *, CC_KIND_TIME), .boxed = true, __VA_ARGS__                             \
  }

#define CC_TYPE(S, type_name, table, ...)                                                          \
  {                                                                                                \
    .name = (type_name), .fields = (table), .n_fields = sizeof(table) / sizeof((table)[0]),        \
    .size = sizeof(S), __VA_ARGS__                                                                 \
  }

/* Index of a field by name, or -1. */
int cc_type_find(const cc_type *type, const char *name);

/* Does @value (@length bytes) have the field's format? On failure @ret_reason is the error code
 * ("email", "slug") and @ret_message the reason. A pure function: used by the codec, and by the
 * client to mark an entry while a person types. */
bool cc_format_check(cc_format format,
                     const char *value,
                     size_t length,
                     const char **ret_code,
                     const char **ret_message,
                     const char **ret_hint);
