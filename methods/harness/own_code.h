/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IOTOLL_OWN_CODE_H
#define IOTOLL_OWN_CODE_H

/* Touch every page of this program's and its libraries' code and constants, so that a cold trial does not
 * time the loading of the program. Pages in the cache are mapped 16 at a time (fault-around), so this
 * takes microseconds; locking them all in memory would take a millisecond. */
void own_code_load(void);

#endif
