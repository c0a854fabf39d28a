/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is let in by the sink, and for how long. A connection has one deadline at a time; the thread that accepts
 * looks at all of them, so that what is measured makes no system call for it. */
#include <endian.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/confine.h"
#include "common/digest.h"
#include "common/error.h"
#include "common/units.h"
#include "runners/sink.h"

enum { PLACES = 2 * SINK_CONNECTIONS, LOOK_MS = 500, DESCRIPTORS = PLACES + 16 };

struct connection {
    struct sink *sink;
    int socket; /* under the lock: -1 where the place is free */
    bool greeted;
    uint64_t accepted_ns, deadline_ns;
};

struct sink {
    const char *token;
    const struct sink_limits *limits;
    pthread_mutex_t lock;
    pthread_cond_t left;
    int served;
    struct connection places[PLACES];
};

/* Equal time for every wrong token. */
static bool same_token(const char *a, const char *b)
{
    volatile unsigned char different = 0;

    for (int i = 0; i < WIRE_TOKEN_SIZE; i++)
        different |= (unsigned char)(a[i] ^ b[i]);
    return different == 0;
}

static void set_deadline(struct connection *connection, uint64_t from_now_ns)
{
    struct sink *sink = connection->sink;
    uint64_t end = connection->accepted_ns + sink->limits->lifetime_ns, deadline = clock_monotonic_ns() + from_now_ns;

    pthread_mutex_lock(&sink->lock);
    connection->deadline_ns = deadline < end ? deadline : end;
    pthread_mutex_unlock(&sink->lock);
}

/* Does it know the token, and is there a place among those that do? */
static bool is_let_in(struct connection *connection)
{
    struct sink *sink = connection->sink;
    struct wire_hello hello;

    if (wire_receive(connection->socket, &hello, sizeof hello) < 0 || le64toh(hello.magic) != WIRE_MAGIC ||
        !same_token(hello.token, sink->token))
        return false;
    pthread_mutex_lock(&sink->lock);
    connection->greeted = sink->served < SINK_CONNECTIONS;
    sink->served += connection->greeted;
    pthread_mutex_unlock(&sink->lock);
    return connection->greeted;
}

static void serve(struct connection *connection, char *buffer)
{
    const uint64_t patience = connection->sink->limits->patience_ns;
    struct wire_request request;

    for (;;) {
        set_deadline(connection, patience);
        if (sink_request(connection->socket, &request) < 0)
            return;
        set_deadline(connection, patience + request.bytes * (NS_PER_S / SINK_SLOWEST));
        if (sink_fulfil(connection->socket, &request, buffer, connection->sink->limits->awake) < 0)
            return;
    }
}

static void leave(struct connection *connection)
{
    struct sink *sink = connection->sink;

    pthread_mutex_lock(&sink->lock);
    sink->served -= connection->greeted;
    close(connection->socket);
    connection->socket = -1;
    pthread_cond_signal(&sink->left);
    pthread_mutex_unlock(&sink->lock);
}

static void *converse(void *argument)
{
    struct connection *connection = argument;
    char *buffer = aligned_alloc(DIGEST_GRAIN, SINK_BUFFER);
    int enable = 1;

    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &enable, sizeof enable);
    if (buffer && is_let_in(connection))
        serve(connection, buffer);
    free(buffer);
    leave(connection);
    return NULL;
}

/* The stranger that has been here longest; NULL if there are fewer than may wait. */
static struct connection *one_too_many(struct sink *sink)
{
    struct connection *oldest = NULL;
    int strangers = 0;

    for (struct connection *c = sink->places; c < sink->places + PLACES; c++) {
        if (c->socket < 0 || c->greeted)
            continue;
        strangers++;
        if (!oldest || c->accepted_ns < oldest->accepted_ns)
            oldest = c;
    }
    return strangers < PLACES - SINK_CONNECTIONS ? NULL : oldest;
}

/* A free place, made where there is none. Under the lock. */
static struct connection *find_place(struct sink *sink)
{
    for (struct connection *stranger; (stranger = one_too_many(sink));) {
        shutdown(stranger->socket, SHUT_RDWR); /* its thread, which waits for a token, leaves */
        pthread_cond_wait(&sink->left, &sink->lock);
    }
    struct connection *place = sink->places;
    while (place->socket >= 0)
        place++;
    return place;
}

static void let_in(struct sink *sink, int socket)
{
    pthread_t thread;

    pthread_mutex_lock(&sink->lock);
    struct connection *place = find_place(sink);
    uint64_t now = clock_monotonic_ns();
    *place = (struct connection){.sink = sink,
                                 .socket = socket,
                                 .accepted_ns = now,
                                 .deadline_ns = now + SINK_GREETING_S * NS_PER_S};
    pthread_mutex_unlock(&sink->lock);
    if (pthread_create(&thread, NULL, converse, place) == 0)
        pthread_detach(thread);
    else
        leave(place);
}

/* End what is late. Returns whether anybody is here. */
static bool look_round(struct sink *sink)
{
    uint64_t now = clock_monotonic_ns();
    bool any = false;

    pthread_mutex_lock(&sink->lock);
    for (struct connection *c = sink->places; c < sink->places + PLACES; c++) {
        any |= c->socket >= 0;
        if (c->socket >= 0 && now > c->deadline_ns)
            shutdown(c->socket, SHUT_RDWR);
    }
    pthread_mutex_unlock(&sink->lock);
    return any;
}

/* What a stranger can talk to has the socket, the standard streams, and nothing else. No seccomp(2): each
 * measured call would pay for it. */
static int give_up_the_rest(int *listener)
{
    const struct rlimit descriptors = {DESCRIPTORS, DESCRIPTORS}, none = {0, 0};

    if (dup2(*listener, STDERR_FILENO + 1) < 0)
        return -1;
    *listener = STDERR_FILENO + 1;
    closefrom(*listener + 1);
    /* Who was announced may have gone again: then to accept must not wait. */
    if (fcntl(*listener, F_SETFL, O_NONBLOCK) < 0 || setrlimit(RLIMIT_NOFILE, &descriptors) < 0 ||
        setrlimit(RLIMIT_FSIZE, &none) < 0 || setrlimit(RLIMIT_CORE, &none) < 0)
        return -1;
    if (geteuid() == 0 && confine_become(CONFINE_NOBODY, CONFINE_NOBODY) < 0)
        return -1;
    return confine_files(NULL, 0) < 0 ? -1 : confine_capabilities(0);
}

void sink_serve(int listener, const char token[WIRE_TOKEN_SIZE], const struct sink_limits *limits)
{
    struct sink sink = {.token = token,
                        .limits = limits,
                        .lock = PTHREAD_MUTEX_INITIALIZER,
                        .left = PTHREAD_COND_INITIALIZER};
    bool anybody = false;

    for (int i = 0; i < PLACES; i++)
        sink.places[i].socket = -1;
    signal(SIGPIPE, SIG_IGN);
    if (give_up_the_rest(&listener) < 0)
        die(3, "the sink cannot be confined:");
    for (;;) {
        struct pollfd polled = {listener, POLLIN, 0};
        poll(&polled, 1, anybody ? LOOK_MS : -1);
        int socket = polled.revents ? accept4(listener, NULL, NULL, SOCK_CLOEXEC) : -1;
        if (socket >= 0)
            let_in(&sink, socket);
        else if (polled.revents)
            usleep(1000); /* out of memory, say: do not spin */
        anybody = look_round(&sink);
    }
}
