-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Text campaigns: template, audience, joining, leaving.

-- Returns the values of a conversation's template fields. Texters see them, so they do not contain
-- the address of a confidential person.
CREATE OR REPLACE FUNCTION text_values(organization bigint, voter bigint, texter text) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN (
    SELECT jsonb_build_object('first_name', text_name(v.first_name), 'last_name', text_name(v.last_name),
      'city', text_name(s.city), 'precinct', s.precinct,
      'organization', (SELECT o.name FROM organizations o WHERE o.id = organization),
      'texter_first_name', split_part(COALESCE(actor_name(organization, texter), ''), ' ', 1))
    FROM voters v LEFT JOIN voters_visible s ON s.organization_id = organization AND s.id = v.id
    WHERE v.organization_id = organization AND v.id = voter);
END
$$;

-- A conversation as its texter sees it; draft is the first text as it will be sent.
CREATE OR REPLACE VIEW text_conversation_rows WITH (security_invoker = true) AS
SELECT c.organization_id, c.id, c.campaign_id AS text_campaign_id, c.state, c.closed_reason, c.texter_actor, c.phone,
  c.assigned_at, c.last_message_at, c.updated_at, c.version, v.id AS voter_id,
  jsonb_build_object('id', v.id, 'first_name', v.first_name, 'last_name', v.last_name, 'city', s.city,
    'precinct', s.precinct, 'party', v.party, 'birth_year', v.birth_year, 'support_level', v.support_level) AS voter,
  CASE WHEN c.state = 'needs_message' AND c.texter_actor IS NOT NULL THEN
    text_render(k.template, text_values(c.organization_id, c.voter_id, c.texter_actor)) END AS draft
FROM text_conversations c
JOIN text_campaigns k ON k.organization_id = c.organization_id AND k.id = c.campaign_id
JOIN voters v ON v.organization_id = c.organization_id AND v.id = c.voter_id
LEFT JOIN voters_visible s ON s.organization_id = c.organization_id AND s.id = c.voter_id;
GRANT SELECT ON text_conversation_rows TO campaign_api;

-- A texter with the numbers of open conversations and sent texts.
CREATE OR REPLACE VIEW text_texter_rows WITH (security_invoker = true) AS
SELECT t.organization_id, t.id, t.campaign_id, t.actor, t.user_id, t.joined_at, t.last_active_at, t.left_at, t.version, t.updated_at,
  actor_name(t.organization_id, t.actor) AS name, c.open, c.needs_response,
  (SELECT count(*) FROM text_messages m WHERE m.organization_id = t.organization_id AND m.campaign_id = t.campaign_id
     AND m.actor = t.actor AND m.direction = 'out' AND m.state <> 'error') AS sent
FROM text_texters t
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE x.state <> 'closed') AS open,
    count(*) FILTER (WHERE x.state = 'needs_response') AS needs_response
  FROM text_conversations x WHERE x.organization_id = t.organization_id AND x.campaign_id = t.campaign_id
    AND x.texter_actor = t.actor) c;
GRANT SELECT ON text_texter_rows TO campaign_api;

-- Make the audience; called by the job text.fill: the first usable number of each person, each
-- number once. guarded: as for voters_matching.
CREATE OR REPLACE FUNCTION text_fill(organization bigint, campaign bigint, guarded boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  this text_campaigns;
  n bigint;
  people bigint;
BEGIN
  SELECT k.* INTO this FROM text_campaigns k
    WHERE k.organization_id = organization AND k.id = campaign AND k.state = 'filling' FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM set_config('app.bulk', 'on', true);
  WITH chosen AS MATERIALIZED (
    SELECT v.id, v.state, v.zip5, usable_number(organization, v.id, 'text', this.purpose) AS phone FROM voter_lists l
    CROSS JOIN LATERAL voters_matching(organization, l.filter, 'text', this.purpose, guarded) m
    JOIN voters v ON v.organization_id = organization AND v.id = m
    WHERE l.organization_id = organization AND l.id = this.list_id),
  places AS (
    SELECT state, zip5, zones_of(state, zip5) AS zone_key FROM (SELECT DISTINCT state, zip5 FROM chosen) d),
  added AS (
    INSERT INTO text_conversations (organization_id, campaign_id, voter_id, phone, zone_key)
    SELECT organization, campaign, o.id, o.phone, p.zone_key
    FROM (SELECT DISTINCT ON (c.phone) c.* FROM chosen c WHERE c.phone IS NOT NULL ORDER BY c.phone, c.id) o
    JOIN places p ON (p.state, p.zip5) IS NOT DISTINCT FROM (o.state, o.zip5)
    ORDER BY o.id
    RETURNING 1)
  SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM chosen c WHERE c.phone IS NOT NULL) INTO n, people;
  PERFORM set_config('app.bulk', '', true);
  UPDATE text_campaigns k SET state = 'draft', audience_count = n, duplicate_count = people - n,
    zone_keys = ARRAY(SELECT DISTINCT c.zone_key FROM text_conversations c
                      WHERE c.organization_id = organization AND c.campaign_id = campaign)
  WHERE k.organization_id = organization AND k.id = campaign;
  PERFORM record_bulk('text_conversation', 'insert', n);
