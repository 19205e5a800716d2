/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-docs.h"

#include <ctype.h>
#include <string.h>

#include "common/api/cc-code.h"
#include "common/codec/cc-codec.h"
#include "server/engine/ccd-docs-example.h"
#include "server/engine/ccd-openapi-replies.h"
#include "server/engine/ccd-openapi.h"

/* The page of the API for people at /docs: navigation, operations with examples, error codes. The
 * style sheet and the script, which only adds search and copy buttons, are in server/platform. */

/* Describe a field's type: "text, 1 to 255", "one of public, unlisted, private", "time or null". */
static void
write_shape(const cc_field *field, cc_str *out)
{
  static const char *const kinds[] = {
    [CC_KIND_BOOL] = "true or false",
    [CC_KIND_INT64] = "whole number",
    [CC_KIND_DOUBLE] = "number",
    [CC_KIND_STRING] = "text",
    [CC_KIND_TIME] = "time",
    [CC_KIND_ENUM] = "one of ",
    [CC_KIND_STRINGS] = "texts",
    [CC_KIND_JSON] = "object",
    [CC_KIND_OBJECT] = "object",
    [CC_KIND_LIST] = "list",
  };
  cc_str_add(out, kinds[field->kind]);
  for (size_t i = 0; field->names != NULL && i < field->names->n; i++)
    cc_str_printf(out, i == 0 ? "%s" : ", %s", field->names->names[i]);
  if (field->max != 0 && field->max != INT64_MAX)
    cc_str_printf(out, ", %lld to %lld", (long long) field->min, (long long) field->max);
  if (field->flags & CC_NULLABLE)
    cc_str_add(out, ", or null");
  if (field->flags & CC_REQUIRED)
    cc_str_add(out, "; <b>required</b>");
  if (field->fallback != NULL) {
    cc_str_add(out, "; when left out <code>");
    cc_str_add_html(out, field->fallback);
    cc_str_add(out, "</code>");
  }
}

static void
write_fields(const cc_type *type, unsigned left_out, cc_str *out)
{
  cc_str_add(out,
             "<table><thead><tr><th scope=\"col\">Field</th><th scope=\"col\">Value</th>"
             "<th scope=\"col\">Example</th><th scope=\"col\">Meaning</th></tr></thead><tbody>");
  for (size_t i = 0; i < type->n_fields; i++) {
    const cc_field *field = &type->fields[i];
    if (field->flags & left_out)
      continue;
    cc_str sample = CC_STR_INIT(4096);
    cc_field_sample(field, &sample);
    cc_str_printf(out, "<tr><td><code>%s</code></td><td>", field->name);
    write_shape(field, out);
    cc_str_add(out, "</td><td><code>");
    cc_str_add_html(out, sample.text == NULL ? "" : sample.text);
    cc_str_add(out, "</code></td><td>");
    cc_str_add_html(out, field->doc == NULL ? "" : field->doc);
    cc_str_add(out, "</td></tr>");
    cc_str_done(&sample);
  }
  cc_str_add(out, "</tbody></table>");
}

static void
write_errors(const ccd_route *route, cc_str *out)
{
  unsigned errors = ccd_route_errors(route);
  int last = 0;
  cc_str_add(out, "<p><a href=\"#codes\">Errors</a>:");
  for (int status = 1; status < _CC_STATUS_MAX; status++) {
    int code = cc_status_http((cc_status) status);
    if (!(errors & CC_ERR_BIT(status)) || code == last)
      continue;
    last = code;
    cc_str_printf(out, " %d <code>%s</code>", code, cc_status_type((cc_status) status));
  }
  cc_str_add(out, "</p>");
}

static void
write_part(const char *title, const cc_type *type, unsigned left_out, cc_str *out)
{
  if (type == NULL)
    return;
  cc_str_printf(out, "<details><summary>%s</summary>", title);
  write_fields(type, left_out, out);
  cc_str_add(out, "</details>");
}

static void
write_media(const char *title, const char *media, cc_str *out)
{
  if (media != NULL)
    cc_str_printf(out, "<p>%s: <code>%s</code>.</p>", title, media);
}

static void
write_op(const ccd_route *route, const char *url, cc_str *out)
{
  const cc_op *op = route->op;
  cc_str_printf(out,
                "<section id=\"%s\"><h3>%s</h3><p class=\"route\"><span class=\"method\">%s</span> "
                "<code>",
                op->id,
                op->id,
                cc_method_name(op->method));
  cc_str_add_html(out, op->path);
  cc_str_add(out, "</code></p><p>");
  cc_str_add_html(out, op->summary);
  if (op->doc != NULL) {
    cc_str_add_char(out, ' ');
    cc_str_add_html(out, op->doc);
  }
  cc_str_printf(out,
                "</p><p>Right: <code>%s</code>. Rate limit: <code>%s</code>.</p>",
                cc_right_name(route->right),
                ccd_limit_name(route->limit));
  ccd_docs_curl(route, url, out);
  write_part("Path", op->params, 0, out);
  write_part("Query", op->query, 0, out);
  write_part("Body", op->body, CC_READ_ONLY, out);
  write_media("Body", op->body_media, out);
  write_media("Reply", op->media, out);
  write_part(op->shape == CC_REPLY_LIST ? "Reply: a page of" : "Reply",
             op->reply,
             CC_WRITE_ONLY,
             out);
  ccd_docs_examples(op, out);
  write_errors(route, out);
  cc_str_add(out, "</section>");
}

