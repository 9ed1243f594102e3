/*
 * toy_provider.c - a high-performance provider in plain C: three counters of three instances, from no kernel file.
 *
 * Every value follows from the number n of the refresh (1 for the first) and the instance's rank r (alpha 1, beta 2,
 * gamma 3), and a refresh is always one second after the one before:
 *
 *   Ticks = 5,000,000,000 r + 1000 r n      Level = 10 r + n mod 10      Errors = r n
 *
 * so that Ticks grow by 1000 r and Errors by r a second. A plain query counts as a refresh of its own count.
 *
 * The environment variable TOY_MODE, read when the provider is created, makes it misbehave:
 *
 *   no_sink         Initialize succeeds but never reports to its sink
 *   init_fail       Initialize succeeds and reports failure
 *   init_error      Initialize fails and reports nothing
 *   null_refresher  CreateRefresher succeeds with NULL
 *   null_object     CreateRefreshableObject succeeds with NULL
 *   no_capable      every method answers that it is not implemented
 *   refresh_fail    every second refresh fails and writes nothing
 *   garbage_count   each refresh first tries duplicate ids, missing arrays, NULL objects and unknown ids, and fails with
 *                   WBEM_E_CRITICAL_ERROR if one of them is accepted; its ids are negative
 *   churn           one instance is absent from an enumerator in each refresh, another one each time
 *   rebuild         enumerators are emptied and filled again in each refresh
 *   allocate        each refresh takes one block from malloc and gives it back
 *   denied          the Errors of beta have no value, because they may not be read
 *   partial         the same, and each refresh says that it is partial
 *   caller          every method asks who calls, acts as him and stops; it fails if an answer isn't the documented one
 *
 *   cc -std=c11 -shared -fPIC -fvisibility=hidden -Iinclude tests/c/toy_provider.c -o libtoy.so
 */
#include "hiperf.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#ifndef TOY_CLASS /* else whoever includes this file has his own names: see basic_provider.c */
HIPERF_GUID(CLSID_ToyHost, 0x6D2F4A10, 0x3C0B, 0x4E5B, 0x9A, 0x77, 0x5B, 0x1E, 0x0C, 0x2D, 0x7A, 0x01);
HIPERF_GUID(CLSID_ToyClient, 0x6D2F4A10, 0x3C0B, 0x4E5B, 0x9A, 0x77, 0x5B, 0x1E, 0x0C, 0x2D, 0x7A, 0x02);
#define TOY_CLASS u"Toy_PerfRawData_Counters"
#define TOY_TICKS u"Ticks"
#define TOY_LEVEL u"Level"
#define TOY_ERRORS u"Errors"
#define TOY_WRITE_TICKS(object, handle, value) IWbemObjectAccess_WriteQWORD(object, handle, value)
#endif

HIPERF_PROVIDER_SECURITY;
HIPERF_BSTR_LITERAL(class_name, TOY_CLASS);

enum { INSTANCES = 3, NAME_UNITS = 64 };
static const WCHAR *const instance_names[INSTANCES] = {u"alpha", u"beta", u"gamma"};
static const uint64_t UNITS_PER_SECOND = 10000000;

enum mode {
    WELL, NO_SINK, INIT_FAIL, INIT_ERROR, NULL_REFRESHER, NULL_OBJECT, NO_CAPABLE, REFRESH_FAIL, GARBAGE_COUNT, CHURN,
    REBUILD, ALLOCATE, DENIED, PARTIAL, CALLER, MODES
};
static const char *const mode_names[MODES] = {
    "", "no_sink", "init_fail", "init_error", "null_refresher", "null_object", "no_capable", "refresh_fail",
    "garbage_count", "churn", "rebuild", "allocate", "denied", "partial", "caller",
};

/* Objects alive plus locks of the class factory: the library may go when it is 0. */
static atomic_long alive;
/* Ids are unique in the process. */
static atomic_int last_id;
/* The number of the last query without a refresher. */
static atomic_uint_fast64_t queries;

struct handles {
    LONG name, ticks, level, errors;
    LONG timestamp_perf, frequency_perf, timestamp_sys, frequency_sys, timestamp_object, frequency_object;
    bool denied; /* whether the Errors of beta may not be read */
};

