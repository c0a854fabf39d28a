/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Catalogues in memory, so that config and plan are tested without a program being built or run. The
 * entries belong to nobody: never free. Sorted by task and name, as catalogue_load promises. */
#ifndef IOTOLL_TESTS_FAKE_CATALOGUE_H
#define IOTOLL_TESTS_FAKE_CATALOGUE_H

#include "common/axes.h"
#include "runners/catalogue.h"

enum {
    B = METHOD_BLOCK,
    N = METHOD_BUFFERS,
    T = METHOD_THREADS,
    P = METHOD_POLICY,
    A = METHOD_ALIGNMENT,
    LAZY = METHOD_LAZY,
    HINTS = 1 << POLICY_NONE | 1 << POLICY_POPULATE | 1 << POLICY_WILLNEED | 1 << POLICY_SEQUENTIAL,
    HINTS_BEHIND = HINTS | 1 << POLICY_COLD_BEHIND | 1 << POLICY_DONTNEED_BEHIND,
};

/* A few methods of every task, with one of each sort: with threads and without, lazy, direct. */
static inline struct catalogue fake_catalogue(void)
{
    static struct method_info methods[] = {
        {.task = "append", .name = "direct", .axes = B | A, .direct = true},
        {.task = "append", .name = "mmap", .axes = B | P | A, .policies = HINTS},
        {.task = "append", .name = "write", .axes = B | A},
        {.task = "copy", .name = "mmap", .axes = T | P, .policies = HINTS},
        {.task = "copy", .name = "mmb", .axes = B | N | T | P, .policies = HINTS_BEHIND},
        {.task = "copy", .name = "sendfile", .axes = B},
        {.task = "copy", .name = "stream", .axes = B | T | A},
        {.task = "copy", .name = "whole", .axes = 0},
        {.task = "lookup", .name = "direct", .axes = B | T | A, .direct = true},
        {.task = "lookup", .name = "mmap", .axes = B | T | P | LAZY, .policies = HINTS},
        {.task = "lookup", .name = "pread", .axes = B | T | A},
        {.task = "receive", .name = "splice", .axes = B},
        /* A baseline without a buffer to align, and a method with one. */
        {.task = "receive", .name = "stream", .axes = B},
        {.task = "receive", .name = "uring", .axes = B | N | A},
        {.task = "scan", .name = "mmap", .axes = T | P | LAZY, .policies = HINTS},
        {.task = "scan", .name = "mmb", .axes = B | N | P | LAZY, .policies = HINTS_BEHIND},
        {.task = "scan", .name = "stream", .axes = B | T | A},
        {.task = "send", .name = "mmap", .axes = P, .policies = HINTS},
        /* One policy fewer, so that something is not offered. */
        {.task = "send",
         .name = "mmb",
         .axes = B | N | P,
         .policies = HINTS & ~(1 << POLICY_POPULATE)},
        {.task = "send", .name = "sendfile", .axes = B},
        {.task = "send", .name = "stream", .axes = B},
        {.task = "update", .name = "mmap", .axes = B | T | P | A, .policies = HINTS},
        {.task = "update", .name = "pwrite", .axes = B | T | A},
    };

    return (struct catalogue){methods, sizeof methods / sizeof *methods};
}

/* As many methods as the suite is to have, none with fewer axes than it will: what the configs that
 * come with it cost at most. */
static inline struct catalogue fake_full_catalogue(void)
{
    enum { EVERY = HINTS_BEHIND | 1 << POLICY_RANDOM };
#define WITH(in, is, has) {.task = in, .name = is, .axes = has, .policies = EVERY}
#define PLAIN(in, is) WITH(in, is, B | T | P | A)
#define RING(in, is) WITH(in, is, B | N | T | P | A)
#define DIRECT(in, is) {.task = in, .name = is, .axes = B | N | T | A, .direct = true}
    static struct method_info methods[] = {
        DIRECT("append", "direct"),
        PLAIN("append", "mmap"),
        PLAIN("append", "uncached"),
        RING("append", "uring"),
        PLAIN("append", "write"),
        PLAIN("copy", "copy_file_range"),
        DIRECT("copy", "direct"),
        WITH("copy", "mmap", T | P),
        PLAIN("copy", "mmap_write"),
        WITH("copy", "mmb", B | N | T | P),
        PLAIN("copy", "reflink"),
        PLAIN("copy", "sendfile"),
        PLAIN("copy", "splice"),
        PLAIN("copy", "stream"),
        PLAIN("copy", "uncached"),
        RING("copy", "uring"),
        WITH("copy", "whole", T),
        DIRECT("lookup", "direct"),
        WITH("lookup", "mmap", B | T | P | LAZY),
        PLAIN("lookup", "pread"),
        PLAIN("lookup", "preadv2_nowait"),
        RING("lookup", "uring"),
        DIRECT("lookup", "uring_direct"),
        PLAIN("receive", "mmap"),
        PLAIN("receive", "splice"),
        PLAIN("receive", "stream"),
        RING("receive", "uring"),
        DIRECT("scan", "aio"),
        DIRECT("scan", "direct"),
        WITH("scan", "mmap", T | P | LAZY),
        WITH("scan", "mmb", B | N | T | P | LAZY),
        WITH("scan", "mmb_thread", B | N | P | LAZY),
        PLAIN("scan", "pread"),
        RING("scan", "readv"),
        PLAIN("scan", "stream"),
        PLAIN("scan", "uncached"),
        RING("scan", "uring"),
        DIRECT("scan", "uring_direct"),
        RING("scan", "uring_sqpoll"),
        PLAIN("send", "mmap"),
        WITH("send", "mmb", B | N | P),
        PLAIN("send", "sendfile"),
        PLAIN("send", "splice"),
        PLAIN("send", "stream"),
        RING("send", "uring"),
        RING("send", "uring_zc"),
        PLAIN("send", "zerocopy"),
        DIRECT("update", "direct"),
        PLAIN("update", "mmap"),
        PLAIN("update", "pwrite"),
        RING("update", "uring"),
    };
#undef WITH
#undef PLAIN
#undef RING
#undef DIRECT

    return (struct catalogue){methods, sizeof methods / sizeof *methods};
}

#endif
