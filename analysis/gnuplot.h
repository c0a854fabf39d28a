/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run of gnuplot in a private directory: without a shell, start-up files, privileges or much
 * time or memory. Its own exit code proves nothing (0 on a full disk), so what it made is checked before it
 * is taken. */
#ifndef IOTOLL_GNUPLOT_H
#define IOTOLL_GNUPLOT_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "common/error.h"

#define GNUPLOT_SCRIPT "main.gp"

struct gnuplot {
    char directory[4096];
    int fd;
    sigset_t before; /* what was blocked */
};

/* Remove from $TMPDIR or /tmp the directories that killed reports of this user left there. */
void gnuplot_sweep(void);

/* Sweep, and make the directory, locked as long as it is drawn in. 0 or -1. Until it is closed again SIGINT, SIGTERM
 * and SIGHUP wait, unless they are ignored: gnuplot is ended by them, nothing more is collected, and they take effect
 * once the directory is gone. */
int gnuplot_open(struct gnuplot *plot, struct error *error);

/* A new file in it, for scripts and data; NULL on failure. Closed again: 0, or -1 if not all was written. */
FILE *gnuplot_file(struct gnuplot *plot, const char *name, struct error *error);
int gnuplot_written(struct gnuplot *plot, FILE *out, const char *name, struct error *error);

/* Run GNUPLOT_SCRIPT; as nobody when root, without a way to other files (where there is Landlock), programs or
 * sockets. 0; 1 with what gnuplot said when it failed or did not end; -1 if it cannot be run. */
int gnuplot_run(struct gnuplot *plot, unsigned seconds, struct error *error);

/* Whether the file `name` is a whole SVG or PNG. */
bool gnuplot_has(struct gnuplot *plot, const char *name);

/* Check that the file `name` is a whole SVG or PNG and publish it as path. 0 or -1. */
int gnuplot_collect(struct gnuplot *plot, const char *name, const char *path, struct error *error);

/* Remove the directory with all in it. */
void gnuplot_close(struct gnuplot *plot);

#endif
