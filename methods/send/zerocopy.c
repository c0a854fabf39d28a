/* SPDX-License-Identifier: GPL-3.0-or-later */
/* send with MSG_ZEROCOPY from a mapping of the file, B bytes a call: the socket takes references to
 * the pages, as with sendfile(2). The mapping stays until the kernel has said of every call that it
 * is done with the pages. Over loopback, and with some devices, it copies after all: such calls are
 * counted. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/errqueue.h> /* needs struct timespec */

#include "common/error.h"
#include "methods/harness/method.h"

static void setup(struct job *job)
{
    int enable = 1;

    if (setsockopt(job->destination, SOL_SOCKET, SO_ZEROCOPY, &enable, sizeof enable) < 0)
        fail("setsockopt(SO_ZEROCOPY): this kind of socket always copies, or Linux is before 4.14");
    job->from = io_map_source(job->source, job->file_size_bytes, job->policy);
}

/* One notification stands for a run of calls; how many. */
static unsigned read_notification(struct job *job)
{
    char room[CMSG_SPACE(sizeof(struct sock_extended_err) + sizeof(struct sockaddr_in6))];
    struct msghdr message = {.msg_control = room, .msg_controllen = sizeof room};
    struct sock_extended_err *notice;

    if (recvmsg(job->destination, &message, MSG_ERRQUEUE) < 0) {
        if (errno != EAGAIN && errno != EINTR)
            fail("recvmsg(MSG_ERRQUEUE)");
        return 0;
    }
    const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (!header)
        die(1, "the socket reports nothing where a notification was announced");
    notice = (struct sock_extended_err *)CMSG_DATA(header);
    if (notice->ee_origin != SO_EE_ORIGIN_ZEROCOPY)
        die(1, "the socket reports an error beside its notifications");
    unsigned calls = notice->ee_data - notice->ee_info + 1;
    if (notice->ee_code & SO_EE_CODE_ZEROCOPY_COPIED)
        job->events += calls;
    return calls;
}

static unsigned await(struct job *job)
{
    struct pollfd socket = {.fd = job->destination}; /* errors are always reported */

    if (poll(&socket, 1, -1) < 0 && errno != EINTR)
        fail("poll");
    unsigned calls = read_notification(job);
    if (calls == 0 && socket.revents & POLLHUP)
        die(1, "the sink closed the connection");
    return calls;
}

/* ENOBUFS: as much memory is pinned, or as many notifications are due, as this user may have. */
static size_t send_some(struct job *job, const char *bytes, size_t length, unsigned *due)
{
    for (;;) {
        ssize_t sent = send(job->destination, bytes, length, MSG_ZEROCOPY);
        if (sent >= 0)
            return (size_t)sent;
        if (errno == ENOBUFS && *due == 0)
            die(EXIT_UNSUPPORTED, "send(MSG_ZEROCOPY): see ulimit -l, sysctl net.core.optmem_max:");
        if (errno == ENOBUFS)
            *due -= await(job);
        else if (errno != EINTR)
            fail("send(MSG_ZEROCOPY)");
    }
}

static void transfer(struct job *job)
{
    unsigned due = 0;

    for (uint64_t done = 0; done < job->length_bytes; due++)
        done += send_some(job, (char *)job->from + done,
                          io_at_most(job->length_bytes - done, job->block_size_bytes), &due);
    while (due > 0)
        due -= await(job);
}

static void teardown(struct job *job)
{
    io_unmap(job->from, job->file_size_bytes);
}

const struct method method = {
    .summary = "send(2) with MSG_ZEROCOPY from a mapping of the whole file, B bytes a call",
    .axes = METHOD_BLOCK | METHOD_POLICY,
    .policies = POLICIES_MAPPED,
    .events = "sends that were copied anyway",
    .setup = setup,
    .transfer = transfer,
    .teardown = teardown,
};
