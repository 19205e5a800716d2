-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Organizations, members, invitations, API tokens and devices. Row-level security already hides
-- other organizations; the conditions on organization_id are here for the indexes and for readers
-- of the code.

-- Organizations ----------------------------------------------------------------------------------

-- name: second_factor_demanded
SELECT o.require_second_factor AS demanded FROM organizations o WHERE o.id = :call.organization_id::bigint FOR UPDATE;

-- name: second_factor_of_actor
SELECT second_factor_holds(u.totp_confirmed_at, u.second_factor_ends_at) AS holds
FROM users u WHERE u.id = :call.user_id::bigint;

-- name: organization_new
-- Begin the new organization, for which the transaction acts from here on; also returns a slug to
-- try.
SELECT organization_begin() AS id,
       assert_budget('ORGANIZATIONS_PER_PERSON', 1 + (SELECT count(*) FROM organization_members m
                       WHERE m.user_id = :call.user_id::bigint AND m.role = 'owner'),
                     'Organizations that you own', 'Hand one over to somebody else first.') AS fits,
       COALESCE(NULLIF(slugify(:body.name::text), ''), 'organization') AS slug;

-- name: organization_create
-- Create the organization. No row: the slug is taken, perhaps by an organization that row-level
-- security hides.
INSERT INTO organizations (id, name, slug, description, avatar_url, website_url, timezone,
                           default_event_capacity, require_second_factor)
VALUES (:call.organization_id::bigint, :body.name::text, :arg.slug::text, :body.description::text,
        :body.avatar_url::text, :body.website_url::text, :body.timezone::text, :body.default_event_capacity::int,
        :body.require_second_factor::boolean)
ON CONFLICT (slug) DO NOTHING
RETURNING id;

-- name: organization_found
-- Create the first member of a new organization, and switch the session to the organization.
WITH founder AS (
  INSERT INTO organization_members (organization_id, user_id, role)
  VALUES (:call.organization_id::bigint, :call.user_id::bigint, 'owner')
  RETURNING organization_id, user_id
)
UPDATE sessions s SET active_organization_id = f.organization_id
FROM founder f
WHERE s.id = :call.session_id::bigint AND s.user_id = f.user_id
RETURNING s.id;

-- name: organization_list
SELECT o.id, o.name, o.slug, o.avatar_url, o.timezone, m.role, m.permissions, m.joined_at,
       COALESCE(o.id = :call.organization_id::bigint, false) AS active
FROM organization_members m
JOIN organizations o ON o.id = m.organization_id
WHERE m.user_id = :call.user_id::bigint AND o.id > COALESCE(:page.cursor_1::bigint, 0)
ORDER BY o.id
LIMIT :page.limit::int;

-- name: membership_get
SELECT o.id, o.name, o.slug, o.avatar_url, o.timezone, m.role, m.permissions, m.joined_at,
       true AS active
FROM organization_members m
JOIN organizations o ON o.id = m.organization_id
WHERE m.organization_id = :arg.organization_id::bigint AND m.user_id = :call.user_id::bigint;

-- name: organization_get
SELECT {columns o} FROM organizations o WHERE o.id = :call.organization_id::bigint;

-- name: organization_update
UPDATE organizations o
SET ({writable}) = (SELECT {writable r} FROM jsonb_populate_record(o, :body::jsonb) r)
WHERE o.id = :call.organization_id::bigint AND assert_version(o.version, :call.if_match::bigint)
RETURNING {columns o};

-- name: organization_switch
-- The organization is not the active one yet, so row-level security shows only the user's own
-- membership in it. No row: the user is not a member.
UPDATE sessions s SET active_organization_id = m.organization_id
FROM organization_members m
WHERE s.id = :call.session_id::bigint AND s.user_id = m.user_id
  AND m.organization_id = :body.organization_id::bigint AND m.user_id = :call.user_id::bigint
RETURNING s.id;

-- Members ----------------------------------------------------------------------------------------

