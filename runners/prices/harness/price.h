/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A price is what this machine charges for one thing. runners/prices/<name>.c is the whole of it: it exports
 * one `const struct price price`, does the thing again and again, and brackets what is to be timed. The
 * harness owns the command line, the clock, repetition and output; a price is found by the Makefile and by
 * the calibration, and listed nowhere. */
#ifndef IOTOLL_PRICE_H
#define IOTOLL_PRICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct probe;

/* What it is measured on, once for each there is. */
enum price_place {
    PRICE_MACHINE, /* nothing but this machine */
    PRICE_FILE,    /* a directory: a warm file to read, and room for a scratch file */
    PRICE_DISK,    /* the same, but only where a block device is behind it */
    PRICE_SCRATCH, /* a directory, for what does not depend on the file */
    PRICE_SOCKET,  /* a sink, and a warm file to send, or none */
};

/* What is done with the times and counts of an entry: PRICE_RATE is count / time, all others are time / count. */
enum price_unit { PRICE_CALL, PRICE_PAGE, PRICE_FAULT, PRICE_WINDOW, PRICE_SWITCH, PRICE_GIB, PRICE_RATE };

struct price_entry {
    const char *name;
    enum price_unit unit;
    bool every_block; /* its value does not depend on B: given once, over all */
};

enum { PRICE_ENTRIES_MAX = 8 };

struct price {
    const char *summary;
    enum price_place place;
    unsigned cpus;                    /* it needs at least so many; 0: one */
    bool all_cpus;                    /* not pinned to the CPU of the methods */
    const uint64_t *blocks;           /* B in turn, ended by 0; NULL: none */
    const uint64_t *depths;           /* requests in flight, the same */
    bool first_counts;                /* the first pass is a measurement, too: it is like all others, and long */
    bool by_threads;                  /* once with one thread, once with one for every CPU */
    struct price_entry entries[PRICE_ENTRIES_MAX];

    /* setup and teardown are called for each B, depth or number of threads; NULL: nothing. A pass does some
     * of the work, and calls begin() and end() around what counts. It is repeated until there is enough. */
    void (*setup)(struct probe *probe);
    void (*pass)(struct probe *probe);
    void (*teardown)(struct probe *probe);
};
extern const struct price price;

/* One series of passes. */
struct probe {
    uint64_t block, depth;    /* 0 where the price has none */
    unsigned threads;
    uint64_t page;            /* bytes */
    const char *directory;    /* for scratch files, or NULL */
    int file;                 /* PRICE_FILE, PRICE_DISK: warm, open for reading */
    const char *path;         /* of it */
    uint64_t file_bytes;
    int socket;               /* PRICE_SOCKET: connected and greeted */
    int scratch;              /* for setup to fill: probe_scratch */
    char *buffer, *other;     /* for setup to fill */
    void *own;                /* whatever setup made */
    uint64_t begun, part;
    bool stolen;              /* the hypervisor took too much of it */
    double ns[PRICE_ENTRIES_MAX], count[PRICE_ENTRIES_MAX];
};

/* The clock runs from begin to end; the time is put down to an entry with what was done in it. end_less takes
 * it off: for what is in another timed part but does not belong to the price. */
void begin(struct probe *probe);
void end(struct probe *probe, int entry, double count);
void end_less(struct probe *probe, int entry);

/* The same with the CPU time of this thread. */
void begin_cpu(struct probe *probe);
void end_cpu(struct probe *probe, int entry, double count);
void end_cpu_less(struct probe *probe, int entry);

/* What cannot be measured here ends the program: fail with errno, unsupported with a reason. */
void fail(const char *what) __attribute__((noreturn));
void unsupported(const char *reason) __attribute__((noreturn));

/* Page-aligned anonymous memory whose pages are all there. */
char *memory_new(uint64_t bytes);
void memory_free(char *memory, uint64_t bytes);

/* common/prefault.h, or the end of the program. */
void memory_prefault(uint64_t bytes);

/* All of it, over EINTR and short counts. */
void read_all(int fd, void *buffer, uint64_t bytes);
void write_all(int fd, const void *buffer, uint64_t bytes);

/* A new file of the scratch directory, without a name. */
int scratch_new(const struct probe *probe);

/* The offset of the next part of so many bytes: each in turn, from any one on, far from the last one. The next pass
 * must not find what the last one left in the CPU's caches; and some parts of a file lie in better pieces of memory
 * than others, so a few passes see the file as it is. */
int64_t next_part(struct probe *probe, uint64_t bytes);

/* Minor faults of this thread so far. */
uint64_t faults_so_far(void);

/* Read one byte of every page, at this offset in it. */
void touch_pages(const char *memory, uint64_t bytes, uint64_t page, uint64_t inside);

/* Tell the sink that bytes will come, which it is to drop; wait until it has them all. */
void sink_announce(struct probe *probe, uint64_t bytes);
void sink_wait(struct probe *probe);

#endif
