/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One target of a config: where bytes live or go. Every type has its keys in one table. */
#ifndef IOTOLL_CONFIG_TARGET_H
#define IOTOLL_CONFIG_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "common/field.h"
#include "common/point.h"

/* Those that hold files, then sockets; named by axes_target_types. */
enum target_type {
    TARGET_DIRECTORY,
    TARGET_TMPFS,
    TARGET_IMAGE,
    TARGET_THROTTLED,
    TARGET_TCP,
    TARGET_UNIX,
    TARGET_NAMESPACE,
    TARGET_REMOTE,
    TARGET_TYPES
};
extern const char *const target_huge_names[]; /* of a tmpfs: mount option huge=; "never" is the default */
extern const char *const target_file_systems[]; /* of an image */

struct target_spec {
    char name[POINT_NAME_SIZE];
    enum target_type type;
    char *path;          /* directory, throttled, image: as written, not yet resolved */
    uint64_t size_bytes; /* tmpfs, image */
    uint64_t huge;       /* tmpfs: index into target_huge_names */
    uint64_t file_system; /* image: index into target_file_systems */
    char *mkfs_options, *mount_options; /* image: words, and a comma list; NULL: none */
    uint64_t rate_bytes_per_s; /* throttled */
    uint64_t rate_bits_per_s;  /* namespace; 0: as fast as it goes */
    uint64_t mtu_bytes;        /* namespace; 0: the kernel's default */
    char *host, *token_file;   /* remote */
    uint64_t port;
};

/* Its bytes come from or go to a peer. */
bool target_type_is_socket(enum target_type type);

/* "10mbit", "1gbit" (powers of 1000, as tc(8) has them) to bits per second. 0 or -1. */
int config_target_parse_bits(const char *text, uint64_t *bits_per_s);

/* Read the target whose name is the field's key. 0, or -1 with an error; free it either way. */
int config_target_read(struct target_spec *target, const struct field *field, struct error *error);
void config_target_free(struct target_spec *target);

#endif
