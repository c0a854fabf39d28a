/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sink at the other end of a socket. */
#include <endian.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/error.h"
#include "methods/harness/task.h"

static int connect_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof address.sun_path)
        die(EXIT_USAGE, "--connect: the path is too long");
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
        die(1, "connect to the sink at %s:", path);
    return fd;
}

static int connect_tcp(const char *host, const char *port)
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

/* "HOST:PORT", or the path of a Unix socket. */
static int connect_to(const char *where)
{
    char address[320] = "";

    if (*where == '/')
        return connect_unix(where);
    char *port = strrchr(strncpy(address, where, sizeof address - 1), ':');
    if (strlen(where) >= sizeof address || !port)
        die(EXIT_USAGE, "--connect: \"%s\" is not HOST:PORT", where);
    *port++ = 0;
    return connect_tcp(address, port);
}

void peer_connect(struct trial *trial)
{
    const struct options *options = &trial->options;
    struct wire_hello hello = {.magic = htole64(WIRE_MAGIC)};

    if (!options->connect || !options->token_file)
        die(EXIT_USAGE, "--connect HOST:PORT or --token-file FILE is missing");
    if (wire_read_token(options->token_file, hello.token) < 0)
        die(1, "%s:", options->token_file);
    trial->socket = connect_to(options->connect);
    if (wire_send(trial->socket, &hello, sizeof hello) < 0)
        die(1, "greet the sink:");
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
