/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is given up is gone: each case gives something up in a child and tries to use it all the same. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/gnuplot.h"
#include "common/confine.h"
#include "tests/unit/scratch.h"

static char outside[SCRATCH_SIZE], inside[SCRATCH_PATH_SIZE], secret[SCRATCH_PATH_SIZE], made[SCRATCH_PATH_SIZE + 8],
    open_directory[SCRATCH_PATH_SIZE];
static struct error error;

static long landlock(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static void need_root(void)
{
    if (geteuid() == 0)
        return;
    print_message("needs root\n");
    skip();
}

static void need_landlock(void)
{
    if (landlock() >= 1)
        return;
    print_message("this kernel has no Landlock\n");
    skip();
}

/* The status that a child leaves in which this ran: 0 if all of it was true. */
static int in_child(int (*attempt)(void))
{
    int status;
    pid_t child = fork();

    if (child == 0)
        _exit(attempt());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

#define MUST(condition)                                                                                            \
    do {                                                                                                           \
        if (!(condition)) {                                                                                        \
            fprintf(stderr, "# %s:%d: %s (%s)\n", __FILE__, __LINE__, #condition, strerror(errno));                \
            return 1;                                                                                              \
        }                                                                                                          \
    } while (0)

static int try_files(void)
{
    const struct confine_path paths[] = {
        CONFINE_SYSTEM, {inside, CONFINE_READ | CONFINE_WRITE}, {"/nowhere", CONFINE_WRITE}};
    char path[SCRATCH_PATH_SIZE + 16];

    MUST(confine_files(paths, sizeof paths / sizeof *paths) == 1);
    MUST(open(secret, O_RDONLY) < 0 && errno == EACCES);
    MUST(open(made, O_WRONLY | O_CREAT, 0600) < 0 && errno == EACCES);
    MUST(open("/etc/passwd", O_RDONLY) >= 0);
    MUST(open("/etc/passwd", O_WRONLY) < 0);
    snprintf(path, sizeof path, "%s/file", inside);
    MUST(open(path, O_RDWR | O_CREAT | O_TRUNC, 0600) >= 0);
    MUST(symlink("/etc/passwd", made) < 0 && errno == EACCES);
    MUST(rename(path, made) < 0);
    MUST(execl("/bin/true", "true", NULL) < 0 && errno == EACCES);
    MUST(unlink(path) == 0);
    return 0;
}

static int try_to_connect(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_port = htons(1)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    MUST(confine_files(NULL, 0) == 1);
    MUST(connect(fd, (struct sockaddr *)&address, sizeof address) < 0 && errno == EACCES);
    MUST(kill(getppid(), 0) < 0 || landlock() < 6);
    return 0;
}

static void test_files(void **state)
{
    (void)state;
    need_landlock();
    assert_int_equal(in_child(try_files), 0);
}

static void test_network(void **state)
{
    (void)state;
    need_landlock();
    if (landlock() < 4) {
        print_message("this kernel's Landlock does not know networks\n");
        skip();
    }
    assert_int_equal(in_child(try_to_connect), 0);
}

static void *nothing(void *argument)
{
    return argument;
}

static int try_calls(void)
{
    pthread_t thread;

    MUST(confine_calls() == 1);
    MUST(pthread_create(&thread, NULL, nothing, NULL) == 0 && pthread_join(thread, NULL) == 0);
    MUST(fork() < 0 && errno == EPERM);
    MUST(system("exit 0") != 0);
    MUST(!popen("exit 0", "r"));
    MUST(socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM);
    MUST(syscall(SYS_io_uring_setup, 1, NULL) < 0 && errno == EPERM);
    MUST(open("/dev/null", O_RDONLY) >= 0);
    return 0;
}

static void test_calls(void **state)
{
    (void)state;
    assert_int_equal(in_child(try_calls), 0);
}

/* Over execve(2), which gives the superuser all capabilities as a rule. */
static int try_capabilities(void)
{
    MUST(confine_capabilities(CONFINE_CAPABILITY(CAP_CHOWN)) == 0);
    MUST(geteuid() != 0 || chown(secret, 1, 1) == 0);
    MUST(geteuid() != 0 || chown(secret, 0, 0) == 0);
    MUST(confine_capabilities(0) == 0);
    MUST(mount("none", inside, "tmpfs", 0, NULL) < 0 && errno == EPERM);
    MUST(chown(secret, 1, 1) < 0);
    MUST(setuid(1) < 0);
    execl("/bin/sh", "sh", "-c", "! grep -q '^Cap[PEA][a-z]*:.*[1-9a-f]' /proc/self/status && "
                                 "grep -q '^NoNewPrivs:.1' /proc/self/status", NULL);
    return 127;
}

static void test_capabilities(void **state)
{
    (void)state;
    need_root();
    assert_int_equal(in_child(try_capabilities), 0);
}

static int try_become(void)
{
    MUST(confine_become(CONFINE_NOBODY, CONFINE_NOBODY) == 0);
    MUST(getuid() == CONFINE_NOBODY && getgid() == CONFINE_NOBODY && getgroups(0, NULL) == 0);
    MUST(setuid(0) < 0);
    return 0;
}

static void test_become(void **state)
{
    (void)state;
    need_root();
    assert_int_equal(in_child(try_become), 0);
}

static void put_file(struct gnuplot *plot, const char *name, const char *text)
{
    FILE *out = gnuplot_file(plot, name, &error);

    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

/* Run a script as charts are drawn; whether it left such a file in gnuplot's directory. */
static int run_script(const char *script, const char *left, int *exists)
{
    struct gnuplot plot;

    assert_int_equal(gnuplot_open(&plot, &error), 0);
    put_file(&plot, GNUPLOT_SCRIPT, script);
    int result = gnuplot_run(&plot, 20, &error);
    *exists = faccessat(plot.fd, left, F_OK, 0) == 0;
    gnuplot_close(&plot);
    return result;
}

static void need_gnuplot(void)
{
    if (access("/usr/bin/gnuplot", X_OK) >= 0)
        return;
    print_message("needs gnuplot\n");
    skip();
}

/* With or without Landlock: no command is run. */
static void test_gnuplot_runs_nothing(void **state)
{
    static const char *const attacks[] = {
        "a = `touch %s; touch left; echo 1`\n", "a = system(\"touch %s; touch left\")\n",
        "system \"touch %s; touch left\"\n", "!touch %s; touch left\n",
        "set print \"|touch %s; touch left\"\nprint 1\nunset print\n",
        "set terminal svg\nset output \"|touch %s; touch left\"\nplot x\n",
        "plot \"<touch %s; touch left; echo 1\"\n"};
    char script[512];
    int left;

    (void)state;
    need_gnuplot();
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        snprintf(script, sizeof script, attacks[i], made);
        run_script(script, "left", &left);
        if (left || access(made, F_OK) == 0)
            fail_msg("a command was run by %s", attacks[i]);
    }
}

/* Neither may a file be read or written elsewhere, though everybody may. */
static void test_gnuplot_stays_inside(void **state)
{
    char script[512];
    int left;

    (void)state;
    need_gnuplot();
    need_landlock();
    snprintf(script, sizeof script, "set print \"%s\"\nprint 1\n", made);
    run_script(script, "left", &left);
    assert_int_not_equal(access(made, F_OK), 0);
    snprintf(script, sizeof script, "load \"%s\"\n", secret);
    run_script(script, "left", &left);
    assert_false(left);
    snprintf(script, sizeof script, "set print \"left\"\nprint 1\n");
    assert_int_equal(run_script(script, "left", &left), 0);
    assert_true(left);
}

/* Who draws for ever is ended, whether that takes CPU time or not; who wants all memory or all of the disk gets none. */
static void test_gnuplot_has_limits(void **state)
{
    struct gnuplot plot;
    struct stat status;
    int left;

    (void)state;
    need_gnuplot();
    assert_int_equal(gnuplot_open(&plot, &error), 0);
    put_file(&plot, GNUPLOT_SCRIPT, "pause 15\n");
    assert_int_equal(gnuplot_run(&plot, 1, &error), 1);
    assert_non_null(strstr(error.text, "gnuplot did not end within 1 s"));
    gnuplot_close(&plot);

    assert_int_equal(run_script("array a[100000000]\nset print \"left\"\nprint 1\n", "left", &left), 1);
    assert_non_null(strstr(error.text, "out of memory")); /* not: had no time for so much */
    assert_false(left);

    assert_int_equal(gnuplot_open(&plot, &error), 0);
    put_file(&plot, GNUPLOT_SCRIPT, "text = \"0123456789\"\ndo for [i = 1:14] {text = text . text}\nset print \"left\"\n"
                                    "do for [i = 1:300] {print text}\n");
    assert_int_equal(gnuplot_run(&plot, 20, &error), 1);
    assert_int_equal(fstatat(plot.fd, "left", &status, 0), 0);
    assert_in_range(status.st_size, 0, 33 << 20);
    gnuplot_close(&plot);
}

/* What a user's or an administrator's start-up file and environment say means nothing to a chart. */
static void test_gnuplot_is_nobodys(void **state)
{
    struct gnuplot plot;
    char path[SCRATCH_PATH_SIZE + 16];
    int left;

    (void)state;
    need_gnuplot();
    assert_int_equal(gnuplot_open(&plot, &error), 0);
    put_file(&plot, ".gnuplot", "set print \"left\"\nprint 1\n"); /* its HOME */
    put_file(&plot, GNUPLOT_SCRIPT, "a = 1\n");
    assert_int_equal(gnuplot_run(&plot, 20, &error), 0);
    assert_int_not_equal(faccessat(plot.fd, "left", F_OK, 0), 0);
    gnuplot_close(&plot);

    snprintf(path, sizeof path, "%s/outside.gp", open_directory);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("set print \"left\"\nprint 1\n", file);
    fclose(file);
    setenv("GNUPLOT_LIB", open_directory, 1);
    run_script("load \"outside.gp\"\n", "left", &left);
    unsetenv("GNUPLOT_LIB");
    unlink(path);
    assert_false(left);
}

/* Draw for ever, and say where. */
static void draw_and_tell(int to)
{
    struct gnuplot plot;

    setenv("TMPDIR", open_directory, 1);
    if (gnuplot_open(&plot, &error) < 0)
        _exit(1);
    put_file(&plot, GNUPLOT_SCRIPT, "pause 1000\n");
    if (write(to, plot.directory, strlen(plot.directory) + 1) < 0)
        _exit(2);
    gnuplot_run(&plot, 1000, &error);
    gnuplot_close(&plot);
    _exit(3); /* it was to die at the latest when it closed */
}

static int sweep(void)
{
    setenv("TMPDIR", open_directory, 1);
    gnuplot_sweep();
    return 0;
}

/* An interrupted report dies of the signal, at once, and leaves no directory. */
static void test_gnuplot_interrupted(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    char directory[4096] = "";
    int status, ends[2];

    (void)state;
    need_gnuplot();
    for (size_t i = 0; i < 2 * sizeof signals / sizeof *signals; i++) {
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0) {
            signal(signals[i / 2], SIG_DFL);
            draw_and_tell(ends[1]);
        }
        assert_true(read(ends[0], directory, sizeof directory - 1) > 0);
        assert_int_equal(access(directory, F_OK), 0);
        usleep(i % 2 ? 100000 : 0); /* before and after gnuplot has begun */
        assert_int_equal(kill(child, signals[i / 2]), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == signals[i / 2]);
        assert_int_not_equal(access(directory, F_OK), 0);
        close(ends[0]);
        close(ends[1]);
    }
}

/* The only child of a process, once there is one that is gnuplot. */
static pid_t gnuplot_of(pid_t parent)
{
    char path[64], name[32] = "";
    int child = 0;

    for (int left = 2000; left > 0 && strcmp(name, "gnuplot\n") != 0; left--, usleep(5000)) {
        snprintf(path, sizeof path, "/proc/%d/task/%d/children", parent, parent);
        FILE *file = fopen(path, "r");
        if (!file || fscanf(file, "%d", &child) != 1)
            child = 0;
        if (file)
            fclose(file);
        snprintf(path, sizeof path, "/proc/%d/comm", child);
        file = child ? fopen(path, "r") : NULL;
        if (file && !fgets(name, sizeof name, file))
            *name = 0;
        if (file)
            fclose(file);
    }
    return strcmp(name, "gnuplot\n") ? -1 : child;
}

/* In seconds, 0 where there is none. It may not be asked of a process of somebody else's. */
static unsigned cpu_limit_s(pid_t process)
{
    char path[64], line[256];
    unsigned soft = 0, hard = 0;

    snprintf(path, sizeof path, "/proc/%d/limits", process);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file) && sscanf(line, "Max cpu time %u %u", &soft, &hard) < 1)
        ;
    if (file)
        fclose(file);
    return soft == hard ? hard : 0;
}

