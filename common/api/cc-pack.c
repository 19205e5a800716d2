/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-pack.h"

#include "common/api/cc-event.h"

/* clang-format off */
static const cc_field info_fields[] = {
  CC_STRING(cc_pack_info, kind, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE,
            .doc = "Kind of the pack: turf or event.", .example = "\"turf\""),
  CC_INT64(cc_pack_info, id, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Id of the turf or event."),
  CC_STRING(cc_pack_info, name, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 200, .format = CC_FORMAT_LINE,
            .doc = "Name of the turf or event; null: the actor has no access any more."),
  CC_OPT_INT64(cc_pack_info, version, .flags = CC_READ_ONLY | CC_NULLABLE, .max = INT64_MAX, .doc = "Version of the turf or event, incremented when it changes itself."),
  CC_OPT_INT64(cc_pack_info, size_estimate, .flags = CC_READ_ONLY | CC_NULLABLE, .max = INT64_MAX, .doc = "Estimated size of the uncompressed pack in bytes."),
  CC_OPT_TIME(cc_pack_info, expires_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Time at which the device must delete the pack."),
  CC_OPT_TIME(cc_pack_info, taken_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When this actor last downloaded the pack; null: never."),
  CC_BOOL(cc_pack_info, wipe, .flags = CC_READ_ONLY, .doc = "True when the actor downloaded the pack and has no "
                                        "access any more. Delete the pack from the device, then "
                                        "call confirmWipe."),
};
static const cc_type cc_pack_info_type = CC_TYPE(cc_pack_info, "PackInfo", info_fields);

static const cc_field list_fields[] = {
  CC_TIME(cc_pack_list, server_time, .flags = CC_READ_ONLY, .doc = "Time by the server's clock."),
  CC_LIST(cc_pack_list, packs, cc_pack_info, &cc_pack_info_type, .flags = CC_READ_ONLY, .max = 10000, .doc = "Packs that the actor may download, and packs that must "
                                        "be deleted from the device."),
};
const cc_type cc_pack_list_type = CC_TYPE(cc_pack_list, "PackList", list_fields, .doc = "The packs of the actor.");

static const cc_field turf_pack_ref_fields[] = {
  CC_INT64(cc_turf_pack_ref, turf_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the turf."),
};
static const cc_type turf_pack_ref_type = CC_TYPE(cc_turf_pack_ref, "TurfPackRef", turf_pack_ref_fields);

static const cc_field query_fields[] = {
  CC_STRING(cc_pack_query, since, .min = 1, .max = 1000, .format = CC_FORMAT_LINE,
            .doc = "`cursor` of the pack on the device. The answer contains only later changes, "
                   "or the whole pack when `snapshot` in the header is true. Left out: the whole "
                   "pack."),
};
static const cc_type query_type = CC_TYPE(cc_pack_query, "PackQuery", query_fields);

static const cc_field name_fields[] = {
  CC_STRING(cc_pack_name, kind, .flags = CC_REQUIRED, .min = 1, .max = 20, .format = CC_FORMAT_LINE, .doc = "Kind of the pack: turf or event.",
            .example = "\"turf\""),
  CC_INT64(cc_pack_name, id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the turf or event."),
};
static const cc_type name_type = CC_TYPE(cc_pack_name, "PackName", name_fields);

static const cc_field wipe_fields[] = {
  CC_LIST(cc_pack_wipe, packs, cc_pack_name, &name_type, .flags = CC_REQUIRED, .min = 1, .max = 100,
          .doc = "Packs that were deleted completely from the device."),
};
const cc_type cc_pack_wipe_type = CC_TYPE(cc_pack_wipe, "PackWipe", wipe_fields);

static const cc_field wiped_fields[] = {
  CC_INT64(cc_pack_wiped, wiped, .flags = CC_READ_ONLY, .doc = "Number of deletions that were not confirmed before."),
};
static const cc_type wiped_type = CC_TYPE(cc_pack_wiped, "PackWiped", wiped_fields);

static const cc_field header_fields[] = {
  CC_STRING(cc_pack_header, line, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Type of the line: header.", .example = "\"header\""),
  CC_STRING(cc_pack_header, kind, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE,
            .doc = "Kind of the pack: turf or event.", .example = "\"turf\""),
  CC_INT64(cc_pack_header, id, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Id of the turf or event."),
  CC_STRING(cc_pack_header, cursor, .flags = CC_READ_ONLY, .max = 1000, .format = CC_FORMAT_LINE,
            .doc = "Value for `since` in the next request for this pack, and in listChanges."),
  CC_STRING(cc_pack_header, content, .flags = CC_READ_ONLY, .max = 64, .format = CC_FORMAT_LINE,
            .doc = "Hash of the content of the whole pack."),
  CC_BOOL(cc_pack_header, snapshot, .flags = CC_READ_ONLY, .doc = "True: the whole pack, which replaces the pack on the device. False: changes only."),
  CC_TIME(cc_pack_header, made_at, .flags = CC_READ_ONLY, .doc = "When this content was first made, by the server's clock."),
  CC_OPT_TIME(cc_pack_header, expires_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Time at which the device must delete the pack."),
};
const cc_type cc_pack_header_type = CC_TYPE(cc_pack_header, "PackHeader", header_fields);

static const cc_field turf_fields[] = {
  CC_STRING(cc_pack_turf, line, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Type of the line: turf.", .example = "\"turf\""),
  CC_INT64(cc_pack_turf, id, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Id of the turf."),
  CC_STRING(cc_pack_turf, name, .flags = CC_READ_ONLY, .max = 200, .format = CC_FORMAT_LINE,
            .doc = "Name of the object."),
  CC_STRING(cc_pack_turf, state, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE,
            .doc = "State of the turf: open, out or done."),
  CC_STRING(cc_pack_turf, notes, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 5000,
            .doc = "Note for the canvassers."),
  CC_OPT_INT64(cc_pack_turf, script_id, .flags = CC_READ_ONLY | CC_NULLABLE, .max = INT64_MAX, .doc = "Id of the script; null: none."),
  CC_OPT_DOUBLE(cc_pack_turf, length_m, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Length of the walk in metres."),
  CC_OPT_DOUBLE(cc_pack_turf, minutes, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Estimated duration of the walk in minutes."),
  CC_OPT_TIME(cc_pack_turf, expires_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the turf closes."),
  CC_INT64(cc_pack_turf, version, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Version of the object, incremented by every change."),
};
const cc_type cc_pack_turf_type = CC_TYPE(cc_pack_turf, "PackTurf", turf_fields);

static const cc_field option_fields[] = {
  CC_INT64(cc_pack_option, id, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Id of the option."),
  CC_INT64(cc_pack_option, position, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Position in the order."),
  CC_JSON(cc_pack_option, texts, .flags = CC_READ_ONLY, .max = 100, .doc = "Texts by language code.", .example = "{\"en\":\"Yes\"}"),
  CC_OPT_INT64(cc_pack_option, support_level, .flags = CC_READ_ONLY | CC_NULLABLE, .max = INT64_MAX, .doc = "Support level that choosing this option sets; null: none."),
};
static const cc_type cc_pack_option_type = CC_TYPE(cc_pack_option, "PackOption", option_fields);

static const cc_field step_fields[] = {
  CC_INT64(cc_pack_step, id, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Id of the step."),
  CC_INT64(cc_pack_step, position, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Position in the order."),
  CC_STRING(cc_pack_step, kind, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE,
            .doc = "Kind of the step: text, single, multi, scale, free_text, number, date or support."),
  CC_JSON(cc_pack_step, texts, .flags = CC_READ_ONLY, .max = 100, .doc = "Texts by language code.", .example = "{\"en\":\"Hello\"}"),
  CC_BOOL(cc_pack_step, required, .flags = CC_READ_ONLY, .doc = "True when the question must be answered."),
  CC_OPT_INT64(cc_pack_step, scale_min, .flags = CC_READ_ONLY | CC_NULLABLE, .max = INT64_MAX, .doc = "Lowest value of a scale."),
  CC_OPT_INT64(cc_pack_step, scale_max, .flags = CC_READ_ONLY | CC_NULLABLE, .max = INT64_MAX, .doc = "Highest value of a scale."),
  CC_OPT_INT64(cc_pack_step, show_if_option_id, .flags = CC_READ_ONLY | CC_NULLABLE, .max = INT64_MAX, .doc = "Id of an option of an earlier question: the step is "
                                        "shown only when it was chosen. Null: always shown."),
  CC_LIST(cc_pack_step, options, cc_pack_option, &cc_pack_option_type, .flags = CC_READ_ONLY, .max = 10000, .doc = "Options of the question."),
};
static const cc_type cc_pack_step_type = CC_TYPE(cc_pack_step, "PackStep", step_fields);

static const cc_field script_fields[] = {
  CC_STRING(cc_pack_script, line, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Type of the line: script.", .example = "\"script\""),
  CC_INT64(cc_pack_script, id, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Id of the script."),
  CC_STRING(cc_pack_script, name, .flags = CC_READ_ONLY, .max = 200, .format = CC_FORMAT_LINE,
            .doc = "Name of the object."),
  CC_STRINGS(cc_pack_script, languages, .flags = CC_READ_ONLY, .max = 1000, .doc = "Language codes; texts in the first language replace missing texts."),
  CC_INT64(cc_pack_script, version, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Version of the script, incremented by every change of "
                                        "the script, its steps or options."),
  CC_LIST(cc_pack_script, steps, cc_pack_step, &cc_pack_step_type, .flags = CC_READ_ONLY, .max = 10000, .doc = "Steps, in order."),
};
const cc_type cc_pack_script_type = CC_TYPE(cc_pack_script, "PackScript", script_fields);

static const cc_field disposition_fields[] = {
  CC_STRING(cc_pack_disposition, line, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Type of the line: disposition.", .example = "\"disposition\""),
  CC_STRING(cc_pack_disposition, code, .flags = CC_READ_ONLY, .max = 40, .format = CC_FORMAT_LINE,
            .doc = "Code of the disposition, as in the member `disposition` of a contact."),
  CC_STRING(cc_pack_disposition, level, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE,
            .doc = "Kind of object that the disposition describes: person, phone, door or building."),
  CC_INT64(cc_pack_disposition, position, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Position in the order."),
  CC_BOOL(cc_pack_disposition, reached, .flags = CC_READ_ONLY, .doc = "True when a conversation took place."),
  CC_BOOL(cc_pack_disposition, finishes, .flags = CC_READ_ONLY, .doc = "True when the door or number needs no further attempt in this pass over the turf."),
  CC_STRINGS(cc_pack_disposition, channels, .flags = CC_READ_ONLY, .max = 1000, .doc = "Channels on which the disposition can be recorded."),
};
const cc_type cc_pack_disposition_type = CC_TYPE(cc_pack_disposition, "PackDisposition", disposition_fields);

static const cc_field tag_fields[] = {
  CC_STRING(cc_pack_tag, line, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Type of the line: tag.", .example = "\"tag\""),
  CC_INT64(cc_pack_tag, id, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Id of the tag."),
  CC_STRING(cc_pack_tag, name, .flags = CC_READ_ONLY, .max = 200, .format = CC_FORMAT_LINE,
            .doc = "Name of the object."),
};
const cc_type cc_pack_tag_type = CC_TYPE(cc_pack_tag, "PackTag", tag_fields);

static const cc_field street_fields[] = {
  CC_STRING(cc_pack_street, line, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Type of the line: street.", .example = "\"street\""),
  CC_INT64(cc_pack_street, id, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Id of the segment."),
  CC_STRING(cc_pack_street, name, .flags = CC_READ_ONLY, .max = 200, .format = CC_FORMAT_LINE,
            .doc = "Name of the street."),
  CC_STRING(cc_pack_street, road_class, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE,
            .doc = "Class of the street: local, collector, arterial, trunk or path."),
  CC_JSON(cc_pack_street, geometry, .flags = CC_READ_ONLY, .max = 100, .doc = "GeoJSON LineString.", .example = "{\"type\":\"LineString\",\"coordinates\":[[-71.07,42.36],[-71.08,42.37]]}"),
};
const cc_type cc_pack_street_type = CC_TYPE(cc_pack_street, "PackStreet", street_fields);

static const cc_field door_fields[] = {
  CC_STRING(cc_pack_door, line, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Type of the line: door.", .example = "\"door\""),
  CC_INT64(cc_pack_door, id, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Id of the door."),
  CC_INT64(cc_pack_door, position, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Position in walking order."),
  CC_STRING(cc_pack_door, state, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE,
            .doc = "State of the door: todo, attempted or done (no further attempt needed)."),
  CC_INT64(cc_pack_door, building_id, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Id of the building."),
  CC_STRING(cc_pack_door, address, .flags = CC_READ_ONLY, .max = 200, .format = CC_FORMAT_LINE,
            .doc = "House number and street."),
  CC_STRING(cc_pack_door, unit, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 200, .format = CC_FORMAT_LINE,
            .doc = "Unit of the door in the building, such as a flat; null: none."),
  CC_STRING(cc_pack_door, city, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 200, .format = CC_FORMAT_LINE,
            .doc = "City."),
  CC_STRING(cc_pack_door, zip5, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 10, .format = CC_FORMAT_LINE,
            .doc = "ZIP code."),
  CC_STRING(cc_pack_door, precinct, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 200, .format = CC_FORMAT_LINE,
            .doc = "Code of the precinct."),
  CC_OPT_DOUBLE(cc_pack_door, latitude, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Coordinate of the building in degrees, WGS 84."),
  CC_OPT_DOUBLE(cc_pack_door, longitude, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Coordinate of the building in degrees, WGS 84."),
  CC_OPT_INT64(cc_pack_door, segment_id, .flags = CC_READ_ONLY | CC_NULLABLE, .max = INT64_MAX, .doc = "Id of the street segment of the door."),
  CC_STRING(cc_pack_door, side, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 1, .format = CC_FORMAT_LINE,
            .doc = "Side of the street segment: L (left) or R (right)."),
  CC_BOOL(cc_pack_door, do_not_knock, .flags = CC_READ_ONLY, .doc = "True when canvassers must not knock. The pack contains no people of such a door."),
  CC_BOOL(cc_pack_door, inaccessible, .flags = CC_READ_ONLY, .doc = "True when the building was recorded as inaccessible."),
  CC_STRING(cc_pack_door, access_note, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 500,
            .doc = "How to get into the building."),
  CC_INT64(cc_pack_door, last_contact_id, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Id of the last contact at the door; 0: none."),
  CC_OPT_TIME(cc_pack_door, last_contact_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Time of the last contact at the door."),
  CC_STRING(cc_pack_door, last_disposition, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 40, .format = CC_FORMAT_LINE,
            .doc = "Disposition of the last contact at the door."),
  CC_INT64(cc_pack_door, version, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Version of the object, incremented by every change."),
};
const cc_type cc_pack_door_type = CC_TYPE(cc_pack_door, "PackDoor", door_fields);

static const cc_field person_fields[] = {
  CC_STRING(cc_pack_person, line, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Type of the line: person.", .example = "\"person\""),
  CC_INT64(cc_pack_person, id, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Id of the voter."),
  CC_INT64(cc_pack_person, door_id, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Id of the door. The line of the door comes before this line."),
  CC_OPT_INT64(cc_pack_person, household_id, .flags = CC_READ_ONLY | CC_NULLABLE, .max = INT64_MAX, .doc = "Id of the household."),
  CC_STRING(cc_pack_person, first_name, .flags = CC_READ_ONLY, .max = 200, .format = CC_FORMAT_LINE,
            .doc = "First name."),
  CC_STRING(cc_pack_person, last_name, .flags = CC_READ_ONLY, .max = 200, .format = CC_FORMAT_LINE,
            .doc = "Last name."),
  CC_STRING(cc_pack_person, age_band, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 10, .format = CC_FORMAT_LINE,
            .doc = "Age band: 18-24, 25-34, 35-49, 50-64 or 65+; null: not known."),
  CC_STRING(cc_pack_person, party, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 200, .format = CC_FORMAT_LINE,
            .doc = "Party of registration."),
  CC_OPT_INT64(cc_pack_person, support_level, .flags = CC_READ_ONLY | CC_NULLABLE, .max = INT64_MAX, .doc = "Support level: 1 (strong support) to 5 (strong opposition)."),
  CC_STRING(cc_pack_person, last_disposition, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 40, .format = CC_FORMAT_LINE,
            .doc = "Disposition of the last contact."),
  CC_OPT_TIME(cc_pack_person, last_contact_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Time of the last contact."),
  CC_OPT_TIME(cc_pack_person, quiet_until, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Time until which the person is not to be contacted again; null: no limit."),
  CC_INT64(cc_pack_person, last_contact_id, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Id of the last contact, to be sent as `based_on` with "
                                        "the next contact; 0: none yet."),
  CC_STRINGS(cc_pack_person, phones, .flags = CC_READ_ONLY, .max = 1000, .doc = "Telephone numbers; empty unless the script is also for telephone calls."),
  CC_STRINGS(cc_pack_person, tags, .flags = CC_READ_ONLY, .max = 1000, .doc = "Names of the voter's tags."),
  CC_INT64(cc_pack_person, version, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Version of the object, incremented by every change."),
};
const cc_type cc_pack_person_type = CC_TYPE(cc_pack_person, "PackPerson", person_fields);

static const cc_field event_fields[] = {
  CC_STRING(cc_pack_event, line, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Type of the line: event.", .example = "\"event\""),
  CC_INT64(cc_pack_event, id, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Id of the event."),
  CC_STRING(cc_pack_event, title, .flags = CC_READ_ONLY, .max = 255, .format = CC_FORMAT_LINE,
            .doc = "Title of the event."),
  CC_TIME(cc_pack_event, start_time, .flags = CC_READ_ONLY, .doc = "When the event begins."),
  CC_TIME(cc_pack_event, end_time, .flags = CC_READ_ONLY, .doc = "When the event ends."),
  CC_STRING(cc_pack_event, timezone, .flags = CC_READ_ONLY, .max = 64, .format = CC_FORMAT_LINE,
            .doc = "IANA name of the event's time zone."),
  CC_INT64(cc_pack_event, version, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Version of the object, incremented by every change."),
};
const cc_type cc_pack_event_type = CC_TYPE(cc_pack_event, "PackEvent", event_fields);

static const cc_field attendee_fields[] = {
  CC_STRING(cc_pack_attendee, line, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Type of the line: attendee.", .example = "\"attendee\""),
  CC_INT64(cc_pack_attendee, id, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Id of the attendee."),
  CC_STRING(cc_pack_attendee, first_name, .flags = CC_READ_ONLY, .max = 200, .format = CC_FORMAT_LINE,
            .doc = "First name."),
  CC_STRING(cc_pack_attendee, last_name, .flags = CC_READ_ONLY, .max = 200, .format = CC_FORMAT_LINE,
            .doc = "Last name."),
  CC_STRING(cc_pack_attendee, status, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE,
            .doc = "Status: registered, waitlisted, cancelled, attended or no_show."),
  CC_INT64(cc_pack_attendee, guest_count, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Number of guests whom the person brings, without the person."),
  CC_STRING(cc_pack_attendee, notes, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 2000,
            .doc = "Note for the staff."),
  CC_OPT_TIME(cc_pack_attendee, checked_in_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the person was checked in."),
  CC_STRING(cc_pack_attendee, checked_in_by, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 250, .format = CC_FORMAT_LINE,
            .doc = "Name of the actor who checked the attendee in; null: not checked in."),
  CC_INT64(cc_pack_attendee, version, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Version of the object, incremented by every change."),
};
const cc_type cc_pack_attendee_type = CC_TYPE(cc_pack_attendee, "PackAttendee", attendee_fields);

static const cc_field gone_fields[] = {
  CC_STRING(cc_pack_gone, line, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Type of the line: gone (an object to remove).", .example = "\"gone\""),
  CC_STRING(cc_pack_gone, entity, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE,
            .doc = "Type of the object to remove from the device: door, person or attendee."),
  CC_INT64(cc_pack_gone, id, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Id of the object to remove."),
};
const cc_type cc_pack_gone_type = CC_TYPE(cc_pack_gone, "PackGone", gone_fields);

static const cc_field end_fields[] = {
  CC_STRING(cc_pack_end, line, .flags = CC_READ_ONLY, .max = 20, .format = CC_FORMAT_LINE, .doc = "Type of the line: end.", .example = "\"end\""),
  CC_INT64(cc_pack_end, lines, .flags = CC_READ_ONLY, .max = INT64_MAX, .doc = "Number of lines between the header line and this line."),
  CC_STRING(cc_pack_end, sha256, .flags = CC_READ_ONLY, .max = 64, .format = CC_FORMAT_LINE,
            .doc = "SHA-256 (hexadecimal) of all uncompressed bytes before this line, including line breaks."),
};
const cc_type cc_pack_end_type = CC_TYPE(cc_pack_end, "PackEnd", end_fields);

static const cc_type *const turf_lines[] = {
  &cc_pack_header_type, &cc_pack_turf_type, &cc_pack_script_type, &cc_pack_disposition_type, &cc_pack_tag_type, &cc_pack_street_type,
  &cc_pack_door_type, &cc_pack_person_type, &cc_pack_gone_type, &cc_pack_end_type, NULL,
};
static const cc_type *const event_lines[] = {
  &cc_pack_header_type, &cc_pack_event_type, &cc_pack_attendee_type, &cc_pack_gone_type, &cc_pack_end_type, NULL,
};

const cc_op cc_op_list_field_packs = {
  .id = "listFieldPacks", .method = CC_GET, .path = "/v1/field/packs", .reply = &cc_pack_list_type, .tag = "Field",
  .summary = "List the packs that this actor may download or must wipe.",
};
#define PACK_DOC \
  "The file is NDJSON, compressed with gzip: a header line, then lines whose member `line` names " \
  "their type, then an end line with the number of lines and a hash. A file without the end line " \
  "is incomplete. The same content has the same ETag and the same bytes. With `since` the file " \
  "contains only changes. A pack to which the actor has no access any more, or that has expired, " \
  "is 404; listFieldPacks then has it with `wipe` true."
const cc_op cc_op_get_turf_pack = {
  .id = "getTurfPack", .method = CC_GET, .path = "/v1/field/packs/turf/{turf_id}", .params = &turf_pack_ref_type,
  .query = &query_type, .shape = CC_REPLY_FILE, .media = "application/x-ndjson", .lines = turf_lines,
  .tag = "Field", .summary = "Download the pack of a turf.", .doc = PACK_DOC,
};
const cc_op cc_op_get_event_pack = {
  .id = "getEventPack", .method = CC_GET, .path = "/v1/field/packs/event/{event_id}", .params = &cc_event_ref_type,
  .query = &query_type, .shape = CC_REPLY_FILE, .media = "application/x-ndjson", .lines = event_lines,
  .tag = "Field", .summary = "Download the pack of an event (its check-in list).", .doc = PACK_DOC,
};
const cc_op cc_op_confirm_wipe = {
  .id = "confirmWipe", .method = CC_POST, .path = "/v1/field/wipes", .body = &cc_pack_wipe_type, .reply = &wiped_type,
  .tag = "Field", .summary = "Confirm that packs were deleted from the device.",
};
/* clang-format on */
