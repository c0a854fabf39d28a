/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A catalogue in memory with the axes of the real methods, so that config and plan are tested
 * without a program being built or run. */
#ifndef IOTOLL_TESTS_FAKE_CATALOGUE_H
#define IOTOLL_TESTS_FAKE_CATALOGUE_H

#include "common/axes.h"
#include "runners/catalogue.h"

/* Sorted by task and name, as catalogue_load promises. The entries belong to nobody: never free. */
static inline struct catalogue fake_catalogue(void)
{
    enum {
        B = METHOD_BLOCK,
        N = METHOD_BUFFERS,
        P = METHOD_POLICY,
        LAZY = METHOD_LAZY,
        HINTS =
            1 << POLICY_NONE | 1 << POLICY_POPULATE | 1 << POLICY_WILLNEED | 1 << POLICY_SEQUENTIAL,
    };
    static struct method_info methods[] = {
        {.task = "copy", .name = "mmap", .axes = P, .policies = HINTS},
        {.task = "copy", .name = "mmb", .axes = B | N | P, .policies = HINTS},
        {.task = "copy", .name = "sendfile", .axes = B},
        {.task = "copy", .name = "stream", .axes = B},
        {.task = "copy", .name = "whole", .axes = 0},
        {.task = "scan", .name = "mmap", .axes = P | LAZY, .policies = HINTS},
        {.task = "scan", .name = "mmb", .axes = B | N | P | LAZY, .policies = HINTS},
        {.task = "scan", .name = "stream", .axes = B},
        {.task = "send", .name = "mmap", .axes = P, .policies = HINTS},
        /* One policy fewer than the real one, so that something is not offered. */
        {.task = "send",
         .name = "mmb",
         .axes = B | N | P,
         .policies = HINTS & ~(1 << POLICY_POPULATE)},
        {.task = "send", .name = "sendfile", .axes = B},
        {.task = "send", .name = "stream", .axes = B},
    };

    return (struct catalogue){methods, sizeof methods / sizeof *methods};
}

#endif
