/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the first rows of a file as JSON, so that users can check the mapping in the dry run. */
#include "server/voters/ccd-import-sample.h"

#include <string.h>

#include "server/voters/ccd-date.h"

static void
sample_text(cc_str *out, const char *name, ccd_slice value)
{
  if (value.length == 0)
    return;
  cc_str_printf(out, ",\"%s\":", name);
  cc_str_add_json(out, value.text, value.length);
}

static void
sample_list(cc_str *out, const char *name, const ccd_slice *items, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    if (i == 0)
      cc_str_printf(out, ",\"%s\":[", name);
    else
      cc_str_add_char(out, ',');
    cc_str_add_json(out, items[i].text, items[i].length);
  }
  if (n > 0)
    cc_str_add_char(out, ']');
}

static void
sample_pairs(cc_str *out, const char *name, const ccd_voter_pair *pairs, size_t n, ccd_slice json)
{
  if (json.length > 0) {
    cc_str_printf(out, ",\"%s\":", name);
    cc_str_add_n(out, json.text, json.length);
    return;
  }
  for (size_t i = 0; i < n; i++) {
    if (i == 0)
      cc_str_printf(out, ",\"%s\":{", name);
    else
      cc_str_add_char(out, ',');
    cc_str_add_json(out, pairs[i].key, strlen(pairs[i].key));
    cc_str_add_char(out, ':');
    cc_str_add_json(out,
                    pairs[i].value.text != NULL ? pairs[i].value.text : "",
                    pairs[i].value.length);
  }
  if (n > 0)
    cc_str_add_char(out, '}');
}

static void
sample_residence(const ccd_voter_row *row, cc_str *out)
{
  const ccd_slice word = ccd_address_unit_word(&row->residence);
  sample_text(out, "address", row->residence.line);
  sample_text(out, "unit", row->residence.unit.length > 0 ? row->residence.unit : word);
  sample_text(out, "door", row->residence.address_key);
  sample_text(out, "zip4", row->zip4);
  sample_list(out, "mailing_address", row->mailing, row->n_mailing);
}

void
ccd_import_sample_row(const ccd_voter_row *row, cc_str *out)
{
  char birth[11], registered[11];
  int status = row->registration_status;
  ccd_date_format(row->birth, birth);
  ccd_date_format(row->registered_on, registered);
  cc_str_add(out, row->confidential ? "{\"confidential\":true" : "{\"confidential\":false");
  sample_text(out, "state_id", row->state_id);
  sample_text(out, "first_name", row->first_name);
  sample_text(out, "middle_name", row->middle_name);
  sample_text(out, "last_name", row->last_name);
  sample_text(out, "name_suffix", row->suffix);
  sample_text(out, "birth", ccd_slice_of(birth));
  sample_text(out, "sex", (ccd_slice){.text = &row->sex, .length = row->sex != '\0'});
  sample_text(out, "party", row->party);
  sample_text(out,
              "registration_status",
              ccd_slice_of(status > 0 ? cc_registration_status_enum.names[status - 1] : NULL));
  sample_text(out, "registered_on", ccd_slice_of(registered));
  if (!row->confidential)
    sample_residence(row, out);
  sample_text(out, "city", row->city);
  sample_text(out, "state", row->state);
  sample_text(out, "zip5", row->zip5);
  sample_text(out, "precinct", row->precinct);
  sample_text(out, "phone", row->n_phones > 0 ? row->phones[0] : (ccd_slice){0});
  sample_list(out, "phones", row->phones, row->n_phones);
  sample_text(out, "email", row->n_emails > 0 ? row->emails[0] : (ccd_slice){0});
  sample_list(out, "emails", row->emails, row->n_emails);
  sample_pairs(out, "districts", row->districts, row->n_districts, row->districts_json);
  sample_pairs(out, "vote_history", row->history, row->n_history, row->history_json);
  sample_pairs(out, "custom", row->custom, row->n_custom, row->custom_json);
  sample_text(out, "opted_out", row->opted_out);
  sample_text(out, "tags", row->tags);
  cc_str_add_char(out, '}');
}
