/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/prefault.h"
#include "common/wire.h"
#include "runners/prices/harness/price.h"

void begin(struct probe *probe)
{
    probe->begun = clock_monotonic_ns();
}

static void put(struct probe *probe, clockid_t clock, int entry, double sign, double count)
{
    probe->ns[entry] += sign * (double)(clock_ns(clock) - probe->begun);
    probe->count[entry] += count;
}

void end(struct probe *probe, int entry, double count)
{
    put(probe, CLOCK_MONOTONIC, entry, 1, count);
}

void end_less(struct probe *probe, int entry)
{
    put(probe, CLOCK_MONOTONIC, entry, -1, 0);
}

void begin_cpu(struct probe *probe)
{
    probe->begun = clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

void end_cpu(struct probe *probe, int entry, double count)
{
    put(probe, CLOCK_THREAD_CPUTIME_ID, entry, 1, count);
}

void end_cpu_less(struct probe *probe, int entry)
{
    put(probe, CLOCK_THREAD_CPUTIME_ID, entry, -1, 0);
}

void fail(const char *what)
{
    bool impossible = errno == ENOSYS || errno == EOPNOTSUPP || errno == EPERM || errno == EINVAL;

    die(impossible ? EXIT_UNSUPPORTED : 1, "%s:", what);
}

void unsupported(const char *reason)
{
    die(EXIT_UNSUPPORTED, "%s", reason);
}

char *memory_new(uint64_t bytes)
{
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        fail("mmap of memory");
    memset(memory, 0x5a, bytes);
    return memory;
}

void memory_free(char *memory, uint64_t bytes)
{
    if (munmap(memory, bytes) < 0)
        fail("munmap of memory");
}

void memory_prefault(uint64_t bytes)
{
    struct error error;

    if (prefault_memory(bytes, &error) < 0)
        die(1, "%s", error.text);
}

void read_all(int fd, void *buffer, uint64_t bytes)
{
    for (uint64_t done = 0; done < bytes;) {
        ssize_t got = read(fd, (char *)buffer + done, bytes - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fail("read");
        if (got == 0)
            die(1, "read: the file is shorter than it should be");
        done += (uint64_t)got;
    }
}

void write_all(int fd, const void *buffer, uint64_t bytes)
{
    for (uint64_t done = 0; done < bytes;) {
        ssize_t put_now = write(fd, (const char *)buffer + done, bytes - done);
        if (put_now < 0 && errno == EINTR)
            continue;
        if (put_now < 0)
            fail("write");
        done += (uint64_t)put_now;
    }
}

int scratch_new(const struct probe *probe)
{
    char path[4096];

    if (strlen(probe->directory) > sizeof path - 16)
        die(EXIT_USAGE, "--file: the path is too long");
    strcat(strcpy(path, probe->directory), "/scratch");
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || unlink(path) < 0)
        fail("a scratch file");
    return fd;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b > 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The smaller part of a golden section, or a little more: so many steps as there are parts come to each of them once,
 * and few of them lie evenly over all (Knuth, The Art of Computer Programming 3, 6.4). */
static uint64_t step_between(uint64_t parts)
{
    uint64_t step = parts < 3 ? 1 : parts * 382 / 1000;

    while (common_divisor(parts, step) != 1)
        step++;
    return step;
}

int64_t next_part(struct probe *probe, uint64_t bytes)
{
    if (probe->file_bytes < bytes)
        unsupported("the file is too small");
    uint64_t parts = probe->file_bytes / bytes;

    return (int64_t)(probe->part++ % parts * step_between(parts) % parts * bytes);
}

uint64_t faults_so_far(void)
{
    struct rusage usage;

    getrusage(RUSAGE_THREAD, &usage);
    return (uint64_t)usage.ru_minflt;
}

void touch_pages(const char *memory, uint64_t bytes, uint64_t page, uint64_t inside)
{
    for (uint64_t at = inside; at < bytes; at += page)
        (void)*(const volatile char *)(memory + at);
}

void sink_announce(struct probe *probe, uint64_t bytes)
{
    struct wire_request request = {htole64(WIRE_DISCARD), htole64(bytes), htole64(bytes)};

    if (wire_send(probe->socket, &request, sizeof request) < 0)
        fail("announce bytes to the sink");
}

void sink_wait(struct probe *probe)
{
    struct wire_reply reply;

    if (wire_receive(probe->socket, &reply, sizeof reply) < 0)
        fail("wait for the sink's answer");
}
