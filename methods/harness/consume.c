/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "common/clock.h"
#include "common/content.h"
#include "common/error.h"
#include "methods/harness/compute.h"
#include "methods/harness/method.h"

enum { PIECE = 64 << 10 };

/* One byte is read of so many; none at all where it is not said. */
static const size_t touch_strides[] = {[CONSUME_TOUCH] = 4096, [CONSUME_TOUCH_LINE] = 64, [CONSUME_DIGEST] = 0};

static void touch(const volatile unsigned char *bytes, size_t length, size_t stride)
{
    for (size_t i = 0; stride && i < length; i += stride)
        (void)bytes[i];
}

static void read_bytes(struct job *job, const void *bytes, size_t length)
{
    if (job->consumption == CONSUME_DIGEST)
        digest_add(&job->digest, bytes, length);
    else
        touch(bytes, length, touch_strides[job->consumption]);
}

/* With work beside the reading the bytes are taken in pieces, as a program would that works on them as
 * they come: a mapping of the whole file is not read to its end before the first work begins. */
void consume(struct job *job, const void *data, size_t length)
{
    const char *bytes = data;

    job->consumed_bytes += length;
    if (job->compute_ns_per_kib == 0) {
        read_bytes(job, bytes, length);
        return;
    }
    for (size_t done = 0; done < length; done += PIECE) {
        size_t piece = length - done < PIECE ? length - done : PIECE;
        read_bytes(job, bytes + done, piece);
        compute_for(job->compute_ns_per_kib, piece);
    }
}

void consume_at(struct job *job, uint64_t offset, const void *bytes, size_t length)
{
    uint64_t sum = digest_finish(&job->digest);

    digest_start(&job->digest, offset);
    consume(job, bytes, length);
    job->digest.sum = digest_finish(&job->digest) + sum;
}

uint64_t operation_begin(struct job *job)
{
    return job->now;
}

/* One stamp an operation: its end is the beginning of the next. */
void operation_done(struct job *job, uint64_t index, uint64_t begun, const void *bytes)
{
    if (bytes) {
        job->consumed_bytes += job->block_size_bytes;
        if (job->consumption == CONSUME_DIGEST)
            job->digest.sum += digest_record(job->offsets[index], bytes, job->block_size_bytes);
        else
            touch(bytes, job->block_size_bytes, touch_strides[job->consumption]);
        if (job->compute_ns_per_kib)
            compute_for(job->compute_ns_per_kib, job->block_size_bytes);
    }
    job->now = latency_stamp();
    latency_record(job->latency, job->now - begun);
}

/* Records differ by their first bytes, which tell their place; the rest is the buffer's. */
void update_stamp(void *bytes, uint64_t offset, size_t length)
{
    uint64_t word = content_word(UPDATE_SEED, offset);

    memcpy(bytes, &word, length < sizeof word ? length : sizeof word);
}

void append_prepare(struct job *job, void *bytes, uint64_t length)
{
    pattern_fill(job->offset_bytes, bytes, length);
}

/* Whole pages need no more than their stamp; any other block is written out anew. */
void append_stamp(struct job *job, void *bytes, uint64_t offset, uint64_t length)
{
    if (job->block_size_bytes % PATTERN_PAGE == 0)
        pattern_stamp(offset, bytes, length);
    else
        pattern_fill(offset, bytes, length);
}
