/* SPDX-License-Identifier: GPL-3.0-or-later */
/* O_DIRECT moves whole blocks between device and buffer: every offset, length and address must be a
 * multiple of some unit, and the end of a file seldom is. Whatever cannot be direct exits 77. */
#ifndef IOTOLL_DIRECT_H
#define IOTOLL_DIRECT_H

#include <stddef.h>
#include <stdint.h>

#include "methods/harness/method.h"

/* Hooks. allocate: allocate_block, or allocate_records, for a B and an alignment that can be
 * direct. begin: learn job->direct_unit from whichever of the job's files is opened O_DIRECT, once
 * a cycle. */
void direct_allocate(struct job *job);
void direct_allocate_records(struct job *job);
void direct_begin(struct job *job);

/* What direct_allocate checks, for methods with buffers of their own. */
void direct_check(const struct job *job);

/* Exit 77 unless the offset is a multiple of the unit: some file systems would do it by their
 * cache. */
void direct_check_offset(const struct job *job, uint64_t offset);

/* length rounded up to the unit: what to ask for when only length bytes are left. */
uint64_t direct_round(const struct job *job, uint64_t length);

/* Read length bytes of the source at an offset, or write them to fd, checking the offset. The
 * buffer has room for the rounded length. A tail is written padded with what lies behind it in the
 * buffer; then the file is cut to the job's file size. */
void direct_read(const struct job *job, void *buffer, uint64_t length, uint64_t offset);
void direct_write(const struct job *job, int fd, const void *buffer, uint64_t length,
                  uint64_t offset);

/* fail(), which knows what EINVAL means here. */
void direct_fail(const struct job *job, const char *what, uint64_t offset) __attribute__((noreturn));

#endif
