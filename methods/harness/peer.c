/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sink at the other end of a socket. */
#include <endian.h>

#include "common/error.h"
#include "methods/harness/task.h"

void peer_connect(struct trial *trial)
{
    const struct options *options = &trial->options;

    if (!options->connect || !options->token_file)
        die(EXIT_USAGE, "--connect HOST:PORT or --token-file FILE is missing");
    trial->socket = wire_connect(options->connect, options->token_file);
    if (trial->socket < 0)
        die(1, "connect to the sink at %s:", options->connect);
}

void peer_announce(struct trial *trial, enum wire_mode mode, uint64_t bytes)
{
    struct wire_request request = {htole64(mode), htole64(bytes), htole64(trial->options.file_size)};

    if (wire_send(trial->socket, &request, sizeof request) < 0)
        die(1, "announce %llu bytes to the sink:", (unsigned long long)bytes);
}

struct wire_reply peer_answer(struct trial *trial, uint64_t expected_bytes)
{
    struct wire_reply reply;

    if (wire_receive(trial->socket, &reply, sizeof reply) < 0)
        die(1, "wait for the sink's answer:");
    reply = (struct wire_reply){le64toh(reply.bytes), le64toh(reply.digest), le64toh(reply.cpu_ns)};
    if (reply.bytes != expected_bytes)
        die(1, "the sink moved %llu of %llu bytes", (unsigned long long)reply.bytes,
            (unsigned long long)expected_bytes);
    return reply;
}
