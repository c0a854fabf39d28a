/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A config file, and behind a NUL a file of claims that it may name: "claims.json". */
#include "runners/config.h"
#include "tests/fuzz/driver/files.h"
#include "tests/unit/fake_catalogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct catalogue catalogue = fake_catalogue();
    struct config config = {0};
    struct error error;
    size_t length;

    files_begin();
    const uint8_t *part = files_part(&data, &size, &length);
    files_put("claims.json", data, size);
    if (config_load(&config, files_put("fuzz.json", part, length), &catalogue, &error) == 0)
        config_free(&config);
    return 0;
}
