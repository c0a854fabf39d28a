/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/profile.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/error.h"

/* The second is what anybody may lock (kernel.perf_event_mlock_kb). */
static const size_t ring_sizes[] = {4 << 20, 512 << 10};

struct sample {
    struct perf_event_header header;
    uint64_t address;
    uint32_t pid, tid;
    uint32_t cpu, unused;
};

struct ring {
    struct perf_event_mmap_page *page;
    size_t bytes;
};

static struct {
    bool on;
    struct ring *rings;
    int count;
    struct sample *samples;
    size_t used, room;
    uint64_t lost;
} profile;

static int open_clock(uint64_t period_ns, int cpu)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_SOFTWARE,
        .config = PERF_COUNT_SW_CPU_CLOCK,
        .size = sizeof attr,
        .sample_period = period_ns,
        .sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_CPU,
        .disabled = 1,
        .exclude_hv = 1,
    };

    return (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

static bool map_ring(struct ring *ring, int fd)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    for (size_t i = 0; i < sizeof ring_sizes / sizeof *ring_sizes; i++) {
        void *mapped = mmap(NULL, page + ring_sizes[i], PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (mapped != MAP_FAILED) {
            *ring = (struct ring){mapped, ring_sizes[i]};
            return true;
        }
    }
    return false;
}

void profile_open(uint64_t period_ns)
{
    long cpus = sysconf(_SC_NPROCESSORS_CONF);

    profile.rings = calloc((size_t)cpus, sizeof *profile.rings);
    if (!profile.rings)
        die(1, "out of memory");
    for (int cpu = 0; cpu < cpus; cpu++) {
        int fd = open_clock(period_ns, cpu);
        if (fd < 0 && errno == ENODEV)
            continue; /* offline */
        if (fd < 0 && (errno == EACCES || errno == EPERM))
            die(EXIT_UNSUPPORTED, "sampling the kernel takes root (or CAP_PERFMON, or "
                                  "kernel.perf_event_paranoid below 0)");
        if (fd < 0)
            die(EXIT_UNSUPPORTED, "perf_event_open of a sampling clock:");
        if (!map_ring(&profile.rings[profile.count++], fd))
            die(EXIT_UNSUPPORTED, "mmap of a sampling buffer:");
    }
    profile.on = true;
}

void profile_begin_cycle(void)
{
    if (profile.on)
        prctl(PR_TASK_PERF_EVENTS_ENABLE);
}

static void keep(const struct sample *sample)
{
    if (profile.used == profile.room) {
        profile.room = profile.room ? 2 * profile.room : 65536;
        profile.samples = realloc(profile.samples, profile.room * sizeof *profile.samples);
        if (!profile.samples)
            die(1, "out of memory for samples");
    }
    profile.samples[profile.used++] = *sample;
}

/* A record may wrap at the end of the ring. */
static void copy_out(const struct ring *ring, uint64_t at, void *to, size_t length)
{
    const char *data = (const char *)ring->page + ring->page->data_offset;

    for (size_t i = 0; i < length; i++)
        ((char *)to)[i] = data[(at + i) % ring->bytes];
}

static void take_record(const struct ring *ring, uint64_t at, const struct perf_event_header *header)
{
    struct sample sample;
    uint64_t lost[2]; /* id, count */

    if (header->type == PERF_RECORD_SAMPLE && header->size == sizeof sample) {
        copy_out(ring, at, &sample, sizeof sample);
        keep(&sample);
    } else if (header->type == PERF_RECORD_LOST && header->size >= sizeof *header + sizeof lost) {
        copy_out(ring, at + sizeof *header, lost, sizeof lost);
        profile.lost += lost[1];
    }
}

static void drain(struct ring *ring)
{
    uint64_t head = __atomic_load_n(&ring->page->data_head, __ATOMIC_ACQUIRE);
    uint64_t tail = ring->page->data_tail;
    struct perf_event_header header;

    while (tail < head) {
        copy_out(ring, tail, &header, sizeof header);
        if (header.size < sizeof header)
            break;
        take_record(ring, tail, &header);
        tail += header.size;
    }
    __atomic_store_n(&ring->page->data_tail, tail, __ATOMIC_RELEASE);
}

void profile_end_cycle(void)
{
    if (!profile.on)
        return;
    prctl(PR_TASK_PERF_EVENTS_DISABLE);
    for (int i = 0; i < profile.count; i++)
        drain(&profile.rings[i]);
}

/* "55d0-55d1 r-xp 00001000 fe:00 1234   /path": those that can be executed. */
static void write_maps(FILE *out)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[4352], mode[8], path[4097];
    uint64_t start, end, offset;

    while (maps && fgets(line, sizeof line, maps))
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %" SCNx64 " %*s %*s %4096[^\n]", &start, &end, mode,
                   &offset, path) == 5 && mode[2] == 'x')
            fprintf(out, "map %" PRIx64 " %" PRIx64 " %" PRIx64 " %s\n", start, end, offset, path);
    if (maps)
        fclose(maps);
}

void profile_write(const char *path)
{
    FILE *out = fopen(path, "we");

    if (!out)
        die(1, "%s:", path);
    fprintf(out, "method %d\nlost %" PRIu64 "\n", getpid(), profile.lost);
    write_maps(out);
    for (size_t i = 0; i < profile.used; i++) {
        const struct sample *sample = &profile.samples[i];
        bool user = (sample->header.misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_USER;
        fprintf(out, "sample %" PRIu32 " %" PRIu32 " %c %" PRIx64 "\n", sample->cpu, sample->pid,
                user ? 'u' : 'k', sample->address);
    }
    if (fclose(out))
        die(1, "%s:", path);
}
