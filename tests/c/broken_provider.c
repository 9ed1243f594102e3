/*
 * broken_provider.c - a provider that makes one mistake, chosen by the environment variable BROKEN_FAULT; none without it.
 *
 * Each mistake is one line that says broken("name"). The test that names the check which has to find it is
 * crates/hiperf-cli/tests/provider_check.rs. Two queues are counted, as in examples/c/sample.c, by the number of the sample.
 *
 *   cc -std=c11 -D_GNU_SOURCE -shared -fPIC -fvisibility=hidden -Iinclude broken_provider.c -o libbroken.so -lpthread
 */
#define DllGetClassObject sound_DllGetClassObject
#define DllCanUnloadNow sound_DllCanUnloadNow
#include <hiperf.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

HIPERF_PROVIDER_MOF_FILE("broken_provider.mof");
HIPERF_GUID(CLSID_Host, 0x3F0E7C51, 0x8A46, 0x4B7D, 0xA2, 0x15, 0x9C, 0x64, 0xD0, 0x1B, 0x5E, 0x01);
HIPERF_GUID(CLSID_Client, 0x3F0E7C51, 0x8A46, 0x4B7D, 0xA2, 0x15, 0x9C, 0x64, 0xD0, 0x1B, 0x5E, 0x02);
HIPERF_PROVIDER_EXPORTS(create_provider, CLSID_Host, CLSID_Client);
HIPERF_PROVIDER_SECURITY;
#undef DllGetClassObject
#undef DllCanUnloadNow
HIPERF_BSTR_LITERAL(class_name, u"Broken_PerfRawData_Queue");
HIPERF_BSTR_LITERAL(other_class_name, u"Broken_PerfRawData_Other");
HIPERF_BSTR_LITERAL(base_class_name, u"Win32_PerfRawData");

static const char *fault = "";
static bool is_hosted; /* whether the latest class object was asked for by CLSID, as a host does */
static bool broken(const char *name) { return strcmp(fault, name) == 0; }
static bool broken_in_host(const char *name) { return broken(name) && __atomic_load_n(&is_hosted, __ATOMIC_RELAXED); }
static void sleep_ms(long ms) { nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL); }
static void hang(void)
{
    for (;;)
        sleep_ms(1000);
}

__attribute__((constructor)) static void choose(void)
{
    const char *chosen = getenv("BROKEN_FAULT");
    fault = chosen != NULL ? chosen : "";
    if (broken("slow_load"))
        sleep_ms(1500);
}

enum { QUEUES = 2 };
static const WCHAR queue_names[QUEUES][8] = {u"in", u"out"};
enum property { NAME, ENQUEUED, DEPTH, TIME_PERF, RATE_PERF, TIME_SYS, RATE_SYS, TIME_OBJECT, RATE_OBJECT, PROPERTIES };
static const LPCWSTR property_names[PROPERTIES] = {
    u"Name", u"EnqueuedPersec", u"Depth", u"Timestamp_PerfTime", u"Frequency_PerfTime", u"Timestamp_Sys100NS",
    u"Frequency_Sys100NS", u"Timestamp_Object", u"Frequency_Object"};

struct provider {
    IWbemProviderInit init;
    IWbemHiPerfProvider hiperf;
    ULONG references;
    IWbemClassObject *class_object, *other_class;
    IWbemServices *services; /* for what asks by mistake */
    LONG handles[PROPERTIES];
};
static LONG samples;
static struct refresher *oldest; /* that is there, for what uses it by mistake; atomic, for threads make and release others */
static struct refresher *the_oldest(void) { return __atomic_load_n(&oldest, __ATOMIC_ACQUIRE); }

