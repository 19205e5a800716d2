/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-erasure.h"

#define E_404 CC_ERR_BIT(CC_ERR_NOT_FOUND)
#define E_409 CC_ERR_BIT(CC_ERR_CONFLICT)

/* clang-format off */
static const cc_field erasure_fields[] = {
  CC_INT64(cc_erasure, id, .flags = CC_READ_ONLY, .doc = "Id of the certificate."),
  CC_INT64(cc_erasure, voter_id, .flags = CC_READ_ONLY, .doc = "Id of the voter record in the request. The record itself may be deleted."),
  CC_INT64(cc_erasure, records_deleted, .flags = CC_READ_ONLY, .doc = "Number of voter records that were deleted."),
  CC_INT64(cc_erasure, records_emptied, .flags = CC_READ_ONLY,
           .doc = "Number of voter records that have contacts. They stay, without data about the person, so that counts do not change."),
  CC_INT64(cc_erasure, contacts, .flags = CC_READ_ONLY, .doc = "Number of contacts from which telephone number, note, position and texts were deleted."),
  CC_INT64(cc_erasure, texts, .flags = CC_READ_ONLY, .doc = "Number of text messages from which telephone number and content were deleted."),
  CC_INT64(cc_erasure, sign_ups, .flags = CC_READ_ONLY, .doc = "Number of attendees of events whose personal data was deleted."),
  CC_INT64(cc_erasure, copies, .flags = CC_READ_ONLY, .doc = "Number of copies in merges, imports, uploads and notes that were deleted."),
  CC_STRING(cc_erasure, requested_by, .flags = CC_READ_ONLY, .max = 100, .format = CC_FORMAT_LINE,
            .doc = "Actor who requested the erasure, such as user:7.", .example = "\"user:7\""),
  CC_TIME(cc_erasure, erased_at, .flags = CC_READ_ONLY, .doc = "When the person was erased."),
  CC_TIME(cc_erasure, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_INT64(cc_erasure, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_erasure_type = CC_TYPE(cc_erasure, "Erasure", erasure_fields, .doc = "The certificate that a person was erased; never deleted.");

static const cc_field ref_fields[] = {
  CC_INT64(cc_erasure_ref, voter_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the voter."),
};
static const cc_type ref_type = CC_TYPE(cc_erasure_ref, "ErasureRef", ref_fields);

static const cc_field page_fields[] = {
  CC_INT64(cc_erasure_page, limit, .min = 1, .max = 200, .fallback = "50", .doc = "Maximum number of items on a page."),
  CC_STRING(cc_erasure_page, cursor, .format = CC_FORMAT_LINE, .max = 1000, .doc = "Position of the page: `next_cursor` of the previous "
                                        "page. Leave it out for the first page."),
};
static const cc_type page_type = CC_TYPE(cc_erasure_page, "ErasurePage", page_fields);

const cc_op cc_op_erase_voter = {
  .id = "eraseVoter", .method = CC_POST, .path = "/v1/voters/{voter_id}/erase", .params = &ref_type, .reply = &cc_erasure_type,
  .errors = E_404 | E_409, .tag = "Voters", .summary = "Erase a person permanently.",
  .doc = "Deletes everything that identifies the person: the record and all records that were "
         "merged into it, and the copies in contacts, texts, consents, lists of events, merges, "
         "imports and uploads. It cannot be undone. Later imports recognize the person by a keyed "
         "hash of the state voter number and of names and date of birth, leave the person out, and "
         "report the problem `erased`. An opt-out of a telephone number stays with the number. A "
         "repeated request returns the same certificate.",
};
const cc_op cc_op_list_erasures = {
  .id = "listErasures", .method = CC_GET, .path = "/v1/erasures", .query = &page_type, .reply = &cc_erasure_type, .shape = CC_REPLY_LIST,
  .tag = "Voters", .summary = "List the certificates of erased people.",
};
/* clang-format on */
