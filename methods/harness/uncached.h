/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Buffered I/O that leaves the page cache as it found it: RWF_DONTCACHE. */
#ifndef IOTOLL_UNCACHED_H
#define IOTOLL_UNCACHED_H

#include <stddef.h>
#include <stdint.h>

/* Read at most, or write exactly, length bytes at offset. Exit 77 where the kernel or the file
 * system has no uncached I/O. A read at the end of the file is an error. */
size_t uncached_pread(int fd, void *buffer, size_t length, uint64_t offset);
void uncached_pwrite_all(int fd, const void *buffer, uint64_t length, uint64_t offset);

#endif
