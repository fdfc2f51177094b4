/* Preloaded into a process, counts the steps in which it changes the files below a folder, and ends it, or fails, at
 * one of them. Writes to one file, with nothing between them, are three steps: before the first, when half of that is
 * done, and before the second.
 *
 * It stands at the C library, so that SQLite's writes are steps like Python's own.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#undef open64
#undef openat64
#undef ftruncate64
#undef pwrite64

static char folder[PATH_MAX];
static long at, steps;
static int fault; /* an errno, or 0 for SIGKILL */
static int written_to = -1, writes; /* the file of the last step, where that was a write, and how many there were */

enum kind { TAKES_ROOM, TAKES_NONE };

/* From step `step` on (0: never) fail with `error`, or with 0 end the process at that step. */
void faults_arm(const char *below, long step, int error) {
    snprintf(folder, sizeof folder, "%s", below);
    at = step, fault = error, steps = 0, written_to = -1;
}

int faults_steps(void) { return (int)steps; }

static int is_below(const char *path) {
    size_t length = strlen(folder);
    return length && !strncmp(path, folder, length) && (path[length] == '/' || !path[length]);
}

static int descriptor_is_below(int descriptor) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = folder[0] ? readlink(link, path, sizeof path - 1) : -1;
    if (length < 0) return 0;
    path[length] = 0;
    return is_below(path);
}

static int name_is_below(int descriptor, const char *name) {
    if (!folder[0] || !name) return 0;
    if (name[0] == '/') return is_below(name);
    if (descriptor != AT_FDCWD) return descriptor_is_below(descriptor);
    char here[PATH_MAX];
    return getcwd(here, sizeof here) && is_below(here);
}

/* Whether a call fails, with errno set; it is a step or goes with the last one. */
static int fails_in(enum kind kind, int is_step) {
    long now = steps += is_step;
    if (!at || now < at) return 0;
    if (!fault) {
        if (is_step && now == at) raise(SIGKILL);
        return 0;
    }
    int no_room = fault == ENOSPC || fault == EDQUOT;
    if (no_room && kind == TAKES_NONE) return 0;
    errno = fault;
    return 1;
}

static int fails(enum kind kind) {
    written_to = -1;
    return fails_in(kind, 1);
}

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(real))dlsym(RTLD_NEXT, #name)

static int open_fails(int descriptor, const char *name, int flags) {
    if ((flags & O_ACCMODE) == O_RDONLY && !(flags & O_CREAT)) return 0;
    if (!name_is_below(descriptor, name)) return 0;
    if (flags & O_CREAT) return faccessat(descriptor, name, F_OK, 0) ? fails(TAKES_ROOM) : (fault && fails(TAKES_NONE));
    return (flags & O_TRUNC || fault) && fails(TAKES_NONE);
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(name); \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        return open_fails(AT_FDCWD, path, flags) ? -1 : real(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
    int name(int descriptor, const char *path, int flags, ...) { \
        REAL(name); \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        return open_fails(descriptor, path, flags) ? -1 : real(descriptor, path, flags, mode); \
    }
OPENAT(openat)
OPENAT(openat64)

/* How much of a write is done: all, half, or nothing with errno set. Half of one is written by the caller first. */
static ssize_t portion(int descriptor, size_t length, int *is_last) {
    *is_last = 0;
    if (!descriptor_is_below(descriptor)) return length;
    writes = written_to == descriptor ? writes + 1 : 1;
    written_to = descriptor;
    if (fails_in(TAKES_ROOM, writes < 3)) return -1;
    if (length < 2 || writes > 1) return length;
    if (++steps != at) return length;
    *is_last = !fault;
    return length / 2;
}

#define WRITE(name, parameters, call) \
    ssize_t name parameters { \
        REAL(name); \
        int is_last; \
        ssize_t part = portion(descriptor, length, &is_last); \
        if (part < 0) return -1; \
        ssize_t done = call; \
        if (is_last) raise(SIGKILL); \
        return done; \
    }
WRITE(write, (int descriptor, const void *data, size_t length), real(descriptor, data, part))
WRITE(pwrite, (int descriptor, const void *data, size_t length, off_t place), real(descriptor, data, part, place))
WRITE(pwrite64, (int descriptor, const void *data, size_t length, off64_t place), real(descriptor, data, part, place))

#define BY_DESCRIPTOR(name, kind, parameters, arguments) \
    int name parameters { \
        REAL(name); \
        return descriptor_is_below(descriptor) && fails(kind) ? -1 : real arguments; \
    }
BY_DESCRIPTOR(fsync, TAKES_NONE, (int descriptor), (descriptor))
BY_DESCRIPTOR(fdatasync, TAKES_NONE, (int descriptor), (descriptor))
BY_DESCRIPTOR(ftruncate, TAKES_NONE, (int descriptor, off_t size), (descriptor, size))
BY_DESCRIPTOR(ftruncate64, TAKES_NONE, (int descriptor, off64_t size), (descriptor, size))
BY_DESCRIPTOR(fchmod, TAKES_NONE, (int descriptor, mode_t mode), (descriptor, mode))

#define BY_NAME(name, kind, descriptor, path, parameters, arguments) \
    int name parameters { \
        REAL(name); \
        return name_is_below(descriptor, path) && fails(kind) ? -1 : real arguments; \
    }
BY_NAME(mkdir, TAKES_ROOM, AT_FDCWD, path, (const char *path, mode_t mode), (path, mode))
BY_NAME(mkdirat, TAKES_ROOM, there, path, (int there, const char *path, mode_t mode), (there, path, mode))
BY_NAME(rename, TAKES_NONE, AT_FDCWD, to, (const char *from, const char *to), (from, to))
BY_NAME(renameat, TAKES_NONE, there, to, (int here, const char *from, int there, const char *to), (here, from, there, to))
BY_NAME(link, TAKES_ROOM, AT_FDCWD, to, (const char *from, const char *to), (from, to))
BY_NAME(linkat, TAKES_ROOM, there, to, (int here, const char *from, int there, const char *to, int flags), (here, from, there, to, flags))
BY_NAME(symlink, TAKES_ROOM, AT_FDCWD, to, (const char *from, const char *to), (from, to))
BY_NAME(unlink, TAKES_NONE, AT_FDCWD, path, (const char *path), (path))
BY_NAME(unlinkat, TAKES_NONE, there, path, (int there, const char *path, int flags), (there, path, flags))
BY_NAME(rmdir, TAKES_NONE, AT_FDCWD, path, (const char *path), (path))
BY_NAME(chmod, TAKES_NONE, AT_FDCWD, path, (const char *path, mode_t mode), (path, mode))
BY_NAME(fchmodat, TAKES_NONE, there, path, (int there, const char *path, mode_t mode, int flags), (there, path, mode, flags))

int bind(int socket, const struct sockaddr *address, socklen_t length) {
    REAL(bind);
    const char *path = address->sa_family == AF_UNIX ? ((const struct sockaddr_un *)address)->sun_path : "";
    return is_below(path) && fails(TAKES_ROOM) ? -1 : real(socket, address, length);
}

static long jump; /* seconds */
static int looks;

/* Have the clock be wrong by so many seconds every second time that it is looked at. */
void faults_clock(long seconds) { jump = seconds; }

int clock_gettime(clockid_t clock, struct timespec *now) {
    REAL(clock_gettime);
    int result = real(clock, now);
    if (clock == CLOCK_REALTIME && !result && ++looks % 2) now->tv_sec += jump;
    return result;
}