static bool
tag_seen(const cc_op *const *op)
{
  for (const cc_op *const *before = cc_ops; before != op; before++) {
    if (strcmp((*before)->tag, (*op)->tag) == 0)
      return true;
  }
  return false;
}

/* Append a tag as an anchor: "Phone banks" becomes "phone-banks". */
static void
add_anchor(const char *tag, cc_str *out)
{
  for (; *tag != '\0'; tag++)
    cc_str_add_char(out, *tag == ' ' ? '-' : (char) tolower((unsigned char) *tag));
}

static void
write_tag(const ccd_route *const *tables, const char *tag, const char *url, cc_str *out)
{
  cc_str_add(out, "<h2 id=\"");
  add_anchor(tag, out);
  cc_str_printf(out, "\" data-tag=\"%s\">%s</h2>", tag, tag);
  for (; *tables != NULL; tables++) {
    for (const ccd_route *route = *tables; route->op != NULL; route++) {
      if (strcmp(route->op->tag, tag) == 0)
        write_op(route, url, out);
    }
  }
}

static void
write_codes(const cc_code *codes, cc_str *out)
{
  for (; codes->code != NULL; codes++) {
    cc_str_printf(out, "<tr><td><code>%s</code></td><td>%s</td><td>", codes->code, codes->statuses);
    cc_str_add_html(out, codes->meaning);
    cc_str_add(out, "</td><td>");
    cc_str_add_html(out, codes->way_out);
    cc_str_add(out, "</td></tr>");
  }
}

static void
write_all_codes(cc_str *out)
{
  cc_str_add(out,
             "<h2>Errors</h2><section id=\"codes\"><h3>Error codes</h3><p>Every error is a problem "
             "document (RFC 9457) with a <code>code</code>.</p><table><thead><tr>"
             "<th scope=\"col\">Code</th><th scope=\"col\">Status</th><th scope=\"col\">Meaning"
             "</th><th scope=\"col\">What to do</th></tr></thead><tbody>");
  write_codes(cc_codes_general, out);
  write_codes(cc_codes_feature, out);
  cc_str_add(out, "</tbody></table></section>");
}

/* Write the navigation: tags with their operations, and the error codes. */
static void
write_navigation(cc_str *out)
{
  cc_str_add(out, "<nav aria-label=\"Operations\">");
  for (const cc_op *const *op = cc_ops; *op != NULL; op++) {
    if (tag_seen(op))
      continue;
    cc_str_printf(out,
                  "<details data-tag=\"%s\"><summary>%s</summary><ul>",
                  (*op)->tag,
                  (*op)->tag);
    for (const cc_op *const *each = op; *each != NULL; each++) {
      if (strcmp((*each)->tag, (*op)->tag) == 0)
        cc_str_printf(out, "<li><a href=\"#%s\">%s</a></li>", (*each)->id, (*each)->id);
    }
    cc_str_add(out, "</ul></details>");
  }
  cc_str_add(out, "<a href=\"#codes\">Error codes</a></nav>");
}

void
ccd_docs_write(const ccd_route *const *tables, const char *url, cc_str *out)
{
  cc_str_add(out,
             "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
             "name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
             "<title>Campaign Center API</title><link rel=\"stylesheet\" "
             "href=\"/docs/style.css\"><script src=\"/docs/script.js\" defer></script></head><body>"
             "<a class=\"skip\" href=\"#operations\">Skip to the operations</a>"
             "<header><h1>Campaign Center API</h1><p>For programs: <a "
             "href=\"/openapi.json\">openapi.json</a> (OpenAPI 3.1). The curl commands expect a "
             "token in "
             "<code>$TOKEN</code>: see <a href=\"#signIn\">signIn</a> or <a "
             "href=\"#createApiToken\">createApiToken</a>.</p>"
             "<label for=\"search\" hidden>Search operations, fields and codes (press /)</label>"
             "<input id=\"search\" type=\"search\" autocomplete=\"off\" hidden>"
             "<p id=\"found\" role=\"status\"></p></header><div class=\"page\">");
  write_navigation(out);
  cc_str_add(out, "<main id=\"operations\">");
  for (const cc_op *const *op = cc_ops; *op != NULL; op++) {
    if (!tag_seen(op))
      write_tag(tables, (*op)->tag, url, out);
  }
  write_all_codes(out);
  cc_str_add(out, "</main></div></body></html>");
}
