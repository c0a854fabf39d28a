/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boots of all kernels, one after the other. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/units.h"
#include "runners/environment.h"
#include "runners/files.h"
#include "runners/kernels.h"
#include "runners/kernels_initramfs.h"
#include "runners/parcel.h"
#include "runners/spawn.h"

static const uint64_t probe_ns = 30 * NS_PER_S;

static int in(char path[PATH_MAX], const char *directory, const char *name, struct error *error)
{
    if (snprintf(path, PATH_MAX, "%s/%s", directory, name) >= PATH_MAX)
        return error_set(error, "%s: name too long", directory);
    return 0;
}

static int make_initramfs(const struct kernels *kernels, size_t i, bool go_on, char path[PATH_MAX],
                          struct error *error)
{
    const struct kernels_content content = {&kernels->config, &kernels->catalogue, kernels->program,
                                            kernels->methods, kernels->budget_ns, kernels->work};
    char run[PATH_MAX];

    if (in(path, kernels->work, "initramfs", error) < 0 ||
        in(run, kernels->output, kernels->names[i], error) < 0)
        return -1;
    return kernels_initramfs_make(&content, &kernels->images[i], go_on ? run : NULL, path, error);
}

static struct kernels_boot describe(const struct kernels *kernels, const struct kernels_machine *machine,
                                    size_t i, const char *initramfs)
{
    return (struct kernels_boot){.machine = machine,
                                 .image = &kernels->images[i],
                                 .initramfs = initramfs,
                                 .arguments = kernels->arguments[i],
                                 .directory = kernels->work};
}

/* A /dev/kvm that is there may still not boot a kernel: the first one shows. */
static int probe(struct kernels *kernels, bool *works, struct error *error)
{
    struct kernels_machine machine = kernels->machine;
    char initramfs[PATH_MAX];

    machine.accel = "kvm";
    machine.timeout_ns = probe_ns;
    if (make_initramfs(kernels, 0, false, initramfs, error) < 0)
        return -1;
    struct kernels_boot boot = describe(kernels, &machine, 0, initramfs);
    boot.probe = true;
    boot.arguments = "";
    int result = kernels_boot_run(&boot, error);
    if (result == 0) {
        *works = *boot.uname;
        json_decref(boot.last_lines);
    }
    return result;
}

int kernels_choose_accel(struct kernels *kernels, const char *accel, struct error *error)
{
    bool works = false;

    kernels->machine.accel = "tcg";
    if (!strcmp(accel, "tcg"))
        return 0;
    if (access("/dev/kvm", R_OK | W_OK) < 0)
        kernels->no_kvm = "/dev/kvm is missing, or not ours to use";
    else if (probe(kernels, &works, error) < 0)
        return -1;
    else if (!works)
        kernels->no_kvm = "/dev/kvm is there, but a kernel did not come up with it";
    if (works)
        kernels->machine.accel = "kvm";
    else if (!strcmp(accel, "kvm"))
        return error_set(error, "--accel kvm: %s", kernels->no_kvm);
    return 0;
}

/* A new disk for every boot: no kernel inherits what another wrote. */
static int make_disk(const struct kernels *kernels, struct error *error)
{
    if (kernels->disk_bytes == 0)
        return 0;
    int fd = open(kernels->disk, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd >= 0 && ftruncate(fd, (off_t)kernels->disk_bytes) == 0)
        return close(fd);
    error_set(error, "%s:", kernels->disk);
    if (fd >= 0)
        close(fd);
    return -1;
}

static int keep_console(const struct kernels *kernels, size_t i, uint64_t number, char name[PATH_MAX],
                        struct error *error)
{
    char from[PATH_MAX], to[PATH_MAX];

    snprintf(name, PATH_MAX, "consoles/%03" PRIu64 "-%s.txt", number, kernels->names[i]);
    if (in(from, kernels->work, "console", error) < 0 || in(to, kernels->output, name, error) < 0)
        return -1;
    if (rename(from, to) < 0 && errno != ENOENT)
        return error_set(error, "%s:", to);
    return 0;
}

