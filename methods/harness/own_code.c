/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/own_code.h"

#include <link.h>
#include <stddef.h>
#include <stdint.h>

enum { SMALLEST_PAGE = 4096 };

/* Sanitizers put traps between constants; reading those is harmless. */
static __attribute__((no_sanitize("address"))) int touch_segments(struct dl_phdr_info *info, size_t size,
                                                                  void *context)
{
    (void)size;
    (void)context;
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        const volatile char *start = (const char *)(uintptr_t)(info->dlpi_addr + segment->p_vaddr);
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W))
            continue;
        for (size_t offset = 0; offset < segment->p_memsz; offset += SMALLEST_PAGE)
            (void)start[offset];
    }
    return 0;
}

void own_code_load(void)
{
    dl_iterate_phdr(touch_segments, NULL);
}
