/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/options.h"

#include <getopt.h>
#include <stddef.h>
#include <string.h>

#include "common/error.h"
#include "common/units.h"

enum kind { TEXT, SIZE, NAME, FLAG };

struct rule {
    const char *name;
    enum kind kind;
    size_t offset;
    const char *const *names; /* NAME: the table that the value is an index of */
};

#define RULE(name, kind, field) {name, kind, offsetof(struct options, field), NULL}
#define NAMES(name, field, table) {name, NAME, offsetof(struct options, field), table}

static const struct rule rules[] = {
    RULE("source", TEXT, source),
    RULE("destination", TEXT, destination),
    RULE("connect", TEXT, connect),
    RULE("token-file", TEXT, token_file),
    RULE("source-device", TEXT, source_device),
    RULE("destination-device", TEXT, destination_device),
    RULE("output", TEXT, output),
    RULE("count", TEXT, count),
    RULE("profile", TEXT, profile),
    RULE("profile-period", SIZE, profile_period_ns),
    RULE("files", SIZE, files),
    RULE("file-size", SIZE, file_size),
    RULE("block-size", SIZE, block_size),
    RULE("buffers", SIZE, buffers),
    RULE("seed", SIZE, seed),
    RULE("minimum-time", SIZE, minimum_time_ns),
    RULE("forked-at", SIZE, forked_at_ns),
    RULE("threads", SIZE, threads),
    RULE("operations", SIZE, operations),
    RULE("content-seed", SIZE, content_seed),
    RULE("compute", SIZE, compute_ns_per_kib),
    NAMES("policy", policy, axes_policies),
    NAMES("alignment", alignment, axes_alignments),
    NAMES("consumption", consumption, axes_consumptions),
    NAMES("durability", durability, axes_durabilities),
    NAMES("destination-state", destination_state, axes_destinations),
    NAMES("distribution", distribution, axes_distributions),
    NAMES("offsets", offsets, axes_offsets),
    NAMES("bystander", bystander, axes_bystanders),
    RULE("memory-hogs", SIZE, memory_hogs),
    RULE("prefault", SIZE, prefault_bytes),
    RULE("once", FLAG, once),
    RULE("distinct", FLAG, distinct),
    RULE("describe", FLAG, describe),
    RULE("probe", FLAG, probe),
    RULE("no-verify", FLAG, no_verify),
    RULE("verify-only", FLAG, verify_only),
};
enum { RULES = sizeof rules / sizeof *rules };

static int look_up(const struct rule *rule, const char *value)
{
    int index = axes_find(rule->names, value);

    if (index < 0)
        die(EXIT_USAGE, "--%s: \"%s\" is not one of its values", rule->name, value);
    return index;
}

static void set(struct options *options, const struct rule *rule, const char *value)
{
    void *field = (char *)options + rule->offset;

    if (rule->kind == TEXT)
        *(const char **)field = value;
    else if (rule->kind == FLAG)
        *(bool *)field = true;
    else if (rule->kind == NAME)
        *(unsigned *)field = (unsigned)look_up(rule, value); /* every one is an unsigned enum */
    else if (units_parse_size(value, field) < 0)
        die(EXIT_USAGE, "--%s: \"%s\" is not a size", rule->name, value);
}

static void check(const struct options *options)
{
    if (options->describe)
        return;
    if (options->files == 0 || options->files > 1000000)
        die(EXIT_USAGE, "--files must be from 1 to 1000000");
    if (options->block_size == 0)
        die(EXIT_USAGE, "--block-size must be at least 1");
    if (options->buffers == 0 || options->buffers > 1024)
        die(EXIT_USAGE, "--buffers must be from 1 to 1024");
    if (options->threads == 0 || options->threads > 1024)
        die(EXIT_USAGE, "--threads must be from 1 to 1024");
    if (options->operations == 0 || options->operations > 100000000)
        die(EXIT_USAGE, "--operations must be from 1 to 100000000");
    if (options->memory_hogs > 64)
        die(EXIT_USAGE, "--memory-hogs must be at most 64");
    if (options->profile && options->profile_period_ns < 10000)
        die(EXIT_USAGE, "--profile-period must be at least 10000");
    if (options->file_size > (1ULL << 50) || options->block_size > (1ULL << 40))
        die(EXIT_USAGE, "--file-size or --block-size is out of reach");
}

void options_parse(struct options *options, int argc, char **argv)
{
    struct option table[RULES + 1] = {0};

    for (int i = 0; i < RULES; i++)
        table[i] = (struct option){rules[i].name,
                                   rules[i].kind == FLAG ? no_argument : required_argument, NULL, i};
    *options = (struct options){.files = 1,
                                .block_size = 256 * KIB,
                                .buffers = 2,
                                .threads = 1,
                                .operations = 1000,
                                .seed = 1,
                                .consumption = CONSUME_DIGEST};
    for (int index; (index = getopt_long(argc, argv, "", table, NULL)) != -1;) {
        if (index == '?')
            die(EXIT_USAGE, "see docs/formats.md for the arguments of a method program");
        set(options, &rules[index], optarg);
    }
    if (optind < argc)
        die(EXIT_USAGE, "\"%s\": no argument is expected here", argv[optind]);
    check(options);
}
