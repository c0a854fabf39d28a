/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "methods/harness/counters.h"

const char *const machine_names[MACHINE_COUNTS] = {
    "interrupts",          "pages_reclaimed",      "device_read_bytes",
    "device_written_bytes", "requested_read_bytes", "requested_written_bytes"};

static const struct options *options;

void machine_open(const struct options *given)
{
    options = given;
}

/* "NAME: count on CPU 0, on CPU 1, ... words": the sum over all lines. */
static int64_t interrupts(void)
{
    FILE *file = fopen("/proc/interrupts", "re");
    char *line = NULL;
    size_t room = 0;
    int64_t total = 0;

    if (!file)
        return -1;
    while (getline(&line, &room, file) > 0) {
        char *place = strchr(line, ':'), *end;
        if (!place || strstr(line, "ERR:") || strstr(line, "MIS:"))
            continue;
        for (place++;; place = end) {
            int64_t value = strtoll(place, &end, 10);
            if (end == place)
                break;
            total += value;
        }
    }
    if (ferror(file)) /* a part of them */
        total = -1;
    free(line);
    fclose(file);
    return total;
}

static int64_t reclaimed(void)
{
    static const char *const names[] = {"pgsteal_kswapd", "pgsteal_direct", "pgsteal_khugepaged",
                                        "pgsteal_proactive"};
    FILE *file = fopen("/proc/vmstat", "re");
    int64_t total = -1, value;
    char name[64];

    if (!file)
        return -1;
    while (fscanf(file, "%63s %" SCNd64, name, &value) == 2)
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (!strcmp(name, names[i]))
                total = (total < 0 ? 0 : total) + value;
    if (ferror(file))
        total = -1;
    fclose(file);
    return total;
}

/* Reading this file counts in it the next time: those bytes are known and taken off. */
static void requested(int64_t *read_bytes, int64_t *written_bytes)
{
    static int64_t own_bytes; /* read from here so far */
    char text[512];
    FILE *file = fopen("/proc/self/io", "re");
    size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;

    *read_bytes = *written_bytes = -1;
    text[length] = 0;
    if (sscanf(text, "rchar: %" SCNd64 " wchar: %" SCNd64, read_bytes, written_bytes) == 2)
        *read_bytes -= own_bytes;
    own_bytes += (int64_t)length;
    if (file)
        fclose(file);
}

/* What the process asks for is read last before a cycle and first after it, lest the other files read here
 * be among it. */
void machine_read(struct machine *machine, bool is_over)
{
    struct span_counters span;

    if (is_over)
        requested(&machine->values[MACHINE_REQUESTED_READ], &machine->values[MACHINE_REQUESTED_WRITTEN]);
    counters_read_span(&span, options);
    machine->values[MACHINE_DEVICE_READ] = span.device_read_bytes;
    machine->values[MACHINE_DEVICE_WRITTEN] = span.device_written_bytes;
    machine->values[MACHINE_INTERRUPTS] = interrupts();
    machine->values[MACHINE_RECLAIMED] = reclaimed();
    if (!is_over)
        requested(&machine->values[MACHINE_REQUESTED_READ], &machine->values[MACHINE_REQUESTED_WRITTEN]);
}

void machine_add(struct machine *total, const struct machine *before, const struct machine *after)
{
    for (int i = 0; i < MACHINE_COUNTS; i++)
        if (before->values[i] < 0 || after->values[i] < 0)
            total->values[i] = -1;
        else if (total->values[i] >= 0)
            total->values[i] += after->values[i] - before->values[i];
}