static HRESULT write_queue(const LONG *handles, IWbemObjectAccess *object, ULONGLONG n, int queue)
{
    ULONGLONG now = (broken("time_goes_back") ? 1000000 - n : n) * 10000000u;
    if (broken("not_updating"))
        now = n = 7;
    if (broken("wrong_handle_type"))
        IWbemObjectAccess_WriteDWORD(object, handles[ENQUEUED], (DWORD)n);
    else
        IWbemObjectAccess_WriteQWORD(object, handles[ENQUEUED], 100 * n);
    if (!broken("never_filled") && !broken_in_host("host_never_filled"))
        IWbemObjectAccess_WriteDWORD(object, handles[DEPTH], (DWORD)(n % 10 + (ULONGLONG)queue));
    for (int property = TIME_PERF; property < PROPERTIES; property += 2) {
        IWbemObjectAccess_WriteQWORD(object, handles[property], now);
        IWbemObjectAccess_WriteQWORD(object, handles[property + 1], 10000000u);
    }
    return WBEM_S_NO_ERROR;
}

static LONG bytes_of(const WCHAR *text)
{
    LONG units = 0;
    while (text[units++] != 0)
        ;
    return units * (LONG)sizeof *text;
}

static HRESULT write_name(struct provider *provider, IWbemObjectAccess *object, const WCHAR *name)
{
    return IWbemObjectAccess_WritePropertyValue(object, provider->handles[NAME], bytes_of(name), (const BYTE *)name);
}

static HRESULT spawn(struct provider *provider, int queue, IWbemObjectAccess **object)
{
    HRESULT hr = HiperfSpawn(provider->class_object, object);
    return SUCCEEDED(hr) ? write_name(provider, *object, queue_names[queue]) : hr;
}

static HRESULT find_queue(struct provider *provider, IWbemObjectAccess *object, int *queue)
{
    WCHAR name[64] = u"";
    LONG bytes;
    IWbemObjectAccess_ReadPropertyValue(object, provider->handles[NAME], sizeof name, &bytes, (BYTE *)name);
    for (*queue = 0; *queue < QUEUES; ++*queue)
        if (memcmp(name, queue_names[*queue], (size_t)bytes_of(queue_names[*queue])) == 0)
            return WBEM_S_NO_ERROR;
    *queue = 0;
    return broken("any_instance") ? WBEM_S_NO_ERROR : WBEM_E_NOT_FOUND;
}

static HRESULT check_class(LPCWSTR name)
{
    if (name == NULL)
        return WBEM_E_INVALID_PARAMETER;
    bool same = bytes_of(name) == bytes_of(class_name) && memcmp(name, class_name, (size_t)bytes_of(class_name)) == 0;
    return same || broken("any_class") ? WBEM_S_NO_ERROR : WBEM_E_INVALID_CLASS;
}

static void destroy_provider(struct provider *provider)
{
    if (provider->class_object != NULL)
        IWbemClassObject_Release(provider->class_object);
    if (provider->other_class != NULL)
        IWbemClassObject_Release(provider->other_class);
    if (provider->services != NULL)
        IWbemServices_Release(provider->services);
    /* What is freed is of no more use; a compiler would leave out a plain store. */
    *(IWbemClassObject *volatile *)&provider->class_object = (IWbemClassObject *)(uintptr_t)16;
    free(provider);
}
HIPERF_OBJECT2(provider, destroy_provider, init, IWbemProviderInit, hiperf, IWbemHiPerfProvider);

/* ---- The refresher ------------------------------------------------------------------------------ */

struct item {
    struct item *next;
    LONG id;
    IWbemHiPerfEnum *enumerator;
    IWbemObjectAccess *objects[QUEUES];
    bool is_filled, is_stopped;
};

struct refresher {
    IWbemRefresher base;
    ULONG references;
    struct provider *provider;
    struct item *items;
};

static void free_item(struct item *item)
{
    for (int queue = 0; queue < QUEUES; queue++)
        if (item->objects[queue] != NULL && !broken("object_leaked"))
            IWbemObjectAccess_Release(item->objects[queue]);
    if (item->enumerator != NULL && !broken("enumerator_borrowed") && !broken("enumerator_leaked"))
        IWbemHiPerfEnum_Release(item->enumerator);
    free(item);
}

