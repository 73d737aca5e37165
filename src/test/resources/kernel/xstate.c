/*
 * Lets user-mode-linux run on processors with more registers than it knows, such as those with AMX.
 * It hands ptrace(2) the 2,696 bytes of extended state that there were when it was written; the host's
 * kernel refuses (EFAULT) to set less than all that the processor has. So what it hands over is laid
 * over the whole that the host has now. Where the processor has no more, that changes nothing.
 */
#include "host.h"

#define XSTATE_BV 512 /* in the XSAVE header: which components are not in their initial state */
#define TILES (UINT64_C(3) << 17) /* configuration and data of AMX, which no program there uses */

long instead(int request, pid_t pid, void *address, void *data)
{
	static unsigned char state[1 << 16];
	struct iovec whole = { state, sizeof state };
	const struct iovec *known = data;
	uint64_t used;

	if (request != PTRACE_SETREGSET || (uintptr_t)address != NT_X86_XSTATE)
		return host(request, pid, address, data);
	if (host(PTRACE_GETREGSET, pid, address, &whole) < 0)
		return -1;
	memcpy(state, known->iov_base,
	       known->iov_len < whole.iov_len ? known->iov_len : whole.iov_len);
	memcpy(&used, state + XSTATE_BV, sizeof used);
	used &= ~TILES;
	memcpy(state + XSTATE_BV, &used, sizeof used);
	return host(PTRACE_SETREGSET, pid, address, &whole);
}
