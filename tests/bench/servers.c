/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/servers.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/wire.h"
#include "runners/sink.h"

enum { BLOCK = 128 << 10 }; /* of iperf3's server, too */
static const char token[] = "bench";

/* Receive every byte into a buffer, as iperf3's server does: ours would drop them unread. */
static int take(int socket, uint64_t bytes)
{
    static char buffer[BLOCK];

    while (bytes > 0) {
        ssize_t got = recv(socket, buffer, bytes < BLOCK ? bytes : BLOCK, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        bytes -= (uint64_t)got;
    }
    return 0;
}

static void converse(int socket)
{
    struct wire_hello hello;
    struct wire_request request;

    if (wire_receive(socket, &hello, sizeof hello) < 0 || hello.magic != htole64(WIRE_MAGIC))
        return;
    while (wire_receive(socket, &request, sizeof request) == 0) {
        struct wire_reply reply = {.bytes = request.bytes};
        if (take(socket, le64toh(request.bytes)) < 0 || wire_send(socket, &reply, sizeof reply) < 0)
            return;
    }
}

static void serve(int listener)
{
    for (;;) {
        int socket = accept(listener, NULL, NULL);
        if (socket < 0)
            continue;
        converse(socket);
        close(socket);
    }
}

/* Fork; in the child, on its CPU and gone with its parent, 0. */
static pid_t start(int cpu)
{
    cpu_set_t cpus;
    pid_t parent = getpid(), child = fork();

    if (child != 0)
        return child;
    CPU_ZERO(&cpus);
    CPU_SET(cpu, &cpus);
    sched_setaffinity(0, sizeof cpus, &cpus);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    return 0;
}

/* Some port that nobody has just now. */
static unsigned free_port(void)
{
    struct error error;
    unsigned port = 0;
    int listener = sink_listen("127.0.0.1", "0", &port, &error);

    if (listener >= 0)
        close(listener);
    return port;
}

static int answers(unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int result = connect(fd, (struct sockaddr *)&address, sizeof address);

    close(fd);
    return result == 0;
}

/* It is there once it listens; that it is not installed its client's row will say. A connection that says
 * nothing costs the server one failed test. */
static void start_iperf(struct servers *servers, int cpu)
{
    char port[16];

    servers->iperf_port = free_port();
    snprintf(port, sizeof port, "%u", servers->iperf_port);
    servers->iperf = start(cpu);
    if (servers->iperf == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execlp("iperf3", "iperf3", "-s", "-p", port, (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < 100 && servers->iperf > 0 && !answers(servers->iperf_port); i++) {
        if (waitpid(servers->iperf, NULL, WNOHANG) == servers->iperf)
            servers->iperf = 0;
        usleep(20000);
    }
    usleep(200000);
}

int servers_start(struct servers *servers, const char *directory, int cpu, struct error *error)
{
    *servers = (struct servers){0};
    snprintf(servers->token_file, sizeof servers->token_file, "%.490s/token", directory);
    FILE *file = fopen(servers->token_file, "we");
    if (!file || fprintf(file, "%s\n", token) < 0 || fclose(file))
        return error_set(error, "%s:", servers->token_file);
    int listener = sink_listen("127.0.0.1", "0", &servers->sink_port, error);
    if (listener < 0)
        return -1;
    servers->sink = start(cpu);
    if (servers->sink == 0)
        serve(listener);
    close(listener);
    start_iperf(servers, cpu);
    return servers->sink > 0 ? 0 : error_set(error, "fork:");
}

void servers_stop(struct servers *servers)
{
    const pid_t both[] = {servers->iperf, servers->sink};

    for (int i = 0; i < 2; i++)
        if (both[i] > 0 && kill(both[i], SIGKILL) == 0)
            waitpid(both[i], NULL, 0);
}
