/*
 * toy_harness.c - drives toy_provider.c without libhiperf, through the smallest objects that can stand for WMI's.
 *
 * The fakes check what the provider does with them: every reference is counted, a handle must be one that was given
 * out, an id must be new when added and known when removed. So a fault of the provider is found here, and one that is
 * found only through libhiperf is libhiperf's.
 *
 *   cc -std=c11 -Iinclude tests/c/toy_harness.c -o toy-harness -ldl && ./toy-harness ./libtoy.so
 */
#define _POSIX_C_SOURCE 200809L
#include "hiperf.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

HIPERF_GUID(CLSID_Toy, 0x6D2F4A10, 0x3C0B, 0x4E5B, 0x9A, 0x77, 0x5B, 0x1E, 0x0C, 0x2D, 0x7A, 0x02);

static int failures;

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            printf("not ok line %d: %s\n", __LINE__, #condition); \
            failures++; \
        } \
    } while (0)

/* ---- A fake object: a name, and one 64-bit value for each property ------------------------------ */

enum { PROPERTIES = 10, FIRST_HANDLE = 100 };
static const WCHAR *const property_names[PROPERTIES] = {
    u"Name", u"Ticks", u"Level", u"Errors", u"Timestamp_PerfTime", u"Frequency_PerfTime", u"Timestamp_Sys100NS",
    u"Frequency_Sys100NS", u"Timestamp_Object", u"Frequency_Object",
};

struct object {
    IWbemObjectAccess access;
    ULONG references;
    WCHAR name[32];
    uint64_t values[PROPERTIES];
};
static int objects_alive;
static IWbemObjectAccessVtbl object_vtable;

static struct object *as_object(void *p) { return p; }

static struct object *new_object(void)
{
    struct object *o = calloc(1, sizeof *o);
    if (o == NULL)
        abort();
    o->access.lpVtbl = &object_vtable;
    o->references = 1;
    objects_alive++;
    return o;
}

static HRESULT object_query(IWbemObjectAccess *This, REFIID iid, void **out)
{
    CHECK(IsEqualIID(iid, &IID_IWbemClassObject) || IsEqualIID(iid, &IID_IWbemObjectAccess));
    as_object(This)->references++;
    *out = This;
    return S_OK;
}
static ULONG object_add_ref(IWbemObjectAccess *This) { return ++as_object(This)->references; }
static ULONG object_release(IWbemObjectAccess *This)
{
    ULONG left = --as_object(This)->references;
    if (left == 0) {
        objects_alive--;
        free(This);
    }
    return left;
}
static HRESULT object_clone(IWbemObjectAccess *This, IWbemClassObject **out)
{
    struct object *copy = new_object();
    memcpy(copy->name, as_object(This)->name, sizeof copy->name);
    memcpy(copy->values, as_object(This)->values, sizeof copy->values);
    *out = (IWbemClassObject *)copy;
    return WBEM_S_NO_ERROR;
}
static HRESULT object_spawn(IWbemObjectAccess *This, LONG flags, IWbemClassObject **out)
{
    (void)This;
    CHECK(flags == 0);
    *out = (IWbemClassObject *)new_object();
    return WBEM_S_NO_ERROR;
}
static HRESULT object_handle(IWbemObjectAccess *This, LPCWSTR name, CIMTYPE *type, LONG *handle)
{
    (void)This;
    for (int i = 0; i < PROPERTIES; i++) {
        size_t k = 0;
        while (name[k] == property_names[i][k] && name[k] != 0)
            k++;
        if (name[k] == property_names[i][k]) {
            *handle = FIRST_HANDLE + i;
            *type = i == 0 ? CIM_STRING : i == 2 || i == 3 ? CIM_UINT32 : CIM_UINT64;
            return WBEM_S_NO_ERROR;
        }
    }
    return WBEM_E_NOT_FOUND;
}
static HRESULT object_write(IWbemObjectAccess *This, LONG handle, LONG bytes, const BYTE *data)
{
    CHECK(handle == FIRST_HANDLE && bytes % 2 == 0 && bytes >= 2 && bytes <= 64 && data[bytes - 1] == 0);
    memcpy(as_object(This)->name, data, (size_t)bytes);
    return WBEM_S_NO_ERROR;
}
static HRESULT object_read(IWbemObjectAccess *This, LONG handle, LONG capacity, LONG *bytes, BYTE *data)
{
    CHECK(handle == FIRST_HANDLE && capacity >= 64);
    *bytes = 64;
    memcpy(data, as_object(This)->name, 64);
    return WBEM_S_NO_ERROR;
}
static HRESULT object_write_dword(IWbemObjectAccess *This, LONG handle, DWORD value)
{
    CHECK(handle == FIRST_HANDLE + 2 || handle == FIRST_HANDLE + 3);
    as_object(This)->values[handle - FIRST_HANDLE] = value;
    return WBEM_S_NO_ERROR;
}
static HRESULT object_write_qword(IWbemObjectAccess *This, LONG handle, UINT64 value)
{
    CHECK(handle == FIRST_HANDLE + 1 || (handle > FIRST_HANDLE + 3 && handle < FIRST_HANDLE + PROPERTIES));
    as_object(This)->values[handle - FIRST_HANDLE] = value;
    return WBEM_S_NO_ERROR;
}
static IWbemObjectAccessVtbl object_vtable = {
    .QueryInterface = object_query,   .AddRef = object_add_ref,         .Release = object_release,
    .Clone = object_clone,            .SpawnInstance = object_spawn,    .GetPropertyHandle = object_handle,
    .WritePropertyValue = object_write, .ReadPropertyValue = object_read, .WriteDWORD = object_write_dword,
    .WriteQWORD = object_write_qword,
};

