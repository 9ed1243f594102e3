/*
 * host.c - a host of hi-perf providers on Windows: creates a provider by COM under each CLSID of its DLL, which regsvr32 has
 * registered, and takes it through the whole sequence of calls, with the smallest objects that can stand for WMI's.
 *
 *   host.exe DLL CLSID CLSID CLASS INSTANCE
 *
 * Prints `ok` and leaves with status 0, or says what was expected.
 */
#define INITGUID
#define CINTERFACE
#include <windows.h>
#include <wbemcli.h>
#include <wbemprov.h>

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition) check((condition) != 0, #condition, __LINE__)
#define OK(call) check_status((call), #call, __LINE__)

static void check(int holds, const char *condition, int line)
{
    if (!holds) {
        fprintf(stderr, "line %d: expected %s\n", line, condition);
        exit(1);
    }
}

static void check_status(HRESULT hr, const char *call, int line)
{
    if (FAILED(hr)) {
        fprintf(stderr, "line %d: %s: 0x%08lX\n", line, call, (unsigned long)hr);
        exit(1);
    }
}

/* ---- An object of any class: values by name ----------------------------------------------------- */

enum { PROPERTIES = 32 };
static WCHAR property_names[PROPERTIES][64] = {L"Name"};
static LONG property_count = 1;
static WCHAR class_name[256];
static LONG objects_alive;

struct object {
    IWbemObjectAccess access;
    LONG references;
    WCHAR name[64];
    UINT64 values[PROPERTIES];
    int written[PROPERTIES];
};

static struct object *new_object(void);
static struct object *as_object(void *This) { return This; }

static HRESULT STDMETHODCALLTYPE object_query(IWbemObjectAccess *This, REFIID iid, void **out)
{
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IWbemClassObject) &&
        !IsEqualIID(iid, &IID_IWbemObjectAccess))
        return E_NOINTERFACE;
    as_object(This)->references++;
    *out = This;
    return S_OK;
}
static ULONG STDMETHODCALLTYPE object_add_ref(IWbemObjectAccess *This) { return (ULONG)++as_object(This)->references; }
static ULONG STDMETHODCALLTYPE object_release(IWbemObjectAccess *This)
{
    LONG left = --as_object(This)->references;
    if (left == 0) {
        objects_alive--;
        free(This);
    }
    return (ULONG)left;
}
static HRESULT STDMETHODCALLTYPE object_get(IWbemObjectAccess *This, LPCWSTR name, LONG flags, VARIANT *value, CIMTYPE *type,
                                            LONG *flavor)
{
    const WCHAR *text = wcscmp(name, L"__CLASS") == 0 ? class_name : as_object(This)->name;
    (void)flags, (void)flavor;
    if (wcscmp(name, L"Name") != 0 && wcscmp(name, L"__CLASS") != 0)
        return WBEM_E_NOT_FOUND;
    /* The provider frees it, so it has to have the system's allocator. */
    V_VT(value) = VT_BSTR;
    V_BSTR(value) = SysAllocString(text);
    if (type != NULL)
        *type = CIM_STRING;
    return WBEM_S_NO_ERROR;
}
static HRESULT STDMETHODCALLTYPE object_put(IWbemObjectAccess *This, LPCWSTR name, LONG flags, VARIANT *value, CIMTYPE type)
{
    (void)flags, (void)type;
    CHECK(wcscmp(name, L"Name") == 0 && V_VT(value) == VT_BSTR);
    CHECK(SysStringLen(V_BSTR(value)) == wcslen(V_BSTR(value)) && SysStringLen(V_BSTR(value)) < 64);
    wcscpy(as_object(This)->name, V_BSTR(value));
    return WBEM_S_NO_ERROR;
}
static HRESULT STDMETHODCALLTYPE object_clone(IWbemObjectAccess *This, IWbemClassObject **out)
{
    struct object *copy = new_object();
    wcscpy(copy->name, as_object(This)->name);
    *out = (IWbemClassObject *)copy;
    return WBEM_S_NO_ERROR;
}
static HRESULT STDMETHODCALLTYPE object_spawn(IWbemObjectAccess *This, LONG flags, IWbemClassObject **out)
{
    (void)This, (void)flags;
    *out = (IWbemClassObject *)new_object();
    return WBEM_S_NO_ERROR;
}
static int ends_with(LPCWSTR text, LPCWSTR end)
{
    size_t length = wcslen(text), part = wcslen(end);
    return length >= part && wcscmp(text + length - part, end) == 0;
}
static HRESULT STDMETHODCALLTYPE object_handle(IWbemObjectAccess *This, LPCWSTR name, CIMTYPE *type, LONG *handle)
{
    LONG at = 0;
    (void)This;
    while (at < property_count && wcscmp(name, property_names[at]) != 0)
        at++;
    if (at == property_count) {
        CHECK(property_count < PROPERTIES && wcslen(name) < 64);
        wcscpy(property_names[property_count++], name);
    }
    *handle = 100 + at;
    *type = at == 0 ? CIM_STRING
            : ends_with(name, L"_Base") || ends_with(name, L"Depth") || ends_with(name, L"Backlog") ? CIM_UINT32
                                                                                                   : CIM_UINT64;
    return WBEM_S_NO_ERROR;
}
static HRESULT STDMETHODCALLTYPE object_write(IWbemObjectAccess *This, LONG handle, LONG bytes, const BYTE *data)
{
    CHECK(handle > 100 && handle < 100 + property_count && bytes == 0 && data == NULL); /* NULL */
    as_object(This)->written[handle - 100]++;
    return WBEM_S_NO_ERROR;
}
static HRESULT STDMETHODCALLTYPE object_write_qword(IWbemObjectAccess *This, LONG handle, unsigned __int64 value)
{
    CHECK(handle > 100 && handle < 100 + property_count);
    as_object(This)->values[handle - 100] = value;
    as_object(This)->written[handle - 100]++;
    return WBEM_S_NO_ERROR;
}
static HRESULT STDMETHODCALLTYPE object_write_dword(IWbemObjectAccess *This, LONG handle, DWORD value)
{
    return object_write_qword(This, handle, value);
}