-- name: member_list
-- Devices are refused: a tablet at a door must not show who belongs to the organization and with
-- which rights.
SELECT m.id, m.user_id, u.first_name, u.last_name, u.email, u.avatar_url,
       second_factor_holds(u.totp_confirmed_at, u.second_factor_ends_at) AS has_second_factor,
       m.role, m.permissions, m.invited_by, m.joined_at, m.updated_at, m.version
FROM organization_members m
JOIN users u ON u.id = m.user_id
WHERE m.organization_id = :call.organization_id::bigint AND m.id > COALESCE(:page.cursor_1::bigint, 0)
  AND scope_assert_no_device(:call.actor::text)
  AND (:query.role::text IS NULL OR m.role = :query.role::text)
ORDER BY m.id
LIMIT :page.limit::int;

-- name: member_lock
-- Read the member as stored now, locked until the commit, and the member's single rights merged
-- with :arg.permissions.
SELECT m.role, m.permissions,
       jsonb_strip_nulls(m.permissions || COALESCE(:arg.permissions::jsonb, '{}')) AS merged,
       assert_version(m.version, :call.if_match::bigint) AS fits
FROM organization_members m
WHERE m.organization_id = :call.organization_id::bigint AND m.user_id = :path.user_id::bigint
FOR UPDATE;

-- name: member_update
UPDATE organization_members m SET role = :arg.role::text, permissions = :arg.permissions::jsonb
FROM users u
WHERE m.organization_id = :call.organization_id::bigint AND m.user_id = :path.user_id::bigint
  AND u.id = m.user_id
RETURNING m.id, m.user_id, u.first_name, u.last_name, u.email, u.avatar_url,
          second_factor_holds(u.totp_confirmed_at, u.second_factor_ends_at) AS has_second_factor,
          m.role, m.permissions, m.invited_by, m.joined_at, m.updated_at, m.version;

-- name: member_remove
WITH gone AS (
  DELETE FROM organization_members m
  WHERE m.organization_id = :call.organization_id::bigint AND m.user_id = :arg.user_id::bigint
  RETURNING m.organization_id, m.user_id
), freed AS (
  UPDATE sessions s SET active_organization_id = NULL
  FROM gone g
  WHERE s.user_id = g.user_id AND s.active_organization_id = g.organization_id
)
SELECT user_id FROM gone;

-- name: member_ends
-- End the unused invitations and pairing codes of a removed member.
WITH invited AS (
  UPDATE invitations i SET status = 'revoked'
  WHERE i.organization_id = :call.organization_id::bigint AND i.invited_by = :arg.user_id::bigint AND i.status = 'pending'
)
UPDATE devices d SET pairing_hash = NULL, pairing_expires_at = NULL
WHERE d.organization_id = :call.organization_id::bigint AND d.created_by = :arg.user_id::bigint
  AND d.pairing_hash IS NOT NULL;

-- name: member_tokens
-- Read the valid tokens that a member has made.
SELECT t.id, t.name FROM api_tokens t
WHERE t.organization_id = :call.organization_id::bigint AND t.created_by = :arg.user_id::bigint
  AND t.revoked_at IS NULL AND t.expires_at > now()
ORDER BY t.id;

-- name: owner_addresses
SELECT u.email, o.name AS organization_name
FROM organization_members m JOIN users u ON u.id = m.user_id JOIN organizations o ON o.id = m.organization_id
WHERE m.organization_id = :call.organization_id::bigint AND m.role = 'owner'
ORDER BY u.id LIMIT 20;

-- name: owner_make
UPDATE organization_members m SET role = 'owner', permissions = '{}'
WHERE m.organization_id = :call.organization_id::bigint AND m.user_id = :body.user_id::bigint
RETURNING m.user_id;

-- name: owner_step_down
-- Make the former owner an admin. Runs after owner_make, so that there is an owner at any time. No
-- row: the person is no longer an owner.
UPDATE organization_members m SET role = 'admin'
WHERE m.organization_id = :call.organization_id::bigint AND m.user_id = :call.user_id::bigint
  AND m.role = 'owner'
RETURNING m.user_id;

-- Invitations ------------------------------------------------------------------------------------

