/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IOTOLL_PREPARE_H
#define IOTOLL_PREPARE_H

/* `iotoll prepare --cache cold|warm --source DIR --files N --file-size S --output FILE`: bring a data set
 * into a cache state, verify it, and write what was found as JSON. For hyperfine's --prepare; it touches
 * only the page cache. Returns an exit code. */
int prepare_main(int argc, char **argv);

#endif
