/* A disk that loses what was not fsynced, for one file and its draft (HM_FILE, HM_FILE.new).
 * At the HM_AT-th call on them the power goes: each sector (512 bytes) that differs from the last fsync keeps its new or
 * its old content by chance (HM_SEED), the length is one of the two, a rename without a directory fsync may be undone,
 * and the process ends. HM_ERRNO makes that call and all later writes and fsyncs fail with this number instead. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define SECTOR 512
#define FDS 1024
typedef struct { unsigned char *bytes; size_t length; int there; } Image;

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static char main_path[512], draft_path[520], dir_path[512];
static int which[FDS]; /* 0 none, 1 file, 2 draft, 3 directory */
static Image durable[3], before_rename;
static int renamed, calls, cut_at, fail_errno, ready;
static uint64_t chance;

static uint32_t dice(void) {
  chance ^= chance << 13; chance ^= chance >> 7; chance ^= chance << 17;
  return (uint32_t)(chance >> 16);
}
static void read_image(const char *path, Image *image) {
  free(image->bytes);
  memset(image, 0, sizeof *image);
  int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
  if (fd < 0) return;
  struct stat st;
  fstat(fd, &st);
  image->bytes = malloc(st.st_size + 1);
  image->length = syscall(SYS_pread64, fd, image->bytes, st.st_size, 0);
  image->there = 1;
  syscall(SYS_close, fd);
}
static void write_image(const char *path, const Image *image) {
  if (!image->there) { syscall(SYS_unlinkat, AT_FDCWD, path, 0); return; }
  int fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  syscall(SYS_pwrite64, fd, image->bytes, image->length, 0);
  syscall(SYS_close, fd);
}
static void lose(int slot, const char *path) {
  Image now = {0}, old = durable[slot], after = {0};
  read_image(path, &now);
  if (!now.there) return;
  size_t most = now.length > old.length ? now.length : old.length;
  after.there = 1;
  after.length = dice() & 1 ? now.length : old.length;
  after.bytes = calloc(1, most + 1);
  for (size_t at = 0; at < after.length; at += SECTOR) {
    size_t end = at + SECTOR < after.length ? at + SECTOR : after.length;
    const Image *from = dice() & 1 ? &now : &old;
    for (size_t i = at; i < end; i++) after.bytes[i] = i < from->length ? from->bytes[i] : 0;
  }
  write_image(path, &after);
}
static void cut(void) {
  lose(1, main_path);
  lose(2, draft_path);
  if (renamed && (dice() & 1)) {
    Image now = {0};
    read_image(main_path, &now);
    write_image(draft_path, &now);
    write_image(main_path, &before_rename);
  }
  syscall(SYS_exit_group, 137);
}
static void setup(void) {
  if (ready) return;
  ready = 1;
  const char *file = getenv("HM_FILE"), *at = getenv("HM_AT"), *seed = getenv("HM_SEED"), *no = getenv("HM_ERRNO");
  if (!file) return;
  strcpy(main_path, file);
  strcpy(draft_path, file); strcat(draft_path, ".new");
  strcpy(dir_path, file); *strrchr(dir_path, '/') = 0;
  cut_at = at ? atoi(at) : 0;
  fail_errno = no ? atoi(no) : 0;
  chance = (seed ? strtoull(seed, 0, 10) : 1) * 0x9E3779B97F4A7C15ull + 1;
  read_image(main_path, &durable[1]);
}
/* Counts a call; 1 where it must fail. */
static int step(int fd) {
  if (fd < 0 || fd >= FDS || !which[fd] || !cut_at) return 0;
  calls++;
  if (fail_errno) return calls >= cut_at;
  if (calls >= cut_at) cut();
  return 0;
}
static int track(int fd, const char *path) {
  if (fd < 0 || fd >= FDS) return fd;
  which[fd] = !strcmp(path, main_path) ? 1 : !strcmp(path, draft_path) ? 2 : !strcmp(path, dir_path) ? 3 : 0;
  return fd;
}
#define LOCKED(type, body) \
  pthread_mutex_lock(&lock); setup(); type result = ({ body; }); int kept = errno; \
  pthread_mutex_unlock(&lock); errno = kept; return result
#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list v; va_start(v, flags); mode = va_arg(v, int); va_end(v); }
#define OPEN(name) int name(const char *path, int flags, ...) { MODE \
  LOCKED(int, track(syscall(SYS_openat, AT_FDCWD, path, flags, mode), path)); }
OPEN(open)
OPEN(open64)
int close(int fd) { LOCKED(int, (fd >= 0 && fd < FDS ? which[fd] = 0 : 0, syscall(SYS_close, fd))); }
#define FAIL (errno = fail_errno, -1)
#define WRITE(name) ssize_t name(int fd, const void *b, size_t n, off64_t at) { \
  LOCKED(ssize_t, step(fd) ? FAIL : syscall(SYS_pwrite64, fd, b, n, at)); }
WRITE(pwrite)
WRITE(pwrite64)
ssize_t write(int fd, const void *b, size_t n) { LOCKED(ssize_t, step(fd) ? FAIL : syscall(SYS_write, fd, b, n)); }
#define CUTOFF(name) int name(int fd, off64_t n) { LOCKED(int, step(fd) ? FAIL : syscall(SYS_ftruncate, fd, n)); }
CUTOFF(ftruncate)
CUTOFF(ftruncate64)
static int synced(int fd) {
  if (step(fd)) return FAIL;
  if (fd < 0 || fd >= FDS) return syscall(SYS_fdatasync, fd);
  if (which[fd] == 1) read_image(main_path, &durable[1]);
  if (which[fd] == 2) read_image(draft_path, &durable[2]);
  if (which[fd] == 3) renamed = 0;
  return 0;
}
int fsync(int fd) { LOCKED(int, synced(fd)); }
int fdatasync(int fd) { LOCKED(int, synced(fd)); }
int rename(const char *from, const char *to) {
  LOCKED(int, ({
    int done;
    if (!strcmp(from, draft_path) && !strcmp(to, main_path)) {
      for (int fd = 0; fd < FDS; fd++) if (which[fd] == 1) which[fd] = 0;
      for (int fd = 0; fd < FDS; fd++) if (which[fd] == 2) which[fd] = 1;
      read_image(main_path, &before_rename);
      durable[1] = durable[2];
      memset(&durable[2], 0, sizeof durable[2]);
      renamed = 1;
      done = syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
      if (cut_at && !fail_errno && ++calls >= cut_at) cut();
    } else done = syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
    done;
  }));
}
