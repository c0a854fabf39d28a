/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/units.h"
#include "runners/run.h"
#include "runners/sink.h"

const char sink_usage[] =
    "usage: iotoll sink --listen [HOST:]PORT --token-file FILE [--patience 30s] [--lifetime 1h]\n";

struct request {
    const char *listen_on, *token_file;
    struct sink_limits limits;
};

static int take_option(struct request *request, int option)
{
    switch (option) {
    case 'l':
        request->listen_on = optarg;
        return 0;
    case 't':
        request->token_file = optarg;
        return 0;
    case 'p':
        return units_parse_duration(optarg, &request->limits.patience_ns);
    case 'e':
        return units_parse_duration(optarg, &request->limits.lifetime_ns);
    default:
        return -1;
    }
}

static int read_request(int argc, char **argv, struct request *request)
{
    static const struct option options[] = {{"listen", required_argument, NULL, 'l'},
                                            {"token-file", required_argument, NULL, 't'},
                                            {"patience", required_argument, NULL, 'p'},
                                            {"lifetime", required_argument, NULL, 'e'},
                                            {0}};

    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        if (take_option(request, option) < 0)
            return -1;
    return request->listen_on && request->token_file && optind == argc ? 0 : -1;
}

/* HOST:PORT; without a host, who is not told otherwise serves this machine only. 0, or -1 if it is too long. */
static int split(const char *listen_on, char host[256], const char **port)
{
    const char *colon = strrchr(listen_on, ':');
    size_t length = colon ? (size_t)(colon - listen_on) : 0;

    *port = colon ? colon + 1 : listen_on;
    if (length >= 256)
        return -1;
    memcpy(host, listen_on, length);
    strcpy(host + length, length > 0 ? "" : "127.0.0.1");
    return 0;
}

int sink_main(int argc, char **argv)
{
    struct request request = {.limits = {.patience_ns = 30 * NS_PER_S, .lifetime_ns = 3600 * NS_PER_S}};
    char token[WIRE_TOKEN_SIZE], host[256];
    const char *port;
    unsigned port_used;
    struct error error;

    if (read_request(argc, argv, &request) < 0 || split(request.listen_on, host, &port) < 0) {
        fputs(sink_usage, stderr);
        return EXIT_USAGE;
    }
    if (wire_read_token(request.token_file, token) < 0)
        die(EXIT_USAGE, "sink: %s: a token is one line of 1 to 63 bytes:", request.token_file);
    int listener = sink_listen(host, port, &port_used, &error);
    if (listener < 0)
        die(EXIT_ENVIRONMENT, "sink: %s", error.text);
    fprintf(stderr, "iotoll: sink on %s:%u\n", host, port_used);
    sink_serve(listener, token, &request.limits);
}
