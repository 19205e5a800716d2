-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What answers say and whether they fit the script.

-- What an answer says, one row each: {"step_id": 7, "option_id": 9} (several for a multi, or "option_ids"),
-- or with "text", "number" or "date". kind NULL: it says nothing.
CREATE OR REPLACE FUNCTION contact_said(answers jsonb)
RETURNS TABLE (ord bigint, step_id bigint, kind text, option_id bigint, value text)
LANGUAGE sql IMMUTABLE
AS $$
  SELECT a.ord - 1, (a.item ->> 'step_id')::bigint, v.kind, v.option_id, v.value
  FROM jsonb_array_elements(answers) WITH ORDINALITY a (item, ord)
  LEFT JOIN LATERAL (
    SELECT 'option' AS kind, (a.item ->> 'option_id')::bigint AS option_id, NULL AS value
    WHERE a.item ->> 'option_id' IS NOT NULL
    UNION ALL
    SELECT 'option', o.id::bigint, NULL
    FROM jsonb_array_elements_text(CASE jsonb_typeof(a.item -> 'option_ids') WHEN 'array'
                                   THEN a.item -> 'option_ids' ELSE '[]' END) o (id)
    UNION ALL
    SELECT k.name, NULL, a.item ->> k.name FROM (VALUES ('text'), ('number'), ('date')) k (name)
    WHERE a.item ->> k.name IS NOT NULL) v ON true
$$;

-- Answers in the one form in which they are kept and given out.
CREATE OR REPLACE FUNCTION contact_answers_kept(answers jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
  SELECT COALESCE(jsonb_agg(jsonb_build_object('step_id', a.step_id, 'option_id', a.option_id,
           'text', CASE a.kind WHEN 'text' THEN a.value END, 'number', CASE a.kind WHEN 'number' THEN a.value::numeric END,
           'date', CASE a.kind WHEN 'date' THEN a.value END) ORDER BY a.ord), '[]')
  FROM contact_said(answers) a
$$;

-- The first answer that does not fit its question, told as a wrong field.
CREATE OR REPLACE FUNCTION contact_check_answers(organization bigint, script bigint, answers jsonb) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  wrong record;
BEGIN
  SELECT a.ord, f.code, f.message INTO wrong
    FROM (SELECT w.*, count(*) OVER (PARTITION BY w.step_id) AS n FROM contact_said(answers) w) a
    LEFT JOIN script_steps s ON s.organization_id = organization AND s.id = a.step_id AND s.script_id = script
    LEFT JOIN script_options o ON o.organization_id = organization AND o.id = a.option_id
    LEFT JOIN answer_kinds k ON k.step = s.kind AND k.answer = a.kind
    CROSS JOIN LATERAL (VALUES
      (1, s.id IS NULL, 'unknown_step', 'This question is not in the script.'),
      (2, a.kind IS NULL, 'required', 'This answer says nothing.'),
      (3, s.kind = 'text', 'wrong_kind', 'This step is a text to read out: nobody answers it.'),
      (4, k.step IS NULL, 'wrong_kind',
       (SELECT min(w.message) FROM answer_kinds w WHERE w.step = s.kind)),
      (5, a.kind = 'option' AND o.id IS NULL, 'unknown_option', 'There is no such option.'),
      (6, a.kind = 'option' AND o.step_id <> s.id, 'other_step', 'This option belongs to another question.'),
      (7, a.n > 1 AND s.kind <> 'multi', 'one_answer', 'This question takes one answer.'),
      (8, a.kind = 'number' AND a.value !~ '^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?$', 'wrong_kind',
       'This question is answered with a number.'),
      (9, a.kind = 'date' AND a.value !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', 'wrong_kind',
       'This question is answered with a date, as 2026-11-03.')) f (rank, holds, code, message)
    WHERE f.holds ORDER BY a.ord, f.rank LIMIT 1;
  IF NOT FOUND THEN
    SELECT a.ord, 'scale' AS code, 'This number is outside the scale.' AS message INTO wrong
      FROM contact_said(answers) a
      JOIN script_steps s ON s.organization_id = organization AND s.id = a.step_id
      WHERE a.kind = 'number' AND (
        s.kind = 'support' AND a.value NOT IN ('1', '2', '3', '4', '5')
        OR s.kind = 'scale' AND a.value::numeric NOT BETWEEN COALESCE(s.scale_min, 1) AND COALESCE(s.scale_max, 5))
      ORDER BY a.ord LIMIT 1;
  END IF;
  IF wrong.code IS NOT NULL THEN
    PERFORM refuse_field('answers/' || wrong.ord, wrong.code, wrong.message);
  END IF;
END
$$;

-- A question that must be asked and was shown has an answer. One that the script got after the talk was not
-- there to be asked: an old pack is no reason to lose what somebody said.
CREATE OR REPLACE FUNCTION contact_check_required(organization bigint, script bigint, answers jsonb, occurred timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  missing bigint;
BEGIN
  SELECT s.id INTO missing FROM script_steps s
    WHERE s.organization_id = organization AND s.script_id = script AND s.required AND s.kind <> 'text'
      AND s.archived_at IS NULL AND s.updated_at <= occurred + interval '5 minutes'
      AND NOT EXISTS (SELECT FROM contact_said(answers) a WHERE a.step_id = s.id)
      AND (s.show_if_option_id IS NULL
           OR EXISTS (SELECT FROM contact_said(answers) a WHERE a.option_id = s.show_if_option_id))
    ORDER BY s.position, s.id LIMIT 1;
  IF FOUND THEN
    PERFORM refuse_field('answers', 'question_required', format('Question %s of the script needs an answer.', missing));
  END IF;
END
$$;

-- The steps that somebody who answered so far is led through, and those that still want an answer.
CREATE OR REPLACE FUNCTION script_path(organization bigint, script bigint, answers jsonb) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT COALESCE(jsonb_agg(jsonb_build_object('step_id', s.id, 'answered', a.step_id IS NOT NULL,
           'missing', s.required AND a.step_id IS NULL) ORDER BY s.position, s.id), '[]')
  FROM script_steps s
  LEFT JOIN (SELECT DISTINCT step_id FROM contact_said(answers)) a ON a.step_id = s.id
  WHERE s.organization_id = organization AND s.script_id = script AND s.archived_at IS NULL
    AND (s.show_if_option_id IS NULL
         OR EXISTS (SELECT FROM contact_said(answers) o WHERE o.option_id = s.show_if_option_id))
$$;

GRANT EXECUTE ON FUNCTION contact_said(jsonb), contact_answers_kept(jsonb),
  contact_check_answers(bigint,bigint,jsonb),
  contact_check_required(bigint,bigint,jsonb,timestamp with time zone),
  script_path(bigint,bigint,jsonb)
  TO campaign_api;
