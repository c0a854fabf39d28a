/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/twins.h"

#include "common/units.h"

static const uint64_t four_sizes[] = {4 * KIB, 64 * KIB, 256 * KIB, MIB, 0};
static const uint64_t middle_size[] = {256 * KIB, 0};
static const uint64_t eighth[] = {128 * KIB, 0}; /* what cp, cat and iperf3 use */
static const uint64_t record[] = {4 * KIB, 0};
static const uint64_t one[] = {1, 0};
static const uint64_t depths[] = {1, 8, 32, 0};

#define METHOD(path) "{methods}/" path " --source {source} --file-size {size} --block-size {block} --no-verify"
#define PASSES " --minimum-time 300000000"
#define COPY " --once --destination {copies}"

/* Everything that costs fio time and is no part of reading is off: its latency clocks, its hints, its
 * statistics of disks, its fork; its own helper threads run on another CPU. */
#define FIO_ANYWHERE(engine)                                                                               \
    "fio --name=bench --ioengine=" engine " --filename={source}/000000 --allow_file_create=0 --size={size} " \
    "--bs={block} --invalidate=0 --fadvise_hint=0 --thread --gtod_reduce=1 --disk_util=0 --eta=never "       \
    "--output-format=json"
#define FIO_ON_CPU(engine) FIO_ANYWHERE(engine) " --cpus_allowed={cpu}"
#define IN_ORDER " --rw=read --loops=3 --direct=0"
#define IN_ORDER_DIRECT " --rw=read --direct=1"
#define AT_RANDOM " --rw=randread --norandommap --random_generator=tausworthe64 --direct=0 --io_size=1073741824"
#define AT_RANDOM_DIRECT                                                                                   \
    " --rw=randread --norandommap --random_generator=tausworthe64 --direct=1 --io_size={record_bytes}"
#define FIO(engine) FIO_ON_CPU(engine) IN_ORDER
/* As we do: everything that can be is handed over in one call, and taken back in one. */
#define QUEUED                                                                                             \
    " --iodepth={depth} --iodepth_batch_submit={depth} --iodepth_batch_complete_min=1 "                      \
    "--iodepth_batch_complete_max={depth}"
#define FIXED " --fixedbufs=1 --registerfiles=1"
#define ALIGNED " --iomem_align=4096"

static const struct side scan_stream = {"scan/stream", METHOD("scan/stream") PASSES " --consumption none",
                                        &timing_transfer, false, false, false};
static const struct side scan_stream_again = {
    "scan/stream again", METHOD("scan/stream") PASSES " --consumption none --seed 2", &timing_transfer,
    false, false, false};
#define SCAN_MMAP(consumption)                                                                             \
    "{methods}/scan/mmap --source {source} --file-size {size} --no-verify --consumption " consumption PASSES
static const struct side scan_mmap = {
    "scan/mmap, touch_line", SCAN_MMAP("touch_line"), &timing_method, false, false, false};
static const struct side scan_mmap_digest = {
    "scan/mmap, digest", SCAN_MMAP("digest"), &timing_method, false, false, false};
static const struct side copy_stream = {"copy/stream", METHOD("copy/stream") COPY, &timing_process, true, false, false};
static const struct side copy_stream_again = {"copy/stream again", METHOD("copy/stream") COPY " --seed 2",
                                              &timing_process, true, false, false};

static const struct side fio_psync = {"fio psync", FIO("psync") ALIGNED, &timing_fio, false, false, false};
static const struct side fio_psync_malloc = {"fio psync, its own buffer", FIO("psync"), &timing_fio, false,
                                             false, false};
static const struct side fio_pvsync2 = {"fio pvsync2", FIO("pvsync2") ALIGNED, &timing_fio, false, false, false};
static const struct side fio_mmap = {"fio mmap", FIO("mmap") ALIGNED, &timing_fio, false, false, false};

static const struct side dd = {"dd", "dd if={source}/000000 of={copies}/000000 bs={block} status=none",
                               &timing_process, true, false, false};
static const struct side cp = {"cp", "cp --reflink=never {source}/000000 {copies}/000000", &timing_process,
                               true, false, false};


/* Pairs by one pattern: a method of ours at depth {depth}, and an engine of fio's. */
#define OURS(id, label, path, past)                                                                        \
    static const struct side id = {label, METHOD(path) " --consumption none --buffers {depth}" PASSES,       \
                                   &timing_transfer, false, false, past}
#define OURS_RECORDS(id, label, path, count, past)                                                               \
    static const struct side id = {                                                                       \
        label, METHOD(path) " --consumption none --buffers {depth} --once --operations " count,           \
        &timing_transfer, false, false, past}
