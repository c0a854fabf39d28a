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

static int read_method(const struct spawn *spawn, uint64_t file_size_bytes, double *ns,
                       struct error *error)
{
    json_t *line = output_parse(spawn->output, OUTPUT_NO_VERIFY, error);
    int result = 0;

    if (!line)
        return -1;
    uint64_t bytes = (uint64_t)json_integer_value(json_object_get(line, "bytes"));
    if (bytes != file_size_bytes)
        result = error_set(error, "moved %llu bytes a pass", (unsigned long long)bytes);
    *ns = (sum(json_object_get(line, "cycle_setup_ns")) + sum(json_object_get(line, "cycle_transfer_ns")) +
           sum(json_object_get(line, "cycle_teardown_ns"))) /
          (double)json_integer_value(json_object_get(line, "cycles"));
    json_decref(line);
    return result;
}

const struct timing timing_method = {
    "mean over the passes of one process, at least 300 ms of them: opening the file, allocating the "
    "buffer or mapping the file, moving the bytes, unmapping or freeing, closing; by CLOCK_MONOTONIC",
    read_method,
};

/* fio counts microseconds, and prints milliseconds rounded up: what it printed is half of one too many on
 * average. Notes and warnings may stand before its JSON. */
static int read_fio(const struct spawn *spawn, uint64_t file_size_bytes, double *ns, struct error *error)
{
    const char *text = strchr(spawn->output, '{');
    json_error_t problem;
    json_int_t bytes = 0, runtime_ms = 0;
    int status = 0;

    json_t *root = text ? json_loads(text, JSON_DISABLE_EOF_CHECK, &problem) : NULL;
    int bad = json_unpack(root, "{s:[{s:i, s:{s:I, s:I}}]}", "jobs", "error", &status, "read", "io_bytes",
                          &bytes, "runtime", &runtime_ms);
    json_decref(root);
    if (!root || bad)
        return error_set(error, "no JSON of a reading job: %.200s", spawn->output);
    if (status)
        return error_set(error, "fio's job ended with error %d", status);
    if (bytes <= 0 || (uint64_t)bytes % file_size_bytes || runtime_ms <= 0)
        return error_set(error, "fio read %lld bytes in %lld ms: no whole passes", (long long)bytes,
                         (long long)runtime_ms);
    *ns = ((double)runtime_ms - 0.5) * (double)NS_PER_MS * (double)file_size_bytes / (double)bytes;
    return 0;
}

const struct timing timing_fio = {
    "fio's read.runtime over its passes: opening and closing the file (and, in its mmap engine, "
    "mapping it) and moving the bytes; allocating the buffer is not in it. Printed in ms, rounded up; half of one is "
    "taken off",
    read_fio,
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
