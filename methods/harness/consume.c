/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/method.h"

enum { TOUCH_STRIDE = 4096 };

static void touch(const volatile unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i += TOUCH_STRIDE)
        (void)bytes[i];
}

void consume(struct job *job, const void *bytes, size_t length)
{
    job->consumed_bytes += length;
    if (job->consumption == CONSUME_DIGEST)
        digest_add(&job->digest, bytes, length);
    else if (job->consumption == CONSUME_TOUCH)
        touch(bytes, length);
}
