/* What a library for LD_PRELOAD needs that is called instead of ptrace(2). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

/* What is called instead; its four arguments are always there, as the C library passes them on. */
long instead(int request, pid_t pid, void *address, void *data) __asm__("ptrace");

/* What it stands before: the C library's, or another such library's. */
static long host(int request, pid_t pid, void *address, void *data)
{
	static long (*next)(int, pid_t, void *, void *);

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "ptrace");
	return next(request, pid, address, data);
}
