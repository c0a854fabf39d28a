/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run of gnuplot in a private directory: without a shell, start-up files, privileges or much
 * time or memory. Its own exit code proves nothing (0 on a full disk), so what it made is checked before it
 * is taken. */
#ifndef IOTOLL_GNUPLOT_H
#define IOTOLL_GNUPLOT_H

#include <stdio.h>
#include <sys/types.h>

#include "common/error.h"

#define GNUPLOT_SCRIPT "main.gp"

struct gnuplot {
    char directory[4096];
    int fd;
};

/* Make the directory under $TMPDIR or /tmp. 0 or -1. */
int gnuplot_open(struct gnuplot *plot, struct error *error);

/* A new file in it, for scripts and data; NULL on failure. */
FILE *gnuplot_file(struct gnuplot *plot, const char *name, struct error *error);

/* Run GNUPLOT_SCRIPT; as nobody when root, without a way to other files (where there is Landlock), programs or
 * sockets. 0, or -1 with what gnuplot said. */
int gnuplot_run(struct gnuplot *plot, unsigned seconds, struct error *error);

/* Check that the file `name` is a whole SVG or PNG and publish it as path. 0 or -1. */
int gnuplot_collect(struct gnuplot *plot, const char *name, const char *path, struct error *error);

/* Remove the directory with all in it. */
void gnuplot_close(struct gnuplot *plot);

#endif
