/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receiving end of a send: it counts, discards or digests what comes and answers; it names no file
 * and runs nothing on behalf of a peer. */
#ifndef IOTOLL_SINK_H
#define IOTOLL_SINK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"
#include "common/wire.h"

/* A listening TCP socket at host:port; port "0" lets the kernel choose, and *port_used tells which.
 * The socket, or -1. */
int sink_listen(const char *host, const char *port, unsigned *port_used, struct error *error);

/* A listening stream socket at a path, which must not exist. The socket, or -1. */
int sink_listen_unix(const char *path, struct error *error);

/* How long a peer may take. All of its bytes have to come at SINK_SLOWEST at least. */
struct sink_limits {
    uint64_t patience_ns; /* for a request, and beside its bytes */
    uint64_t lifetime_ns; /* of a connection, whatever it does */
    bool awake;           /* it has a CPU of its own, and stays awake there between packets that are dropped */
};
enum {
    SINK_CONNECTIONS = 16,   /* served at once */
    SINK_GREETING_S = 5,     /* from its start to the token */
    SINK_SLOWEST = 64 << 10, /* bytes a second */
    SINK_CPU_ANY = -1,
};

/* Serve the socket for ever, a thread a connection: SINK_CONNECTIONS that know the token, and as many that have
 * yet to show it; of these the oldest makes room. First this process gives up its files, descriptors and, as
 * root, its privileges. */
void sink_serve(int listener, const char token[WIRE_TOKEN_SIZE], const struct sink_limits *limits)
    __attribute__((noreturn));

/* Fork a process that serves the socket, pinned to cpu (or SINK_CPU_ANY), awake or not, and dies with this one, whose
 * own trials nobody hurries. Its id, or -1, also where it cannot be pinned. */
pid_t sink_start(int listener, const char token[WIRE_TOKEN_SIZE], int cpu, bool awake, struct error *error);

/* What it does with a connection: read a request, and answer it with a buffer of SINK_BUFFER bytes aligned to
 * DIGEST_GRAIN, awake or not (struct sink_limits). 0, or -1 where the connection is to be closed. */
enum { SINK_BUFFER = 256 << 10 };
int sink_request(int socket, struct wire_request *request);
int sink_fulfil(int socket, const struct wire_request *request, char *buffer, bool awake);

#endif
