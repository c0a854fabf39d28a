/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the time of a trial is read from what the program left behind. */
#ifndef IOTOLL_TESTS_TIMING_H
#define IOTOLL_TESTS_TIMING_H

#include <stdint.h>

#include "common/error.h"
#include "runners/spawn.h"

struct timing {
    const char *what; /* is timed, for the reader of the table */
    /* Time of one pass over file_size_bytes, in ns; for records at random, of records of as many bytes.
     * 0 or -1. */
    int (*read)(const struct spawn *spawn, uint64_t file_size_bytes, double *ns, struct error *error);
};

extern const struct timing timing_method;   /* our own line of JSON: the whole cycle */
extern const struct timing timing_transfer; /* only its transfer, beside those who leave out the rest too */
extern const struct timing timing_fio;     /* fio's JSON, of a job that reads the whole file */
extern const struct timing timing_fio_records; /* the same, of one that reads records at random */
extern const struct timing timing_iperf3;
extern const struct timing timing_process; /* wall time of the whole process */

#endif
