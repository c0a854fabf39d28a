/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From trials to one row a point and one decision a comparison group. */
#ifndef IOTOLL_SUMMARY_H
#define IOTOLL_SUMMARY_H

#include "analysis/counts.h"
#include "analysis/drift.h"
#include "analysis/label.h"
#include "analysis/load.h"
#include "analysis/shares.h"
#include "common/stats.h"

/* Differences within the margin are of no practical interest: a ratio whose whole interval lies
 * inside is "equivalent", and a point that may be this close to the best is among the winners. It
 * is this share, or what the run finds between equals where that is more. */
#define SUMMARY_LEAST_MARGIN 0.02

/* Where equals differ by more than this share, nothing is called equivalent any more. */
#define SUMMARY_MOST_MARGIN 0.1

struct claims;

enum { SUMMARY_LEAST_N = 6 }; /* below, no 95 % interval of a median or a paired ratio exists */

enum verdict {
    VERDICT_NONE,
    VERDICT_FASTER,
    VERDICT_SLOWER,
    VERDICT_EQUIVALENT,
    VERDICT_UNRESOLVED
};
extern const char *const verdict_names[];

/* What the trials of a point come to. Times in ns and counts are those of one cycle (a pass over
 * the file set); NaN where there is nothing. */
struct row {
    size_t n, void_count; /* blocks with a valid trial; void attempts */
    struct interval time_ns, throughput_bytes_per_s, cpu_s_per_gib, whole_process_ns;
    double setup_ns, transfer_ns, teardown_ns, sync_ns, minor_faults, major_faults;
    double device_read_bytes, device_written_bytes, process_read_bytes, process_written_bytes, peak_rss_bytes;
    double requested_read_bytes, requested_written_bytes;
    double bystander_lost_ppm; /* of his work, in company */
    double user_ns, system_ns, voluntary_context_switches, involuntary_context_switches;
    double events, latency_p50_ns, latency_p99_ns, latency_p999_ns;
    struct interval speed;  /* times as fast as the baseline, over the blocks both have */
    struct interval resampled; /* the same by the bootstrap over blocks */
    bool disagrees;         /* these two tell different stories */
    double autocorrelation; /* of the logarithm of the ratio, block after block */
    double detectable;      /* a difference of this share is found 4 times in 5 with so many blocks */
    double p_holm;          /* speed.p corrected for the family, its size being `family` */
    size_t family;
    bool held_back;         /* faster or slower, had this been the only comparison */
    enum verdict verdict;   /* VERDICT_NONE without a baseline or a pair */
    char label[LABEL_SIZE]; /* method, and the axes that its family varies for it */
};

/* A comparison group. Winners are not proven worse than the best by more than the margin, the one
 * that uses the least CPU first. With fewer than SUMMARY_LEAST_N blocks nothing wins and `leader`
 * is only the lowest median. Indices of points. */
struct decision {
    size_t *members; /* all points of the group that have a trial, by median time; owned */
    size_t member_count;
    size_t *winners; /* owned */
    size_t winner_count;
    const struct point *point; /* any point of the group */
    long baseline;             /* index of the point that most others are compared with, or -1 */
    struct interval
        gain; /* times as fast as that baseline the first winner is; n = 0 if it is it */
};

/* What the twins say: points that are measured twice under two names. */
struct noise {
    size_t comparisons, different; /* pairs of equals with an interval; those called different */
    double floor;  /* 95th percentile of their absolute differences, as a share; NaN without any */
    double chance; /* of so many differences or more */
    bool failed;   /* there are too many for chance: the run is not to be trusted */
};

struct void_reason {
    const char *reason;    /* borrowed from a trial */
    size_t count, example; /* example: index of a point */
};

struct summary {
    const struct run *run;
    struct row *rows;                 /* one a point of the run */
    size_t valid, void_count, blocks; /* trials; greatest number of blocks that a point has */
    size_t *counted;                  /* indices of the trials that count, by point and block */
    size_t *first;             /* where each point's begin in counted; point_count + 1 entries */
    struct void_reason *voids; /* most frequent first */
    size_t void_reason_count;
    struct decision *decisions; /* by family, then size */
    size_t decision_count;
    struct noise noise;
    struct drift drift;
    struct counts counts; /* these two are empty in a summary made unchecked, until loaded into it */
    struct shares shares;
    double margin; /* SUMMARY_LEAST_MARGIN or more */
    const struct claims *claims; /* what became of the run's claims; borrowed, or NULL: not judged */
};

/* Summarise run, which must outlive the summary. Of the attempts of a block the last valid one
 * counts. 0, or -1 when out of memory; summary_free is safe after either. */
int summary_make(struct summary *summary, const struct run *run, struct error *error);

/* The same without the bootstrap, for those who do not look at it. */
int summary_make_unchecked(struct summary *summary, const struct run *run, struct error *error);
void summary_free(struct summary *summary);

/* Times of the blocks in which both points have a valid trial, into arrays of at least
 * summary->blocks; returns their number. */
size_t summary_pairs(const struct summary *summary, size_t a, size_t b, double *times_a,
                     double *times_b);

/* The minimal detectable effect: the difference, as a share, that as many blocks as gave this
 * interval of ln(speed) find 4 times in 5. NaN where it has no bounds. */
double summary_detectable(const struct interval *log_speed);

/* How much slower than the best a winner may be: the margin, but not the noise of a bad run. */
double summary_tie(const struct summary *summary);

/* What an interval of "times as fast" says by itself, given the margin. */
enum verdict summary_verdict(const struct interval *speed, double margin);

#endif