/* A qualifier set without qualifiers. */
static HRESULT STDMETHODCALLTYPE set_query(IWbemQualifierSet *This, REFIID iid, void **out)
{
    (void)iid;
    *out = This;
    return S_OK;
}
static ULONG STDMETHODCALLTYPE set_count(IWbemQualifierSet *This) { return This != NULL; }
static HRESULT STDMETHODCALLTYPE set_get(IWbemQualifierSet *This, LPCWSTR name, LONG flags, VARIANT *value, LONG *flavor)
{
    (void)This, (void)name, (void)flags, (void)value, (void)flavor;
    return WBEM_E_NOT_FOUND;
}
static IWbemQualifierSetVtbl set_table = {
    .QueryInterface = set_query, .AddRef = set_count, .Release = set_count, .Get = set_get};
static IWbemQualifierSet empty_set = {&set_table};
static HRESULT STDMETHODCALLTYPE object_qualifiers(IWbemObjectAccess *This, LPCWSTR property, IWbemQualifierSet **out)
{
    (void)This, (void)property;
    *out = &empty_set;
    return WBEM_S_NO_ERROR;
}

static IWbemObjectAccessVtbl object_table = {.QueryInterface = object_query,
                                             .AddRef = object_add_ref,
                                             .Release = object_release,
                                             .Get = object_get,
                                             .Put = object_put,
                                             .Clone = object_clone,
                                             .SpawnInstance = object_spawn,
                                             .GetPropertyQualifierSet = object_qualifiers,
                                             .GetPropertyHandle = object_handle,
                                             .WritePropertyValue = object_write,
                                             .WriteDWORD = object_write_dword,
                                             .WriteQWORD = object_write_qword};
