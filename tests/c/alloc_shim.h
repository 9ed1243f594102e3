/*
 * alloc_shim.h - what alloc_shim.c counts, for the programs that ask it.
 *
 * A program finds the two functions with dlsym(RTLD_DEFAULT, "hiperf_shim_start") and "hiperf_shim_stop"; they are
 * there only when the shim was preloaded.
 */
#ifndef ALLOC_SHIM_H
#define ALLOC_SHIM_H

#include <stdint.h>

/* Calls made between start and stop by all threads of the process. */
struct counts {
    uint64_t allocations; /* malloc, calloc, realloc, reallocarray and the aligned ones */
    uint64_t frees;       /* free of anything but NULL */
    uint64_t mmaps;       /* mmap, mmap64, mremap */
    uint64_t opens;       /* open, openat, creat, fopen, opendir and their variants */
};

typedef void hiperf_shim_start_function(void);
typedef void hiperf_shim_stop_function(struct counts *counts);

#endif
