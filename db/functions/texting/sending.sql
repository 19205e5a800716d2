-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Batches of conversations, and the texts that texters send.

-- Returns a batch for a texter: assigned conversations without a first text, and new ones from the
-- pool with people for whom the present hour is permitted. Numbers that opted out since the
-- audience was made are removed. A repetition returns the same batch.
CREATE OR REPLACE FUNCTION text_batch(organization bigint, actor text, campaign bigint)
RETURNS TABLE (id bigint, conversations jsonb, n_left bigint)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  this text_campaigns := text_enter(organization, actor, campaign);
  has int;
  talk text_conversations;
  zones text[] := ARRAY(SELECT z FROM unnest(this.zone_keys) z
                        WHERE hours_open(z, this.start_hour, this.stop_hour, now()));
BEGIN
  PERFORM assert_rule(this.state = 'open', 'not_open', 'This campaign is not open.');
  SELECT count(*) INTO has FROM text_conversations c WHERE c.organization_id = organization
    AND c.campaign_id = campaign AND c.texter_actor = actor AND c.state = 'needs_message';
  WHILE has < this.batch_size LOOP
    SELECT c.* INTO talk FROM text_conversations c
      WHERE c.organization_id = organization AND c.campaign_id = campaign AND c.state = 'needs_message'
        AND c.texter_actor IS NULL AND c.zone_key = ANY (zones)
      ORDER BY c.id LIMIT 1 FOR UPDATE SKIP LOCKED;
    EXIT WHEN NOT FOUND;
    IF number_usable(organization, talk.voter_id, talk.phone, 'text', this.purpose) THEN
      UPDATE text_conversations c SET texter_actor = actor, assigned_at = now()
        WHERE c.organization_id = organization AND c.id = talk.id;
      has := has + 1;
    ELSE
      PERFORM text_close(organization, talk);
    END IF;
  END LOOP;
  id := campaign;
  SELECT COALESCE(jsonb_agg(to_jsonb(r) - 'organization_id' ORDER BY r.id), '[]') INTO conversations
    FROM text_conversation_rows r WHERE r.organization_id = organization AND r.text_campaign_id = campaign
      AND r.texter_actor = actor AND r.state = 'needs_message';
  SELECT count(*) INTO n_left FROM text_conversations c WHERE c.organization_id = organization
    AND c.campaign_id = campaign AND c.state = 'needs_message' AND c.texter_actor IS NULL;
  RETURN NEXT;
END
$$;

-- Close a conversation whose number must not be used, because of an opt-out or because the number
-- is unusable.
CREATE OR REPLACE FUNCTION text_close(organization bigint, talk text_conversations) RETURNS text
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  purpose text := (SELECT k.purpose FROM text_campaigns k WHERE k.organization_id = organization AND k.id = talk.campaign_id);
  reason text := CASE WHEN consent_allows(organization, talk.voter_id, 'text', purpose, talk.phone)
                      THEN 'unusable_number' ELSE 'opted_out' END;
BEGIN
  UPDATE text_conversations c SET state = 'closed', closed_reason = reason
    WHERE c.organization_id = organization AND c.id = talk.id;
  RETURN reason;
END
$$;

-- Queue a text that may be sent now; returns its id.
CREATE OR REPLACE FUNCTION text_queue(actor text, person bigint, this text_campaigns, talk text_conversations, body text, act uuid)
RETURNS bigint
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  made bigint;
  size record;
BEGIN
  SELECT * INTO size FROM text_length(body);
  IF size.segments > 10 THEN
    PERFORM refuse_field('text', 'too_long', format('This takes %s segments; at most 10.', size.segments));
  END IF;
  INSERT INTO text_messages (organization_id, campaign_id, conversation_id, phone, direction, initial, body, encoding,
      segments, state, client_id, actor, user_id, send_before)
    VALUES (this.organization_id, this.id, talk.id, talk.phone, 'out', talk.state = 'needs_message', body, size.encoding,
      size.segments, 'queued', act, text_queue.actor, person, hours_end(talk.zone_key, this.stop_hour, now()))
    RETURNING id INTO made;
  PERFORM job_enqueue(this.organization_id, 'text.send', jsonb_build_object('message_id', made));
  UPDATE text_conversations c SET
      state = CASE c.state WHEN 'needs_message' THEN 'messaged' ELSE 'convo' END, last_message_at = now(),
      texter_actor = COALESCE(c.texter_actor, text_queue.actor), assigned_at = COALESCE(c.assigned_at, now())
    WHERE c.organization_id = this.organization_id AND c.id = talk.id;
  RETURN made;
END
$$;

-- Send one text per call: the first text from the template, or an answer. A refusal is a row
-- instead of an exception, so that changes made meanwhile are kept.
CREATE OR REPLACE FUNCTION text_send(organization bigint, actor text, person bigint, campaign bigint, conversation bigint,
  act uuid, answer text)
RETURNS TABLE (message text_messages, refused_code text, refused_message text)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  this text_campaigns;
  talk text_conversations;
  made bigint;
