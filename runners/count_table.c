/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/count_table.h"

#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/text.h"
#include "runners/tracepoints.h"

/* One way to count: a tracepoint, or a type and config of perf_event_open(2). */
struct way {
    const char *tracepoint; /* "group/event", or NULL */
    uint32_t type;
    uint64_t config;
    const char *flags, *filter; /* as methods/harness/counts.h has them */
};

struct row {
    const char *name;
    struct way ways[2]; /* the first that this kernel has is taken; 5.10 to 6.18 and later are covered */
    long call;          /* of a count of one system call, its number */
};

#define NO_WAY {NULL, UINT32_MAX, 0, NULL, NULL}
#define TRACE(event) {event, PERF_TYPE_TRACEPOINT, 0, "-", ""}
#define TRACE_IF(event, filter) {event, PERF_TYPE_TRACEPOINT, 0, "-", filter}
#define TRACE_MACHINE(event) {event, PERF_TYPE_TRACEPOINT, 0, "m", ""}
#define SOFTWARE(config, flags) {NULL, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_##config, flags, ""}
#define HARDWARE(config) {NULL, PERF_TYPE_HARDWARE, PERF_COUNT_HW_##config, "-", ""}
#define CACHE_MISS(cache)                                                                          \
    {NULL, PERF_TYPE_HW_CACHE,                                                                     \
     PERF_COUNT_HW_CACHE_##cache | PERF_COUNT_HW_CACHE_OP_READ << 8 |                              \
         PERF_COUNT_HW_CACHE_RESULT_MISS << 16,                                                    \
     "-", ""}
/* Of those entered into the page cache, those of 2^order pages. */
#define FOLIOS(order)                                                                              \
    {"folios_order_" #order, {TRACE_IF("filemap/mm_filemap_add_to_page_cache", "order==" #order), NO_WAY}, -1}
#define TRACE_CALL {"raw_syscalls/sys_enter", PERF_TYPE_TRACEPOINT, 0, "-", ""}
#define CALL_AS(name, number) {"syscalls_" #name, {TRACE_CALL, NO_WAY}, number}
#define CALL(name) CALL_AS(name, SYS_##name)

/* All system calls are told by the number that one tracepoint gives: giving up a tracepoint is slow.
 * Reasons of tlb:tlb_flush: 2 and 3 are flushes of the CPU's own TLB that its task wants, 4 is an interrupt
 * sent to others (enum tlb_flush_reason, include/linux/mm_types.h). Flushes by a task switch are left out. */
static const struct row rows[] = {
    {"syscalls", {TRACE_CALL, NO_WAY}, -1},
    CALL(read), CALL(write), CALL_AS(pread, SYS_pread64), CALL_AS(pwrite, SYS_pwrite64), CALL(readv), CALL(writev),
    CALL(preadv), CALL(pwritev), CALL(preadv2), CALL(pwritev2), CALL(mmap), CALL(munmap), CALL(mremap),
    CALL(madvise), CALL(msync), CALL(sendfile), CALL(splice), CALL(copy_file_range),
    CALL_AS(fadvise, SYS_fadvise64), CALL(readahead), CALL(ftruncate), CALL(fallocate), CALL(ioctl), CALL(fsync),
    CALL(fdatasync), CALL(openat), CALL(close), CALL(lseek), CALL(fcntl), CALL(io_uring_setup),
    CALL(io_uring_enter), CALL(io_uring_register), CALL(io_submit), CALL(io_getevents), CALL(sendto),
    CALL(sendmsg), CALL(recvfrom), CALL(recvmsg), CALL(ppoll), CALL(futex),
#ifdef SYS_poll
    CALL(poll),
#endif
    {"page_faults_user", {TRACE("exceptions/page_fault_user"), SOFTWARE(PAGE_FAULTS, "u")}, -1},
    {"page_faults_kernel", {TRACE("exceptions/page_fault_kernel"), SOFTWARE(PAGE_FAULTS, "k")}, -1},
    {"fault_arounds", {TRACE("filemap/mm_filemap_map_pages"), NO_WAY}, -1},
    {"tlb_flushes", {TRACE_IF("tlb/tlb_flush", "reason==2||reason==3"), NO_WAY}, -1},
    {"tlb_remote_shootdowns", {TRACE_IF("tlb/tlb_flush", "reason==4"), NO_WAY}, -1},
    {"page_cache_insertions", {TRACE("filemap/mm_filemap_add_to_page_cache"), NO_WAY}, -1},
    FOLIOS(0), FOLIOS(1), FOLIOS(2), FOLIOS(3), FOLIOS(4), FOLIOS(5), FOLIOS(6), FOLIOS(7), FOLIOS(8), FOLIOS(9),
    {"page_cache_deletions", {TRACE("filemap/mm_filemap_delete_from_page_cache"), NO_WAY}, -1},
    {"block_requests", {TRACE_MACHINE("block/block_rq_issue"), NO_WAY}, -1},
    {"cycles_cpu", {HARDWARE(CPU_CYCLES), NO_WAY}, -1},
    {"instructions", {HARDWARE(INSTRUCTIONS), NO_WAY}, -1},
    {"llc_misses", {CACHE_MISS(LL), HARDWARE(CACHE_MISSES)}, -1},
    {"dtlb_misses", {CACHE_MISS(DTLB), NO_WAY}, -1},
};
enum { ROWS = sizeof rows / sizeof *rows, WAYS = 2 };

/* The ids of all tracepoints, row by row and way by way; -1 where there is none. */
static void find_all(long ids[ROWS][WAYS], char reason[256])
{
    const char *names[ROWS * WAYS];
    long found[ROWS * WAYS];
    size_t count = 0;

    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < WAYS; j++)
            if (rows[i].ways[j].tracepoint)
                names[count++] = rows[i].ways[j].tracepoint;
    tracepoints_find(names, count, found, reason);
    count = 0;
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < WAYS; j++)
            ids[i][j] = rows[i].ways[j].tracepoint ? found[count++] : -1;
}

