-- SPDX-License-Identifier: GPL-3.0-or-later
-- Text campaigns. What a text means and who gets it is in the functions of 0015_texting.sql (docs/internals/texting.md).

-- name: text_campaign_create
WITH made AS (
  INSERT INTO text_campaigns (organization_id, code, created_by, encoding, segments, {writable})
  SELECT :organization_id::bigint, joining_code(), :my_user_id::bigint, :text_encoding::text, :text_segments::int, {writable r}
  FROM jsonb_populate_record(NULL::text_campaigns, jsonb_strip_nulls(:body::jsonb)) r
  WHERE assert_list(:organization_id::bigint, (:body::jsonb ->> 'list_id')::bigint)
  RETURNING *),
job AS (SELECT job_enqueue('text.fill', organization_id, jsonb_build_object('id', id)) FROM made)
SELECT {columns made} FROM made, job

-- name: text_campaign_list
SELECT {columns}
FROM text_campaigns
WHERE organization_id = :organization_id::bigint
  AND id < CASE WHEN :cursor_1::bigint IS NULL THEN 9223372036854775807 ELSE :cursor_1::bigint END
  AND (:state::text IS NULL OR state = :state::text)
ORDER BY id DESC
LIMIT :limit::int

-- name: text_campaign_list_mine
SELECT {columns k}
FROM text_campaigns k
WHERE k.organization_id = :organization_id::bigint
  AND k.id < CASE WHEN :cursor_1::bigint IS NULL THEN 9223372036854775807 ELSE :cursor_1::bigint END
  AND (:state::text IS NULL OR k.state = :state::text)
  AND EXISTS (SELECT FROM text_texters t
              WHERE t.organization_id = k.organization_id AND t.campaign_id = k.id AND t.actor = :actor::text
                AND t.left_at IS NULL)
ORDER BY k.id DESC
LIMIT :limit::int

-- name: text_campaign_get
SELECT {columns} FROM text_campaigns
WHERE organization_id = :organization_id::bigint AND id = :text_campaign_id::bigint

-- name: text_campaign_update
-- Encoding and segments come with a template, and stay without one.
UPDATE text_campaigns k
SET encoding = COALESCE(:text_encoding::text, k.encoding), segments = COALESCE(:text_segments::int, k.segments),
  ({writable}) = (SELECT {writable r} FROM jsonb_populate_record(k, :body::jsonb) r)
WHERE k.organization_id = :organization_id::bigint AND k.id = :text_campaign_id::bigint
  AND assert_version(k.version, :if_match::bigint)
  AND assert_rule(k.state <> 'closed', 'closed', 'This campaign is closed.')
  AND assert_rule(NOT :body::jsonb ? 'list_id' OR (:body::jsonb ->> 'list_id')::bigint IS NOT DISTINCT FROM k.list_id,
                  'list_fixed', 'The audience was made from its list: make another campaign.')
RETURNING {columns k}

-- name: text_campaign_open
UPDATE text_campaigns k SET state = 'open', opened_at = COALESCE(k.opened_at, now())
WHERE k.organization_id = :organization_id::bigint AND k.id = :text_campaign_id::bigint
  AND assert_rule(k.state <> 'closed', 'closed', 'This campaign is closed.')
  AND assert_rule(k.state <> 'filling', 'filling', 'The audience is not made yet. Try again in a moment.')
RETURNING {columns k}

-- name: text_campaign_pause
UPDATE text_campaigns k SET state = 'paused'
WHERE k.organization_id = :organization_id::bigint AND k.id = :text_campaign_id::bigint
  AND assert_rule(k.state IN ('open', 'paused'), 'not_open', 'This campaign is not open.')
RETURNING {columns k}

-- name: text_campaign_close
UPDATE text_campaigns k SET state = 'closed', closed_at = COALESCE(k.closed_at, now())
WHERE k.organization_id = :organization_id::bigint AND k.id = :text_campaign_id::bigint
RETURNING {columns k}

-- name: text_fill
SELECT text_fill(:organization_id::bigint, :id::bigint)

