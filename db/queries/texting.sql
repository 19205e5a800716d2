-- SPDX-License-Identifier: GPL-3.0-or-later
-- Text campaigns. Intents of texts and their assignment are in db/functions/texting
-- (docs/internals/texting.md).

-- name: text_campaign_create
WITH made AS (
  INSERT INTO text_campaigns (organization_id, code, created_by, encoding, segments, {writable})
  SELECT :call.organization_id::bigint, joining_code(), :call.user_id::bigint, :arg.text_encoding::text, :arg.text_segments::int, {writable r}
  FROM jsonb_populate_record(NULL::text_campaigns, jsonb_strip_nulls(:body::jsonb)) r
  WHERE assert_list(:call.organization_id::bigint, (:body::jsonb ->> 'list_id')::bigint)
  RETURNING *),
job AS (SELECT job_enqueue(organization_id, 'text.fill', jsonb_build_object('id', id,
  'guarded', NOT right_has(:call.rights::jsonb, 'manage_voters'))) FROM made)
SELECT {columns made} FROM made, job

-- name: text_campaign_list
SELECT {columns}
FROM text_campaigns
WHERE organization_id = :call.organization_id::bigint
  AND id < CASE WHEN :page.cursor_1::bigint IS NULL THEN 9223372036854775807 ELSE :page.cursor_1::bigint END
  AND (:query.state::text IS NULL OR state = :query.state::text)
ORDER BY id DESC
LIMIT :page.limit::int

-- name: text_campaign_list_mine
SELECT {columns k}
FROM text_campaigns k
WHERE k.organization_id = :call.organization_id::bigint
  AND k.id < CASE WHEN :page.cursor_1::bigint IS NULL THEN 9223372036854775807 ELSE :page.cursor_1::bigint END
  AND (:query.state::text IS NULL OR k.state = :query.state::text)
  AND EXISTS (SELECT FROM text_texters t
              WHERE t.organization_id = k.organization_id AND t.campaign_id = k.id AND t.actor = :call.actor::text
                AND t.left_at IS NULL)
ORDER BY k.id DESC
LIMIT :page.limit::int

-- name: text_campaign_get
SELECT {columns} FROM text_campaigns
WHERE organization_id = :call.organization_id::bigint AND id = :path.text_campaign_id::bigint

-- name: text_campaign_update
-- Change a campaign. Encoding and segments change together with the template.
UPDATE text_campaigns k
SET encoding = COALESCE(:arg.text_encoding::text, k.encoding), segments = COALESCE(:arg.text_segments::int, k.segments),
  ({writable}) = (SELECT {writable r} FROM jsonb_populate_record(k, :body::jsonb) r)
WHERE k.organization_id = :call.organization_id::bigint AND k.id = :path.text_campaign_id::bigint
  AND assert_version(k.version, :call.if_match::bigint)
  AND assert_rule(k.state <> 'closed', 'closed', 'This campaign is closed.')
  AND assert_rule(NOT :body::jsonb ? 'list_id' OR (:body::jsonb ->> 'list_id')::bigint IS NOT DISTINCT FROM k.list_id,
                  'list_fixed', 'The audience was made from its list: make another campaign.')
RETURNING {columns k}

-- name: text_campaign_open
UPDATE text_campaigns k SET state = 'open', opened_at = COALESCE(k.opened_at, now())
WHERE k.organization_id = :call.organization_id::bigint AND k.id = :path.text_campaign_id::bigint
  AND assert_rule(k.state <> 'closed', 'closed', 'This campaign is closed.')
  AND assert_rule(k.state <> 'filling', 'filling', 'The audience is not made yet. Try again in a moment.')
RETURNING {columns k}

-- name: text_campaign_pause
UPDATE text_campaigns k SET state = 'paused'
WHERE k.organization_id = :call.organization_id::bigint AND k.id = :path.text_campaign_id::bigint
  AND assert_rule(k.state IN ('open', 'paused'), 'not_open', 'This campaign is not open.')