/* ---- Fakes that only count: services, sinks and the enumerator ---------------------------------- */

struct services {
    IWbemServices services;
    int references;
    struct object *class_object;
};
static ULONG services_add_ref(IWbemServices *This) { return (ULONG)++((struct services *)(void *)This)->references; }
static ULONG services_release(IWbemServices *This) { return (ULONG)--((struct services *)(void *)This)->references; }
static HRESULT services_get(IWbemServices *This, BSTR path, LONG flags, IWbemContext *context, IWbemClassObject **out,
                            IWbemCallResult **result)
{
    struct services *s = (struct services *)(void *)This;
    (void)context;
    CHECK(flags == 0 && result == NULL);
    /* The length before a constant BSTR counts bytes, and the closing zero isn't one of them. */
    CHECK(((uint32_t *)(void *)path)[-1] == 2 * (sizeof "Toy_PerfRawData_Counters" - 1));
    s->class_object->references++;
    *out = (IWbemClassObject *)s->class_object;
    return WBEM_S_NO_ERROR;
}
static IWbemServicesVtbl services_vtable = {
    .AddRef = services_add_ref, .Release = services_release, .GetObject = services_get};

struct init_sink {
    IWbemProviderInitSink sink;
    int references;
    int calls;
    LONG status;
};
static ULONG init_sink_add_ref(IWbemProviderInitSink *This)
{
    return (ULONG)++((struct init_sink *)(void *)This)->references;
}
static ULONG init_sink_release(IWbemProviderInitSink *This)
{
    return (ULONG)--((struct init_sink *)(void *)This)->references;
}
static HRESULT init_sink_set_status(IWbemProviderInitSink *This, LONG status, LONG flags)
{
    struct init_sink *s = (struct init_sink *)(void *)This;
    CHECK(flags == 0);
    s->calls++;
    s->status = status;
    return WBEM_S_NO_ERROR;
}
static IWbemProviderInitSinkVtbl init_sink_vtable = {
    .AddRef = init_sink_add_ref, .Release = init_sink_release, .SetStatus = init_sink_set_status};

struct object_sink {
    IWbemObjectSink sink;
    int references;
    int objects;
    int completions;
};
static ULONG object_sink_add_ref(IWbemObjectSink *This) { return (ULONG)++((struct object_sink *)(void *)This)->references; }
static ULONG object_sink_release(IWbemObjectSink *This) { return (ULONG)--((struct object_sink *)(void *)This)->references; }
static HRESULT object_sink_indicate(IWbemObjectSink *This, LONG count, IWbemClassObject **objects)
{
    struct object_sink *s = (struct object_sink *)(void *)This;
    for (LONG i = 0; i < count; i++)
        CHECK(as_object(objects[i])->values[1] != 0 && s->completions == 0);
    s->objects += count;
    return WBEM_S_NO_ERROR;
}
static HRESULT object_sink_set_status(IWbemObjectSink *This, LONG flags, HRESULT hr, BSTR text, IWbemClassObject *object)
{
    CHECK(flags == WBEM_STATUS_COMPLETE && hr == WBEM_S_NO_ERROR && text == NULL && object == NULL);
    ((struct object_sink *)(void *)This)->completions++;
    return WBEM_S_NO_ERROR;
}
static IWbemObjectSinkVtbl object_sink_vtable = {.AddRef = object_sink_add_ref,
                                                 .Release = object_sink_release,
                                                 .Indicate = object_sink_indicate,
                                                 .SetStatus = object_sink_set_status};

