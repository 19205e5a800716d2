-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Steps of the job that sends one message: begin, end, status.

-- Mark the message before it is given to the carrier. todo: 'send', 'wait' (the campaign is paused)
-- or 'nothing'. If a message is already marked, a worker that has ended was sending it.
CREATE OR REPLACE FUNCTION text_message_begin(organization bigint, message bigint)
RETURNS TABLE (todo text, phone text, body text, send_before timestamptz, created_at timestamptz)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  one text_messages;
  talk text_conversations;
  this text_campaigns;
  fault text;
BEGIN
  todo := 'nothing';
  SELECT m.* INTO one FROM text_messages m WHERE m.organization_id = organization AND m.id = message;
  SELECT c.* INTO talk FROM text_conversations c
    WHERE c.organization_id = organization AND c.id = one.conversation_id FOR UPDATE;
  SELECT k.* INTO this FROM text_campaigns k WHERE k.organization_id = organization AND k.id = one.campaign_id;
  SELECT m.* INTO one FROM text_messages m WHERE m.organization_id = organization AND m.id = message FOR UPDATE;
  IF one.state = 'sending' THEN
    UPDATE text_messages m SET state = 'unknown', error = 'worker_lost'
      WHERE m.organization_id = organization AND m.id = message;
  ELSIF one.state = 'queued' THEN
    fault := CASE
      WHEN NOT number_usable(organization, talk.voter_id, one.phone, 'text', this.purpose) THEN text_close(organization, talk)
      WHEN one.send_before <= now() THEN 'too_late'
      WHEN this.state = 'closed' THEN 'campaign_closed' END;
    todo := CASE WHEN fault IS NOT NULL THEN 'nothing' WHEN this.state = 'paused' THEN 'wait' ELSE 'send' END;
    UPDATE text_messages m SET error = fault, sending_at = CASE WHEN todo = 'send' THEN now() END,
        state = CASE WHEN fault IS NOT NULL THEN 'error' WHEN todo = 'send' THEN 'sending' ELSE 'queued' END
      WHERE m.organization_id = organization AND m.id = message;
    IF fault IN ('too_late', 'campaign_closed') THEN
      PERFORM text_take_back(organization, one);
    END IF;
  END IF;
  phone := one.phone;
  body := one.body;
  send_before := one.send_before;
  created_at := one.created_at;
  RETURN NEXT;
END
$$;

-- Take back a text that was certainly not sent: the conversation returns to its previous state.
CREATE OR REPLACE FUNCTION text_take_back(organization bigint, one text_messages) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  UPDATE text_conversations c SET state = CASE WHEN one.initial THEN 'needs_message' ELSE 'needs_response' END
  WHERE c.organization_id = organization AND c.id = one.conversation_id
    AND c.state = CASE WHEN one.initial THEN 'messaged' ELSE 'convo' END;
END
$$;

-- Store the carrier's answer. outcome: sent, refused, again (not accepted, may be sent again),
-- unknown. A refusal may reveal a property of the number; 21610 means that it has opted out with
-- the carrier.
CREATE OR REPLACE FUNCTION text_message_end(organization bigint, message bigint, outcome text, carrier_id text, code text)
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  one text_messages;
  teaches text := CASE WHEN code IN ('21211', '21614', '30005') THEN 'disconnected' WHEN code = '30006' THEN 'landline' END;
BEGIN
  SELECT m.* INTO one FROM text_messages m
    WHERE m.organization_id = organization AND m.id = message AND m.state = 'sending' FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  UPDATE text_messages m SET provider_id = COALESCE(carrier_id, m.provider_id), error = code,
      state = CASE outcome WHEN 'sent' THEN 'sent' WHEN 'again' THEN 'queued' WHEN 'refused' THEN 'error' ELSE 'unknown' END,
      sent_at = CASE WHEN outcome = 'sent' THEN now() END
    WHERE m.organization_id = organization AND m.id = message;
  IF outcome <> 'refused' THEN
    RETURN;
  END IF;
  IF code = '21610' THEN
    PERFORM text_consent(organization, one.phone, 'withdrawn', 'text: opted out with the carrier', now());
  ELSIF teaches IS NOT NULL THEN
    INSERT INTO phone_flags (organization_id, phone, flag, at) VALUES (organization, one.phone, teaches, now())
      ON CONFLICT DO NOTHING;
    PERFORM text_close(organization, c) FROM text_conversations c
      WHERE c.organization_id = organization AND c.phone = one.phone AND c.state <> 'closed';
  ELSE
    PERFORM text_take_back(organization, one);
  END IF;
END
$$;

-- Record a later report of the carrier about a text: delivered or failed. A status never goes
-- backwards.
CREATE OR REPLACE FUNCTION text_message_status(organization bigint, carrier_id text, status text, code text) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
  UPDATE text_messages m SET state = status, error = code, sent_at = COALESCE(m.sent_at, now())
  WHERE m.organization_id = organization AND m.provider_id = carrier_id AND m.direction = 'out'
    AND status IN ('sent', 'delivered', 'error')
    AND array_position('{queued,sending,unknown,sent,delivered,error}', m.state)
      < array_position('{queued,sending,unknown,sent,delivered,error}', status);
END
$$;

GRANT EXECUTE ON FUNCTION text_message_begin(bigint,bigint), text_take_back(bigint,text_messages),
  text_message_end(bigint,bigint,text,text,text), text_message_status(bigint,text,text,text)
  TO campaign_api;
