/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/terms.h"

#include <math.h>
#include <string.h>

#include "analysis/calibration.h"
#include "common/units.h"

const char *const term_group_names[] = {"system calls", "copying", "faults and mapping", "unmapping",
                                        "pages", "consuming", "socket"};

#define CALL "ns/call"
#define PAGE "ns/page"
#define FAULT "ns/fault"
#define WINDOW "ns/window"
#define BYTES "ns/gib"

const struct term terms[] = {
    {"system calls", "system calls", CALLS, "null_syscall", CALL, TERM_MACHINE, TERM_NO_BLOCK, NULL, false,
     GROUP_CALLS, "but those that map and unmap, whose price has them in it"},
    {"copying to user space", NULL, COPIED_OUT_BYTES, "copy_out", BYTES, TERM_SOURCE, TERM_OWN_BLOCK, NULL, true,
     GROUP_COPY, "read(2) and its like; finding the pages is in it"},
    {"copying from user space", NULL, COPIED_IN_BYTES, "copy_in", BYTES, TERM_DESTINATION, TERM_OWN_BLOCK, NULL, true,
     GROUP_COPY, "write(2) and its like into a file, from a buffer that is near"},
    {"copying from page to page", NULL, COPIED_IN_FAR_BYTES, "copy_far", BYTES, TERM_DESTINATION, TERM_PIPE_BLOCK, NULL,
     true, GROUP_COPY, "from pages of a file that no CPU has near"},
    {"copying between mappings", NULL, MAPPED_COPY_BYTES, "user_copy_far", BYTES, TERM_MACHINE, TERM_OWN_BLOCK, NULL,
     false, GROUP_COPY, "memcpy(3); past the caches for large blocks"},
    {"new pages in the page cache", "new pages", NEW_PAGES, "cache_insertion", PAGE, TERM_DESTINATION, TERM_OWN_BLOCK,
     NULL, false, GROUP_PAGES, "what writing a new page costs more than overwriting one"},
    {"new pages by passing", "new pages", PASSED_NEW_PAGES, "passed_insertion", PAGE, TERM_DESTINATION, TERM_PIPE_BLOCK,
     NULL, false, GROUP_PAGES, "the same, 64 KiB at a time, as the kernel's pipe has them"},
    {"pages passed by reference", "pages passed on", PASSED_PAGES, "page_reference", PAGE, TERM_SOURCE, TERM_OWN_BLOCK,
     NULL, false, GROUP_PAGES, "sendfile(2), splice(2): into a pipe and out of it"},
    {"mapping windows", "windows", WINDOWS, "map_window", WINDOW, TERM_SOURCE, TERM_OWN_BLOCK, NULL, false,
     GROUP_CALLS, "mmap(2) over the window before, which has no pages"},
    {"faults", "faults", READ_FAULTS, "fault", FAULT, TERM_SOURCE, TERM_OWN_BLOCK, "fault_single", false,
     GROUP_FAULTS, "with the pages that the kernel maps around each"},
    {"write faults", "write faults", WRITE_FAULTS, "write_fault", FAULT, TERM_DESTINATION, TERM_NO_BLOCK, NULL, false,
     GROUP_FAULTS, "on a shared mapping, in folios of one page"},
    {"write faults in huge folios", "write faults", HUGE_WRITE_FAULTS, "write_fault_huge", FAULT, TERM_DESTINATION,
     TERM_NO_BLOCK, NULL, false, GROUP_FAULTS, "all blocks of the folio are looked at for every page"},
    {"new pages of a mapping", "new pages", MAPPED_NEW_PAGES, "mapped_page", PAGE, TERM_DESTINATION, TERM_NO_BLOCK,
     NULL, false, GROUP_FAULTS, "made, zeroed, entered into the file: what writing to a hole takes more"},
    {"new pages in huge folios", "new pages", MAPPED_NEW_HUGE_PAGES, "mapped_page_huge", PAGE, TERM_DESTINATION,
     TERM_NO_BLOCK, NULL, false, GROUP_FAULTS, NULL},
    {"unmapping", "pages unmapped", UNMAPPED_PAGES, "unmap_page", PAGE, TERM_SOURCE, TERM_OWN_BLOCK, NULL, false,
     GROUP_UNMAP, NULL},
    {"unmapping written pages", "written pages unmapped", UNMAPPED_DIRTY_PAGES, "unmap_dirty_page", PAGE,
     TERM_DESTINATION, TERM_NO_BLOCK, NULL, false, GROUP_UNMAP, NULL},
    {"fresh buffer pages", "fresh pages", BUFFER_PAGES, "fresh_page", PAGE, TERM_MACHINE, TERM_NO_BLOCK, NULL, false,
     GROUP_PAGES, "the fault, the allocation and the zeroing"},
    {"digesting what is near", NULL, DIGESTED_NEAR_BYTES, "digest_near", BYTES, TERM_MACHINE, TERM_OWN_BLOCK,
     NULL, false, GROUP_CONSUME, "a buffer that was just filled"},
    {"digesting what is far", NULL, DIGESTED_MAPPED_BYTES, "digest_mapped", BYTES, TERM_SOURCE, TERM_OWN_BLOCK, NULL,
     false, GROUP_CONSUME, "mapped pages, from memory"},
    {"touching what is near", "pages touched", TOUCHED_NEAR_PAGES, "touch_near", PAGE, TERM_MACHINE, TERM_OWN_BLOCK,
     NULL, false, GROUP_CONSUME, NULL},
    {"touching what is far", "pages touched", TOUCHED_MAPPED_PAGES, "touch_mapped", PAGE, TERM_SOURCE, TERM_OWN_BLOCK,
     NULL, false, GROUP_CONSUME, NULL},
    {"memory to socket", NULL, SENT_NEAR_BYTES, "socket_copy", BYTES, TERM_DESTINATION, TERM_OWN_BLOCK, NULL, true,
     GROUP_SOCKET, "copied from a buffer that is near; until the sink has it all"},
    {"far memory to socket", NULL, SENT_FAR_BYTES, "socket_copy_far", BYTES, TERM_DESTINATION, TERM_OWN_BLOCK,
     NULL, true, GROUP_SOCKET, "copied from pages that are mapped and far"},
    {"pages to socket", NULL, SENT_PASSED_BYTES, "socket_pages", BYTES, TERM_DESTINATION, TERM_OWN_BLOCK, NULL, true,
     GROUP_SOCKET, "passed on by reference, not copied"},
    {"pages from the device", "pages read", COLD_PAGES, "cold_insertion", PAGE, TERM_SOURCE, TERM_NO_BLOCK, NULL, false,
     GROUP_PAGES, "CPU time of entering them into the page cache, beside the wait"},
};
const size_t term_count = sizeof terms / sizeof *terms;
_Static_assert(sizeof terms / sizeof *terms <= QUANTITIES, "an explanation has room for one toll a quantity");

