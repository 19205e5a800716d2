/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/cc-time.h"

/* The one description of everything that travels: a plain struct beside a static const table of
 * its fields. From the table come decode with validation, encode, JSON Schema, encoding of database
 * rows, the mirror in the client's store, and test samples. See docs/internals/codec.md. */

typedef struct cc_type cc_type;

typedef enum cc_kind {
  CC_KIND_BOOL = 1, /* bool */
  CC_KIND_INT64,    /* int64_t */
  CC_KIND_DOUBLE,   /* double, finite */
  CC_KIND_STRING,   /* char *, NUL-terminated UTF-8 */
  CC_KIND_TIME,     /* cc_time; RFC 3339 on the wire */
  CC_KIND_ENUM,     /* int: 0 unset, 1 + index into .names; the name on the wire */
  CC_KIND_STRINGS,  /* cc_strings; array of strings */
  CC_KIND_JSON,     /* char *: text of any JSON object, kept as it is */
  CC_KIND_OBJECT,   /* T *; .type describes T */
  CC_KIND_LIST,     /* T ** and size_t n_<member>; .type describes T */
} cc_kind;

/* Rules for CC_KIND_STRING beyond its length. All refuse NUL and bytes that are not UTF-8. */
typedef enum cc_format {
  CC_FORMAT_TEXT = 0,   /* any text, line breaks and tabs included; kept byte for byte */
  CC_FORMAT_LINE,       /* one line: no control characters */
  CC_FORMAT_NAME,       /* a line that is not blank and neither begins nor ends with a space; kept
                         * as CC_FORMAT_WORDS */
  CC_FORMAT_WORDS,      /* a line that may be empty, kept with single blanks of one kind between its
                         * words and without characters of no width (cc_utf8_words) */
  CC_FORMAT_EMAIL,      /* an address as HTML's input type email takes it, in a domain with a dot,
                         * at most 254 bytes; NFC */
  CC_FORMAT_EMAIL_USED, /* one that was taken before; its domain may have a single label */
  CC_FORMAT_URL,        /* http or https, with a host that is in no private network */
  CC_FORMAT_SLUG,       /* a-z 0-9, single inner hyphens */
  CC_FORMAT_ZONE,       /* IANA time zone name known to the system */
  CC_FORMAT_PHONE,      /* + and 7 to 15 digits (E.164) after blanks, dots, hyphens, brackets; after
                         * +1 a number that the North American plan can have */
  CC_FORMAT_PHONE_USED, /* a number that was dialled, or that called: E.164 of any plan */
  CC_FORMAT_COUNTRY,    /* two capital letters of ISO 3166-1 */
  CC_FORMAT_UUID,       /* 8-4-4-4-12 hexadecimal digits */
  CC_FORMAT_DIGITS,     /* decimal digits only */
  CC_FORMAT_DATE,       /* YYYY-MM-DD, a day that there is */
} cc_format;

enum {
  CC_REQUIRED = 1 << 0,   /* the key must be there (not asked of a merge-patch) */
  CC_NULLABLE = 1 << 1,   /* null is allowed */
  CC_READ_ONLY = 1 << 2,  /* the server's: refused in a request body, always in a reply */
  CC_WRITE_ONLY = 1 << 3, /* never in a reply */
  CC_SECRET = 1 << 4,   /* never in a log, an audit row or a stored reply; password in the schema */
  CC_VERSION = 1 << 5,  /* the row's version: makes the ETag; read-only int64 */
  CC_REVISION = 1 << 6, /* grows without the version: the ETag is "version.revision" where the actor
                         * sees it, and If-Match compares the version alone; read-only int64 */

  /* What happens to the column of this name, in any table: the server makes statements from these,
   * see docs/internals/queries.md. They do not change what travels. */
  CC_IMPORTED = 1 << 7,    /* files fill it */
  CC_PERSONAL = 1 << 8,    /* tells something of a person: destroyed by a purge, never in the log */
  CC_EXPORTED = 1 << 9,    /* a column of the CSV export */
  CC_SEARCHABLE = 1 << 10, /* part of the text that a search looks at */
  CC_MERGEABLE = 1 << 11,  /* merging two records, and undoing it, writes it */
  CC_RESIDENCE = 1 << 12,  /* tells where a person lives: hidden where that is confidential */

  CC_NOT_BLANK = 1 << 13,    /* a text that says something: at least one character can be seen */
  CC_MAY_BE_EMPTY = 1 << 14, /* imports and purges leave "": a merge-patch may send it back */
};

/* Who may see a field: an actor sees the fields of its own level and below. */
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
  const char *code; /* of the error about a name that is none of these; NULL: "enum" */
} cc_enum;

/* Room for `,"name":` of the longest name, 28 characters; the compiler warns of a longer one. A
 * constant, so that a key is copied without a loop. */
#define CC_KEY_BYTES 32

typedef struct cc_field {
  char key[CC_KEY_BYTES]; /* `,"name":`, as an encode writes it */
  const char *name;
  const char *doc;      /* one sentence, goes into the OpenAPI document */
  const char *example;  /* JSON literal; NULL: made from kind and format */
  const char *fallback; /* JSON literal used when a create body lacks the key; NULL: none */
  const cc_type *type;  /* OBJECT, LIST */
  const cc_enum
    *names;         /* ENUM; STRINGS: what each item may be; JSON: its keys, each true or false */
  int64_t min, max; /* code points, value, year or number of items; both 0: see CC_LENGTH_MAX */
  uint16_t offset;
  uint16_t count_offset; /* LIST: offset of n_<member> */
  uint16_t flags;
  uint8_t name_length;
  uint8_t kind;   /* cc_kind */
  uint8_t format; /* cc_format */
  uint8_t view;   /* cc_view */
  bool boxed;     /* the member is a pointer to the value, NULL = null */
} cc_field;

struct cc_type {
  const char *name; /* schema name, such as "Event" */
  const char *doc;
  const cc_field *fields;
  uint16_t n_fields; /* at most CC_FIELDS_MAX */
  uint16_t size;     /* sizeof the struct */
};

#define CC_FIELDS_MAX 128
#define CC_LENGTH_MAX 10000 /* code points of a string whose row gives no maximum */

/* Limits of a time that people plan or remember. None for what a device's clock says: a clock may
 * be wrong, and the work is not lost for it. */
#define CC_YEARS .min = 1900, .max = 2199

/* Which fields of a body were present, by index. */
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

/* Scalars that can be null: the member is a pointer, NULL = null or absent. */
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

/* Is @value's text (with @length bytes) right for the field's format? On failure @ret_reason names
 * the code ("email", "slug") and @ret_message the reason. Pure: used by the codec and by the client
 * for marking an entry while a person types. */
bool cc_format_check(cc_format format,
                     const char *value,
                     size_t length,
                     const char **ret_code,
                     const char **ret_message,
                     const char **ret_hint);