static void destroy_refresher(struct refresher *refresher)
{
    struct refresher *own = refresher;
    __atomic_compare_exchange_n(&oldest, &own, NULL, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
    for (struct item *item; (item = refresher->items) != NULL; free_item(item))
        refresher->items = item->next;
    if (!broken("provider_borrowed"))
        provider_release(refresher->provider);
    free(refresher);
}
HIPERF_OBJECT(refresher, destroy_refresher, base, IWbemRefresher);

static HRESULT fill(struct provider *provider, struct item *item, ULONGLONG n)
{
    LONG ids[QUEUES] = {1, broken("duplicate_member_ids") ? 1 : 2};
    bool swaps = broken("ids_by_place") && n % 2 == 0;
    if (broken("ids_by_place") || broken("ids_renumbered")) {
        IWbemHiPerfEnum_RemoveAll(item->enumerator, 0);
        item->is_filled = false;
    }
    if (broken("ids_renumbered")) {
        ids[0] = (LONG)(2 * n);
        ids[1] = (LONG)(2 * n + 1);
    }
    if (swaps) {
        ids[0] = 2;
        ids[1] = 1;
    }
    if (broken("duplicate_keys"))
        write_name(provider, item->objects[1], queue_names[0]);
    if (!item->is_filled) {
        ULONG count = broken("loses_instances") ? 1 : QUEUES;
        IWbemHiPerfEnum_AddObjects(item->enumerator, 0, count, ids, item->objects);
        item->is_filled = true;
    }
    return WBEM_S_NO_ERROR;
}

static void misbehave(struct refresher *refresher)
{
    if (broken("abort"))
        abort();
    if (broken("segfault"))
        *(volatile int *)(uintptr_t)8 = 1;
    if (broken("exit"))
        _exit(0);
    if (broken("loop_in_refresh"))
        hang();
    if (broken("slow_refresh"))
        sleep_ms(900);
    if (broken("memory_leak")) {
        void *volatile lost = malloc(40);
        (void)lost;
    }
    if (broken("mapping_leak"))
        memset(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 1, 4096);
    if (broken("spawn_leak")) {
        IWbemObjectAccess *object;
        spawn(refresher->provider, 0, &object);
    }
    if (broken("allocates")) {
        void *volatile block = malloc(64);
        free(block);
    }
    if (broken_in_host("host_crash"))
        abort();
    if (broken("impersonates_in_refresh"))
        CoImpersonateClient();
    if (broken("provider_borrowed")) {
        IWbemClassObject_AddRef(refresher->provider->class_object);
        IWbemClassObject_Release(refresher->provider->class_object);
    }
}

static HRESULT refresh(IWbemRefresher *This, LONG flags)
{
    static LONG crowd;
    struct refresher *refresher = base_of(This);
    ULONGLONG n = (ULONGLONG)__atomic_add_fetch(&samples, 1, __ATOMIC_RELAXED);
    (void)flags;
    if (broken("refresh_fails"))
        return WBEM_E_FAILED;
    if (broken("not_thread_safe")) {
        if (__atomic_add_fetch(&crowd, 1, __ATOMIC_SEQ_CST) > 1)
            abort();
        sleep_ms(1);
    }
    misbehave(refresher);
    if (broken("host_asks_in_refresh")) {
        IWbemClassObject *class;
        HRESULT hr = IWbemServices_GetObject(refresher->provider->services, base_class_name, 0, NULL, &class, NULL);
        if (FAILED(hr))
            return hr;
        IWbemClassObject_Release(class);
    }
    if (broken("writes_others") && the_oldest() != NULL)
        refresher = the_oldest();
    for (struct item *item = refresher->items; item != NULL; item = item->next) {
        for (int queue = 0; queue < QUEUES; queue++) {
            if (item->objects[queue] == NULL)
                continue;
            write_queue(refresher->provider->handles, item->objects[queue], n, queue);
            if (broken("changes_key"))
                write_name(refresher->provider, item->objects[queue], u"changed");
        }
        if (item->enumerator != NULL)
            fill(refresher->provider, item, n);
    }
    if (broken("not_thread_safe"))
        __atomic_sub_fetch(&crowd, 1, __ATOMIC_SEQ_CST);
    return WBEM_S_NO_ERROR;
}
static const IWbemRefresherVtbl refresher_table = {base_QueryInterface, base_AddRef, base_Release, refresh};

static bool is_ours(IWbemRefresher *refresher)
{
    return refresher->lpVtbl == &refresher_table || broken("any_refresher");
}

static HRESULT keep_item(IWbemRefresher *refresher, struct item *item, LONG *id)
{
    static LONG last_id;
    LONG fresh = __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED);
    *id = item->id = broken("duplicate_ids") ? 7 : fresh;
    item->next = base_of(refresher)->items;
    base_of(refresher)->items = item;
    return WBEM_S_NO_ERROR;
}

