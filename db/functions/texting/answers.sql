-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Incoming texts, opt-outs, results and reassignment of conversations.

-- Record consent about texts to a number for everybody who has the number, and end or release
-- running conversations. by_contact: the contact that recorded the consent; undoing the contact
-- withdraws the entry.
CREATE OR REPLACE FUNCTION text_consent(organization bigint, number text, said text, origin text, happened timestamptz,
  by_contact bigint DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  INSERT INTO consents (organization_id, voter_id, address, channel, state, source, occurred_at, actor, contact_id)
  SELECT organization, p.id, number, 'text', said, origin, happened,
         COALESCE(NULLIF(current_setting('app.actor', true), ''), 'system'), by_contact
  FROM (SELECT v.id FROM voters_matching(organization, jsonb_build_object('text', number)) m
        JOIN voters v ON v.organization_id = organization AND v.id = m
        WHERE v.phones @> to_jsonb(ARRAY[number])
        UNION SELECT c.voter_id FROM text_conversations c WHERE c.organization_id = organization AND c.phone = number
        -- An entry without a person is added for people who get the number later.
        UNION SELECT NULL::bigint) p;
  IF said = 'withdrawn' THEN
    UPDATE text_conversations c SET state = 'closed', closed_reason = 'opted_out'
      WHERE c.organization_id = organization AND c.phone = number AND c.state <> 'closed';
  END IF;
END
$$;

-- Store an incoming text; called for the organization to whose number the text was sent. A text
-- that the carrier reports twice is stored once. wish: 'stop', 'start', 'unsure' or NULL. The text
-- belongs to the most recently active conversation with this number.
CREATE OR REPLACE FUNCTION text_receive(organization bigint, number text, said text, wish text, said_encoding text,
  said_segments int, carrier_id text, happened timestamptz)
RETURNS SETOF text_messages
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  talk text_conversations;
  made text_messages;
BEGIN
  SELECT c.* INTO talk FROM text_conversations c
    WHERE c.organization_id = organization AND c.phone = number AND c.last_message_at IS NOT NULL
    ORDER BY c.last_message_at DESC, c.id DESC LIMIT 1 FOR UPDATE;
  INSERT INTO text_messages AS m (organization_id, campaign_id, conversation_id, phone, direction, body, encoding, segments,
      state, intent, provider_id, actor, created_at)
    VALUES (organization, talk.campaign_id, talk.id, number, 'in', said, said_encoding, said_segments, 'received', wish,
      carrier_id, COALESCE(NULLIF(current_setting('app.actor', true), ''), 'system'), happened)
    ON CONFLICT (organization_id, provider_id, direction) WHERE provider_id IS NOT NULL DO NOTHING
    RETURNING m.* INTO made;
  IF made.id IS NULL THEN
    RETURN QUERY SELECT m.* FROM text_messages m
      WHERE m.organization_id = organization AND m.provider_id = carrier_id AND m.direction = 'in';
    RETURN;
  END IF;
  IF wish IN ('stop', 'start') THEN
    PERFORM text_consent(organization, number, CASE wish WHEN 'stop' THEN 'withdrawn' ELSE 'granted' END,
                         'text: ' || left(said, 100), happened);
  END IF;
  IF wish IS DISTINCT FROM 'stop' THEN
    UPDATE text_conversations c SET state = 'needs_response', closed_reason = NULL
      WHERE c.organization_id = organization AND c.id = talk.id
        AND (wish = 'start' OR c.closed_reason IS DISTINCT FROM 'opted_out');
  END IF;
  RETURN NEXT made;
END
$$;

-- Record the result of a conversation: a contact with its effects. A final result closes the
-- conversation; no text is sent.
CREATE OR REPLACE FUNCTION text_result(organization bigint, actor text, person bigint, campaign bigint, conversation bigint, given jsonb)
RETURNS SETOF text_conversation_rows
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  this text_campaigns;
  talk text_conversations;
  result text := given ->> 'disposition';
  contact bigint;
BEGIN
  PERFORM assert_conversation(organization, campaign, conversation);
  this := text_enter(organization, actor, campaign);
  SELECT c.* INTO talk FROM text_conversations c
    WHERE c.organization_id = organization AND c.campaign_id = campaign AND c.id = conversation FOR UPDATE;
  PERFORM assert_rule(talk.texter_actor IS NOT DISTINCT FROM actor, 'not_your_conversation', 'Another texter has this conversation.');
  contact := phone_contact(organization, actor, person, given || jsonb_build_object('channel', 'text', 'voter_id', talk.voter_id,
    'phone', talk.phone, 'script_id', this.script_id, 'text_campaign_id', campaign));
  IF result IN ('do_not_text', 'do_not_contact') THEN
    PERFORM text_consent(organization, talk.phone, 'withdrawn', 'text: ' || result, now(), contact);
  END IF;
  UPDATE text_conversations c SET state = 'closed', closed_reason = COALESCE(c.closed_reason, result)
    WHERE c.organization_id = organization AND c.id = conversation AND c.state <> 'closed'
      AND (SELECT d.finishes FROM dispositions d WHERE d.code = result);
  RETURN QUERY SELECT r.* FROM text_conversation_rows r WHERE r.organization_id = organization AND r.id = conversation;
END
$$;

-- Give the conversations of one texter to another. Without another texter, conversations without a
-- first text go back into the pool.
CREATE OR REPLACE FUNCTION text_reassign(organization bigint, campaign bigint, from_texter bigint, to_texter bigint)
RETURNS TABLE (id bigint, moved bigint)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  from_actor text;
  to_actor text;
BEGIN
  PERFORM FROM text_campaigns k WHERE k.organization_id = organization AND k.id = campaign;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  SELECT t.actor INTO from_actor FROM text_texters t
    WHERE t.organization_id = organization AND t.campaign_id = campaign AND t.id = from_texter;
  SELECT t.actor INTO to_actor FROM text_texters t
    WHERE t.organization_id = organization AND t.campaign_id = campaign AND t.id = to_texter;
  IF from_actor IS NULL THEN
    PERFORM refuse_field('from_texter_id', 'unknown_reference', 'There is no such texter in this campaign.');
  ELSIF to_actor IS NULL AND to_texter IS NOT NULL THEN
    PERFORM refuse_field('to_texter_id', 'unknown_reference', 'There is no such texter in this campaign.');
  END IF;
  UPDATE text_conversations c SET texter_actor = to_actor, assigned_at = CASE WHEN to_actor IS NOT NULL THEN now() END
    WHERE c.organization_id = organization AND c.campaign_id = campaign AND c.texter_actor = from_actor
      AND c.state <> 'closed' AND (to_actor IS NOT NULL OR c.state = 'needs_message');
  GET DIAGNOSTICS moved = ROW_COUNT;
  id := campaign;
  RETURN NEXT;
END
$$;

GRANT EXECUTE ON FUNCTION text_consent(bigint,text,text,text,timestamp with time zone,bigint),
  text_receive(bigint,text,text,text,text,int,text,timestamp with time zone),
  text_result(bigint,text,bigint,bigint,bigint,jsonb), text_reassign(bigint,bigint,bigint,bigint)
  TO campaign_api;
