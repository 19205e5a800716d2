/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "server/data/ccd-db-private.h"
#include "server/data/ccd-parts.h"

/* Check at start: expand the parts of queries that are made from types, prepare every query on
 * one connection, and compare the server's description of its columns with the types that read
 * them. */

#define SQL_MAX (256 * 1024)

/* OIDs of pg_type.dat, which never change. */
typedef struct pg_type {
  Oid oid;
  const char *name;
} pg_type;

static const pg_type pg_types[] = {
  {16, "boolean"},
  {17, "bytea"},
  {19, "name"},
  {20, "bigint"},
  {21, "smallint"},
  {23, "integer"},
  {25, "text"},
  {114, "json"},
  {700, "real"},
  {701, "double precision"},
  {1042, "character"},
  {1043, "character varying"},
  {1082, "date"},
  {1083, "time"},
  {1114, "timestamp without time zone"},
  {1184, "timestamptz"},
  {1186, "interval"},
  {1700, "numeric"},
  {2950, "uuid"},
  {3802, "jsonb"},
  {5069, "xid8"},
  {1009, "text[]"},
  {1016, "bigint[]"},
};

/* A kind of field, and the PostgreSQL types of columns that can fill it. */
typedef struct fit {
  cc_kind kind;
  const char *needs;
  Oid oids[7];
} fit;

static const fit fits[] = {
  {CC_KIND_BOOL, "boolean", {16}},
  {CC_KIND_INT64, "bigint, integer or smallint", {20, 23, 21}},
  {CC_KIND_DOUBLE, "double precision, real or numeric", {701, 700, 1700, 20, 23, 21}},
  {CC_KIND_STRING, "text", {25, 1043, 1042, 2950, 1082}},
  {CC_KIND_TIME, "timestamptz", {1184}},
  {CC_KIND_ENUM, "text", {25, 1043, 1042}},
  {CC_KIND_STRINGS, "jsonb", {3802, 114}},
  {CC_KIND_JSON, "jsonb", {3802, 114}},
  {CC_KIND_OBJECT, "jsonb", {3802, 114}},
  {CC_KIND_LIST, "jsonb", {3802, 114}},
};

static const char *
type_name(Oid oid)
{
  for (size_t i = 0; i < CC_N(pg_types); i++) {
    if (pg_types[i].oid == oid)
      return pg_types[i].name;
  }
  return "of another type";
}

/* Append the fields of @type as columns. Fields that have a flag of @without are left out, and
 * so are fields that @view may not see, because a restricted role could not read their columns. */
static void
add_columns(cc_str *out,
            const cc_type *type,
            unsigned without,
            cc_view view,
            const char *alias,
            size_t alias_length)
{
  const char *comma = "";
  for (size_t i = 0; i < type->n_fields; i++) {
    if ((type->fields[i].flags & without) || type->fields[i].view > (int) view)
      continue;
    cc_str_add(out, comma);
    comma = ", ";
    if (alias_length > 0) {
      cc_str_add_n(out, alias, alias_length);
      cc_str_add_char(out, '.');
    }
    cc_str_printf(out, "\"%s\"", type->fields[i].name);
  }
}

/* A part such as {columns e}: its keyword, alias and end. */
typedef struct part {
  bool writable;
  const char *alias;
  size_t alias_length;
  const char *end;
} part;

/* Find the next part, such as {columns e}, at or after @sql; NULL: none. The build guarantees
 * that parts are complete. */
static const char *
find_part(const char *sql, part *ret)
{
  for (const char *at = strchr(sql, '{'); at != NULL; at = strchr(at + 1, '{')) {
    size_t word = strcspn(at + 1, " }");
    bool columns = word == 7 && strncmp(at + 1, "columns", word) == 0;
    ret->writable = word == 8 && strncmp(at + 1, "writable", word) == 0;
    if (!columns && !ret->writable)
      continue;
    const char *alias = at + 1 + word;
    while (*alias == ' ')
      alias++;
    ret->alias = alias;
    ret->alias_length = strcspn(alias, "}");
    ret->end = alias + ret->alias_length + (alias[ret->alias_length] == '}' ? 1 : 0);
    return at;
  }
  return NULL;
}

