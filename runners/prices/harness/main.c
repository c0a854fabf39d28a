/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main() of every price program: for each B, depth or number of threads one pass that does not count, then
 * passes until there is enough time on the clock, and one line of JSON with what came of it. */
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/machine_time.h"
#include "common/units.h"
#include "common/wire.h"
#include "runners/prices/harness/price.h"

enum { PASSES_LEAST = 4, PASSES_MAX = 1000 };

struct request {
    const char *file, *connect, *token_file;
    uint64_t time_ns;
    bool describe;
};

static const char *const units[] = {
    [PRICE_CALL] = "ns/call",     [PRICE_PAGE] = "ns/page", [PRICE_FAULT] = "ns/fault", [PRICE_WINDOW] = "ns/window",
    [PRICE_SWITCH] = "ns/switch", [PRICE_GIB] = "ns/gib",   [PRICE_RATE] = "bytes/s",
};
static const char *const places[] = {
    [PRICE_MACHINE] = "machine", [PRICE_FILE] = "file", [PRICE_DISK] = "disk",
    [PRICE_SCRATCH] = "scratch", [PRICE_SOCKET] = "socket"};

static void parse(struct request *request, int argc, char **argv)
{
    static const struct option options[] = {
        {"file", required_argument, NULL, 'f'},  {"connect", required_argument, NULL, 'c'},
        {"time", required_argument, NULL, 't'},  {"token-file", required_argument, NULL, 'k'},
        {"describe", no_argument, NULL, 'd'},    {0},
    };

    *request = (struct request){.time_ns = 5 * NS_PER_MS};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        switch (option) {
        case 'f': request->file = optarg; break;
        case 'c': request->connect = optarg; break;
        case 'k': request->token_file = optarg; break;
        case 'd': request->describe = true; break;
        case 't':
            if (units_parse_duration(optarg, &request->time_ns) < 0)
                die(EXIT_USAGE, "--time: \"%s\" is not a duration", optarg);
            break;
        default: exit(EXIT_USAGE);
        }
}

static size_t entry_count(void)
{
    size_t count = 0;

    while (count < PRICE_ENTRIES_MAX && price.entries[count].name)
        count++;
    return count;
}

static void describe(void)
{
    printf("{\"summary\": \"%s\", \"place\": \"%s\", \"cpus\": %u, \"all_cpus\": %s, \"entries\": [", price.summary,
           places[price.place], price.cpus ? price.cpus : 1, price.all_cpus ? "true" : "false");
    for (size_t i = 0; i < entry_count(); i++)
        printf("%s\"%s\"", i ? ", " : "", price.entries[i].name);
    printf("]}\n");
}

/* "/a/b/c" is in "/a/b". */
static char *directory_of(const char *path)
{
    char *copy = strdup(path);
    char *slash = copy ? strrchr(copy, '/') : NULL;

    if (!slash)
        die(EXIT_USAGE, "--file: \"%s\" is no absolute path", path);
    *slash = 0;
    return copy;
}

static void open_file(struct probe *probe, const char *path)
{
    struct stat status;

    if (!path)
        die(EXIT_USAGE, "--file PATH is missing");
    probe->path = path;
    probe->directory = directory_of(path);
    probe->file = open(path, O_RDONLY | O_CLOEXEC);
    if (probe->file < 0 || fstat(probe->file, &status) < 0)
        fail(path);
    probe->file_bytes = (uint64_t)status.st_size;
}

static void open_socket(struct probe *probe, const struct request *request)
{
    if (!request->connect || !request->token_file)
        die(EXIT_USAGE, "--connect and --token-file are missing");
    probe->socket = wire_connect(request->connect, request->token_file);
    if (probe->socket < 0)
        fail("connect to the sink");
}

static double value_of(const struct probe *probe, size_t entry)
{
    double ns = probe->ns[entry], count = probe->count[entry];

    switch (price.entries[entry].unit) {
    case PRICE_RATE: return count / ns * 1e9;
    case PRICE_GIB: return ns / count * GIB;
    default: return ns / count;
    }
}

static void print_number(const char *name, uint64_t value)
{
    if (value)
        printf(", \"%s\": %" PRIu64, name, value);
    else
        printf(", \"%s\": null", name);
}

/* A difference of two times may come out as nothing, or less: that is no price, and left out. Of what the hypervisor
 * disturbed it is said that there is none. */