/* Its deadline is its limit of CPU time, too, lest it draws on when nobody is left to end it; and it dies with us. */
static void test_gnuplot_does_not_outlive_us(void **state)
{
    char directory[4096] = "";
    int ends[2];

    (void)state;
    need_gnuplot();
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0)
        draw_and_tell(ends[1]);
    assert_true(read(ends[0], directory, sizeof directory - 1) > 0);
    pid_t gnuplot = gnuplot_of(child);
    assert_true(gnuplot > 0);
    assert_int_equal(cpu_limit_s(gnuplot), 1000);
    int process = (int)syscall(SYS_pidfd_open, gnuplot, 0);
    assert_true(process >= 0);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    struct pollfd ended = {process, POLLIN, 0};
    int died = poll(&ended, 1, 10000);
    kill(gnuplot, SIGKILL);
    assert_int_equal(died, 1);
    close(process);
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(in_child(sweep), 0);
    assert_int_not_equal(access(directory, F_OK), 0);
}

/* As under nohup. */
static void test_gnuplot_minds_no_ignored_signal(void **state)
{
    struct gnuplot plot;

    (void)state;
    need_gnuplot();
    signal(SIGHUP, SIG_IGN);
    assert_int_equal(gnuplot_open(&plot, &error), 0);
    put_file(&plot, GNUPLOT_SCRIPT, "a = 1\n");
    raise(SIGHUP);
    assert_int_equal(gnuplot_run(&plot, 20, &error), 0);
    gnuplot_close(&plot);
    signal(SIGHUP, SIG_DFL);
}

