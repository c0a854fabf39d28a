/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much of each thing a point did in a cycle: from what its trials recorded, from what was counted apart, and
 * from the point itself. How its bytes travelled is told by these numbers, never by the method's name. */
#ifndef IOTOLL_QUANTITIES_H
#define IOTOLL_QUANTITIES_H

#include "analysis/summary.h"

/* How bytes leave the source, or reach the destination. */
enum way {
    WAY_NONE,
    WAY_COPIED, /* read(2), write(2) and their like: through a buffer in user space */
    WAY_PASSED, /* sendfile(2), splice(2), copy_file_range(2): pages by reference */
    WAY_MAPPED,
    WAY_UNKNOWN, /* what was not counted, or what has no prices: io_uring, O_DIRECT */
};

enum quantity {
    CALLS,             /* system calls but those that map and unmap */
    COPIED_OUT_BYTES,  /* page cache -> user space by system calls */
    COPIED_IN_BYTES,   /* user space -> page cache, from a buffer that is near */
    COPIED_IN_FAR_BYTES, /* from a mapping, or by the kernel from file to file */
    NEW_PAGES,         /* entered into the page cache by write(2) and its like */
    PASSED_NEW_PAGES,  /* the same by sendfile(2) and its like */
    PASSED_PAGES,
    WINDOWS,           /* mmap(2) calls */
    READ_FAULTS,
    WRITE_FAULTS,      /* on a shared mapping, in folios of a single page */
    HUGE_WRITE_FAULTS, /* in huge folios */
    MAPPED_NEW_PAGES,  /* of a hole that is written to through a mapping, made one by one */
    MAPPED_NEW_HUGE_PAGES, /* in huge folios */
    UNMAPPED_PAGES,
    UNMAPPED_DIRTY_PAGES,
    BUFFER_PAGES,      /* fresh pages of the method's own buffers */
    MAPPED_COPY_BYTES, /* from mapping to mapping by memcpy */
    DIGESTED_NEAR_BYTES,
    DIGESTED_MAPPED_BYTES,
    TOUCHED_NEAR_PAGES,
    TOUCHED_MAPPED_PAGES,
    SENT_NEAR_BYTES,
    SENT_FAR_BYTES,
    SENT_PASSED_BYTES,
    COLD_PAGES,        /* read from the device through the page cache */
    QUANTITIES,
};

struct quantities {
    enum way in, out;
    double of[QUANTITIES];          /* a cycle; 0 where there is none */
    /* Pages that a fault maps one by one, NaN without faults. A huge page is entered whole: as one. */
    double pages_a_read_fault;
    const char *unknown;            /* why the way of the bytes cannot be told, or NULL */
};

void quantities_of(struct quantities *quantities, const struct summary *summary, size_t point);

#endif