#define THEIRS(id, label, how, past)                                                                       \
    static const struct side id = {label, how ALIGNED, &timing_fio, false, false, past}
#define THEIRS_RECORDS(id, label, how, past)                                                               \
    static const struct side id = {label, how ALIGNED, &timing_fio_records, false, false, past}

OURS(scan_uring, "scan/uring", "scan/uring", false);
OURS(scan_direct, "scan/direct", "scan/direct", true);
OURS(scan_uring_direct, "scan/uring_direct", "scan/uring_direct", true);
OURS(scan_aio, "scan/aio", "scan/aio", true);
static const struct side scan_sqpoll = {
    "scan/uring_sqpoll", METHOD("scan/uring_sqpoll") " --consumption none --buffers {depth}" PASSES,
    &timing_transfer, false, true, false};
OURS_RECORDS(lookup_pread, "lookup/pread", "lookup/pread", "262144", false);
OURS_RECORDS(lookup_uring, "lookup/uring", "lookup/uring", "262144", false);
OURS_RECORDS(lookup_direct, "lookup/direct", "lookup/direct", "{records}", true);
OURS_RECORDS(lookup_uring_direct, "lookup/uring_direct", "lookup/uring_direct", "{records}", true);
static const struct side lookup_mmap = {
    "lookup/mmap, digest",
    "{methods}/lookup/mmap --source {source} --file-size {size} --block-size {block} --no-verify "
    "--consumption digest --once --operations 262144",
    &timing_method, false, false, false};

THEIRS(fio_splice, "fio splice", FIO("splice"), false);
THEIRS(fio_uring, "fio io_uring", FIO("io_uring") QUEUED, false);
THEIRS(fio_uring_fixed, "fio io_uring, fixedbufs", FIO("io_uring") QUEUED FIXED, false);
static const struct side fio_sqpoll = {
    "fio io_uring, fixedbufs, sqthread_poll",
    FIO_ANYWHERE("io_uring") IN_ORDER QUEUED FIXED " --sqthread_poll=1" ALIGNED, &timing_fio, false, true, false};
THEIRS(fio_psync_direct, "fio psync, O_DIRECT", FIO_ON_CPU("psync") IN_ORDER_DIRECT, true);
THEIRS(fio_pvsync2_direct, "fio pvsync2, O_DIRECT", FIO_ON_CPU("pvsync2") IN_ORDER_DIRECT, true);
THEIRS(fio_uring_direct, "fio io_uring, O_DIRECT", FIO_ON_CPU("io_uring") IN_ORDER_DIRECT QUEUED, true);
THEIRS(fio_uring_fixed_direct, "fio io_uring, fixedbufs, O_DIRECT",
       FIO_ON_CPU("io_uring") IN_ORDER_DIRECT QUEUED FIXED, true);
THEIRS(fio_libaio, "fio libaio, O_DIRECT", FIO_ON_CPU("libaio") IN_ORDER_DIRECT QUEUED, true);
THEIRS_RECORDS(fio_psync_random, "fio psync, randread", FIO_ON_CPU("psync") AT_RANDOM, false);
THEIRS_RECORDS(fio_pvsync2_random, "fio pvsync2, randread", FIO_ON_CPU("pvsync2") AT_RANDOM, false);
THEIRS_RECORDS(fio_mmap_random, "fio mmap, randread", FIO_ON_CPU("mmap") AT_RANDOM, false);
THEIRS_RECORDS(fio_uring_random, "fio io_uring, randread", FIO_ON_CPU("io_uring") AT_RANDOM QUEUED, false);
THEIRS_RECORDS(fio_uring_fixed_random, "fio io_uring, fixedbufs, randread",
               FIO_ON_CPU("io_uring") AT_RANDOM QUEUED FIXED, false);
THEIRS_RECORDS(fio_psync_random_direct, "fio psync, randread O_DIRECT", FIO_ON_CPU("psync") AT_RANDOM_DIRECT, true);
THEIRS_RECORDS(fio_uring_random_direct, "fio io_uring, randread O_DIRECT",
               FIO_ON_CPU("io_uring") AT_RANDOM_DIRECT QUEUED, true);
THEIRS_RECORDS(fio_uring_fixed_random_direct, "fio io_uring, fixedbufs, randread O_DIRECT",
               FIO_ON_CPU("io_uring") AT_RANDOM_DIRECT QUEUED FIXED, true);
THEIRS_RECORDS(fio_libaio_random_direct, "fio libaio, randread O_DIRECT",
               FIO_ON_CPU("libaio") AT_RANDOM_DIRECT QUEUED, true);