struct provider {
    IWbemProviderInit init;
    IWbemHiPerfProvider hiperf;
    atomic_uint references;
    enum mode mode;
    IWbemClassObject *class_object; /* ours once initialised */
    struct handles handles;
};

/* What one CreateRefreshable call made: an object, or an enumerator and one object for each instance. */
struct item {
    struct item *next;
    LONG id;
    int rank;                  /* of the object's instance, from 0 */
    IWbemObjectAccess *object; /* NULL for an enumerator */
    IWbemHiPerfEnum *enumerator;
    IWbemObjectAccess *members[INSTANCES];
    bool present[INSTANCES];
};

struct refresher {
    IWbemRefresher refresher;
    atomic_uint references;
    struct provider *provider;
    struct item *items;
    uint64_t number; /* of the last refresh */
};

static struct provider *from_init(IWbemProviderInit *p) { return (struct provider *)(void *)p; }
static struct provider *from_hiperf(IWbemHiPerfProvider *p)
{
    return (struct provider *)(void *)((char *)p - offsetof(struct provider, hiperf));
}

static WCHAR lower(WCHAR c) { return c >= u'A' && c <= u'Z' ? (WCHAR)(c + 32) : c; }

static bool same_name(LPCWSTR a, LPCWSTR b)
{
    for (; lower(*a) == lower(*b); a++, b++)
        if (*a == 0)
            return true;
    return false;
}

/* ---- The caller --------------------------------------------------------------------------------- */

/* In mode `caller`: there is a call, and the provider, being in the client's process, acts as the client when it asks to. */
static HRESULT check_caller(const struct provider *provider)
{
    IServerSecurity *context = NULL;
    DWORD service = 9, level = 9;
    if (provider->mode != CALLER)
        return WBEM_S_NO_ERROR;
    HRESULT hr = CoGetCallContext(&IID_IServerSecurity, (void **)&context);
    if (FAILED(hr))
        return hr;
    hr = IServerSecurity_QueryBlanket(context, &service, NULL, NULL, NULL, &level, NULL, NULL);
    bool right = hr == S_OK && service == 0 && level == 3 && !IServerSecurity_IsImpersonating(context);
    right = right && CoImpersonateClient() == S_OK && IServerSecurity_IsImpersonating(context);
    right = right && CoRevertToSelf() == S_OK && !IServerSecurity_IsImpersonating(context);
    right = right && IServerSecurity_ImpersonateClient(context) == S_OK && IServerSecurity_IsImpersonating(context);
    right = right && IServerSecurity_RevertToSelf(context) == S_OK && !IServerSecurity_IsImpersonating(context);
    /* The end of the call ends it, so the next method must find it reverted. */
    right = right && CoImpersonateClient() == S_OK;
    IServerSecurity_Release(context);
    return right ? WBEM_S_NO_ERROR : WBEM_E_CRITICAL_ERROR;
}

/* ---- Values ------------------------------------------------------------------------------------- */

static HRESULT find_handles(struct handles *h, IWbemObjectAccess *object)
{
    const struct { LPCWSTR name; LONG *handle; } wanted[] = {
        {u"Name", &h->name},
        {TOY_TICKS, &h->ticks},
        {TOY_LEVEL, &h->level},
        {TOY_ERRORS, &h->errors},
        {u"Timestamp_PerfTime", &h->timestamp_perf},
        {u"Frequency_PerfTime", &h->frequency_perf},
        {u"Timestamp_Sys100NS", &h->timestamp_sys},
        {u"Frequency_Sys100NS", &h->frequency_sys},
        {u"Timestamp_Object", &h->timestamp_object},
        {u"Frequency_Object", &h->frequency_object},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        CIMTYPE type;
        HRESULT hr = IWbemObjectAccess_GetPropertyHandle(object, wanted[i].name, &type, wanted[i].handle);
        if (FAILED(hr))
            return hr;
    }
    return WBEM_S_NO_ERROR;
}

static HRESULT write_name(const struct handles *h, IWbemObjectAccess *object, int rank)
{
    LONG bytes = 2;
    for (const WCHAR *c = instance_names[rank]; *c != 0; c++)
        bytes += 2;
    return IWbemObjectAccess_WritePropertyValue(object, h->name, bytes, (const BYTE *)instance_names[rank]);
}

