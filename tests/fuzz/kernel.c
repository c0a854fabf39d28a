/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kernel image from its setup header on, and behind four NULs the modules.dep beside it. */
#include "tests/fuzz/driver/files.h"

#include "runners/kernels_image.h"
#include "runners/kernels_modules.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void list(void)
{
    struct target_spec target = {.type = TARGET_NAMESPACE};
    struct config config = {.targets = &target, .target_count = 1};
    struct kernel_image image = {.release = "6.1"};
    struct loads loads = {.count = 0};
    struct error error;

    snprintf(image.modules, sizeof image.modules, "%s", directory);
    list_loads(&loads, &image, &config, &error);
    for (size_t i = 0; i < loads.count; i++)
        free(loads.paths[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t setup = 0x202, length = 0x10000;
    static uint8_t head[0x10000];
    struct kernel_image image;
    struct error error;
    char named[200];
    const uint8_t *end = memmem(data, size, "\0\0\0\0", 4);
    size_t header = end ? (size_t)(end - data) : size;

    files_begin();
    memset(head, 0, sizeof head);
    memcpy(head + setup, data, header < length - setup ? header : length - setup);
    if (kernels_image_read(&image, files_put("image", head, length), &error) == 0 && strchr(image.release, '/'))
        abort();
    kernels_image_read(&image, files_put("image", data, header), &error);
    files_put("image", head, length);
    snprintf(named, sizeof named, "%s/image:%s", directory, directory);
    kernels_image_read(&image, named, &error);
    files_put("modules.dep", end ? end + 4 : data, end ? size - header - 4 : 0);
    list();
    return 0;
}
