/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run was measured on and with, as flat names and texts that can be held side by side. */
#ifndef IOTOLL_FACTS_H
#define IOTOLL_FACTS_H

#include "analysis/load.h"

struct fact {
    char name[128];  /* "mitigations.meltdown", "disk.read_ahead_bytes" */
    char value[256]; /* cut where it is longer */
    bool identity;   /* of machine, kernel, settings or build; else what the config asked for */
};

struct facts {
    struct fact *list; /* owned; environment, targets, build, config */
    size_t count;
};

/* The facts of a run, without those that differ every time (boot id, load, free space). 0, or -1
 * when out of memory. */
int facts_read(struct facts *facts, const struct run *run);
void facts_free(struct facts *facts);

/* The value, or NULL. Borrowed. */
const char *facts_find(const struct facts *facts, const char *name);

/* The first fact of identity in which the two differ, or NULL. Borrowed from one of them. */
const char *facts_first_difference(const struct facts *a, const struct facts *b);

/* Why the runs are of different machines ("cpu_model: \"A\" and \"B\""), into text; false if they
 * are of one, as far as they tell. */
bool facts_different_machines(const struct run *a, const struct run *b, char *text, size_t size);

#endif