enum { CAPACITY = 8 };
struct enumerator {
    IWbemHiPerfEnum enumerator;
    int references;
    ULONG count;
    LONG ids[CAPACITY];
    struct object *objects[CAPACITY];
    int refused, removals, clears;
};
static struct enumerator *as_enum(IWbemHiPerfEnum *p) { return (struct enumerator *)(void *)p; }
static ULONG enum_add_ref(IWbemHiPerfEnum *This) { return (ULONG)++as_enum(This)->references; }
static ULONG enum_release(IWbemHiPerfEnum *This) { return (ULONG)--as_enum(This)->references; }
static int enum_find(struct enumerator *e, LONG id)
{
    for (ULONG i = 0; i < e->count; i++)
        if (e->ids[i] == id)
            return (int)i;
    return -1;
}
static HRESULT enum_add(IWbemHiPerfEnum *This, LONG flags, ULONG count, LONG *ids, IWbemObjectAccess **objects)
{
    struct enumerator *e = as_enum(This);
    bool valid = flags == 0 && ids != NULL && objects != NULL && e->count + count <= CAPACITY;
    for (ULONG i = 0; valid && i < count; i++) {
        valid = objects[i] != NULL && enum_find(e, ids[i]) < 0;
        for (ULONG j = 0; j < i; j++)
            valid = valid && ids[j] != ids[i];
    }
    if (!valid) {
        e->refused++;
        return WBEM_E_FAILED;
    }
    for (ULONG i = 0; i < count; i++) {
        IWbemObjectAccess_AddRef(objects[i]);
        e->ids[e->count] = ids[i];
        e->objects[e->count++] = as_object(objects[i]);
    }
    return WBEM_S_NO_ERROR;
}
static HRESULT enum_remove(IWbemHiPerfEnum *This, LONG flags, ULONG count, LONG *ids)
{
    struct enumerator *e = as_enum(This);
    bool valid = flags == 0 && ids != NULL;
    for (ULONG i = 0; valid && i < count; i++)
        valid = enum_find(e, ids[i]) >= 0;
    if (!valid) {
        e->refused++;
        return WBEM_E_NOT_FOUND;
    }
    for (ULONG i = 0; i < count; i++) {
        int at = enum_find(e, ids[i]);
        object_release(&e->objects[at]->access);
        e->count--;
        e->ids[at] = e->ids[e->count];
        e->objects[at] = e->objects[e->count];
    }
    e->removals += (int)count;
    return WBEM_S_NO_ERROR;
}
static HRESULT enum_remove_all(IWbemHiPerfEnum *This, LONG flags)
{
    struct enumerator *e = as_enum(This);
    CHECK(flags == 0);
    while (e->count > 0)
        object_release(&e->objects[--e->count]->access);
    e->clears++;
    return WBEM_S_NO_ERROR;
}
static IWbemHiPerfEnumVtbl enum_vtable = {.AddRef = enum_add_ref,
                                          .Release = enum_release,
                                          .AddObjects = enum_add,
                                          .RemoveObjects = enum_remove,
                                          .RemoveAll = enum_remove_all};

/* ---- The checks --------------------------------------------------------------------------------- */

typedef HRESULT get_class_object(REFCLSID, REFIID, void **);
typedef HRESULT can_unload_now(void);

static get_class_object *get_class;
static can_unload_now *can_unload;
static struct services services;

