/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run directory on its way out of a guest: its files written to a raw disk, with length and digest. */
#ifndef IOTOLL_PARCEL_H
#define IOTOLL_PARCEL_H

#include "common/error.h"

/* Write the regular files of directory to the device, sync them, and only then the header that makes them
 * count. 0 or -1. */
int parcel_pack(const char *directory, const char *device, struct error *error);

/* Put the files that the disk image holds into directory, made if need be, in place of those of their names.
 * 0, or -1: none was delivered, or not whole (nothing is touched then). */
int parcel_unpack(const char *image, const char *directory, struct error *error);

/* `iotoll parcel DIR DEVICE`, run in the guest. Returns an exit code. */
int parcel_main(int argc, char **argv);

#endif
