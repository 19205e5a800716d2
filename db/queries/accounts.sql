-- SPDX-License-Identifier: GPL-3.0-or-later
-- People, their sessions and proofs of identity. These tables belong to no organization, so every
-- statement contains the person's id or address.

-- name: account_by_email
SELECT id, email, password_hash, first_name, last_name, totp_secret,
       email_verified_at IS NOT NULL AS verified,
       second_factor_holds(totp_confirmed_at, second_factor_ends_at) AS second_factor,
       totp_confirmed_at IS NOT NULL AND NOT second_factor_holds(totp_confirmed_at, second_factor_ends_at) AS factor_ended
FROM users WHERE email = :arg.email::text

-- name: account_by_id
SELECT id, email, password_hash, first_name, last_name, totp_secret,
       email_verified_at IS NOT NULL AS verified,
       second_factor_holds(totp_confirmed_at, second_factor_ends_at) AS second_factor,
       totp_confirmed_at IS NOT NULL AND NOT second_factor_holds(totp_confirmed_at, second_factor_ends_at) AS factor_ended
FROM users WHERE id = :arg.person::bigint

-- name: account_signed_in_here
-- Has the person had a session from this client address (IPv6: its first 64 bits)?
SELECT EXISTS (
  SELECT FROM users u JOIN sessions s ON s.user_id = u.id
  WHERE u.email = :arg.email::text
    AND set_masklen(:call.address::inet, CASE family(:call.address::inet) WHEN 4 THEN 32 ELSE 64 END)
        >>= s.ip_address::inet) AS here

-- name: account_register
-- Register an address. While its mailbox is not proven, the address belongs to nobody: the latest
-- registration replaces password and names, and the previously mailed link ends (account_verify).
-- No row: another transaction has just verified the address.
WITH made AS (
  INSERT INTO users AS u (email, password_hash, first_name, last_name, timezone, registered_from)
  VALUES (:arg.email::text, :arg.password_hash::text, :body.first_name::text, :body.last_name::text, :body.timezone::text,
          :arg.network::text)
  ON CONFLICT (email) DO UPDATE
  SET password_hash = EXCLUDED.password_hash, first_name = EXCLUDED.first_name, last_name = EXCLUDED.last_name,
      timezone = EXCLUDED.timezone, registered_from = EXCLUDED.registered_from,
      contested = u.contested OR u.registered_from IS DISTINCT FROM EXCLUDED.registered_from
  WHERE u.email_verified_at IS NULL
  RETURNING id)
SELECT id, false AS verified FROM made
UNION ALL
SELECT id, true FROM users WHERE email = :arg.email::text AND email_verified_at IS NOT NULL

-- name: account_verify
-- Verify the address for the registration whose link was mailed. Verifying activates the password
-- chosen in that registration.
UPDATE users SET email_verified_at = COALESCE(email_verified_at, now()), registered_from = NULL, contested = false
WHERE id = :arg.person::bigint AND email = :arg.email::text
  AND password_hash = COALESCE(:arg.password_hash::text, password_hash)
RETURNING id

-- name: account_clear
SELECT account_clear(:arg.email::text, :arg.person::bigint)

-- name: account_change_email
UPDATE users u SET email = :arg.email::text, email_verified_at = now()
FROM (SELECT id, email FROM users WHERE id = :arg.person::bigint FOR UPDATE) old
WHERE u.id = old.id
RETURNING old.email

-- name: account_undo_email
-- Restore the old address with a new password. A second factor that was set up after the change is
-- not the owner's and is removed.
UPDATE users u
SET email = :arg.email::text, email_verified_at = now(), password_hash = :arg.password_hash::text,
    totp_secret = CASE WHEN f.theirs THEN NULL ELSE u.totp_secret END,
    totp_confirmed_at = CASE WHEN f.theirs THEN NULL ELSE u.totp_confirmed_at END,
    second_factor_ends_at = NULL
FROM (SELECT id, email, COALESCE(totp_confirmed_at > :arg.changed_at::timestamptz, false) AS theirs
      FROM users WHERE id = :arg.person::bigint FOR UPDATE) f
WHERE u.id = f.id
RETURNING f.email, f.theirs

-- name: account_set_password
-- Replace the password only if it is still the one that was checked: a slower concurrent request
-- must prove the new one.
UPDATE users SET password_hash = :arg.password_hash::text
WHERE id = :arg.person::bigint AND password_hash = :arg.old_hash::text
RETURNING id

