/* SPDX-License-Identifier: GPL-3.0-or-later */
/* receive with splice(2) from the socket into a pipe and from there into the file: the bytes stay
 * where the network stack put them until they are copied, once, into the page cache. A pipe holds
 * as many pieces of packets as it has pages, so a call may move far less than B. */
#include "methods/harness/pipe.h"

const struct method method = {
    .summary = "splice(2) from socket to pipe to file, at most B bytes a call",
    .axes = METHOD_BLOCK,
    .allocate = pipe_allocate,
    .transfer = pipe_transfer,
    .release = pipe_release,
};
