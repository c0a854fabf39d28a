/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What makes a trial count. Every gate that a trial fails voids it, with a reason that says what was
 * found and what was expected; nothing is repaired or trimmed. */
#ifndef IOTOLL_GATE_H
#define IOTOLL_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "common/axes.h"
#include "runners/created.h"
#include "runners/folios.h"

struct gate_facts {
    bool has_set;           /* it reads a data set; the next nine are about that */
    enum cache cache;
    bool source_has_device;
    uint64_t set_bytes;             /* files * S */
    uint64_t resident_before_bytes; /* verified just before the start */
    int64_t resident_after_bytes;   /* -1: unknown */
    uint64_t set_digest;
    bool moves_set;                 /* all of the set, so its digest is the proof, whatever the method says */
    bool in_place;                  /* it writes into the set: whole pages need not be read first */
    const struct folios *folios;    /* before the start; NULL: unknown */
    uint64_t memory_limit_bytes;    /* that was to be in force; 0: none */
    uint64_t read_limit_bytes_per_s, write_limit_bytes_per_s;
    bool direct;                    /* the method passes the page cache by, as O_DIRECT should */
    bool destination_has_device;
    bool writes;                    /* the task writes to files, or makes them */
    struct created created;         /* -1: nothing was, or it cannot be told */
    bool shares;                    /* the method says that it may share blocks instead of copying */
    uint64_t expected_bytes;        /* that a cycle moves */
    uint64_t wall_ns;               /* of the whole process, by our own clock; 0: unknown */
    const json_t *output;           /* what the method printed, already checked for form */
};

enum { GATE_REASON_SIZE = 512 };

/* Judge a trial whose method ended well: times, digest, bytes, cache state, device traffic.
 * True if it counts; else false with the reason written. */
bool gate_passes(const struct gate_facts *facts, char reason[GATE_REASON_SIZE]);

/* Whether the hypervisor left it its time. That it did not is no fault of the method's: the next trial may do. */
bool gate_undisturbed(const struct gate_facts *facts, char reason[GATE_REASON_SIZE]);

#endif
