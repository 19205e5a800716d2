-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Consent: the entries that count, and whether a person may be contacted.

-- Does an entry count? Entries recorded by a contact that was undone do not.
CREATE OR REPLACE FUNCTION consent_counts(organization bigint, contact bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN (
    SELECT contact IS NULL OR COALESCE((SELECT c.holds FROM voter_contacts c
                                        WHERE c.organization_id = organization AND c.id = contact), true));
END
$$;

CREATE OR REPLACE FUNCTION consent_allows(organization bigint, voter bigint, channel text, purpose text,
  target text DEFAULT NULL)
RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_column
BEGIN
  RETURN (
    SELECT COALESCE((
      SELECT c.state = 'granted' FROM consents c
      WHERE c.organization_id = organization AND c.voter_id = voter AND (c.address IS NULL OR c.address = target)
        AND c.channel IN ('any', consent_allows.channel) AND c.purpose IN ('any', consent_allows.purpose)
        AND consent_counts(organization, c.contact_id)
      ORDER BY c.occurred_at DESC, c.id DESC LIMIT 1), true)
    AND COALESCE((
      SELECT c.state = 'granted' FROM consents c
      WHERE c.organization_id = organization AND c.address = target
        AND c.channel IN ('any', consent_allows.channel) AND c.purpose IN ('any', consent_allows.purpose)
        AND consent_counts(organization, c.contact_id)
      ORDER BY c.occurred_at DESC, c.id DESC LIMIT 1), true));
END
$$;

-- Returns an e-mail address or telephone number in normal form for comparison.
CREATE OR REPLACE FUNCTION consent_address(given text) RETURNS text
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
  digits text := regexp_replace(given, '[^0-9]', '', 'g');
BEGIN
  IF given IS NULL THEN
    RETURN NULL;
  ELSIF given ~ '^[^@[:space:]]+@[^@[:space:]]+$' THEN
    RETURN lower(given);
  ELSIF given ~ '[^-+0-9 ().]' OR length(digits) NOT BETWEEN 7 AND 15 THEN
    PERFORM refuse_field('address', 'address', 'This is neither a telephone number nor an e-mail address.');
  END IF;
  RETURN CASE WHEN given LIKE '+%' THEN '+' WHEN length(digits) = 10 THEN '+1'
              WHEN length(digits) = 11 AND digits LIKE '1%' THEN '+' ELSE '' END || digits;
END
$$;

CREATE OR REPLACE FUNCTION consent_record(organization bigint, actor text, given jsonb)
RETURNS TABLE (consent consents, refused_code text, refused_message text)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  made consents := jsonb_populate_record(NULL::consents, jsonb_strip_nulls(given));
BEGIN
  made.address := consent_address(made.address);
  IF made.voter_id IS NULL AND made.address IS NULL THEN
    PERFORM refuse_field('voter_id', 'required', 'Say whose word this is: a person or an address.');
  ELSIF made.voter_id IS NOT NULL THEN
    made.voter_id := voter_survivor(organization, made.voter_id);
  END IF;
  INSERT INTO consents AS c (organization_id, client_id, voter_id, address, channel, purpose, state, source, note,
                             occurred_at, actor)
    VALUES (organization, made.client_id, made.voter_id, made.address, made.channel, COALESCE(made.purpose, 'any'),
            made.state, made.source, made.note, door_time(made.occurred_at), consent_record.actor)
    ON CONFLICT DO NOTHING RETURNING c.* INTO consent;
  IF NOT FOUND THEN
    SELECT c.* INTO consent FROM consents c WHERE c.organization_id = organization AND c.client_id = made.client_id;
    IF (consent.voter_id, consent.address, consent.channel, consent.state) IS DISTINCT FROM
       (made.voter_id, made.address, made.channel, made.state) THEN
      refused_code := 'client_id_reused';
      refused_message := 'This client_id was used for something else.';
    END IF;
  END IF;
  RETURN NEXT;
END
$$;

-- May the person be contacted at the address or, without one, at one or more of the person's
-- addresses?
CREATE OR REPLACE FUNCTION consent_allows_some(organization bigint, voter bigint, channel text, purpose text, target text) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT consent_allows(organization, voter, channel, purpose, target) AND (target IS NOT NULL OR COALESCE((
    SELECT bool_or(consent_allows(organization, voter, channel, purpose, consent_address(a.address)))
    FROM voters v CROSS JOIN jsonb_array_elements_text(CASE WHEN channel IN ('phone', 'text') THEN v.phones
                                                            WHEN channel = 'email' THEN v.emails ELSE '[]' END) a (address)
    WHERE v.organization_id = organization AND v.id = voter), true))
$$;

-- Returns for each channel and purpose the consent entry in force, and whether the person may be
-- contacted.
CREATE OR REPLACE FUNCTION consent_current(organization bigint, voter bigint, target text) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT jsonb_agg(jsonb_build_object('channel', h.channel, 'purpose', p.purpose,
           'allowed', consent_allows_some(organization, voter, h.channel, p.purpose, target),
           'state', l.state, 'source', l.source, 'occurred_at', to_char(l.occurred_at AT TIME ZONE 'UTC',
                                                                        'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
         ORDER BY h.ord, p.ord)
  FROM unnest(ARRAY['door', 'phone', 'text', 'email', 'mail']) WITH ORDINALITY h (channel, ord)
  CROSS JOIN unnest(ARRAY['campaign', 'fundraising', 'volunteer']) WITH ORDINALITY p (purpose, ord)
  LEFT JOIN LATERAL (
    SELECT c.* FROM consents c
    WHERE c.organization_id = organization AND (c.voter_id = voter OR c.address = target)
      AND (c.address IS NULL OR c.address = target)
      AND c.channel IN ('any', h.channel) AND c.purpose IN ('any', p.purpose)
     
      AND consent_counts(organization, c.contact_id)
    ORDER BY c.occurred_at DESC, c.id DESC LIMIT 1) l ON true
$$;

GRANT EXECUTE ON FUNCTION consent_counts(bigint,bigint),
  consent_allows(bigint,bigint,text,text,text)
  TO campaign_api, campaign_definer;

GRANT EXECUTE ON FUNCTION consent_address(text), consent_record(bigint,text,jsonb),
  consent_allows_some(bigint,bigint,text,text,text), consent_current(bigint,bigint,text)
  TO campaign_api;
