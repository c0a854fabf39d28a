/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/bystander.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"

enum { HOGS_MAX = 64, HOG_BYTES = 64 << 20, STEPS = 64 };
static const struct timespec rest_time = {.tv_nsec = 20000000};

/* Shared with a process as well as with a thread. */
struct work {
    _Alignas(64) atomic_ullong done;
    _Alignas(64) atomic_bool stop;
    int cpu;
};

struct pace {
    uint64_t done, ns;
};

static struct {
    struct work *work; /* NULL: nobody */
    pthread_t thread;
    bool is_thread;
    pid_t process, hogs[HOGS_MAX];
    int told[2]; /* a byte of each process that is where it is to be */
    uint64_t hog_count, before_done, before_ns;
    struct pace rest, trial;
} bystander;

static void pin(int cpu)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    if (sched_setaffinity(0, sizeof one, &one) < 0)
        die(1, "pin who runs beside the trial to CPU %d:", cpu);
}

/* The CPUs of the method, or those that are not and may be used. */
static cpu_set_t find_cpus(bool same)
{
    cpu_set_t mine, one, found;

    CPU_ZERO(&found);
    if (sched_getaffinity(0, sizeof mine, &mine) < 0)
        die(1, "learn on which CPUs the trial may run:");
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        if ((bool)CPU_ISSET(cpu, &mine) == same && sched_setaffinity(0, sizeof one, &one) == 0)
            CPU_SET(cpu, &found);
    }
    if (sched_setaffinity(0, sizeof mine, &mine) < 0)
        die(1, "return to the CPUs of the trial:");
    return found;
}

/* One of them in turn, from the first on again after the last; -1: there is none. */
static int in_turn(const cpu_set_t *cpus, uint64_t turn)
{
    int all = CPU_COUNT(cpus), cpu = -1;

    for (uint64_t left = all ? turn % (uint64_t)all + 1 : 0; left > 0; left -= CPU_ISSET(cpu, cpus) != 0)
        cpu++;
    return cpu;
}

static void tell(void)
{
    if (write(bystander.told[1], "", 1) != 1)
        die(1, "who runs beside the trial cannot say so:");
    close(bystander.told[1]);
}

/* Arithmetic in registers: he needs no memory, so that what he loses is time. */
static void *compute(void *argument)
{
    struct work *work = argument;
    uint64_t x = 1;

    pin(work->cpu);
    if (!bystander.is_thread)
        tell();
    while (!atomic_load_explicit(&work->stop, memory_order_relaxed)) {
        for (int i = 0; i < STEPS; i++) {
            x = x * 6364136223846793005U + 1442695040888963407U;
            __asm__ volatile("" : "+r"(x));
        }
        atomic_fetch_add_explicit(&work->done, 1, memory_order_relaxed);
    }
    return NULL;
}

static void hog(int cpu)
{
    char *memory = mmap(NULL, 2 * (size_t)HOG_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        die(1, "memory for who copies it beside the trial:");
    pin(cpu);
    memset(memory, 1, 2 * (size_t)HOG_BYTES);
    tell();
    for (;;) {
        memcpy(memory, memory + HOG_BYTES, HOG_BYTES);
        __asm__ volatile("" : : "r"(memory) : "memory");
    }
}

/* The process, or -1; 0 in the child, which dies with its parent. */
static pid_t fork_child(void)
{
    pid_t parent = getpid(), child = fork();

    if (child < 0)
        die(1, "fork:");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
    }
    return child;
}