/* Expand the parts of a query that name their type, such as {Voter.exported: v.@}, from the
 * types of all uses. *ret is NULL when no use has the type: then the query belongs to another
 * program. */
static cc_status
expand_named(const ccd_query *query,
             const ccd_query_use *uses,
             size_t n_uses,
             char **ret,
             cc_error *reterr)
{
  const cc_type **types = calloc(2 * n_uses + 1, sizeof(*types));
  if (types == NULL)
    return cc_fail_memory(reterr);
  size_t n = 0;
  for (size_t i = 0; i < n_uses; i++) {
    if (uses[i].reply != NULL)
      types[n++] = uses[i].reply;
    if (uses[i].body != NULL)
      types[n++] = uses[i].body;
  }
  cc_str out = CC_STR_INIT(SQL_MAX);
  cc_error why = {0};
  cc_status status = ccd_parts_expand(query->sql, types, &out, &why);
  free(types);
  *ret = status == CC_OK ? cc_str_take(&out, /* ret_length= */ NULL) : NULL;
  cc_str_done(&out);
  if (status == CC_OK || status == CC_ERR_NOT_FOUND)
    return CC_OK;
  return cc_fail(reterr,
                 status,
                 "query",
                 "query %s (%s): %s",
                 query->name,
                 query->source,
                 why.message);
}

/* Expand the text of a query for one use. NULL: the use has no type for some part, or memory is
 * exhausted. */
static char *
expanded_text(const char *sql, const ccd_query_use *use)
{
  cc_str out = CC_STR_INIT(SQL_MAX);
  part found;
  for (const char *at = find_part(sql, &found); at != NULL; at = find_part(sql, &found)) {
    const cc_type *type = use == NULL ? NULL : (found.writable ? use->body : use->reply);
    if (type == NULL) {
      cc_str_done(&out);
      return NULL;
    }
    cc_str_add_n(&out, sql, (size_t) (at - sql));
    add_columns(&out,
                type,
                found.writable ? CC_READ_ONLY | CC_SECRET : CC_WRITE_ONLY,
                found.writable ? CC_VIEW_ADMIN : use->view,
                found.alias,
                found.alias_length);
    sql = found.end;
  }
  cc_str_add(&out, sql);
  return cc_str_take(&out, /* ret_length= */ NULL);
}

/* Expand @sql for each use of @query: all expansions must be equal. */
static cc_status
expand_uses(ccd_statement *statement,
            const ccd_query *query,
            const char *sql,
            const ccd_query_use *uses,
            size_t n_uses,
            cc_error *reterr)
{
  for (size_t i = 0; i < n_uses; i++) {
    if (uses[i].query != query)
      continue;
    char *made = expanded_text(sql, &uses[i]);
    if (made == NULL)
      continue;
    if (statement->sql == NULL) {
      statement->sql = made;
      continue;
    }
    bool same = strcmp(statement->sql, made) == 0;
    free(made);
    if (!same)
      return cc_fail(reterr,
                     CC_ERR_INTERNAL,
                     "query",
                     "query %s (%s): two uses have different columns; the second one is %s",
                     query->name,
                     query->source,
                     uses[i].reply != NULL ? uses[i].reply->name : "without a reply");
  }
  return CC_OK;
}

static cc_status
expand_query(ccd_db *db,
             const ccd_query *query,
             const ccd_query_use *uses,
             size_t n_uses,
             cc_error *reterr)
{
  ccd_statement *statement = &db->statements[query->index];
  *statement = (ccd_statement){.name = query->name, .n_params = query->n_params};
  char *sql = NULL;
  part found;
  cc_status status = expand_named(query, uses, n_uses, &sql, reterr);
  if (sql == NULL)
    return status;
  if (find_part(sql, &found) == NULL) {
    statement->sql = sql;
    return CC_OK;
  }
  status = expand_uses(statement, query, sql, uses, n_uses, reterr);
  free(sql);
  return status;
}

