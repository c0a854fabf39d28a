/* SPDX-License-Identifier: GPL-3.0-or-later */
/* send: every file goes down one stream socket to the sink; a cycle ends when the sink has it all. */
#include <endian.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/error.h"
#include "common/wire.h"
#include "methods/harness/task.h"

static int connect_to(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    int enable = 1;

    int problem = getaddrinfo(host, port, &hints, &found);
    if (problem)
        die(1, "--connect %s:%s: %s", host, port, gai_strerror(problem));
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) < 0)
        die(1, "connect to the sink at %s:%s:", host, port);
    /* Without it the last partial segment of a cycle would wait for the acknowledgement of the one before. */
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &enable, sizeof enable) < 0)
        fail("setsockopt(TCP_NODELAY)");
    freeaddrinfo(found);
    return fd;
}

static void connect_to_sink(struct trial *trial)
{
    const struct options *options = &trial->options;
    struct wire_hello hello = {.magic = htole64(WIRE_MAGIC)};
    char address[256] = "";

    if (!options->connect || !options->token_file)
        die(EXIT_USAGE, "--connect HOST:PORT or --token-file FILE is missing");
    char *port = strrchr(strncpy(address, options->connect, sizeof address - 1), ':');
    if (strlen(options->connect) >= sizeof address || !port)
        die(EXIT_USAGE, "--connect: \"%s\" is not HOST:PORT", options->connect);
    *port++ = 0;
    if (wire_read_token(options->token_file, hello.token) < 0)
        die(1, "%s:", options->token_file);
    trial->socket = connect_to(address, port);
    if (wire_send(trial->socket, &hello, sizeof hello) < 0)
        die(1, "greet the sink:");
}

static void announce(struct trial *trial, enum wire_mode mode, uint64_t bytes)
{
    struct wire_request request = {htole64(mode), htole64(bytes)};

    if (wire_send(trial->socket, &request, sizeof request) < 0)
        die(1, "announce %llu bytes to the sink:", (unsigned long long)bytes);
}

static struct wire_reply receive_reply(struct trial *trial, uint64_t expected_bytes)
{
    struct wire_reply reply;

    if (wire_receive(trial->socket, &reply, sizeof reply) < 0)
        die(1, "wait for the sink's answer:");
    if (le64toh(reply.bytes) != expected_bytes)
        die(1, "the sink received %llu of %llu bytes", (unsigned long long)le64toh(reply.bytes),
            (unsigned long long)expected_bytes);
    return reply;
}

static uint64_t cycle_bytes(const struct trial *trial)
{
    return trial->options.files * trial->options.file_size;
}

static void before_cycle(struct trial *trial)
{
    announce(trial, WIRE_DISCARD, cycle_bytes(trial));
}

static int open_destination(struct trial *trial, uint64_t file)
{
    (void)file;
    return trial->socket;
}

static void complete(struct trial *trial)
{
    trial->sink_cpu_ns += le64toh(receive_reply(trial, cycle_bytes(trial)).cpu_ns);
}

/* Measured cycles are dropped unread by the sink, lest the receiver be the bottleneck; so the same
 * method sends everything once more, and now the sink digests it. */
static void verify(struct trial *trial)
{
    for (uint64_t i = 0; i < trial->options.files; i++) {
        announce(trial, WIRE_DIGEST, trial->options.file_size);
        trial_one_file(trial, i, CONSUME_NONE);
        trial->digests[i] = le64toh(receive_reply(trial, trial->options.file_size).digest);
    }
}

const struct task task = {
    .connect = connect_to_sink,
    .before_cycle = before_cycle,
    .open_destination = open_destination,
    .complete = complete,
    .verify = verify,
};
