-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Scripts with their steps and options: document, warnings, checks, saving.

-- Returns the steps of a script with their options as in the API, without archived ones.
CREATE OR REPLACE FUNCTION script_document(organization bigint, script bigint) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT COALESCE(jsonb_agg(jsonb_build_object('id', s.id, 'kind', s.kind, 'texts', s.texts, 'required', s.required,
           'scale_min', s.scale_min, 'scale_max', s.scale_max, 'show_if_option_id', s.show_if_option_id,
           'options', (
             SELECT COALESCE(jsonb_agg(jsonb_build_object('id', o.id, 'texts', o.texts,
                      'support_level', o.support_level, 'tag_id', o.tag_id, 'follow_up', o.follow_up,
                      'event_id', o.event_id) ORDER BY o.position, o.id), '[]')
             FROM script_options o
             WHERE o.organization_id = organization AND o.step_id = s.id AND o.archived_at IS NULL))
         ORDER BY s.position, s.id), '[]')
  FROM script_steps s
  WHERE s.organization_id = organization AND s.script_id = script AND s.archived_at IS NULL
$$;

-- Returns the languages of the script in which some text is missing.
CREATE OR REPLACE FUNCTION script_warnings(languages jsonb, document jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
  SELECT COALESCE(jsonb_agg(w.text ORDER BY w.step, w.option NULLS FIRST, w.ord), '[]')
  FROM (
    SELECT s.ord AS step, NULL::bigint AS option, l.ord, format('Step %s has no text in %s.', s.ord, l.code) AS text
    FROM jsonb_array_elements(document) WITH ORDINALITY s (item, ord)
    CROSS JOIN jsonb_array_elements_text(languages) WITH ORDINALITY l (code, ord)
    WHERE COALESCE(s.item -> 'texts' ->> l.code, '') = ''
    UNION ALL
    SELECT s.ord, o.ord, l.ord, format('Option %s of step %s has no text in %s.', o.ord, s.ord, l.code)
    FROM jsonb_array_elements(document) WITH ORDINALITY s (item, ord)
    CROSS JOIN jsonb_array_elements(s.item -> 'options') WITH ORDINALITY o (item, ord)
    CROSS JOIN jsonb_array_elements_text(languages) WITH ORDINALITY l (code, ord)
    WHERE COALESCE(o.item -> 'texts' ->> l.code, '') = '') w
$$;

-- Raise the first error in a document.
CREATE OR REPLACE FUNCTION script_check(organization bigint, steps jsonb) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  wrong record;
BEGIN
  SELECT w.* INTO wrong FROM (
    SELECT s.ord * 1000 AS rank, format('steps/%s/%s', s.ord - 1, f.field) AS field, f.code, f.message
    FROM jsonb_array_elements(steps) WITH ORDINALITY s (item, ord)
    CROSS JOIN LATERAL (VALUES
      ('options', s.item ->> 'kind' IN ('single', 'multi') AND COALESCE(jsonb_array_length(s.item -> 'options'), 0) = 0,
       'required', 'A question of this kind has options.'),
      ('options', s.item ->> 'kind' NOT IN ('single', 'multi', 'support') AND jsonb_array_length(s.item -> 'options') > 0,
       'not_allowed', 'Only single, multi and support have options.'),
      ('scale_max', (s.item ->> 'scale_min')::int >= (s.item ->> 'scale_max')::int, 'scale',
       'The end of the scale is above its beginning.'),
      ('scale_min', s.item ->> 'kind' <> 'scale'
         AND COALESCE(s.item ->> 'scale_min', s.item ->> 'scale_max') IS NOT NULL, 'not_allowed',
       'Only a scale has these.'),
      ('required', s.item ->> 'kind' = 'text' AND s.item -> 'required' = 'true', 'not_allowed',
       'This step is a text to read out and takes no answer.'),
      ('show_if_key', num_nonnulls(s.item ->> 'show_if_key', s.item ->> 'show_if_option_id') = 1 AND NOT EXISTS (
         SELECT FROM jsonb_array_elements(steps) WITH ORDINALITY e (item, ord)
         CROSS JOIN jsonb_array_elements(e.item -> 'options') o
         WHERE e.ord < s.ord AND e.item ->> 'kind' IN ('single', 'support')
           AND (o ->> 'key' = s.item ->> 'show_if_key' OR o ->> 'id' = s.item ->> 'show_if_option_id')),
       'show_if', 'This points to an option of an earlier question that takes one answer.'),
      ('show_if_key', num_nonnulls(s.item ->> 'show_if_key', s.item ->> 'show_if_option_id') = 2, 'show_if',
       'Give either the key or the number of the option.')) f (field, holds, code, message)
    WHERE f.holds
    UNION ALL
    SELECT s.ord * 1000 + o.ord, format('steps/%s/options/%s/%s', s.ord - 1, o.ord - 1, f.field), 'unknown', f.message
    FROM jsonb_array_elements(steps) WITH ORDINALITY s (item, ord)
    CROSS JOIN jsonb_array_elements(s.item -> 'options') WITH ORDINALITY o (item, ord)
    CROSS JOIN LATERAL (VALUES
      ('tag_id', o.item ->> 'tag_id' IS NOT NULL AND NOT EXISTS (SELECT FROM tags t
         WHERE t.organization_id = organization AND t.id = (o.item ->> 'tag_id')::bigint), 'There is no such tag.'),
      ('event_id', o.item ->> 'event_id' IS NOT NULL AND NOT EXISTS (SELECT FROM events e
         WHERE e.organization_id = organization AND e.id = (o.item ->> 'event_id')::bigint),
       'There is no such event.')) f (field, holds, message)
    WHERE f.holds) w
    ORDER BY w.rank LIMIT 1;
  IF FOUND THEN
    PERFORM refuse_field(wrong.field, wrong.code, wrong.message);
  END IF;
END
$$;

-- Save one step with its options; the step is new, or identified by id. Returns the ids of the
-- options by their keys.
CREATE OR REPLACE FUNCTION script_put_step(organization bigint, script bigint, place int, item jsonb, keys jsonb,
  OUT step bigint, OUT found_keys jsonb)
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  o record;
  option bigint;
BEGIN
  found_keys := keys;
  UPDATE script_steps s SET position = place, kind = item ->> 'kind', texts = COALESCE(item -> 'texts', '{}'),
      required = COALESCE((item ->> 'required')::boolean, false), scale_min = (item ->> 'scale_min')::int,
      scale_max = (item ->> 'scale_max')::int, archived_at = NULL,
      show_if_option_id = COALESCE((item ->> 'show_if_option_id')::bigint, (keys ->> (item ->> 'show_if_key'))::bigint)
    WHERE s.organization_id = organization AND s.script_id = script AND s.id = (item ->> 'id')::bigint
      AND s.kind = item ->> 'kind'
    RETURNING s.id INTO step;
  IF NOT FOUND AND item ->> 'id' IS NOT NULL THEN
    PERFORM refuse_field(format('steps/%s/id', place - 1), 'unknown_step',
      'There is no such step of this kind in this script: a question of another kind is a new one.');
  ELSIF NOT FOUND THEN
    INSERT INTO script_steps AS s (organization_id, script_id, position, kind, texts, required, scale_min, scale_max,
                                   show_if_option_id)
      VALUES (organization, script, place, item ->> 'kind', COALESCE(item -> 'texts', '{}'),
        COALESCE((item ->> 'required')::boolean, false), (item ->> 'scale_min')::int, (item ->> 'scale_max')::int,
        COALESCE((item ->> 'show_if_option_id')::bigint, (keys ->> (item ->> 'show_if_key'))::bigint))
      RETURNING s.id INTO step;
  END IF;
  UPDATE script_options p SET archived_at = now()
    WHERE p.organization_id = organization AND p.step_id = step AND p.archived_at IS NULL
      AND NOT EXISTS (SELECT FROM jsonb_array_elements(item -> 'options') i WHERE i ->> 'id' = p.id::text);
  FOR o IN SELECT i.item AS given, i.ord FROM jsonb_array_elements(item -> 'options') WITH ORDINALITY i (item, ord) LOOP
    UPDATE script_options p SET position = o.ord, texts = COALESCE(o.given -> 'texts', '{}'),
        support_level = (o.given ->> 'support_level')::int, tag_id = (o.given ->> 'tag_id')::bigint,
        follow_up = o.given ->> 'follow_up', event_id = (o.given ->> 'event_id')::bigint, archived_at = NULL
      WHERE p.organization_id = organization AND p.step_id = step AND p.id = (o.given ->> 'id')::bigint
      RETURNING p.id INTO option;
    IF NOT FOUND AND o.given ->> 'id' IS NOT NULL THEN
      PERFORM refuse_field(format('steps/%s/options/%s/id', place - 1, o.ord - 1), 'unknown_option',
                           'This question has no such option.');
    ELSIF NOT FOUND THEN
      INSERT INTO script_options AS p (organization_id, step_id, position, texts, support_level, tag_id, follow_up,
                                       event_id)
        VALUES (organization, step, o.ord, COALESCE(o.given -> 'texts', '{}'), (o.given ->> 'support_level')::int,
          (o.given ->> 'tag_id')::bigint, o.given ->> 'follow_up', (o.given ->> 'event_id')::bigint)
        RETURNING p.id INTO option;
    END IF;
    found_keys := found_keys || jsonb_build_object(COALESCE(o.given ->> 'key', '#' || option), option);
  END LOOP;
END
$$;

-- Save a whole script. Steps that the document does not contain are archived, because old answers
-- refer to them. No row: the script does not exist.
CREATE OR REPLACE FUNCTION script_put_steps(organization bigint, which bigint, expected bigint, steps jsonb)
RETURNS TABLE (script scripts, document jsonb)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  found_script scripts;
  item record;
  kept bigint[] := '{}'::bigint[];
  keys jsonb := '{}'::jsonb;
  put record;
BEGIN
  SELECT s.* INTO found_script FROM scripts s
    WHERE s.organization_id = organization AND s.id = which FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM assert_version(found_script.version, expected);
  PERFORM assert_rule(found_script.archived_at IS NULL, 'script_archived', 'This script is archived: duplicate it.');
  steps := jsonb_strip_nulls(steps);
  PERFORM script_check(organization, steps);
  FOR item IN SELECT i.item, i.ord FROM jsonb_array_elements(steps) WITH ORDINALITY i (item, ord) LOOP
    SELECT * INTO put FROM script_put_step(organization, which, item.ord::int, item.item, keys);
    kept := kept || put.step;
    keys := put.found_keys;
  END LOOP;
  UPDATE script_steps s SET archived_at = now()
    WHERE s.organization_id = organization AND s.script_id = which AND s.archived_at IS NULL AND NOT s.id = ANY (kept);
  UPDATE scripts s SET updated_at = clock_timestamp()
    WHERE s.organization_id = organization AND s.id = which RETURNING s.* INTO found_script;
  RETURN QUERY SELECT found_script, script_document(organization, which);
END
$$;

-- Copy a script with new ids. During the copy, keys take the place of the old ids.
CREATE OR REPLACE FUNCTION script_duplicate(organization bigint, which bigint, person bigint, title text)
RETURNS TABLE (script scripts, document jsonb)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  made bigint;
BEGIN
  INSERT INTO scripts AS n (organization_id, name, description, channels, languages, created_by)
    SELECT organization, COALESCE(title, left(s.name, 190) || ' (copy)'), s.description, s.channels, s.languages, person
    FROM scripts s WHERE s.organization_id = organization AND s.id = which
    RETURNING n.id INTO made;
  IF made IS NOT NULL THEN
    RETURN QUERY SELECT p.* FROM script_put_steps(organization, made, NULL, (
      SELECT COALESCE(jsonb_agg(d.step - 'id' - 'show_if_option_id' || jsonb_build_object(
          'show_if_key', d.step ->> 'show_if_option_id',
          'options', (SELECT COALESCE(jsonb_agg(o - 'id' || jsonb_build_object('key', o ->> 'id')), '[]')
                      FROM jsonb_array_elements(d.step -> 'options') o)) ORDER BY d.ord), '[]')
      FROM jsonb_array_elements(script_document(organization, which)) WITH ORDINALITY d (step, ord))) p;
  END IF;
END
$$;

GRANT EXECUTE ON FUNCTION script_document(bigint,bigint), script_warnings(jsonb,jsonb),
  script_check(bigint,jsonb), script_put_step(bigint,bigint,integer,jsonb,jsonb),
  script_put_steps(bigint,bigint,bigint,jsonb), script_duplicate(bigint,bigint,bigint,text)
  TO campaign_api;