static IWbemHiPerfProvider *load(const char *mode, struct init_sink *sink)
{
    IClassFactory *factory = NULL;
    IWbemProviderInit *init = NULL;
    IWbemHiPerfProvider *provider = NULL;
    setenv("TOY_MODE", mode, 1);
    CHECK(get_class(&CLSID_Toy, &IID_IClassFactory, (void **)&factory) == S_OK);
    CHECK(can_unload() == S_FALSE);
    CHECK(IClassFactory_CreateInstance(factory, (IUnknown *)factory, &IID_IUnknown, (void **)&init) == CLASS_E_NOAGGREGATION);
    CHECK(init == NULL);
    CHECK(IClassFactory_CreateInstance(factory, NULL, &IID_IWbemProviderInit, (void **)&init) == S_OK);
    IClassFactory_Release(factory);
    *sink = (struct init_sink){{&init_sink_vtable}, 0, 0, 0};
    WCHAR namespace[] = u"root\\cimv2";
    HRESULT hr = IWbemProviderInit_Initialize(init, NULL, 0, namespace, NULL, &services.services, NULL, &sink->sink);
    CHECK(sink->references == 0 && (hr == WBEM_S_NO_ERROR || strcmp(mode, "init_error") == 0));
    CHECK(IWbemProviderInit_QueryInterface(init, &IID_IWbemHiPerfProvider, (void **)&provider) == S_OK);
    IWbemProviderInit_Release(init);
    return provider;
}

static void check_values(struct object *o, uint64_t rank, uint64_t n)
{
    CHECK(o->values[1] == 5000000000u * rank + 1000 * rank * n);
    CHECK(o->values[2] == 10 * rank + n % 10);
    CHECK(o->values[3] == rank * n);
    CHECK(o->values[4] == n * 10000000 && o->values[5] == 10000000);
}

/* The whole life of one object and one enumerator, with what each mode changes. */
static void check_refreshing(const char *mode)
{
    bool churn = strcmp(mode, "churn") == 0, rebuild = strcmp(mode, "rebuild") == 0;
    bool garbage = strcmp(mode, "garbage_count") == 0, fail = strcmp(mode, "refresh_fail") == 0;
    struct init_sink sink;
    IWbemHiPerfProvider *provider = load(mode, &sink);
    CHECK(sink.calls == 1 && sink.status == WBEM_S_INITIALIZED);
    IWbemRefresher *refresher = NULL;
    CHECK(IWbemHiPerfProvider_CreateRefresher(provider, &services.services, 0, &refresher) == WBEM_S_NO_ERROR);

    struct object *template = new_object();
    IWbemObjectAccess *beta = NULL;
    LONG object_id = 0, enum_id = 0;
    memcpy(template->name, u"nobody", sizeof u"nobody");
    CHECK(IWbemHiPerfProvider_CreateRefreshableObject(provider, &services.services, &template->access, refresher, 0, NULL,
                                                      &beta, &object_id) == WBEM_E_NOT_FOUND);
    memcpy(template->name, u"BETA", sizeof u"BETA");
    CHECK(IWbemHiPerfProvider_CreateRefreshableObject(provider, &services.services, &template->access, refresher, 0, NULL,
                                                      &beta, &object_id) == WBEM_S_NO_ERROR);
    CHECK(template->references == 1);
    struct enumerator e = {.enumerator = {&enum_vtable}};
    CHECK(IWbemHiPerfProvider_CreateRefreshableEnum(provider, &services.services, u"Nothing", refresher, 0, NULL,
                                                    &e.enumerator, &enum_id) == WBEM_E_INVALID_CLASS);
    CHECK(IWbemHiPerfProvider_CreateRefreshableEnum(provider, &services.services, u"toy_perfrawdata_counters", refresher, 0,
                                                    NULL, &e.enumerator, &enum_id) == WBEM_S_NO_ERROR);
    CHECK(object_id != enum_id && e.references == 1);

    for (uint64_t n = 1; n <= 6; n++) {
        HRESULT hr = IWbemRefresher_Refresh(refresher, 0);
        if (fail && n % 2 == 0) {
            CHECK(hr == WBEM_E_FAILED);
            check_values(as_object(beta), 2, n - 1);
            continue;
        }
        CHECK(hr == WBEM_S_NO_ERROR);
        check_values(as_object(beta), 2, n);
        CHECK(e.count == (churn ? 2 : 3));
        for (ULONG i = 0; i < e.count; i++) {
            WCHAR first = e.objects[i]->name[0];
            check_values(e.objects[i], first == u'a' ? 1 : first == u'b' ? 2 : 3, n);
            CHECK((e.ids[i] < 0) == garbage);
        }
    }
    CHECK((e.refused > 0) == garbage && (e.removals > 0) == churn && e.clears == (rebuild ? 6 : 0));

    CHECK(IWbemHiPerfProvider_StopRefreshing(provider, refresher, 999, 0) == WBEM_E_NOT_FOUND);
    CHECK(IWbemHiPerfProvider_StopRefreshing(provider, refresher, object_id, 0) == WBEM_S_NO_ERROR);
    CHECK(IWbemHiPerfProvider_StopRefreshing(provider, refresher, object_id, 0) == WBEM_E_NOT_FOUND);
    IWbemObjectAccess_Release(beta);

    struct object_sink objects = {.sink = {&object_sink_vtable}};
    WCHAR class[] = u"Toy_PerfRawData_Counters";
    CHECK(IWbemHiPerfProvider_QueryInstances(provider, &services.services, class, 0, NULL, &objects.sink) == WBEM_S_NO_ERROR);
    CHECK(objects.objects == 3 && objects.completions == 1 && objects.references == 0);
    IWbemObjectAccess *one = &template->access;
    CHECK(IWbemHiPerfProvider_GetObjects(provider, &services.services, 1, &one, 0, NULL) == WBEM_S_NO_ERROR);
    CHECK(template->values[1] > 10000000000u);

    /* The enumerator is still in the refresher; its last Release must let go of everything. */
    IWbemHiPerfProvider_Release(provider);
    IWbemRefresher_Release(refresher);
    CHECK(e.references == 0 && template->references == 1);
    enum_remove_all(&e.enumerator, 0);
    object_release(&template->access);
}

