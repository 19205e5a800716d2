-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What proves who somebody is: registrations before the mailbox is proven, one live link per purpose, the way back
-- after a lost second factor, and what a person or an organization may do so often a day.

-- Before the mailbox is proven anybody may register its address again; see account_register.
ALTER TABLE users
  ADD COLUMN registered_from text, -- network of the last registration; NULL once the address is verified
  ADD COLUMN contested boolean NOT NULL DEFAULT false, -- registered from several networks, not verified yet
  ADD COLUMN second_factor_ends_at timestamptz; -- reported as lost: not asked for any more from then on

ALTER TABLE email_tokens
  ADD COLUMN password_hash text, -- verify: of the registration that the link confirms; NULL: made before this migration
  ADD COLUMN session_id bigint, -- change_email: the session that asked for the change
  DROP CONSTRAINT email_tokens_purpose_check,
  ADD CONSTRAINT email_tokens_purpose_check
    CHECK (purpose IN ('verify', 'reset', 'change_email', 'undo_email', 'second_factor'));

UPDATE email_tokens t SET used_at = now()
WHERE t.used_at IS NULL
  AND EXISTS (SELECT FROM email_tokens n
              WHERE n.user_id = t.user_id AND n.purpose = t.purpose AND n.used_at IS NULL AND n.id > t.id);
-- email_tokens_one_live makes room. A link that undoes a change of address is for one old address: a second change
-- must not take the first one's away.
CREATE UNIQUE INDEX email_tokens_purpose_key ON email_tokens (user_id, purpose)
  WHERE used_at IS NULL AND purpose <> 'undo_email';

GRANT SELECT (second_factor_ends_at) ON users TO campaign_definer;
GRANT SELECT (last_seen_at) ON sessions TO campaign_definer;
-- Accounts whose address nobody has proven; account_clear deletes no others.
GRANT SELECT (email, email_verified_at), DELETE ON users TO campaign_definer;

-- A token that a token made ends with it. Of those made before this migration nobody knows by which.
ALTER TABLE api_tokens ADD COLUMN made_by_token bigint;
CREATE INDEX api_tokens_made_by_token_idx ON api_tokens (organization_id, made_by_token) WHERE made_by_token IS NOT NULL;
CREATE INDEX api_tokens_created_by_idx ON api_tokens (organization_id, created_by);

-- How often something was done on a day. Of no organization: the subject says whom it is about
-- ('invitations|organization|7'), an address only as a keyed hash.
CREATE TABLE daily_counts (
  subject text NOT NULL,
  day date NOT NULL, -- UTC
  n int NOT NULL,
  CONSTRAINT daily_counts_pkey PRIMARY KEY (subject, day),
  CONSTRAINT daily_counts_n_check CHECK (n > 0)
);
CREATE INDEX daily_counts_day_idx ON daily_counts (day);
GRANT SELECT, INSERT, UPDATE, DELETE ON daily_counts TO campaign_api;
