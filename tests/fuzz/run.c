/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run directory from elsewhere: run.json, then, behind a NUL, its journal. What is loaded is summarised. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/load.h"
#include "analysis/summary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char directory[64];

static void leave(void)
{
    char path[96];

    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, i ? "run.json" : "trials.jsonl");
        unlink(path);
    }
    rmdir(directory);
}

static void put(const char *name, const uint8_t *data, size_t size)
{
    char path[96];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *out = fopen(path, "w");
    if (!out || fwrite(data, 1, size, out) != size || fclose(out))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = memchr(data, 0, size);
    size_t header = nul ? (size_t)(nul - data) : size;
    struct summary summary;
    struct run run;
    struct error error;

    if (!*directory) {
        snprintf(directory, sizeof directory, "%s/fuzz-run-XXXXXX", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
        if (!mkdtemp(directory))
            abort();
        atexit(leave);
    }
    put("run.json", data, header);
    put("trials.jsonl", data + header + (nul != NULL), size - header - (nul != NULL));
    if (load_run(&run, directory, &error) == 0) {
        summary_make(&summary, &run, &error);
        summary_free(&summary);
    }
    load_free(&run);
    return 0;
}
