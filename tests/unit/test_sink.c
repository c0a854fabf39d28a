/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the sink does with a connection, awake or asleep: the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <endian.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/digest.h"
#include "common/units.h"
#include "runners/sink.h"

enum { BYTES = 3 * SINK_BUFFER + 17, PAUSE_US = 2000 };

static char bytes[BYTES];

struct peer {
    int socket;
    size_t sends; /* of BYTES, with a pause in the middle that is longer than a sink stays awake */
    pthread_t thread;
};

static void *send_with_a_pause(void *argument)
{
    const struct peer *peer = argument;
    size_t first = peer->sends / 2;

    assert_int_equal(wire_send(peer->socket, bytes, first), 0);
    usleep(PAUSE_US);
    assert_int_equal(wire_send(peer->socket, bytes + first, peer->sends - first), 0);
    shutdown(peer->socket, SHUT_WR);
    return NULL;
}

/* What sink_fulfil() returns when asked for BYTES while a peer sends so many; the answer, or zeros. */
static int fulfil(uint64_t mode, size_t sends, bool awake, struct wire_reply *reply)
{
    static char buffer[SINK_BUFFER] __attribute__((aligned(DIGEST_GRAIN)));
    const struct wire_request request = {.mode = mode, .bytes = BYTES, .period = BYTES};
    int ends[2];

    *reply = (struct wire_reply){0};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    struct peer peer = {.socket = ends[1], .sends = sends};
    assert_int_equal(pthread_create(&peer.thread, NULL, send_with_a_pause, &peer), 0);
    int result = sink_fulfil(ends[0], &request, buffer, awake);
    pthread_join(peer.thread, NULL);
    if (result == 0)
        assert_int_equal(wire_receive(ends[1], reply, sizeof *reply), 0);
    close(ends[0]);
    close(ends[1]);
    return result;
}

static void test_drops(void **state)
{
    struct wire_reply reply;

    (void)state;
    for (int awake = 0; awake < 2; awake++) {
        assert_int_equal(fulfil(WIRE_DISCARD, BYTES, awake, &reply), 0);
        assert_int_equal(le64toh(reply.bytes), BYTES);
        assert_int_equal(reply.digest, 0);
    }
}

static void test_digests(void **state)
{
    struct wire_reply reply;
    struct digest digest;

    (void)state;
    digest_start(&digest, 0);
    digest_add(&digest, bytes, BYTES);
    uint64_t expected = digest_finish(&digest);
    for (int awake = 0; awake < 2; awake++) {
        assert_int_equal(fulfil(WIRE_DIGEST, BYTES, awake, &reply), 0);
        assert_int_equal(le64toh(reply.bytes), BYTES);
        assert_int_equal(le64toh(reply.digest), expected);
    }
}

/* Who leaves early gets no answer, which would be one to bytes that never came. */
static void test_too_little(void **state)
{
    struct wire_reply reply;

    (void)state;
    for (int awake = 0; awake < 2; awake++) {
        assert_int_equal(fulfil(WIRE_DISCARD, BYTES - 1, awake, &reply), -1);
        assert_int_equal(fulfil(WIRE_DIGEST, BYTES - 1, awake, &reply), -1);
    }
    assert_int_equal(fulfil(WIRE_SEND + 1, 0, true, &reply), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drops),
        cmocka_unit_test(test_digests),
        cmocka_unit_test(test_too_little),
    };

    memset(bytes, 0x3c, sizeof bytes);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
