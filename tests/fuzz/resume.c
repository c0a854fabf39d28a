/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run directory that is to be gone on with: run.json and, behind a NUL, trials.jsonl. */
#include "runners/boots.h"
#include "runners/journal.h"
#include "runners/run_file.h"
#include "runners/schedule.h"
#include "tests/fuzz/driver/files.h"
#include "tests/unit/fake_catalogue.h"

enum { BLOCKS_MAX = 1000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void go_on(struct session *session, const json_t *boots)
{
    struct schedule schedule = {0};
    struct error error;

    if (journal_open(&session->journal, directory, &error) < 0)
        return;
    if (schedule_new(&schedule, session, UINT64_MAX, boots_first_block(boots), &error) == 0 &&
        schedule_resume(&schedule, directory, &error) == 0 &&
        schedule_unmeasured(&schedule) > session->plan.count)
        abort();
    schedule_free(&schedule);
    journal_close(&session->journal);
}

static void load(json_t *root)
{
    struct catalogue catalogue = fake_catalogue();
    struct session session = {.catalogue = catalogue};
    json_t *boots = boots_of_run(root), *environment = json_object_get(root, "environment");
    struct error error;

    run_file_carry_over(&session.accounting, root);
    boots_last_id(boots);
    if (boots && config_from_json(&session.config, "fuzz", json_object_get(root, "config"), &catalogue, &error) == 0) {
        if (plan_make(&session.plan, &session.config, json_string_value(json_object_get(root, "only")), &error) == 0) {
            if (session.config.blocks * session.plan.count < BLOCKS_MAX)
                go_on(&session, boots);
            plan_free(&session.plan);
        }
        config_free(&session.config);
    }
    if (boots)
        boots_add(boots, environment, environment, directory, &error);
    json_decref(boots);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error;
    size_t length;

    files_begin();
    files_clear();
    const uint8_t *part = files_part(&data, &size, &length);
    files_put("run.json", part, length);
    files_put_journal("trials.jsonl", data, size);
    json_t *root = run_file_load(directory, &error);
    if (root)
        load(root);
    json_decref(root);
    return 0;
}