-- name: account_reset_password
-- Set a new password after a mailed token was used, which also proves that the address is the
-- person's.
UPDATE users
SET password_hash = :arg.password_hash::text, email_verified_at = COALESCE(email_verified_at, now()),
    registered_from = NULL, contested = false
WHERE id = :arg.person::bigint
RETURNING id

-- name: account_signed_in
-- Make the final decision of a sign-in, under the lock of the person's row: the password must still
-- be the one that was checked, and the step of the one-time code unused. No row: one of these
-- conditions does not hold any more. A second factor that was reported as lost is removed when its
-- time has come; it stays if the person has used it.
UPDATE users
SET last_login_at = now(), password_hash = :arg.password_hash::text,
    totp_last_step = COALESCE(:arg.step::bigint, totp_last_step),
    totp_secret = CASE WHEN second_factor_ends_at <= now() THEN NULL ELSE totp_secret END,
    totp_confirmed_at = CASE WHEN second_factor_ends_at <= now() THEN NULL ELSE totp_confirmed_at END,
    second_factor_ends_at = NULL
WHERE id = :arg.person::bigint AND password_hash = :arg.old_hash::text
  AND (:arg.step::bigint IS NULL OR COALESCE(totp_last_step, 0) < :arg.step::bigint)
RETURNING id

-- name: email_token_create
-- Create a mailed token; with person NULL the statement creates nothing in the same time. The
-- previous valid token ends (email_token_one_live).
INSERT INTO email_tokens (token_hash, user_id, purpose, email, expires_at, password_hash, session_id)
SELECT :arg.token_hash::bytea, u.id, :arg.purpose::text, :arg.email::text,
       now() + make_interval(mins => :arg.minutes::int),
       CASE :arg.purpose::text WHEN 'verify' THEN u.password_hash END, :call.session_id::bigint
FROM users u WHERE u.id = :arg.person::bigint

-- name: email_token_find
-- Find a valid mailed token. unclear: the address was registered from several networks, and this is
-- not the network of the latest registration, so the link alone does not show whose password is
-- meant.
SELECT t.user_id, t.purpose, t.email, t.password_hash AS registered_hash, t.session_id, t.created_at,
       u.first_name, u.last_name, u.password_hash,
       u.contested AND u.registered_from IS DISTINCT FROM :arg.network::text AS unclear
FROM email_tokens t JOIN users u ON u.id = t.user_id
WHERE t.token_hash = :arg.token_hash::bytea AND t.purpose = ANY (:arg.purposes::text[]) AND t.used_at IS NULL
  AND t.expires_at > now()

-- name: email_token_use
-- Mark a token as used. A second request finds no row, also when both arrive at the same time.
UPDATE email_tokens SET used_at = now()
WHERE token_hash = :arg.token_hash::bytea AND used_at IS NULL AND expires_at > now()
RETURNING user_id

-- name: email_tokens_void
-- End the unused tokens of a person. A token that undoes a change of address ends only with
-- :arg.all.
UPDATE email_tokens SET used_at = now()
WHERE user_id = :arg.person::bigint AND used_at IS NULL AND (:arg.all::boolean OR purpose <> 'undo_email')

-- name: session_create
-- Create a session. Its active organization is the one used last, otherwise the person's only one.
-- When the person already has :arg.most sessions, the least recently used one ends.
WITH room AS (
  UPDATE sessions SET revoked_at = now()
  WHERE id IN (SELECT s.id FROM sessions s
               WHERE s.user_id = :arg.person::bigint
                 AND session_lives(s.kind, s.expires_at, s.last_seen_at, s.revoked_at)
               ORDER BY s.last_seen_at DESC, s.id DESC OFFSET :arg.most::int - 1)
  RETURNING id)
INSERT INTO sessions (token_hash, user_id, kind, user_agent, ip_address, device_name, expires_at,
                      active_organization_id)
SELECT :arg.token_hash::bytea, :arg.person::bigint, :arg.kind::text, :arg.user_agent::text, :call.address::text,
       :body.device_name::text,
       now() + CASE :arg.kind::text WHEN 'cookie' THEN interval '12 hours' ELSE interval '90 days' END,
       COALESCE(
         (SELECT s.active_organization_id
          FROM sessions s JOIN organization_members m
            ON m.organization_id = s.active_organization_id AND m.user_id = s.user_id
          WHERE s.user_id = :arg.person::bigint
          ORDER BY s.last_seen_at DESC, s.id DESC LIMIT 1),
         (SELECT min(m.organization_id) FROM organization_members m
          WHERE m.user_id = :arg.person::bigint HAVING count(*) = 1))
