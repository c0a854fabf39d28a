/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loop devices: a file as a block device. */
#ifndef IOTOLL_LOOP_H
#define IOTOLL_LOOP_H

#include "common/error.h"

/* Attach the file to a free loop device that passes the page cache of the file's own file system by, so
 * that nothing is cached twice. device becomes "/dev/loop3". The descriptor of the device, which the
 * caller closes once it is mounted; the loop goes by itself with its last user. -1 with an error. */
int loop_attach(const char *file, char device[64], struct error *error);

/* Detach whatever loop device the file is attached to, and wait until it is. 0, also if there is none;
 * or -1 with errno. */
int loop_detach(const char *file);

#endif
