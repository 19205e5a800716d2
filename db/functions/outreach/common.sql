-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Functions shared by phone banks and text campaigns: usable numbers, join codes, recording the
-- contact of a call.

-- Returns the person's first usable number: not flagged as wrong or disconnected, consent not
-- withdrawn, and for texts not a landline.
CREATE OR REPLACE FUNCTION usable_number(organization bigint, voter bigint, channel text, purpose text) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_column
BEGIN
  RETURN (
    SELECT p.phone FROM voters v, jsonb_array_elements_text(v.phones) WITH ORDINALITY p (phone, n)
    WHERE v.organization_id = organization AND v.id = voter AND v.unreachable IS NULL AND v.merged_into IS NULL
      AND NOT EXISTS (SELECT FROM phone_flags f
        WHERE f.organization_id = organization AND f.phone = p.phone AND (f.voter_id IS NULL OR f.voter_id = v.id)
          AND (f.flag <> 'landline' OR channel = 'text'))
      AND consent_allows(organization, voter, channel, purpose, p.phone)
    ORDER BY p.n LIMIT 1);
END
$$;

-- May this number of this person be used now?
CREATE OR REPLACE FUNCTION number_usable(organization bigint, voter bigint, number text, channel text, purpose text) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_column
BEGIN
  RETURN (
    SELECT EXISTS (SELECT FROM voters v
        WHERE v.organization_id = organization AND v.id = voter AND v.unreachable IS NULL AND v.merged_into IS NULL)
      AND NOT EXISTS (SELECT FROM phone_flags f
        WHERE f.organization_id = organization AND f.phone = number AND (f.voter_id IS NULL OR f.voter_id = voter)
          AND (f.flag <> 'landline' OR channel = 'text'))
      AND consent_allows(organization, voter, channel, purpose, number));
END
$$;

-- Returns a new join code: eight letters and digits that are not easily confused, forty random
-- bits.
CREATE OR REPLACE FUNCTION joining_code() RETURNS text
LANGUAGE sql VOLATILE
AS $$
  SELECT string_agg(substr('ABCDEFGHJKLMNPQRSTUVWXYZ23456789', get_byte(u, i) % 32 + 1, 1), '')
  FROM (SELECT uuid_send(gen_random_uuid()) AS u OFFSET 0) r, unnest('{0,1,2,3,4,5,9,10}'::int[]) i
$$;

-- Returns a typed join code in its normal form.
CREATE OR REPLACE FUNCTION joining_code_clean(typed text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$ SELECT upper(regexp_replace(typed, '[\s-]', '', 'g')) $$;

-- Refuse list_id if the organization has no such list, and user_id if that person is not a member.
-- Both functions return true, so that they can be called in a WHERE.
CREATE OR REPLACE FUNCTION assert_list(organization bigint, list bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM voter_lists l WHERE l.organization_id = organization AND l.id = list) THEN
    PERFORM refuse_field('list_id', 'unknown_reference', 'There is no such list.');
  END IF;
  RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION assert_participant(organization bigint, person bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM organization_members m WHERE m.organization_id = organization AND m.user_id = person) THEN
    PERFORM refuse_field('user_id', 'unknown_reference', 'There is no such member.');
  END IF;
  RETURN true;
END
$$;

-- Record a contact or raise an exception; returns the contact's id.
CREATE OR REPLACE FUNCTION phone_contact(organization bigint, actor text, person bigint, given jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  made record;
BEGIN
  SELECT (r.contact).id AS id, r.refused_code, r.refused_message INTO made
    FROM contact_record(organization, actor, person, given) r;
  IF made.refused_code IS NOT NULL THEN
    RAISE EXCEPTION '%', made.refused_message USING ERRCODE = 'CC409', DETAIL = made.refused_code;
  END IF;
  RETURN made.id;
END
$$;

GRANT EXECUTE ON FUNCTION usable_number(bigint,bigint,text,text),
  number_usable(bigint,bigint,text,text,text), joining_code(), joining_code_clean(text),
  assert_list(bigint,bigint), assert_participant(bigint,bigint),
  phone_contact(bigint,text,bigint,jsonb)
  TO campaign_api;
