/*
 * twin DIRECTORY MOUNTPOINT THREADS: the files of a directory through FUSE, as plainly as C can.
 *
 * What dmsnap's data path does and nothing else: the same libfuse 2.9, mount options and number of
 * threads in its loop, pread and pwrite by handle. The limit for anything built this way.
 *
 *     gcc -O2 -o twin twin.c $(pkg-config --cflags --libs fuse) -pthread
 */
#define FUSE_USE_VERSION 26
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* as in LibFuseOptions.java */
#define OPTIONS                                                                     \
  "big_writes,max_read=131072,max_write=131072,entry_timeout=0,attr_timeout=0,"     \
  "negative_timeout=0,max_background=1024,congestion_threshold=768,hard_remove,"    \
  "fsname=twin,subtype=twin,default_permissions"

static int directory;

static const char *relative(const char *path) { return path[1] == 0 ? "." : path + 1; }

static int result(ssize_t answer) { return answer < 0 ? -errno : (int)answer; }

static int twin_getattr(const char *path, struct stat *stat) {
  return result(fstatat(directory, relative(path), stat, 0));
}

static int twin_truncate(const char *path, off_t size) { return 0; }

static int twin_open(const char *path, struct fuse_file_info *info) {
  int fd = openat(directory, relative(path), O_RDWR);
  info->fh = fd;
  return fd < 0 ? -errno : 0;
}

static int twin_read(const char *path, char *memory, size_t length, off_t position,
                     struct fuse_file_info *info) {
  return result(pread(info->fh, memory, length, position));
}

static int twin_write(const char *path, const char *memory, size_t length, off_t position,
                      struct fuse_file_info *info) {
  return result(pwrite(info->fh, memory, length, position));
}

static int twin_fsync(const char *path, int data_only, struct fuse_file_info *info) {
  return result(fdatasync(info->fh));
}

static int twin_release(const char *path, struct fuse_file_info *info) { return close(info->fh); }

static const struct fuse_operations operations = {
    .getattr = twin_getattr,
    .truncate = twin_truncate,
    .open = twin_open,
    .read = twin_read,
    .write = twin_write,
    .fsync = twin_fsync,
    .release = twin_release,
    .flag_nullpath_ok = 1,
    .flag_nopath = 1,
};

static void *loop(void *fuse) {
  fuse_loop(fuse);
  return NULL;
}

int main(int count, char **words) {
  if (count != 4) {
    return 2;
  }
  char *arguments[] = {"twin", "-f", "-o", OPTIONS, words[2]};
  char *mountpoint;
  int multithreaded;
  directory = open(words[1], O_RDONLY | O_DIRECTORY);
  struct fuse *fuse =
      fuse_setup(5, arguments, &operations, sizeof operations, &mountpoint, &multithreaded, NULL);
  if (directory < 0 || fuse == NULL) {
    return 1;
  }
  pthread_t thread;
  for (int started = 1; started < atoi(words[3]); started++) {
    pthread_create(&thread, NULL, loop, fuse);
  }
  loop(fuse);
  fuse_teardown(fuse, mountpoint);
  return 0;
}
