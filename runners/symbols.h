/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From addresses to names: of the kernel by /proc/kallsyms, of programs and libraries by their ELF symbols. */
#ifndef IOTOLL_SYMBOLS_H
#define IOTOLL_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbol {
    uint64_t start, end; /* end 0: up to the next symbol */
    const char *name;    /* in the text of its table */
    bool of_module;
};

/* Sorted by start. */
struct symbols {
    struct symbol *all;
    size_t count, room;
    char *text; /* the file, or what is needed of it */
    size_t text_bytes;
    struct symbol_part { /* of an ELF file: what is loaded from where */
        uint64_t offset, address, bytes;
    } parts[8];
    size_t part_count;
};

/* The kernel's. 0, or -1 where addresses are hidden or the file cannot be read. */
int symbols_kernel(struct symbols *symbols);

/* Those of functions of an ELF64 file of this machine. 0, or -1 where it is none or cannot be read; a file
 * without symbols has none. */
int symbols_file(struct symbols *symbols, const char *path);
void symbols_free(struct symbols *symbols);

/* The symbol at an address of the kernel, or at an offset in the ELF file; NULL if there is none. */
const struct symbol *symbols_at(const struct symbols *symbols, uint64_t address);
const struct symbol *symbols_at_offset(const struct symbols *symbols, uint64_t offset);

#endif
