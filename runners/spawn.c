/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/units.h"
#include "runners/cgroup.h"
#include "runners/strays.h"

/* A signal that arrives just before a poll does not end it. */
enum { STOP_LATENCY_MS = 1000 };

static volatile sig_atomic_t stop_signal;

static void take_note(int signal_number)
{
    stop_signal = signal_number;
}

void spawn_watch_signals(void)
{
    struct sigaction action = {.sa_handler = take_note, .sa_flags = (int)SA_RESETHAND};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

int spawn_stop_requested(void)
{
    return stop_signal;
}

/* A growing text; what exceeds the limit is dropped from the end (keep_end false) or the start. */
struct text {
    char *bytes;
    size_t used, limit;
    bool keep_end, overflowed;
    int problem; /* the errno of a read that failed: what follows is not here */
};

static void text_drop_start(struct text *text, size_t length)
{
    size_t excess = text->used + length - text->limit;

    excess = excess < text->used ? excess : text->used;
    memmove(text->bytes, text->bytes + excess, text->used - excess);
    text->used -= excess;
}

static void text_add(struct text *text, const char *bytes, size_t length)
{
    if (text->used + length > text->limit) {
        text->overflowed = true;
        if (text->keep_end)
            text_drop_start(text, length);
        else
            length = text->limit - text->used;
    }
    memcpy(text->bytes + text->used, bytes, length);
    text->used += length;
    text->bytes[text->used] = 0;
}

static int text_new(struct text *text, size_t limit, bool keep_end)
{
    *text = (struct text){.bytes = calloc(1, limit + 1), .limit = limit, .keep_end = keep_end};
    return text->bytes ? 0 : -1;
}

/* Returns false at the end of the pipe. */
static bool text_read(struct text *text, int fd)
{
    char chunk[4096];
    ssize_t got = read(fd, chunk, sizeof chunk);

    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (got < 0) {
        text->problem = errno;
        return false;
    }
    text_add(text, chunk, (size_t)got);
    return got > 0;
}

/* The size of the environment shifts the stack and with it alignments (Mytkowicz et al., ASPLOS 2009). */
static int pad_environment(unsigned bytes)
{
    char padding[4097];

    if (bytes >= sizeof padding)
        bytes = sizeof padding - 1;
    memset(padding, 'x', bytes);
    padding[bytes] = 0;
    return setenv("IOTOLL_PADDING", padding, 1);
}

static int confine(const struct spawn_bounds *bounds)
{
    return confine_files(bounds->paths, bounds->path_count) < 0 ? -1 : confine_capabilities(bounds->capabilities);
}

/* What a child becomes is the trial: with another environment, elsewhere or on any CPU it is none. These return what
 * cannot be done, with errno, or NULL. */
static const char *redirect(int output, int errors)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (null < 0)
        return "open /dev/null";
    return dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0 ? "redirect what it says" : NULL;
}

static const char *move(const struct spawn *spawn)
{
    if (spawn->cpus && sched_setaffinity(0, sizeof *spawn->cpus, spawn->cpus) < 0)
        return "pin it to its CPUs";
    if (spawn->cgroup && cgroup_join(spawn->cgroup) < 0)
        return "join the control group";
    if (spawn->network_fd > 0 && setns(spawn->network_fd, CLONE_NEWNET) < 0)
        return "enter the network namespace";
    if (spawn->directory && chdir(spawn->directory) < 0)
        return spawn->directory;
    if (pad_environment(spawn->environment_padding_bytes) < 0)
        return "pad its environment";
    return spawn->bounds && confine(spawn->bounds) < 0 ? "give up what it does not need" : NULL;
}

static void become(const struct spawn *spawn, int output, int errors, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    setpgid(0, 0);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    const char *failed = redirect(output, errors);
    if (!failed)
        failed = move(spawn);
    if (failed) {
        dprintf(errors, "%s: %s: %s\n", spawn->argv[0], failed, strerror(errno));
        _exit(126);
    }
    if (spawn->program_fd >= 0)
        fexecve(spawn->program_fd, spawn->argv, environ);
    else
        execvp(spawn->argv[0], spawn->argv);
    dprintf(errors, "%s: %s\n", spawn->argv[0], strerror(errno));
    _exit(127);
}

static void name_exit(struct spawn *spawn)
{
    if (spawn->timed_out)
        strcpy(spawn->exit, "timed out");
    else if (WIFSIGNALED(spawn->status))
        snprintf(spawn->exit, sizeof spawn->exit, "SIG%s", sigabbrev_np(WTERMSIG(spawn->status)));
    else
        snprintf(spawn->exit, sizeof spawn->exit, "%d", WEXITSTATUS(spawn->status));
}