/* The rank of the instance that an object's key names. */
static HRESULT read_rank(const struct handles *h, IWbemObjectAccess *object, int *rank)
{
    WCHAR name[NAME_UNITS];
    LONG bytes = 0;
    HRESULT hr = IWbemObjectAccess_ReadPropertyValue(object, h->name, sizeof name, &bytes, (BYTE *)name);
    if (hr == WBEM_E_BUFFER_TOO_SMALL)
        return WBEM_E_NOT_FOUND;
    if (FAILED(hr))
        return hr;
    if (bytes < 2)
        return WBEM_E_INVALID_OBJECT;
    for (*rank = 0; *rank < INSTANCES; ++*rank)
        if (same_name(name, instance_names[*rank]))
            return WBEM_S_NO_ERROR;
    return WBEM_E_NOT_FOUND;
}

/* Takes a property's value away, and says why. */
static HRESULT deny(IWbemObjectAccess *object, LONG handle)
{
    IHiPerfValueReason *reasons = NULL;
    HRESULT hr = IWbemObjectAccess_QueryInterface(object, &IID_IHiPerfValueReason, (void **)&reasons);
    if (FAILED(hr))
        return hr;
    hr = IHiPerfValueReason_SetReason(reasons, handle, HIPERF_REASON_DENIED);
    IHiPerfValueReason_Release(reasons);
    return hr;
}

static HRESULT write_values(const struct handles *h, IWbemObjectAccess *object, int rank, uint64_t n)
{
    uint64_t r = (uint64_t)rank + 1;
    const struct { LONG handle; uint64_t value; } wide[] = {
        {h->timestamp_perf, n * UNITS_PER_SECOND},
        {h->frequency_perf, UNITS_PER_SECOND},
        {h->timestamp_sys, n * UNITS_PER_SECOND},
        {h->frequency_sys, UNITS_PER_SECOND},
        {h->timestamp_object, n * UNITS_PER_SECOND},
        {h->frequency_object, UNITS_PER_SECOND},
    };
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        HRESULT hr = IWbemObjectAccess_WriteQWORD(object, wide[i].handle, wide[i].value);
        if (FAILED(hr))
            return hr;
    }
    HRESULT hr = TOY_WRITE_TICKS(object, h->ticks, 5000000000u * r + 1000 * r * n);
    if (SUCCEEDED(hr))
        hr = IWbemObjectAccess_WriteDWORD(object, h->level, (DWORD)(10 * r + n % 10));
    if (FAILED(hr))
        return hr;
    if (h->denied && rank == 1)
        return deny(object, h->errors);
    return IWbemObjectAccess_WriteDWORD(object, h->errors, (DWORD)(r * n));
}

/* A new instance of the class, with its key. */
static HRESULT spawn(struct provider *provider, int rank, IWbemObjectAccess **object)
{
    IWbemClassObject *instance = NULL;
    HRESULT hr = IWbemClassObject_SpawnInstance(provider->class_object, 0, &instance);
    if (FAILED(hr))
        return hr;
    hr = IWbemClassObject_QueryInterface(instance, &IID_IWbemObjectAccess, (void **)object);
    IWbemClassObject_Release(instance);
    if (FAILED(hr))
        return hr;
    hr = write_name(&provider->handles, *object, rank);
    if (FAILED(hr)) {
        IWbemObjectAccess_Release(*object);
        *object = NULL;
    }
    return hr;
}

/* ---- The refresher ------------------------------------------------------------------------------ */

static void free_item(struct item *item)
{
    if (item->object != NULL)
        IWbemObjectAccess_Release(item->object);
    if (item->enumerator != NULL)
        IWbemHiPerfEnum_Release(item->enumerator);
    for (int i = 0; i < INSTANCES; i++)
        if (item->members[i] != NULL)
            IWbemObjectAccess_Release(item->members[i]);
    free(item);
}

static LONG member_id(struct provider *provider, int rank)
{
    return provider->mode == GARBAGE_COUNT ? -1 - rank : 100 + rank;
}

