/* SPDX-License-Identifier: GPL-3.0-or-later */
/* usage: hold_pages DIR: wait for the first file of a data set, of 1 MiB, under DIR and keep its pages
 * locked in memory until killed. */
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_first(const char *directory)
{
    char pattern[4200];
    struct stat status;
    glob_t found;
    int fd = -1;

    snprintf(pattern, sizeof pattern, "%s/*/data-*-1M-*/000000", directory);
    if (glob(pattern, 0, NULL, &found) == 0) {
        fd = open(found.gl_pathv[0], O_RDONLY);
        if (fd >= 0 && (fstat(fd, &status) < 0 || status.st_size < 1 << 20)) {
            close(fd);
            fd = -1;
        }
        globfree(&found);
    }
    return fd;
}

int main(int argc, char **argv)
{
    int fd;

    if (argc != 2)
        return 2;
    while ((fd = open_first(argv[1])) < 0)
        usleep(500);
    void *address = mmap(NULL, 1 << 20, PROT_READ, MAP_SHARED, fd, 0);
    if (address == MAP_FAILED || mlock(address, 1 << 20) < 0)
        return perror("mlock"), 1;
    for (;;)
        pause();
}