-- name: text_counts
-- One statement, so one moment.
SELECT {columns n} FROM (
  SELECT k.id AS text_campaign_id, c.*, m.*,
    (SELECT count(*) FROM text_texters t WHERE t.organization_id = k.organization_id AND t.campaign_id = k.id
       AND t.left_at IS NULL) AS texters
  FROM text_campaigns k
  CROSS JOIN LATERAL (
    SELECT count(*) AS audience, count(*) FILTER (WHERE t.state = 'needs_message') AS needs_message,
      count(*) FILTER (WHERE t.state = 'needs_message' AND t.texter_actor IS NULL) AS unassigned,
      count(*) FILTER (WHERE t.state = 'messaged') AS messaged,
      count(*) FILTER (WHERE t.state = 'needs_response') AS needs_response,
      count(*) FILTER (WHERE t.state = 'convo') AS convo, count(*) FILTER (WHERE t.state = 'closed') AS closed,
      count(*) FILTER (WHERE t.closed_reason = 'opted_out') AS opted_out
    FROM text_conversations t WHERE t.organization_id = k.organization_id AND t.campaign_id = k.id) c
  CROSS JOIN LATERAL (
    SELECT count(DISTINCT x.conversation_id) FILTER (WHERE x.direction = 'in') AS answered,
      count(*) FILTER (WHERE x.state IN ('sent', 'delivered')) AS sent,
      count(*) FILTER (WHERE x.state IN ('queued', 'sending')) AS queued,
      count(*) FILTER (WHERE x.state = 'error') AS failed, count(*) FILTER (WHERE x.state = 'unknown') AS unknown,
      COALESCE(sum(x.segments) FILTER (WHERE x.state IN ('sent', 'delivered')), 0)::bigint AS segments,
      count(*) FILTER (WHERE x.direction = 'in') AS received
    FROM text_messages x WHERE x.organization_id = k.organization_id AND x.campaign_id = k.id) m
  WHERE k.organization_id = :organization_id::bigint AND k.id = :text_campaign_id::bigint) n

-- name: texter_list
SELECT {columns r} FROM (
  SELECT t.*, actor_name(t.actor, t.organization_id) AS name, c.open, c.needs_response,
    (SELECT count(*) FROM text_messages m WHERE m.organization_id = t.organization_id AND m.campaign_id = t.campaign_id
       AND m.actor = t.actor AND m.direction = 'out' AND m.state <> 'error') AS sent
  FROM text_texters t
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE x.state <> 'closed') AS open,
      count(*) FILTER (WHERE x.state = 'needs_response') AS needs_response
    FROM text_conversations x WHERE x.organization_id = t.organization_id AND x.campaign_id = t.campaign_id
      AND x.texter_actor = t.actor) c
  WHERE t.organization_id = :organization_id::bigint AND t.campaign_id = :text_campaign_id::bigint
    AND t.id > CASE WHEN :cursor_1::bigint IS NULL THEN 0 ELSE :cursor_1::bigint END
  ORDER BY t.id LIMIT :limit::int) r
WHERE assert_text_campaign(:organization_id::bigint, :text_campaign_id::bigint)
ORDER BY r.id

-- name: texter_add
WITH added AS (
  INSERT INTO text_texters AS t (organization_id, campaign_id, actor, user_id)
  SELECT k.organization_id, k.id, 'user:' || :user_id::bigint, :user_id::bigint
  FROM text_campaigns k
  WHERE k.organization_id = :organization_id::bigint AND k.id = :text_campaign_id::bigint
    AND assert_rule(k.state <> 'closed', 'closed', 'This campaign is closed.')
    AND assert_participant(k.organization_id, :user_id::bigint)
  ON CONFLICT (organization_id, campaign_id, actor) DO UPDATE SET left_at = NULL
  RETURNING *)
SELECT {columns r} FROM (
  SELECT a.*, actor_name(a.actor, a.organization_id) AS name, 0 AS open, 0 AS needs_response, 0 AS sent FROM added a) r

-- name: texter_remove
-- No row: there is no such texter.
SELECT 1 AS done
FROM text_texters t
CROSS JOIN LATERAL text_leave(t.actor, t.organization_id, t.campaign_id) l
WHERE t.organization_id = :organization_id::bigint AND t.campaign_id = :text_campaign_id::bigint
  AND t.id = :texter_id::bigint

-- name: text_reassign
SELECT {columns r}
FROM text_reassign(:organization_id::bigint, :text_campaign_id::bigint, :from_texter_id::bigint, :to_texter_id::bigint) r

-- name: text_send_all
SELECT id, queued, n_left
FROM text_send_all(:actor::text, :organization_id::bigint, :my_user_id::bigint, :text_campaign_id::bigint, :most::int,
                   :allowed::boolean)

