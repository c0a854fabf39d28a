/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/wire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int wire_send(int socket, const void *data, size_t length)
{
    const char *next = data;

    while (length > 0) {
        ssize_t sent = send(socket, next, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return -1;
        next += sent;
        length -= (size_t)sent;
    }
    return 0;
}

int wire_receive(int socket, void *data, size_t length)
{
    char *next = data;

    while (length > 0) {
        ssize_t got = recv(socket, next, length, MSG_WAITALL);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = ECONNRESET;
        if (got <= 0)
            return -1;
        next += got;
        length -= (size_t)got;
    }
    return 0;
}

int wire_read_token(const char *path, char token[WIRE_TOKEN_SIZE])
{
    char text[WIRE_TOKEN_SIZE + 1]; /* the longest token, its newline, and one byte that is too many */
    FILE *file = fopen(path, "re");

    if (!file)
        return -1;
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    if (length > 0 && text[length - 1] == '\n')
        length--;
    if (length == 0 || length >= WIRE_TOKEN_SIZE || memchr(text, '\n', length) || memchr(text, 0, length)) {
        errno = EINVAL;
        return -1;
    }
    memset(token, 0, WIRE_TOKEN_SIZE);
    memcpy(token, text, length);
    return 0;
}
