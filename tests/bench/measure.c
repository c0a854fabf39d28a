/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/digest.h"
#include "common/units.h"
#include "runners/cache.h"
#include "runners/files.h"
#include "tests/bench/bench.h"

enum { ATTEMPTS = 3, SECTOR_BYTES = 512 };
static const double STEAL_SHARE = 0.1;      /* of the trial, that the hypervisor may take */
static const double STEAL_LEAST_NS = 30e6;  /* below this, ticks are too coarse to tell */
static const double WRITEBACK_SHARE = 0.05; /* of the file, that may reach the device meanwhile */

/* What happens around a trial and is not its doing. -1: this machine does not tell. */
struct surroundings {
    int64_t steal_ns, device_written_bytes;
};

struct attempt {
    struct bench *bench;
    struct command *command;
    struct spawn spawn;
    struct surroundings before, after;
    double ns;
    bool ran; /* else it could not be run at all: more than void */
    char reason[600];
};

static bool refuse(struct attempt *attempt, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool refuse(struct attempt *attempt, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    vsnprintf(attempt->reason, sizeof attempt->reason, format, values);
    va_end(values);
    return false;
}

/* "cpuN user nice system idle iowait irq softirq steal", in ticks: of the CPU that is measured on. */
static int64_t steal_ns(int cpu)
{
    char line[256], format[64];
    int64_t ticks = -1;
    FILE *file = fopen("/proc/stat", "re");

    snprintf(format, sizeof format, "cpu%d %%*d %%*d %%*d %%*d %%*d %%*d %%*d %%" SCNd64, cpu);
    while (file && ticks < 0 && fgets(line, sizeof line, file))
        if (sscanf(line, format, &ticks) != 1)
            ticks = -1;
    if (file)
        fclose(file);
    return ticks < 0 ? -1 : ticks * (1000000000 / sysconf(_SC_CLK_TCK));
}

/* The seventh field of Documentation/block/stat.rst. */
static int64_t device_written_bytes(const char *device)
{
    char path[64], text[256];
    int64_t sectors;

    snprintf(path, sizeof path, "/sys/dev/block/%s/stat", device);
    if (files_read(path, text, sizeof text) < 0 ||
        sscanf(text, "%*d %*d %*d %*d %*d %*d %" SCNd64, &sectors) != 1)
        return -1;
    return sectors * SECTOR_BYTES;
}

static struct surroundings look_around(const struct bench *bench)
{
    return (struct surroundings){steal_ns(bench->cpu), device_written_bytes(bench->set->target->device.real)};
}

static void copy_path(const struct bench *bench, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/000000", bench->copies);
}

/* The same steps before every trial, ours or theirs: no copy there, nothing left to write back, the source
 * in the cache as one read-through left it, verified last. */
static int prepare(struct attempt *attempt, uint64_t *resident, struct error *error)
{
    struct bench *bench = attempt->bench;
    struct cache_files files = {bench->set->directory, 1, bench->file_size_bytes};
    struct cache_found found;
    char path[PATH_MAX];

    copy_path(bench, path);
    if (unlink(path) < 0 && errno != ENOENT)
        return error_set(error, "%s:", path);
    if (cache_settle(files.directory, error) < 0 ||
        cache_prepare(&files, CACHE_WARM, &bench->set->filled, error) < 0 ||
        cache_look(&files, &found, error) < 0)
        return -1;
    *resident = found.resident_bytes;
    return 0;
}

static bool ended_well(struct attempt *attempt)
{
    const struct spawn *spawn = &attempt->spawn;

    if (strcmp(spawn->exit, "0"))
        return refuse(attempt, "ended with %s: %.400s", spawn->exit, spawn_last_words(spawn));
    return true;
}

static bool has_time(struct attempt *attempt)
{
    struct error error;

    if (attempt->command->side->timing->read(&attempt->spawn, attempt->bench->file_size_bytes,
                                             &attempt->ns, &error) < 0)
        return refuse(attempt, "%.500s", error.text);
    return true;
}

/* Whoever made it, a copy that is not one has no time. */
static bool copied_right(struct attempt *attempt)
{
    struct bench *bench = attempt->bench;
    char path[PATH_MAX];
    uint64_t digest = 0;
    struct stat status = {0};

    if (!attempt->command->side->copies)
        return true;
    copy_path(bench, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int result = fd < 0 || fstat(fd, &status) < 0 || digest_file(fd, bench->file_size_bytes, &digest) < 0;
    if (fd >= 0)
        close(fd);
    if (result || (uint64_t)status.st_size != bench->file_size_bytes ||
        digest_term(0, digest) != bench->set->digest)
        return refuse(attempt, "wrong bytes in the copy");
    return true;
}

static bool still_warm(struct attempt *attempt, uint64_t resident_before)
{
    struct bench *bench = attempt->bench;
    struct cache_files files = {bench->set->directory, 1, bench->file_size_bytes};
    struct cache_found after;
    struct error error;

    if (attempt->command->side->direct)
        return true; /* it goes past the cache */
    if (cache_look(&files, &after, &error) < 0)
        return refuse(attempt, "%.500s", error.text);
    if (resident_before < bench->file_size_bytes || after.resident_bytes < bench->file_size_bytes)
        return refuse(attempt, "not warm: %" PRIu64 " bytes in the page cache before, %" PRIu64 " after",
                      resident_before, after.resident_bytes);
    return true;
}

static bool undisturbed(struct attempt *attempt)
{
    const struct surroundings *before = &attempt->before, *after = &attempt->after;
    double steal = (double)(after->steal_ns - before->steal_ns);
    double written = (double)(after->device_written_bytes - before->device_written_bytes);

    if (!attempt->command->side->direct && steal >= STEAL_LEAST_NS &&
        steal > STEAL_SHARE * (double)attempt->spawn.wall_ns)
        return refuse(attempt, "the hypervisor took %.0f %% of the time",
                      100 * steal / (double)attempt->spawn.wall_ns);
    if (attempt->command->side->copies && written > WRITEBACK_SHARE * (double)attempt->bench->file_size_bytes)
        return refuse(attempt, "%.0f MiB were written back to the device meanwhile", written / MIB);
    return true;
}

/* Prepared, started and waited for, with what went on around it. */
static int run_once(struct attempt *attempt, uint64_t *resident, struct error *error)
{
    struct bench *bench = attempt->bench;

    if (prepare(attempt, resident, error) < 0)
        return -1;
    attempt->before = look_around(bench);
    if (spawn_run(&attempt->spawn, error) < 0)
        return -1;
    attempt->after = look_around(bench);
    bench->interrupted |= attempt->spawn.interrupted;
    return 0;
}

/* A virtual machine may have given memory that lay free for seconds back to its host; whoever writes a
 * new file then waits for it, a GiB for a second. So the same copy is made and removed just before. */
static int rehearse(struct attempt *attempt, struct error *error)
{
    const struct spawn request = attempt->spawn;
    uint64_t resident;

    if (!attempt->command->side->copies)
        return 0;
    int result = run_once(attempt, &resident, error);
    spawn_free(&attempt->spawn);
    attempt->spawn = request;
    return result;
}

static int run(struct attempt *attempt, bool *valid, struct error *error)
{
    uint64_t resident = 0;

    if (rehearse(attempt, error) < 0)
        return -1;
    if (attempt->bench->interrupted)
        return 0;
    if (run_once(attempt, &resident, error) < 0)
        return -1;
    attempt->ran = ended_well(attempt) && has_time(attempt);
    *valid = attempt->ran && still_warm(attempt, resident) && undisturbed(attempt) && copied_right(attempt);
    spawn_free(&attempt->spawn);
    return 0;
}

static void record(const struct attempt *attempt, uint64_t block, size_t order, int number, bool valid)
{
    struct bench *bench = attempt->bench;
    json_int_t written = attempt->after.device_written_bytes - attempt->before.device_written_bytes;
    json_int_t steal = attempt->after.steal_ns - attempt->before.steal_ns;

    json_array_append_new(
        bench->trials,
        json_pack("{s:I, s:I, s:I, s:i, s:b, s:o, s:o, s:I, s:I, s:I}", "command",
                  (json_int_t)(attempt->command - bench->commands), "block", (json_int_t)block, "order",
                  (json_int_t)order, "attempt", number, "valid", valid, "void_reason",
                  valid ? json_null() : json_sprintf("%s", attempt->reason), "pass_ns",
                  attempt->ran ? json_integer((json_int_t)attempt->ns) : json_null(), "process_ns",
                  (json_int_t)attempt->spawn.wall_ns, "steal_ns", steal, "device_written_bytes", written));
}

int measure(struct bench *bench, size_t index, uint64_t block, size_t order, struct error *error)
{
    struct command *command = &bench->commands[index];
    cpu_set_t cpus;

    CPU_ZERO(&cpus);
    CPU_SET(bench->cpu, &cpus);
    for (int number = 1; number <= ATTEMPTS; number++) {
        struct attempt attempt = {.bench = bench, .command = command};
        attempt.spawn = (struct spawn){
            .argv = command->arguments.items,
            .program_fd = -1,
            .cpus = command->side->helpers || strstr(command->side->command, "{cpu}") ? NULL : &cpus,
            .timeout_ns = 120 * NS_PER_S,
            .environment_padding_bytes = (unsigned)(digest_term(block, bench->seed + order) % 4096),
        };
        bool valid = false;
        if (run(&attempt, &valid, error) < 0)
            return -1;
        if (bench->interrupted)
            return 0;
        record(&attempt, block, order, number, valid);
        if (valid) {
            command->ns[block] = attempt.ns;
            return 0;
        }
        command->voids++;
        strcpy(command->last_void, attempt.reason);
        bench->failed |= number == ATTEMPTS && !attempt.ran;
    }
    return 0;
}