static void stop_group(const struct spawn *spawn, pid_t child, uint64_t *deadline)
{
    bool again = spawn->timed_out || spawn->interrupted;

    kill(-child, again ? SIGKILL : SIGTERM);
    *deadline = clock_monotonic_ns() + NS_PER_S;
}

/* Until the process has ended and both pipes are at their end, or a second after the process ended. */
static void attend(struct spawn *spawn, pid_t child, int pidfd, struct text *texts, int *pipes)
{
    uint64_t deadline = clock_monotonic_ns() + spawn->timeout_ns;
    struct pollfd polled[3] = {{pipes[0], POLLIN, 0}, {pipes[1], POLLIN, 0}, {pidfd, POLLIN, 0}};
    bool reaped = false;

    while (polled[0].fd >= 0 || polled[1].fd >= 0 || polled[2].fd >= 0) {
        uint64_t now = clock_monotonic_ns();
        uint64_t wait_ms = now < deadline ? (deadline - now) / NS_PER_MS + 1 : 0;
        poll(polled, 3, wait_ms < STOP_LATENCY_MS ? (int)wait_ms : STOP_LATENCY_MS);
        if (stop_signal && !spawn->unstoppable && !spawn->interrupted && !reaped) {
            stop_group(spawn, child, &deadline);
            spawn->interrupted = true;
        }
        for (int i = 0; i < 2; i++)
            if (polled[i].fd >= 0 && polled[i].revents && !text_read(&texts[i], polled[i].fd))
                polled[i].fd = -1;
        if (polled[2].fd >= 0 && waitpid(child, &spawn->status, WNOHANG) == child) {
            polled[2].fd = -1;
            reaped = true;
            deadline = clock_monotonic_ns() + NS_PER_S;
        }
        if (clock_monotonic_ns() < deadline)
            continue;
        if (reaped)
            break;
        stop_group(spawn, child, &deadline);
        spawn->timed_out = !spawn->interrupted;
    }
    kill(-child, SIGKILL); /* whatever it left behind in its group */
}

static int start(struct spawn *spawn, int pipes[2], pid_t *child, struct error *error)
{
    int output[2], errors[2];
    pid_t parent = getpid();

    if (pipe2(output, O_CLOEXEC) < 0)
        return error_set(error, "pipe:");
    if (pipe2(errors, O_CLOEXEC) < 0) {
        close(output[0]);
        close(output[1]);
        return error_set(error, "pipe:");
    }
    *child = fork();
    if (*child == 0)
        become(spawn, output[1], errors[1], parent);
    close(output[1]);
    close(errors[1]);
    pipes[0] = output[0];
    pipes[1] = errors[0];
    if (*child > 0)
        return 0;
    close(pipes[0]);
    close(pipes[1]);
    return error_set(error, "start %s:", spawn->argv[0]);
}

int spawn_run(struct spawn *spawn, struct error *error)
{
    struct text texts[2] = {{0}, {0}};
    int pipes[2] = {-1, -1};
    struct strays own;
    pid_t child = -1;

    if (text_new(&texts[0], SPAWN_OUTPUT_LIMIT, false) < 0 ||
        text_new(&texts[1], SPAWN_ERROR_LIMIT, true) < 0) {
        free(texts[0].bytes);
        return error_set(error, "start %s: out of memory", spawn->argv[0]);
    }
    spawn->output = texts[0].bytes;
    spawn->errors = texts[1].bytes;
    strays_note(&own);
    uint64_t started = clock_monotonic_ns();
    if (start(spawn, pipes, &child, error) < 0)
        return -1;
    int pidfd = (int)syscall(SYS_pidfd_open, child, 0);
    attend(spawn, child, pidfd, texts, pipes);
    spawn->wall_ns = clock_monotonic_ns() - started;
    spawn->output_too_long = texts[0].overflowed;
    strays_end(&own);
    close(pidfd);
    close(pipes[0]);
    close(pipes[1]);
    name_exit(spawn);
    errno = texts[0].problem ? texts[0].problem : texts[1].problem;
    return errno ? error_set(error, "read what %s says:", spawn->argv[0]) : 0;
}

void spawn_free(struct spawn *spawn)
{
    free(spawn->output);
    free(spawn->errors);
    spawn->output = spawn->errors = NULL;
}

const char *spawn_last_words(const struct spawn *spawn)
{
    size_t length = strlen(spawn->errors);

    while (length > 0 && spawn->errors[length - 1] == '\n')
        spawn->errors[--length] = 0;
    const char *newline = strrchr(spawn->errors, '\n');
    return newline ? newline + 1 : spawn->errors;
}
