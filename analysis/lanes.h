/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run was measured on: the machine itself, a virtual one, or an emulator, whose times are not those of
 * any machine. */
#ifndef IOTOLL_LANES_H
#define IOTOLL_LANES_H

#include "analysis/load.h"

/* "bare metal", "kvm", "virtual machine", "emulated"; "" where the run does not say. Borrowed. */
const char *lanes_of(const struct run *run);

/* Its counts are the kernel's, its times are worth nothing. */
bool lanes_is_emulated(const struct run *run);

/* What stands wherever such a run is shown. */
extern const char lanes_emulated_words[], lanes_emulated_note[]; /* on a page; on a chart */

/* 0 if the two may be held against each other; -1 with an error that names both lanes. A run that does not say is
 * taken for one of any lane but the emulated. */
int lanes_refuse(const struct run *base, const struct run *run, struct error *error);

#endif
