/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What counting asks the kernel for and makes of its answers, with a kernel that is ours. */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/error.h"
#include "methods/harness/machine.h"

enum { FIRST_FD = 100, FDS = 8, CPUS = 3, PAGE = 4096, PAGES = 3000, PAGEMAP = 50 };

struct opened {
    struct perf_event_attr attr;
    pid_t pid;
    int cpu;
    char filter[64];
    uint64_t values[3]; /* count, time enabled, time running */
    ssize_t got;
};

static struct opened all[FDS];
static int opens, closed, refusal, refused_cpu, filter_refusal;
static uint64_t pagemap[PAGES];
static size_t at_most; /* what a read of pagemap gives */
static bool pagemap_fails;
static char happened[16];
static jmp_buf dead;
static char last_words[128]; /* the exit code first */
static int64_t requested;

const char *const machine_names[MACHINE_COUNTS] = {"m0", "m1", "m2", "m3", "asked", "m5"};

void machine_open(const struct options *options)
{
    (void)options;
}

void machine_read(struct machine *machine, bool is_over)
{
    (void)machine;
    strcat(happened, is_over ? "R" : "r");
}

void machine_add(struct machine *total, const struct machine *before, const struct machine *after)
{
    (void)before;
    (void)after;
    total->values[MACHINE_REQUESTED_READ] = requested;
}

static long ask_kernel(long number, const struct perf_event_attr *attr, pid_t pid, int cpu, int group,
                       unsigned long flags)
{
    assert_int_equal(number, SYS_perf_event_open);
    assert_int_equal(group, -1);
    assert_int_equal(flags, PERF_FLAG_FD_CLOEXEC);
    if (refusal && (refused_cpu < 0 || cpu == refused_cpu)) {
        errno = refusal;
        return -1;
    }
    assert_true(opens < FDS);
    all[opens] = (struct opened){.attr = *attr, .pid = pid, .cpu = cpu, .values = {0, 1, 1}, .got = sizeof all->values};
    return FIRST_FD + opens++;
}

static int set_filter(int fd, unsigned long request, const char *filter)
{
    assert_int_equal(request, PERF_EVENT_IOC_SET_FILTER);
    strcpy(all[fd - FIRST_FD].filter, filter);
    errno = filter_refusal;
    return filter_refusal ? -1 : 0;
}

static int close_ours(int fd)
{
    closed = fd;
    errno = 0;
    return 0;
}

static int open_pagemap(const char *path, int flags)
{
    assert_string_equal(path, "/proc/self/pagemap");
    assert_int_equal(flags, O_RDONLY | O_CLOEXEC);
    return PAGEMAP;
}

static ssize_t read_counter(int fd, void *values, size_t size)
{
    assert_int_equal(size, sizeof all->values);
    memcpy(values, all[fd - FIRST_FD].values, size);
    return all[fd - FIRST_FD].got;
}

static ssize_t read_pagemap(int fd, void *words, size_t size, off_t offset)
{
    size_t length = size < at_most ? size : at_most;

    if (pagemap_fails)
        return -1;
    assert_int_equal(fd, PAGEMAP);
    assert_true((size_t)offset + length <= sizeof pagemap);
    memcpy(words, (char *)pagemap + offset, length);
    return (ssize_t)length;
}

static int control(int what)
{
    strcat(happened, what == PR_TASK_PERF_EVENTS_ENABLE ? "+" : what == PR_TASK_PERF_EVENTS_DISABLE ? "-" : "?");
    return 0;
}

static long configuration(int name)
{
    return name == _SC_PAGESIZE ? PAGE : CPUS;
}

static void __attribute__((noreturn, format(printf, 2, 3))) died(int code, const char *format, ...)
{
    snprintf(last_words, sizeof last_words, "%d %s", code, format);
    longjmp(dead, 1);
}

