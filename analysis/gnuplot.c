/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/gnuplot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/confine.h"
#include "common/hold.h"
#include "common/publish.h"
#include "common/units.h"

enum { NOT_STARTED = 127, LARGEST_IMAGE = 32 << 20, MEMORY = 1 << 30, DESCRIPTORS = 64, ATTEMPTS = 5 };

static const char complaints[] = "gnuplot.log", prefix[] = "iotoll-charts-";

static const char *temporary(void)
{
    const char *base = getenv("TMPDIR");

    return base && *base == '/' && access(base, W_OK) == 0 ? base : "/tmp";
}

/* Remove what is in the directory, `depth` levels of it, and the directory. Two are enough for what fontconfig
 * caches. 0, or -1 with errno. */
static int remove_tree(int parent, const char *name, int depth)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);

    for (struct dirent *entry; directory && (entry = readdir(directory));)
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
            unlinkat(fd, entry->d_name, 0) < 0 && depth > 0)
            remove_tree(fd, entry->d_name, depth - 1);
    if (directory)
        closedir(directory);
    else if (fd >= 0)
        close(fd);
    return unlinkat(parent, name, AT_REMOVEDIR);
}

/* Who draws holds a lock on his directory; what nobody holds, a killed report has left. As root it may be nobody's,
 * whom gnuplot became. */
