/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/sink.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/content.h"
#include "common/digest.h"
#include "common/units.h"

static const uint64_t NS_PER_YEAR = 365 * 86400 * NS_PER_S;
static const uint64_t REQUEST_LIMIT = 1ULL << 44; /* bytes; a wrong count must not hold a place for ever */

/* How long it looks for bytes before it sleeps, and how often: each look takes the socket's lock. */
static const uint64_t AWAKE_NS = 200 * 1000, LOOK_NS = 3 * 1000;

static int bind_first(struct addrinfo *found)
{
    int enable = 1;

    for (struct addrinfo *a = found; a; a = a->ai_next) {
        int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
        if (fd < 0)
            continue;
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &enable, sizeof enable);
        if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, SINK_CONNECTIONS) == 0)
            return fd;
        int saved = errno;
        close(fd);
        errno = saved;
    }
    return -1;
}

int sink_listen(const char *host, const char *port, unsigned *port_used, struct error *error)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found;
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {.v6 = {0}};
    socklen_t length = sizeof address;

    int problem = getaddrinfo(host, port, &hints, &found);
    if (problem)
        return error_set(error, "listen on %s:%s: %s", host, port, gai_strerror(problem));
    int fd = bind_first(found);
    freeaddrinfo(found);
    if (fd < 0)
        return error_set(error, "listen on %s:%s:", host, port);
    if (getsockname(fd, &address.any, &length) < 0) {
        close(fd);
        return error_set(error, "listen on %s:%s:", host, port);
    }
    in_port_t bound = address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port;
    *port_used = ntohs(bound);
    return fd;
}

int sink_listen_unix(const char *path, struct error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof address.sun_path)
        return error_set(error, "%s is too long for the address of a Unix socket", path);
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        listen(fd, SINK_CONNECTIONS) == 0)
        return fd;
    error_set(error, "listen on %s:", path);
    if (fd >= 0)
        close(fd);
    return -1;
}

static size_t at_most(uint64_t left)
{
    return left < SINK_BUFFER ? left : SINK_BUFFER;
}