RETURNING id AS session_id, user_id, active_organization_id AS organization_id, expires_at,
          EXISTS (SELECT FROM room) AS made_room

-- name: session_list
SELECT {columns s}
FROM (SELECT *, id = :call.session_id::bigint AS current FROM sessions
      WHERE user_id = :call.user_id::bigint AND session_lives(kind, expires_at, last_seen_at, revoked_at)) s
WHERE s.id < COALESCE(:page.cursor_1::bigint, 9223372036854775807)
ORDER BY s.id DESC LIMIT :page.limit::int

-- name: session_revoke
UPDATE sessions SET revoked_at = now()
WHERE id = :arg.target::bigint AND user_id = :arg.person::bigint
  AND session_lives(kind, expires_at, last_seen_at, revoked_at)
RETURNING id

-- name: sessions_revoke_all
-- End all sessions of a person except :arg.keep.
UPDATE sessions SET revoked_at = now()
WHERE user_id = :arg.person::bigint AND revoked_at IS NULL AND id IS DISTINCT FROM :arg.keep::bigint

-- name: user_get
SELECT {columns} FROM users WHERE id = :call.user_id::bigint

-- name: user_update
-- Change the person's own fields. A new telephone number is unverified.
UPDATE users u
SET ({writable}) = (SELECT {writable r} FROM jsonb_populate_record(u, :body::jsonb) r),
    phone_verified_at = CASE
      WHEN jsonb_exists(:body::jsonb, 'phone') AND :body::jsonb ->> 'phone' IS DISTINCT FROM u.phone
      THEN NULL ELSE u.phone_verified_at END
WHERE u.id = :call.user_id::bigint AND assert_version(u.version, :call.if_match::bigint)
RETURNING {columns u}

-- name: totp_start
UPDATE users
SET totp_secret = :arg.secret::bytea, totp_confirmed_at = NULL, totp_last_step = NULL, second_factor_ends_at = NULL
WHERE id = :arg.person::bigint AND NOT second_factor_holds(totp_confirmed_at, second_factor_ends_at)
RETURNING id

-- name: totp_confirm
UPDATE users SET totp_confirmed_at = now()
WHERE id = :arg.person::bigint AND totp_confirmed_at IS NULL AND totp_secret = :arg.secret::bytea
RETURNING id

-- name: totp_use
-- Mark a one-time code's step as used. A code works once, and codes older than the last used one
-- are refused.
UPDATE users SET totp_last_step = :arg.step::bigint, second_factor_ends_at = NULL
WHERE id = :arg.person::bigint AND totp_confirmed_at IS NOT NULL AND COALESCE(totp_last_step, 0) < :arg.step::bigint
RETURNING id

-- name: totp_disable
UPDATE users SET totp_secret = NULL, totp_confirmed_at = NULL, second_factor_ends_at = NULL
WHERE id = :arg.person::bigint AND totp_confirmed_at IS NOT NULL
RETURNING id

-- name: second_factor_end
-- Report the second factor as lost. A second report does not change the day on which it ends.
UPDATE users
SET second_factor_ends_at = COALESCE(second_factor_ends_at, now() + make_interval(mins => :arg.minutes::int))
WHERE id = :arg.person::bigint AND totp_confirmed_at IS NOT NULL
RETURNING second_factor_ends_at AS ends_at

-- name: recovery_code_use
WITH used AS (
  UPDATE recovery_codes SET used_at = now()
  WHERE user_id = :arg.person::bigint AND code_hash = :arg.code_hash::bytea AND used_at IS NULL
  RETURNING user_id),
kept AS (UPDATE users u SET second_factor_ends_at = NULL FROM used WHERE u.id = used.user_id)
SELECT (SELECT count(*) FROM recovery_codes
        WHERE user_id = :arg.person::bigint AND used_at IS NULL) - 1 AS rest
FROM used

-- name: recovery_codes_drop
DELETE FROM recovery_codes WHERE user_id = :arg.person::bigint

-- name: recovery_codes_add
INSERT INTO recovery_codes (user_id, code_hash)
SELECT :arg.person::bigint, decode(h, 'hex') FROM jsonb_array_elements_text(:arg.hashes::jsonb) h
