/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/plan_judge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/axes.h"
#include "common/units.h"

enum { SECTOR_BYTES = 512 }; /* the smallest unit that O_DIRECT moves: open(2) */

/* Every judge returns whether it found something; the first one that does is heard. */
static bool __attribute__((format(printf, 2, 3)))
refuse(struct plan_point *planned, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    vsnprintf(planned->reason, sizeof planned->reason, format, values);
    va_end(values);
    planned->supported = false;
    return true;
}

static bool has(const char *field, const char *const *names, unsigned index)
{
    return !strcmp(field, names[index]);
}

static bool lives_in_memory(const struct target_spec *target)
{
    return target && target->type == TARGET_TMPFS;
}

/* Less would not hold the method itself: its stack, tables and code's private pages. */
enum { PRESSURE_LEAST_BYTES = 8 * MIB };

static bool judge_pressure(struct plan_point *planned)
{
    const struct point *point = &planned->point;
    uint64_t limit = point_memory_limit(point);
    char given[32], least[32];

    if (lives_in_memory(planned->source) || lives_in_memory(planned->destination))
        return refuse(planned, "pressured: the pages of a tmpfs are its files, and cannot be given back");
    if (limit >= PRESSURE_LEAST_BYTES)
        return false;
    return refuse(planned, "pressured: %s of memory are too few for any process (take at least %s)",
                  units_human_bytes((double)limit, given),
                  units_human_bytes(PRESSURE_LEAST_BYTES, least));
}

static bool judge_cache(struct plan_point *planned)
{
    const struct point *point = &planned->point;

    if (has(point->cache, axes_caches, CACHE_WARM_SMALL_FOLIOS) && lives_in_memory(planned->source))
        return refuse(planned, "tmpfs: its pages are the file, so they cannot be filled anew");
    if (has(point->cache, axes_caches, CACHE_PRESSURED) && judge_pressure(planned))
        return true;

    if (has(point->cache, axes_caches, CACHE_COLD) && lives_in_memory(planned->source))
        return refuse(planned, "tmpfs has no backing device: its pages are the file, so it is "
                               "never cold");
    if (has(point->cache, axes_caches, CACHE_WARM) &&
        has(point->policy, axes_policies, POLICY_DONTNEED_BEHIND))
        return refuse(planned, "dontneed_behind empties the cache that it reads: cold only");
    return false;
}

static uint64_t stored_on(const struct target_spec *target, const struct plan_point *planned)
{
    uint64_t set = planned->point.file_size_bytes * planned->point.files;

    return (planned->source == target ? set : 0) + (planned->destination == target ? set : 0);
}

static bool judge_room(struct plan_point *planned, const struct target_spec *target)
{
    char needed[32], size[32];

    if (!lives_in_memory(target) || stored_on(target, planned) <= target->size_bytes)
        return false;
    return refuse(planned, "needs %s on %s, a tmpfs of %s",
                  units_human_bytes((double)stored_on(target, planned), needed), target->name,
                  units_human_bytes((double)target->size_bytes, size));
}

/* What open(2) with O_DIRECT asks of every transfer: its place, its buffer and its length. */
static bool judge_direct(struct plan_point *planned)
{
    static const char rule[] = "O_DIRECT moves whole aligned blocks";
    const struct point *point = &planned->point;

    if (!planned->method->direct)
        return false;
    if (has(point->offsets, axes_offsets, OFFSETS_UNALIGNED))
        return refuse(planned, "%s: no offset may be unaligned", rule);
    if (has(point->alignment, axes_alignments, ALIGNMENT_MALLOC))
        return refuse(planned, "%s: no buffer may come from malloc", rule);
    if (point->block_size_bytes % SECTOR_BYTES)
        return refuse(planned, "%s: B=%" PRIu64 " is no multiple of %d", rule,
                      point->block_size_bytes, SECTOR_BYTES);
    return false;
}

/* Whoever reads a cold file twice at the same place reads it warm: without that at most half of the
 * records can be drawn. A popular record is meant to be read again, and a write is no read. */
static bool judge_records(struct plan_point *planned)
{
    const struct point *point = &planned->point;
    const struct task_traits *task = task_find(point->task);
    uint64_t shift = has(point->offsets, axes_offsets, OFFSETS_UNALIGNED) ? RANDOM_SHIFT_BYTES : 0;

    if (!task->random || task->writes || !has(point->cache, axes_caches, CACHE_COLD) ||
        !has(point->distribution, axes_distributions, DISTRIBUTION_UNIFORM) ||
        !point->block_size_bytes)
        return false;
    uint64_t records = (point->file_size_bytes - shift) / point->block_size_bytes;
    if (point->operations <= records / 2)
        return false;
    return refuse(planned,
                  "cold: no record is read twice, and %" PRIu64
                  " operations need a file of %" PRIu64 " records, not %" PRIu64,
                  point->operations, 2 * point->operations, records);
}

void plan_judge(struct plan_point *planned)
{
    planned->supported = true;
    if (judge_cache(planned) || judge_room(planned, planned->source) ||
        judge_room(planned, planned->destination) || judge_direct(planned))
        return;
    judge_records(planned);
}
