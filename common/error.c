/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void compose(char *text, size_t size, const char *format, va_list arguments)
{
    int saved = errno;
    int length = vsnprintf(text, size, format, arguments);
    size_t used = length < 0 ? 0 : (size_t)length < size ? (size_t)length : size - 1;

    if (used > 0 && text[used - 1] == ':')
        snprintf(text + used, size - used, " %s", strerror(saved));
}

int(error_set)(struct error *error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    compose(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return -1;
}

int(error_prefix)(struct error *error, const char *format, ...)
{
    struct error inner = *error;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    size_t used = strlen(error->text);
    snprintf(error->text + used, sizeof error->text - used, ": %s", inner.text);
    return -1;
}

/* The first of several threads to die speaks for all. */
static atomic_flag dying = ATOMIC_FLAG_INIT;

void die(int code, const char *format, ...)
{
    char text[1024];
    va_list arguments;

    va_start(arguments, format);
    compose(text, sizeof text, format, arguments);
    va_end(arguments);
    while (atomic_flag_test_and_set(&dying))
        pause(); /* another thread has said why, and ends us all */
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, text);
    exit(code);
}
