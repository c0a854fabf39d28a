/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/counters.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "common/clock.h"
#include "common/machine_time.h"
#include "methods/harness/bystander.h"

enum { SECTOR_BYTES = 512 }; /* of /sys/block/.../stat, whatever the device's own (Documentation/block/stat.rst) */
enum { TRIES = 10, CLOSE_NS = 100000 };

static int64_t timeval_ns(struct timeval time)
{
    return (int64_t)time.tv_sec * 1000000000 + (int64_t)time.tv_usec * 1000;
}

/* Without the bystander's: his clock is read before the process's, and once more, lest he ran between them. */
static int64_t own_cpu_ns(void)
{
    int64_t bystander_ns, cpu_ns;

    for (int tries = 0; tries < TRIES; tries++) {
        bystander_ns = bystander_cpu_ns();
        cpu_ns = (int64_t)clock_ns(CLOCK_PROCESS_CPUTIME_ID);
        if (bystander_cpu_ns() - bystander_ns < CLOSE_NS)
            break;
    }
    return cpu_ns - bystander_ns;
}

void counters_read_process(struct process_counters *counters)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    *counters = (struct process_counters){
        .cpu_ns = own_cpu_ns(),
        .user_ns = timeval_ns(usage.ru_utime),
        .system_ns = timeval_ns(usage.ru_stime),
        .minor_faults = usage.ru_minflt,
        .major_faults = usage.ru_majflt,
        .voluntary_context_switches = usage.ru_nvcsw,
        .involuntary_context_switches = usage.ru_nivcsw,
    };
}

void counters_add(struct process_counters *total, const struct process_counters *before,
                  const struct process_counters *after)
{
    total->cpu_ns += after->cpu_ns - before->cpu_ns;
    total->user_ns += after->user_ns - before->user_ns;
    total->system_ns += after->system_ns - before->system_ns;
    total->minor_faults += after->minor_faults - before->minor_faults;
    total->major_faults += after->major_faults - before->major_faults;
    total->voluntary_context_switches +=
        after->voluntary_context_switches - before->voluntary_context_switches;
    total->involuntary_context_switches +=
        after->involuntary_context_switches - before->involuntary_context_switches;
}

/* One field of a whole-disk or partition statistics file: 2 is sectors read, 6 sectors written. */
static void read_device(const char *device, int64_t *read_bytes, int64_t *written_bytes)
{
    char path[64];
    int64_t sectors_read, sectors_written;

    *read_bytes = *written_bytes = -1;
    if (!device)
        return;
    snprintf(path, sizeof path, "/sys/dev/block/%.32s/stat", device);
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    if (fscanf(file, "%*d %*d %" SCNd64 " %*d %*d %*d %" SCNd64, &sectors_read, &sectors_written) == 2) {
        *read_bytes = sectors_read * SECTOR_BYTES;
        *written_bytes = sectors_written * SECTOR_BYTES;
    }
    fclose(file);
}

/* The kernel charges a task for the device I/O it causes; see Documentation/filesystems/proc.rst. */
static void read_process_io(struct span_counters *counters)
{
    char line[128];
    FILE *file = fopen("/proc/self/io", "re");

    counters->process_read_bytes = counters->process_written_bytes = -1;
    counters->requested_read_bytes = counters->requested_written_bytes = -1;
    if (!file)
        return;
    while (fgets(line, sizeof line, file)) {
        sscanf(line, "rchar: %" SCNd64, &counters->requested_read_bytes);
        sscanf(line, "wchar: %" SCNd64, &counters->requested_written_bytes);
        sscanf(line, "read_bytes: %" SCNd64, &counters->process_read_bytes);
        sscanf(line, "write_bytes: %" SCNd64, &counters->process_written_bytes);
    }
    fclose(file);
}

/* Bytes read count on the source's device, bytes written on the destination's. */
void counters_read_span(struct span_counters *counters, const struct options *options)
{
    int64_t ignored;

    read_device(options->source_device, &counters->device_read_bytes, &ignored);
    read_device(options->destination_device, &ignored, &counters->device_written_bytes);
    read_process_io(counters);
    struct machine_time machine = machine_time_now();
    counters->machine_busy_ns = machine.busy_ns;
    counters->steal_ns = machine.steal_ns;
    counters->wall_ns = (int64_t)clock_monotonic_ns();
}

static int64_t difference(int64_t before, int64_t after)
{
    return before < 0 || after < before ? -1 : after - before;
}

struct span_counters counters_span(const struct span_counters *before,
                                   const struct span_counters *after)
{
    return (struct span_counters){
        .wall_ns = after->wall_ns - before->wall_ns,
        .machine_busy_ns = difference(before->machine_busy_ns, after->machine_busy_ns),
        .steal_ns = difference(before->steal_ns, after->steal_ns),
        .device_read_bytes = difference(before->device_read_bytes, after->device_read_bytes),
        .device_written_bytes =
            difference(before->device_written_bytes, after->device_written_bytes),
        .process_read_bytes = difference(before->process_read_bytes, after->process_read_bytes),
        .process_written_bytes =
            difference(before->process_written_bytes, after->process_written_bytes),
        .requested_read_bytes = difference(before->requested_read_bytes, after->requested_read_bytes),
        .requested_written_bytes =
            difference(before->requested_written_bytes, after->requested_written_bytes),
    };
}

void counters_forget_writes(struct span_counters *counters)
{
    counters->device_written_bytes = -1;
    counters->process_written_bytes = -1;
    counters->requested_read_bytes = -1;
    counters->requested_written_bytes = -1;
}
