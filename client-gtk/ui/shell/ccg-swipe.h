/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

/* Keeps the swipe-back gesture of @leaflet working after every tap, also with nested leaflets.
 * GTK 4.18 and libadwaita 1.7 lose the gesture in two ways, explained in ccg-swipe.c. */
void ccg_swipe_watch(AdwLeaflet *leaflet);
