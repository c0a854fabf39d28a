/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/confine.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
static const uint32_t ARCHITECTURE = AUDIT_ARCH_X86_64, FOREIGN_CALLS = 0x40000000; /* the x32 ABI's */
#elif defined(__aarch64__)
static const uint32_t ARCHITECTURE = AUDIT_ARCH_AARCH64, FOREIGN_CALLS = 0x80000000;
#else
static const uint32_t ARCHITECTURE = 0, FOREIGN_CALLS = 0x80000000; /* not known: no filter */
#endif

/* What no program that draws or computes has a need for. */
static const int denied[] = {
#ifdef SYS_fork
    SYS_fork, SYS_vfork,
#endif
    SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen,
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_pidfd_getfd,
    SYS_mount, SYS_umount2, SYS_move_mount, SYS_open_tree, SYS_fsopen, SYS_pivot_root, SYS_chroot,
    SYS_unshare, SYS_setns, SYS_keyctl, SYS_add_key, SYS_request_key,
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_io_uring_setup, /* whose calls no filter sees */
    SYS_kexec_load, SYS_init_module, SYS_finit_module, SYS_reboot, SYS_swapon, SYS_quotactl,
};
enum { DENIED = sizeof denied / sizeof *denied, INSTRUCTIONS = DENIED * 2 + 16 };

struct program {
    struct sock_filter lines[INSTRUCTIONS];
    unsigned short count;
};

static void add(struct program *program, struct sock_filter line)
{
    program->lines[program->count++] = line;
}

static void load(struct program *program, size_t offset)
{
    add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* If what was loaded compares so, the call ends with this. */
static void when(struct program *program, uint16_t comparison, uint32_t value, uint32_t outcome)
{
    add(program, (struct sock_filter)BPF_JUMP((uint16_t)(BPF_JMP | BPF_K | comparison), value, 0, 1));
    add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, outcome));
}

/* The flags of clone(2), its first argument on these architectures, tell a thread from a process; those of
 * clone3(2) are in memory, where no filter looks: libraries then take clone(2). */
static void write_program(struct program *program)
{
    const uint32_t refuse = SECCOMP_RET_ERRNO | EPERM, missing = SECCOMP_RET_ERRNO | ENOSYS;

    load(program, offsetof(struct seccomp_data, arch));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
    add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    load(program, offsetof(struct seccomp_data, nr));
    when(program, BPF_JGE, FOREIGN_CALLS, refuse);
    when(program, BPF_JEQ, SYS_clone3, missing);
    for (int i = 0; i < DENIED; i++)
        when(program, BPF_JEQ, (uint32_t)denied[i], refuse);
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 1, 0));
    add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    load(program, offsetof(struct seccomp_data, args[0]));
    when(program, BPF_JSET, CLONE_THREAD, SECCOMP_RET_ALLOW);
    add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, refuse));
}

int confine_calls(void)
{
    struct program program = {.count = 0};

    if (ARCHITECTURE == 0)
        return 0;
    write_program(&program);
    struct sock_fprog filter = {program.count, program.lines};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0)
        return 1;
    return errno == EINVAL ? 0 : -1; /* a kernel that was built without */
}
