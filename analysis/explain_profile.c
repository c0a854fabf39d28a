/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arithmetic held against where the CPU's time was sampled. */
#include "analysis/explain.h"

#define BIT(share) (1U << SHARE_##share)

/* In which shares of the samples the tolls of a group are found. The copy into a socket is the network's price. */
static const unsigned found_in[GROUP_COUNT] = {
    [GROUP_CALLS] = BIT(ENTRY) | BIT(FAULTING),
    [GROUP_COPY] = BIT(COPYING),
    [GROUP_FAULTS] = BIT(FAULTING) | BIT(ALLOCATION) | BIT(PAGE_CACHE) | BIT(FILE_SYSTEM),
    [GROUP_UNMAP] = BIT(FAULTING) | BIT(TLB),
    [GROUP_PAGES] = BIT(PAGE_CACHE) | BIT(ALLOCATION) | BIT(FILE_SYSTEM) | BIT(FAULTING),
    [GROUP_CONSUME] = BIT(CONSUMPTION),
    [GROUP_SOCKET] = BIT(NETWORK) | BIT(COPYING) | BIT(SCHEDULING),
};

static enum share largest_share(const struct profile *profile)
{
    enum share largest = SHARE_COPYING;

    for (unsigned i = 0; i < SHARE_OTHER; i++)
        if (profile->share[i] > profile->share[largest])
            largest = (enum share)i;
    return largest;
}

/* What a group pays for lies in several shares, which count together: is no share beside them larger? */
static bool is_largest(const struct profile *profile, unsigned shares)
{
    double inside = 0, outside = 0;

    for (unsigned i = 0; i < SHARE_OTHER; i++)
        if (shares & 1U << i)
            inside += profile->share[i];
        else if (profile->share[i] > outside)
            outside = profile->share[i];
    return inside >= outside;
}

/* Some shares are where several groups pay (windows, faults and unmapping all fault and map): does the arithmetic
 * lay at least as much into this one as its largest group has? */
static bool is_laid_there(const struct explanation *explanation, enum share share, enum term_group largest)
{
    double sum_ns = 0;

    for (unsigned i = 0; i < GROUP_COUNT; i++)
        if (found_in[i] & 1U << share)
            sum_ns += explain_group_ns(explanation, (enum term_group)i);
    return sum_ns >= explain_group_ns(explanation, largest);
}

int explain_profile(struct explain_profile *result, const struct summary *summary,
                    const struct explanation *explanation)
{
    struct profile profile = shares_of(&summary->shares, explanation->point, SHARE_OF_METHOD);

    if (!explain_is_possible(explanation) || !(profile.samples > 0))
        return -1;
    result->group = GROUP_CALLS;
    for (unsigned i = 0; i < GROUP_COUNT; i++)
        if (explain_group_ns(explanation, (enum term_group)i) > explain_group_ns(explanation, result->group))
            result->group = (enum term_group)i;
    result->share = largest_share(&profile);
    result->agrees =
        is_largest(&profile, found_in[result->group]) || is_laid_there(explanation, result->share, result->group);
    return 0;
}
