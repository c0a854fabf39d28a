/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Give up what a process does not need, before it looks at what somebody else made. All of it holds for
 * the process and what it starts, for ever. */
#ifndef IOTOLL_CONFINE_H
#define IOTOLL_CONFINE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A file, or a directory and all beneath it, and what may be done there. */
enum confine_right { CONFINE_READ = 1, CONFINE_RUN = 2, CONFINE_WRITE = 4, CONFINE_NETWORK = 8 };
struct confine_path {
    const char *path; /* NULL: none, the right is to the network */
    unsigned rights;  /* of enum confine_right; CONFINE_WRITE also makes and removes */
};

/* Nothing but these paths can be opened from now on, and, where the kernel knows how, no TCP connection
 * made (but for CONFINE_NETWORK), no abstract socket reached and no process outside signalled (Landlock).
 * A path that is not there gives no right. A process with threads confines only the one that calls. 1; 0
 * where the kernel has no Landlock; -1 with errno. */
int confine_files(const struct confine_path *paths, size_t count);

/* What everybody may read to be able to run: programs, libraries, fonts, settings. */
#define CONFINE_SYSTEM                                                                                             \
    {"/usr", CONFINE_READ}, {"/lib", CONFINE_READ}, {"/lib64", CONFINE_READ}, {"/bin", CONFINE_READ},              \
    {"/etc", CONFINE_READ}, {"/var/cache/fontconfig", CONFINE_READ}, {"/dev/urandom", CONFINE_READ},               \
    {"/dev/null", CONFINE_READ | CONFINE_WRITE}

/* No other process can be started or traced, no socket made, nothing mounted (seccomp): EPERM. Threads can.
 * 1; 0 where the kernel has no seccomp; -1 with errno. */
int confine_calls(void);

/* Become this user, with no other groups, and still die with the parent if that was asked for. 0, or -1 with
 * errno; needs the superuser. */
enum { CONFINE_NOBODY = 65534 };
int confine_become(uid_t user, gid_t group);

/* Keep of all capabilities only these (a bit each: CONFINE_CAPABILITY), also over execve(2), which gives no
 * new ones. 0, or -1 with errno. */
#define CONFINE_CAPABILITY(capability) (1ULL << (capability))
int confine_capabilities(uint64_t kept);

#endif