static void sweep_one(int base, const char *name)
{
    int fd = openat(base, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;

    if (fd >= 0 && fstat(fd, &status) == 0 &&
        (status.st_uid == geteuid() || (geteuid() == 0 && status.st_uid == CONFINE_NOBODY)) &&
        flock(fd, LOCK_EX | LOCK_NB) == 0)
        remove_tree(base, name, 3);
    if (fd >= 0)
        close(fd);
}

void gnuplot_sweep(void)
{
    DIR *base = opendir(temporary());

    for (struct dirent *entry; base && (entry = readdir(base));)
        if (!strncmp(entry->d_name, prefix, sizeof prefix - 1))
            sweep_one(dirfd(base), entry->d_name);
    if (base)
        closedir(base);
}

/* A file system without locks keeps nobody from drawing. */
static bool is_locked(int fd)
{
    struct stat status;

    return (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) && fstat(fd, &status) == 0 &&
           status.st_nlink > 0;
}

static int make_directory(struct gnuplot *plot, struct error *error)
{
    if (snprintf(plot->directory, sizeof plot->directory, "%s/%sXXXXXX", temporary(), prefix) >=
        (int)sizeof plot->directory)
        return error_set(error, "$TMPDIR is too long");
    if (!mkdtemp(plot->directory))
        return error_set(error, "%s: cannot make a directory for gnuplot:", plot->directory);
    plot->fd = open(plot->directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (plot->fd >= 0)
        return 0;
    error_set(error, "%s: cannot open the directory for gnuplot:", plot->directory);
    rmdir(plot->directory);
    return -1;
}

static int open_directory(struct gnuplot *plot, struct error *error)
{
    for (int left = ATTEMPTS; left > 0; left--) {
        if (make_directory(plot, error) < 0)
            return -1;
        if (is_locked(plot->fd))
            return 0;
        close(plot->fd); /* another report came between making and locking, and swept it away */
        plot->fd = -1;
    }
    return error_set(error, "%s: cannot lock the directory for gnuplot:", plot->directory);
}

int gnuplot_open(struct gnuplot *plot, struct error *error)
{
    plot->fd = -1;
    gnuplot_sweep();
    hold_signals(&plot->before);
    if (open_directory(plot, error) == 0)
        return 0;
    hold_release(&plot->before);
    return -1;
}

FILE *gnuplot_file(struct gnuplot *plot, const char *name, struct error *error)
{
    unlinkat(plot->fd, name, 0); /* an earlier one of this name */
    int fd = openat(plot->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

    if (!out)
        error_set(error, "%s/%s:", plot->directory, name);
    if (!out && fd >= 0)
        close(fd);
    return out;
}

int gnuplot_written(struct gnuplot *plot, FILE *out, const char *name, struct error *error)
{
    int failed = fflush(out) || ferror(out);
    int saved = errno;

    if (fclose(out) && !failed)
        failed = 1, saved = errno;
    errno = saved;
    return failed ? error_set(error, "%s/%s: cannot write:", plot->directory, name) : 0;
}

static void limit(int resource, rlim_t value)
{
    struct rlimit limit = {value, value};

    setrlimit(resource, &limit);
}

/* A program that $PATH leads to; false if there is none. */
static bool find_program(const char *name, char path[4096])
{
    const char *at = getenv("PATH");

    for (size_t length; at && *at; at += length + (at[length] == ':')) {
        length = strcspn(at, ":");
        if (*at == '/' && snprintf(path, 4096, "%.*s/%s", (int)length, at, name) < 4096 && access(path, X_OK) == 0)
            return true;
    }
    return false;
}

/* gnuplot's own language runs commands and opens any file; whoever finds a way to speak it to us may draw. */
static int confine(const char *program, unsigned seconds)
{
    const struct confine_path paths[] = {CONFINE_SYSTEM,
                                         {program, CONFINE_RUN},
                                         {"/lib", CONFINE_RUN}, /* the loader; no shell is there */
                                         {"/lib64", CONFINE_RUN},
                                         {".", CONFINE_READ | CONFINE_WRITE}};

    limit(RLIMIT_CPU, seconds);
    limit(RLIMIT_FSIZE, LARGEST_IMAGE);
    limit(RLIMIT_AS, MEMORY);
    limit(RLIMIT_NOFILE, DESCRIPTORS);
    limit(RLIMIT_CORE, 0);
    if (geteuid() == 0 && confine_become(CONFINE_NOBODY, CONFINE_NOBODY) < 0)
        return -1;
    if (confine_files(paths, sizeof paths / sizeof *paths) < 0 || confine_capabilities(0) < 0)
        return -1;
    return confine_calls() < 0 ? -1 : 0;
}

/* In the child: nothing of ours is left but the directory. Returns only if gnuplot cannot be
 * started. */
static void become_gnuplot(const struct gnuplot *plot, const char *program, unsigned seconds, pid_t parent)
{
    static char *const arguments[] = {"gnuplot", "-d", GNUPLOT_SCRIPT, NULL};
    char home[4096 + 8], cache[4096 + 16];
    char *environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", home, cache,
                           NULL};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* who died before that tells nobody */
        return;
    hold_release(&plot->before);
    if (fchdir(plot->fd) < 0)
        return;
    unlink(complaints);
    int log = open(complaints, O_WRONLY | O_CREAT | O_EXCL, 0644),
        null = open("/dev/null", O_RDONLY);
    if (log < 0 || null < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
        return;
    closefrom(3);
    snprintf(home, sizeof home, "HOME=%s", plot->directory);
    snprintf(cache, sizeof cache, "XDG_CACHE_HOME=%s", plot->directory);
    if (confine(program, seconds) == 0)
        execve(program, arguments, environment);
    perror("cannot be confined and started");
}

/* Its status, or -1 with ETIME or EINTR. */
static int wait_until(pid_t child, unsigned seconds)
{
    const uint64_t deadline = clock_monotonic_ns() + seconds * NS_PER_S;
    int status;

    for (;;) {
        pid_t got = waitpid(child, &status, WNOHANG);
        if (got == child)
            return status;
        if (got < 0 && errno != EINTR)
            return -1;
        if (hold_interrupted() || clock_monotonic_ns() > deadline)
            break;
        poll(NULL, 0, 5);
    }
    kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    errno = hold_interrupted() ? EINTR : ETIME;
    return -1;
}

/* The first line that gnuplot complained with, printable characters only. */
static void read_complaint(const struct gnuplot *plot, char *text, size_t size)
{
    int fd = openat(plot->fd, complaints, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, text, size - 1);

    if (fd >= 0)
        close(fd);
    text[got > 0 ? got : 0] = 0;
    memmove(text, text + strspn(text, "\n "), strlen(text) + 1 - strspn(text, "\n "));
    for (char *at = text; *at; at++)
        if (*at < ' ' || *at > '~')
            *at = ' ';
}

int gnuplot_run(struct gnuplot *plot, unsigned seconds, struct error *error)
{
    char complaint[400], program[4096];

    if (!find_program("gnuplot", program))
        return error_set(error, "there is no gnuplot in $PATH; is it installed (gnuplot-nox)?");
    if (geteuid() == 0 && fchown(plot->fd, CONFINE_NOBODY, CONFINE_NOBODY) < 0)
        return error_set(error, "%s: cannot give it to nobody:", plot->directory);
    pid_t parent = getpid(), child = fork();
    if (child < 0)
        return error_set(error, "gnuplot: cannot fork:");
    if (child == 0) {
        become_gnuplot(plot, program, seconds, parent);
        _exit(NOT_STARTED);
    }
    int status = wait_until(child, seconds);
    if (status < 0) {
        int result = errno == ETIME ? 1 : -1;
        if (errno == EINTR)
            error_set(error, "gnuplot was interrupted");
        else
            error_set(error, "gnuplot did not end within %u s:", seconds);
        return result;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    read_complaint(plot, complaint, sizeof complaint);
    if (WIFSIGNALED(status))
        error_set(error, "gnuplot was ended by SIG%s %s", sigabbrev_np(WTERMSIG(status)), complaint);
    else
        error_set(error, "gnuplot failed (exit %d): %s", WEXITSTATUS(status), complaint);
    return WIFEXITED(status) && WEXITSTATUS(status) == NOT_STARTED ? -1 : 1;
}

static bool ends_with(const char *data, size_t size, const char *end, size_t length)
{
    return size >= length && !memcmp(data + size - length, end, length);
}

static bool is_whole(const char *name, const char *data, size_t size)
{
    static const char png[] = "\x89PNG\r\n\x1a\n", png_end[] = "IEND\xae\x42\x60\x82";

    if (strstr(name, ".png"))
        return size > sizeof png && !memcmp(data, png, sizeof png - 1) &&
               ends_with(data, size, png_end, sizeof png_end - 1);
    while (size > 0 && (data[size - 1] == '\n' || data[size - 1] == '\r'))
        size--;
    return ends_with(data, size, "</svg>", 6);
}

static char *read_image(int fd, size_t *size)
{
    struct stat status;
    char *data = NULL;

    *size = 0;
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size > LARGEST_IMAGE)
        return NULL;
    data = malloc((size_t)status.st_size + 1);
    while (data && *size < (size_t)status.st_size) {
        ssize_t got = read(fd, data + *size, (size_t)status.st_size - *size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        *size += (size_t)got;
    }
    return data;
}

bool gnuplot_has(struct gnuplot *plot, const char *name)
{
    int fd = openat(plot->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    size_t size = 0;
    char *data = fd < 0 ? NULL : read_image(fd, &size);
    bool whole = data && is_whole(name, data, size);

    if (fd >= 0)
        close(fd);
    free(data);
    return whole;
}

int gnuplot_collect(struct gnuplot *plot, const char *name, const char *path, struct error *error)
{
    int fd = openat(plot->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    size_t size = 0;

    if (fd < 0)
        return error_set(error, "%s: gnuplot did not draw it:", path);
    if (hold_interrupted()) {
        close(fd);
        return error_set(error, "%s: interrupted", path);
    }
    char *data = read_image(fd, &size);
    close(fd);
    int result = data && is_whole(name, data, size)
                     ? publish_bytes(path, data, size, error)
                     : error_set(error, "%s: gnuplot left it unfinished; is %s full?", path,
                                 plot->directory);
    free(data);
    return result;
}

void gnuplot_close(struct gnuplot *plot)
{
    if (plot->fd < 0)
        return;
    if (remove_tree(AT_FDCWD, plot->directory, 3) < 0)
        fprintf(stderr, "warning: %s could not be removed: %s; the next report or `iotoll clean` tries again\n",
                plot->directory, strerror(errno));
    close(plot->fd);
    plot->fd = -1;
    hold_release(&plot->before);
}
