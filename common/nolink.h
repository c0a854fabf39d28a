/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files and directories where somebody else might plant a link: none is followed, in no part of the path, which
 * realpath(3) made or nobody but us. A link is ELOOP, or ENOTDIR inside the path. */
#ifndef IOTOLL_NOLINK_H
#define IOTOLL_NOLINK_H

#include <sys/types.h>

/* openat(2) and mkdir(2) but for that. The descriptor (O_CLOEXEC), or 0; -1 with errno. */
int nolink_open(int directory, const char *path, int flags, mode_t mode);
int nolink_make_directory(const char *path, mode_t mode);

/* The directory that holds it, opened, and its name there in *name; -1 with errno. */
int nolink_parent(const char *path, const char **name);

#endif
