/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/quantities.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/calibration.h"
#include "common/tasks.h"

enum { PAGE = 4096, HUGE = 512 /* pages in a huge one */, ORDERS = 10 /* 2^0 to 2^9 */,
       SMALL_WINDOW = 64 << 10 };

/* Nearly all, and nearly none, of a cycle's bytes: beside them a method reads and writes a little. */
static const double MOST = 0.9, LITTLE = 0.1;

/* What is being worked out. */
struct work {
    const struct run *run;
    const struct point *point;
    const struct task_traits *task;
    const struct row *row;
    const struct counts *counts;
    size_t index;
    double bytes, pages;
    struct quantities *to;
};

/* A mapping of the whole file is the largest window. */
static uint64_t block_of(const struct point *point)
{
    return point->block_size_bytes ? point->block_size_bytes : UINT64_MAX;
}

/* Sum over counts; NaN if none of them was counted. */
static double counted(const struct work *work, const char *const *names)
{
    double sum = NAN;

    for (; *names; names++) {
        double count = counts_per_cycle(work->counts, work->index, *names);
        if (!isnan(count))
            sum = isnan(sum) ? count : sum + count;
    }
    return sum;
}

static double calls_that(const struct work *work, bool pass)
{
    static const char *const passing[] = {"syscalls_sendfile", "syscalls_splice", "syscalls_copy_file_range", NULL};
    static const char *const others[] = {"syscalls_io_uring_enter", "syscalls_io_submit", NULL};

    return counted(work, pass ? passing : others);
}

/* Bytes that were read are copied or passed; which, only the calls tell. What was not read was mapped, unless
 * something else took it past the accounting of reads. */
static enum way way_of(const struct work *work, double requested)
{
    double passing = calls_that(work, true), others = calls_that(work, false);

    if (isnan(passing) || isnan(requested)) {
        work->to->unknown = "its system calls were not counted";
        return WAY_UNKNOWN;
    }
    if (others > 0) {
        work->to->unknown = "io_uring and aio have no prices of their own yet";
        return WAY_UNKNOWN;
    }
    if (passing >= 1)
        return WAY_PASSED;
    if (requested >= MOST * work->bytes)
        return WAY_COPIED;
    if (requested <= LITTLE * work->bytes)
        return WAY_MAPPED;
    work->to->unknown = "only a part of the bytes was read by system calls";
    return WAY_UNKNOWN;
}

/* What came from the device although the page cache was warm did not go through it. */
static void find_ways(struct work *work)
{
    const struct row *row = work->row;

    if (work->task->random || work->task->source != PLACE_FILE) {
        work->to->in = work->to->out = WAY_UNKNOWN;
        work->to->unknown = "the arithmetic knows no operations at random offsets, and no receiving or appending";
        return;
    }
    work->to->in = way_of(work, row->requested_read_bytes);
    if (work->task->destination != PLACE_NONE)
        work->to->out = way_of(work, row->requested_written_bytes);
    if (!strcmp(work->point->cache, "warm") && row->device_read_bytes >= MOST * work->bytes) {
        work->to->in = WAY_UNKNOWN;
        work->to->unknown = "it passes the page cache by";
    }
}

/* Of the source, when its price was measured with windows of this size. */
static double pages_a_fault(const struct work *work, uint64_t block)
{
    const struct calibration_place place = {
        .target = work->point->source, .block = block, .file_size = work->point->file_size_bytes};

    return calibration_pages_a_fault(work->run, "fault", &place);
}

/* Where far more pages than faults map are mapped, some of the faults have entered huge pages: of F faults for P
 * pages, as many as leave the others with the p pages that one mapped when it was measured. */
static double huge_pages(const struct work *work, double faults)
{
    double p = pages_a_fault(work, block_of(work->point));
    double huge = (work->pages - p * faults) / (HUGE - p);

    return work->pages > 1.5 * p * faults && p < HUGE ? fmin(huge, faults) : 0;
}

/* Faults of both mappings are counted as one number. Only those of the source map neighbours, which is counted, too:
 * as many each as where windows are small; what is left was entered in huge pages. */
static double faults_of_source(const struct work *work, double faults)
{
    static const char *const around[] = {"fault_arounds", NULL};
    double arounds = counted(work, around), p = pages_a_fault(work, SMALL_WINDOW);

    if (!(arounds > 0) || isnan(p))
        return fmin(faults, work->pages / pages_a_fault(work, block_of(work->point)));
    return fmin(faults, arounds + fmax(work->pages - p * arounds, 0) / HUGE);
}

/* How many folios of 2^order pages a hole's pages were entered into the page cache in. Where only their sum was
 * counted, as many are taken for huge as leave one page to each of the others; where not even that, or a sum that
 * huge ones alone would be too few for, all for single. */
static void folios_by_order(const struct work *work, double folios[ORDERS])
{
    static const char *const insertions[] = {"page_cache_insertions", NULL};
    double all = counted(work, insertions), pages = 0;
    char name[32];

    for (int order = 0; order < ORDERS; order++) {
        snprintf(name, sizeof name, "folios_order_%d", order);
        folios[order] = counted(work, (const char *const[]){name, NULL});
        pages += folios[order] * (1 << order);
    }
    if (fabs(pages - work->pages) <= LITTLE * work->pages)
        return;
    memset(folios, 0, ORDERS * sizeof *folios);
    if (all < work->pages && all * HUGE >= work->pages)
        folios[ORDERS - 1] = (work->pages - all) / (HUGE - 1);
    folios[0] = work->pages - HUGE * folios[ORDERS - 1];
}

