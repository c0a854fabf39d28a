/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "common/units.h"
#include "tests/matrix/design.h"
#include "tests/matrix/matrix.h"

enum factor {
    SIZE, BLOCK, BUFFERS, THREADS, POLICY, ALIGNMENT, CONSUMPTION, DURABILITY, STATE, OPERATIONS, DISTRIBUTION,
    OFFSETS, DISTINCT, COMPUTE, CYCLES, FACTORS
};

/* The values of every axis, for one method. */
struct axes {
    const struct method_info *method;
    const struct task_traits *task;
    uint64_t values[FACTORS][DESIGN_VALUES];
    size_t counts[FACTORS];
};

/* File sizes, most telling first; those around B begin with AROUND. */
enum { AROUND = 1ULL << 40 };
static const uint64_t sizes[] = {PAGE + 1, AROUND + 1, AROUND - 1, 3 * MIB + 17, 0,
                                 1,        AROUND,     PAGE - 1,   PAGE,         4 * MIB};
static const uint64_t blocks[] = {65536, 1000, PAGE, 2 * MIB};
static const uint64_t direct_blocks[] = {65536, PAGE, 512, 2 * MIB};
static const uint64_t random_blocks[] = {100, 512, PAGE, 1000, 65536};
static const uint64_t direct_random_blocks[] = {PAGE, 512, 65536};
static const uint64_t buffers[] = {2, 40, 1, 3};
static const uint64_t threads[] = {1, 2, 5};
static const uint64_t computes[] = {0, 100};
static const uint64_t operations[] = {100, 1, 1000};

/* One record behind which unaligned ones find their 13 bytes, two, and many. */
static const uint64_t random_sizes[] = {MIB + 17, AROUND + RANDOM_SHIFT_BYTES, MIB,
                                        2 * AROUND + RANDOM_SHIFT_BYTES};

#define GIVE(axes, factor, table, few, full)                                                       \
    give(axes, factor, table, (full) ? sizeof(table) / sizeof *(table) : (few))

static void give(struct axes *axes, enum factor factor, const uint64_t *values, size_t count)
{
    memcpy(axes->values[factor], values, count * sizeof *values);
    axes->counts[factor] = count;
}

/* The values from..to-1, of which a mask may leave some out. */
static void give_range(struct axes *axes, enum factor factor, uint64_t from, uint64_t to, unsigned mask)
{
    axes->counts[factor] = 0;
    for (uint64_t value = from; value < to; value++)
        if (mask & 1U << value)
            axes->values[factor][axes->counts[factor]++] = value;
}

static void give_blocks(struct axes *axes, bool full)
{
    bool direct = axes->method->direct;

    if (axes->task->random && direct)
        GIVE(axes, BLOCK, direct_random_blocks, 2, full);
    else if (axes->task->random)
        GIVE(axes, BLOCK, random_blocks, 3, full);
    else if (direct)
        GIVE(axes, BLOCK, direct_blocks, 2, full);
    else
        GIVE(axes, BLOCK, blocks, 2, full);
}

/* What the task has; an axis that it does not have keeps its one value, 0. */
static void give_task(struct axes *axes, bool full)
{
    const struct task_traits *task = axes->task;
    bool lazy = axes->method->axes & METHOD_LAZY;

    if (task->random) {
        GIVE(axes, SIZE, random_sizes, 3, full);
        GIVE(axes, OPERATIONS, operations, 2, full);
        give_range(axes, DISTRIBUTION, 0, 2, ~0U);
        give_range(axes, OFFSETS, 0, axes->method->direct ? 1 : 2, ~0U);
        give_range(axes, DISTINCT, 0, task->consumes ? 2 : 1, ~0U);
    } else {
        GIVE(axes, SIZE, sizes, 5, full);
    }
    if (task->consumes) {
        const uint64_t all[] = {CONSUME_DIGEST, CONSUME_TOUCH, CONSUME_TOUCH_LINE, CONSUME_NONE};
        give(axes, CONSUMPTION, all, lazy ? 3 : 4);
        GIVE(axes, COMPUTE, computes, 2, full);
    }
    if (task->writes)
        give_range(axes, DURABILITY, 0, 2, ~0U);
    if (task->creates)
        give_range(axes, STATE, 0, 2, ~0U);
    give_range(axes, CYCLES, 0, 2, ~0U);
}