static struct object *new_object(void)
{
    struct object *object = calloc(1, sizeof *object);
    CHECK(object != NULL);
    object->access.lpVtbl = &object_table;
    object->references = 1;
    objects_alive++;
    return object;
}

/* ---- Services, sinks, the enumerator ------------------------------------------------------------ */

/* Everything else is static: its references are counted all together, and must come back to none. */
static LONG references;
static HRESULT STDMETHODCALLTYPE static_query(void *This, REFIID iid, void **out)
{
    (void)This, (void)iid;
    *out = NULL;
    return E_NOINTERFACE;
}
static ULONG STDMETHODCALLTYPE static_add_ref(void *This) { return This != NULL ? (ULONG)(++references + 1) : 0; }
static ULONG STDMETHODCALLTYPE static_release(void *This) { return This != NULL ? (ULONG)(--references + 1) : 0; }
#define STATIC \
    .QueryInterface = (void *)static_query, .AddRef = (void *)static_add_ref, .Release = (void *)static_release

static HRESULT STDMETHODCALLTYPE services_get(IWbemServices *This, BSTR path, LONG flags, IWbemContext *context,
                                              IWbemClassObject **out, IWbemCallResult **result)
{
    (void)This, (void)flags, (void)context, (void)result;
    *out = NULL;
    if (wcscmp(path, class_name) != 0)
        return WBEM_E_NOT_FOUND;
    *out = (IWbemClassObject *)new_object();
    return WBEM_S_NO_ERROR;
}
static IWbemServicesVtbl services_table = {STATIC, .GetObject = services_get};
static IWbemServices services = {&services_table};

static HRESULT initialized = E_FAIL;
static HRESULT STDMETHODCALLTYPE init_set_status(IWbemProviderInitSink *This, LONG status, LONG flags)
{
    (void)This, (void)flags;
    initialized = status;
    return WBEM_S_NO_ERROR;
}
static IWbemProviderInitSinkVtbl init_table = {STATIC, .SetStatus = init_set_status};
static IWbemProviderInitSink init_sink = {&init_table};

static LONG indicated, completed;
static HRESULT STDMETHODCALLTYPE sink_indicate(IWbemObjectSink *This, LONG count, IWbemClassObject **objects)
{
    (void)This;
    CHECK(count > 0 && as_object(objects[0])->name[0] != 0);
    indicated += count;
    return WBEM_S_NO_ERROR;
}
static HRESULT STDMETHODCALLTYPE sink_set_status(IWbemObjectSink *This, LONG flags, HRESULT hr, BSTR text,
                                                 IWbemClassObject *object)
{
    (void)This, (void)text, (void)object;
    CHECK(flags == WBEM_STATUS_COMPLETE && hr == WBEM_S_NO_ERROR);
    completed++;
    return WBEM_S_NO_ERROR;
}
static IWbemObjectSinkVtbl sink_table = {STATIC, .Indicate = sink_indicate, .SetStatus = sink_set_status};
static IWbemObjectSink sink = {&sink_table};

static LONG added, removed;
static HRESULT STDMETHODCALLTYPE enum_add(IWbemHiPerfEnum *This, LONG flags, ULONG count, LONG *ids,
                                          IWbemObjectAccess **objects)
{
    (void)This, (void)flags;
    CHECK(count > 0 && ids != NULL && as_object(objects[0])->name[0] != 0);
    added += (LONG)count;
    return WBEM_S_NO_ERROR;
}
static HRESULT STDMETHODCALLTYPE enum_remove(IWbemHiPerfEnum *This, LONG flags, ULONG count, LONG *ids)
{
    (void)This, (void)flags;
    CHECK(count > 0 && ids != NULL);
    removed += (LONG)count;
    return WBEM_S_NO_ERROR;
}
static IWbemHiPerfEnumVtbl enum_table = {STATIC, .AddObjects = enum_add, .RemoveObjects = enum_remove};
static IWbemHiPerfEnum enumerator = {&enum_table};

