/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256 (FIPS 180-4), for what a content security policy allows by its digest. */
#ifndef IOTOLL_SHA256_H
#define IOTOLL_SHA256_H

#include <stddef.h>

/* "sha256-" and the digest of text in base64, into source; returns it. */
const char *sha256_source(const char *text, size_t length, char source[64]);

#endif