-- name: invitation_prepare
-- Read the data that the rules and the mail need before an invitation is created.
SELECT o.name AS organization_name,
       (SELECT concat_ws(' ', u.first_name, u.last_name) FROM users u WHERE u.id = :call.user_id::bigint)
         AS inviter,
       EXISTS (SELECT FROM organization_members m JOIN users u ON u.id = m.user_id
               WHERE m.organization_id = o.id AND u.email = :arg.email::text) AS is_member,
       EXISTS (SELECT FROM organization_members m WHERE m.organization_id = o.id OFFSET 1) AS joined
FROM organizations o
WHERE o.id = :call.organization_id::bigint;

-- name: invitation_clear
-- Revoke an expired invitation, so that it does not prevent a new one.
UPDATE invitations i SET status = 'revoked'
WHERE i.organization_id = :call.organization_id::bigint AND i.email = :arg.email::text
  AND i.status = 'pending' AND i.expires_at <= now();

-- name: invitation_create
-- Create an invitation. No row: another one is pending.
INSERT INTO invitations (organization_id, email, role, permissions, token_hash, invited_by, status,
                         message, expires_at, sent_at)
VALUES (:call.organization_id::bigint, :arg.email::text, :body.role::text,
        jsonb_strip_nulls(COALESCE(:body.permissions::jsonb, '{}')), :arg.token_hash::bytea, :call.user_id::bigint,
        'pending', :body.message::text, now() + interval '14 days', now())
ON CONFLICT (organization_id, email) WHERE status = 'pending' DO NOTHING
RETURNING id, email, role, permissions, message, status, invited_by, created_at, updated_at,
          expires_at, sent_at, responded_at, version;

-- name: invitation_get
SELECT i.id, i.email, i.role, i.permissions, i.message,
       CASE WHEN i.status = 'pending' AND i.expires_at <= now() THEN 'expired' ELSE i.status END AS status,
       i.invited_by, i.created_at, i.updated_at, i.expires_at, i.sent_at, i.responded_at, i.version
FROM invitations i
WHERE i.organization_id = :call.organization_id::bigint AND i.id = :path.invitation_id::bigint;

-- name: invitation_list
SELECT i.* FROM (
  SELECT id, email, role, permissions, message,
         CASE WHEN status = 'pending' AND expires_at <= now() THEN 'expired' ELSE status END AS status,
         invited_by, created_at, updated_at, expires_at, sent_at, responded_at, version
  FROM invitations
  WHERE organization_id = :call.organization_id::bigint AND id > COALESCE(:page.cursor_1::bigint, 0)
) i
WHERE :query.status::text IS NULL OR i.status = :query.status::text
ORDER BY i.id
LIMIT :page.limit::int;

-- name: invitation_revoke
UPDATE invitations i SET status = 'revoked'
WHERE i.organization_id = :call.organization_id::bigint AND i.id = :path.invitation_id::bigint
  AND i.status = 'pending'
RETURNING i.id;

-- name: invitation_lock
SELECT i.email, i.role, i.permissions, i.message, i.status = 'pending' AS pending,
       i.sent_at > now() - interval '1 minute' AS too_soon
FROM invitations i
WHERE i.organization_id = :call.organization_id::bigint AND i.id = :path.invitation_id::bigint
FOR UPDATE;

-- name: invitation_resend
UPDATE invitations i
SET token_hash = :arg.token_hash::bytea, expires_at = now() + interval '14 days', sent_at = now()
WHERE i.organization_id = :call.organization_id::bigint AND i.id = :path.invitation_id::bigint
RETURNING id, email, role, permissions, message, status, invited_by, created_at, updated_at,
          expires_at, sent_at, responded_at, version;

-- name: invitation_find
-- Find the token's invitation in any organization, with the person who holds the address, if any.
SELECT i.organization_id, i.id, i.email, i.status, i.expires_at <= now() AS expired,
       u.email AS user_email, u.email_verified_at IS NOT NULL AS verified
FROM invitation_by_token(:arg.token_hash::bytea) i
LEFT JOIN users u ON u.id = :call.user_id::bigint;

