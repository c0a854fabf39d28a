/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/symbols.h"

#include <elf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const off_t file_limit = 1 << 30;

static int add(struct symbols *symbols, uint64_t start, uint64_t end, const char *name, bool of_module)
{
    if (symbols->count == symbols->room) {
        size_t room = symbols->room ? 2 * symbols->room : 4096;
        struct symbol *grown = reallocarray(symbols->all, room, sizeof *grown);
        if (!grown)
            return -1;
        symbols->all = grown;
        symbols->room = room;
    }
    symbols->all[symbols->count++] = (struct symbol){start, end, name, of_module};
    return 0;
}

static int compare(const void *a, const void *b)
{
    const struct symbol *left = a, *right = b;

    if (left->start != right->start)
        return left->start < right->start ? -1 : 1;
    return strcmp(left->name, right->name); /* aliases: always the same one */
}

static void sort(struct symbols *symbols)
{
    if (symbols->count > 0)
        qsort(symbols->all, symbols->count, sizeof *symbols->all, compare);
}

/* All of a file whose size the kernel does not tell beforehand; NUL-terminated. */
static int read_text(struct symbols *symbols, const char *path)
{
    FILE *file = fopen(path, "re");
    size_t room = 0, got = 1;

    while (file && got > 0) {
        if (symbols->text_bytes + 65536 > room) {
            char *grown = realloc(symbols->text, room = 2 * room + (1 << 20));
            if (!grown)
                break;
            symbols->text = grown;
        }
        got = fread(symbols->text + symbols->text_bytes, 1, 65535, file);
        symbols->text_bytes += got;
    }
    if (file)
        fclose(file);
    if (!file || got > 0)
        return -1;
    symbols->text[symbols->text_bytes] = 0;
    return 0;
}

/* "ffffffff81000000 T name" or "ffffffffc0000000 t name\t[module]"; all zero for who may not know. Variables
 * are left out. */
int symbols_kernel(struct symbols *symbols)
{
    char *rest = NULL;

    *symbols = (struct symbols){0};
    if (read_text(symbols, "/proc/kallsyms") < 0)
        return -1;
    for (char *line = strtok_r(symbols->text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *end;
        uint64_t address = strtoull(line, &end, 16);
        if (address == 0 || strlen(end) < 4 || !strchr("tTwW", end[1]))
            continue;
        char *tab = strchr(end + 3, '\t');
        if (tab)
            *tab = 0;
        if (add(symbols, address, 0, end + 3, tab != NULL) < 0)
            return -1;
    }
    sort(symbols);
    return symbols->count > 0 ? 0 : -1;
}

/* count items of a size each at an offset, if they lie in the file, and as tables of 64-bit words must. */
static const void *inside(const struct symbols *symbols, uint64_t offset, uint64_t count, uint64_t size)
{
    if ((size > 1 && offset % sizeof(uint64_t)) || offset > symbols->text_bytes ||
        count > (symbols->text_bytes - offset) / size)
        return NULL;
    return symbols->text + offset;
}

static void take_parts(struct symbols *symbols, const Elf64_Ehdr *head)
{
    const Elf64_Phdr *parts = inside(symbols, head->e_phoff, head->e_phnum, sizeof *parts);

    for (size_t i = 0; parts && i < head->e_phnum && symbols->part_count < 8; i++)
        if (parts[i].p_type == PT_LOAD)
            symbols->parts[symbols->part_count++] =
                (struct symbol_part){parts[i].p_offset, parts[i].p_vaddr, parts[i].p_filesz};
}

static int take_table(struct symbols *symbols, const Elf64_Shdr *table, const Elf64_Shdr *strings)
{
    uint64_t count = table->sh_size / sizeof(Elf64_Sym);
    const Elf64_Sym *list = inside(symbols, table->sh_offset, count, sizeof *list);
    const char *names = inside(symbols, strings->sh_offset, strings->sh_size, 1);

    if (!list || !names || strings->sh_size == 0 || names[strings->sh_size - 1])
        return -1;
    for (uint64_t i = 0; i < count; i++) {
        int type = ELF64_ST_TYPE(list[i].st_info);
        if ((type != STT_FUNC && type != STT_GNU_IFUNC) || list[i].st_value == 0 || list[i].st_size == 0 ||
            list[i].st_name >= strings->sh_size)
            continue;
        if (add(symbols, list[i].st_value, list[i].st_value + list[i].st_size, names + list[i].st_name,
                false) < 0)
            return -1;
    }
    return 0;
}

/* The full table where the file has one, else that of what it exports. */
static int take_symbols(struct symbols *symbols, const Elf64_Ehdr *head)
{
    const Elf64_Shdr *sections = inside(symbols, head->e_shoff, head->e_shnum, sizeof *sections);
    const Elf64_Shdr *best = NULL;

    for (size_t i = 0; sections && i < head->e_shnum; i++)
        if (sections[i].sh_link < head->e_shnum &&
            (sections[i].sh_type == SHT_SYMTAB || (sections[i].sh_type == SHT_DYNSYM && !best)))
            best = &sections[i];
    return best ? take_table(symbols, best, &sections[best->sh_link]) : 0;
}

int symbols_file(struct symbols *symbols, const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    bool fits = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size < file_limit;

    *symbols = (struct symbols){0};
    if (fd >= 0)
        close(fd);
    if (!fits || read_text(symbols, path) < 0)
        return -1;
    const Elf64_Ehdr *head = inside(symbols, 0, 1, sizeof *head);
    if (!head || memcmp(head->e_ident, ELFMAG, SELFMAG) || head->e_ident[EI_CLASS] != ELFCLASS64)
        return -1;
    take_parts(symbols, head);
    int result = take_symbols(symbols, head);
    sort(symbols);
    return result;
}

void symbols_free(struct symbols *symbols)
{
    free(symbols->all);
    free(symbols->text);
    *symbols = (struct symbols){0};
}

const struct symbol *symbols_at(const struct symbols *symbols, uint64_t address)
{
    size_t low = 0, high = symbols->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (symbols->all[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    const struct symbol *found = &symbols->all[low - 1];
    return found->end == 0 || address < found->end ? found : NULL;
}

const struct symbol *symbols_at_offset(const struct symbols *symbols, uint64_t offset)
{
    for (size_t i = 0; i < symbols->part_count; i++) {
        const struct symbol_part *part = &symbols->parts[i];
        if (offset >= part->offset && offset - part->offset < part->bytes)
            return symbols_at(symbols, offset - part->offset + part->address);
    }
    return NULL;
}
