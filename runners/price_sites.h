/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which price is measured where: a round of a calibration. */
#ifndef IOTOLL_PRICE_SITES_H
#define IOTOLL_PRICE_SITES_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "runners/calibrate_files.h"
#include "runners/price_programs.h"
#include "runners/target.h"

/* What there is none of is NULL. */
struct price_site {
    struct price_program *program;
    const struct target *target;
    const struct calibrate_file *file;
    bool by_file; /* the file is what the price is of, and not only where there is room */
};

struct price_sites {
    struct price_site *all; /* owned; in order of the programs */
    size_t count;
};

/* Every program that can run on so many CPUs, at each of its places: the machine; the files, or targets, or those of
 * them behind a block device; a socket with the files of every target in turn. The list refers to all it is given.
 * 0, or -1 when out of memory; price_sites_free is safe after either. */
int price_sites_make(struct price_sites *sites, struct price_programs *programs, const struct targets *targets,
                     const struct calibrate_files *files, unsigned cpus);
void price_sites_free(struct price_sites *sites);

/* Say in an entry of a calibration (docs/formats.md) what it is of: "target", "source" and "file_size_bytes". */
void price_site_identify(const struct price_site *site, json_t *entry);

/* Whether the entry is one of this site's. */
bool price_site_has(const struct price_site *site, const json_t *entry);

#endif
