/*
 * moveback COW IMAGE: copies the chunks of a snapshot's COW device back to its origin's image, newest
 * first, a pread(2) and a pwrite(2) a chunk, and syncs once at the end: what a merge cannot do without.
 * It forgets nothing and guards nothing. The format is that of docs/FORMAT.md; little-endian machines.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

struct record {
	uint64_t old_chunk, new_chunk;
};

static int open_or_die(const char *path, int flags)
{
	int fd = open(path, flags);
	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static void read_all(int fd, void *to, size_t length, off_t at)
{
	if (pread(fd, to, length, at) != (ssize_t)length)
		err(1, "read at %jd", (intmax_t)at);
}

int main(int argc, char **argv)
{
	uint32_t header[4];
	size_t count = 0, room = 0;
	struct record *records = NULL;

	if (argc != 3)
		errx(2, "usage: moveback COW IMAGE");
	int cow = open_or_die(argv[1], O_RDONLY), image = open_or_die(argv[2], O_WRONLY);
	read_all(cow, header, sizeof header, 0);
	size_t chunk = (size_t)header[3] * 512, per_area = chunk / sizeof *records;

	do { /* an area at a time, up to the first record without a new chunk */
		if (count + per_area > room) {
			room = 2 * (count + per_area);
			records = realloc(records, room * sizeof *records);
			if (!records)
				err(1, "records");
		}
		read_all(cow, records + count, chunk, (1 + count / per_area * (per_area + 1)) * chunk);
		size_t end = count + per_area;
		while (count < end && records[count].new_chunk)
			count++;
		if (count < end)
			break;
	} while (1);

	char *buffer = malloc(chunk);
	if (!buffer)
		err(1, "buffer");
	while (count-- > 0) {
		read_all(cow, buffer, chunk, records[count].new_chunk * chunk);
		if (pwrite(image, buffer, chunk, records[count].old_chunk * chunk) != (ssize_t)chunk)
			err(1, "write of chunk %" PRIu64, records[count].old_chunk);
	}
	if (fsync(image))
		err(1, "fsync");
	return 0;
}