-- name: text_campaign_messages
SELECT {columns m}
FROM text_messages m
WHERE m.organization_id = :organization_id::bigint AND m.campaign_id = :text_campaign_id::bigint
  AND assert_text_campaign(:organization_id::bigint, :text_campaign_id::bigint)
  AND m.id < CASE WHEN :cursor_1::bigint IS NULL THEN 9223372036854775807 ELSE :cursor_1::bigint END
ORDER BY m.id DESC
LIMIT :limit::int

-- name: text_receive
-- For handlers and providers: :happened_at NULL is now. Intent and length are those of common/rules.
SELECT m.id, m.campaign_id, m.conversation_id, m.phone, m.direction, m.initial, m.body, m.encoding, m.segments, m.state,
  m.error, m.intent, m.actor, m.send_before, m.created_at, m.sent_at
FROM text_receive(:organization_id::bigint, :from::text, :text::text, :intent::text, :text_encoding::text,
                  :text_segments::int, :provider_id::text, COALESCE(:happened_at::timestamptz, now())) m

-- name: text_join
SELECT {columns k} FROM text_join(:actor::text, :organization_id::bigint, :my_user_id::bigint, :code::text) k

-- name: text_leave
SELECT 1 AS done
FROM text_enter(:actor::text, :organization_id::bigint, :text_campaign_id::bigint) k
CROSS JOIN LATERAL text_leave(:actor::text, :organization_id::bigint, k.id) l

-- name: text_batch
SELECT {columns b} FROM text_batch(:actor::text, :organization_id::bigint, :text_campaign_id::bigint) b

-- name: text_conversation_list
SELECT {columns c}
FROM text_conversation_rows c
WHERE c.organization_id = :organization_id::bigint AND c.text_campaign_id = :text_campaign_id::bigint
  AND c.texter_actor = :actor::text
  AND assert_texter(:actor::text, :organization_id::bigint, :text_campaign_id::bigint)
  AND c.id > CASE WHEN :cursor_1::bigint IS NULL THEN 0 ELSE :cursor_1::bigint END
  AND (:state::text IS NULL OR c.state = :state::text)
ORDER BY c.id
LIMIT :limit::int

-- name: text_message_list
SELECT {columns m}
FROM text_messages m
WHERE m.organization_id = :organization_id::bigint AND m.conversation_id = :conversation_id::bigint
  AND assert_talk(:actor::text, :organization_id::bigint, :text_campaign_id::bigint, :conversation_id::bigint)
  AND m.id > CASE WHEN :cursor_1::bigint IS NULL THEN 0 ELSE :cursor_1::bigint END
ORDER BY m.id
LIMIT :limit::int

-- name: text_send
SELECT {columns m}, f.refused_code, f.refused_message
FROM text_send(:actor::text, :organization_id::bigint, :my_user_id::bigint, :text_campaign_id::bigint,
               :conversation_id::bigint, :client_id::uuid, :text::text) f
CROSS JOIN LATERAL (SELECT (f.message).*) m

-- name: text_result
SELECT {columns c}
FROM text_result(:actor::text, :organization_id::bigint, :my_user_id::bigint, :text_campaign_id::bigint,
                 :conversation_id::bigint, :body::jsonb || jsonb_build_object('checked', :checked::jsonb)) c

-- name: text_conversation_close
WITH closed AS (
  UPDATE text_conversations c SET state = 'closed', closed_reason = COALESCE(c.closed_reason, 'closed')
  WHERE c.organization_id = :organization_id::bigint AND c.campaign_id = :text_campaign_id::bigint
    AND c.id = :conversation_id::bigint
    AND assert_talk(:actor::text, :organization_id::bigint, :text_campaign_id::bigint, :conversation_id::bigint)
  RETURNING *)
SELECT {columns r} FROM (
  SELECT r.*, c.state, c.closed_reason, c.updated_at, c.version, NULL::text AS draft FROM closed c
  CROSS JOIN LATERAL (
    SELECT o.organization_id, o.id, o.text_campaign_id, o.texter_actor, o.phone, o.assigned_at, o.last_message_at,
      o.voter_id, o.voter
    FROM text_conversation_rows o WHERE o.organization_id = c.organization_id AND o.id = c.id) r) r

-- name: text_message_begin
SELECT todo, phone, body, (extract(epoch FROM send_before) * 1000000)::bigint AS send_before,
  (extract(epoch FROM created_at) * 1000000)::bigint AS made
FROM text_message_begin(:organization_id::bigint, :message_id::bigint)

-- name: text_message_end
SELECT text_message_end(:organization_id::bigint, :message_id::bigint, :outcome::text, :carrier_id::text, :code::text)
