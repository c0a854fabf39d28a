/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What programs say of themselves, and what those print that are no methods: the first byte says which. The functions
 * are static: their sources are part of this program. */
#include "tests/fuzz/driver/files.h"

#define parse_description catalogue_parse
#define describe catalogue_describe
#include "runners/catalogue.c"
#undef parse_description
#undef describe
#include "runners/price_programs.c"
#include "runners/hyperfine.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_method(const char *text)
{
    struct method_info info = {.fd = -1};
    struct error error;

    catalogue_parse(&info, text, &error);
    free(info.summary);
}

static void read_price(const char *text)
{
    struct price_program program;
    struct error error;
    char reason[256];

    if (parse_description(&program, text, &error) == 0 && program.place >= (enum price_place)PLACES)
        abort();
    json_decref(parse_values(text, reason));
}

static void read_hyperfine(const char *text)
{
    struct session session = {.program = NULL};
    struct hyperfine_trial trial = {.session = &session, .record = json_object()};
    struct exchange exchange;
    struct error error;

    files_begin();
    snprintf(exchange.timed, sizeof exchange.timed, "%s", files_put("timed.json", text, strlen(text)));
    snprintf(exchange.prepared, sizeof exchange.prepared, "%s", exchange.timed);
    if (import_times(&trial, &exchange, &error) == 0 &&
        json_integer_value(json_object_get(trial.record, "whole_process_ns")) < 0)
        abort();
    import_prepared(&trial, &exchange, &error);
    json_decref(trial.record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(const char *text) = {read_method, read_price, read_hyperfine};
    char *text = size > 0 ? strndup((const char *)data + 1, size - 1) : NULL;

    if (text)
        readers[data[0] % 3](text);
    free(text);
    return 0;
}