static const char *target_of(const struct term *term, const struct point *point)
{
    return term->side == TERM_SOURCE ? point->source : term->side == TERM_DESTINATION ? point->destination : NULL;
}

static uint64_t block_of(const struct term *term, const struct point *point)
{
    switch (term->block) {
    case TERM_OWN_BLOCK: return point->block_size_bytes ? point->block_size_bytes : GIB;
    case TERM_PIPE_BLOCK: return 64 * KIB;
    default: return 0;
    }
}

static struct calibration_place place_of(const struct term *term, const struct point *point)
{
    const char *target = target_of(term, point);

    return (struct calibration_place){.target = target,
                                      .source = target == point->destination ? point->source : NULL,
                                      .block = block_of(term, point),
                                      .file_size = point->file_size_bytes};
}

/* The calls that were made when a price by block was measured are taken off it. */
static double without_calls(double price_ns, const struct run *run, const json_t *entry)
{
    double block = json_number_value(json_object_get(entry, "block_size_bytes"));
    double call = calibration_price(run, "null_syscall", CALL, &(struct calibration_place){0}).middle;

    return block > 0 && call > 0 ? fmax(price_ns - call * GIB / block, 0) : price_ns;
}

double term_price_ns(const struct term *term, const struct run *run, const struct point *point,
                     const struct quantities *quantities)
{
    const struct calibration_place place = place_of(term, point);
    const json_t *entry;

    if (term->fault_base)
        return calibration_fault_ns(run, term->price, term->fault_base, &place, quantities->pages_a_read_fault);
    if (!(entry = calibration_find(run, term->price, term->unit, &place)))
        return NAN;
    double price = json_number_value(json_object_get(entry, "value"));
    if (term->calls_inside)
        price = without_calls(price, run, entry);
    return strcmp(term->unit, BYTES) ? price : price / GIB;
}
