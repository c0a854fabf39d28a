/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/crossover.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/settings.h"
#include "common/units.h"

/* Points of one method that differ in one size only, ascending. */
struct line {
    const struct summary *summary;
    const size_t *points;
    size_t count;
    bool along_blocks;
};

static double size_of(const struct line *line, size_t i)
{
    const struct point *point = &line->summary->run->points[line->points[i]].point;

    return (double)(line->along_blocks ? point->block_size_bytes : point->file_size_bytes);
}

static const struct row *row_of(const struct line *line, size_t i)
{
    return &line->summary->rows[line->points[i]];
}

/* The estimate or an end of its interval as a logarithm. */
static double value_of(const struct line *line, size_t i, int bound)
{
    const struct interval *speed = &row_of(line, i)->speed;

    return log(bound < 0 ? speed->low : bound > 0 ? speed->high : speed->middle);
}

/* Where the curve passes 1 between two points: proven on either side, so it does. Points without an
 * interval between them are passed over. */
static double crossing(const struct line *line, size_t from, size_t to, int bound)
{
    const double start = value_of(line, from, bound);
    size_t before = from;

    for (size_t i = from + 1; i <= to; i++) {
        double value = value_of(line, i, bound), past = value_of(line, before, bound);
        if (!isfinite(value))
            continue;
        if ((value > 0) != (start > 0)) {
            double left = log2(size_of(line, before)), right = log2(size_of(line, i));
            return exp2(left + (right - left) * past / (past - value));
        }
        before = i;
    }
    return size_of(line, to);
}

static struct crossover locate(const struct line *line, size_t from, size_t to)
{
    double one = crossing(line, from, to, -1), other = crossing(line, from, to, 1);

    return (struct crossover){
        .before = line->points[from],
        .after = line->points[to],
        .along_blocks = line->along_blocks,
        .overtakes = row_of(line, to)->verdict == VERDICT_FASTER,
        .at = crossing(line, from, to, 0),
        .low = fmin(one, other),
        .high = fmax(one, other),
    };
}

static size_t search(const struct line *line, struct crossover *list, size_t count, size_t room)
{
    long proven = -1;

    for (size_t i = 0; i < line->count; i++) {
        enum verdict verdict = row_of(line, i)->verdict;
        if ((verdict != VERDICT_FASTER && verdict != VERDICT_SLOWER) || size_of(line, i) <= 0)
            continue;
        if (proven >= 0 && row_of(line, (size_t)proven)->verdict != verdict && count < room)
            list[count++] = locate(line, (size_t)proven, i);
        proven = (long)i;
    }
    return count;
}

static int compare_blocks(const void *left, const void *right, void *argument)
{
    const struct run_point *points = argument;
    struct point a = points[*(const size_t *)left].point;
    struct point b = points[*(const size_t *)right].point;
    uint64_t size_a = a.block_size_bytes, size_b = b.block_size_bytes;

    a.block_size_bytes = b.block_size_bytes = 0;
    int order = point_compare(&a, &b);
    return order ? order : (size_a > size_b) - (size_a < size_b);
}

static bool is_one_line(const struct run *run, size_t a, size_t b)
{
    struct point left = run->points[a].point, right = run->points[b].point;

    left.block_size_bytes = right.block_size_bytes = 0;
    return point_compare(&left, &right) == 0;
}

static long search_blocks(const struct summary *summary, const struct decision *decision,
                          struct crossover *list, size_t count, size_t room)
{
    const struct run *run = summary->run;
    size_t *order = calloc(decision->member_count + 1, sizeof *order);

    if (!order)
        return -1;
    memcpy(order, decision->members, decision->member_count * sizeof *order);
    qsort_r(order, decision->member_count, sizeof *order, compare_blocks, run->points);
    for (size_t i = 0, end; i < decision->member_count; i = end) {
        for (end = i + 1; end < decision->member_count; end++)
            if (!is_one_line(run, order[i], order[end]))
                break;
        struct line line = {summary, order + i, end - i, true};
        count = search(&line, list, count, room);
    }
    free(order);
    return (long)count;
}

long crossover_find(const struct summary *summary, size_t first, size_t last,
                    struct crossover *list, size_t room)
{
    struct settings settings;
    long count = 0;

    if (settings_choose(&settings, summary, first, last, SIZE_MAX) < 0)
        return -1;
    for (size_t i = 0; i < settings.count; i++) {
        struct line line = {summary, settings.list[i].points, settings.list[i].count, false};
        count = (long)search(&line, list, (size_t)count, room);
    }
    settings_free(&settings);
    for (size_t d = first; d < last && count >= 0; d++)
        count = search_blocks(summary, &summary->decisions[d], list, (size_t)count, room);
    return count;
}

/* Two significant digits are more than such an estimate can bear out. */
static void write_size(double bytes, FILE *out)
{
    static const char *const units[] = {"", "K", "M", "G", "T"};
    size_t i = 0;

    for (; bytes >= 1000 && i < 4; i++)
        bytes /= 1024;
    fprintf(out, bytes < 9.95 && i > 0 ? "%.1f%s" : "%.0f%s", bytes, units[i]);
}

void crossover_words(const struct summary *summary, const struct crossover *crossover, FILE *out)
{
    const struct run_point *points = summary->run->points;
    const struct run_point *after = &points[crossover->after];
    char size[24];

    fprintf(out, "%s %s %s ",
            crossover->along_blocks ? after->point.method : summary->rows[crossover->after].label,
            crossover->overtakes ? "overtakes" : "falls behind",
            points[after->baseline].point.method);
    if (crossover->along_blocks)
        fprintf(out, "in files of %s ", units_format_size(after->point.file_size_bytes, size));
    fputs("at about ", out);
    write_size(crossover->at, out);
    fputs(crossover->along_blocks ? " of block size (" : " of file size (", out);
    write_size(crossover->low, out);
    fputs(" to ", out);
    write_size(crossover->high, out);
    fputs(").", out);
}

void crossover_brief(const struct summary *summary, const struct crossover *crossover, FILE *out)
{
    const struct run_point *points = summary->run->points;

    fprintf(out, "%s %s from ", crossover->overtakes ? "ahead of" : "behind",
            points[points[crossover->after].baseline].point.method);
    write_size(crossover->at, out);
    fputs(" [", out);
    write_size(crossover->low, out);
    fputs(", ", out);
    write_size(crossover->high, out);
    fputc(']', out);
}
