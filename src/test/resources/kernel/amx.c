/*
 * A host whose processor has AMX, as far as ptrace(2) shows it: its extended state is 11,008 bytes,
 * and less than that cannot be set.
 */
#include "host.h"

#define STATE 11008

long instead(int request, pid_t pid, void *address, void *data)
{
	static unsigned char state[STATE];
	struct iovec real = { state, sizeof state };
	struct iovec *shown = data;

	if ((uintptr_t)address == NT_X86_XSTATE && request == PTRACE_GETREGSET) {
		memset(state, 0, sizeof state);
		if (host(request, pid, address, &real) < 0)
			return -1;
		if (shown->iov_len > STATE)
			shown->iov_len = STATE;
		memcpy(shown->iov_base, state, shown->iov_len);
		return 0;
	}
	if ((uintptr_t)address == NT_X86_XSTATE && request == PTRACE_SETREGSET &&
	    shown->iov_len < STATE) {
		errno = EFAULT;
		return -1;
	}
	return host(request, pid, address, data);
}
