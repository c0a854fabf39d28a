/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/findings.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/answers.h"
#include "analysis/crossover.h"
#include "analysis/decide.h"
#include "analysis/efficiency.h"
#include "common/text.h"
#include "common/units.h"

static const struct point *point_of(const struct summary *summary, size_t index)
{
    return &summary->run->points[index].point;
}

/* "scanning disk, warm, at 64M" */
static void write_case(const struct decision *decision, FILE *out)
{
    char name[LABEL_SIZE], size[32];

    label_family(decision->point, name);
    *name = (char)(*name | 0x20);
    char *obvious = strstr(name, ", reading every byte");
    if (obvious)
        memmove(obvious, obvious + 20, strlen(obvious + 20) + 1);
    fprintf(out, "%s, at %s", name, label_size(decision->point->file_size_bytes, size));
}

/* Sentences under construction. */
struct writer {
    const struct summary *summary;
    struct finding *list;
    FILE *out; /* where they will be written */
    size_t count;
    struct text text;
};

static FILE *begin(struct writer *writer, long decision)
{
    if (writer->count == FINDINGS_MOST)
        return NULL;
    struct finding *finding = &writer->list[writer->count];
    *finding = (struct finding){.decision = decision};
    if (!text_open(&writer->text))
        text_spoil(writer->out);
    return writer->text.out;
}

static void end(struct writer *writer)
{
    struct finding *finding = &writer->list[writer->count++];

    if (!text_cut(&writer->text, finding->text, sizeof finding->text))
        text_spoil(writer->out);
}

static bool compares(const struct decision *decision)
{
    return decision->member_count > 1;
}

/* Whether the first winner is proven faster than the baseline. */
static bool is_gain(const struct summary *summary, const struct decision *decision)
{
    return decide_is_resolved(decision) && decision->gain.n > 0 && decision->gain.bounded &&
           summary->rows[decision->winners[0]].verdict == VERDICT_FASTER;
}

/* How often something is proven to beat the baseline: the first thing to know. */
static void find_overall(struct writer *writer)
{
    const struct summary *summary = writer->summary;
    size_t all = 0, gains = 0, short_of = 0;

    for (size_t d = 0; d < summary->decision_count; d++) {
        const struct decision *decision = &summary->decisions[d];
        if (!compares(decision))
            continue;
        all++;
        gains += is_gain(summary, decision);
        short_of += !decide_is_resolved(decision);
    }
    FILE *out = all > 0 ? begin(writer, -1) : NULL;
    if (!out)
        return;
    fprintf(out, "In %zu of %zu comparisons an interface is proven faster than the plain one "
                 "(read and write)", gains, all);
    if (short_of > 0)
        fprintf(out, "; %zu lack%s the trials for a verdict", short_of, short_of == 1 ? "s" : "");
    if (all > gains + short_of)
        fprintf(out, "; in the other %zu nothing better is proven", all - gains - short_of);
    fputc('.', out);
    end(writer);
}

/* Whether its interval is all above 1, but other comparisons are too many to call it proven. */
static bool is_near(const struct summary *summary, const struct decision *decision)
{
    return decide_is_resolved(decision) && decision->gain.n > 0 && decision->gain.bounded &&
           decision->gain.low > 1 && !is_gain(summary, decision);
}

static bool is_named(const struct writer *writer, const char *task)
{
    for (size_t i = 0; i < writer->count; i++)
        if (writer->list[i].decision >= 0 &&
            !strcmp(writer->summary->decisions[writer->list[i].decision].point->task, task))
            return true;
    return false;
}

/* The baseline may be among them: it can be proven slower, and yet by less than the margin. */
static void write_close(const struct summary *summary, const struct decision *decision, FILE *out)
{
    enum { MOST = 3 };
    const size_t shown = decision->winner_count < MOST ? decision->winner_count : MOST;

    for (size_t i = 1; i < shown; i++)
        fprintf(out, "%s%s", i == 1 ? "; close to it: " : i + 1 == decision->winner_count ? " and " : ", ",
                summary->rows[decision->winners[i]].label);
    if (decision->winner_count > shown)
        fprintf(out, " and %zu more", decision->winner_count - shown);
}

/* The greatest gains, one a task, of what does the same work. The end of the interval counts, not the estimate. */
static void find_gains(struct writer *writer, size_t most, const char *preface,
                       bool (*counts)(const struct summary *, const struct decision *))
{
    const struct summary *summary = writer->summary;

    for (size_t found = 0; found < most; found++) {
        long best = -1;
        for (size_t d = 0; d < summary->decision_count; d++)
            if (counts(summary, &summary->decisions[d]) &&
                !is_named(writer, summary->decisions[d].point->task) &&
                !efficiency_is_beyond(summary, summary->decisions[d].winners[0]) &&
                (best < 0 || summary->decisions[d].gain.low > summary->decisions[best].gain.low))
                best = (long)d;
        FILE *out = best < 0 ? NULL : begin(writer, best);
        if (!out)
            return;
        const struct decision *decision = &summary->decisions[best];
        fputs(preface, out);
        fprintf(out, "%s leads when ", summary->rows[decision->winners[0]].label);
        write_case(decision, out);
        fputs(": ", out);
        answers_speed(&decision->gain, out);
        fprintf(out, " the speed of %s", summary->rows[decision->baseline].label);
        write_close(summary, decision, out);
        fputc('.', out);
        end(writer);
    }
}

