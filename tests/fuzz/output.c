/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line that a method prints; the first byte says what is wanted of it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runners/output.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error;
    char *text = size > 0 ? strndup((const char *)data + 1, size - 1) : NULL;

    if (!text)
        return 0;
    json_t *output = output_parse(text, data[0] % 3, &error), *record = json_object();
    output_copy(output, record);
    json_decref(output);
    json_decref(record);
    free(text);
    return 0;
}
