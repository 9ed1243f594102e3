/*
 * warm_client.c - counts what a warm refresh costs the whole process in allocations, mappings and opens.
 *
 *   LD_PRELOAD=./liballoc_shim.so warm_client REFRESHES [--toy LIBRARY MOF | --server CLSID LIBRARY] CLASS[:PROPERTY]...
 *
 * Adds an enumerator for each class, with this property alone if one is named, to a refresher that is nested in another, refreshes and reads a few times, then
 * REFRESHES times between the shim's two marks: Refresh of the outer one, GetObjects into an array it already has, one value of each object by handle, Release. Prints
 *
 *   refreshes N objects N allocations N frees N mmaps N opens N
 *
 * and leaves with status 0 if the last four are 0, with 3 if not, with 1 if a call fails. With TOY_MODE=allocate the
 * toy provider allocates once a refresh, which must be seen: allocations = frees = refreshes. --server takes a class
 * from a library, which may be one that libhiperf has itself.
 */
#define _GNU_SOURCE
#include "alloc_shim.h"
#include "client.h"

#include <dlfcn.h>

enum { MAX_CLASSES = 512, MAX_OBJECTS = 65536, WARM_UP = 8 };

struct watched {
    IWbemHiPerfEnum *enumerator;
    LONG timestamp; /* handle of a property that every counter class has */
};

static IWbemObjectAccess *objects[MAX_OBJECTS];

/* A context that asks for one property. */
static IWbemContext *context_for(const char *property)
{
    WCHAR name[256];
    HiperfWide(name, sizeof name / sizeof name[0], property);
    IWbemContext *context = NULL;
    EXPECT(CoCreateInstance(&CLSID_WbemContext, NULL, CLSCTX_INPROC_SERVER, &IID_IWbemContext, (void **)&context), S_OK);
    VARIANT yes = {.vt = VT_BOOL, .boolVal = VARIANT_TRUE}, names = {.vt = VT_ARRAY | VT_BSTR};
    names.parray = SafeArrayCreateVector(VT_BSTR, 0, 1);
    EXPECT_THAT(names.parray != NULL);
    BSTR text = SysAllocString(name);
    LONG index = 0;
    EXPECT(SafeArrayPutElement(names.parray, &index, text), S_OK); /* puts a copy */
    SysFreeString(text);
    EXPECT(IWbemContext_SetValue(context, u"__GET_EXTENSIONS", 0, &yes), WBEM_S_NO_ERROR);
    EXPECT(IWbemContext_SetValue(context, u"__GET_EXT_CLIENT_REQUEST", 0, &yes), WBEM_S_NO_ERROR);
    EXPECT(IWbemContext_SetValue(context, u"__GET_EXT_PROPERTIES", 0, &names), WBEM_S_NO_ERROR);
    VariantClear(&names);
    return context;
}

static ULONG refresh_and_read(IWbemRefresher *refresher, struct watched *watched, int classes)
{
    ULONG total = 0;
    EXPECT(IWbemRefresher_Refresh(refresher, 0), WBEM_S_NO_ERROR);
    for (int i = 0; i < classes; i++) {
        ULONG count = 0;
        EXPECT(IWbemHiPerfEnum_GetObjects(watched[i].enumerator, 0, MAX_OBJECTS, objects, &count), WBEM_S_NO_ERROR);
        if (watched[i].timestamp == 0 && count > 0)
            watched[i].timestamp = handle_of(objects[0], u"Timestamp_Sys100NS", CIM_UINT64);
        for (ULONG k = 0; k < count; k++) {
            UINT64 timestamp = 0;
            EXPECT(IWbemObjectAccess_ReadQWORD(objects[k], watched[i].timestamp, &timestamp), WBEM_S_NO_ERROR);
            IWbemObjectAccess_Release(objects[k]);
        }
        total += count;
    }
    return total;
}

int main(int argc, char **argv)
{
    hiperf_shim_start_function *start;
    hiperf_shim_stop_function *stop;
    /* POSIX has a data pointer carry a function's address here; ISO C has no cast for it. */
    *(void **)&start = dlsym(RTLD_DEFAULT, "hiperf_shim_start");
    *(void **)&stop = dlsym(RTLD_DEFAULT, "hiperf_shim_stop");
    long refreshes = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    bool toy = argc > 4 && strcmp(argv[2], "--toy") == 0, server = argc > 4 && strcmp(argv[2], "--server") == 0;
    int first = toy || server ? 5 : 2;
    if (refreshes < 1 || argc <= first || argc - first > MAX_CLASSES || start == NULL || stop == NULL) {
        fprintf(stderr, "usage: LD_PRELOAD=liballoc_shim.so warm_client REFRESHES [--toy LIBRARY MOF | --server CLSID "
                        "LIBRARY] CLASS...\n");
        return 2;
    }
    EXPECT_THAT(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    if (toy)
        load_toy(argv[3], argv[4]);
    if (server)
        register_server(argv[3], argv[4]);
    IWbemServices *services = connect_namespace();
    IWbemRefresher *refresher = NULL, *nested = NULL;
    IWbemConfigureRefresher *configure_outer = NULL, *configure = NULL;
    create_refresher(&refresher, &configure_outer);
    create_refresher(&nested, &configure);
    EXPECT(IWbemConfigureRefresher_AddRefresher(configure_outer, nested, 0, NULL), WBEM_S_NO_ERROR);
    struct watched watched[MAX_CLASSES] = {{0}};
    int classes = argc - first;
    for (int i = 0; i < classes; i++) {
        WCHAR class[256];
        char *property = strchr(argv[first + i], ':');
        if (property != NULL)
            *property++ = '\0';
        HiperfWide(class, sizeof class / sizeof class[0], argv[first + i]);
        IWbemContext *context = property != NULL ? context_for(property) : NULL;
        EXPECT(IWbemConfigureRefresher_AddEnum(configure, services, class, 0, context, &watched[i].enumerator, NULL),
               WBEM_S_NO_ERROR);
        if (context != NULL)
            IWbemContext_Release(context);
    }
    for (int i = 0; i < WARM_UP; i++)
        refresh_and_read(refresher, watched, classes);

    struct counts counts = {0};
    ULONG seen = 0;
    start();
    for (long i = 0; i < refreshes; i++)
        seen = refresh_and_read(refresher, watched, classes);
    stop(&counts);
    EXPECT_THAT(seen > 0);
    printf("refreshes %ld objects %" PRIu32 " allocations %" PRIu64 " frees %" PRIu64 " mmaps %" PRIu64 " opens %" PRIu64
           "\n",
           refreshes, seen, counts.allocations, counts.frees, counts.mmaps, counts.opens);

    for (int i = 0; i < classes; i++)
        IWbemHiPerfEnum_Release(watched[i].enumerator);
    IWbemConfigureRefresher_Release(configure);
    IWbemRefresher_Release(nested);
    IWbemConfigureRefresher_Release(configure_outer);
    IWbemRefresher_Release(refresher);
    IWbemServices_Release(services);
    CoUninitialize();
    return counts.allocations + counts.frees + counts.mmaps + counts.opens == 0 ? 0 : 3;
}
