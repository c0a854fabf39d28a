/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/text.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

enum { FIRST_ROOM = 4096 };

/* Room for so many bytes more and a NUL. */
static bool make_room(struct text *text, size_t more)
{
    size_t room = text->room ? text->room : FIRST_ROOM;

    if (more >= SIZE_MAX / 2 - text->size)
        return false;
    while (room <= text->size + more)
        room *= 2;
    if (room == text->room)
        return true;
    char *data = realloc(text->data, room);
    if (!data)
        return false;
    text->data = data;
    text->room = room;
    return true;
}

/* The write of a cookie: 0 is its error. */
static ssize_t add(void *cookie, const char *data, size_t size)
{
    struct text *text = cookie;

    text->failed |= !make_room(text, size);
    if (text->failed)
        return 0;
    memcpy(text->data + text->size, data, size);
    text->size += size;
    return (ssize_t)size;
}

FILE *text_open(struct text *text)
{
    static const cookie_io_functions_t functions = {.write = add};

    *text = (struct text){0};
    return text->out = fopencookie(text, "w", functions);
}

char *text_close(struct text *text, size_t *size)
{
    text->failed |= !text->out || ferror(text->out);
    if (text->out && fclose(text->out) != 0)
        text->failed = true;
    text->out = NULL;
    if (text->failed || !make_room(text, 0)) {
        text_discard(text);
        return NULL;
    }
    text->data[text->size] = 0;
    if (size)
        *size = text->size;
    return text->data;
}

void text_pass(struct text *text, FILE *out, void (*write)(FILE *out, const char *text))
{
    char *data = text_close(text, NULL);

    if (data)
        write(out, data);
    else
        text_spoil(out);
    free(data);
}

bool text_cut(struct text *text, char *buffer, size_t size)
{
    char *data = text_close(text, NULL);

    const bool whole = data != NULL;

    snprintf(buffer, size, "%s", whole ? data : "");
    free(data);
    return whole;
}

void text_discard(struct text *text)
{
    if (text->out)
        fclose(text->out);
    free(text->data);
    *text = (struct text){0};
}

/* There is no function that sets the error indicator, but to read where one can only write does
 * (POSIX.1-2008, fgetc: EBADF). */
void text_spoil(FILE *out)
{
    fgetc(out);
    errno = ENOMEM; /* what is asked for it in the end is this */
}
