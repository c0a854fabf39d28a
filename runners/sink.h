/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receiving end of a send: it counts, discards or digests what comes and answers; it names no file
 * and runs nothing on behalf of a peer. */
#ifndef IOTOLL_SINK_H
#define IOTOLL_SINK_H

#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"
#include "common/wire.h"

/* A listening TCP socket at host:port; port "0" lets the kernel choose, and *port_used tells which.
 * The socket, or -1. */
int sink_listen(const char *host, const char *port, unsigned *port_used, struct error *error);

/* A listening stream socket at a path, which must not exist. The socket, or -1. */
int sink_listen_unix(const char *path, struct error *error);

/* Serve the socket for ever, a thread a connection, SINK_CONNECTIONS at most. A peer with a wrong
 * greeting or token, or silent for SINK_PATIENCE_S seconds, is dropped. */
enum { SINK_CONNECTIONS = 16, SINK_PATIENCE_S = 30, SINK_CPU_ANY = -1 };
void sink_serve(int listener, const char token[WIRE_TOKEN_SIZE]) __attribute__((noreturn));

/* Fork a process that serves the socket, pinned to cpu (or SINK_CPU_ANY), and dies with this one.
 * Its id, or -1. */
pid_t sink_start(int listener, const char token[WIRE_TOKEN_SIZE], int cpu, struct error *error);

#endif