RETURNING {columns k}

-- name: text_campaign_close
UPDATE text_campaigns k SET state = 'closed', closed_at = COALESCE(k.closed_at, now())
WHERE k.organization_id = :call.organization_id::bigint AND k.id = :path.text_campaign_id::bigint
RETURNING {columns k}

-- name: text_fill
SELECT text_fill(:call.organization_id::bigint, :arg.id::bigint, :arg.guarded::boolean)

-- name: text_counts
-- All counts are in one statement, so that they are of one moment.
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
  WHERE k.organization_id = :call.organization_id::bigint AND k.id = :path.text_campaign_id::bigint) n

-- name: texter_get
SELECT {columns t} FROM text_texter_rows t
WHERE t.organization_id = :call.organization_id::bigint AND t.campaign_id = :path.text_campaign_id::bigint
  AND t.id = :path.texter_id::bigint

-- name: texter_list
SELECT {columns r} FROM (
  SELECT t.* FROM text_texter_rows t
  WHERE t.organization_id = :call.organization_id::bigint AND t.campaign_id = :path.text_campaign_id::bigint
    AND t.id > CASE WHEN :page.cursor_1::bigint IS NULL THEN 0 ELSE :page.cursor_1::bigint END
  ORDER BY t.id LIMIT :page.limit::int) r
WHERE assert_text_campaign(:call.organization_id::bigint, :path.text_campaign_id::bigint)
ORDER BY r.id

-- name: texter_add
WITH added AS (
  INSERT INTO text_texters AS t (organization_id, campaign_id, actor, user_id)
  SELECT k.organization_id, k.id, 'user:' || :body.user_id::bigint, :body.user_id::bigint
  FROM text_campaigns k
  WHERE k.organization_id = :call.organization_id::bigint AND k.id = :path.text_campaign_id::bigint
    AND assert_rule(k.state <> 'closed', 'closed', 'This campaign is closed.')
    AND assert_participant(k.organization_id, :body.user_id::bigint)
  ON CONFLICT (organization_id, campaign_id, actor) DO UPDATE SET left_at = NULL
  RETURNING *)
SELECT {columns r} FROM (
  SELECT a.*, actor_name(a.organization_id, a.actor) AS name, 0 AS open, 0 AS needs_response, 0 AS sent FROM added a) r

-- name: texter_remove
-- Leave a campaign. No row: the texter does not exist.
SELECT 1 AS done
FROM text_texters t
CROSS JOIN LATERAL text_leave(t.organization_id, t.actor, t.campaign_id) l
WHERE t.organization_id = :call.organization_id::bigint AND t.campaign_id = :path.text_campaign_id::bigint
  AND t.id = :path.texter_id::bigint

-- name: text_reassign
SELECT {columns r}
FROM text_reassign(:call.organization_id::bigint, :path.text_campaign_id::bigint, :body.from_texter_id::bigint,
  :body.to_texter_id::bigint) r

-- name: text_send_all
SELECT id, queued, n_left
FROM text_send_all(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint, :path.text_campaign_id::bigint,
  :body.most::int,
                   :arg.allowed::boolean)

-- name: text_campaign_messages
SELECT {columns m}
FROM text_messages m
WHERE m.organization_id = :call.organization_id::bigint AND m.campaign_id = :path.text_campaign_id::bigint
  AND assert_text_campaign(:call.organization_id::bigint, :path.text_campaign_id::bigint)
  AND m.id < CASE WHEN :page.cursor_1::bigint IS NULL THEN 9223372036854775807 ELSE :page.cursor_1::bigint END
ORDER BY m.id DESC
LIMIT :page.limit::int

-- name: text_receive
-- Store an incoming text, for handlers and providers. :arg.happened_at NULL means now. Intent and
-- size come from common/rules.
SELECT m.id, m.campaign_id, m.conversation_id, m.phone, m.direction, m.initial, m.body, m.encoding, m.segments, m.state,
  m.error, m.intent, m.actor, m.send_before, m.created_at, m.sent_at