static void axes_make(struct axes *axes, const struct method_info *method, bool full)
{
    *axes = (struct axes){.method = method, .task = task_find(method->task)};
    for (size_t i = 0; i < FACTORS; i++)
        axes->counts[i] = 1;
    give_blocks(axes, full);
    axes->counts[BLOCK] = method->axes & METHOD_BLOCK ? axes->counts[BLOCK] : 1;
    GIVE(axes, BUFFERS, buffers, 3, full);
    axes->counts[BUFFERS] = method->axes & METHOD_BUFFERS ? axes->counts[BUFFERS] : 1;
    GIVE(axes, THREADS, threads, 3, full);
    axes->counts[THREADS] = method->axes & METHOD_THREADS ? axes->counts[THREADS] : 1;
    if (method->axes & METHOD_POLICY)
        give_range(axes, POLICY, 0, POLICY_DONTNEED_BEHIND + 1, method->policies);
    if (method->axes & METHOD_ALIGNMENT)
        give_range(axes, ALIGNMENT, 0, ALIGNMENT_HUGE + 1,
                   method->direct ? ~(1U << ALIGNMENT_MALLOC) : ~0U);
    give_task(axes, full);
}

static uint64_t size_of(uint64_t size, uint64_t block)
{
    uint64_t times = (size + AROUND / 2) / AROUND;

    return times ? times * block + (size - times * AROUND) : size;
}

static struct combination combine(const struct axes *axes, const struct design_row *row)
{
    uint64_t value[FACTORS];

    for (size_t i = 0; i < FACTORS; i++)
        value[i] = axes->values[i][row->value[i]];
    uint64_t size = size_of(value[SIZE], value[BLOCK]);
    return (struct combination){
        .size = size,
        .files = axes->task->random || size >= MIB ? 1 : FILES,
        .block = value[BLOCK],
        .buffers = value[BUFFERS],
        .threads = value[THREADS],
        .operations = value[OPERATIONS],
        .policy = (enum policy)value[POLICY],
        .alignment = (enum alignment)value[ALIGNMENT],
        .consumption = (enum consumption)value[CONSUMPTION],
        .durability = (enum durability)value[DURABILITY],
        .state = (enum overwrite)value[STATE],
        .distribution = (enum distribution)value[DISTRIBUTION],
        .offsets = (enum offsets)value[OFFSETS],
        .distinct = value[DISTINCT],
        .compute_ns_per_kib = value[COMPUTE],
        .many_cycles = value[CYCLES],
    };
}

/* A lookup that reads no record twice wants twice as many as it reads. */
static bool is_possible(const void *context, const struct design_row *row)
{
    const struct axes *axes = context;
    struct combination c = combine(axes, row);
    uint64_t shift = c.offsets == OFFSETS_UNALIGNED ? RANDOM_SHIFT_BYTES : 0;

    if (!axes->task->random)
        return true;
    if (c.size < c.block + shift)
        return false;
    return !c.distinct || c.distribution == DISTRIBUTION_ZIPF ||
           c.operations <= (c.size - shift) / c.block / 2;
}

size_t combinations_make(const struct method_info *method, bool full, struct combination *all)
{
    static struct design_row rows[COMBINATIONS_MAX];
    struct axes axes;

    axes_make(&axes, method, full);
    struct design design = {.factors = FACTORS, .possible = is_possible, .context = &axes};
    memcpy(design.values, axes.counts, sizeof axes.counts);
    design.dear[DURABILITY] = design.dear[CYCLES] = design.dear[OPERATIONS] = true;
    size_t count = design_cover(&design, rows, COMBINATIONS_MAX);
    for (size_t i = 0; i < count; i++)
        all[i] = combine(&axes, &rows[i]);
    return count;
}

size_t combinations_impossible(const struct method_info *method, struct combination *all)
{
    struct axes axes;
    size_t count = 0;

    if (!method->direct)
        return 0;
    axes_make(&axes, method, false);
    const struct combination plain = combine(&axes, &(struct design_row){{0}});
    all[count] = plain;
    all[count++].block = 1000;
    all[count] = plain;
    all[count++].alignment = ALIGNMENT_MALLOC;
    all[count] = plain;
    all[count].offsets = OFFSETS_UNALIGNED;
    return axes.task->random ? count + 1 : count;
}

bool combination_is_delicate(const struct method_info *method, const struct combination *c)
{
    return method->direct && c->block % PAGE;
}
