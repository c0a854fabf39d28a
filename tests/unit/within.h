/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers compared as doubles. cmocka's assert_float_equal rounds both to float, and holds NaN and infinity equal to
 * whatever was wanted. */
#ifndef IOTOLL_TEST_WITHIN_H
#define IOTOLL_TEST_WITHIN_H

#include <math.h>

/* The argument is so much away from what is wanted at most; no number never is. */
#define assert_within(got, wanted, most)                                                       \
    do {                                                                                       \
        double got_ = (got), wanted_ = (wanted);                                               \
        if (!(fabs(got_ - wanted_) <= (most)))                                                 \
            fail_msg("%s is %.17g, not %.17g", #got, got_, wanted_);                           \
    } while (0)

#endif
