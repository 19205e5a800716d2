-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The readers of the live sockets ask once a second for all organizations which of them have news.

CREATE POLICY changes_lookup ON changes FOR SELECT TO campaign_definer USING (true);
GRANT SELECT (organization_id, xid, id) ON changes TO campaign_definer;