/* What the guest put on its second disk decides; what the console said explains. */
static int take_delivery(const struct kernels *kernels, size_t i, struct kernels_boot *boot,
                         struct error *error)
{
    char parcel[PATH_MAX], run[PATH_MAX];
    struct error why;

    if (in(parcel, kernels->work, "parcel", error) < 0 ||
        in(run, kernels->output, kernels->names[i], error) < 0)
        return -1;
    if (strcmp(boot->outcome, "delivered"))
        return 0;
    if (parcel_unpack(parcel, run, &why) < 0) {
        strcpy(boot->outcome, "failed");
        snprintf(boot->reason, sizeof boot->reason, "%.500s", why.text);
    }
    return 0;
}

static int note(struct kernels *kernels, size_t i, const struct kernels_boot *boot, const char *console,
                const char *started, struct error *error)
{
    char path[PATH_MAX];
    json_t *one = json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s, s:s, s:i, s:I, s:s, s:O?}", "kernel",
                            boot->image->release, "run", kernels->names[i], "uname", boot->uname,
                            "outcome", boot->outcome, "reason", *boot->reason ? boot->reason : NULL,
                            "stage", boot->stage, "started_utc", started, "exit", boot->code, "wall_ns",
                            (json_int_t)boot->wall_ns, "console", console, "last_lines",
                            strcmp(boot->outcome, "delivered") ? boot->last_lines : NULL);

    json_array_append_new(json_object_get(kernels->record, "boots"), one);
    if (in(path, kernels->output, "kernels.json", error) < 0)
        return -1;
    return files_replace_json(path, kernels->record, error);
}

static void tell(const struct kernels_boot *boot, uint64_t number, uint64_t total)
{
    char human[32];

    fprintf(stderr, "iotoll: boot %" PRIu64 " of %" PRIu64 ", %s: ", number, total, boot->image->release);
    if (!strcmp(boot->outcome, "delivered"))
        fprintf(stderr, "delivered after %s%s\n", units_human_duration((double)boot->wall_ns, human),
                boot->code ? "; some points have no result" : "");
    else
        fprintf(stderr, "%s: %s\n", boot->outcome, boot->reason);
    for (size_t i = 0; strcmp(boot->outcome, "delivered") && i < json_array_size(boot->last_lines); i++)
        fprintf(stderr, "    %s\n", json_string_value(json_array_get(boot->last_lines, i)));
}

static int boot_one(struct kernels *kernels, size_t i, bool go_on, uint64_t number, bool *delivered,
                    struct error *error)
{
    char initramfs[PATH_MAX], console[PATH_MAX], started[24];
    int result = -1;

    environment_utc_now(started);
    if (make_initramfs(kernels, i, go_on, initramfs, error) < 0 || make_disk(kernels, error) < 0)
        return -1;
    struct kernels_boot boot = describe(kernels, &kernels->machine, i, initramfs);
    if (kernels_boot_run(&boot, error) < 0)
        return -1;
    if (take_delivery(kernels, i, &boot, error) == 0 &&
        keep_console(kernels, i, number, console, error) == 0)
        result = note(kernels, i, &boot, console, started, error);
    *delivered = !strcmp(boot.outcome, "delivered");
    tell(&boot, number, kernels->boots * kernels->count);
    json_decref(boot.last_lines);
    return result;
}

long kernels_boot_all(struct kernels *kernels, struct error *error)
{
    bool has_run[KERNELS_MAX] = {false};
    uint64_t number = 0;
    long failed = 0;

    for (uint64_t round = 0; round < kernels->boots; round++)
        for (size_t step = 0; step < kernels->count; step++) {
            size_t i = round % 2 ? kernels->count - 1 - step : step;
            bool delivered = false;
            if (spawn_stop_requested())
                return failed + 1;
            if (boot_one(kernels, i, has_run[i], ++number, &delivered, error) < 0)
                return -1;
            has_run[i] |= delivered;
            failed += !delivered;
        }
    return failed;
}
