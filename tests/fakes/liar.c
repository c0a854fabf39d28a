/* SPDX-License-Identifier: GPL-3.0-or-later */
/* usage: liar count|digest|early|garbage: a sink on a loopback port, which it prints, that takes everything and
 * answers with a wrong count, a wrong digest, not at all, or with noise. */
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/wire.h"

static int listen_somewhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, 5) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) < 0)
        return -1;
    printf("%u\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static int take(int fd, void *buffer, size_t length)
{
    return recv(fd, buffer, length, MSG_WAITALL) == (ssize_t)length ? 0 : -1;
}

static void lie(int fd, const char *how)
{
    struct wire_hello hello;
    struct wire_request request;
    char chunk[4096];

    if (take(fd, &hello, sizeof hello) < 0)
        return;
    while (take(fd, &request, sizeof request) == 0) {
        for (uint64_t left = request.bytes; left > 0;) {
            ssize_t got = recv(fd, chunk, left < sizeof chunk ? left : sizeof chunk, 0);
            if (got <= 0)
                return;
            left -= (uint64_t)got;
        }
        struct wire_reply reply = {.bytes = request.bytes, .digest = 42};
        if (!strcmp(how, "early"))
            return;
        if (!strcmp(how, "count"))
            reply.bytes--;
        if (!strcmp(how, "garbage"))
            memset(&reply, 0xa5, sizeof reply);
        if (send(fd, &reply, sizeof reply, MSG_NOSIGNAL) < 0)
            return;
    }
}

int main(int argc, char **argv)
{
    int listener = listen_somewhere();

    if (argc != 2 || listener < 0)
        return 2;
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        lie(fd, argv[1]);
        close(fd);
    }
}