static int receive_and_digest(int socket, const struct wire_request *request, char *buffer, struct wire_reply *reply)
{
    struct digest digest;

    digest_start(&digest, 0);
    while (reply->bytes < request->bytes) {
        ssize_t got = recv(socket, buffer, at_most(request->bytes - reply->bytes), 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        digest_add(&digest, buffer, (size_t)got);
        reply->bytes += (uint64_t)got;
    }
    reply->digest = digest_finish(&digest);
    return 0;
}

/* Look for bytes every now and then, for a while; *idle_ns grows by the CPU time in which none were there. Returns what
 * recv(2) does, with EAGAIN when none came. */
static ssize_t receive_awake(int socket, char *buffer, size_t length, uint64_t *idle_ns)
{
    const uint64_t start = clock_monotonic_ns();
    uint64_t now = start, idle_since = 0, idle_until = 0;

    for (;;) {
        ssize_t got = recv(socket, buffer, length, MSG_TRUNC | MSG_DONTWAIT);
        if (got >= 0 || errno != EAGAIN || now - start >= AWAKE_NS) {
            *idle_ns += idle_until - idle_since;
            return got;
        }
        if (idle_since == 0)
            idle_since = clock_ns(CLOCK_THREAD_CPUTIME_ID);
        for (uint64_t next = clock_monotonic_ns() + LOOK_NS; now < next;)
            now = clock_monotonic_ns();
        idle_until = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    }
}

/* MSG_TRUNC lets TCP drop the bytes without copying them out (tcp(7)); other sockets copy.
 *
 * Who sends to a sleeper pays for waking it: on one machine, and most of all on a virtual one, more than for the bytes
 * (10 to 50 us for 64 KiB, which take 10). Over a real network he pays nothing of the kind. So a sink with a CPU of its
 * own stays awake between packets, and what it spends on that is not among its costs. */
static int receive_and_drop(int socket, const struct wire_request *request, char *buffer, bool awake,
                            struct wire_reply *reply, uint64_t *idle_ns)
{
    while (reply->bytes < request->bytes) {
        size_t length = at_most(request->bytes - reply->bytes);
        ssize_t got = awake ? receive_awake(socket, buffer, length, idle_ns) : -1;
        if (!awake || (got < 0 && errno == EAGAIN))
            got = recv(socket, buffer, length, MSG_TRUNC);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        reply->bytes += (uint64_t)got;
    }
    return 0;
}

/* Chunks begin at pages of a period, so a stamp a page makes the next one. */
static int send_body(int socket, const struct wire_request *request, char *buffer, struct wire_reply *reply)
{
    uint64_t place = 0;

    pattern_fill(0, buffer, SINK_BUFFER);
    while (reply->bytes < request->bytes) {
        uint64_t length = request->period - place < SINK_BUFFER ? request->period - place : SINK_BUFFER;
        pattern_stamp(place, buffer, SINK_BUFFER);
        if (wire_send(socket, buffer, length) < 0)
            return -1;
        reply->bytes += length;
        place = place + length == request->period ? 0 : place + length;
    }
    return 0;
}

static int move_body(int socket, const struct wire_request *request, char *buffer, bool awake,
                     struct wire_reply *reply, uint64_t *idle_ns)
{
    if (request->mode == WIRE_DISCARD)
        return receive_and_drop(socket, request, buffer, awake, reply, idle_ns);
    if (request->mode == WIRE_DIGEST)
        return receive_and_digest(socket, request, buffer, reply);
    if (request->mode != WIRE_SEND)
        return -1;
    if (request->bytes > 0 && (request->period == 0 || request->bytes % request->period))
        return -1;
    return send_body(socket, request, buffer, reply);
}

int sink_request(int socket, struct wire_request *request)
{
    if (wire_receive(socket, request, sizeof *request) < 0)
        return -1;
    request->mode = le64toh(request->mode);
    request->bytes = le64toh(request->bytes);
    request->period = le64toh(request->period);
    return request->bytes > REQUEST_LIMIT ? -1 : 0;
}

int sink_fulfil(int socket, const struct wire_request *request, char *buffer, bool awake)
{
    struct wire_reply reply = {0};
    uint64_t cpu_before = clock_ns(CLOCK_THREAD_CPUTIME_ID), idle_ns = 0;

    if (move_body(socket, request, buffer, awake, &reply, &idle_ns) < 0)
        return -1;
    reply.cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_before - idle_ns;
    reply = (struct wire_reply){htole64(reply.bytes), htole64(reply.digest), htole64(reply.cpu_ns)};
    return wire_send(socket, &reply, sizeof reply);
}

/* In the child: tell that it is, or end with the errno. */
static void pin_and_tell(int cpu, int told)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    if (cpu != SINK_CPU_ANY)
        CPU_SET(cpu, &set);
    if ((cpu != SINK_CPU_ANY && sched_setaffinity(0, sizeof set, &set) < 0) || write(told, "", 1) != 1)
        _exit(errno);
    close(told);
}

/* On any other CPU it would be in the way of what it is there for. */
static int wait_until_pinned(pid_t child, int cpu, int told, struct error *error)
{
    char byte;
    int status = 0;
    ssize_t got = TEMP_FAILURE_RETRY(read(told, &byte, 1));
    int problem = errno;

    if (got == 1)
        return 0;
    kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    errno = got < 0 ? problem : WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
    return cpu == SINK_CPU_ANY ? error_set(error, "start the sink:") : error_set(error, "pin the sink to CPU %d:", cpu);
}

pid_t sink_start(int listener, const char token[WIRE_TOKEN_SIZE], int cpu, bool awake, struct error *error)
{
    const struct sink_limits limits = {
        .patience_ns = NS_PER_YEAR, .lifetime_ns = NS_PER_YEAR, .awake = awake};
    pid_t parent = getpid();
    int tells[2];

    if (pipe2(tells, O_CLOEXEC) < 0)
        return error_set(error, "start the sink:");
    pid_t child = fork();
    if (child != 0) {
        close(tells[1]);
        int result = child < 0 ? error_set(error, "start the sink:") : wait_until_pinned(child, cpu, tells[0], error);
        close(tells[0]);
        return result < 0 ? -1 : child;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    signal(SIGINT, SIG_IGN); /* ^C reaches the whole group; the orchestrator ends the sink when it is done */
    pin_and_tell(cpu, tells[1]);
    sink_serve(listener, token, &limits);
}