static void check_refusals(void)
{
    struct init_sink sink;
    IWbemRefresher *refresher = NULL;
    IWbemObjectAccess *object = NULL;
    LONG id;
    IWbemHiPerfProvider *provider = load("no_sink", &sink);
    CHECK(sink.calls == 0);
    IWbemHiPerfProvider_Release(provider);
    provider = load("init_error", &sink);
    CHECK(sink.calls == 0);
    IWbemHiPerfProvider_Release(provider);
    provider = load("init_fail", &sink);
    CHECK(sink.calls == 1 && sink.status == WBEM_E_FAILED);
    IWbemHiPerfProvider_Release(provider);
    provider = load("null_refresher", &sink);
    CHECK(IWbemHiPerfProvider_CreateRefresher(provider, &services.services, 0, &refresher) == S_OK && refresher == NULL);
    IWbemHiPerfProvider_Release(provider);
    provider = load("no_capable", &sink);
    CHECK(IWbemHiPerfProvider_CreateRefresher(provider, &services.services, 0, &refresher) == WBEM_E_PROVIDER_NOT_CAPABLE);
    CHECK(IWbemHiPerfProvider_GetObjects(provider, &services.services, 0, NULL, 0, NULL) == WBEM_E_PROVIDER_NOT_CAPABLE);
    IWbemHiPerfProvider_Release(provider);
    provider = load("null_object", &sink);
    CHECK(IWbemHiPerfProvider_CreateRefresher(provider, &services.services, 0, &refresher) == WBEM_S_NO_ERROR);
    struct object *template = new_object();
    CHECK(IWbemHiPerfProvider_CreateRefreshableObject(provider, &services.services, &template->access, refresher, 0, NULL,
                                                      &object, &id) == S_OK && object == NULL);
    object_release(&template->access);
    IWbemRefresher_Release(refresher);
    IWbemHiPerfProvider_Release(provider);
    CHECK(get_class(&IID_IUnknown, &IID_IClassFactory, (void **)&object) == CLASS_E_CLASSNOTAVAILABLE && object == NULL);
}

int main(int argc, char **argv)
{
    void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
    if (library == NULL) {
        fprintf(stderr, "usage: toy-harness LIBRARY (%s)\n", argc == 2 ? dlerror() : "one argument");
        return 2;
    }
    /* POSIX has a data pointer carry a function's address here; ISO C has no cast for it. */
    *(void **)&get_class = dlsym(library, "DllGetClassObject");
    *(void **)&can_unload = dlsym(library, "DllCanUnloadNow");
    CHECK(get_class != NULL && can_unload != NULL && can_unload() == S_OK);
    services = (struct services){{&services_vtable}, 0, new_object()};
    static const char *const modes[] = {"", "churn", "rebuild", "garbage_count", "refresh_fail", "allocate"};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        check_refreshing(modes[i]);
    check_refusals();
    CHECK(services.class_object->references == 1 && services.references == 0);
    object_release(&services.class_object->access);
    CHECK(objects_alive == 0 && can_unload() == S_OK);
    dlclose(library);
    if (failures == 0)
        printf("ok toy provider\n");
    return failures != 0;
}