/* Makes an enumerator hold exactly the instances that `wanted` marks, by difference. */
static HRESULT show_members(struct provider *provider, struct item *item, const bool wanted[INSTANCES])
{
    LONG gone[INSTANCES], come[INSTANCES];
    IWbemObjectAccess *objects[INSTANCES];
    ULONG going = 0, coming = 0;
    for (int i = 0; i < INSTANCES; i++) {
        if (item->present[i] && !wanted[i])
            gone[going++] = member_id(provider, i);
        if (!item->present[i] && wanted[i]) {
            objects[coming] = item->members[i];
            come[coming++] = member_id(provider, i);
        }
    }
    HRESULT hr = WBEM_S_NO_ERROR;
    if (going > 0)
        hr = IWbemHiPerfEnum_RemoveObjects(item->enumerator, 0, going, gone);
    if (SUCCEEDED(hr) && coming > 0)
        hr = IWbemHiPerfEnum_AddObjects(item->enumerator, 0, coming, come, objects);
    if (SUCCEEDED(hr))
        memcpy(item->present, wanted, sizeof item->present);
    return hr;
}

/* Everything here must be refused, and must leave the enumerator as it was. */
static HRESULT try_garbage(struct item *item)
{
    IWbemHiPerfEnum *e = item->enumerator;
    LONG same[2] = {7, 7}, fresh[2] = {8, 9}, unknown = 12345;
    IWbemObjectAccess *two[2] = {item->members[0], item->members[1]};
    IWbemObjectAccess *with_null[2] = {item->members[0], NULL};
    bool refused = FAILED(IWbemHiPerfEnum_AddObjects(e, 0, 2, same, two)) &&
                   FAILED(IWbemHiPerfEnum_AddObjects(e, 0, 2, fresh, with_null)) &&
                   FAILED(IWbemHiPerfEnum_AddObjects(e, 0, 0xFFFFFFFFu, NULL, NULL)) &&
                   FAILED(IWbemHiPerfEnum_AddObjects(e, 0, 2, NULL, two)) &&
                   FAILED(IWbemHiPerfEnum_AddObjects(e, 0, 2, fresh, NULL)) &&
                   FAILED(IWbemHiPerfEnum_RemoveObjects(e, 0, 1, &unknown)) &&
                   FAILED(IWbemHiPerfEnum_RemoveObjects(e, 0, 0xFFFFFFFFu, NULL));
    return refused ? WBEM_S_NO_ERROR : WBEM_E_CRITICAL_ERROR;
}

static HRESULT refresh_enumerator(struct provider *provider, struct item *item, uint64_t n)
{
    bool wanted[INSTANCES];
    HRESULT hr = WBEM_S_NO_ERROR;
    if (provider->mode == GARBAGE_COUNT)
        hr = try_garbage(item);
    if (SUCCEEDED(hr) && provider->mode == REBUILD) {
        hr = IWbemHiPerfEnum_RemoveAll(item->enumerator, 0);
        memset(item->present, 0, sizeof item->present);
    }
    for (int i = 0; i < INSTANCES && SUCCEEDED(hr); i++) {
        wanted[i] = provider->mode != CHURN || (n + (uint64_t)i) % INSTANCES != 0;
        if (wanted[i])
            hr = write_values(&provider->handles, item->members[i], i, n);
    }
    return FAILED(hr) ? hr : show_members(provider, item, wanted);
}

static HRESULT refresher_query(IWbemRefresher *This, REFIID iid, void **object)
{
    if (object == NULL)
        return E_POINTER;
    *object = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IWbemRefresher))
        return E_NOINTERFACE;
    *object = This;
    IWbemRefresher_AddRef(This);
    return S_OK;
}

static ULONG refresher_add_ref(IWbemRefresher *This)
{
    return atomic_fetch_add(&((struct refresher *)(void *)This)->references, 1) + 1;
}

static ULONG refresher_release(IWbemRefresher *This)
{
    struct refresher *refresher = (struct refresher *)(void *)This;
    ULONG left = atomic_fetch_sub(&refresher->references, 1) - 1;
    if (left == 0) {
        while (refresher->items != NULL) {
            struct item *item = refresher->items;
            refresher->items = item->next;
            free_item(item);
        }
        IWbemHiPerfProvider_Release(&refresher->provider->hiperf);
        free(refresher);
        atomic_fetch_sub(&alive, 1);
    }
    return left;
}