#define syscall ask_kernel
#define ioctl set_filter
#define close close_ours
#define open open_pagemap
#define read read_counter
#define pread read_pagemap
#define prctl control
/* What a death leaves behind is freed by dies_of. */
static char *copied;

static char *copy_of(const char *text)
{
    copied = strdup(text);
    return copied;
}

#define sysconf configuration
#define die died
#define strdup copy_of
#include "methods/harness/counts.c"

static void begin(const char *list)
{
    for (int i = 0; i < counts.count; i++)
        free(counts.events[i].fds);
    memset(&counts, 0, sizeof counts);
    opens = closed = 0;
    *happened = 0;
    requested = 0;
    at_most = SIZE_MAX;
    counts_open(list, NULL);
}

static int dies_of(const char *list)
{
    if (setjmp(dead)) {
        free(copied);
        return 1;
    }
    begin(list);
    return 0;
}

/* All that counts_write says; a text until the next one. */
static const char *said(void)
{
    static const struct process_counters process = {
        .major_faults = 6, .voluntary_context_switches = 30, .involuntary_context_switches = 4};
    static char text[4096];
    FILE *out = fmemopen(text, sizeof text, "w");

    assert_non_null(out);
    counts_write(out, &process);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void says(const char *part)
{
    const char *text = said();

    if (!strstr(text, part))
        print_message("%s is not in %s\n", part, text);
    assert_non_null(strstr(text, part));
}

static void lacks(const char *part)
{
    assert_null(strstr(said(), part));
}

static void counted(int which, uint64_t count, uint64_t enabled, uint64_t running)
{
    all[which].values[0] = count;
    all[which].values[1] = enabled;
    all[which].values[2] = running;
}

/* First of all: no comma before the first number. */
static void test_output(void **state)
{
    (void)state;
    assert_string_equal(said(), ""); /* nothing is counted */
    begin("x=1/2/-/");
    counted(0, 9, 1, 1);
    assert_string_equal(said(), ",\"counts\":{\"x\":9,\"page_faults_major\":6,\"context_switches\":34,"
                                "\"pages_mapped\":0,"
                                "\"m0\":0,\"m1\":0,\"m2\":0,\"m3\":0,\"asked\":0,\"m5\":0},\"not_counted\":{}");
    counts.pagemap = -1;
    says("\"pages_mapped\":null");
}

static void is_opened(int which, uint32_t type, uint64_t config, bool user, bool kernel, int cpu)
{
    const struct perf_event_attr *attr = &all[which].attr;

    assert_int_equal(attr->type, type);
    assert_int_equal(attr->config, config);
    assert_int_equal(attr->size, sizeof *attr);
    assert_int_equal(attr->exclude_kernel, !kernel);
    assert_int_equal(attr->exclude_user, !user);
    assert_int_equal(attr->exclude_hv, 1);
    assert_int_equal(attr->disabled, 1);
    assert_int_equal(attr->read_format, PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING);
    assert_int_equal(attr->inherit, cpu < 0);
    assert_int_equal(all[which].pid, cpu < 0 ? 0 : -1);
    assert_int_equal(all[which].cpu, cpu);
}

static void test_what_is_opened(void **state)
{
    (void)state;
    begin("user=1/2/u/;kernel=3/4/k/id == 5 && x;both=5/6/-/;machine=7/8/m/");
    assert_int_equal(opens, 3 + CPUS);
    is_opened(0, 1, 2, true, false, -1);
    is_opened(1, 3, 4, false, true, -1);
    is_opened(2, 5, 6, true, true, -1);
    for (int cpu = 0; cpu < CPUS; cpu++)
        is_opened(3 + cpu, 7, 8, true, true, cpu);
    assert_string_equal(all[1].filter, "id == 5 && x");
    assert_string_equal(all[0].filter, "");
    lacks("root");
    assert_int_equal(dies_of("user=1/2"), 1);
    assert_int_equal(dies_of("user=1/x/u/"), 1);
    char many[97 * 9 + 1] = "";
    refusal = EPERM;
    refused_cpu = -1;
    for (int i = 0; i < 96; i++)
        strcat(many, "a=1/2/u/;");
    assert_int_equal(dies_of(many), 0);
    strcat(many, "a=1/2/u/;");
    assert_int_equal(dies_of(many), 1);
    refusal = 0;
}

static void is_refused_with(int error_number, const char *words)
{
    char wanted[128];

    refusal = error_number;
    begin("x=1/2/-/");
    says("\"x\":null");
    snprintf(wanted, sizeof wanted, "\"not_counted\":{\"x\":\"%s", words);
    says(wanted);
}

static void test_what_cannot_be_opened(void **state)
{
    (void)state;
    refused_cpu = -1;
    is_refused_with(EACCES, "it takes root");
    is_refused_with(EPERM, "it takes root");
    is_refused_with(ENOENT, "this machine has no such counter");
    is_refused_with(ENODEV, "this machine has no such counter");
    is_refused_with(EOPNOTSUPP, "this machine has no such counter");
    is_refused_with(ENOSYS, "this kernel has no");
    is_refused_with(EMFILE, "too many open files");
    is_refused_with(E2BIG, "Argument list too long");
    begin("x=1/2/-/;y=1/2/-/"); /* two reasons */
    says("long\",\"y\":\"Arg");
    /* One CPU is offline; the first one never is. */
    refusal = ENODEV;
    refused_cpu = 1;
    begin("x=1/2/m/");
    says("\"x\":0");
    refused_cpu = 0;
    begin("x=1/2/m/");
    says("\"x\":null");
    refusal = EMFILE;
    refused_cpu = 2;
    begin("x=1/2/m/");
    says("too many open files");
    refusal = 0;
    filter_refusal = EPERM;
    begin("x=1/2/-/filter");
    says("it takes root");
    assert_int_equal(closed, FIRST_FD);
    filter_refusal = 0;
}

static void test_shared_counters_are_scaled(void **state)
{
    (void)state;
    begin("x=1/2/-/");
    counted(0, 100, 10, 5);
    says("\"x\":200");
    counted(0, 100, 10, 10);
    says("\"x\":100");
    counted(0, 0, 0, 0); /* never on */
    says("\"x\":0");
    counted(0, 0, 10, 0);
    says("\"x\":null");
    says("never got its turn");
    begin("x=1/2/m/");
    counted(0, 1, 1, 1);
    counted(1, 10, 2, 1);
    counted(2, 100, 1, 1);
    says("\"x\":121");
    all[2].got = 16;
    says("\"x\":null");
    says("could not be read");
}

static void map_pages(size_t first, size_t count)
{
    memset(pagemap, 0x7f, sizeof pagemap); /* all bits but that of a page that is there */
    for (size_t i = 0; i < count; i++)
        pagemap[first + i] |= 1ULL << 63;
}

static uint64_t pages_in(uint64_t address, uint64_t length)
{
    uint64_t before = atomic_load(&counts.pages_mapped);

    counts_unmapping((const void *)(uintptr_t)address, length);
    return atomic_load(&counts.pages_mapped) - before;
}

/* Pages that cannot be counted are no pages fewer, but the trial's end. */
static void pages_end_it(void)
{
    *last_words = 0;
    if (setjmp(dead) == 0)
        pages_in(8 * PAGE, 20 * PAGE);
    assert_string_equal(last_words, "1 /proc/self/pagemap:");
}

static void test_pages(void **state)
{
    (void)state;
    begin("syscalls=1/2/-/");
    map_pages(10, 1200);
    assert_int_equal(pages_in(10 * PAGE, 1200 * PAGE), 1200);
    assert_int_equal(counts.own_reads, 3); /* in pieces of 512 */
    assert_int_equal(counts.own_bytes, 1200 * 8);
    assert_int_equal(pages_in(9 * PAGE, 2 * PAGE), 1);
    assert_int_equal(pages_in(10 * PAGE + 1, 1), 1);
    assert_int_equal(pages_in(10 * PAGE + 1, PAGE), 2);
    assert_int_equal(pages_in(1208 * PAGE, 4 * PAGE), 2);
    assert_int_equal(pages_in(0, 50 * PAGE), 0); /* no mapping */
    assert_int_equal(counts.own_reads, 7);
    at_most = 64; /* eight pages at a time */
    assert_int_equal(pages_in(8 * PAGE, 20 * PAGE), 18);
    assert_int_equal(counts.own_reads, 10);
    says("\"pages_mapped\":1224");
    at_most = 0;
    pages_end_it();
    at_most = SIZE_MAX;
    pagemap_fails = true;
    pages_end_it();
    pagemap_fails = false;
    counts.pagemap = -1;
    assert_int_equal(pages_in(10 * PAGE, PAGE), 0);
}

/* The calls of counting itself are none of the method's: a pause a cycle, and pagemap's reads. */
static void test_own_calls(void **state)
{
    (void)state;
    begin("syscalls=1/2/-/;syscalls_read=1/2/-/;syscalls_pread=1/2/-/;faults=1/2/-/");
    requested = 5000;
    for (int cycle = 0; cycle < 2; cycle++) {
        counts_begin_cycle();
        map_pages(0, 100);
        pages_in(PAGE, 10 * PAGE);
        counts_end_cycle();
    }
    assert_string_equal(happened, "r+-Rr+-R");
    counted(0, 100, 1, 1);
    counted(1, 40, 1, 1);
    counted(2, 30, 1, 1);
    counted(3, 7, 1, 1);
    says("\"syscalls_read\":40,\"syscalls_pread\":28,\"faults\":7,\"syscalls\":68,\"syscalls_unnamed\":28,");
    requested = 5000;
    counts.total.values[MACHINE_REQUESTED_READ] = 5000;
    says("\"asked\":4840");
    counts.total.values[MACHINE_REQUESTED_READ] = -1;
    says("\"asked\":null");
    counts.total.values[MACHINE_REQUESTED_READ] = 160;
    says("\"asked\":0");
}

/* The total is what its parts are: it is not known where one of them is not. */
static void test_totals(void **state)
{
    (void)state;
    begin("syscalls_read=1/2/-/;syscalls=1/2/-/;syscalls_open=1/2/-/;other=1/2/-/");
    counted(0, 3, 1, 1);
    counted(1, 8, 1, 1);
    counted(2, 5, 1, 1);
    counted(3, 100, 1, 1);
    says("\"syscalls\":8,\"syscalls_unnamed\":0");
    counted(1, 7, 1, 1);
    says("\"syscalls\":8,\"syscalls_unnamed\":null");
    counted(3, 0, 1, 0);
    says("\"other\":null,\"syscalls\":8");
    counted(1, 0, 1, 0);
    says("\"syscalls\":null,\"syscalls_unnamed\":null");
    begin("syscalls=1/2/-/;syscalls_read=1/2/-/;syscalls_open=1/2/-/");
    counted(0, 8, 1, 1);
    counted(1, 0, 1, 0);
    counted(2, 5, 1, 1);
    says("\"syscalls\":null,\"syscalls_unnamed\":null");
    begin("syscalls=1/2/-/;syscalls_read=1/2/-/;syscalls_open=1/2/-/");
    counted(0, 5, 1, 1);
    counted(2, 5, 1, 1);
    says("\"syscalls_read\":0,\"syscalls_open\":5,\"syscalls\":5,\"syscalls_unnamed\":0"); /* none is a number */
    begin("syscalls_read=1/2/-/");
    lacks("syscalls_unnamed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_output),
        cmocka_unit_test(test_what_is_opened),
        cmocka_unit_test(test_what_cannot_be_opened),
        cmocka_unit_test(test_shared_counters_are_scaled),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_own_calls),
        cmocka_unit_test(test_totals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