static int begin(void **state)
{
    (void)state;
    scratch_make(outside, "iotoll-confine");
    if (chmod(outside, 0755) < 0)
        return -1;
    snprintf(inside, sizeof inside, "%s/inside", outside);
    snprintf(secret, sizeof secret, "%s/secret", outside);
    snprintf(open_directory, sizeof open_directory, "%s/open", outside);
    snprintf(made, sizeof made, "%s/made", open_directory);
    FILE *file = fopen(secret, "w");
    if (!file || mkdir(inside, 0700) < 0 || mkdir(open_directory, 0777) < 0 || chmod(open_directory, 0777) < 0)
        return -1;
    fputs("set print \"left\"\nprint 1\n", file);
    return fclose(file);
}

static int end(void **state)
{
    (void)state;
    unlink(made);
    unlink(secret);
    rmdir(inside);
    rmdir(open_directory);
    return rmdir(outside);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),        cmocka_unit_test(test_network),
        cmocka_unit_test(test_calls),        cmocka_unit_test(test_capabilities),
        cmocka_unit_test(test_become),       cmocka_unit_test(test_gnuplot_runs_nothing),
        cmocka_unit_test(test_gnuplot_stays_inside), cmocka_unit_test(test_gnuplot_has_limits),
        cmocka_unit_test(test_gnuplot_is_nobodys),   cmocka_unit_test(test_gnuplot_interrupted),
        cmocka_unit_test(test_gnuplot_does_not_outlive_us),
        cmocka_unit_test(test_gnuplot_minds_no_ignored_signal),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
