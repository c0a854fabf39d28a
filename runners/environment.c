/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/environment.h"

#if defined __x86_64__ || defined __i386__
#include <cpuid.h>
#endif
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "common/units.h"
#include "runners/damon.h"
#include "runners/files.h"

static json_t *file_text(const char *path)
{
    char text[512];
    long length = files_read(path, text, sizeof text);

    return length > 0 ? json_string(text) : json_null();
}

/* The value of the first line "key : value" of a file like /proc/cpuinfo, or null. */
static json_t *keyed_text(const char *path, const char *key)
{
    char line[512];
    json_t *value = NULL;
    FILE *file = fopen(path, "re");

    while (file && !value && fgets(line, sizeof line, file)) {
        char *colon = strchr(line, ':');
        if (!colon || strncmp(line, key, strlen(key)))
            continue;
        colon += 1 + strspn(colon + 1, " \t");
        colon[strcspn(colon, "\n")] = 0;
        value = json_string(colon);
    }
    if (file)
        fclose(file);
    return value ? value : json_null();
}

static json_t *memory_bytes(void)
{
    long long pages = sysconf(_SC_PHYS_PAGES);

    return pages > 0 ? json_integer(pages * sysconf(_SC_PAGESIZE)) : json_null();
}

/* The CPU says whether a hypervisor runs it, DMI and /sys/hypervisor say which. null if it cannot be asked. */
static json_t *virtualisation(void)
{
    char text[4096] = "";
    FILE *file = fopen("/proc/cpuinfo", "re");
    int guest = 0;

    if (!file)
        return json_null();
    while (!guest && fgets(text, sizeof text, file))
        guest = !strncmp(text, "flags", 5) && strstr(text, " hypervisor");
    bool failed = ferror(file);
    fclose(file);
    if (!guest)
        return failed ? json_null() : json_string("none");
    if (files_read("/sys/hypervisor/type", text, sizeof text) > 0 ||
        files_read("/sys/class/dmi/id/sys_vendor", text, sizeof text) > 0)
        return json_string(text);
    return json_string("virtual machine");
}

/* How much a time is worth here. An emulator says so where every hypervisor says who it is: in a leaf of
 * CPUID that begins at 0x40000000 (Linux, Documentation/virt/kvm/x86/cpuid.rst). */
static const char *lane(void)
{
#if defined __x86_64__ || defined __i386__
    unsigned features, unused, name[3];

    if (!__get_cpuid(1, &unused, &unused, &features, &unused) || !(features & 1u << 31))
        return "bare metal";
    __cpuid(0x40000000, unused, name[0], name[1], name[2]);
    if (!memcmp(name, "TCGTCGTCGTCG", sizeof name))
        return "emulated";
    if (!memcmp(name, "KVMKVMKVM\0\0", sizeof name))
        return "kvm";
    return "virtual machine";
#else
    return access("/sys/hypervisor/type", R_OK) == 0 ? "virtual machine" : "unknown";
#endif
}

static json_t *mitigations(void)
{
    static const char directory[] = "/sys/devices/system/cpu/vulnerabilities";
    json_t *all = json_object();
    DIR *entries = opendir(directory);
    char path[512];

    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%.200s", directory, entry->d_name);
        json_object_set_new(all, entry->d_name, file_text(path));
    }
    if (entries)
        closedir(entries);
    return all;
}

/* "always [madvise] never" is madvise. */
static json_t *chosen(const char *path)
{
    char text[256];

    if (files_read(path, text, sizeof text) <= 0)
        return json_null();
    char *start = strchr(text, '['), *end = start ? strchr(start, ']') : NULL;
    if (!end)
        return json_string(text);
    *end = 0;
    return json_string(start + 1);
}

static json_t *damon(void)
{
    char text[128];

    return !damon_actions(text, sizeof text) ? json_null() : json_string(*text ? text : "none");
}

json_t *environment_describe(void)
{
    struct utsname name;

    uname(&name);
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:i, s:o, s:o, s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:o, s:o}", "host",
        name.nodename, "kernel", name.release, "kernel_version", name.version, "architecture",
        name.machine, "cpu_model", keyed_text("/proc/cpuinfo", "model name"), "cpus",
        (int)sysconf(_SC_NPROCESSORS_ONLN), "memory_bytes", memory_bytes(), "virtualisation",
        virtualisation(), "lane", lane(), "boot_id", file_text("/proc/sys/kernel/random/boot_id"),
        "root", geteuid() == 0,
        "transparent_hugepages", chosen("/sys/kernel/mm/transparent_hugepage/enabled"),
        "transparent_hugepages_shmem",
        chosen("/sys/kernel/mm/transparent_hugepage/shmem_enabled"), "governor",
        file_text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"), "mitigations", mitigations(),
        "microcode", keyed_text("/proc/cpuinfo", "microcode"), "page_size_bytes",
        (int)sysconf(_SC_PAGESIZE), "aslr", file_text("/proc/sys/kernel/randomize_va_space"),
        "load_average", file_text("/proc/loadavg"), "damon", damon());
}

json_t *environment_build(void)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "version", BUILD_VERSION, "compiler",
#ifdef __clang__
                     "clang " __clang_version__,
#else
                     "gcc " __VERSION__,
#endif
                     "flags", BUILD_FLAGS, "commit", BUILD_COMMIT);
}

const char *environment_utc_now(char buffer[24])
{
    time_t now = time(NULL);
    struct tm utc;

    gmtime_r(&now, &utc);
    strftime(buffer, 24, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return buffer;
}
