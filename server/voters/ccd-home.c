/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes a parsed residence as JSON; see ccd-home.h. */
#include "server/voters/ccd-home.h"

void
ccd_home_add_member(cc_str *out, const char *name, ccd_slice value)
{
  bool first = out->length == 0 || out->text[out->length - 1] == '{';
  cc_str_printf(out, "%s\"%s\":", first ? "" : ",", name);
  cc_str_add_json(out, value.text == NULL ? "" : value.text, value.length);
}

cc_status
ccd_home_add(const ccd_residence *residence, cc_arena *scratch, cc_str *out)
{
  ccd_address parsed;
  bool is_unit = true;
  cc_status status = ccd_residence_parse(residence, scratch, &parsed, &is_unit);
  if (status != CC_OK)
    return status;
  const char *number = ccd_address_number_text(&parsed, scratch);
  const char *street = ccd_address_street_text(&parsed, scratch);
  const char *unit = ccd_address_unit_text(&parsed, scratch);
  if (number == NULL || street == NULL || unit == NULL)
    return CC_ERR_NO_MEMORY;
  /* The line of the building is the given line. If the given line contains a unit or lacks the
   * number, number and street are used instead. */
  ccd_address alone;
  status = ccd_address_parse(residence->line, residence->zip5, scratch, &alone);
  bool whole = alone.unit_type.length > 0 || residence->number.length > 0;
  const char *line = whole ? cc_arena_printf(scratch, "%s %s", number, street) : NULL;
  if (status != CC_OK || (whole && line == NULL))
    return CC_ERR_NO_MEMORY;
  ccd_home_add_member(out, "address_key", parsed.address_key);
  ccd_home_add_member(out, "building_key", parsed.building_key);
  ccd_home_add_member(out, "street_key", parsed.street_key);
  ccd_home_add_member(out, "number", ccd_slice_of(number));
  ccd_home_add_member(out, "street", ccd_slice_of(street));
  ccd_home_add_member(out, "unit", is_unit ? ccd_slice_of(unit) : residence->unit);
  ccd_home_add_member(out, "line", whole ? ccd_slice_of(line) : alone.line);
  ccd_home_add_member(out, "zip5", residence->zip5);
  return CC_OK;
}
