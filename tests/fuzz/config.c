/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A config, by its text. */
#include <stdint.h>
#include "runners/config.h"
#include "tests/unit/fake_catalogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct catalogue catalogue = fake_catalogue();
    json_t *json = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    struct config config = {0};
    struct error error;

    if (!json)
        return 0;
    config_from_json(&config, "fuzz", json, &catalogue, &error);
    config_free(&config);
    json_decref(json);
    return 0;
}
