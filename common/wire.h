/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a send method and the sink say to each other over a stream socket.
 *
 * The client opens with a struct wire_hello, then any number of times: a struct wire_request, that many
 * bytes, and the sink answers with a struct wire_reply once it has them all. All numbers little-endian. */
#ifndef IOTOLL_WIRE_H
#define IOTOLL_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define WIRE_MAGIC 0x31304c4c4f544f49ULL /* "IOTOLL01" */
enum { WIRE_TOKEN_SIZE = 64 };

/* WIRE_SEND turns the direction: the sink sends that many bytes of the stamped pattern
 * (common/content.h), which begins anew every `period` bytes, and then its reply. */
enum wire_mode { WIRE_DISCARD, WIRE_DIGEST, WIRE_SEND };

struct wire_hello {
    uint64_t magic;
    char token[WIRE_TOKEN_SIZE]; /* NUL-padded */
};

struct wire_request {
    uint64_t mode; /* enum wire_mode: drop the bytes unread, digest them, or send */
    uint64_t bytes;
    uint64_t period;
};

struct wire_reply {
    uint64_t bytes;
    uint64_t digest; /* 0 in WIRE_DISCARD and WIRE_SEND */
    uint64_t cpu_ns; /* CPU time of the sink's thread from request to reply */
};

/* Send or receive exactly length bytes, over EINTR and short counts. 0, or -1 with errno
 * (ECONNRESET where the peer closed early). */
int wire_send(int socket, const void *data, size_t length);
int wire_receive(int socket, void *data, size_t length);

/* Read the one-line token file. 0, or -1 with errno (EINVAL: empty or over 63 bytes). */
int wire_read_token(const char *path, char token[WIRE_TOKEN_SIZE]);

/* Connect to the sink at "HOST:PORT" or at the path of a Unix socket, and greet it with the token in the
 * file. The socket, or -1 with errno. */
int wire_connect(const char *where, const char *token_file);

#endif