/* A folio that lies in a window is mapped by one fault, others page by page. What a fault costs grows with its folio:
 * those between one page and a huge one count in part as the one, in part as the other. */
static void share_write_faults(struct work *work, double faults)
{
    bool fresh = !strcmp(work->point->destination_state, "fresh");
    double folios[ORDERS] = {work->pages}, expected = 0, huge = 0, *of = work->to->of;

    if (fresh)
        folios_by_order(work, folios);
    for (int order = 0; order < ORDERS; order++) {
        uint64_t size = 1ULL << order;
        double taken = folios[order] * (size * PAGE <= block_of(work->point) ? 1 : (double)size);
        expected += taken;
        huge += taken * (double)(size - 1) / (HUGE - 1);
    }
    of[HUGE_WRITE_FAULTS] = expected > 0 ? faults * huge / expected : 0;
    of[WRITE_FAULTS] = faults - of[HUGE_WRITE_FAULTS];
    of[MAPPED_NEW_PAGES] = fresh ? fmin(folios[0], work->pages) : 0;
    of[MAPPED_NEW_HUGE_PAGES] = fresh ? fmax(work->pages - folios[0], 0) : 0;
    of[UNMAPPED_DIRTY_PAGES] = faults;
}

static void share_faults(struct work *work)
{
    struct quantities *to = work->to;
    double faults = work->row->minor_faults, read_faults = 0;

    if (to->in == WAY_MAPPED)
        read_faults = to->out == WAY_MAPPED ? faults_of_source(work, faults) : faults;
    if (to->out == WAY_MAPPED)
        share_write_faults(work, faults - read_faults);
    to->of[READ_FAULTS] = read_faults;
    to->of[BUFFER_PAGES] = to->in == WAY_MAPPED || to->out == WAY_MAPPED ? 0 : faults;
    double entered = work->pages - huge_pages(work, read_faults) * (HUGE - 1);
    to->of[UNMAPPED_PAGES] = to->in == WAY_MAPPED ? entered : 0;
    if (read_faults > 0)
        to->pages_a_read_fault = entered / read_faults;
}

static void count_consumption(struct work *work)
{
    bool digest = !strcmp(work->point->consumption, "digest"), touch = !strcmp(work->point->consumption, "touch");
    bool mapped = work->to->in == WAY_MAPPED;

    if (digest)
        work->to->of[mapped ? DIGESTED_MAPPED_BYTES : DIGESTED_NEAR_BYTES] = work->bytes;
    if (touch)
        work->to->of[mapped ? TOUCHED_MAPPED_PAGES : TOUCHED_NEAR_PAGES] = work->pages;
}

static void count_file_destination(struct work *work)
{
    double *of = work->to->of;
    bool fresh = !strcmp(work->point->destination_state, "fresh");

    if (work->to->out == WAY_MAPPED) {
        of[MAPPED_COPY_BYTES] = work->to->in == WAY_MAPPED ? work->bytes : 0;
        return;
    }
    of[work->to->in == WAY_COPIED ? COPIED_IN_BYTES : COPIED_IN_FAR_BYTES] = work->bytes;
    of[work->to->in == WAY_PASSED ? PASSED_NEW_PAGES : NEW_PAGES] = fresh ? work->pages : 0;
}

static void count_socket(struct work *work)
{
    enum way in = work->to->in;

    work->to->of[in == WAY_COPIED ? SENT_NEAR_BYTES : in == WAY_MAPPED ? SENT_FAR_BYTES : SENT_PASSED_BYTES] =
        work->bytes;
}

static void count_calls(struct work *work)
{
    static const char *const all[] = {"syscalls", NULL}, *const mapping[] = {"syscalls_mmap", NULL},
                      *const unmapping[] = {"syscalls_munmap", NULL};
    double calls = counted(work, all), maps = counted(work, mapping), unmaps = counted(work, unmapping);
    bool maps_file = work->to->in == WAY_MAPPED || work->to->out == WAY_MAPPED;

    work->to->of[WINDOWS] = maps_file ? maps : 0;
    work->to->of[CALLS] = maps_file ? fmax(calls - maps - unmaps, 0) : calls;
}

void quantities_of(struct quantities *quantities, const struct summary *summary, size_t point)
{
    const struct point *what = &summary->run->points[point].point;
    double bytes = (double)point_cycle_bytes(what);
    struct work work = {.run = summary->run,
                        .point = what,
                        .task = task_find(what->task),
                        .row = &summary->rows[point],
                        .counts = &summary->counts,
                        .index = point,
                        .bytes = bytes,
                        .pages = ceil(bytes / PAGE),
                        .to = quantities};

    *quantities = (struct quantities){.pages_a_read_fault = NAN};
    find_ways(&work);
    if (quantities->unknown)
        return;
    share_faults(&work);
    count_consumption(&work);
    count_calls(&work);
    quantities->of[COPIED_OUT_BYTES] = quantities->in == WAY_COPIED ? bytes : 0;
    /* Into a socket the pages go with the price of the socket. */
    if (work.task->destination == PLACE_FILE) {
        quantities->of[PASSED_PAGES] = quantities->in == WAY_PASSED ? work.pages : 0;
        count_file_destination(&work);
    } else if (work.task->destination == PLACE_SOCKET)
        count_socket(&work);
    if (!strcmp(what->cache, "cold"))
        quantities->of[COLD_PAGES] = work.pages;
}
