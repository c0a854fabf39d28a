/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IOTOLL_RUN_H
#define IOTOLL_RUN_H

/* `iotoll run CONFIG ...`: measure. argv[0] is "run". Returns an exit code; directory, "" before, gets
 * the run's if there is one. */
int run_main(int argc, char **argv, char directory[4096]);
extern const char run_usage[];

/* `iotoll list [--json]`: every method, and whether it works here. */
int list_main(int argc, char **argv);
extern const char list_usage[];

/* `iotoll sink --listen HOST:PORT --token-file FILE`: the receiving end, for another host. */
int sink_main(int argc, char **argv);
extern const char sink_usage[];

/* `iotoll clean`: remove what a killed run left behind. */
int clean_main(int argc, char **argv);
extern const char clean_usage[];

/* Where the method programs are: beside this program, or under ../lib/iotoll where it is installed.
 * program gets the path of this executable. Exits 3 when there are none. */
void run_find_programs(char program[4096], char methods[4096]);

#endif
