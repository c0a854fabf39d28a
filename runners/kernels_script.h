/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IOTOLL_KERNELS_SCRIPT_H
#define IOTOLL_KERNELS_SCRIPT_H

/* The text of kernels_init.sh, up to kernels_script_end. */
extern const char kernels_script[], kernels_script_end[];

#endif
