/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors: modules return -1 and fill a struct error, mains and methods die. */
#ifndef IOTOLL_ERROR_H
#define IOTOLL_ERROR_H

struct error {
    char text[1024];
};

/* Exit codes of the iotoll command and, from EXIT_UNSUPPORTED on, of a method program. */
enum { EXIT_DONE = 0, EXIT_INCOMPLETE = 1, EXIT_USAGE = 2, EXIT_ENVIRONMENT = 3,
       EXIT_REGRESSION = 4, EXIT_UNSUPPORTED = 77 };

/* Write the message and return -1, so that a module can `return error_set(...)`.
 * A format that ends in ':' gets strerror(errno) appended. */
int error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Put "prefix: " before what error already says and return -1. */
int error_prefix(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What it takes the compiler's analyzer to know the result, which it does not see in another file. */
#ifdef __clang_analyzer__
#define error_set(...) (error_set(__VA_ARGS__), -1)
#define error_prefix(...) (error_prefix(__VA_ARGS__), -1)
#endif

/* Print the message on stderr and exit. A format that ends in ':' gets strerror(errno). */
void die(int code, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));

#endif
