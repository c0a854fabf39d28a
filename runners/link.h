/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A virtual Ethernet cable between this network namespace and another one, shaped or not. */
#ifndef IOTOLL_LINK_H
#define IOTOLL_LINK_H

#include <stdint.h>

#include "runners/undo.h"

struct link {
    char here[16], there[16]; /* names of the two ends */
    char address[32];         /* of the far end */
    uint64_t mtu_bytes;       /* 0: the kernel's default */
    uint64_t rate_bits_per_s; /* of each direction; 0: as fast as it goes */
};

/* Make the link with this number (0 to 255) into the namespace, both ends up. Names and address are filled
 * in. 0; or -1 with an error, if it could not be made; -2 if the undo log could not be written. */
int link_make(struct link *link, unsigned number, int network_fd, struct undo *undo, struct error *error);

/* For undo: remove "/sys/class/net/<name>". 0, also when it is gone already; or -1 with errno. */
int link_remove(const char *path);

#endif
