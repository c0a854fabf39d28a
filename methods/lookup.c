/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lookup: records of B bytes are read at random offsets of one file and consumed, one by one. */
#include <stdlib.h>

#include "common/content.h"
#include "common/error.h"
#include "methods/harness/random.h"

static void before_cycle(struct trial *trial)
{
    random_offsets(trial, trial->options.distinct);
}

/* What the records of the last cycle hold follows from where they are: no file is read for the proof. */
static void expect(struct trial *trial)
{
    uint64_t length = trial->options.block_size;
    uint64_t seed = content_file_seed(trial->options.content_seed, 0), sum = 0;
    void *record = malloc(length);

    if (!record)
        die(1, "out of memory");
    for (uint64_t i = 0; i < trial->options.operations; i++) {
        content_fill(seed, trial->offsets[i], record, length);
        sum += digest_record(trial->offsets[i], record, length);
    }
    free(record);
    trial->expected_digest = digest_term(0, sum);
}

static void verify(struct trial *trial)
{
    if (trial->options.verify_only)
        before_cycle(trial);
    if (trial->options.consumption != CONSUME_DIGEST || trial->options.verify_only)
        trial_one_file(trial, 0, CONSUME_DIGEST);
    expect(trial);
}

const struct task task = {
    .name = "lookup",
    .before_cycle = before_cycle,
    .open_source = task_open_source_file,
    .close = task_close_files,
    .verify = verify,
};
