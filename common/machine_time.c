/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/machine_time.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "common/units.h"

static const double STEAL_SHARE = 0.1;
static const int64_t STEAL_LEAST_NS = 30 * (int64_t)NS_PER_MS;

/* "cpu user nice system idle iowait irq softirq steal", in ticks. */
struct machine_time machine_time_now(void)
{
    int64_t t[8], tick_ns = (int64_t)NS_PER_S / sysconf(_SC_CLK_TCK);
    struct machine_time now = {-1, -1};
    FILE *file = fopen("/proc/stat", "re");

    if (!file)
        return now;
    if (fscanf(file, "cpu %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64,
               &t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]) == 8)
        now = (struct machine_time){(t[0] + t[1] + t[2] + t[5] + t[6]) * tick_ns, t[7] * tick_ns};
    fclose(file);
    return now;
}

bool machine_time_stolen(int64_t steal_ns, int64_t span_ns)
{
    return steal_ns >= STEAL_LEAST_NS && (double)steal_ns > STEAL_SHARE * (double)span_ns;
}
