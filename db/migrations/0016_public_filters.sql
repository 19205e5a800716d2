-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The public list of events by organization and by kind: a walk of an index in the order of the list, so that LIMIT
-- bounds the work (public_event_list). Events that are not in the list are not in the indexes either: the policy is
-- applied before LIMIT, so an organization's drafts would be walked uncounted.

CREATE INDEX events_public_organization_idx ON events (organization_id, start_time, id)
  WHERE is_published AND visibility = 'public';
CREATE INDEX events_public_kind_idx ON events (kind, start_time, id) WHERE is_published AND visibility = 'public';
