/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/turf/ccd-turf-paper-draw.h"

/* Draw the map of the turf into the given rectangle of the page. */
void ccd_paper_map(ccd_paper *paper, double x, double y, double width, double height);
