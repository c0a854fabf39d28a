/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/run.h"
#include "runners/sink.h"

static const char usage[] = "usage: iotoll sink --listen HOST:PORT --token-file FILE\n";

int sink_main(int argc, char **argv)
{
    static const struct option options[] = {
        {"listen", required_argument, NULL, 'l'}, {"token-file", required_argument, NULL, 't'}, {0}};
    char token[WIRE_TOKEN_SIZE], host[256] = "";
    const char *listen_on = NULL, *token_file = NULL;
    unsigned port;
    struct error error;

    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        if (option == 'l')
            listen_on = optarg;
        else if (option == 't')
            token_file = optarg;
    const char *colon = listen_on ? strrchr(listen_on, ':') : NULL;
    if (!colon || !token_file || optind < argc || colon - listen_on >= (long)sizeof host) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    memcpy(host, listen_on, (size_t)(colon - listen_on));
    if (wire_read_token(token_file, token) < 0)
        die(EXIT_USAGE, "sink: %s: a token is one line of 1 to 63 bytes:", token_file);
    int listener = sink_listen(host, colon + 1, &port, &error);
    if (listener < 0)
        die(EXIT_ENVIRONMENT, "sink: %s", error.text);
    fprintf(stderr, "iotoll: sink on %s:%u\n", host, port);
    sink_serve(listener, token);
}
