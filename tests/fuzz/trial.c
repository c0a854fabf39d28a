/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line of a journal: as it stands, and once more with a checksum of its own, behind which no damage hides
 * what is wrong. What is taken as valid makes sense. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/load_trial.h"
#include "common/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct run_point point = {
    .point = {.task = "copy", .runner = "inprocess", .source = "disk", .destination = "disk", .cache = "warm",
              .method = "stream", .policy = "none", .alignment = "none", .consumption = "none",
              .durability = "none", .destination_state = "none", .distribution = "none", .offsets = "none",
              .file_size_bytes = 1 << 20, .files = 8, .block_size_bytes = 4096, .threads = 1},
    .baseline = -1,
    .supported = true,
};

static void load(struct trial_reader *reader, const struct run *run, const char *line, size_t length)
{
    struct error error;
    struct trial trial;

    if (load_trial(reader, run, line, length, &trial, &error) < 0)
        return;
    if (trial.valid && (trial.cycles == 0 || !(trial_time_ns(&trial) > 0) || trial.bytes != 8 << 20 || trial.point))
        abort();
    if (!trial.valid && !trial.void_reason)
        abort();
    free(trial.void_reason);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run run = {.points = &point, .point_count = 1};
    struct trial_reader reader;
    size_t length;
    char *text = strndup((const char *)data, size), *line = text && *text ? seal_line(text, &length) : NULL;

    if (load_trial_open(&reader) == 0) {
        load(&reader, &run, (const char *)data, size);
        if (line)
            load(&reader, &run, line, length - 1);
    }
    load_trial_close(&reader);
    free(line);
    free(text);
    return 0;
}