END
$$;

CREATE OR REPLACE FUNCTION text_enter(organization bigint, actor text, campaign bigint) RETURNS text_campaigns
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  this text_campaigns;
BEGIN
  SELECT k.* INTO this FROM text_campaigns k WHERE k.organization_id = organization AND k.id = campaign;
  IF NOT FOUND THEN
    PERFORM refuse_not_found();
  END IF;
  UPDATE text_texters t SET last_active_at = now()
    WHERE t.organization_id = organization AND t.campaign_id = campaign AND t.actor = text_enter.actor AND t.left_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'You are not among the texters: join with the code of this campaign.'
      USING ERRCODE = 'CC409', DETAIL = 'not_joined';
  END IF;
  RETURN this;
END
$$;

CREATE OR REPLACE FUNCTION text_join(organization bigint, actor text, person bigint, typed text) RETURNS SETOF text_campaigns
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
#variable_conflict use_column
DECLARE
  this text_campaigns;
BEGIN
  SELECT k.* INTO this FROM text_campaigns k
    WHERE k.organization_id = organization AND k.code = joining_code_clean(typed) AND k.state <> 'closed';
  IF NOT FOUND THEN
    PERFORM refuse_field('code', 'unknown_code', 'No text campaign has this code, or it is closed.');
  END IF;
  INSERT INTO text_texters AS t (organization_id, campaign_id, actor, user_id)
    VALUES (organization, this.id, text_join.actor, person)
    ON CONFLICT (organization_id, campaign_id, actor) DO UPDATE SET left_at = NULL, last_active_at = now();
  RETURN NEXT this;
END
$$;

-- Refuse a campaign that does not exist. Call it in the WHERE of a list, so that a missing campaign
-- is 404 and not an empty page.
CREATE OR REPLACE FUNCTION assert_text_campaign(organization bigint, campaign bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM text_campaigns k WHERE k.organization_id = organization AND k.id = campaign) THEN
    PERFORM refuse_not_found();
  END IF;
  RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION assert_texter(organization bigint, actor text, campaign bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN assert_text_campaign(organization, campaign) AND assert_rule(
    EXISTS (SELECT FROM text_texters t WHERE t.organization_id = organization AND t.campaign_id = campaign
              AND t.actor = assert_texter.actor AND t.left_at IS NULL),
    'not_joined', 'You are not among the texters: join with the code of this campaign.');
END
$$;

CREATE OR REPLACE FUNCTION assert_conversation(organization bigint, campaign bigint, conversation bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM text_conversations c
                 WHERE c.organization_id = organization AND c.campaign_id = campaign AND c.id = conversation) THEN
    PERFORM refuse_not_found();
  END IF;
  RETURN true;
END
$$;

-- Refuse a conversation that is not this texter's.
CREATE OR REPLACE FUNCTION assert_talk(organization bigint, actor text, campaign bigint, conversation bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN assert_conversation(organization, campaign, conversation) AND assert_texter(organization, actor, campaign)
    AND assert_rule(EXISTS (SELECT FROM text_conversations c WHERE c.organization_id = organization
                              AND c.id = conversation AND c.texter_actor = actor),
                    'not_your_conversation', 'Another texter has this conversation.');
END
$$;

-- Leave a campaign: the texter's conversations without a first text go back into the pool.
CREATE OR REPLACE FUNCTION text_leave(organization bigint, actor text, campaign bigint) RETURNS void
LANGUAGE sql VOLATILE
AS $$
  UPDATE text_conversations c SET texter_actor = NULL, assigned_at = NULL
  WHERE c.organization_id = organization AND c.campaign_id = campaign AND c.texter_actor = text_leave.actor
    AND c.state = 'needs_message';
  UPDATE text_texters t SET left_at = COALESCE(t.left_at, now())
  WHERE t.organization_id = organization AND t.campaign_id = campaign AND t.actor = text_leave.actor
$$;

GRANT EXECUTE ON FUNCTION text_values(bigint,bigint,text), text_fill(bigint,bigint,boolean),
  text_enter(bigint,text,bigint), text_join(bigint,text,bigint,text),
  assert_text_campaign(bigint,bigint), assert_texter(bigint,text,bigint),
  assert_conversation(bigint,bigint,bigint), assert_talk(bigint,text,bigint,bigint),
  text_leave(bigint,text,bigint)
  TO campaign_api;
