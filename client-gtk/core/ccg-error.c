/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-error-private.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

typedef struct {
  CcgDoc *problem; /* NULL: the server did not answer, or not with a problem document */
  char *code;
} CcgErrorPrivate;

static void
ccg_error_private_init(CcgErrorPrivate *priv)
{
  g_assert(priv != NULL);
  priv->problem = NULL;
  priv->code = NULL;
}

static void
ccg_error_private_copy(const CcgErrorPrivate *from, CcgErrorPrivate *to)
{
  g_assert(from != NULL && to != NULL);
  to->problem = from->problem == NULL ? NULL : ccg_doc_ref(from->problem);
  to->code = g_strdup(from->code);
}

static void
ccg_error_private_clear(CcgErrorPrivate *priv)
{
  g_assert(priv != NULL);
  g_clear_pointer(&priv->problem, ccg_doc_unref);
  g_clear_pointer(&priv->code, g_free);
}

G_DEFINE_EXTENDED_ERROR(CcgError, ccg_error)

static CcgErrorPrivate *
parts(const GError *error)
{
  CcgErrorPrivate *priv = ccg_error_get_private(error);
  g_assert(priv != NULL);
  return priv;
}

GError *
ccg_error_new(cc_status status, const char *code, const char *message)
{
  GError *error = g_error_new_literal(CCG_ERROR, (int) status, message);
  parts(error)->code = g_strdup(code);
  return error;
}

static cc_status
status_of_http(unsigned http_status)
{
  if (http_status == 502 || http_status == 503 || http_status == 504)
    return CC_ERR_UNAVAILABLE;
  cc_status status = cc_status_from_http((int) http_status);
  return status == CC_OK ? CC_ERR_INTERNAL : status;
}

GError *
ccg_error_new_http(unsigned http_status, CcgDoc *problem)
{
  cc_status status = status_of_http(http_status);
  const cc_problem *said = problem == NULL ? NULL : ccg_doc_get_object(problem);
  const char *message = cc_status_title(status);
  if (said != NULL && said->detail != NULL)
    message = said->detail;
  else if (said != NULL && said->title != NULL)
    message = said->title;
  GError *error = ccg_error_new(status, said == NULL ? NULL : said->code, message);
  if (problem != NULL)
    parts(error)->problem = ccg_doc_ref(problem);
  return error;
}

GError *
ccg_error_new_network(const GError *cause)
{
  if (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_CANCELLED) || cause->domain == CCG_ERROR ||
      cause->domain == G_TLS_ERROR)
    return g_error_copy(cause);
  return ccg_error_new(CC_ERR_UNAVAILABLE, "unreachable", cause->message);
}

GError *
ccg_error_new_deadline(void)
{
  return ccg_error_new(CC_ERR_UNAVAILABLE, "deadline", "No answer within the deadline");
}

const cc_problem *
ccg_error_get_problem(const GError *error)
{
  if (error == NULL || error->domain != CCG_ERROR)
    return NULL;
  CcgDoc *problem = parts(error)->problem;
  return problem == NULL ? NULL : ccg_doc_get_object(problem);
}

const char *
ccg_error_get_code(const GError *error)
{
  if (error == NULL || error->domain != CCG_ERROR)
    return "";
  const char *code = parts(error)->code;
  return code == NULL ? "" : code;
}

gboolean
ccg_error_is_offline(const GError *error)
{
  return g_error_matches(error, CCG_ERROR, CC_ERR_UNAVAILABLE);
}

/* Sentences by the code of the problem; used before the sentences by status. */
static const struct {
  const char *code, *sentence;
} code_sentences[] = {
  {"unreachable", N_("The server cannot be reached.")},
  {"deadline", N_("The server did not answer in time.")},
  {"origin", N_("This is not a server address. Write it like https://campaign.example.org.")},
  {"wrong_credentials", N_("The e-mail address or the password is wrong.")},
  {"second_factor_required", N_("Enter the code of your authenticator app.")},
  {"second_factor_wrong", N_("The code is wrong or was used already.")},
  {"email_unverified", N_("Confirm your e-mail address first: see the mail that we sent you.")},
  {"no_organization", N_("You belong to no organization yet.")},
  {"answer_too_large", N_("The server's answer is too large.")},
  {"answer_type", N_("There is something else than Campaign Center at this address.")},
  {"answer_malformed", N_("The server's answer could not be understood.")},
  {"redirected", N_("The server has another address. Enter the one that it now has.")},
  {"store", N_("What the server sent could not be saved. This device may have no space left.")},
};

static const char *
sentence_of_status(cc_status status)
{
  switch ((int) status) {
  case CC_ERR_UNAUTHENTICATED:
    return N_("You are signed out. Sign in again.");
  case CC_ERR_FORBIDDEN:
    return N_("You do not have the right to do this.");
  case CC_ERR_NOT_FOUND:
    return N_("This is no longer there.");
  case CC_ERR_CONFLICT:
  case CC_ERR_PRECONDITION:
    return N_("Somebody else has changed this in the meantime.");
  case CC_ERR_INVALID:
    return N_("Something that was entered is not right.");
  case CC_ERR_RATE_LIMITED:
    return N_("Too many requests. Wait a moment and try again.");
  case CC_ERR_UNAVAILABLE:
    return N_("The server is not available. Try again later.");
  default:
    return N_("Something went wrong on the server. Try again later.");
  }
}

/* For these errors the server's sentence tells more than the client's: who checked the person
 * in, or which field is wrong. */
static gboolean
server_says_it_better(const GError *error)
{
  const cc_problem *problem = ccg_error_get_problem(error);
  return problem != NULL && problem->detail != NULL &&
         (error->code == CC_ERR_CONFLICT || error->code == CC_ERR_INVALID);
}

char *
ccg_error_describe(const GError *error)
{
  if (error->domain == G_TLS_ERROR)
    return g_strdup(_("The connection is not safe: the server's certificate is not valid."));
  if (error->domain != CCG_ERROR)
    return g_strdup(error->message);
  for (gsize i = 0; i < G_N_ELEMENTS(code_sentences); i++)
    if (g_str_equal(code_sentences[i].code, ccg_error_get_code(error)))
      return g_strdup(_(code_sentences[i].sentence));
  if (server_says_it_better(error))
    return g_strdup(error->message);
  return g_strdup(_(sentence_of_status((cc_status) error->code)));
}
