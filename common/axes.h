/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The axes a method can obey, and the names of the values of each: one table for argv, config,
 * journal and report. Every table ends in NULL; a value is its index. */
#ifndef IOTOLL_AXES_H
#define IOTOLL_AXES_H

enum {
    METHOD_BLOCK = 1 << 0,     /* B, block_size_bytes */
    METHOD_BUFFERS = 1 << 1,   /* N, buffers, windows or requests in flight */
    METHOD_THREADS = 1 << 2,   /* T, threads that share the file */
    METHOD_POLICY = 1 << 3,    /* hints to the kernel */
    METHOD_ALIGNMENT = 1 << 4, /* of the buffer in user space */
    METHOD_LAZY = 1 << 5,      /* bytes move only when consumed: consumption "none" measures nothing */
};

enum policy {
    POLICY_NONE,
    POLICY_POPULATE,
    POLICY_POPULATE_READ,
    POLICY_WILLNEED,
    POLICY_SEQUENTIAL,
    POLICY_RANDOM,
    POLICY_HUGEPAGE,
    POLICY_COLD_BEHIND,
    POLICY_DONTNEED_BEHIND
};
enum alignment { ALIGNMENT_PAGE, ALIGNMENT_MALLOC, ALIGNMENT_HUGE };
enum consumption { CONSUME_NONE, CONSUME_TOUCH, CONSUME_TOUCH_LINE, CONSUME_DIGEST };
enum durability { DURABILITY_NONE, DURABILITY_FDATASYNC };
enum overwrite { DESTINATION_FRESH, DESTINATION_OVERWRITE };
enum distribution { DISTRIBUTION_UNIFORM, DISTRIBUTION_ZIPF };
enum offsets { OFFSETS_ALIGNED, OFFSETS_UNALIGNED };
enum bystander {
    BYSTANDER_NONE,
    BYSTANDER_THREAD,
    BYSTANDER_THREAD_SAME_CPU,
    BYSTANDER_PROCESS,
    BYSTANDER_PROCESS_SAME_CPU
};
enum cache { CACHE_COLD, CACHE_WARM, CACHE_PRESSURED, CACHE_WARM_SMALL_FOLIOS };

/* Names in the order of the bits above, without METHOD_LAZY. */
extern const char *const axes_names[];
extern const char *const axes_policies[];
extern const char *const axes_alignments[];     /* page malloc huge */
extern const char *const axes_consumptions[];   /* none touch touch_line digest */
extern const char *const axes_durabilities[];   /* none fdatasync */
extern const char *const axes_destinations[];   /* fresh overwrite */
extern const char *const axes_distributions[];  /* uniform zipf */
extern const char *const axes_offsets[];        /* aligned unaligned */
extern const char *const axes_bystanders[];     /* none thread thread_same_cpu ... */
extern const char *const axes_caches[];         /* cold warm pressured warm_small_folios */
extern const char *const axes_target_types[];   /* directory tmpfs image throttled tcp unix namespace remote */
extern const char *const axes_runners[];        /* inprocess hyperfine */

/* The index of name in a table, or -1. */
int axes_find(const char *const *table, const char *name);

#endif