#define SEND(path) METHOD(path) " --connect 127.0.0.1:{sink} --token-file {token}" PASSES
#define IPERF3 "iperf3 -c 127.0.0.1 -p {iperf} -F {source}/000000 -l {block} -t 60 -J"
static const struct side send_stream = {"send/stream", SEND("send/stream"), &timing_method, false, false, false};
static const struct side send_sendfile = {"send/sendfile", SEND("send/sendfile"), &timing_method, false, false, false};
static const struct side iperf3 = {"iperf3 -F", IPERF3, &timing_iperf3, false, false, false};
static const struct side iperf3_zero = {"iperf3 -F -Z", IPERF3 " -Z", &timing_iperf3, false, false, false};

static const struct side scan_once = {
    "scan/stream, whole process", METHOD("scan/stream") " --consumption none --once", &timing_process, false,
    false, false};
static const struct side copy_range = {"copy/copy_file_range", METHOD("copy/copy_file_range") COPY,
                                       &timing_process, true, false, false};
#define CAT "bash -c exec\tcat\t\"$1\"\t>\"$2\" cat {source}/000000 "
static const struct side cat_nowhere = {"cat FILE >/dev/null", CAT "/dev/null", &timing_process, false, false, false};
static const struct side cat_copy = {"cat FILE >FILE2", CAT "{copies}/000000", &timing_process, true, false, false};

#define SAME "the same program twice: how far from 1 this comes out is the noise of all other ratios"
#define PAGE_ALIGNED "both read into a page-aligned buffer; fio by pread(2), we by read(2)"
#define PAGE_ALIGNED_2 "both read into a page-aligned buffer; fio by preadv2(2), we by read(2)"
#define UNALIGNED                                                                                          \
    "fio's buffer comes from malloc and begins 16 bytes into a page or a cache line, which some CPUs copy "  \
    "into at half the speed; ours is page-aligned, our default"
#define UNMAPS                                                                                             \
    "fio maps the file anew for every pass inside its time, as we do, but never unmaps it; our unmapping is " \
    "timed"
#define READS_LINES                                                                                        \
    "fio's engine copies every block into a buffer of its own, which stays in the CPU's cache; we read a word of " \
    "every line in place, so that both fetch all of it from memory; " UNMAPS
#define READS_ALL                                                                                          \
    "fio's engine copies every block into a buffer of its own, we digest it in place, so that both load "   \
    "every byte; " UNMAPS
#define WHOLE                                                                                              \
    "the destination is new on both sides, synced on neither, removed outside the time; each made the same "  \
    "copy once, untimed, just before"
#define CP_BLOCK WHOLE "; cp chooses its block itself, 128 KiB in coreutils 9.1, so that B = 128K is its twin"

#define AT_LEVEL "both read into page-aligned buffers, nobody looks at the bytes"
#define RECORDS                                                                                            \
    AT_LEVEL "; as many records of 4 KiB on both sides, each side's own uniform offsets; fio draws them inside its " \
             "time, we record every record's latency inside ours, fio (gtod_reduce) none"
#define BATCHED "; fio hands over and takes back up to N at once, as we do, not one as it does unless told"
#define FIXED_TOO "; our buffers and file are registered, fio's are not"
#define PAST_CACHE "; the file stays in the cache, O_DIRECT goes past it"
#define NO_TWIN "no lookup of ours uses libaio: io_uring against the interface before it"
#define POLLED                                                                                             \
    AT_LEVEL "; neither is pinned, since the kernel's polling thread wants the other CPU" BATCHED
#define PIPED                                                                                              \
    "no method of ours reads through a pipe into memory: fio splices the file into a pipe and copies out of it by " \
    "vmsplice(2) what read(2) copies at once"
#define RECEIVED                                                                                           \
    "loopback TCP, blocks of 128 KiB; both receivers copy every byte out and look at none, on another CPU; ours "  \
    "ends when the receiver has said that it has it all, iperf3's when the last byte is in the socket: a few MiB " \
    "earlier"
#define ZEROS                                                                                              \
    RECEIVED "; with -Z iperf3 3.12 reads FILE into its buffer as before, but then sends with sendfile(2) from the " \
             "temporary file behind that (private) buffer, which holds zeros: the same few pages for ever, none " \
             "of FILE. strace shows it"
#define CAT_READS                                                                                          \
    "both read 128 KiB a call; cat also writes them to /dev/null, which costs a system call and no copy; " \
    "cat is started by bash, which replaces itself"
#define CAT_COPIES                                                                                         \
    WHOLE "; cat of coreutils 9.1 copies between files by copy_file_range(2), so that copy/copy_file_range is its twin"

/* Each of these was looked at where a row was behind: with strace -c, /proc/diskstats, and a disk in memory. */
#define SAME_CALLS "strace shows the same data calls on both sides"
#define SAME_RING                                                                                          \
    "we hand requests over by halves, fio as they come: strace -c counts some hundred io_uring_enter(2) a GiB more " \
    "or less than fio's, a thousandth of the time; the copying in them is the rest"
