-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Triggers of the tables of this feature.

SELECT tenant_triggers('areas', 'area', secret => '{boundary}');
SELECT tenant_triggers('street_segments', 'street_segment', secret => '{line}');
SELECT tenant_triggers('buildings', 'building', secret => '{access_note}');
SELECT tenant_triggers('doors', 'door');
SELECT tenant_triggers('place_moves', 'place_move');
SELECT released_with('buildings', 'segment_id', 'street_segments');
