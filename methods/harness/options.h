/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arguments of a method program; docs/formats.md lists them. */
#ifndef IOTOLL_OPTIONS_H
#define IOTOLL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/axes.h"

struct options {
    const char *source, *destination;
    const char *connect, *token_file;
    const char *source_device, *destination_device; /* "MAJ:MIN" */
    const char *output;
    const char *count;   /* what to count: methods/harness/counts.h */
    const char *profile; /* file for samples: methods/harness/profile.h */
    uint64_t files, file_size, block_size, buffers, threads, operations, seed;
    uint64_t content_seed; /* of the data set */
    uint64_t compute_ns_per_kib;
    uint64_t minimum_time_ns, forked_at_ns, profile_period_ns;
    enum policy policy;
    enum alignment alignment;
    enum consumption consumption;
    enum durability durability;
    enum overwrite destination_state;
    enum distribution distribution;
    enum offsets offsets;
    enum bystander bystander;
    uint64_t memory_hogs;
    uint64_t prefault_bytes;  /* of free memory, before anything else */
    bool once, distinct, describe, probe, no_verify, verify_only;
};

/* Parse argv into options with their defaults; exits 2 with a message on what cannot be. */
void options_parse(struct options *options, int argc, char **argv);

#endif
