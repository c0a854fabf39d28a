/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/counts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/error.h"
#include "methods/harness/machine.h"

enum { EVENTS_MAX = 96, PAGEMAP_WORDS = 512 };

struct event {
    char name[48];
    const char *reason; /* why it does not count, or NULL */
    int *fds;           /* one, or one a CPU */
    int fd_count;
};

static struct {
    bool on;
    struct event events[EVENTS_MAX];
    int count;
    int pagemap; /* of this process, or -1 */
    uint64_t page_bytes;
    atomic_ullong pages_mapped;
    atomic_ullong own_reads, own_bytes; /* of pagemap, while the counters ran */
    uint64_t pauses;
    struct machine before, total;
} counts = {.pagemap = -1};

static const char *explain(int error_number)
{
    switch (error_number) {
    case EACCES:
    case EPERM: return "it takes root (or CAP_PERFMON, or a lower kernel.perf_event_paranoid)";
    case ENOENT:
    case ENODEV:
    case EOPNOTSUPP: return "this machine has no such counter (a virtual machine without a PMU?)";
    case ENOSYS: return "this kernel has no perf_event_open";
    case EMFILE: return "too many open files";
    default: return strerror(error_number);
    }
}

static int open_one(const struct perf_event_attr *attr, pid_t pid, int cpu, const char *filter)
{
    int fd = (int)syscall(SYS_perf_event_open, attr, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);

    if (fd < 0 || !*filter || ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter) == 0)
        return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

/* CPUs that are offline have no counter and nothing to count. */
static void open_everywhere(struct event *event, const struct perf_event_attr *attr, const char *filter)
{
    long cpus = sysconf(_SC_NPROCESSORS_CONF);

    event->fds = calloc((size_t)cpus, sizeof *event->fds);
    for (int cpu = 0; event->fds && cpu < cpus; cpu++) {
        int fd = open_one(attr, -1, cpu, filter);
        if (fd >= 0)
            event->fds[event->fd_count++] = fd;
        else if (errno != ENODEV || cpu == 0)
            event->reason = explain(errno);
    }
}

static void open_here(struct event *event, struct perf_event_attr *attr, const char *filter)
{
    attr->inherit = 1;
    event->fds = calloc(1, sizeof *event->fds);
    int fd = event->fds ? open_one(attr, 0, -1, filter) : -1;
    if (fd < 0)
        event->reason = explain(errno);
    else
        event->fds[event->fd_count++] = fd;
}

static void open_event(const char *item)
{
    struct event *event = &counts.events[counts.count++];
    char flags[8] = "", filter[64] = "";
    uint32_t type;
    uint64_t config;

    if (sscanf(item, "%47[a-z0-9_]=%" SCNu32 "/%" SCNu64 "/%7[ukm-]/%63[^\n]", event->name, &type, &config,
               flags, filter) < 4)
        die(EXIT_USAGE, "--count: \"%s\" is not an item (NAME=TYPE/CONFIG/FLAGS/FILTER)", item);
    struct perf_event_attr attr = {
        .type = type,
        .size = sizeof attr,
        .config = config,
        .disabled = 1,
        .exclude_kernel = strchr(flags, 'u') != NULL,
        .exclude_user = strchr(flags, 'k') != NULL,
        .exclude_hv = 1,
        .read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
    };
    if (strchr(flags, 'm'))
        open_everywhere(event, &attr, filter);
    else
        open_here(event, &attr, filter);
}

void counts_open(const char *list, const struct options *options)
{
    char *copy = strdup(list), *rest = NULL;

    if (!copy)
        die(1, "out of memory");
    for (char *item = strtok_r(copy, ";", &rest); item; item = strtok_r(NULL, ";", &rest)) {
        if (counts.count == EVENTS_MAX)
            die(EXIT_USAGE, "--count: at most %d counts", EVENTS_MAX);
        open_event(item);
    }
    free(copy);
    counts.page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
    counts.pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    machine_open(options);
    counts.on = true;
}

/* The calls are of the thread that opened the counters: they are its own, and their copies in the
 * threads made since follow. */
void counts_begin_cycle(void)
{
    if (!counts.on)
        return;
    machine_read(&counts.before, false);
    prctl(PR_TASK_PERF_EVENTS_ENABLE);
}

void counts_end_cycle(void)
{
    struct machine after;

    if (!counts.on)
        return;
    prctl(PR_TASK_PERF_EVENTS_DISABLE);
    counts.pauses++;
    machine_read(&after, true);
    machine_add(&counts.total, &counts.before, &after);
}

