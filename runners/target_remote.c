/* SPDX-License-Identifier: GPL-3.0-or-later */
/* remote: a sink that somebody runs on another machine (`iotoll sink`). It is greeted once before the run,
 * so that a wrong address or token shows now. */
#include <endian.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runners/target_common.h"

enum { PATIENCE_S = 5 };

/* A socket whose connect, too, gives up after PATIENCE_S (socket(7), SO_SNDTIMEO). */
static int connect_to(const char *host, const char *port, struct error *error)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    struct timeval patience = {.tv_sec = PATIENCE_S};

    int problem = getaddrinfo(host, port, &hints, &found);
    if (problem)
        return error_set(error, "%s:%s: %s", host, port, gai_strerror(problem));
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) < 0) {
        error_set(error, "connect to the sink at %s:%s:", host, port);
        if (fd >= 0)
            close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

/* Ask for nothing: only a sink that took the token answers. */
static int greet(int fd, const struct wire_hello *hello)
{
    struct wire_request request = {.mode = htole64(WIRE_DISCARD)};
    struct wire_reply reply;

    if (wire_send(fd, hello, sizeof *hello) < 0 || wire_send(fd, &request, sizeof request) < 0)
        return -1;
    return wire_receive(fd, &reply, sizeof reply);
}

static int open_remote(struct target *target, const struct target_site *site, struct error *error)
{
    const struct target_spec *spec = target->spec;
    struct wire_hello hello = {.magic = htole64(WIRE_MAGIC)};
    char port[16], *file = realpath(spec->token_file, NULL);

    (void)site;
    if (!file || strlen(file) >= sizeof target->token_file || wire_read_token(file, hello.token) < 0) {
        target_unavailable(target, "%s: a token is one line of 1 to 63 bytes: %s", spec->token_file,
                           strerror(errno));
        free(file);
        return 0;
    }
    strcpy(target->token_file, file);
    free(file);
    snprintf(port, sizeof port, "%llu", (unsigned long long)spec->port);
    snprintf(target->address, sizeof target->address, "%.240s:%.6s", spec->host, port);
    int fd = connect_to(spec->host, port, error);
    if (fd < 0)
        return target_unavailable(target, "%s", error->text);
    target->available = greet(fd, &hello) == 0;
    if (!target->available)
        target_unavailable(target, "the sink at %.240s does not answer (%s): is the token the same there?",
                           target->address, strerror(errno));
    close(fd);
    return 0;
}

static void describe(const struct target *target, json_t *object)
{
    json_object_set_new(object, "host", json_string(target->spec->host));
    json_object_set_new(object, "port", json_integer((json_int_t)target->spec->port));
}

const struct target_hooks target_remote = {.open = open_remote, .describe = describe};
