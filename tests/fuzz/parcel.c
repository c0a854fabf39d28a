/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a guest wrote onto its disk: as it stands if it begins so, else behind a header that is right. Nothing is
 * unpacked to anywhere else. */
#include <sys/stat.h>

#include "tests/fuzz/driver/files.h"

#include "runners/parcel.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_image(const char *path, const uint8_t *data, size_t size)
{
    char header[HEADER] = "";
    FILE *out = fopen(path, "we");

    if (!out)
        abort();
    if (size < 6 || memcmp(data, "iotoll", 6)) {
        snprintf(header, sizeof header, "iotoll parcel 1\nlength %zu\ndigest %016" PRIx64 "\n", size,
                 digest_of((const char *)data, size));
        fwrite(header, 1, sizeof header, out);
    }
    if (fwrite(data, 1, size, out) != size || fclose(out))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char image[] = "image";
    char path[96];
    struct error error;

    files_begin();
    files_clear();
    snprintf(path, sizeof path, "%s/%s", directory, image);
    put_image(path, data, size);
    parcel_unpack(path, directory, &error);
    return 0;
}