/* Bit 63 of a word of pagemap: the page is present (Documentation/admin-guide/mm/pagemap.rst). */
void counts_unmapping(const void *address, uint64_t length)
{
    uint64_t words[PAGEMAP_WORDS], found = 0;

    if (!counts.on || !address || counts.pagemap < 0)
        return;
    uint64_t page = (uint64_t)(uintptr_t)address / counts.page_bytes;
    uint64_t end = ((uint64_t)(uintptr_t)address + length + counts.page_bytes - 1) / counts.page_bytes;
    while (page < end) {
        uint64_t want = end - page < PAGEMAP_WORDS ? end - page : PAGEMAP_WORDS;
        ssize_t got = pread(counts.pagemap, words, want * sizeof *words, (off_t)(page * sizeof *words));
        atomic_fetch_add(&counts.own_reads, 1);
        if (got <= 0)
            die(1, "/proc/self/pagemap:");
        atomic_fetch_add(&counts.own_bytes, (unsigned long long)got);
        for (size_t i = 0; i < (size_t)got / sizeof *words; i++)
            found += words[i] >> 63;
        page += (uint64_t)got / sizeof *words;
    }
    atomic_fetch_add(&counts.pages_mapped, found);
}

/* What a counter read; one that shared a PMU with others is scaled to the time that it was on. -1 where
 * it never ran, with the reason. */
static int64_t read_event(struct event *event)
{
    double total = 0;

    for (int i = 0; i < event->fd_count; i++) {
        uint64_t values[3];
        if (read(event->fds[i], values, sizeof values) != sizeof values)
            event->reason = "its counter could not be read";
        else if (values[2] > 0)
            total += (double)values[0] * ((double)values[1] / (double)values[2]);
        else if (values[1] > 0)
            event->reason = "its counter never got its turn";
    }
    return event->reason ? -1 : (int64_t)total;
}

/* All calls, and those that have a name. */
static const char all_calls[] = "syscalls", named_calls[] = "syscalls_";

/* Less what counting itself called. */
static int64_t own_calls(const char *name)
{
    uint64_t reads = atomic_load(&counts.own_reads);

    if (!strcmp(name, all_calls))
        return (int64_t)(reads + counts.pauses);
    return strcmp(name, "syscalls_pread") ? 0 : (int64_t)reads;
}

static int64_t value_of(struct event *event)
{
    int64_t value = read_event(event);

    return value < 0 ? -1 : value - own_calls(event->name);
}

static void write_one(FILE *out, const char *name, int64_t value)
{
    static const char *comma = "";

    if (value < 0)
        fprintf(out, "%s\"%s\":null", comma, name);
    else
        fprintf(out, "%s\"%s\":%" PRId64, comma, name, value);
    comma = ",";
}

/* The total is the sum of the calls that have a name: what a method calls does. Others are counted apart: they are
 * the harness's, which reads the clock by a call where the kernel offers no other way. */
static void write_events(FILE *out)
{
    int64_t all = -1, named = 0;
    bool total = false, whole = true;

    for (int i = 0; i < counts.count; i++) {
        const char *name = counts.events[i].name;
        int64_t value = value_of(&counts.events[i]);
        if (!strcmp(name, all_calls)) {
            all = value;
            total = true;
            continue;
        }
        write_one(out, name, value);
        if (strncmp(name, named_calls, strlen(named_calls)))
            continue;
        whole = whole && value >= 0;
        named += value;
    }
    if (!total)
        return;
    whole = whole && all >= 0;
    write_one(out, all_calls, whole ? named : -1);
    write_one(out, "syscalls_unnamed", whole && all >= named ? all - named : -1);
}

void counts_write(FILE *out, const struct process_counters *process)
{
    const char *comma = "";

    if (!counts.on)
        return;
    if (counts.total.values[MACHINE_REQUESTED_READ] >= 0)
        counts.total.values[MACHINE_REQUESTED_READ] -= (int64_t)counts.own_bytes;
    fputs(",\"counts\":{", out);
    write_events(out);
    write_one(out, "page_faults_major", process->major_faults);
    write_one(out, "context_switches",
              process->voluntary_context_switches + process->involuntary_context_switches);
    write_one(out, "pages_mapped", counts.pagemap < 0 ? -1 : (int64_t)counts.pages_mapped);
    for (int i = 0; i < MACHINE_COUNTS; i++)
        write_one(out, machine_names[i], counts.total.values[i]);
    fputs("},\"not_counted\":{", out);
    for (int i = 0; i < counts.count; i++)
        if (counts.events[i].reason) {
            fprintf(out, "%s\"%s\":\"%s\"", comma, counts.events[i].name, counts.events[i].reason);
            comma = ",";
        }
    fputc('}', out);
}