-- name: invitation_accept
-- Accept an invitation. The conditions are checked again under the row's lock; `taken` and `joined`
-- show which of the two steps failed.
WITH taken AS (
  UPDATE invitations i SET status = 'accepted', responded_at = now()
  WHERE i.organization_id = :call.organization_id::bigint AND i.id = :arg.invitation_id::bigint
    AND i.token_hash = :arg.token_hash::bytea AND i.status = 'pending' AND i.expires_at > now()
  RETURNING i.organization_id, i.role, i.permissions, i.invited_by
), joined AS (
  INSERT INTO organization_members (organization_id, user_id, role, permissions, invited_by)
  SELECT t.organization_id, :call.user_id::bigint, t.role, t.permissions, t.invited_by FROM taken t
  ON CONFLICT (organization_id, user_id) DO NOTHING
  RETURNING organization_id, user_id
), switched AS (
  UPDATE sessions s SET active_organization_id = j.organization_id
  FROM joined j
  WHERE s.id = :call.session_id::bigint AND s.user_id = j.user_id
)
SELECT EXISTS (SELECT FROM taken) AS taken, EXISTS (SELECT FROM joined) AS joined;

-- name: invitation_decline
UPDATE invitations i SET status = 'declined', responded_at = now()
WHERE i.organization_id = :call.organization_id::bigint AND i.id = :arg.invitation_id::bigint
  AND i.token_hash = :arg.token_hash::bytea AND i.status = 'pending' AND i.expires_at > now()
RETURNING i.id;

-- API tokens -------------------------------------------------------------------------------------

-- name: api_token_create
-- Create an API token. maker: the token that creates this token; NULL when a person creates it.
-- LEAST ignores NULL, so a token never outlives its maker. created_by is copied from the maker, so
-- it always names the person who created the first token.
INSERT INTO api_tokens (organization_id, name, token_hash, token_prefix, scopes, created_by, made_by_token, expires_at)
SELECT :call.organization_id::bigint, :body.name::text, :arg.token_hash::bytea, :arg.token_prefix::text,
       :arg.scopes::jsonb, COALESCE(:call.user_id::bigint, maker.created_by), maker.id,
       LEAST(COALESCE(:body.expires_at::timestamptz, now() + interval '90 days'), maker.expires_at)
FROM (VALUES (1)) one
LEFT JOIN api_tokens maker ON maker.organization_id = :call.organization_id::bigint AND maker.id = :arg.maker_id::bigint
RETURNING id, name, token_prefix, scopes, expires_at;

-- name: api_token_get
SELECT {columns t} FROM api_tokens_shown t
WHERE t.organization_id = :call.organization_id::bigint AND t.id = :path.token_id::bigint;

-- name: credential_get
-- Read the credential that makes the request: the token, device or session with that id.
SELECT t.name, t.created_at, t.expires_at FROM api_tokens t
WHERE :call.actor::text LIKE 'token:%' AND t.organization_id = :call.organization_id::bigint
  AND t.id = :call.session_id::bigint
UNION ALL
SELECT d.name, d.created_at, NULL FROM devices d
WHERE :call.actor::text LIKE 'device:%' AND d.organization_id = :call.organization_id::bigint
  AND d.id = :call.session_id::bigint
UNION ALL
SELECT s.device_name, s.created_at, s.expires_at FROM sessions s
WHERE :call.actor::text LIKE 'user:%' AND s.user_id = :call.user_id::bigint AND s.id = :call.session_id::bigint;

-- name: api_token_list
SELECT {columns t} FROM api_tokens_shown t
WHERE t.organization_id = :call.organization_id::bigint AND t.id > COALESCE(:page.cursor_1::bigint, 0)
  AND (:query.include_revoked::boolean OR t.revoked_at IS NULL)
ORDER BY t.id
LIMIT :page.limit::int;

-- name: api_token_revoke
-- Revoke a token and all tokens that were made with it, because a person who has this token may
-- have those too.
WITH RECURSIVE family AS (
  SELECT t.id FROM api_tokens t
  WHERE t.organization_id = :call.organization_id::bigint AND t.id = :arg.token_id::bigint AND t.revoked_at IS NULL
  UNION
  SELECT t.id FROM api_tokens t JOIN family f ON t.made_by_token = f.id
  WHERE t.organization_id = :call.organization_id::bigint
)
UPDATE api_tokens t SET revoked_at = now()
FROM family f
WHERE t.organization_id = :call.organization_id::bigint AND t.id = f.id AND t.revoked_at IS NULL
RETURNING t.id;

