/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one front door: it finds the command and hands over. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "analysis/compare.h"
#include "analysis/explain_main.h"
#include "analysis/gnuplot.h"
#include "analysis/report.h"
#include "analysis/unprivileged.h"
#include "common/error.h"
#include "common/suggest.h"
#include "runners/calibrate.h"
#include "runners/environment.h"
#include "runners/kernels.h"
#include "runners/parcel.h"
#include "runners/prepare.h"
#include "runners/run.h"

static const char report_usage[] = "usage: iotoll report [--format text|csv|json|markdown] DIR\n";

static int report_main(int argc, char **argv)
{
    const char *format = NULL;
    char *directory = NULL;
    struct error error;
    bool good = true;

    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "--format") && i + 1 < argc && !format)
            format = argv[++i];
        else if (argv[i][0] != '-' && !directory)
            directory = argv[i];
        else
            good = false;
    if (!good || !directory || (format && !report_knows(format))) {
        fputs(report_usage, stderr);
        return EXIT_USAGE;
    }
    if (unprivileged_begin(&directory, 1, format ? NULL : directory, &error) == 0 &&
        (format ? report_print(directory, format, stdout, &error)
                : report_make(directory, stdout, &error)) == 0)
        return EXIT_DONE;
    fprintf(stderr, "iotoll: %s\n", error.text);
    return EXIT_ENVIRONMENT;
}

/* Measure, then say what was found. */
static int run_and_tell(int argc, char **argv)
{
    char directory[4096] = "";
    struct error error;
    int code = run_main(argc, argv, directory);

    if ((code == EXIT_DONE || code == EXIT_INCOMPLETE) && *directory &&
        report_print(directory, "text", stdout, &error) < 0)
        fprintf(stderr, "iotoll: %s\n", error.text);
    return code;
}

/* Of a killed run and of a killed report. */
static int clean_all(int argc, char **argv)
{
    gnuplot_sweep();
    return clean_main(argc, argv);
}

static const struct command {
    const char *name;
    int (*main)(int argc, char **argv);
    const char *usage; /* NULL: for our own use */
    const char *help;
} commands[] = {
    {"run", run_and_tell, run_usage,
     "run CONFIG [options]      measure what a config asks for, into results/"},
    {"report", report_main, report_usage,
     "report [--format F] DIR   findings, tables, charts and a page from a run"},
    {"compare", compare_main, compare_usage,
     "compare BASE NEW...       what changed between runs, how sure that is, and why"},
    {"calibrate", calibrate_main, calibrate_usage,
     "calibrate CONFIG [--json] what single things cost on this machine, and its limits"},
    {"explain", explain_main, explain_usage,
     "explain DIR [TEXT]        counts, prices, limits, and what is left unexplained"},
    {"kernels", kernels_main, kernels_usage,
     "kernels CONFIG --kernel IMAGE...\n"
     "                            boot kernels in turn, run the config in each, compare"},
    {"list", list_main, list_usage, "list [--json]             every method, and whether it works here"},
    {"sink", sink_main, sink_usage,
     "sink --listen [HOST:]PORT --token-file FILE\n"
     "                            receive what another host's send methods send"},
    {"clean", clean_all, clean_usage, "clean                     remove what a killed run or report left behind"},
    {"prepare", prepare_main, NULL, NULL},
    {"parcel", parcel_main, NULL, NULL},
};

static void print_help(FILE *out)
{
    fputs("iotoll: what each Linux file-I/O interface charges to move bytes, on this machine\n\n",
        out);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (commands[i].help)
            fprintf(out, "  iotoll %s\n", commands[i].help);
    fputs("\n  iotoll COMMAND --help       its options\n  iotoll --version\n", out);
}

static int print_version(void)
{
    json_t *build = environment_build();

    printf("iotoll %s (commit %s)\n", json_string_value(json_object_get(build, "version")),
           json_string_value(json_object_get(build, "commit")));
    json_decref(build);
    return EXIT_DONE;
}

static int print_usage(const struct command *command)
{
    fputs(command->usage, stdout);
    return EXIT_DONE;
}

static int no_command(const char *written)
{
    const char *names[sizeof commands / sizeof *commands + 1];
    size_t count = 0;

    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (commands[i].help)
            names[count++] = commands[i].name;
    names[count] = NULL;
    const char *nearest = suggest_nearest(names, written);
    fprintf(stderr, "iotoll: \"%s\" is no command", written);
    if (nearest)
        fprintf(stderr, "; did you mean \"%s\"?\n", nearest);
    else {
        fputs("\n\n", stderr);
        print_help(stderr);
    }
    return EXIT_USAGE;
}

static int dispatch(int argc, char **argv)
{
    static const char *const help[] = {"--help", "-h", "help", NULL}, *const options[] = {"--help", "-h", NULL};

    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (suggest_knows(help, argv[1])) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (!strcmp(argv[1], "--version"))
        return print_version();
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(argv[1], commands[i].name))
            return argc == 3 && commands[i].usage && suggest_knows(options, argv[2])
                       ? print_usage(&commands[i])
                       : commands[i].main(argc - 1, argv + 1);
    return no_command(argv[1]);
}

/* A member that silently is not there makes a wrong record: without memory for JSON nothing goes on. What is left
 * on the machine is in the undo log. */
static void *must_malloc(size_t size)
{
    void *memory = malloc(size);

    if (!memory)
        die(EXIT_ENVIRONMENT, "out of memory; `iotoll clean` removes what was left behind");
    return memory;
}

/* Data that could not be written is no success. */
int main(int argc, char **argv)
{
    signal(SIGCHLD, SIG_DFL); /* ignored, as some parents leave it, nobody could be waited for */
    json_set_alloc_funcs(must_malloc, free);
    int code = dispatch(argc, argv);

    if ((fflush(stdout) || ferror(stdout)) && code == EXIT_DONE) {
        perror("iotoll: standard output");
        return EXIT_ENVIRONMENT;
    }
    return code;
}