FROM text_receive(:call.organization_id::bigint, :body.from::text, :body.text::text, :arg.intent::text, :arg.text_encoding::text,
                  :arg.text_segments::int, :body.provider_id::text, COALESCE(:arg.happened_at::timestamptz, now())) m

-- name: text_join
SELECT {columns k} FROM text_join(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint, :body.code::text) k

-- name: text_leave
SELECT 1 AS done
FROM text_enter(:call.organization_id::bigint, :call.actor::text, :path.text_campaign_id::bigint) k
CROSS JOIN LATERAL text_leave(:call.organization_id::bigint, :call.actor::text, k.id) l

-- name: text_batch
SELECT {columns b} FROM text_batch(:call.organization_id::bigint, :call.actor::text, :path.text_campaign_id::bigint) b

-- name: text_conversation_list
SELECT {columns c}
FROM text_conversation_rows c
WHERE c.organization_id = :call.organization_id::bigint AND c.text_campaign_id = :path.text_campaign_id::bigint
  AND c.texter_actor = :call.actor::text
  AND assert_texter(:call.organization_id::bigint, :call.actor::text, :path.text_campaign_id::bigint)
  AND c.id > CASE WHEN :page.cursor_1::bigint IS NULL THEN 0 ELSE :page.cursor_1::bigint END
  AND (:query.state::text IS NULL OR c.state = :query.state::text)
ORDER BY c.id
LIMIT :page.limit::int

-- name: text_message_list
SELECT {columns m}
FROM text_messages m
WHERE m.organization_id = :call.organization_id::bigint AND m.conversation_id = :path.conversation_id::bigint
  AND assert_talk(:call.organization_id::bigint, :call.actor::text, :path.text_campaign_id::bigint, :path.conversation_id::bigint)
  AND m.id > CASE WHEN :page.cursor_1::bigint IS NULL THEN 0 ELSE :page.cursor_1::bigint END
ORDER BY m.id
LIMIT :page.limit::int

-- name: text_message_get
SELECT {columns m}
FROM text_messages m
WHERE m.organization_id = :call.organization_id::bigint AND m.conversation_id = :path.conversation_id::bigint
  AND m.id = :path.message_id::bigint
  AND assert_talk(:call.organization_id::bigint, :call.actor::text, :path.text_campaign_id::bigint, :path.conversation_id::bigint)

-- name: campaign_text_get
SELECT {columns m}
FROM text_messages m
WHERE m.organization_id = :call.organization_id::bigint AND m.id = :path.text_id::bigint

-- name: text_send
SELECT {columns m}, f.refused_code, f.refused_message
FROM text_send(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint, :path.text_campaign_id::bigint,
               :path.conversation_id::bigint, :body.client_id::uuid, :body.text::text) f
CROSS JOIN LATERAL (SELECT (f.message).*) m

-- name: text_result
SELECT {columns c}
FROM text_result(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint, :path.text_campaign_id::bigint,
                 :path.conversation_id::bigint, :body::jsonb || jsonb_build_object('checked', :arg.checked::jsonb)) c

-- name: text_conversation_close
WITH closed AS (
  UPDATE text_conversations c SET state = 'closed', closed_reason = COALESCE(c.closed_reason, 'closed')
  WHERE c.organization_id = :call.organization_id::bigint AND c.campaign_id = :path.text_campaign_id::bigint
    AND c.id = :path.conversation_id::bigint
    AND assert_talk(:call.organization_id::bigint, :call.actor::text, :path.text_campaign_id::bigint,
      :path.conversation_id::bigint)
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
FROM text_message_begin(:call.organization_id::bigint, :arg.message_id::bigint)

-- name: text_message_end
SELECT text_message_end(:call.organization_id::bigint, :arg.message_id::bigint, :arg.outcome::text, :arg.carrier_id::text,
  :arg.code::text)
