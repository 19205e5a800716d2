# SPDX-License-Identifier: GPL-3.0-or-later
"""For tests that call SQL without the server: the result of checking a contact, which the server passes to SQL
(server/rules/ccd-contact.c). tests/unit/test-rules.c tests the check itself; here outcome and answers are valid,
or the test names the error."""


def checked(sql, organization, body, refused=None):
    """The value of `checked`. sql(statement, *parameters) returns rows; refused: (field, code) of an error, or None."""
    made = {"outcome": True}
    steps = [answer["step_id"] for answer in body.get("answers") or []]
    found = sql("SELECT s.id, s.version FROM scripts s WHERE s.organization_id = %s AND s.id = COALESCE(%s, "
                "(SELECT t.script_id FROM script_steps t WHERE t.organization_id = %s AND t.id = %s))",
                organization, body.get("script_id"), organization, steps[0] if steps else None)
    if found and (steps or body.get("disposition") == "canvassed"):
        made.update(script_id=found[0][0], version=found[0][1])
    options = [answer["option_id"] for answer in body.get("answers") or [] if answer.get("option_id")]
    levels = sql("SELECT o.support_level FROM script_options o JOIN script_steps t ON t.organization_id = o.organization_id "
                 "AND t.id = o.step_id WHERE o.organization_id = %s AND o.id = ANY (%s) AND o.support_level IS NOT NULL "
                 "ORDER BY t.position DESC", organization, options)
    if levels:
        made["support_level"] = levels[0][0]
    if refused is not None:
        made["refused"] = {"field": refused[0], "code": refused[1], "message": "The server's rules say so."}
    return made
