/*
 * passthrough DIRECTORY MOUNTPOINT THREADS [MICROSECONDS]: a directory through FUSE, as one would do it in C on
 * libfuse 3: its own loop with up to so many threads, asynchronous direct I/O, requests of up to 1 MiB, pread and
 * pwrite by handle.
 *
 * What a server can have that asks the kernel for parallel requests and lets a thread wait for each. With
 * MICROSECONDS it is a slow backing file system, whose reads and writes are answered so much later, all at once
 * where there are threads enough.
 *
 *     gcc -O2 -o passthrough passthrough.c $(pkg-config --cflags --libs fuse3)
 */
#define FUSE_USE_VERSION 312
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

typedef struct fuse_file_info info_t;

static int directory;
static struct timespec delay;

static const char *relative(const char *path) { return path[1] == 0 ? "." : path + 1; }

static int result(ssize_t answer) { return answer < 0 ? -errno : (int)answer; }

static void be_slow(void) {
  if (delay.tv_nsec > 0) {
    clock_nanosleep(CLOCK_MONOTONIC, 0, &delay, NULL);
  }
}

static void *pt_init(struct fuse_conn_info *connection, struct fuse_config *config) {
  connection->want |= connection->capable & FUSE_CAP_ASYNC_DIO;
  connection->want &= ~FUSE_CAP_SPLICE_READ; /* two calls more for each request */
  connection->max_background = 1024; /* as dmsnap and twin.c */
  connection->congestion_threshold = 768;
  config->nullpath_ok = 1;
  config->use_ino = 1;
  config->hard_remove = 1;
  config->entry_timeout = config->attr_timeout = config->negative_timeout = 0;
  return NULL;
}

static int pt_getattr(const char *path, struct stat *stat, info_t *info) {
  return result(info != NULL ? fstat(info->fh, stat)
                             : fstatat(directory, relative(path), stat, AT_SYMLINK_NOFOLLOW));
}

static int pt_mkdir(const char *path, mode_t mode) {
  return result(mkdirat(directory, relative(path), mode));
}

static int pt_unlink(const char *path) { return result(unlinkat(directory, relative(path), 0)); }

static int pt_rmdir(const char *path) {
  return result(unlinkat(directory, relative(path), AT_REMOVEDIR));
}

static int pt_rename(const char *from, const char *to, unsigned int flags) {
  return result(renameat2(directory, relative(from), directory, relative(to), flags));
}

static int pt_link(const char *from, const char *to) {
  return result(linkat(directory, relative(from), directory, relative(to), 0));
}

static int pt_chmod(const char *path, mode_t mode, info_t *info) {
  return result(info != NULL ? fchmod(info->fh, mode)
                             : fchmodat(directory, relative(path), mode, 0));
}

static int pt_chown(const char *path, uid_t user, gid_t group, info_t *info) {
  return result(info != NULL ? fchown(info->fh, user, group)
                             : fchownat(directory, relative(path), user, group, 0));
}

static int pt_truncate(const char *path, off_t size, info_t *info) {
  int fd = info != NULL ? (int)info->fh : openat(directory, relative(path), O_WRONLY);
  int answer = fd < 0 ? -errno : result(ftruncate(fd, size));
  if (info == NULL && fd >= 0) {
    close(fd);
  }
  return answer;
}

static int pt_utimens(const char *path, const struct timespec times[2], info_t *info) {
  return result(info != NULL ? futimens(info->fh, times)
                             : utimensat(directory, relative(path), times, 0));
}

static int pt_open(const char *path, info_t *info) {
  int fd = openat(directory, relative(path), (info->flags & ~(O_APPEND | O_DIRECT)));
  info->fh = fd;
  return fd < 0 ? -errno : 0;
}

static int pt_create(const char *path, mode_t mode, info_t *info) {
  int fd = openat(directory, relative(path), info->flags & ~(O_APPEND | O_DIRECT), mode);
  info->fh = fd;
  return fd < 0 ? -errno : 0;
}

static int pt_read(const char *path, char *memory, size_t length, off_t position, info_t *info) {
  (void)path;
  be_slow();
  return result(pread(info->fh, memory, length, position));
}

static int pt_write(const char *path, const char *memory, size_t length, off_t position,
                    info_t *info) {
  (void)path;
  be_slow();
  return result(pwrite(info->fh, memory, length, position));
}

static int pt_statfs(const char *path, struct statvfs *room) {
  (void)path;
  return result(fstatvfs(directory, room));
}

static int pt_fsync(const char *path, int data_only, info_t *info) {
  (void)path;
  return result(data_only ? fdatasync(info->fh) : fsync(info->fh));
}

static int pt_fallocate(const char *path, int mode, off_t position, off_t length, info_t *info) {
  (void)path;
  return result(fallocate(info->fh, mode, position, length));
}

static off_t pt_lseek(const char *path, off_t position, int whence, info_t *info) {
  (void)path;
  off_t answer = lseek(info->fh, position, whence);
  return answer < 0 ? -errno : answer;
}

static int pt_release(const char *path, info_t *info) {
  (void)path;
  return result(close(info->fh));
}

static int pt_readdir(const char *path, void *names, fuse_fill_dir_t fill, off_t offset,
                      info_t *info, enum fuse_readdir_flags flags) {
  (void)path, (void)offset, (void)flags;
  DIR *opened = fdopendir(dup(info->fh));
  struct dirent *entry;
  if (opened == NULL) {
    return -errno;
  }
  rewinddir(opened);
  while ((entry = readdir(opened)) != NULL) {
    fill(names, entry->d_name, NULL, 0, 0);
  }
  closedir(opened);
  return 0;
}

static const struct fuse_operations operations = {
    .init = pt_init, .getattr = pt_getattr, .mkdir = pt_mkdir, .unlink = pt_unlink,
    .rmdir = pt_rmdir, .rename = pt_rename, .link = pt_link, .chmod = pt_chmod,
    .chown = pt_chown, .truncate = pt_truncate, .utimens = pt_utimens, .open = pt_open,
    .create = pt_create, .read = pt_read, .write = pt_write, .statfs = pt_statfs,
    .fsync = pt_fsync, .fsyncdir = pt_fsync, .fallocate = pt_fallocate, .lseek = pt_lseek,
    .release = pt_release, .opendir = pt_open, .releasedir = pt_release, .readdir = pt_readdir,
};

int main(int count, char **words) {
  if (count < 4 || count > 5) {
    fprintf(stderr, "use: passthrough DIRECTORY MOUNTPOINT THREADS [MICROSECONDS]\n");
    return 2;
  }
  char *arguments[] = {"passthrough", "-o",
                       "fsname=passthrough,subtype=passthrough,default_permissions,allow_other"};
  struct fuse_args options = FUSE_ARGS_INIT(3, arguments);
  struct fuse_loop_config *loop = fuse_loop_cfg_create();
  directory = open(words[1], O_RDONLY | O_DIRECTORY);
  delay.tv_nsec = count == 5 ? atol(words[4]) * 1000 : 0; /* less than a second */
  struct fuse *fuse = fuse_new(&options, &operations, sizeof operations, NULL);
  if (directory < 0 || fuse == NULL || fuse_mount(fuse, words[2]) != 0) {
    return 1;
  }
  umask(0);
  fuse_loop_cfg_set_max_threads(loop, atoi(words[3]));
  int answer = fuse_loop_mt(fuse, loop);
  fuse_unmount(fuse);
  fuse_destroy(fuse);
  fuse_loop_cfg_destroy(loop);
  return answer != 0;
}
