/*
 * alloc_shim.c - a preloaded library that counts a process's allocations, mappings and opens between two marks.
 *
 * It sees every call that crosses a library's boundary, whoever makes it: the program, libhiperf, a provider, or
 * another part of libc by way of malloc. It doesn't see an open or mmap that libc makes inside itself (fopen and
 * opendir are counted by their own names), nor bare system calls; for those the test uses strace.
 *
 *   cc -std=gnu11 -shared -fPIC tests/c/alloc_shim.c -o liballoc_shim.so -ldl
 *   LD_PRELOAD=./liballoc_shim.so program
 */
#define _GNU_SOURCE
#include "alloc_shim.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define SHIM __attribute__((visibility("default")))

/* libc's own names for its allocator, which need no dlsym: dlsym itself allocates. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

static atomic_bool counting;
static atomic_uint_fast64_t allocations, frees, mmaps, opens;

static void count(atomic_uint_fast64_t *counter)
{
    if (atomic_load_explicit(&counting, memory_order_relaxed))
        atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

SHIM void hiperf_shim_start(void)
{
    atomic_store(&allocations, 0);
    atomic_store(&frees, 0);
    atomic_store(&mmaps, 0);
    atomic_store(&opens, 0);
    atomic_store(&counting, true);
}

SHIM void hiperf_shim_stop(struct counts *counts)
{
    atomic_store(&counting, false);
    counts->allocations = atomic_load(&allocations);
    counts->frees = atomic_load(&frees);
    counts->mmaps = atomic_load(&mmaps);
    counts->opens = atomic_load(&opens);
}

/* ---- The allocator ------------------------------------------------------------------------------ */

SHIM void *malloc(size_t size)
{
    count(&allocations);
    return __libc_malloc(size);
}

SHIM void *calloc(size_t number, size_t size)
{
    count(&allocations);
    return __libc_calloc(number, size);
}

SHIM void *realloc(void *memory, size_t size)
{
    count(&allocations);
    return __libc_realloc(memory, size);
}

SHIM void *reallocarray(void *memory, size_t number, size_t size)
{
    size_t bytes;
    count(&allocations);
    if (__builtin_mul_overflow(number, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_realloc(memory, bytes);
}

SHIM void free(void *memory)
{
    if (memory != NULL)
        count(&frees);
    __libc_free(memory);
}

SHIM void *memalign(size_t alignment, size_t size)
{
    count(&allocations);
    return __libc_memalign(alignment, size);
}

SHIM void *aligned_alloc(size_t alignment, size_t size)
{
    count(&allocations);
    return __libc_memalign(alignment, size);
}

SHIM int posix_memalign(void **memory, size_t alignment, size_t size)
{
    count(&allocations);
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0)
        return EINVAL;
    void *block = __libc_memalign(alignment, size);
    if (block == NULL)
        return ENOMEM;
    *memory = block;
    return 0;
}

/* ---- Mappings and opens: count, then call the next definition ----------------------------------- */

/* The pointer is looked up at the first call and kept; two threads that race store the same value. */
#define NEXT(name) \
    static _Atomic(__typeof__(&name)) next; \
    __typeof__(&name) call = atomic_load(&next); \
    if (call == NULL) { \
        call = (__typeof__(&name))dlsym(RTLD_NEXT, #name); \
        atomic_store(&next, call); \
    }

#define MMAP(name, offset_type) \
    SHIM void *name(void *address, size_t length, int protection, int flags, int fd, offset_type offset) \
    { \
        NEXT(name) \
        count(&mmaps); \
        return call(address, length, protection, flags, fd, offset); \
    }
MMAP(mmap, off_t)
MMAP(mmap64, off64_t)

SHIM void *mremap(void *address, size_t old_length, size_t new_length, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    void *target = (flags & MREMAP_FIXED) != 0 ? va_arg(rest, void *) : NULL;
    va_end(rest);
    NEXT(mremap)
    count(&mmaps);
    return call(address, old_length, new_length, flags, target);
}

/* The mode is there only for flags that may create a file. */
#define MODE_ARGUMENT(flags) \
    mode_t mode = 0; \
    if (((flags) & (O_CREAT | __O_TMPFILE)) != 0) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }

#define OPEN(name) \
    SHIM int name(const char *path, int flags, ...) \
    { \
        MODE_ARGUMENT(flags) \
        NEXT(name) \
        count(&opens); \
        return call(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
    SHIM int name(int directory, const char *path, int flags, ...) \
    { \
        MODE_ARGUMENT(flags) \
        NEXT(name) \
        count(&opens); \
        return call(directory, path, flags, mode); \
    }
OPENAT(openat)
OPENAT(openat64)

#define CREAT(name) \
    SHIM int name(const char *path, mode_t mode) \
    { \
        NEXT(name) \
        count(&opens); \
        return call(path, mode); \
    }
CREAT(creat)
CREAT(creat64)

/* What open and openat become when a program is compiled with _FORTIFY_SOURCE. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int directory, const char *path, int flags);
int __openat64_2(int directory, const char *path, int flags);
#define FORTIFIED_OPEN(name) \
    SHIM int name(const char *path, int flags) \
    { \
        NEXT(name) \
        count(&opens); \
        return call(path, flags); \
    }
FORTIFIED_OPEN(__open_2)
FORTIFIED_OPEN(__open64_2)
#define FORTIFIED_OPENAT(name) \
    SHIM int name(int directory, const char *path, int flags) \
    { \
        NEXT(name) \
        count(&opens); \
        return call(directory, path, flags); \
    }
FORTIFIED_OPENAT(__openat_2)
FORTIFIED_OPENAT(__openat64_2)

#define FOPEN(name) \
    SHIM FILE *name(const char *path, const char *mode) \
    { \
        NEXT(name) \
        count(&opens); \
        return call(path, mode); \
    }
FOPEN(fopen)
FOPEN(fopen64)

SHIM DIR *opendir(const char *path)
{
    NEXT(opendir)
    count(&opens);
    return call(path);
}
