/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a client says to the sink after its greeting. */
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "common/digest.h"
#include "runners/sink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char buffer[SINK_BUFFER] __attribute__((aligned(DIGEST_GRAIN)));
    struct wire_request request;
    struct timeval patience = {.tv_usec = 1000};
    int ends[2];

    signal(SIGPIPE, SIG_IGN);
    if (size > 65536 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return 0;
    setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (send(ends[1], data, size, MSG_DONTWAIT) == (ssize_t)size) {
        shutdown(ends[1], SHUT_WR);
        while (sink_request(ends[0], &request) == 0 && sink_fulfil(ends[0], &request, buffer, request.bytes & 1) == 0)
            ;
    }
    close(ends[0]);
    close(ends[1]);
    return 0;
}
