-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Triggers of places.

SELECT tenant_triggers('areas', 'area', secret => '{boundary}');
SELECT tenant_triggers('street_segments', 'street_segment', secret => '{line}');
-- The audit log is kept forever, so it records that a position changed, without the position.
SELECT tenant_triggers('buildings', 'building',
  secret => '{building_key,address,number,street,street_key,city,state,zip5,precinct,latitude,longitude,segment_id,side,'
    'measure_m,setback_m,access_note}');
SELECT tenant_triggers('doors', 'door', secret => '{address_key,unit,precinct}');
SELECT tenant_triggers('place_moves', 'place_move');
SELECT released_with('buildings', 'segment_id', 'street_segments');
