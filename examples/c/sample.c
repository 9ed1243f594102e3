/*
 * sample.c - a high-performance provider in C, complete: the queues of an application, which are made up.
 *
 *   cc -std=c11 -D_GNU_SOURCE -shared -fPIC -fvisibility=hidden sample.c -o libsample.so
 *   hiperf provider register ./libsample.so
 *
 * From the top: what is counted (yours goes there), the refresher, the provider's methods.
 * An interface is a pointer to a table of functions; our objects are structures with one or two of them inside.
 */
#include <hiperf.h>

#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

HIPERF_PROVIDER_MOF_FILE("sample.mof"); /* what `hiperf provider register` reads */
HIPERF_PROVIDER_SECURITY;               /* CoImpersonateClient and CoRevertToSelf */
HIPERF_GUID(CLSID_Host, 0x5AE1B5C4, 0x2B6F, 0x4E0C, 0x8D, 0x0B, 0x6D, 0x6A, 0x2E, 0x9F, 0x3B, 0x01);
HIPERF_GUID(CLSID_Client, 0x5AE1B5C4, 0x2B6F, 0x4E0C, 0x8D, 0x0B, 0x6D, 0x6A, 0x2E, 0x9F, 0x3B, 0x02);
HIPERF_PROVIDER_EXPORTS(create_provider, CLSID_Host, CLSID_Client);
HIPERF_BSTR_LITERAL(class_name, u"Sample_PerfRawData_Queue");

/* ---- What is counted ---------------------------------------------------------------------------- */

enum { QUEUES = 2 };
static const WCHAR queue_names[QUEUES][8] = {u"in", u"out"};

struct sample {
    uint64_t time_100ns, enqueued[QUEUES];
    uint32_t depth[QUEUES];
};

/* Reads all queues at one moment, as the client: in a host it may see less than we do, or more. */
static HRESULT take_sample(struct sample *sample)
{
    struct timespec now;
    HRESULT hr = CoImpersonateClient();
    if (FAILED(hr))
        return hr;
    clock_gettime(CLOCK_MONOTONIC, &now);
    sample->time_100ns = (uint64_t)now.tv_sec * 10000000u + (uint64_t)now.tv_nsec / 100;
    for (int queue = 0; queue < QUEUES; queue++) {
        sample->enqueued[queue] = sample->time_100ns / (queue == 0 ? 100000u : 50000u); /* 100 and 200 a second */
        sample->depth[queue] = (uint32_t)(sample->time_100ns / 10000000u % 10);
    }
    return CoRevertToSelf();
}

/* The properties; a handle of each is asked for once. The times are those of every raw class. */
enum property { NAME, ENQUEUED, DEPTH, TIMES, PROPERTIES = TIMES + HIPERF_TIMES };
static const LPCWSTR property_names[PROPERTIES] = {u"Name", u"EnqueuedPersec", u"Depth", HIPERF_TIME_NAMES};

struct provider {
    IWbemProviderInit init;
    IWbemHiPerfProvider hiperf;
    ULONG references;
    IWbemClassObject *class_object;
    LONG handles[PROPERTIES];
};

static HRESULT write_queue(const LONG *handles, IWbemObjectAccess *object, const struct sample *sample, int queue)
{
    HRESULT hr = IWbemObjectAccess_WriteQWORD(object, handles[ENQUEUED], sample->enqueued[queue]);
    if (SUCCEEDED(hr))
        hr = IWbemObjectAccess_WriteDWORD(object, handles[DEPTH], sample->depth[queue]);
    return SUCCEEDED(hr) ? HiperfWriteTimes(object, handles + TIMES, sample->time_100ns) : hr;
}

/* There is but one class. */
static HRESULT check_class(const WCHAR *name)
{
    if (name == NULL)
        return WBEM_E_INVALID_PARAMETER;
    return HiperfSameName(name, class_name) ? WBEM_S_NO_ERROR : WBEM_E_INVALID_CLASS;
}

/* A new instance of the class, named after the queue. */
static HRESULT spawn(struct provider *provider, int queue, IWbemObjectAccess **object)
{
    HRESULT hr = HiperfSpawn(provider->class_object, object);
    return SUCCEEDED(hr) ? HiperfWriteString(*object, provider->handles[NAME], queue_names[queue]) : hr;
}

/* Which queue an object's key names. */
static HRESULT find_queue(struct provider *provider, IWbemObjectAccess *object, int *queue)
{
    WCHAR name[64] = u"";
    LONG bytes;
    IWbemObjectAccess_ReadPropertyValue(object, provider->handles[NAME], sizeof name, &bytes, (BYTE *)name);
    for (*queue = 0; *queue < QUEUES; ++*queue)
        if (HiperfSameName(name, queue_names[*queue]))
            return WBEM_S_NO_ERROR;
    return WBEM_E_NOT_FOUND;
}