/* The method proven slowest against its baseline. */
static void find_trap(struct writer *writer)
{
    const struct summary *summary = writer->summary;
    long worst = -1, where = -1;

    for (size_t d = 0; d < summary->decision_count; d++)
        for (size_t i = 0; i < summary->decisions[d].member_count; i++) {
            size_t index = summary->decisions[d].members[i];
            const struct row *row = &summary->rows[index];
            if (row->verdict == VERDICT_SLOWER && row->speed.bounded &&
                (worst < 0 || row->speed.high < summary->rows[worst].speed.high)) {
                worst = (long)index;
                where = (long)d;
            }
        }
    FILE *out = worst < 0 ? NULL : begin(writer, where);
    if (!out)
        return;
    fprintf(out, "The worst choice is %s for ", summary->rows[worst].label);
    write_case(&summary->decisions[where], out);
    fputs(": ", out);
    answers_speed(&summary->rows[worst].speed, out);
    fprintf(out, " the speed of %s.", point_of(summary,
        (size_t)summary->run->points[worst].baseline)->method);
    end(writer);
}

/* A winner that costs at most half of the baseline's CPU time, intervals and all. */
static void find_thrift(struct writer *writer)
{
    const struct summary *summary = writer->summary;
    double best = 0.5;
    long where = -1;

    for (size_t d = 0; d < summary->decision_count; d++) {
        const struct decision *decision = &summary->decisions[d];
        if (!decide_is_resolved(decision) || decision->baseline < 0 ||
            efficiency_is_beyond(summary, decision->winners[0]))
            continue;
        const struct interval *own = &summary->rows[decision->winners[0]].cpu_s_per_gib;
        const struct interval *base = &summary->rows[decision->baseline].cpu_s_per_gib;
        if (own->bounded && base->bounded && own->high / base->low < best) {
            best = own->high / base->low;
            where = (long)d;
        }
    }
    FILE *out = where < 0 ? NULL : begin(writer, where);
    if (!out)
        return;
    const struct decision *decision = &summary->decisions[where];
    fprintf(out, "CPU time differs most for ");
    write_case(decision, out);
    fprintf(out, ": %s takes %.2g CPU-seconds for a GiB, %s %.2g.",
        summary->rows[decision->winners[0]].label,
            summary->rows[decision->winners[0]].cpu_s_per_gib.middle,
            summary->rows[decision->baseline].label,
            summary->rows[decision->baseline].cpu_s_per_gib.middle);
    end(writer);
}

static void find_crossing(struct writer *writer)
{
    enum { MOST = 3 };
    const struct summary *summary = writer->summary;
    struct crossover list[MOST];
    char name[LABEL_SIZE];

    for (size_t first = 0, last; first < summary->decision_count; first = last) {
        last = answers_family_end(summary, first);
        long count = crossover_find(summary, first, last, list, MOST);
        if (count < 0)
            text_spoil(writer->out);
        if (count < 1)
            continue;
        FILE *out = begin(writer, (long)first);
        if (!out)
            return;
        fprintf(out, "%s:", label_family(summary->decisions[first].point, name));
        for (long i = 0; i < count && i < MOST; i++) {
            if (strcmp(point_of(summary, list[i].after)->method, point_of(summary, list[0].after)->method))
                continue;
            fputc(' ', out);
            crossover_words(summary, &list[i], out);
        }
        end(writer);
        return;
    }
}

size_t findings_make(const struct summary *summary, struct finding list[FINDINGS_MOST], FILE *out)
{
    struct writer writer = {.summary = summary, .list = list, .out = out};

    find_overall(&writer);
    find_gains(&writer, 2, "", is_gain);
    if (writer.count < 2)
        find_gains(&writer, 1, "Nearest to proof, but not proven among so many comparisons: ",
            is_near);
    find_trap(&writer);
    find_thrift(&writer);
    find_crossing(&writer);
    return writer.count;
}

void findings_machine(const struct run *run, FILE *out)
{
    const char *kind = load_text(run, "environment.virtualisation");
    const bool named = strcmp(kind, "virtual machine") && strcmp(kind, "vm");
    char memory[32];
    double cpus = load_number(run, "environment.cpus", 0);

    fprintf(out, "%s · Linux %s · %s", load_text(run, "environment.host"),
            load_text(run, "environment.kernel"), load_text(run, "environment.cpu_model"));
    if (cpus > 0)
        fprintf(out, ", %.0f CPU%s", cpus, cpus > 1 ? "s" : "");
    fprintf(out, " · %s of memory",
            units_human_bytes(load_number(run, "environment.memory_bytes", 0), memory));
    if (*kind && strcmp(kind, "none"))
        fprintf(out, " · virtual machine%s%s%s", named ? " (" : "", named ? kind : "",
            named ? ")" : "");
}

size_t findings_shown(const struct decision *decision)
{
    return decide_is_resolved(decision) ? decision->winners[0] : decision->members[0];
}