#define SAME_POLL                                                                                          \
    "both look at the completion queue without system calls; we sleep in the end, fio looks for ever. It would take " \
    "to burn the CPU"
#define DEVICE                                                                                             \
    "diskstats show as many requests to the device on both sides, merged alike; one command alone varies by half, " \
    "and on a disk in memory both are equal: it is the device"
#define LATENCY                                                                                            \
    "every record's latency is recorded (latency_cost_ns of the trial); it would take not to record it"
#define DIGESTS "a digest is more work than a copy into a cached buffer; it would take a cheaper consumer: touch_line"
#define UNREAD_PAGES                                                                                       \
    "iperf3 reads FILE once and sends the same zeros, hot in the CPU's cache; we fetch each page from memory. It " \
    "would take not to send the file"

const struct twin twins[] = {
    {&scan_stream, &scan_stream_again, middle_size, one, SAME, "it is noise"},
    {&scan_stream, &fio_psync, four_sizes, one, PAGE_ALIGNED, SAME_CALLS},
    {&scan_stream, &fio_psync_malloc, middle_size, one, UNALIGNED, SAME_CALLS},
    {&scan_stream, &fio_pvsync2, four_sizes, one, PAGE_ALIGNED_2, SAME_CALLS},
    {&scan_stream, &fio_splice, middle_size, one, PIPED, SAME_CALLS},
    {&scan_mmap, &fio_mmap, four_sizes, one, READS_LINES, UNMAPS},
    {&scan_mmap_digest, &fio_mmap, middle_size, one, READS_ALL, DIGESTS},
    {&scan_uring, &fio_uring, middle_size, depths, AT_LEVEL BATCHED FIXED_TOO, SAME_RING},
    {&scan_uring, &fio_uring_fixed, middle_size, depths, AT_LEVEL BATCHED, SAME_RING},
    {&scan_sqpoll, &fio_sqpoll, middle_size, depths, POLLED, SAME_POLL},
    {&scan_direct, &fio_psync_direct, middle_size, one, AT_LEVEL PAST_CACHE, DEVICE},
    {&scan_direct, &fio_pvsync2_direct, middle_size, one, AT_LEVEL PAST_CACHE, DEVICE},
    {&scan_uring_direct, &fio_uring_direct, middle_size, depths, AT_LEVEL BATCHED FIXED_TOO PAST_CACHE, DEVICE},
    {&scan_uring_direct, &fio_uring_fixed_direct, middle_size, depths, AT_LEVEL BATCHED PAST_CACHE, DEVICE},
    {&scan_aio, &fio_libaio, middle_size, depths, AT_LEVEL BATCHED PAST_CACHE, DEVICE},
    {&lookup_pread, &fio_psync_random, record, one, RECORDS, LATENCY},
    {&lookup_pread, &fio_pvsync2_random, record, one, RECORDS, LATENCY},
    {&lookup_mmap, &fio_mmap_random, record, one, READS_ALL, DIGESTS},
    {&lookup_uring, &fio_uring_random, record, depths, RECORDS BATCHED FIXED_TOO, LATENCY},
    {&lookup_uring, &fio_uring_fixed_random, record, depths, RECORDS BATCHED, LATENCY},
    {&lookup_direct, &fio_psync_random_direct, record, one, RECORDS PAST_CACHE, DEVICE},
    {&lookup_uring_direct, &fio_uring_random_direct, record, depths, RECORDS BATCHED FIXED_TOO PAST_CACHE, DEVICE},
    {&lookup_uring_direct, &fio_uring_fixed_random_direct, record, depths, RECORDS BATCHED PAST_CACHE, DEVICE},
    {&lookup_uring_direct, &fio_libaio_random_direct, record, depths, NO_TWIN PAST_CACHE, DEVICE},
    {&copy_stream, &copy_stream_again, middle_size, one, SAME, "it is noise"},
    {&copy_stream, &dd, four_sizes, one, WHOLE, SAME_CALLS},
    {&copy_stream, &cp, eighth, one, CP_BLOCK, SAME_CALLS},
    {&copy_range, &cat_copy, eighth, one, CAT_COPIES, "the same system call, in one piece"},
    {&scan_once, &cat_nowhere, eighth, one, CAT_READS, SAME_CALLS},
    {&send_stream, &iperf3, eighth, one, RECEIVED, "the end that we wait for; it would take a longer file"},
    {&send_sendfile, &iperf3_zero, eighth, one, ZEROS, UNREAD_PAGES},
};
const size_t twin_count = sizeof twins / sizeof *twins;