static void destroy_provider(struct provider *provider)
{
    if (provider->class_object != NULL)
        IWbemClassObject_Release(provider->class_object);
    free(provider);
}
HIPERF_OBJECT2(provider, destroy_provider, init, IWbemProviderInit, hiperf, IWbemHiPerfProvider);

/* ---- The refresher: what one client wants refreshed --------------------------------------------- */

/* A single object, or an enumerator with all its objects. */
struct item {
    struct item *next;
    LONG id;
    IWbemHiPerfEnum *enumerator;
    IWbemObjectAccess *objects[QUEUES]; /* of each queue, or NULL */
    bool is_filled;
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
        if (item->objects[queue] != NULL)
            IWbemObjectAccess_Release(item->objects[queue]);
    if (item->enumerator != NULL)
        IWbemHiPerfEnum_Release(item->enumerator);
    free(item);
}
static void destroy_refresher(struct refresher *refresher)
{
    for (struct item *item; (item = refresher->items) != NULL; free_item(item))
        refresher->items = item->next;
    provider_release(refresher->provider);
    free(refresher);
}
HIPERF_OBJECT(refresher, destroy_refresher, base, IWbemRefresher);

/* In the least time: one sample, then nothing but writing by handle. Queues that came or went would be told to the
 * enumerator here, by AddObjects and RemoveObjects. */
static HRESULT refresh(IWbemRefresher *This, LONG flags)
{
    LONG ids[QUEUES] = {1, 2};
    struct sample sample;
    (void)flags;
    HRESULT hr = take_sample(&sample);
    for (struct item *item = base_of(This)->items; item != NULL; item = item->next) {
        for (int queue = 0; queue < QUEUES && SUCCEEDED(hr); queue++)
            if (item->objects[queue] != NULL)
                hr = write_queue(base_of(This)->provider->handles, item->objects[queue], &sample, queue);
        if (SUCCEEDED(hr) && item->enumerator != NULL && !item->is_filled) {
            hr = IWbemHiPerfEnum_AddObjects(item->enumerator, 0, QUEUES, ids, item->objects);
            item->is_filled = SUCCEEDED(hr);
        }
    }
    return hr;
}
static const IWbemRefresherVtbl refresher_table = {base_QueryInterface, base_AddRef, base_Release, refresh};

/* A new item with the queues from `first` to `last`, for an enumerator or none. */
static HRESULT add_item(IWbemRefresher *refresher, int first, int last, IWbemHiPerfEnum *enumerator, LONG *id)
{
    static LONG last_id;
    struct refresher *ours = base_of(refresher);
    struct item *item = calloc(1, sizeof *item);
    if (item == NULL)
        return WBEM_E_OUT_OF_MEMORY;
    for (int queue = first; queue <= last; queue++) {
        HRESULT hr = spawn(ours->provider, queue, &item->objects[queue]);
        if (FAILED(hr)) {
            free_item(item);
            return hr;
        }
    }
    if ((item->enumerator = enumerator) != NULL)
        IWbemHiPerfEnum_AddRef(enumerator);
    *id = item->id = __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED);
    item->next = ours->items;
    ours->items = item;
    return WBEM_S_NO_ERROR;
}

/* A client may pass what isn't our refresher, or NULL. */
static bool is_ours(const IWbemRefresher *refresher)
{
    return refresher != NULL && refresher->lpVtbl == &refresher_table;
}

/* ---- The provider's methods --------------------------------------------------------------------- */

/* All instances at once, for a query. The sink is told how it ended. */
static HRESULT query_instances(IWbemHiPerfProvider *This, IWbemServices *services, WCHAR *class, LONG flags,
                               IWbemContext *context, IWbemObjectSink *sink)
{
    struct sample sample;
    (void)services, (void)flags, (void)context;
    if (sink == NULL)
        return WBEM_E_INVALID_PARAMETER;
    HRESULT hr = check_class(class);
    if (SUCCEEDED(hr))
        hr = take_sample(&sample);
    for (int queue = 0; queue < QUEUES && SUCCEEDED(hr); queue++) {
        IWbemObjectAccess *object = NULL;
        hr = spawn(hiperf_of(This), queue, &object);
        if (SUCCEEDED(hr))
            hr = write_queue(hiperf_of(This)->handles, object, &sample, queue);
        if (SUCCEEDED(hr))
            hr = HiperfIndicate(sink, object);
        if (object != NULL)
            IWbemObjectAccess_Release(object);
    }
    IWbemObjectSink_SetStatus(sink, WBEM_STATUS_COMPLETE, hr, NULL, NULL);
    return hr;
}