-- Devices ----------------------------------------------------------------------------------------

-- name: device_create
-- Create a device. No row: the event of the scope does not belong to this organization. A turf of
-- another organization gives no access, so it is treated like a turf outside the actor's scope.
INSERT INTO devices (organization_id, name, profile, scope, scopes, pairing_hash, pairing_expires_at,
                     created_by)
SELECT :call.organization_id::bigint, :body.name::text, :body.profile::text,
       COALESCE(:body.scope::jsonb, '{"event_id": null, "turf_id": null}'), :arg.scopes::jsonb, :arg.pairing_hash::bytea,
       now() + interval '10 minutes', :call.user_id::bigint
WHERE scope_assert_device(:call.organization_id::bigint, :call.actor::text, :call.user_id::bigint, :call.rights::jsonb,
                          :arg.scopes::jsonb, :body.scope::jsonb)
  AND (:body.scope::jsonb ->> 'event_id' IS NULL
       OR EXISTS (SELECT FROM events e WHERE e.organization_id = :call.organization_id::bigint
                  AND e.id = (:body.scope::jsonb ->> 'event_id')::bigint))
RETURNING id, name, pairing_expires_at;

-- name: device_get
SELECT {columns d} FROM devices d
WHERE d.organization_id = :call.organization_id::bigint AND d.id = :path.device_id::bigint;

-- name: device_list
SELECT {columns d} FROM devices d
WHERE d.organization_id = :call.organization_id::bigint AND d.id > COALESCE(:page.cursor_1::bigint, 0)
  AND (:query.include_revoked::boolean OR d.revoked_at IS NULL)
ORDER BY d.id
LIMIT :page.limit::int;

-- name: device_update
UPDATE devices d
SET name = COALESCE(:body.name::text, d.name)
WHERE d.organization_id = :call.organization_id::bigint AND d.id = :path.device_id::bigint
  AND d.revoked_at IS NULL AND assert_version(d.version, :call.if_match::bigint)
RETURNING {columns d};

-- name: device_revoke
UPDATE devices d
SET revoked_at = now(), token_hash = NULL, pairing_hash = NULL, pairing_expires_at = NULL
WHERE d.organization_id = :call.organization_id::bigint AND d.id = :path.device_id::bigint
  AND d.revoked_at IS NULL
RETURNING d.id;

-- name: device_scopes
SELECT d.scopes FROM devices d
WHERE d.organization_id = :call.organization_id::bigint AND d.id = :path.device_id::bigint AND d.revoked_at IS NULL;

-- name: device_renew
UPDATE devices d
SET pairing_hash = :arg.pairing_hash::bytea, pairing_expires_at = now() + interval '10 minutes'
WHERE d.organization_id = :call.organization_id::bigint AND d.id = :path.device_id::bigint
  AND d.revoked_at IS NULL
  AND scope_assert_device(d.organization_id, :call.actor::text, :call.user_id::bigint, :call.rights::jsonb, d.scopes, d.scope)
RETURNING d.id, d.name, d.pairing_expires_at;

-- name: device_find
-- Find the device of a pairing code in any organization.
SELECT d.organization_id, d.id FROM device_by_pairing(:arg.pairing_hash::bytea) d;

-- name: device_pair
-- Pair a device. The conditions are checked again under the row's lock: of two clients with the
-- same code only one gets a token.
UPDATE devices d
SET token_hash = :arg.token_hash::bytea, paired_at = now(), name = COALESCE(:body.name::text, d.name),
    pairing_hash = NULL, pairing_expires_at = NULL
FROM organizations o
WHERE o.id = d.organization_id AND d.organization_id = :call.organization_id::bigint
  AND d.id = :arg.device_id::bigint AND d.pairing_hash = :arg.pairing_hash::bytea
  AND d.pairing_expires_at > now() AND d.revoked_at IS NULL
RETURNING d.id AS device_id, d.name, d.organization_id, o.name AS organization_name, d.profile,
          d.scope, d.scopes;
