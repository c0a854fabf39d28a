/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IOTOLL_EXPLAIN_MAIN_H
#define IOTOLL_EXPLAIN_MAIN_H

/* `iotoll explain DIR [TEXT] [--summary]`. Returns an exit code. */
int explain_main(int argc, char **argv);
extern const char explain_usage[];

#endif