static HRESULT refresher_refresh(IWbemRefresher *This, LONG flags)
{
    struct refresher *refresher = (struct refresher *)(void *)This;
    struct provider *provider = refresher->provider;
    (void)flags;
    uint64_t n = ++refresher->number;
    if (provider->mode == REFRESH_FAIL && n % 2 == 0)
        return WBEM_E_FAILED;
    if (provider->mode == ALLOCATE) {
        /* Through a volatile pointer, because a compiler may leave out a block that nobody looks at. */
        void *volatile block = malloc(64);
        free(block);
    }
    HRESULT result = check_caller(provider);
    for (struct item *item = refresher->items; item != NULL; item = item->next) {
        HRESULT hr = item->object != NULL ? write_values(&provider->handles, item->object, item->rank, n)
                                          : refresh_enumerator(provider, item, n);
        if (FAILED(hr) && SUCCEEDED(result))
            result = hr;
    }
    return SUCCEEDED(result) && provider->mode == PARTIAL ? WBEM_S_PARTIAL_RESULTS : result;
}

static const IWbemRefresherVtbl refresher_vtable = {
    refresher_query, refresher_add_ref, refresher_release, refresher_refresh,
};

/* A pointer that comes back from the caller is ours only if it has our table. */
static struct refresher *own_refresher(IWbemRefresher *p)
{
    return p != NULL && p->lpVtbl == &refresher_vtable ? (struct refresher *)(void *)p : NULL;
}

/* ---- IWbemHiPerfProvider ------------------------------------------------------------------------ */

static HRESULT provider_query(struct provider *provider, REFIID iid, void **object)
{
    if (object == NULL)
        return E_POINTER;
    *object = NULL;
    if (IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IWbemProviderInit))
        *object = &provider->init;
    else if (IsEqualIID(iid, &IID_IWbemHiPerfProvider))
        *object = &provider->hiperf;
    else
        return E_NOINTERFACE;
    atomic_fetch_add(&provider->references, 1);
    return S_OK;
}

static ULONG provider_release(struct provider *provider)
{
    ULONG left = atomic_fetch_sub(&provider->references, 1) - 1;
    if (left == 0) {
        if (provider->class_object != NULL)
            IWbemClassObject_Release(provider->class_object);
        free(provider);
        atomic_fetch_sub(&alive, 1);
    }
    return left;
}

static HRESULT hiperf_query(IWbemHiPerfProvider *This, REFIID iid, void **object)
{
    return provider_query(from_hiperf(This), iid, object);
}
static ULONG hiperf_add_ref(IWbemHiPerfProvider *This) { return atomic_fetch_add(&from_hiperf(This)->references, 1) + 1; }
static ULONG hiperf_release(IWbemHiPerfProvider *This) { return provider_release(from_hiperf(This)); }

static HRESULT query_instances(IWbemHiPerfProvider *This, IWbemServices *services, WCHAR *class, LONG flags,
                               IWbemContext *context, IWbemObjectSink *sink)
{
    struct provider *provider = from_hiperf(This);
    (void)services, (void)flags, (void)context;
    if (provider->mode == NO_CAPABLE)
        return WBEM_E_PROVIDER_NOT_CAPABLE;
    if (class == NULL || sink == NULL)
        return WBEM_E_INVALID_PARAMETER;
    if (!same_name(class, class_name))
        return WBEM_E_INVALID_CLASS;
    uint64_t n = atomic_fetch_add(&queries, 1) + 1;
    HRESULT hr = check_caller(provider);
    for (int i = 0; i < INSTANCES && SUCCEEDED(hr); i++) {
        IWbemObjectAccess *object = NULL;
        hr = spawn(provider, i, &object);
        if (FAILED(hr))
            break;
        hr = write_values(&provider->handles, object, i, n);
        if (SUCCEEDED(hr)) {
            IWbemClassObject *instance = (IWbemClassObject *)object;
            hr = IWbemObjectSink_Indicate(sink, 1, &instance);
        }
        IWbemObjectAccess_Release(object);
    }
    IWbemObjectSink_SetStatus(sink, WBEM_STATUS_COMPLETE, hr, NULL, NULL);
    return hr;
}

