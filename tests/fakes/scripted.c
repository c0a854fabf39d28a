/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A method program in shell: becomes the script that lies beside it, PATH.sh, with the same arguments.
 * (The orchestrator executes a descriptor, which a script cannot be.) */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char path[PATH_MAX + 4];
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);

    (void)argc;
    if (length < 0)
        return 126;
    strcpy(path + length, ".sh");
    argv[0] = path;
    execv(path, argv);
    perror(path);
    return 127;
}
