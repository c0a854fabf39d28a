/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A guest's console: how far it got, and why it ended. */
#ifndef IOTOLL_KERNELS_CONSOLE_H
#define IOTOLL_KERNELS_CONSOLE_H

#include "runners/kernels_boot.h"

/* Fill stage, uname, code and last_lines from the text, of which every byte that is no printable ASCII
 * is replaced; and, unless outcome is set already, outcome and reason, too. */
void kernels_console_read(struct kernels_boot *boot, char *text, size_t length);

#endif
