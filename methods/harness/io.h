/* SPDX-License-Identifier: GPL-3.0-or-later */
/* System calls as every method wants them: whole, over EINTR, and fatal when they fail. */
#ifndef IOTOLL_METHOD_IO_H
#define IOTOLL_METHOD_IO_H

#include <stddef.h>
#include <stdint.h>

#include "common/axes.h"

/* Exit 1 with "what: strerror(errno)", or 77 where errno says that the kernel, the file system or the
 * target cannot do this at all (ENOSYS, EOPNOTSUPP, EXDEV). */
void fail(const char *what) __attribute__((noreturn));

/* The same with the place in the file (-1: none), or with a descriptor's position. */
void fail_at(const char *what, int64_t offset) __attribute__((noreturn));
void fail_in(const char *what, int fd) __attribute__((noreturn));

/* The kernel moves at most 2 GiB less a page a call; keep counts below that. */
size_t io_at_most(uint64_t bytes, uint64_t limit);

/* Read up to length bytes at the file's position; at least one. The end of the file is an error, since
 * the harness says how long it is. */
size_t io_read(int fd, void *buffer, size_t length);
void io_write_all(int fd, const void *buffer, uint64_t length);

/* Memory straight from the kernel, untouched. "page" starts at a page, "malloc" 16 bytes behind one as
 * large allocations of glibc do, "huge" at 2 MiB with huge pages asked for. */
void *io_buffer_new(uint64_t length, enum alignment alignment);
void io_buffer_free(void *buffer, uint64_t length, enum alignment alignment);

/* Read or write exactly length bytes at offset, over EINTR and short counts. */
void io_pread_all(int fd, void *buffer, uint64_t length, uint64_t offset);
void io_pwrite_all(int fd, const void *buffer, uint64_t length, uint64_t offset);

/* Map size bytes of fd from the start under the policy, to read (private) or, shared, to write.
 * NULL when size is 0, which no mapping can have. */
void *io_map_source(int fd, uint64_t size, enum policy policy);
void *io_map_destination(int fd, uint64_t size, enum policy policy);
void io_unmap(void *address, uint64_t size);
void io_sync_mapping(void *address, uint64_t size);

/* mmap's flags and the advice after it that stand for a policy. */
int io_policy_flags(enum policy policy);
void io_policy_advise(void *address, uint64_t length, enum policy policy);

/* What posix_fadvise(2) has for a policy. */
void io_policy_fadvise(int fd, uint64_t offset, uint64_t length, enum policy policy);

/* sendfile count bytes of source from its position to a file or socket, at most block a call. */
void io_sendfile(int destination, int source, uint64_t count, uint64_t block);

/* Give a destination its length before it is mapped. */
void io_set_size(int fd, uint64_t size);

#endif
