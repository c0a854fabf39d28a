/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run directory in memory: run.json and trials.jsonl, checked. docs/formats.md describes both. */
#ifndef IOTOLL_LOAD_H
#define IOTOLL_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "common/error.h"
#include "common/point.h"

#define LOAD_MISSING UINT64_MAX /* a number that is null in the journal */

/* One line of the journal, without the arrays of single cycles. Counts over all measured cycles are
 * as they stand there; numbers that the trial could not give are LOAD_MISSING. */
struct trial {
    uint64_t point, block, order, attempt;
    uint64_t setup_ns, transfer_ns, teardown_ns, sync_ns, cycles, bytes;
    uint64_t cpu_ns, user_ns, system_ns, sink_cpu_ns, machine_busy_ns, steal_ns, span_ns;
    uint64_t minor_faults, major_faults, voluntary_context_switches, involuntary_context_switches;
    uint64_t peak_rss_bytes, device_read_bytes, device_written_bytes;
    uint64_t requested_read_bytes, requested_written_bytes;
    uint64_t process_read_bytes, process_written_bytes, startup_ns, events, distinct_bytes;
    uint64_t latency_p50_ns, latency_p90_ns, latency_p99_ns, latency_p999_ns, latency_max_ns;
    uint64_t bystander_lost_ppm;
    uint64_t whole_process_ns, whole_process_user_ns, whole_process_system_ns;
    uint64_t resident_before_bytes, resident_after_bytes, prepare_ns, verify_ns, trial_ns, cpu;
    bool valid;
    char *void_reason; /* owned; NULL when valid */
    char started_utc[32], exit[48], digest[72];
};

/* The numbers of a trial by name; those not needed may be null. */
struct trial_field {
    const char *name;
    size_t offset;
    enum { TRIAL_ALWAYS, TRIAL_WHEN_VALID, TRIAL_OPTIONAL } needed;
};
extern const struct trial_field trial_fields[];
extern const size_t trial_field_count;
uint64_t trial_number(const struct trial *trial, const struct trial_field *field);

/* Setup, transfer and teardown of the median cycle of a valid trial. */
double trial_time_ns(const struct trial *trial);

struct run_point {
    struct point point;
    size_t group;
    long baseline; /* index of a point, or -1 */
    bool supported;
    char *reason; /* owned; why it is not supported, else NULL */
};

/* From first_block on, all blocks (up to the next boot's) were measured in this boot. */
struct boot {
    char id[64]; /* "" where the run does not say */
    uint64_t first_block;
};

struct run {
    char *directory, *name; /* name is the directory's last part */
    json_t *header;         /* run.json as it stands */
    struct run_point *points;
    size_t point_count;
    struct trial *trials; /* in the order of the journal */
    size_t trial_count;
    struct boot *boots; /* at least one, by first_block */
    size_t boot_count;
};

/* Load the run in directory. A point that is listed twice is an error. A last line that is torn is
 * dropped with a warning on stderr; any other fault is an error that names file and line. A trial that
 * moved another number of bytes than its point has is kept, but void. 0 or -1; load_free is safe after
 * either. */
int load_run(struct run *run, const char *directory, struct error *error);
void load_free(struct run *run);

/* The boot in which a block was measured: index into run->boots. */
size_t load_boot(const struct run *run, uint64_t block);

/* The text at a dotted path of run.json ("environment.kernel"), or "" if there is no text.
 * Borrowed. */
const char *load_text(const struct run *run, const char *path);

/* The same for a number; fallback if there is none. */
double load_number(const struct run *run, const char *path, double fallback);

/* What is at a dotted path, or NULL. Borrowed. */
const json_t *load_value(const struct run *run, const char *path);

#endif
