/* SPDX-License-Identifier: GPL-3.0-or-later */
/* send with splice(2) from the file into a pipe and from there into the socket: references to pages
 * of the page cache travel all the way, as with sendfile(2), which does the same with a pipe that
 * nobody sees. Without SPLICE_F_MORE each call would end in a small packet. */
#include "methods/harness/pipe.h"

const struct method method = {
    .summary = "splice(2) from file to pipe to socket, B bytes a call",
    .axes = METHOD_BLOCK,
    .allocate = pipe_allocate,
    .transfer = pipe_transfer,
    .release = pipe_release,
};
