/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/kernels_boot.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/units.h"
#include "runners/kernels_console.h"
#include "runners/spawn.h"

enum { WORDS_MAX = 64, CONSOLE_TAIL = 4 << 20 };
static const uint64_t parcel_bytes = 1ULL << 31; /* sparse */

struct words {
    char *list[WORDS_MAX + 1];
    size_t count;
    char cpus[32], memory[32], append[1024], drive[PATH_MAX + 96];
};

static void add(struct words *words, const char *option, const char *value)
{
    words->list[words->count++] = (char *)option;
    if (value)
        words->list[words->count++] = (char *)value;
}

/* Each disk is its own, of nothing but the guest's. */
static void add_disks(struct words *words, const struct kernels_machine *machine)
{
    snprintf(words->drive, sizeof words->drive, "if=none,id=target,file=%s,format=raw,cache=%s,aio=threads",
             machine->disk, machine->cache);
    add(words, "-drive", words->drive);
    add(words, "-device", "virtio-blk-pci,drive=target,serial=iotoll-target");
    add(words, "-drive", "if=none,id=parcel,file=parcel,format=raw,cache=writeback");
    add(words, "-device", "virtio-blk-pci,drive=parcel,serial=iotoll-parcel");
}

static void compose(struct words *words, const struct kernels_boot *boot)
{
    const struct kernels_machine *machine = boot->machine;
    bool kvm = !strcmp(machine->accel, "kvm");

    snprintf(words->cpus, sizeof words->cpus, "%" PRIu64, machine->cpus);
    snprintf(words->memory, sizeof words->memory, "%" PRIu64 "M", machine->memory_bytes >> 20);
    /* Where the emulator gets too little time, the kernel's test of its timer fails, and it panics. */
    snprintf(words->append, sizeof words->append, "console=ttyS0 panic=-1 no_timer_check %.900s%s", boot->arguments,
             boot->probe ? " iotoll.probe" : "");
    add(words, "qemu-system-x86_64", NULL);
    add(words, "-nodefaults", NULL);
    add(words, "-no-user-config", NULL);
    add(words, "-no-reboot", NULL);
    add(words, "-display", "none");
    add(words, "-machine", "q35");
    /* With a thread for each CPU, QEMU before 8.1 now and then goes on with code that the kernel has patched since
       (mended by its deba78709ae8): one thread, or guests panic with "Oops: int3". */
    add(words, "-accel", kvm ? "kvm" : "tcg,thread=single");
    /* Five levels of page tables cost an emulator a level more and give nothing. */
    add(words, "-cpu", kvm ? "host" : "max,la57=off");
    add(words, "-smp", words->cpus);
    add(words, "-m", words->memory);
    add(words, "-kernel", boot->image->path);
    add(words, "-initrd", boot->initramfs);
    add(words, "-append", words->append);
    add(words, "-serial", "file:console");
    add(words, "-rtc", "base=utc");
    if (!boot->probe)
        add_disks(words, machine);
}

static int make_parcel(const char *directory, struct error *error)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/parcel", directory);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, (off_t)parcel_bytes) < 0) {
        error_set(error, "%s:", path);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return close(fd);
}

static void read_console(struct kernels_boot *boot)
{
    char path[PATH_MAX], *text = calloc(1, CONSOLE_TAIL + 1);
    struct stat status;

    snprintf(path, sizeof path, "%s/console", boot->directory);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    off_t start = fd >= 0 && fstat(fd, &status) == 0 && status.st_size > CONSOLE_TAIL
                      ? status.st_size - CONSOLE_TAIL
                      : 0;
    ssize_t length = fd >= 0 && text ? pread(fd, text, CONSOLE_TAIL, start) : 0;
    if (fd >= 0)
        close(fd);
    if (text)
        kernels_console_read(boot, text, length > 0 ? (size_t)length : 0);
    free(text);
}

/* What the end of QEMU itself says; what the console says is looked at afterwards. */
static void judge(struct kernels_boot *boot, const struct spawn *spawn)
{
    char human[32];

    *boot->outcome = *boot->reason = 0;
    boot->wall_ns = spawn->wall_ns;
    if (spawn->interrupted)
        strcpy(boot->outcome, "interrupted");
    else if (spawn->timed_out)
        strcpy(boot->outcome, "hung");
    else if (!strncmp(spawn->exit, "SIG", 3))
        strcpy(boot->outcome, "killed");
    read_console(boot);
    if (spawn->interrupted)
        snprintf(boot->reason, sizeof boot->reason, "interrupted");
    else if (spawn->timed_out)
        snprintf(boot->reason, sizeof boot->reason, "not ended after %s, stage: %s",
                 units_human_duration((double)boot->machine->timeout_ns, human), boot->stage);
    else if (!strncmp(spawn->exit, "SIG", 3))
        snprintf(boot->reason, sizeof boot->reason, "QEMU was ended by %s, stage: %s", spawn->exit,
                 boot->stage);
    else if (strcmp(spawn->exit, "0")) {
        strcpy(boot->outcome, "failed");
        snprintf(boot->reason, sizeof boot->reason, "QEMU ended with %s: %.400s", spawn->exit,
                 spawn_last_words(spawn));
    }
}

int kernels_boot_run(struct kernels_boot *boot, struct error *error)
{
    struct words words = {.count = 0};
    struct spawn spawn = {.argv = words.list,
                          .program_fd = -1,
                          .timeout_ns = boot->machine->timeout_ns,
                          .directory = boot->directory};

    if (!boot->probe && make_parcel(boot->directory, error) < 0)
        return -1;
    compose(&words, boot);
    if (spawn_run(&spawn, error) < 0)
        return -1;
    judge(boot, &spawn);
    spawn_free(&spawn);
    return 0;
}