cc_status
ccd_db_expand(ccd_db *db, const ccd_query_use *uses, size_t n_uses, cc_error *reterr)
{
  db->n_statements = ccd_n_queries + _CCD_ST_MAX;
  db->statements = calloc((size_t) db->n_statements, sizeof(*db->statements));
  db->maps = calloc((size_t) ccd_n_queries + 1, sizeof(*db->maps));
  if (db->statements == NULL || db->maps == NULL)
    return cc_fail_memory(reterr);

  memcpy(db->statements + ccd_n_queries, ccd_internal_statements, sizeof(ccd_internal_statements));
  for (int i = 0; i < ccd_n_queries; i++) {
    cc_status status = expand_query(db, ccd_queries[i], uses, n_uses, reterr);
    if (status != CC_OK)
      return status;
  }
  return CC_OK;
}

/* Compute the line of an error in the file of the query: the expanded text has the same line
 * breaks as the file. */
static long long
line_of(const ccd_query *query, const char *sql, const PGresult *result)
{
  const char *colon = strrchr(query->source, ':');
  long long line = colon != NULL ? strtoll(colon + 1, NULL, 10) : 0;
  const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
  long long characters = position != NULL ? strtoll(position, NULL, 10) : 1;
  for (const char *at = sql; *at != '\0' && characters > 1; at++) {
    if (((unsigned char) *at & 0xC0) != 0x80)
      characters--;
    if (*at == '\n')
      line++;
  }
  return line;
}

static cc_status
prepare_failed(const ccd_db *db, const ccd_query *query, const PGresult *result, cc_error *reterr)
{
  const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const char *colon = strrchr(query->source, ':');
  return cc_fail(reterr,
                 CC_ERR_INTERNAL,
                 "query",
                 "query %s (%.*s:%lld): %s",
                 query->name,
                 (int) (colon - query->source),
                 query->source,
                 line_of(query, db->statements[query->index].sql, result),
                 primary != NULL ? primary : "cannot be prepared");
}

static const fit *
find_column_types(cc_kind kind)
{
  for (size_t i = 0; i < CC_N(fits); i++) {
    if (fits[i].kind == kind)
      return &fits[i];
  }
  return NULL;
}

static bool
fits_oid(const fit *which, Oid oid)
{
  for (size_t i = 0; i < CC_N(which->oids); i++) {
    if (which->oids[i] == oid)
      return true;
  }
  return false;
}

static cc_status
check_field(const ccd_query *query,
            const cc_type *type,
            const cc_field *field,
            const PGresult *result,
            int column,
            cc_error *reterr)
{
  if (column < 0)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "query",
                   "query %s (%s): no column for field %s.%s",
                   query->name,
                   query->source,
                   type->name,
                   field->name);
  const fit *which = find_column_types((cc_kind) field->kind);
  if (which == NULL || fits_oid(which, PQftype(result, column)))
    return CC_OK;
  return cc_fail(reterr,
                 CC_ERR_INTERNAL,
                 "query",
                 "query %s (%s): column \"%s\" of field %s.%s is %s, needs %s",
                 query->name,
                 query->source,
                 PQfname(result, column),
                 type->name,
                 field->name,
                 type_name(PQftype(result, column)),
                 which->needs);
}

static int
find_column(const PGresult *result, const char *name)
{
  for (int i = 0; i < PQnfields(result); i++) {
    if (strcmp(PQfname(result, i), name) == 0)
      return i;
  }
  return -1;
}