static void start_bystander(enum bystander who)
{
    bool same = who == BYSTANDER_THREAD_SAME_CPU || who == BYSTANDER_PROCESS_SAME_CPU;
    cpu_set_t cpus = find_cpus(same);
    int cpu = in_turn(&cpus, 0);

    if (cpu < 0)
        die(EXIT_UNSUPPORTED, "--bystander %s: there is no other CPU", axes_bystanders[who]);
    bystander.work = mmap(NULL, sizeof *bystander.work, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (bystander.work == MAP_FAILED)
        die(1, "out of memory");
    bystander.work->cpu = cpu;
    bystander.is_thread = who == BYSTANDER_THREAD || who == BYSTANDER_THREAD_SAME_CPU;
    if (bystander.is_thread) {
        if (pthread_create(&bystander.thread, NULL, compute, bystander.work))
            die(1, "the bystander cannot be created");
    } else if ((bystander.process = fork_child()) == 0) {
        compute(bystander.work);
        _exit(0); /* told to stop before he is killed: not as a second trial */
    }
}

/* On all the other CPUs in turn. On the first of them may be the bystander. */
static void start_hogs(uint64_t count)
{
    cpu_set_t cpus = find_cpus(false);

    if (CPU_COUNT(&cpus) == 0)
        die(EXIT_UNSUPPORTED, "--memory-hogs %" PRIu64 ": there is no other CPU", count);
    while (bystander.hog_count < count) {
        int cpu = in_turn(&cpus, bystander.hog_count + 1);
        pid_t child = fork_child();
        if (child == 0)
            hog(cpu);
        bystander.hogs[bystander.hog_count++] = child;
    }
}

/* A trial beside nobody is another trial than one beside somebody. Who ends by himself says why. */
static void die_if_one_ended(int options)
{
    int status = 0;
    pid_t ended = waitpid(-1, &status, options);

    if (ended == 0)
        return;
    if (ended < 0)
        die(1, "wait for who runs beside the trial:");
    if (WIFSIGNALED(status))
        die(1, "who ran beside the trial was killed by SIG%s (is there memory for him?)",
            sigabbrev_np(WTERMSIG(status)));
    _exit(1);
}

static uint64_t processes(void)
{
    return bystander.hog_count + (bystander.process > 0);
}

void bystander_start(const struct options *options)
{
    char byte;

    if (options->memory_hogs == 0 && options->bystander == BYSTANDER_NONE)
        return;
    if (pipe2(bystander.told, O_CLOEXEC) < 0)
        die(1, "pipe:");
    if (options->memory_hogs > 0)
        start_hogs(options->memory_hogs);
    if (options->bystander != BYSTANDER_NONE)
        start_bystander(options->bystander);
    close(bystander.told[1]);
    for (uint64_t begun = 0; begun < processes(); begun++)
        if (TEMP_FAILURE_RETRY(read(bystander.told[0], &byte, 1)) != 1)
            die_if_one_ended(0);
    close(bystander.told[0]);
}

void bystander_stop(void)
{
    if (processes() > 0)
        die_if_one_ended(WNOHANG);
    if (bystander.work)
        atomic_store(&bystander.work->stop, true);
    if (bystander.is_thread)
        pthread_join(bystander.thread, NULL);
    if (bystander.process > 0)
        kill(bystander.process, SIGKILL);
    for (uint64_t i = 0; i < bystander.hog_count; i++)
        kill(bystander.hogs[i], SIGKILL);
    while (processes() > 0 && wait(NULL) > 0)
        continue;
}

void bystander_begin_cycle(void)
{
    if (!bystander.work)
        return;
    bystander.before_done = atomic_load(&bystander.work->done);
    bystander.before_ns = clock_monotonic_ns();
}

static void add_pace(struct pace *pace)
{
    pace->done += atomic_load(&bystander.work->done) - bystander.before_done;
    pace->ns += clock_monotonic_ns() - bystander.before_ns;
}

void bystander_end_cycle(void)
{
    if (processes() > 0)
        die_if_one_ended(WNOHANG);
    if (bystander.work)
        add_pace(&bystander.trial);
}

void bystander_rest(void)
{
    if (!bystander.work)
        return;
    nanosleep(&rest_time, NULL); /* until he runs at full speed */
    bystander_begin_cycle();
    nanosleep(&rest_time, NULL);
    add_pace(&bystander.rest);
}

bool bystander_is_thread(void)
{
    return bystander.is_thread;
}

int64_t bystander_cpu_ns(void)
{
    clockid_t clock;

    if (!bystander.is_thread || pthread_getcpuclockid(bystander.thread, &clock))
        return 0;
    return (int64_t)clock_ns(clock);
}

void bystander_write(FILE *out)
{
    const struct pace *rest = &bystander.rest, *trial = &bystander.trial;

    if (!bystander.work || rest->done == 0 || rest->ns == 0 || trial->ns == 0)
        return;
    double at_rest = (double)rest->done / (double)rest->ns;
    double lost = 1 - (double)trial->done / (double)trial->ns / at_rest;
    fprintf(out, ",\"bystander_lost_ppm\":%.0f", lost > 0 ? lost * 1e6 : 0.0);
}
