/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

/* Keeps the swipe back of @leaflet working after every tap, also where one leaflet is within
 * another. GTK 4.18 and libadwaita 1.7 lose the swipe in two ways, which ccg-swipe.c names. */
void ccg_swipe_watch(AdwLeaflet *leaflet);
