/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run directory from elsewhere: run.json, trials.jsonl, counts.jsonl and profiles.jsonl, each behind a NUL. What
 * is loaded is summarised. */
#include "analysis/load.h"
#include "analysis/summary.h"
#include "tests/fuzz/driver/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"trials.jsonl", "counts.jsonl", "profiles.jsonl"};
    struct summary summary;
    struct run run;
    struct error error;
    size_t length;

    files_begin();
    const uint8_t *part = files_part(&data, &size, &length);
    files_put("run.json", part, length);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        part = files_part(&data, &size, &length);
        files_put_journal(names[i], part, length);
    }
    if (load_run(&run, directory, &error) == 0) {
        if (summary_make_unchecked(&summary, &run, &error) == 0 &&
            counts_load(&summary.counts, &run, &error) == 0)
            shares_load(&summary.shares, &run, &error);
        summary_free(&summary);
    }
    load_free(&run);
    return 0;
}
