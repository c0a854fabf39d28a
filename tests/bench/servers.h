/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receiving ends of the rows over TCP: iperf3's own server, and one for our methods that does what
 * iperf3's does with the bytes. */
#ifndef IOTOLL_TESTS_BENCH_SERVERS_H
#define IOTOLL_TESTS_BENCH_SERVERS_H

#include <sys/types.h>

#include "common/error.h"

struct servers {
    pid_t iperf, sink; /* 0: not started */
    unsigned iperf_port, sink_port;
    char token_file[512];
};

/* Start both on a CPU, listening on loopback; the token goes into a file of directory. 0 or -1. Without
 * iperf3 only the sink. */
int servers_start(struct servers *servers, const char *directory, int cpu, struct error *error);
void servers_stop(struct servers *servers);

#endif
