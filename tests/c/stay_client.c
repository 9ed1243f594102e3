/*
 * Loads libhiperf by its path, closes it, and calls it again: a library that
 * providers have pointers into stays.
 *
 *     stay_client /path/to/libhiperf.so
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>

typedef uint32_t live_objects(void);

int main(int argc, char **argv)
{
    void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (library == NULL) {
        fprintf(stderr, "usage: stay_client LIBRARY (%s)\n", argc == 2 ? dlerror() : "no library");
        return 2;
    }
    live_objects *function;
    *(void **)&function = dlsym(library, "HiperfLiveObjects");
    dlclose(library);
    if (function == NULL || dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) == NULL) {
        fprintf(stderr, "the library is gone\n");
        return 1;
    }
    printf("%u live objects\n", (unsigned)function());
    return 0;
}
