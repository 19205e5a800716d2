-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Reads and normalizes the answers of a contact.

-- Returns the contents of answers, one row each: {"step_id": 7, "option_id": 9} (several for a
-- multiple-choice question), or with "text", "number" or "date". kind NULL: the answer is empty.
CREATE OR REPLACE FUNCTION contact_answer_rows(answers jsonb)
RETURNS TABLE (ord bigint, step_id bigint, kind text, option_id bigint, value text)
LANGUAGE sql IMMUTABLE
AS $$
  SELECT a.ord - 1, (a.item ->> 'step_id')::bigint, v.kind, v.option_id, v.value
  FROM jsonb_array_elements(answers) WITH ORDINALITY a (item, ord)
  LEFT JOIN LATERAL (
    SELECT 'option' AS kind, (a.item ->> 'option_id')::bigint AS option_id, NULL AS value
    WHERE a.item ->> 'option_id' IS NOT NULL
    UNION ALL
    SELECT k.name, NULL, a.item ->> k.name FROM (VALUES ('text'), ('number'), ('date')) k (name)
    WHERE a.item ->> k.name IS NOT NULL) v ON true
$$;

-- Returns the answers in the form in which they are stored and returned by the API.
CREATE OR REPLACE FUNCTION contact_answers_kept(answers jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
  RETURN (
    SELECT COALESCE(jsonb_agg(jsonb_build_object('step_id', a.step_id, 'option_id', a.option_id,
             'text', CASE a.kind WHEN 'text' THEN a.value END, 'number', CASE a.kind WHEN 'number' THEN a.value::numeric END,
             'date', CASE a.kind WHEN 'date' THEN a.value END) ORDER BY a.ord), '[]')
    FROM contact_answer_rows(answers) a);
END
$$;

GRANT EXECUTE ON FUNCTION contact_answer_rows(jsonb), contact_answers_kept(jsonb)
  TO campaign_api;
