/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/stage.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/tasks.h"
#include "common/units.h"
#include "runners/pressure.h"
#include "runners/settle.h"

static void set_number(json_t *record, const char *name, uint64_t value)
{
    json_object_set_new(record, name, json_integer((json_int_t)value));
}

/* -1 is null. */
static void set_count(json_t *record, const char *name, int64_t value)
{
    json_object_set_new(record, name, value < 0 ? json_null() : json_integer(value));
}

void stage_begin_record(json_t *record)
{
    static const char *const names[] = {
        "resident_before_bytes", "resident_after_bytes", "prepare_ns", "verify_ns", "settle_ns",
        "dirty_before_bytes", "writeback_before_bytes", "machine_dirty_before_bytes",
        "machine_writeback_before_bytes", "folio_sample_bytes", "folio_small_bytes",
        "folio_huge_bytes", "folio_mean_bytes", "memory_limit_bytes", "memory_after_bytes",
        "read_limit_bytes_per_s", "write_limit_bytes_per_s", "destination_hole_bytes",
        "destination_shared_bytes", "read_amplification",
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        json_object_set_new(record, names[i], json_null());
}

static struct cache_files files_of(const struct dataset *set)
{
    return (struct cache_files){set->directory, set->files, set->file_size_bytes};
}

int stage_settle(struct session *session, const struct arguments_places *places, struct error *error)
{
    const struct target *last = session->last_written;

    session->last_written = NULL;
    if (last && last != places->destination && settle_target(last, error) < 0)
        return -1;
    if (places->destination && places->destination->directory &&
        settle_target(places->destination, error) < 0)
        return -1;
    if (places->set && cache_settle(places->set->directory, error) < 0)
        return -1;
    settle_machine();
    return 0;
}

static int settle(struct stage *stage, struct error *error)
{
    const struct target *destination = stage->places.destination;
    uint64_t start = clock_monotonic_ns();

    int result = stage_settle(stage->session, &stage->places, error);
    set_number(stage->record, "settle_ns", clock_monotonic_ns() - start);
    if (destination && destination->directory)
        stage->session->last_written = destination;
    return result;
}

/* The slower of two limits on one disk. */
static uint64_t lower(uint64_t a, uint64_t b)
{
    return a == 0 || (b > 0 && b < a) ? b : a;
}

static uint64_t rate_of(const struct target *target)
{
    return target && target->throttled_disk ? target->spec->rate_bytes_per_s : 0;
}

static int throttle(struct stage *stage, struct error *error)
{
    const struct target *source = stage->places.source, *destination = stage->places.destination;
    uint64_t reads = rate_of(source), writes = rate_of(destination);

    if (reads && writes && !strcmp(source->throttled_disk, destination->throttled_disk))
        reads = writes = lower(reads, writes);
    stage->read_limit_bytes_per_s = reads;
    stage->write_limit_bytes_per_s = writes;
    set_count(stage->record, "read_limit_bytes_per_s", reads ? (int64_t)reads : -1);
    set_count(stage->record, "write_limit_bytes_per_s", writes ? (int64_t)writes : -1);
    if (reads && cgroup_limit_io(&stage->session->cgroup, source->throttled_disk, reads, error) < 0)
        return -1;
    if (writes && cgroup_limit_io(&stage->session->cgroup, destination->throttled_disk, writes, error) < 0)
        return -1;
    return 0;
}

static void lift(struct stage *stage)
{
    const struct cgroup *cgroup = &stage->session->cgroup;
    struct error ignored;

    if (stage->read_limit_bytes_per_s)
        cgroup_limit_io(cgroup, stage->places.source->throttled_disk, 0, &ignored);
    if (stage->write_limit_bytes_per_s)
        cgroup_limit_io(cgroup, stage->places.destination->throttled_disk, 0, &ignored);
    if (stage->memory_limit_bytes)
        cgroup_limit_memory(cgroup, 0, &ignored);
}

static int prepare_cache(struct stage *stage, struct error *error)
{
    struct cache_files files;

    if (!stage->set)
        return 0;
    files = files_of(stage->set);
    if (cache_prepare(&files, stage->cache, &stage->set->filled, error) < 0)
        return -1;
    if (stage->cache != CACHE_PRESSURED)
        return 0;
    stage->memory_limit_bytes = point_memory_limit(&stage->planned->point);
    set_number(stage->record, "memory_limit_bytes", stage->memory_limit_bytes);
    return pressure_begin(&stage->session->cgroup, stage->memory_limit_bytes, &files, error);
}

static void record_folios(struct stage *stage)
{
    const struct folios *found = &stage->folios;

    set_number(stage->record, "folio_sample_bytes", found->sampled_bytes);
    set_number(stage->record, "folio_small_bytes", found->small_bytes);
    set_number(stage->record, "folio_huge_bytes", found->huge_bytes);
    set_count(stage->record, "folio_mean_bytes",
              found->count ? (int64_t)(found->sampled_bytes / found->count) : -1);
}

/* Only what is wholly resident can be mapped without reading it. */
static int verify(struct stage *stage, struct error *error)
{
    struct machine_writeback machine;
    struct cache_files files;

    settle_look(&machine);
    set_count(stage->record, "machine_dirty_before_bytes", machine.dirty_bytes);
    set_count(stage->record, "machine_writeback_before_bytes", machine.writeback_bytes);
    if (!stage->set)
        return 0;
    files = files_of(stage->set);
    if (cache_look(&files, &stage->before, error) < 0)
        return -1;
    if (stage->before.resident_bytes == files.files * files.file_size_bytes &&
        stage->cache != CACHE_PRESSURED && folios_visible())
        stage->has_folios = folios_look(&files, &stage->folios) == 0;
    if (stage->has_folios)
        record_folios(stage);
    set_number(stage->record, "resident_before_bytes", stage->before.resident_bytes);
    set_count(stage->record, "dirty_before_bytes", stage->before.dirty_bytes);
    set_count(stage->record, "writeback_before_bytes", stage->before.writeback_bytes);
    return 0;
}

int stage_prepare(struct stage *stage, struct error *error)
{
    uint64_t start = clock_monotonic_ns();

    stage->kills_before = cgroup_memory_kills(&stage->session->cgroup);
    int result = settle(stage, error);
    if (result == 0)
        result = prepare_cache(stage, error);
    if (result == 0)
        result = throttle(stage, error);
    uint64_t prepared = clock_monotonic_ns();
    if (result == 0)
        result = verify(stage, error);
    uint64_t verified = clock_monotonic_ns();
    set_number(stage->record, "prepare_ns", prepared - start);
    set_number(stage->record, "verify_ns", verified - prepared);
    stage->session->accounting.cache_ns += verified - start;
    return result;
}

uint64_t stage_prefault_bytes(const struct stage *stage)
{
    const struct point *point = &stage->planned->point;
    const struct target *destination = stage->places.destination;
    bool makes_files = task_find(point->task)->creates && destination && destination->directory;

    return stage->session->config.prefault_memory && makes_files && !stage->memory_limit_bytes
               ? point->file_size_bytes * point->files
               : 0;
}

const struct cgroup *stage_cgroup(const struct stage *stage)
{
    bool limited = stage->memory_limit_bytes || stage->read_limit_bytes_per_s ||
                   stage->write_limit_bytes_per_s;

    return limited ? &stage->session->cgroup : NULL;
}

bool stage_out_of_memory(const struct stage *stage)
{
    return stage->memory_limit_bytes &&
           cgroup_memory_kills(&stage->session->cgroup) > stage->kills_before;
}

static void look_at_created(struct stage *stage)
{
    const struct point *point = &stage->planned->point;
    const struct target *destination = stage->places.destination;

    if (!task_find(point->task)->creates || !destination || !destination->directory)
        return;
    char *directory = arguments_copy_directory(destination);
    if (directory && created_look(directory, point->files, &stage->created) == 0) {
        set_count(stage->record, "destination_hole_bytes", stage->created.hole_bytes);
        set_count(stage->record, "destination_shared_bytes", stage->created.shared_bytes);
    } else
        stage->created = (struct created){-1, -1};
    free(directory);
}

void stage_end(struct stage *stage)
{
    uint64_t start = clock_monotonic_ns();
    struct cache_found found;
    struct cache_files files;
    struct error ignored;

    stage->resident_after_bytes = -1;
    if (stage->set) {
        files = files_of(stage->set);
        if (cache_look(&files, &found, &ignored) == 0) {
            stage->resident_after_bytes = (int64_t)found.resident_bytes;
            set_number(stage->record, "resident_after_bytes", found.resident_bytes);
        }
    }
    if (stage->memory_limit_bytes)
        set_count(stage->record, "memory_after_bytes", cgroup_memory_bytes(&stage->session->cgroup));
    stage->created = (struct created){-1, -1};
    look_at_created(stage);
    lift(stage);
    stage->session->accounting.cache_ns += clock_monotonic_ns() - start;
}