static void print_values(const struct probe *probe, bool every_block)
{
    static bool begun;

    for (size_t i = 0; i < entry_count(); i++) {
        double value = value_of(probe, i);
        if (price.entries[i].every_block != every_block || !isfinite(value) || value <= 0)
            continue;
        printf("%s{\"name\": \"%s\", \"unit\": \"%s\", \"value\": ", begun ? ", " : "", price.entries[i].name,
               units[price.entries[i].unit]);
        if (probe->stolen)
            printf("null");
        else
            printf("%.6g", value);
        print_number("block_size_bytes", every_block ? 0 : probe->block);
        print_number("queue_depth", probe->depth);
        print_number("threads", probe->threads);
        printf("}");
        begun = true;
    }
}

static double timed_so_far(const struct probe *probe)
{
    double sum = 0;

    for (size_t i = 0; i < PRICE_ENTRIES_MAX; i++)
        sum += fabs(probe->ns[i]);
    return sum;
}

static void keep_common(const struct probe *probe, struct probe *whole)
{
    whole->stolen |= probe->stolen;
    for (size_t i = 0; i < PRICE_ENTRIES_MAX; i++) {
        whole->ns[i] += probe->ns[i];
        whole->count[i] += probe->count[i];
    }
}

/* The time allowed bounds the wall time, too: what is not timed also takes some. What interrupts a pass belongs to it,
 * as it does to a trial: passes are summed up, and no fewer than a few of them. What is too much for a trial is too
 * much for them: the hypervisor's part. */
static void pass_again_and_again(struct probe *probe, uint64_t time_ns)
{
    const int least = price.first_counts ? 1 : PASSES_LEAST; /* those take long, and have nothing to get warm */
    const int64_t steal_before = machine_time_now().steal_ns;
    uint64_t start = clock_monotonic_ns();

    for (int i = 0; i < PASSES_MAX; i++) {
        price.pass(probe);
        double timed_ns = timed_so_far(probe);
        if (i + 1 >= least && (timed_ns >= (double)time_ns || clock_monotonic_ns() - start >= 2 * time_ns))
            break;
    }
    const int64_t steal_ns = machine_time_now().steal_ns - steal_before;
    probe->stolen = steal_before >= 0 && machine_time_stolen(steal_ns, (int64_t)(clock_monotonic_ns() - start));
}

static void measure(struct probe probe, uint64_t time_ns, struct probe *whole)
{
    if (price.setup)
        price.setup(&probe);
    if (!price.first_counts)
        price.pass(&probe);
    memset(probe.ns, 0, sizeof probe.ns);
    memset(probe.count, 0, sizeof probe.count);
    pass_again_and_again(&probe, time_ns);
    if (price.teardown)
        price.teardown(&probe);
    print_values(&probe, false);
    keep_common(&probe, whole);
}

static void measure_all(struct probe *probe, uint64_t time_ns)
{
    static const uint64_t none[] = {0, 0};
    const uint64_t *blocks = price.blocks ? price.blocks : none;
    const uint64_t *depths = price.depths ? price.depths : none;
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    struct probe whole = {.block = 0};

    for (size_t b = 0; b == 0 || blocks[b]; b++)
        for (size_t d = 0; d == 0 || depths[d]; d++)
            for (unsigned threads = price.by_threads; threads <= 1 || threads <= (unsigned long)cpus;
                 threads = threads == 1 && cpus > 1 ? (unsigned)cpus : (unsigned)cpus + 1) {
                probe->block = blocks[b];
                probe->depth = depths[d];
                probe->threads = threads;
                measure(*probe, time_ns, &whole);
            }
    print_values(&whole, true);
}

int main(int argc, char **argv)
{
    struct probe probe = {.file = -1, .socket = -1, .scratch = -1};
    struct request request;

    parse(&request, argc, argv);
    if (request.describe) {
        describe();
        return EXIT_DONE;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    probe.page = (uint64_t)sysconf(_SC_PAGESIZE);
    probe.part = clock_monotonic_ns() / 1000; /* one part of a file may lie better in memory than another */
    if ((price.place != PRICE_MACHINE && price.place != PRICE_SOCKET) || request.file)
        open_file(&probe, request.file);
    if (price.place == PRICE_SOCKET)
        open_socket(&probe, &request);
    printf("{\"entries\": [");
    measure_all(&probe, request.time_ns);
    printf("]}\n");
    return fflush(stdout) ? 1 : EXIT_DONE;
}
