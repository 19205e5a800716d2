/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-docs-example.h"

#include <string.h>

#include "common/codec/cc-codec.h"

#define EXAMPLE_MAX (64u * 1024)

/* Number of fields in a curl command's body when the operation requires none. */
#define FIELDS_SHOWN 2

/* How an example is written: fields with one of the flags .left_out are left out; when .wanted
 * is set, only fields with one of its flags are written. */
typedef struct choice {
  unsigned left_out;
  unsigned wanted;
  size_t most;
} choice;

static size_t
write_members(const cc_type *type, choice what, cc_str *out)
{
  size_t n = 0;
  for (size_t i = 0; i < type->n_fields && n < what.most; i++) {
    const cc_field *field = &type->fields[i];
    if ((field->flags & what.left_out) != 0 ||
        (what.wanted != 0 && (field->flags & what.wanted) == 0))
      continue;
    cc_str_printf(out, "%s\n  \"%s\": ", n > 0 ? "," : "", field->name);
    cc_field_sample(field, out);
    n++;
  }
  return n;
}

/* Write the body of a curl command: the required fields; if there are none, the first ones. */
static void
write_body(const cc_type *type, cc_str *out)
{
  cc_str_add_char(out, '{');
  choice what = {.left_out = CC_READ_ONLY, .wanted = CC_REQUIRED, .most = SIZE_MAX};
  if (write_members(type, what, out) == 0) {
    what = (choice){.left_out = CC_READ_ONLY, .most = FIELDS_SHOWN};
    (void) write_members(type, what, out);
  }
  cc_str_add(out, "\n}");
}

/* Write the path, with a sample for each {parameter}. */
static void
write_path(const cc_op *op, cc_str *out)
{
  for (const char *at = op->path; *at != '\0'; at++) {
    if (*at != '{') {
      cc_str_add_char(out, *at);
      continue;
    }
    const char *end = strchr(at, '}');
    for (size_t i = 0; op->params != NULL && i < op->params->n_fields; i++) {
      const cc_field *field = &op->params->fields[i];
      if (field->name_length != (size_t) (end - at - 1) ||
          strncmp(field->name, at + 1, field->name_length) != 0)
        continue;
      cc_str sample = CC_STR_INIT(EXAMPLE_MAX);
      cc_field_sample(field, &sample);
      for (const char *c = sample.text; c != NULL && *c != '\0'; c++) {
        if (*c != '"')
          cc_str_add_char(out, *c);
      }
      cc_str_done(&sample);
    }
    at = end;
  }
}

/* Append @text in single quotes as the shell reads them. */
static void
add_quoted(const char *text, cc_str *out)
{
  cc_str_add_char(out, '\'');
  for (; *text != '\0'; text++) {
    if (*text == '\'')
      cc_str_add(out, "'\\''");
    else
      cc_str_add_char(out, *text);
  }
  cc_str_add_char(out, '\'');
}

static void
add_arguments(const ccd_route *route, cc_str *out)
{
  const cc_op *op = route->op;
  if (op->method != CC_GET)
    cc_str_printf(out, " -X %s", cc_method_name(op->method));
  if (route->right != CC_RIGHT_PUBLIC)
    cc_str_add(out, " \\\n  -H \"Authorization: Bearer $TOKEN\"");
  if (op->body_media != NULL) {
    const char *end = strchr(op->body_media, ',');
    int length = end == NULL ? (int) strlen(op->body_media) : (int) (end - op->body_media);
    cc_str_printf(out, " \\\n  -T FILE -H 'Content-Type: %.*s'", length, op->body_media);
  } else if (op->body != NULL) {
    cc_str body = CC_STR_INIT(EXAMPLE_MAX);
    write_body(op->body, &body);
    cc_str_add(out, " \\\n  --json ");
    add_quoted(body.text == NULL ? "{}" : body.text, out);
    cc_str_done(&body);
  }
}

void
ccd_docs_curl(const ccd_route *route, const char *url, cc_str *out)
{
  const cc_op *op = route->op;
  if (op->shape == CC_REPLY_SOCKET)
    return;
  cc_str command = CC_STR_INIT(EXAMPLE_MAX);
  cc_str_printf(&command, "curl -s '%s", url);
  write_path(op, &command);
  cc_str_add_char(&command, '\'');
  add_arguments(route, &command);
  cc_str_printf(out, "<div class=\"curl\" data-operation=\"%s\"><pre><code>", op->id);
  cc_str_add_html(out, command.text == NULL ? "" : command.text);
  cc_str_add(out, "</code></pre></div>");
  cc_str_done(&command);
}

static void
write_example(const char *title, const cc_type *type, choice what, bool list, cc_str *out)
{
  cc_str text = CC_STR_INIT(EXAMPLE_MAX);
  cc_str_add(&text, list ? "{\"data\": [{" : "{");
  (void) write_members(type, what, &text);
  cc_str_add(&text, list ? "\n}], \"next_cursor\": null}" : "\n}");
  cc_str_printf(out, "<details><summary>%s</summary><pre><code>", title);
  cc_str_add_html(out, text.text == NULL ? "" : text.text);
  cc_str_add(out, "</code></pre></details>");
  cc_str_done(&text);
}

void
ccd_docs_examples(const cc_op *op, cc_str *out)
{
  const choice body = {.left_out = CC_READ_ONLY, .most = SIZE_MAX};
  const choice reply = {.left_out = CC_WRITE_ONLY, .most = SIZE_MAX};
  if (op->body != NULL)
    write_example("Example of a body", op->body, body, /* list= */ false, out);
  if (op->reply != NULL)
    write_example(op->shape == CC_REPLY_SOCKET ? "Example of a message" : "Example of a reply",
                  op->reply,
                  reply,
                  op->shape == CC_REPLY_LIST,
                  out);
}