static HRESULT create_refresher(IWbemHiPerfProvider *This, IWbemServices *services, LONG flags, IWbemRefresher **out)
{
    struct provider *provider = from_hiperf(This);
    (void)services, (void)flags;
    if (out == NULL)
        return WBEM_E_INVALID_PARAMETER;
    *out = NULL;
    if (provider->mode == NO_CAPABLE)
        return WBEM_E_PROVIDER_NOT_CAPABLE;
    if (provider->mode == NULL_REFRESHER)
        return WBEM_S_NO_ERROR;
    HRESULT hr = check_caller(provider);
    if (FAILED(hr))
        return hr;
    struct refresher *refresher = calloc(1, sizeof *refresher);
    if (refresher == NULL)
        return WBEM_E_OUT_OF_MEMORY;
    refresher->refresher.lpVtbl = &refresher_vtable;
    atomic_init(&refresher->references, 1);
    refresher->provider = provider;
    hiperf_add_ref(This);
    atomic_fetch_add(&alive, 1);
    *out = &refresher->refresher;
    return WBEM_S_NO_ERROR;
}

/* A copy of the template, which is the object that the refresher will write. */
static HRESULT copy_template(IWbemObjectAccess *template, IWbemObjectAccess **copy)
{
    IWbemClassObject *object = NULL, *clone = NULL;
    HRESULT hr = IWbemObjectAccess_QueryInterface(template, &IID_IWbemClassObject, (void **)&object);
    if (FAILED(hr))
        return hr;
    hr = IWbemClassObject_Clone(object, &clone);
    IWbemClassObject_Release(object);
    if (FAILED(hr))
        return hr;
    hr = IWbemClassObject_QueryInterface(clone, &IID_IWbemObjectAccess, (void **)copy);
    IWbemClassObject_Release(clone);
    return hr;
}

static void add_item(struct refresher *refresher, struct item *item, LONG *id)
{
    item->id = atomic_fetch_add(&last_id, 1) + 1;
    item->next = refresher->items;
    refresher->items = item;
    *id = item->id;
}

static HRESULT create_refreshable_object(IWbemHiPerfProvider *This, IWbemServices *services, IWbemObjectAccess *template,
                                         IWbemRefresher *owner, LONG flags, IWbemContext *context,
                                         IWbemObjectAccess **out, LONG *id)
{
    struct provider *provider = from_hiperf(This);
    struct refresher *refresher = own_refresher(owner);
    (void)services, (void)flags, (void)context;
    if (out == NULL)
        return WBEM_E_INVALID_PARAMETER;
    *out = NULL;
    if (provider->mode == NO_CAPABLE)
        return WBEM_E_PROVIDER_NOT_CAPABLE;
    if (template == NULL || refresher == NULL || id == NULL)
        return WBEM_E_INVALID_PARAMETER;
    if (provider->mode == NULL_OBJECT)
        return WBEM_S_NO_ERROR;
    int rank;
    HRESULT hr = read_rank(&provider->handles, template, &rank);
    if (SUCCEEDED(hr))
        hr = check_caller(provider);
    if (FAILED(hr))
        return hr;
    struct item *item = calloc(1, sizeof *item);
    if (item == NULL)
        return WBEM_E_OUT_OF_MEMORY;
    hr = copy_template(template, &item->object);
    if (FAILED(hr)) {
        free_item(item);
        return hr;
    }
    item->rank = rank;
    add_item(refresher, item, id);
    /* One reference stays in the list, the other is the caller's. */
    IWbemObjectAccess_AddRef(item->object);
    *out = item->object;
    return WBEM_S_NO_ERROR;
}