/* Store the column map of one use, and check it against its type. */
static cc_status
map_query_use(ccd_db *db, const ccd_query_use *use, const PGresult *result, cc_error *reterr)
{
  const ccd_query *query = use->query;
  const cc_type *type = use->reply;
  if (PQnparams(result) != query->n_params)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "query",
                   "query %s (%s): has %d parameters, the table says %d",
                   query->name,
                   query->source,
                   PQnparams(result),
                   query->n_params);
  if (PQnfields(result) > CCD_COLUMNS_MAX)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "query",
                   "query %s (%s): too many columns",
                   query->name,
                   query->source);
  if (type == NULL)
    return CC_OK;

  ccd_map *map = calloc(1, sizeof(*map));
  if (map == NULL)
    return cc_fail_memory(reterr);
  map->next = db->maps[query->index];
  db->maps[query->index] = map;
  map->map.type = type;
  for (size_t i = 0; i < type->n_fields; i++) {
    const cc_field *field = &type->fields[i];
    int column = find_column(result, field->name);
    map->map.column[i] = (int16_t) column;
    bool must = use->checked && field->view <= (int) use->view && !(field->flags & CC_WRITE_ONLY);
    cc_status status = must ? check_field(query, type, field, result, column, reterr) : CC_OK;
    if (status != CC_OK)
      return status;
  }
  return CC_OK;
}

/* The description of one query has arrived: check every use against it. */
static cc_status
check_description(ccd_db *db,
                  const ccd_query *query,
                  const ccd_query_use *uses,
                  size_t n_uses,
                  const PGresult *result,
                  cc_error *reterr)
{
  for (size_t i = 0; i < n_uses; i++) {
    if (uses[i].query != query)
      continue;
    cc_status status = map_query_use(db, &uses[i], result, reterr);
    if (status != CC_OK)
      return status;
  }
  return CC_OK;
}

/* Read one result and the NULL after it. The caller clears the result, also on failure. */
static cc_status
read_command_result(ccd_db_conn *conn, PGresult **ret, cc_error *reterr)
{
  cc_status status = ccd_conn_next(conn, ret, reterr);
  bool more = *ret != NULL;
  while (status == CC_OK && more) {
    PGresult *next = NULL;
    status = ccd_conn_next(conn, &next, reterr);
    more = next != NULL;
    PQclear(next);
  }
  return status;
}

/* Send Parse and Describe of every query without waiting for each reply. */
static bool
send_all_prepares(ccd_db_conn *conn)
{
  ccd_db *db = conn->db;
  for (int i = 0; i < ccd_n_queries; i++) {
    const ccd_statement *statement = &db->statements[i];
    if (statement->sql == NULL)
      continue;
    if (!PQsendPrepare(conn->pg, statement->name, statement->sql, 0, /* paramTypes= */ NULL) ||
        !PQsendDescribePrepared(conn->pg, statement->name))
      return false;
  }
  return PQpipelineSync(conn->pg) == 1;
}

static cc_status
read_query(ccd_db_conn *conn,
           const ccd_query *query,
           const ccd_query_use *uses,
           size_t n_uses,
           cc_error *reterr)
{
  PGresult *prepared = NULL, *described = NULL;
  cc_status status = read_command_result(conn, &prepared, reterr);
  if (status == CC_OK && PQresultStatus(prepared) != PGRES_COMMAND_OK)
    status = prepare_failed(conn->db, query, prepared, reterr);
  else if (status == CC_OK)
    status = read_command_result(conn, &described, reterr);
  if (status == CC_OK && described != NULL) {
    conn->prepared[query->index] = true;
    status = check_description(conn->db, query, uses, n_uses, described, reterr);
  }
  PQclear(prepared);
  PQclear(described);
  return status;
}

cc_status
ccd_db_check(ccd_db_conn *conn, const ccd_query_use *uses, size_t n_uses, cc_error *reterr)
{
  if (!send_all_prepares(conn))
    return ccd_conn_lost(conn, /* timed_out= */ false, reterr);
  for (int i = 0; i < ccd_n_queries; i++) {
    if (conn->db->statements[i].sql == NULL)
      continue;
    cc_status status = read_query(conn, ccd_queries[i], uses, n_uses, reterr);
    if (status != CC_OK)
      return status;
  }
  PGresult *sync = NULL;
  cc_status status = ccd_conn_next(conn, &sync, reterr);
  PQclear(sync);
  return status;
}
