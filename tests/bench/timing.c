/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/timing.h"

#include <string.h>

#include <jansson.h>

#include "common/units.h"
#include "runners/output.h"

static double sum(const json_t *array)
{
    double total = 0;
    size_t index;
    json_t *value;

    json_array_foreach(array, index, value)
        total += (double)json_integer_value(value);
    return total;
}

/* Time of one cycle, whole or only its transfer, for file_size_bytes, from our own line of JSON. */
static int read_cycle(const struct spawn *spawn, bool whole, uint64_t file_size_bytes, double *ns, struct error *error)
{
    json_t *line = output_parse(spawn->output, OUTPUT_NO_VERIFY, error);

    if (!line)
        return -1;
    double bytes = (double)json_integer_value(json_object_get(line, "bytes"));
    double cycles = (double)json_integer_value(json_object_get(line, "cycles"));
    *ns = sum(json_object_get(line, "cycle_transfer_ns"));
    if (whole)
        *ns += sum(json_object_get(line, "cycle_setup_ns")) + sum(json_object_get(line, "cycle_teardown_ns"));
    *ns *= (double)file_size_bytes / bytes / cycles;
    json_decref(line);
    return bytes > 0 && cycles > 0 ? 0 : error_set(error, "moved no bytes");
}

static int read_method(const struct spawn *spawn, uint64_t file_size_bytes, double *ns, struct error *error)
{
    return read_cycle(spawn, true, file_size_bytes, ns, error);
}

static int read_transfer(const struct spawn *spawn, uint64_t file_size_bytes, double *ns, struct error *error)
{
    return read_cycle(spawn, false, file_size_bytes, ns, error);
}

const struct timing timing_method = {
    "mean over the passes of one process, at least 300 ms of them: opening the file, allocating the "
    "buffer or mapping the file, moving the bytes, unmapping or freeing, closing; by CLOCK_MONOTONIC",
    read_method,
};

const struct timing timing_transfer = {
    "mean over the passes of one process, at least 300 ms of them, of moving the bytes alone: buffers, rings and "
    "contexts are made and taken away outside, as fio's are, and the file is opened and closed outside (microseconds, "
    "which fio's time holds); of records, each one's latency is recorded inside, and offsets are drawn before",
    read_transfer,
};

/* fio counts microseconds, and prints milliseconds rounded up: what it printed is half of one too many on
 * average. Notes and warnings may stand before its JSON. */
static int read_job(const struct spawn *spawn, double *ns, uint64_t *bytes, struct error *error)
{
    const char *text = strchr(spawn->output, '{');
    json_error_t problem;
    json_int_t moved = 0, runtime_ms = 0;
    int status = 0;

    json_t *root = text ? json_loads(text, JSON_DISABLE_EOF_CHECK, &problem) : NULL;
    int bad = json_unpack(root, "{s:[{s:i, s:{s:I, s:I}}]}", "jobs", "error", &status, "read", "io_bytes",
                          &moved, "runtime", &runtime_ms);
    json_decref(root);
    if (!root || bad)
        return error_set(error, "no JSON of a reading job: %.200s", spawn->output);
    if (status)
        return error_set(error, "fio's job ended with error %d", status);
    if (moved <= 0 || runtime_ms <= 0)
        return error_set(error, "fio read %lld bytes in %lld ms", (long long)moved, (long long)runtime_ms);
    *bytes = (uint64_t)moved;
    *ns = ((double)runtime_ms - 0.5) * (double)NS_PER_MS;
    return 0;
}

static int read_fio_records(const struct spawn *spawn, uint64_t file_size_bytes, double *ns,
                            struct error *error)
{
    uint64_t bytes;

    if (read_job(spawn, ns, &bytes, error) < 0)
        return -1;
    *ns *= (double)file_size_bytes / (double)bytes;
    return 0;
}

static int read_fio(const struct spawn *spawn, uint64_t file_size_bytes, double *ns, struct error *error)
{
    uint64_t bytes;

    if (read_job(spawn, ns, &bytes, error) < 0)
        return -1;
    if (bytes % file_size_bytes)
        return error_set(error, "fio read %llu bytes: no whole passes", (unsigned long long)bytes);
    *ns *= (double)file_size_bytes / (double)bytes;
    return 0;
}

const struct timing timing_fio = {
    "fio's read.runtime over its passes: opening and closing the file (and, in its mmap engine, "
    "mapping it) and moving the bytes; allocating the buffer or setting up a ring is not in it. Printed in ms, "
    "rounded up; half of one is taken off",
    read_fio,
};

const struct timing timing_fio_records = {
    "fio's read.runtime of as many records as ours, scaled to the file's size; drawing offsets is in it, "
    "setting up a ring is not",
    read_fio_records,
};

/* iperf3's JSON has a sender's side; its clock runs from the first byte to the end of the file. */
static int read_iperf3(const struct spawn *spawn, uint64_t file_size_bytes, double *ns, struct error *error)
{
    json_error_t problem;
    json_int_t bytes = 0;
    double seconds = 0;

    json_t *root = json_loads(spawn->output, JSON_DISABLE_EOF_CHECK, &problem);
    int bad = json_unpack(root, "{s:{s:{s:F, s:I}}}", "end", "sum_sent", "seconds", &seconds, "bytes", &bytes);
    json_decref(root);
    if (!root || bad)
        return error_set(error, "no JSON of a finished test: %.200s", spawn->output);
    if ((uint64_t)bytes != file_size_bytes || seconds <= 0)
        return error_set(error, "iperf3 sent %lld bytes in %f s", (long long)bytes, seconds);
    *ns = seconds * (double)NS_PER_S;
    return 0;
}

const struct timing timing_iperf3 = {
    "its sender's seconds (end.sum_sent), one pass, until the last byte is in the socket; ours ends later, when the "
    "receiver has it",
    read_iperf3,
};

static int read_process(const struct spawn *spawn, uint64_t file_size_bytes, double *ns,
                        struct error *error)
{
    (void)file_size_bytes;
    (void)error;
    *ns = (double)spawn->wall_ns;
    return 0;
}

const struct timing timing_process = {
    "the whole process, one pass, from fork to reaped",
    read_process,
};