static HRESULT stop_refreshing(IWbemHiPerfProvider *This, IWbemRefresher *owner, LONG id, LONG flags)
{
    struct refresher *refresher = own_refresher(owner);
    (void)flags;
    if (from_hiperf(This)->mode == NO_CAPABLE)
        return WBEM_E_PROVIDER_NOT_CAPABLE;
    if (refresher == NULL || FAILED(check_caller(from_hiperf(This))))
        return WBEM_E_INVALID_PARAMETER;
    for (struct item **link = &refresher->items; *link != NULL; link = &(*link)->next) {
        struct item *item = *link;
        if (item->id == id) {
            *link = item->next;
            free_item(item);
            return WBEM_S_NO_ERROR;
        }
    }
    return WBEM_E_NOT_FOUND;
}

static HRESULT create_refreshable_enum(IWbemHiPerfProvider *This, IWbemServices *services, LPCWSTR class,
                                       IWbemRefresher *owner, LONG flags, IWbemContext *context,
                                       IWbemHiPerfEnum *enumerator, LONG *id)
{
    struct provider *provider = from_hiperf(This);
    struct refresher *refresher = own_refresher(owner);
    (void)services, (void)flags, (void)context;
    if (provider->mode == NO_CAPABLE)
        return WBEM_E_PROVIDER_NOT_CAPABLE;
    if (class == NULL || refresher == NULL || enumerator == NULL || id == NULL)
        return WBEM_E_INVALID_PARAMETER;
    if (!same_name(class, class_name))
        return WBEM_E_INVALID_CLASS;
    struct item *item = calloc(1, sizeof *item);
    if (item == NULL)
        return WBEM_E_OUT_OF_MEMORY;
    for (int i = 0; i < INSTANCES; i++) {
        HRESULT hr = i == 0 ? check_caller(provider) : WBEM_S_NO_ERROR;
        if (SUCCEEDED(hr))
            hr = spawn(provider, i, &item->members[i]);
        if (FAILED(hr)) {
            free_item(item);
            return hr;
        }
    }
    IWbemHiPerfEnum_AddRef(enumerator);
    item->enumerator = enumerator;
    add_item(refresher, item, id);
    return WBEM_S_NO_ERROR;
}

static HRESULT get_objects(IWbemHiPerfProvider *This, IWbemServices *services, LONG count, IWbemObjectAccess **objects,
                           LONG flags, IWbemContext *context)
{
    struct provider *provider = from_hiperf(This);
    (void)services, (void)flags, (void)context;
    if (provider->mode == NO_CAPABLE)
        return WBEM_E_PROVIDER_NOT_CAPABLE;
    if (count < 0 || (count > 0 && objects == NULL))
        return WBEM_E_INVALID_PARAMETER;
    uint64_t n = atomic_fetch_add(&queries, 1) + 1;
    for (LONG i = 0; i < count; i++) {
        int rank;
        if (objects[i] == NULL)
            return WBEM_E_INVALID_PARAMETER;
        HRESULT hr = read_rank(&provider->handles, objects[i], &rank);
        if (SUCCEEDED(hr) && i == 0)
            hr = check_caller(provider);
        if (SUCCEEDED(hr))
            hr = write_values(&provider->handles, objects[i], rank, n);
        if (FAILED(hr))
            return hr;
    }
    return WBEM_S_NO_ERROR;
}

static const IWbemHiPerfProviderVtbl hiperf_vtable = {
    hiperf_query,    hiperf_add_ref,          hiperf_release, query_instances,         create_refresher,
    create_refreshable_object, stop_refreshing, create_refreshable_enum, get_objects,
};

/* ---- IWbemProviderInit -------------------------------------------------------------------------- */

static HRESULT init_query(IWbemProviderInit *This, REFIID iid, void **object)
{
    return provider_query(from_init(This), iid, object);
}
static ULONG init_add_ref(IWbemProviderInit *This) { return atomic_fetch_add(&from_init(This)->references, 1) + 1; }
static ULONG init_release(IWbemProviderInit *This) { return provider_release(from_init(This)); }

/* Fetches the class and its handles, once for the life of the provider. */
static HRESULT fetch_class(struct provider *provider, IWbemServices *services, IWbemContext *context)
{
    IWbemObjectAccess *access = NULL;
    HRESULT hr = IWbemServices_GetObject(services, class_name, 0, context, &provider->class_object, NULL);
    if (FAILED(hr))
        return hr;
    hr = IWbemClassObject_QueryInterface(provider->class_object, &IID_IWbemObjectAccess, (void **)&access);
    if (FAILED(hr))
        return hr;
    hr = find_handles(&provider->handles, access);
    IWbemObjectAccess_Release(access);
    return hr;
}

