/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The axes a method can obey, and the names of the values of each: one table for argv, config,
 * journal and report. Every table ends in NULL; a value is its index. */
#ifndef IOTOLL_AXES_H
#define IOTOLL_AXES_H

enum {
    METHOD_BLOCK = 1 << 0,   /* B, block_size_bytes */
    METHOD_BUFFERS = 1 << 1, /* N, buffers or windows */
    METHOD_POLICY = 1 << 2,  /* hints to the kernel */
    METHOD_LAZY = 1 << 3,    /* bytes move only when consumed: consumption "none" measures nothing */
};

enum policy { POLICY_NONE, POLICY_POPULATE, POLICY_WILLNEED, POLICY_SEQUENTIAL };
enum consumption { CONSUME_NONE, CONSUME_TOUCH, CONSUME_DIGEST };
enum durability { DURABILITY_NONE, DURABILITY_FDATASYNC };

/* Names in the order of the bits above, without METHOD_LAZY: "block_size", "buffers", "policy". */
extern const char *const axes_names[];
extern const char *const axes_policies[];     /* none populate willneed sequential */
extern const char *const axes_consumptions[]; /* none touch digest */
extern const char *const axes_durabilities[]; /* none fdatasync */
extern const char *const axes_caches[];       /* cold warm */
extern const char *const axes_runners[];      /* inprocess hyperfine */

/* The index of name in a table, or -1. */
int axes_find(const char *const *table, const char *name);

#endif