BEGIN
  PERFORM assert_conversation(organization, campaign, conversation);
  this := text_enter(organization, actor, campaign);
  SELECT c.* INTO talk FROM text_conversations c
    WHERE c.organization_id = organization AND c.campaign_id = campaign AND c.id = conversation FOR UPDATE;
  SELECT m.* INTO message FROM text_messages m WHERE m.organization_id = organization AND m.client_id = act;
  IF FOUND THEN
    PERFORM assert_rule(message.conversation_id = conversation AND message.actor = text_send.actor, 'client_id_reused',
                        'This client_id was used for something else.');
    RETURN NEXT;
    RETURN;
  END IF;
  PERFORM assert_rule(this.state = 'open', 'not_open', 'This campaign is not open.');
  PERFORM assert_rule(talk.texter_actor IS NOT DISTINCT FROM actor, 'not_your_conversation', 'Another texter has this conversation.');
  PERFORM assert_rule(talk.state <> 'closed', 'conversation_closed', 'This conversation is closed.');
  PERFORM assert_rule(talk.state <> 'messaged', 'no_answer_yet', 'They have not answered: a second text is not sent.');
  IF (talk.state = 'needs_message') = (answer IS NOT NULL) THEN
    PERFORM refuse_field('text', CASE WHEN answer IS NULL THEN 'required' ELSE 'not_wanted' END,
      CASE WHEN answer IS NULL THEN 'An answer needs a text.' ELSE 'The first text is made from the template.' END);
  END IF;
  IF NOT number_usable(organization, talk.voter_id, talk.phone, 'text', this.purpose) THEN
    refused_code := text_close(organization, talk);
    refused_message := CASE refused_code WHEN 'opted_out' THEN 'This person wants no texts. The conversation is closed.'
                                         ELSE 'This number is of no use. The conversation is closed.' END;
  ELSIF NOT hours_open(talk.zone_key, this.start_hour, this.stop_hour, now()) THEN
    refused_code := 'quiet_hours';
    refused_message := format('It is not between %s and %s where they are. Send it from %s UTC on.', this.start_hour,
      this.stop_hour, to_char(hours_next(talk.zone_key, this.start_hour, this.stop_hour, now()), 'YYYY-MM-DD HH24:MI'));
  ELSIF answer IS NULL AND text_unfilled(this.template, text_values(organization, talk.voter_id, actor)) IS NOT NULL THEN
    refused_code := 'field_empty';
    refused_message := format('Of this person there is no %s: the template needs a stand-in, such as {first_name|neighbor}.',
      text_unfilled(this.template, text_values(organization, talk.voter_id, actor)));
  ELSE
    made := text_queue(actor, person, this, talk, COALESCE(answer,
      text_render(this.template, text_values(organization, talk.voter_id, actor))), act);
    SELECT m.* INTO message FROM text_messages m WHERE m.organization_id = organization AND m.id = made;
  END IF;
  RETURN NEXT;
END
$$;

-- Send first texts to the requested number of conversations, without a call for each. allowed: the
-- server's setting TEXT_SEND_ALL.
CREATE OR REPLACE FUNCTION text_send_all(organization bigint, actor text, person bigint, campaign bigint, most int, allowed boolean)
RETURNS TABLE (id bigint, queued bigint, n_left bigint)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  this text_campaigns;
  talk text_conversations;
BEGIN
  SELECT k.* INTO this FROM text_campaigns k WHERE k.organization_id = organization AND k.id = campaign;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM assert_rule(allowed, 'send_all_off', 'This server sends no texts without a click each (TEXT_SEND_ALL).');
  PERFORM assert_rule(this.state = 'open', 'not_open', 'This campaign is not open.');
  id := campaign;
  queued := 0;
  FOR talk IN SELECT c.* FROM text_conversations c
    WHERE c.organization_id = organization AND c.campaign_id = campaign AND c.state = 'needs_message'
      AND c.texter_actor IS NULL AND hours_open(c.zone_key, this.start_hour, this.stop_hour, now())
      AND text_unfilled(this.template, text_values(organization, c.voter_id, actor)) IS NULL
    ORDER BY c.id LIMIT most FOR UPDATE SKIP LOCKED
  LOOP
    IF number_usable(organization, talk.voter_id, talk.phone, 'text', this.purpose) THEN
      PERFORM text_queue(actor, person, this, talk,
        text_render(this.template, text_values(organization, talk.voter_id, actor)), NULL);
      queued := queued + 1;
    ELSE
      PERFORM text_close(organization, talk);
    END IF;
  END LOOP;
  SELECT count(*) INTO n_left FROM text_conversations c WHERE c.organization_id = organization
    AND c.campaign_id = campaign AND c.state = 'needs_message' AND c.texter_actor IS NULL;
  RETURN NEXT;
END
$$;

GRANT EXECUTE ON FUNCTION text_batch(bigint,text,bigint), text_close(bigint,text_conversations),
  text_queue(text,bigint,text_campaigns,text_conversations,text,uuid),
  text_send(bigint,text,bigint,bigint,bigint,uuid,text),
  text_send_all(bigint,text,bigint,bigint,integer,boolean)
  TO campaign_api;
