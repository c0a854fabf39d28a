/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/twins.h"

#include "common/units.h"

static const uint64_t four_sizes[] = {4 * KIB, 64 * KIB, 256 * KIB, MIB, 0};
static const uint64_t middle_size[] = {256 * KIB, 0};
static const uint64_t cp_sizes[] = {4 * KIB, 64 * KIB, 128 * KIB, 256 * KIB, MIB, 0};

#define METHOD(path) "{methods}/" path " --source {source} --file-size {size} --block-size {block} --no-verify"
#define PASSES " --minimum-time 300000000"
#define COPY " --once --destination {copies}"

/* Everything that costs fio time and is no part of reading is off: its latency clocks, its hints, its
 * statistics of disks, its fork; its own helper threads run on another CPU. */
#define FIO(engine)                                                                                        \
    "fio --name=bench --ioengine=" engine " --rw=read --filename={source}/000000 --allow_file_create=0 "   \
    "--size={size} --bs={block} --loops=3 --direct=0 --invalidate=0 --fadvise_hint=0 --thread "            \
    "--gtod_reduce=1 --disk_util=0 --eta=never --cpus_allowed={cpu} --output-format=json"
#define ALIGNED " --iomem_align=4096"

static const struct side scan_stream = {"scan/stream", METHOD("scan/stream") PASSES " --consumption none",
                                        &timing_method, false};
static const struct side scan_stream_again = {
    "scan/stream again", METHOD("scan/stream") PASSES " --consumption none --seed 2", &timing_method, false};
static const struct side scan_mmap = {
    "scan/mmap, touch",
    "{methods}/scan/mmap --source {source} --file-size {size} --no-verify --consumption touch" PASSES,
    &timing_method, false};
static const struct side scan_mmap_digest = {
    "scan/mmap, digest",
    "{methods}/scan/mmap --source {source} --file-size {size} --no-verify --consumption digest" PASSES,
    &timing_method, false};
static const struct side copy_stream = {"copy/stream", METHOD("copy/stream") COPY, &timing_process, true};
static const struct side copy_stream_again = {"copy/stream again", METHOD("copy/stream") COPY " --seed 2",
                                              &timing_process, true};

static const struct side fio_psync = {"fio psync", FIO("psync") ALIGNED, &timing_fio, false};
static const struct side fio_psync_malloc = {"fio psync, its own buffer", FIO("psync"), &timing_fio, false};
static const struct side fio_pvsync2 = {"fio pvsync2", FIO("pvsync2") ALIGNED, &timing_fio, false};
static const struct side fio_pvsync2_malloc = {"fio pvsync2, its own buffer", FIO("pvsync2"), &timing_fio,
                                               false};
static const struct side fio_mmap = {"fio mmap", FIO("mmap") ALIGNED, &timing_fio, false};
static const struct side fio_mmap_malloc = {"fio mmap, its own buffer", FIO("mmap"), &timing_fio, false};

static const struct side dd = {"dd", "dd if={source}/000000 of={copies}/000000 bs={block} status=none",
                               &timing_process, true};
static const struct side cp = {"cp", "cp --reflink=never {source}/000000 {copies}/000000", &timing_process,
                               true};

#define SAME "the same program twice: how far from 1 this comes out is the noise of all other ratios"
#define PAGE_ALIGNED "both read into a page-aligned buffer; fio by pread(2), we by read(2)"
#define PAGE_ALIGNED_2 "both read into a page-aligned buffer; fio by preadv2(2), we by read(2)"
#define UNALIGNED                                                                                          \
    "fio's buffer comes from malloc and begins 16 bytes into a page or a cache line, which some CPUs copy "  \
    "into at half the speed; ours is page-aligned, our default"
#define UNMAPS                                                                                             \
    "fio maps the file anew for every pass inside its time, as we do, but never unmaps it; our unmapping is " \
    "timed"
#define COPIES_OUT                                                                                         \
    "the interface against one use of it: fio's engine copies every block into a buffer of its own, we read " \
    "one byte a page; " UNMAPS
#define READS_ALL                                                                                          \
    "fio's engine copies every block into a buffer of its own, we digest it in place, so that both load "   \
    "every byte; " UNMAPS
#define WHOLE                                                                                              \
    "the destination is new on both sides, synced on neither, removed outside the time; each made the same "  \
    "copy once, untimed, just before"
#define CP_BLOCK                                                                                           \
    WHOLE "; cp chooses its block itself, 128 KiB in coreutils 9.1, so that only B = 128K is its twin: at 4K " \
    "we make 32 times its calls, as asked"

const struct twin twins[] = {
    {&scan_stream, &scan_stream_again, middle_size, SAME},
    {&scan_stream, &fio_psync, four_sizes, PAGE_ALIGNED},
    {&scan_stream, &fio_psync_malloc, four_sizes, UNALIGNED},
    {&scan_stream, &fio_pvsync2, four_sizes, PAGE_ALIGNED_2},
    {&scan_stream, &fio_pvsync2_malloc, four_sizes, UNALIGNED},
    {&scan_mmap, &fio_mmap, four_sizes, COPIES_OUT},
    {&scan_mmap, &fio_mmap_malloc, four_sizes, COPIES_OUT},
    {&scan_mmap_digest, &fio_mmap, four_sizes, READS_ALL},
    {&copy_stream, &copy_stream_again, middle_size, SAME},
    {&copy_stream, &dd, four_sizes, WHOLE},
    {&copy_stream, &cp, cp_sizes, CP_BLOCK},
};
const size_t twin_count = sizeof twins / sizeof *twins;
