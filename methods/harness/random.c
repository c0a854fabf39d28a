/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/random.h"

#include <math.h>
#include <stdlib.h>

#include "common/content.h"
#include "common/error.h"
#include "common/tasks.h"



void random_allocate(struct trial *trial)
{
    trial->offsets = calloc(trial->options.operations, sizeof *trial->offsets);
    trial->latencies = calloc(trial->options.threads, sizeof *trial->latencies);
    latency_stamp(); /* the first one finds out which clock is good: not inside a timed part */
    if (!trial->offsets || !trial->latencies)
        die(1, "out of memory for %llu operations", (unsigned long long)trial->options.operations);
}

void random_free(struct trial *trial)
{
    free(trial->offsets);
    free(trial->latencies);
}

static uint64_t records_of(const struct options *options)
{
    uint64_t shift = options->offsets == OFFSETS_UNALIGNED ? RANDOM_SHIFT_BYTES : 0;

    if (options->file_size < options->block_size + shift)
        die(EXIT_USAGE, "--file-size is too small for a record of --block-size");
    return (options->file_size - shift) / options->block_size;
}

/* A bijection of [0, records): popular records must not be neighbours. A multiplier without common factors
 * with the number of records permutes them. */
static uint64_t scatter(uint64_t rank, uint64_t records)
{
    uint64_t multiplier = 0x9e3779b97f4a7c15ULL % records | 1;

    for (;; multiplier += 2) {
        uint64_t a = multiplier, b = records;
        while (b) {
            uint64_t rest = a % b;
            a = b;
            b = rest;
        }
        if (a == 1)
            return (uint64_t)((unsigned __int128)rank * multiplier % records);
    }
}

/* Zipf by inversion of the continuous approximation (Gray et al., SIGMOD 1994, use the same law): P(rank)
 * proportional to rank^-s with s = 0.99. u is uniform in [0, 1). */
static uint64_t zipf_rank(double u, uint64_t records)
{
    const double power = 1 - 0.99;
    double top = pow((double)records + 1, power);
    double rank = pow(1 + u * (top - 1), 1 / power) - 1;

    return rank < (double)records ? (uint64_t)rank : records - 1;
}

static double unit(uint64_t word)
{
    return (double)(word >> 11) * 0x1p-53;
}

/* Mark a record; true if it was new. */
static bool mark(unsigned char *seen, uint64_t record)
{
    unsigned char bit = (unsigned char)(1 << record % 8);
    bool fresh = !(seen[record / 8] & bit);

    seen[record / 8] |= bit;
    return fresh;
}

static uint64_t draw(const struct options *options, uint64_t word, uint64_t records)
{
    if (options->distribution == DISTRIBUTION_ZIPF)
        return scatter(zipf_rank(unit(word), records), records);
    return word % records;
}

/* Drawing again costs little while at most half of the records are taken. */
void random_offsets(struct trial *trial, bool distinct)
{
    const struct options *options = &trial->options;
    uint64_t records = records_of(options), seed = content_word(options->seed, trial->cycle);
    uint64_t shift = options->offsets == OFFSETS_UNALIGNED ? RANDOM_SHIFT_BYTES : 0, drawn = 0;
    unsigned char *seen = calloc(records / 8 + 1, 1);

    if (!seen)
        die(1, "out of memory for %llu records", (unsigned long long)records);
    distinct = distinct && options->distribution == DISTRIBUTION_UNIFORM;
    if (distinct && options->operations > records / 2)
        die(EXIT_UNSUPPORTED, "a cold trial reads nothing twice: %llu operations need a file of twice as "
            "many records", (unsigned long long)options->operations);
    trial->distinct_bytes = 0;
    for (uint64_t i = 0; i < options->operations;) {
        uint64_t record = draw(options, content_word(seed, drawn++), records);
        bool fresh = mark(seen, record);
        if (distinct && !fresh)
            continue;
        trial->distinct_bytes += fresh ? options->block_size : 0;
        trial->offsets[i++] = record * options->block_size + shift;
    }
    free(seen);
}
