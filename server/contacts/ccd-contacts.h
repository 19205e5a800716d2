/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Handlers of contacts: the checks before a contact's statement runs (ccd-contact-post.c), and
 * the preview of a script (ccd-script-preview.c). */
ccd_handler ccd_contacts_record;     /* recordContact */
ccd_handler ccd_contacts_check_many; /* .prepare of recordContacts */
ccd_handler ccd_script_preview;      /* previewScript */