/* ---- The sequence ------------------------------------------------------------------------------- */

static void drive(const char *clsid_text, const WCHAR *instance)
{
    IWbemProviderInit *init = NULL;
    IWbemHiPerfProvider *provider = NULL;
    IWbemRefresher *refresher = NULL;
    IWbemObjectAccess *refreshed = NULL;
    WCHAR wide[64], root[] = L"root\\cimv2";
    CLSID clsid;
    LONG object_id = 0, enum_id = 0;
    MultiByteToWideChar(CP_UTF8, 0, clsid_text, -1, wide, 64);
    OK(CLSIDFromString(wide, &clsid));
    OK(CoCreateInstance(&clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IWbemProviderInit, (void **)&init));
    OK(init->lpVtbl->Initialize(init, NULL, 0, root, NULL, &services, NULL, &init_sink));
    CHECK(initialized == WBEM_S_NO_ERROR);
    OK(init->lpVtbl->QueryInterface(init, &IID_IWbemHiPerfProvider, (void **)&provider));
    init->lpVtbl->Release(init);

    OK(provider->lpVtbl->CreateRefresher(provider, &services, 0, &refresher));
    struct object *template = new_object();
    wcscpy(template->name, instance);
    OK(provider->lpVtbl->CreateRefreshableObject(provider, &services, &template->access, refresher, 0, NULL, &refreshed,
                                                 &object_id));
    OK(provider->lpVtbl->CreateRefreshableEnum(provider, &services, class_name, refresher, 0, NULL, &enumerator, &enum_id));
    CHECK(object_id != enum_id);
    added = removed = 0;
    for (int round = 0; round < 4; round++)
        OK(refresher->lpVtbl->Refresh(refresher, 0));
    CHECK(added > removed);
    for (LONG at = 1; at < property_count; at++)
        CHECK(as_object(refreshed)->written[at] == 4);
    OK(provider->lpVtbl->StopRefreshing(provider, refresher, enum_id, 0));
    CHECK(FAILED(provider->lpVtbl->StopRefreshing(provider, refresher, enum_id, 0)));

    indicated = completed = 0;
    OK(provider->lpVtbl->QueryInstances(provider, &services, class_name, 0, NULL, &sink));
    CHECK(indicated > 0 && completed == 1);
    IWbemObjectAccess *one = &template->access;
    OK(provider->lpVtbl->GetObjects(provider, &services, 1, &one, 0, NULL));
    CHECK(template->written[1] == 1);
    wcscpy(template->name, L"nobody");
    CHECK(provider->lpVtbl->GetObjects(provider, &services, 1, &one, 0, NULL) == (HRESULT)WBEM_E_NOT_FOUND);

    object_release(&template->access);
    refreshed->lpVtbl->Release(refreshed);
    refresher->lpVtbl->Release(refresher);
    provider->lpVtbl->Release(provider);
    CHECK(objects_alive == 0 && references == 0);
}

int main(int argc, char **argv)
{
    WCHAR instance[64];
    if (argc != 6) {
        fprintf(stderr, "usage: host DLL CLSID CLSID CLASS INSTANCE\n");
        return 2;
    }
    MultiByteToWideChar(CP_UTF8, 0, argv[4], -1, class_name, 256);
    MultiByteToWideChar(CP_UTF8, 0, argv[5], -1, instance, 64);
    OK(CoInitializeEx(NULL, COINIT_MULTITHREADED));
    for (int at = 2; at < 4; at++)
        drive(argv[at], instance);
    HMODULE library = GetModuleHandleA(argv[1]);
    CHECK(library != NULL);
    HRESULT(STDMETHODCALLTYPE *can_unload)(void) = (void *)GetProcAddress(library, "DllCanUnloadNow");
    CHECK(can_unload != NULL && can_unload() == S_OK);
    CoUninitialize();
    puts("ok");
    return 0;
}