/* ---- The provider's methods --------------------------------------------------------------------- */

static void *write_by_itself(void *argument)
{
    for (LONG n = 1;; n++) {
        sleep_ms(20);
        struct refresher *refresher = argument;
        for (struct item *item = refresher->items; item != NULL; item = item->next)
            if (item->objects[0] != NULL)
                IWbemObjectAccess_WriteDWORD(item->objects[0], refresher->provider->handles[DEPTH], (DWORD)(1000 + n));
    }
    return NULL;
}

static HRESULT deliver(struct provider *provider, IWbemObjectSink *sink, int queue)
{
    IWbemObjectAccess *object = NULL;
    HRESULT hr = broken("query_other_class") ? HiperfSpawn(provider->other_class, &object) : spawn(provider, queue, &object);
    if (FAILED(hr))
        return hr;
    if (broken("query_without_key"))
        IWbemObjectAccess_WritePropertyValue(object, provider->handles[NAME], 0, NULL);
    if (!broken("query_empty"))
        write_queue(provider->handles, object, (ULONGLONG)__atomic_add_fetch(&samples, 1, __ATOMIC_RELAXED), queue);
    hr = HiperfIndicate(sink, object);
    if (broken("query_twice"))
        HiperfIndicate(sink, object);
    IWbemObjectAccess_Release(object);
    return hr;
}

static HRESULT query_instances(IWbemHiPerfProvider *This, IWbemServices *services, WCHAR *class, LONG flags,
                               IWbemContext *context, IWbemObjectSink *sink)
{
    struct provider *provider = hiperf_of(This);
    (void)services, (void)context;
    if (sink == NULL && !broken("null_sink_crash"))
        return WBEM_E_INVALID_PARAMETER;
    HRESULT hr = check_class(class);
    if (FAILED(hr) && broken("impersonates_in_query"))
        CoImpersonateClient();
    if (SUCCEEDED(hr) && broken("writes_in_query") && the_oldest() != NULL && the_oldest()->items != NULL)
        write_queue(provider->handles, the_oldest()->items->objects[0], 5000, 0);
    if (SUCCEEDED(hr) && broken("indicate_null"))
        IWbemObjectSink_Indicate(sink, 1, &(IWbemClassObject *){NULL});
    if (SUCCEEDED(hr) && broken("sink_leaked"))
        IWbemObjectSink_AddRef(sink);
    int count = broken_in_host("host_loses_instances") ? 1 : QUEUES;
    if (broken("flags_empty") && flags != 0)
        count = 0;
    for (int queue = 0; queue < count && SUCCEEDED(hr); queue++)
        hr = deliver(provider, sink, queue);
    if (!broken("no_set_status"))
        IWbemObjectSink_SetStatus(sink, WBEM_STATUS_COMPLETE, hr, NULL, NULL);
    if (broken("set_status_twice"))
        IWbemObjectSink_SetStatus(sink, WBEM_STATUS_COMPLETE, hr, NULL, NULL);
    if (SUCCEEDED(hr) && broken("indicate_after_status"))
        deliver(provider, sink, 0);
    return hr;
}