/* A refresher for one client. */
static HRESULT create_refresher(IWbemHiPerfProvider *This, IWbemServices *services, LONG flags, IWbemRefresher **out)
{
    (void)services, (void)flags;
    if (out == NULL)
        return WBEM_E_INVALID_PARAMETER;
    struct refresher *refresher = calloc(1, sizeof *refresher);
    *out = NULL;
    if (refresher == NULL)
        return WBEM_E_OUT_OF_MEMORY;
    *refresher = (struct refresher){{&refresher_table}, 1, hiperf_of(This), NULL};
    hiperf_AddRef(This);
    HIPERF_BORN();
    *out = &refresher->base;
    return WBEM_S_NO_ERROR;
}

/* One instance, named by the template's key. The object that it gives out is the one that Refresh writes. */
static HRESULT create_refreshable_object(IWbemHiPerfProvider *This, IWbemServices *services, IWbemObjectAccess *template,
                                         IWbemRefresher *refresher, LONG flags, IWbemContext *context,
                                         IWbemObjectAccess **out, LONG *id)
{
    int queue;
    (void)services, (void)flags, (void)context;
    if (template == NULL || !is_ours(refresher) || out == NULL || id == NULL)
        return WBEM_E_INVALID_PARAMETER;
    *out = NULL;
    HRESULT hr = find_queue(hiperf_of(This), template, &queue);
    if (SUCCEEDED(hr))
        hr = add_item(refresher, queue, queue, NULL, id);
    if (SUCCEEDED(hr)) {
        *out = base_of(refresher)->items->objects[queue];
        IWbemObjectAccess_AddRef(*out); /* one reference is the caller's */
    }
    return hr;
}

static HRESULT stop_refreshing(IWbemHiPerfProvider *This, IWbemRefresher *refresher, LONG id, LONG flags)
{
    (void)This, (void)flags;
    if (!is_ours(refresher))
        return WBEM_E_INVALID_PARAMETER;
    for (struct item **link = &base_of(refresher)->items; *link != NULL; link = &(*link)->next) {
        struct item *item = *link;
        if (item->id == id) {
            *link = item->next;
            free_item(item);
            return WBEM_S_NO_ERROR;
        }
    }
    return WBEM_E_NOT_FOUND;
}

/* All instances, in an enumerator of the client's. */
static HRESULT create_refreshable_enum(IWbemHiPerfProvider *This, IWbemServices *services, LPCWSTR class,
                                       IWbemRefresher *refresher, LONG flags, IWbemContext *context,
                                       IWbemHiPerfEnum *enumerator, LONG *id)
{
    (void)This, (void)services, (void)flags, (void)context;
    if (!is_ours(refresher) || enumerator == NULL || id == NULL)
        return WBEM_E_INVALID_PARAMETER;
    HRESULT hr = check_class(class);
    return SUCCEEDED(hr) ? add_item(refresher, 0, QUEUES - 1, enumerator, id) : hr;
}

/* Fills objects whose keys are set. */
static HRESULT get_objects(IWbemHiPerfProvider *This, IWbemServices *services, LONG count, IWbemObjectAccess **objects,
                           LONG flags, IWbemContext *context)
{
    struct sample sample;
    (void)services, (void)flags, (void)context;
    if (count > 0 && objects == NULL)
        return WBEM_E_INVALID_PARAMETER;
    HRESULT hr = take_sample(&sample);
    for (LONG i = 0; i < count && SUCCEEDED(hr); i++) {
        int queue;
        if (objects[i] == NULL)
            return WBEM_E_INVALID_PARAMETER;
        hr = find_queue(hiperf_of(This), objects[i], &queue);
        if (SUCCEEDED(hr))
            hr = write_queue(hiperf_of(This)->handles, objects[i], &sample, queue);
    }
    return hr;
}

/* Fetches the class and the handles of its properties, once, and reports how it went. */
static HRESULT initialize(IWbemProviderInit *This, LPWSTR user, LONG flags, LPWSTR namespace_path, LPWSTR locale,
                          IWbemServices *services, IWbemContext *context, IWbemProviderInitSink *sink)
{
    struct provider *provider = init_of(This);
    (void)user, (void)flags, (void)namespace_path, (void)locale;
    if (services == NULL || sink == NULL)
        return WBEM_E_INVALID_PARAMETER;
    HRESULT hr = IWbemServices_GetObject(services, class_name, 0, context, &provider->class_object, NULL);
    if (SUCCEEDED(hr))
        hr = HiperfHandles(provider->class_object, property_names, provider->handles, PROPERTIES);
    IWbemProviderInitSink_SetStatus(sink, hr, 0);
    return hr;
}

static IUnknown *create_provider(void)
{
    static const IWbemProviderInitVtbl init_table = {init_QueryInterface, init_AddRef, init_Release, initialize};
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
