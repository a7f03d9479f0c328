/*
 * User-mode Linux 6.1 sets the floating point registers of its processes with a buffer of 2,696 bytes. On a processor with
 * AMX the host insists on the full 11 KB and refuses. Preloaded into that kernel, this fills in what is missing.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

long ptrace(enum __ptrace_request request, ...) {
  static char full[1 << 16];
  va_list list;
  va_start(list, request);
  long pid = va_arg(list, int);
  void *address = va_arg(list, void *);
  void *data = va_arg(list, void *);
  va_end(list);
  struct iovec *given = data;
  if (request == PTRACE_SETREGSET && (long)address == NT_X86_XSTATE) {
    struct iovec whole = {full, sizeof full};
    if (syscall(SYS_ptrace, PTRACE_GETREGSET, pid, address, &whole) < 0) return -1;
    if (given->iov_len < whole.iov_len) {
      memcpy(full, given->iov_base, given->iov_len);
      return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, address, &whole);
    }
  }
  /* The bare call returns what it peeks through its last argument, where libc returns it as the result. */
  if (request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSER) {
    long value;
    if (syscall(SYS_ptrace, request, pid, address, &value) < 0) return -1;
    errno = 0;
    return value;
  }
  return syscall(SYS_ptrace, request, pid, address, data);
}
