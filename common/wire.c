/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/wire.h"

#include <endian.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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
    int unread = ferror(file) ? errno : 0;
    fclose(file);
    if (unread) {
        errno = unread;
        return -1;
    }
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

static int connect_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Without TCP_NODELAY the last partial segment would wait for the acknowledgement of the one before. */
static int connect_tcp(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    int enable = 1;

    int problem = getaddrinfo(host, port, &hints, &found);
    if (problem) {
        errno = problem == EAI_SYSTEM ? errno : EHOSTUNREACH;
        return -1;
    }
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected = fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) == 0 &&
                     setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &enable, sizeof enable) == 0;
    freeaddrinfo(found);
    if (!connected && fd >= 0)
        close(fd);
    return connected ? fd : -1;
}

static int connect_to(const char *where)
{
    char address[320] = "";

    if (*where == '/')
        return connect_unix(where);
    char *port = strrchr(strncpy(address, where, sizeof address - 1), ':');
    if (strlen(where) >= sizeof address || !port) {
        errno = EDESTADDRREQ;
        return -1;
    }
    *port++ = 0;
    return connect_tcp(address, port);
}

int wire_connect(const char *where, const char *token_file)
{
    struct wire_hello hello = {.magic = htole64(WIRE_MAGIC)};

    if (wire_read_token(token_file, hello.token) < 0)
        return -1;
    int fd = connect_to(where);
    if (fd >= 0 && wire_send(fd, &hello, sizeof hello) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}