static HRESULT create_refresher(IWbemHiPerfProvider *This, IWbemServices *services, LONG flags, IWbemRefresher **out)
{
    static LONG made;
    (void)services, (void)flags;
    if (out == NULL)
        return WBEM_E_INVALID_PARAMETER;
    *out = NULL;
    if (broken("null_refresher"))
        return WBEM_S_NO_ERROR;
    if (broken("second_refresher_crash") && __atomic_add_fetch(&made, 1, __ATOMIC_RELAXED) > 1)
        abort();
    struct refresher *refresher = calloc(1, sizeof *refresher);
    if (refresher == NULL)
        return WBEM_E_OUT_OF_MEMORY;
    *refresher = (struct refresher){{&refresher_table}, 1, hiperf_of(This), NULL};
    if (!broken("provider_borrowed"))
        hiperf_AddRef(This);
    HIPERF_BORN();
    struct refresher *none = NULL;
    __atomic_compare_exchange_n(&oldest, &none, refresher, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
    if (broken("writes_by_thread")) {
        pthread_t thread;
        base_AddRef(&refresher->base); /* it never ends */
        pthread_create(&thread, NULL, write_by_itself, refresher);
    }
    *out = &refresher->base;
    return WBEM_S_NO_ERROR;
}

static HRESULT check_template(struct provider *provider, IWbemObjectAccess *template, int *queue)
{
    LONG handle;
    CIMTYPE type;
    HRESULT hr = IWbemObjectAccess_GetPropertyHandle(template, u"Name", &type, &handle);
    if (FAILED(hr))
        return hr;
    if (handle != provider->handles[NAME] && !broken("any_instance"))
        return WBEM_E_INVALID_CLASS;
    return find_queue(provider, template, queue);
}

static HRESULT create_refreshable_object(IWbemHiPerfProvider *This, IWbemServices *services, IWbemObjectAccess *template,
                                         IWbemRefresher *refresher, LONG flags, IWbemContext *context,
                                         IWbemObjectAccess **out, LONG *id)
{
    struct provider *provider = hiperf_of(This);
    int queue;
    (void)services, (void)context;
    if (template == NULL || refresher == NULL || !is_ours(refresher) || id == NULL || (out == NULL && !broken("null_out_crash")))
        return WBEM_E_INVALID_PARAMETER;
    *out = NULL;
    if (broken("null_object"))
        return WBEM_S_NO_ERROR;
    HRESULT hr = check_template(provider, template, &queue);
    if (FAILED(hr))
        return hr;
    struct item *item = calloc(1, sizeof *item);
    if (item == NULL)
        return WBEM_E_OUT_OF_MEMORY;
    if (broken("object_of_other_class"))
        hr = HiperfSpawn(provider->other_class, &item->objects[queue]);
    else if (broken("gives_template"))
        hr = IWbemObjectAccess_QueryInterface(template, &IID_IWbemObjectAccess, (void **)&item->objects[queue]);
    else
        hr = spawn(provider, broken("wrong_key") ? 1 - queue : queue, &item->objects[queue]);
    if (broken("template_released"))
        IWbemObjectAccess_Release(template);
    if (broken("template_leaked"))
        IWbemObjectAccess_AddRef(template);
    keep_item(refresher, item, id);
    if (broken("flags_leak") && flags != 0) {
        IWbemObjectAccess_AddRef(item->objects[queue]);
        return WBEM_E_INVALID_PARAMETER;
    }
    *out = item->objects[queue];
    if (!broken("object_not_addrefed"))
        IWbemObjectAccess_AddRef(*out);
    return hr;
}

static HRESULT stop_refreshing(IWbemHiPerfProvider *This, IWbemRefresher *refresher, LONG id, LONG flags)
{
    (void)This, (void)flags;
    if (refresher == NULL || !is_ours(refresher))
        return WBEM_E_INVALID_PARAMETER;
    for (struct item **link = &base_of(refresher)->items; *link != NULL; link = &(*link)->next) {
        struct item *item = *link;
        if (item->id == id && !item->is_stopped) {
            item->is_stopped = true;
            if (broken("stop_ignored"))
                return WBEM_S_NO_ERROR;
            *link = item->next;
            free_item(item);
            return WBEM_S_NO_ERROR;
        }
    }
    return broken("any_id") ? WBEM_S_NO_ERROR : WBEM_E_NOT_FOUND;
}

static HRESULT create_refreshable_enum(IWbemHiPerfProvider *This, IWbemServices *services, LPCWSTR class,
                                       IWbemRefresher *refresher, LONG flags, IWbemContext *context,
                                       IWbemHiPerfEnum *enumerator, LONG *id)
{
    (void)services, (void)context;
    if (broken("flags_crash") && flags != 0)
        class = (LPCWSTR)(uintptr_t)flags;
    if (refresher == NULL || !is_ours(refresher) || enumerator == NULL || id == NULL)
        return WBEM_E_INVALID_PARAMETER;
    HRESULT hr = check_class(class);
    if (FAILED(hr))
        return hr;
    struct item *item = calloc(1, sizeof *item);
    if (item == NULL)
        return WBEM_E_OUT_OF_MEMORY;
    for (int queue = 0; queue < QUEUES && SUCCEEDED(hr); queue++)
        hr = spawn(hiperf_of(This), queue, &item->objects[queue]);
    item->enumerator = enumerator;
    if (!broken("enumerator_borrowed"))
        IWbemHiPerfEnum_AddRef(enumerator);
    return keep_item(refresher, item, id);
}

static HRESULT get_objects(IWbemHiPerfProvider *This, IWbemServices *services, LONG count, IWbemObjectAccess **objects,
                           LONG flags, IWbemContext *context)
{
    struct provider *provider = hiperf_of(This);
    (void)services, (void)flags, (void)context;
    if (count > 0 && objects == NULL)
        return WBEM_E_INVALID_PARAMETER;
    for (LONG i = 0; i < count; i++) {
        int queue;
        if (objects[i] == NULL)
            return WBEM_E_INVALID_PARAMETER;
        HRESULT hr = check_template(provider, objects[i], &queue);
        if (FAILED(hr))
            return hr;
        if (!broken("get_objects_empty"))
            write_queue(provider->handles, objects[i], (ULONGLONG)__atomic_add_fetch(&samples, 1, __ATOMIC_RELAXED), queue);
        if (broken("get_objects_changes_key"))
            write_name(provider, objects[i], queue_names[1 - queue]);
    }
    return WBEM_S_NO_ERROR;
}

/* What is still to be done of an initialisation whose Initialize has returned. */
struct late {
    struct provider *provider;
    IWbemProviderInitSink *sink;
};

static void *report_late(void *argument)
{
    struct late *late = argument;
    /* A mistake comes to light when the client has gone on meanwhile, however slow it is. */
    sleep_ms(broken("init_late") ? 30 : 500);
    HRESULT hr = HiperfHandles(late->provider->class_object, property_names, late->provider->handles, PROPERTIES);
    IWbemProviderInitSink_SetStatus(late->sink, hr, 0);
    if (!broken("init_late_provider_borrowed"))
        provider_release(late->provider);
    if (!broken("init_late_sink_borrowed"))
        IWbemProviderInitSink_Release(late->sink);
    free(late);
    return NULL;
}

static HRESULT begin_late(struct provider *provider, IWbemProviderInitSink *sink)
{
    pthread_t thread;
    struct late *late = malloc(sizeof *late);
    if (late == NULL)
        return WBEM_E_OUT_OF_MEMORY;
    *late = (struct late){provider, sink};
    if (!broken("init_late_sink_borrowed"))
        IWbemProviderInitSink_AddRef(sink);
    if (!broken("init_late_provider_borrowed"))
        init_AddRef(&provider->init);
    pthread_create(&thread, NULL, report_late, late);
    pthread_detach(thread);
    return WBEM_S_NO_ERROR;
}

static HRESULT initialize(IWbemProviderInit *This, LPWSTR user, LONG flags, LPWSTR namespace_path, LPWSTR locale,
                          IWbemServices *services, IWbemContext *context, IWbemProviderInitSink *sink)
{
    struct provider *provider = init_of(This);
    (void)user, (void)flags, (void)namespace_path, (void)locale;
    if (broken("loop_in_initialize"))
        hang();
    if (broken("slow_initialize"))
        sleep_ms(1500);
    if ((services == NULL || sink == NULL) && !broken("null_services_crash"))
        return WBEM_E_INVALID_PARAMETER;
    HRESULT hr = IWbemServices_GetObject(services, class_name, 0, context, &provider->class_object, NULL);
    if (SUCCEEDED(hr))
        hr = IWbemServices_GetObject(services, other_class_name, 0, context, &provider->other_class, NULL);
    if (SUCCEEDED(hr) && broken("host_asks_in_refresh")) {
        provider->services = services;
        IWbemServices_AddRef(services);
    }
    if (SUCCEEDED(hr) && (broken("init_late") || broken("init_late_sink_borrowed") || broken("init_late_provider_borrowed")))
        return begin_late(provider, sink);
    if (SUCCEEDED(hr))
        hr = HiperfHandles(provider->class_object, property_names, provider->handles, PROPERTIES);
    if (broken("services_leaked"))
        IWbemServices_AddRef(services);
    if (broken("services_released"))
        IWbemServices_Release(services);
    if (!broken("no_init_status"))
        IWbemProviderInitSink_SetStatus(sink, broken("init_reports_failure") ? WBEM_E_FAILED : hr, 0);
    if (broken("init_sink_kept"))
        IWbemProviderInitSink_AddRef(sink);
    return hr;
}

/* ---- What COM asks for -------------------------------------------------------------------------- */

static HRESULT broken_query(IWbemProviderInit *This, REFIID iid, void **out)
{
    HRESULT hr = init_QueryInterface(This, iid, out);
    if (SUCCEEDED(hr) && broken("query_interface_no_addref") && IsEqualIID(iid, &IID_IWbemHiPerfProvider))
        init_Release(This);
    if (FAILED(hr) && broken("query_interface_any")) {
        *out = This;
        init_AddRef(This);
        return S_OK;
    }
    return hr;
}

static IUnknown *create_provider(void)
{
    static const IWbemProviderInitVtbl init_table = {broken_query, init_AddRef, init_Release, initialize};
    static const IWbemHiPerfProviderVtbl hiperf_table = {
        hiperf_QueryInterface,     hiperf_AddRef,   hiperf_Release,          query_instances, create_refresher,
        create_refreshable_object, stop_refreshing, create_refreshable_enum, get_objects};
    struct provider *provider = calloc(1, sizeof *provider);
    if (provider == NULL)
        return NULL;
    *provider = (struct provider){.init = {&init_table}, .hiperf = {&hiperf_table}, .references = 1};
    HIPERF_BORN();
    return (IUnknown *)&provider->init;
}

HIPERF_EXTERN_C HIPERF_EXPORT HRESULT DllGetClassObject(REFCLSID clsid, REFIID iid, void **out);
HRESULT DllGetClassObject(REFCLSID clsid, REFIID iid, void **out)
{
    __atomic_store_n(&is_hosted, IsEqualCLSID(clsid, &CLSID_Host), __ATOMIC_RELAXED);
    if (broken("any_clsid"))
        clsid = &CLSID_Client;
    if (broken("one_clsid") && IsEqualCLSID(clsid, &CLSID_Host))
        return CLASS_E_CLASSNOTAVAILABLE;
    return sound_DllGetClassObject(clsid, iid, out);
}

HIPERF_EXTERN_C HIPERF_EXPORT HRESULT DllCanUnloadNow(void);
HRESULT DllCanUnloadNow(void)
{
    if (broken("always_unload"))
        return S_OK;
    return broken("never_unload") ? S_FALSE : sound_DllCanUnloadNow();
}
