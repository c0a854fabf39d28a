/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/compare.h"

#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/compare_out.h"
#include "analysis/compare_words.h"
#include "analysis/lanes.h"
#include "analysis/terminal.h"
#include "analysis/unprivileged.h"
#include "common/publish.h"

const char compare_usage[] =
    "usage: iotoll compare BASE NEW... [--output DIR] [--json] [--fail-if-slower PERCENT]\n"
    "                                  [--different-machines] [--different-lanes]\n";

struct request {
    const char *output;
    double slower; /* a share; infinite: never fail */
    bool json;
    unsigned allowed; /* COMPARE_OTHER_... */
};

static int parse(struct request *request, int argc, char **argv)
{
    static const struct option options[] = {
        {"output", required_argument, NULL, 'o'},
        {"json", no_argument, NULL, 'j'},
        {"fail-if-slower", required_argument, NULL, 'f'},
        {"different-machines", no_argument, NULL, 'm'},
        {"different-lanes", no_argument, NULL, 'l'},
        {0},
    };
    char *end;

    *request = (struct request){.slower = INFINITY};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        switch (option) {
        case 'o': request->output = optarg; break;
        case 'j': request->json = true; break;
        case 'm': request->allowed |= COMPARE_OTHER_MACHINES; break;
        case 'l': request->allowed |= COMPARE_OTHER_MACHINES | COMPARE_OTHER_LANES; break;
        case 'f':
            request->slower = strtod(optarg, &end) / 100;
            if (end != optarg && (!*end || !strcmp(end, "%")) && request->slower >= 0 &&
                isfinite(request->slower))
                break;
            fprintf(stderr, "iotoll: --fail-if-slower: \"%s\" is not a percentage (try 5)\n",
                    optarg);
            return -1;
        default: fputs(compare_usage, stderr); return -1;
        }
    if (argc - optind >= 2)
        return 0;
    fputs(compare_usage, stderr);
    return -1;
}

static int join(char path[PATH_MAX], const char *directory, const char *name, struct error *error)
{
    if (snprintf(path, PATH_MAX, "%s/%s", directory, name) >= PATH_MAX)
        return error_set(error, "%s: name too long", directory);
    return 0;
}

static int write_json(const struct compare *compare, const char *path, char **text,
                      struct error *error)
{
    json_t *root = compare_json(compare);

    *text = root ? json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(root);
    if (!*text)
        return error_set(error, "%s: out of memory", path);
    return publish_bytes(path, *text, strlen(*text), error);
}

static int write_page(const struct compare *compare, const char *directory, struct error *error)
{
    struct chart_list charts = {0};
    struct error no_charts = {""};
    char path[PATH_MAX];
    int result = -1;

    if (join(path, directory, "charts", error) < 0 || publish_directory(path, error) < 0 ||
        compare_charts(compare, &charts, error) < 0)
        goto out;
    for (size_t i = 0; i < compare->side_count; i++)
        if (lanes_is_emulated(&compare->sides[i].run)) {
            chart_list_note(&charts, lanes_emulated_note);
            break;
        }
    chart_draw(&charts, path, &no_charts);
    if (join(path, directory, "index.html", error) == 0)
        result = compare_page(compare, &charts, *no_charts.text ? no_charts.text : NULL, path,
                              error);
out:
    chart_list_free(&charts);
    return result;
}

/* Without --output the comparison is kept in the first new run. */
static int hand_out(const struct compare *compare, const struct request *request,
                    const char *first_new, struct error *error)
{
    char directory[PATH_MAX], path[PATH_MAX], *text = NULL;
    int result = -1;

    if (request->output)
        snprintf(directory, sizeof directory, "%s", request->output);
    else if (join(directory, first_new, "compare", error) < 0)
        return -1;
    if (snprintf(path, sizeof path, "%s%s", directory, request->output ? "/" : "") >= (int)sizeof path ||
        publish_directory(path, error) < 0 || join(path, directory, "compare.json", error) < 0 ||
        write_json(compare, path, &text, error) < 0 || write_page(compare, directory, error) < 0)
        goto out;
    if (request->json)
        printf("%s\n", text);
    else {
        compare_print(compare, stdout);
        fputs("\nPage: ", stdout);
        terminal_plain(stdout, directory);
        fputs("/index.html\n", stdout);
    }
    if (fflush(stdout) != 0)
        error_set(error, "standard output:");
    else
        result = 0;
out:
    free(text);
    return result;
}

static void print_regression(const struct comparison *comparison, size_t index, double worst)
{
    fputs("iotoll: slower: ", stderr);
    compare_point(&comparison->base->summary, comparison->changes[index].base, stderr);
    fprintf(stderr, " takes at least %.1f %% more time\n", 100 * worst);
}

static int judge(const struct compare *compare, double slower)
{
    int code = EXIT_DONE;

    for (size_t i = 0; i + 1 < compare->side_count; i++) {
        size_t index;
        double worst = compare_worst(&compare->comparisons[i], &index);
        if (worst <= slower)
            continue;
        print_regression(&compare->comparisons[i], index, worst);
        code = EXIT_REGRESSION;
    }
    return code;
}

/* Where others may write, they can have put a link in the place of the directory that somebody named. */
static int check_link(const char *directory, struct error *error)
{
    char path[PATH_MAX];
    struct stat status;
    size_t length = strlen(directory);

    while (length > 1 && directory[length - 1] == '/')
        length--;
    snprintf(path, sizeof path, "%.*s", (int)length, directory);
    if (lstat(path, &status) < 0 || !S_ISLNK(status.st_mode) || status.st_uid == 0 || status.st_uid == getuid())
        return 0;
    return error_set(error, "%s is a symbolic link of another user's: name the directory that it leads to", path);
}

/* What is to be made is made in the directory that holds it. */
static int give_up_the_rest(const struct request *request, char *const *directories, size_t count, struct error *error)
{
    char written[PATH_MAX];

    if (request->output && check_link(request->output, error) < 0)
        return -1;
    if (snprintf(written, sizeof written, "%s", request->output ? request->output : directories[1]) >=
        (int)sizeof written)
        return error_set(error, "%s: name too long", request->output);
    return unprivileged_begin(directories, count, access(written, F_OK) == 0 ? written : dirname(written), error);
}

int compare_main(int argc, char **argv)
{
    struct compare compare = {0};
    struct request request;
    struct error error;
    int code = EXIT_USAGE;

    if (parse(&request, argc, argv) < 0)
        return EXIT_USAGE;
    if (give_up_the_rest(&request, argv + optind, (size_t)(argc - optind), &error) < 0) {
        fprintf(stderr, "iotoll: %s\n", error.text);
        return EXIT_ENVIRONMENT;
    }
    if (compare_load(&compare, argv + optind, (size_t)(argc - optind), request.allowed, &error) == 0) {
        code = EXIT_ENVIRONMENT;
        if (hand_out(&compare, &request, argv[optind + 1], &error) == 0)
            code = judge(&compare, request.slower);
    }
    if (code == EXIT_USAGE || code == EXIT_ENVIRONMENT)
        fprintf(stderr, "iotoll: %s\n", error.text);
    compare_free(&compare);
    return code;
}
