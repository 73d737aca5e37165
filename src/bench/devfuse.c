/*
 * Serves an image as MOUNTPOINT/image by nothing but the kernel's FUSE: each of so many threads reads a request from
 * /dev/fuse and answers it itself, by pread(2) or pwrite(2), before it takes the next. There is no library, no table
 * of what is open, no snapshot: what it reaches is what FUSE leaves of the file beneath on this machine.
 *
 *     gcc -O2 -o devfuse devfuse.c -pthread
 *     devfuse IMAGE MOUNTPOINT THREADS     (root's alone; ends when it is unmounted)
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef FOPEN_PARALLEL_DIRECT_WRITES
#define FOPEN_PARALLEL_DIRECT_WRITES (1 << 6)
#endif

enum { PAGE = 4096, MOST = 1 << 20, CAPACITY = MOST + 2 * PAGE, FILE_NODE = 2 };

static int device, image;
static struct stat its;

/* Answers with the LENGTH bytes that lie behind ANSWER, or with an errno. */
static void send_answer(struct fuse_out_header *answer, uint64_t unique, int error, size_t length) {
  answer->len = sizeof *answer + length;
  answer->error = -error;
  answer->unique = unique;
  if (write(device, answer, answer->len) < 0 && errno != ENOENT) perror("write to /dev/fuse");
}

static void describe(struct fuse_attr *attr, uint64_t node) {
  int file = node == FILE_NODE;
  *attr = (struct fuse_attr){.ino = node, .nlink = 1, .blksize = PAGE,
                             .mode = file ? S_IFREG | 0600 : S_IFDIR | 0700,
                             .size = file ? (uint64_t)its.st_size : 0};
}

/* What is answered to all but reads and writes: how many bytes at BODY, or a negative errno. */
static int answer_of(struct fuse_in_header *request, void *asked, void *body) {
  switch (request->opcode) {
    case FUSE_INIT: {
      struct fuse_init_out *out = body;
      *out = (struct fuse_init_out){
          .major = FUSE_KERNEL_VERSION, .minor = 31, .max_readahead = ((struct fuse_init_in *)asked)->max_readahead,
          .flags = FUSE_ASYNC_READ | FUSE_BIG_WRITES | FUSE_ASYNC_DIO | FUSE_MAX_PAGES, .max_pages = MOST / PAGE,
          .max_write = MOST, .max_background = 64, .congestion_threshold = 48, .time_gran = 1};
      return sizeof *out;
    }
    case FUSE_LOOKUP: {
      struct fuse_entry_out *out = body;
      if (strcmp(asked, "image") != 0) return -ENOENT;
      *out = (struct fuse_entry_out){.nodeid = FILE_NODE, .entry_valid = 1, .attr_valid = 1};
      describe(&out->attr, FILE_NODE);
      return sizeof *out;
    }
    case FUSE_GETATTR: {
      struct fuse_attr_out *out = body;
      *out = (struct fuse_attr_out){.attr_valid = 1};
      describe(&out->attr, request->nodeid);
      return sizeof *out;
    }
    case FUSE_OPEN: {
      struct fuse_open_out *out = body;
      int past_cache = ((struct fuse_open_in *)asked)->flags & O_DIRECT;
      *out = (struct fuse_open_out){.open_flags = past_cache ? FOPEN_DIRECT_IO | FOPEN_PARALLEL_DIRECT_WRITES : 0};
      return sizeof *out;
    }
    case FUSE_FLUSH:
    case FUSE_RELEASE:
    case FUSE_SETATTR: return 0;
    case FUSE_FSYNC: return fdatasync(image) < 0 ? -errno : 0;
    default: return -ENOSYS;
  }
}

static void serve(struct fuse_in_header *request, struct fuse_out_header *answer) {
  void *asked = request + 1, *body = answer + 1;
  struct fuse_write_in *data = asked; /* a read's begins alike */
  ssize_t n;
  switch (request->opcode) {
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT: return; /* nobody waits for an answer */
    case FUSE_READ:
      n = pread(image, body, data->size, data->offset);
      break;
    case FUSE_WRITE:
      n = pwrite(image, data + 1, data->size, data->offset);
      if (n >= 0) {
        *(struct fuse_write_out *)body = (struct fuse_write_out){.size = n};
        n = sizeof(struct fuse_write_out);
      }
      break;
    default:
      n = answer_of(request, asked, body);
      if (n < 0) errno = -n;
  }
  send_answer(answer, request->unique, n < 0 ? errno : 0, n < 0 ? 0 : n);
}

static void *serve_all(void *unused) {
  char *request = aligned_alloc(PAGE, CAPACITY), *page = aligned_alloc(PAGE, CAPACITY);
  if (request == NULL || page == NULL) abort();
  struct fuse_out_header *answer = (void *)(page + PAGE - sizeof *answer); /* what is read begins a page */
  for (;;) {
    if (read(device, request, CAPACITY) >= 0) serve((void *)request, answer);
    else if (errno != EINTR && errno != ENOENT) return unused; /* ENODEV: unmounted */
  }
}

int main(int count, char **words) {
  char options[100];
  if (count != 4) return fprintf(stderr, "usage: devfuse IMAGE MOUNTPOINT THREADS\n"), 2;
  image = open(words[1], O_RDWR);
  device = open("/dev/fuse", O_RDWR);
  if (image < 0 || device < 0 || fstat(image, &its) < 0) return perror("open"), 1;
  snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,max_read=%d", device, MOST);
  if (mount("devfuse", words[2], "fuse.devfuse", 0, options) < 0) return perror("mount"), 1;
  for (int others = atoi(words[3]) - 1; others > 0; others--) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, serve_all, NULL) != 0) return fprintf(stderr, "no thread\n"), 1;
  }
  serve_all(NULL);
  return 0;
}