static HRESULT initialize(IWbemProviderInit *This, LPWSTR user, LONG flags, LPWSTR namespace, LPWSTR locale,
                          IWbemServices *services, IWbemContext *context, IWbemProviderInitSink *sink)
{
    struct provider *provider = from_init(This);
    (void)user, (void)flags, (void)namespace, (void)locale;
    if (services == NULL || sink == NULL)
        return WBEM_E_INVALID_PARAMETER;
    if (provider->mode == NO_SINK)
        return WBEM_S_NO_ERROR;
    if (provider->mode == INIT_ERROR)
        return WBEM_E_FAILED;
    HRESULT hr = provider->mode == INIT_FAIL ? WBEM_E_FAILED : check_caller(provider);
    if (SUCCEEDED(hr) && provider->class_object == NULL)
        hr = fetch_class(provider, services, context);
    IWbemProviderInitSink_SetStatus(sink, SUCCEEDED(hr) ? WBEM_S_INITIALIZED : WBEM_E_FAILED, 0);
    return WBEM_S_NO_ERROR;
}

static const IWbemProviderInitVtbl init_vtable = {init_query, init_add_ref, init_release, initialize};

/* ---- The class object and the library ----------------------------------------------------------- */

static enum mode mode_from_environment(void)
{
    const char *name = getenv("TOY_MODE");
    for (int mode = 0; name != NULL && mode < MODES; mode++)
        if (strcmp(name, mode_names[mode]) == 0)
            return (enum mode)mode;
    return WELL;
}

static HRESULT factory_query(IClassFactory *This, REFIID iid, void **object)
{
    if (object == NULL)
        return E_POINTER;
    *object = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IClassFactory))
        return E_NOINTERFACE;
    *object = This;
    IClassFactory_AddRef(This);
    return S_OK;
}

/* The factory is static; its references keep the library, not the factory. */
static ULONG factory_add_ref(IClassFactory *This)
{
    (void)This;
    atomic_fetch_add(&alive, 1);
    return 2;
}

static ULONG factory_release(IClassFactory *This)
{
    (void)This;
    atomic_fetch_sub(&alive, 1);
    return 1;
}

static HRESULT factory_create(IClassFactory *This, IUnknown *outer, REFIID iid, void **object)
{
    (void)This;
    if (object == NULL)
        return E_POINTER;
    *object = NULL;
    if (outer != NULL)
        return CLASS_E_NOAGGREGATION;
    struct provider *provider = calloc(1, sizeof *provider);
    if (provider == NULL)
        return E_OUTOFMEMORY;
    provider->init.lpVtbl = &init_vtable;
    provider->hiperf.lpVtbl = &hiperf_vtable;
    atomic_init(&provider->references, 1);
    provider->mode = mode_from_environment();
    provider->handles.denied = provider->mode == DENIED || provider->mode == PARTIAL;
    atomic_fetch_add(&alive, 1);
    HRESULT hr = provider_query(provider, iid, object);
    provider_release(provider);
    return hr;
}

static HRESULT factory_lock(IClassFactory *This, BOOL lock)
{
    (void)This;
    if (lock)
        atomic_fetch_add(&alive, 1);
    else
        atomic_fetch_sub(&alive, 1);
    return S_OK;
}

static const IClassFactoryVtbl factory_vtable = {
    factory_query, factory_add_ref, factory_release, factory_create, factory_lock,
};
static IClassFactory factory = {&factory_vtable};

HRESULT DllGetClassObject(REFCLSID clsid, REFIID iid, void **object)
{
    if (object == NULL)
        return E_POINTER;
    *object = NULL;
    if (!IsEqualCLSID(clsid, &CLSID_ToyHost) && !IsEqualCLSID(clsid, &CLSID_ToyClient))
        return CLASS_E_CLASSNOTAVAILABLE;
    return factory_query(&factory, iid, object);
}

HRESULT DllCanUnloadNow(void)
{
    return atomic_load(&alive) == 0 ? S_OK : S_FALSE;
}