static void leave_out(json_t *not_counted, const struct row *row, const char *reason)
{
    json_object_set_new(not_counted, row->name,
                        *reason ? json_string(reason)
                                : json_sprintf("this kernel has no tracepoint %s", row->ways[0].tracepoint));
}

static bool add_item(FILE *out, const struct row *row, const struct way *way, long id)
{
    if (!way->flags || (way->tracepoint && id < 0))
        return false;
    fprintf(out, "%s=%" PRIu32 "/%" PRIu64 "/%s/%s", row->name, way->type,
            way->tracepoint ? (uint64_t)id : way->config, way->flags, way->filter);
    if (row->call >= 0)
        fprintf(out, "id==%ld", row->call);
    fputc(';', out);
    return true;
}

/* The kernel takes tens of milliseconds to give up a tracepoint whose last user leaves. */
static void hold(struct count_hold *hold, const struct row *row, long id)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_TRACEPOINT, .size = sizeof attr, .config = (uint64_t)id, .disabled = 1};

    if (id < 0 || row->call >= 0 || hold->count == COUNT_HOLD_MAX)
        return;
    int fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (fd >= 0)
        hold->fds[hold->count++] = fd;
}

void count_table_release(struct count_hold *hold)
{
    while (hold->count > 0)
        close(hold->fds[--hold->count]);
}

char *count_table_argument(struct count_hold *held, json_t *not_counted)
{
    long ids[ROWS][WAYS];
    char reason[256] = "";
    struct text text;

    if (!text_open(&text))
        return NULL;
    find_all(ids, reason);
    for (size_t i = 0; i < ROWS; i++) {
        bool added = false;
        for (size_t j = 0; j < WAYS && !added; j++)
            if ((added = add_item(text.out, &rows[i], &rows[i].ways[j], ids[i][j])))
                hold(held, &rows[i], ids[i][j]);
        if (!added)
            leave_out(not_counted, &rows[i], reason);
    }
    return text_close(&text, NULL);
}
