/*
 * bad_client.c - everything that a client can do wrong, and the status that it must get for it.
 *
 *   bad_client [LIBRARY_WITHOUT_ENTRY_POINT WORLD_WRITABLE_LIBRARY]
 *
 * One line a case, `ok NAME` or `not ok NAME got X expected Y`; leaves with status 0 if all are ok. The two libraries
 * are optional; the second is any provider's library that others than its owner may write.
 *
 *   cc -std=c11 tests/c/bad_client.c $(pkg-config --cflags --libs hiperf) -o bad_client
 */
#include "client.h"

#define PROCESSOR u"Win32_PerfRawData_PerfOS_Processor"
#define TOTAL u"Win32_PerfRawData_PerfOS_Processor.Name=\"_Total\""
#define MEMORY u"Win32_PerfRawData_PerfOS_Memory=@"

HIPERF_GUID(CLSID_Nobody, 0x0BADC0DE, 0x0001, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 0x01);
HIPERF_GUID(IID_INobody, 0x0BADC0DE, 0x0002, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 0x02);
HIPERF_GUID(CLSID_Missing, 0x0BADC0DE, 0x0003, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 0x03);
HIPERF_GUID(CLSID_NoEntry, 0x0BADC0DE, 0x0004, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 0x04);
HIPERF_GUID(CLSID_Writable, 0x0BADC0DE, 0x0005, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 0x05);

static int failures;

static void check(const char *name, HRESULT got, HRESULT expected)
{
    if (got == expected) {
        printf("ok %s\n", name);
        return;
    }
    failures++;
    printf("not ok %s got 0x%08" PRIX32 " expected 0x%08" PRIX32 "\n", name, (uint32_t)got, (uint32_t)expected);
}

/* For cases in which two answers are documented, or none. */
static void check_either(const char *name, HRESULT got, HRESULT expected, HRESULT or_else)
{
    check(name, got == or_else ? expected : got, expected);
}

static void check_that(const char *name, bool holds)
{
    check(name, holds ? S_OK : S_FALSE, S_OK);
}

/* What HiperfLastError says is of the last failure, also if that has nothing to say but its status. */
static void last_error_is_not(const char *after, const char *earlier)
{
    const char *said = HiperfLastError();
    if (said[0] != 0 && strstr(said, earlier) == NULL) {
        printf("ok last error after %s\n", after);
        return;
    }
    failures++;
    printf("not ok last error after %s is \"%s\"\n", after, said);
}

static void last_errors(IWbemServices *services)
{
    IWbemClassObject *object = NULL, *spawned = NULL;
    IWbemObjectAccess *access = NULL;
    VARIANT value;
    DWORD read = 0;
    void *none = NULL;
    BSTR class = SysAllocString(u"Win32_PerfRawData_PerfOS_Memory");
    EXPECT(IWbemServices_GetObject(services, class, 0, NULL, &object, NULL), S_OK);
    EXPECT(IWbemClassObject_SpawnInstance(object, 0, &spawned), S_OK);
    EXPECT(IWbemClassObject_QueryInterface(spawned, &IID_IWbemObjectAccess, (void **)&access), S_OK);
    SysFreeString(class);
    VariantInit(&value);

    const HRESULT syntax = HiperfCompileMof("root\\cimv2", "class Xyzzy {");
    check_that("what is no MOF fails", FAILED(syntax));
    check("copy into NULL", VariantCopy(NULL, &value), E_INVALIDARG);
    last_error_is_not("a function", "Xyzzy");
    check_that("compile what is no MOF again", HiperfCompileMof("root\\cimv2", "class Xyzzy {") == syntax);
    check("read by no handle", IWbemObjectAccess_ReadDWORD(access, 0x7FFFFFFF, &read), WBEM_E_INVALID_HANDLE_REQUEST);
    last_error_is_not("a method", "Xyzzy");
    check_that("compile what is no MOF again", HiperfCompileMof("root\\cimv2", "class Xyzzy {") == syntax);
    check("query for no interface", IWbemObjectAccess_QueryInterface(access, &IID_INobody, &none), E_NOINTERFACE);
    last_error_is_not("QueryInterface", "Xyzzy");
    /* The same status from two methods, of which only one says more. */
    check("get no property", IWbemClassObject_Get(spawned, u"Xyzzy", 0, &value, NULL, NULL), WBEM_E_NOT_FOUND);
    check("get another", IWbemClassObject_Get(spawned, u"Plugh", 0, &value, NULL, NULL), WBEM_E_NOT_FOUND);
    last_error_is_not("the same status", "Xyzzy");

    IWbemObjectAccess_Release(access);
    IWbemClassObject_Release(spawned);
    IWbemClassObject_Release(object);
}

/* ---- Classes, locator, namespace ---------------------------------------------------------------- */

static void creating(const char *no_entry, const char *writable)
{
    /* Not NULL, so that a failing call must be seen to clear it. */
    void *out = &failures;
    IUnknown *unknown = NULL;
    check("create unknown class", CoCreateInstance(&CLSID_Nobody, NULL, CLSCTX_INPROC_SERVER, &IID_IUnknown, &out),
          REGDB_E_CLASSNOTREG);
    check_that("create unknown class clears the pointer", out == NULL);
    check_that("create unknown class says why", HiperfLastError()[0] != 0);
    out = &failures;
    check("create unknown interface", CoCreateInstance(&CLSID_WbemRefresher, NULL, CLSCTX_INPROC_SERVER, &IID_INobody, &out),
          E_NOINTERFACE);
    check_that("create unknown interface clears the pointer", out == NULL);
    check_either("create into NULL", CoCreateInstance(&CLSID_WbemRefresher, NULL, CLSCTX_INPROC_SERVER, &IID_IUnknown, NULL),
                 E_POINTER, E_INVALIDARG);
    EXPECT(CoCreateInstance(&CLSID_WbemRefresher, NULL, CLSCTX_INPROC_SERVER, &IID_IUnknown, (void **)&unknown), S_OK);
    check("create aggregated", CoCreateInstance(&CLSID_WbemRefresher, unknown, CLSCTX_INPROC_SERVER, &IID_IUnknown, &out),
          CLASS_E_NOAGGREGATION);
    out = &failures;
    check("query unknown interface", IUnknown_QueryInterface(unknown, &IID_INobody, &out), E_NOINTERFACE);
    check_that("query unknown interface clears the pointer", out == NULL);
    check("query into NULL", IUnknown_QueryInterface(unknown, &IID_IUnknown, NULL), E_POINTER);
    IUnknown_Release(unknown);

    check("register NULL path", HiperfRegisterServer(&CLSID_Missing, NULL), E_INVALIDARG);
    check("register empty path", HiperfRegisterServer(&CLSID_Missing, ""), E_INVALIDARG);
    check("register missing library", HiperfRegisterServer(&CLSID_Missing, "/nonexistent/libnobody.so"), S_OK);
    check("load missing library", CoGetClassObject(&CLSID_Missing, CLSCTX_INPROC_SERVER, NULL, &IID_IClassFactory, &out),
          CO_E_DLLNOTFOUND);
    check_that("load missing library names it", strstr(HiperfLastError(), "libnobody.so") != NULL);
    if (no_entry != NULL) {
        check("register library without entry point", HiperfRegisterServer(&CLSID_NoEntry, no_entry), S_OK);
        check("load library without entry point",
              CoGetClassObject(&CLSID_NoEntry, CLSCTX_INPROC_SERVER, NULL, &IID_IClassFactory, &out), CO_E_ERRORINDLL);
    }
    if (writable != NULL) {
        check("register world-writable library", HiperfRegisterServer(&CLSID_Writable, writable), S_OK);
        check("load world-writable library",
              CoGetClassObject(&CLSID_Writable, CLSCTX_INPROC_SERVER, NULL, &IID_IClassFactory, &out), E_ACCESSDENIED);
    }
}

static void connecting(void)
{
    IWbemLocator *locator = NULL;
    IWbemServices *services = (IWbemServices *)(void *)&failures;
    BSTR none = SysAllocString(u"root\\nowhere"), good = SysAllocString(u"root\\cimv2"), user = SysAllocString(u"somebody");
    EXPECT(CoCreateInstance(&CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER, &IID_IWbemLocator, (void **)&locator), S_OK);
    check("connect to unknown namespace",
          IWbemLocator_ConnectServer(locator, none, NULL, NULL, NULL, 0, NULL, NULL, &services), WBEM_E_INVALID_NAMESPACE);
    check_that("connect to unknown namespace clears the pointer", services == NULL);
    check("connect as somebody here", IWbemLocator_ConnectServer(locator, good, user, user, NULL, 0, NULL, NULL, &services),
          WBEM_E_LOCAL_CREDENTIALS);
    check("connect into NULL", IWbemLocator_ConnectServer(locator, good, NULL, NULL, NULL, 0, NULL, NULL, NULL),
          WBEM_E_INVALID_PARAMETER);
    check("connect with unknown flags",
          IWbemLocator_ConnectServer(locator, good, NULL, NULL, NULL, 0x4000, NULL, NULL, &services),
          WBEM_E_INVALID_PARAMETER);
    SysFreeString(none);
    SysFreeString(good);
    SysFreeString(user);
    IWbemLocator_Release(locator);
}

static HRESULT get(IWbemServices *services, LPCWSTR path, IWbemClassObject **object)
{
    BSTR text = SysAllocString(path);
    HRESULT hr = IWbemServices_GetObject(services, text, 0, NULL, object, NULL);
    SysFreeString(text);
    return hr;
}

static void namespaces(IWbemServices *services)
{
    IWbemClassObject *object = (IWbemClassObject *)(void *)&failures;
    check("get unknown class", get(services, u"Win32_Nothing", &object), WBEM_E_NOT_FOUND);
    check_that("get unknown class clears the pointer", object == NULL);
    check("get malformed path", get(services, u"Win32_Nothing.=", &object), WBEM_E_INVALID_OBJECT_PATH);
    IEnumWbemClassObject *rows = NULL;
    BSTR class = SysAllocString(u"Win32_Nothing"), language = SysAllocString(u"SQL"), wql = SysAllocString(u"WQL");
    BSTR query = SysAllocString(u"SELECT FROM"), good = SysAllocString(u"SELECT * FROM Win32_PerfRawData_PerfOS_Memory");
    check("enumerate unknown class", IWbemServices_CreateInstanceEnum(services, class, 0, NULL, &rows),
          WBEM_E_INVALID_CLASS);
    check_either("enumerate into NULL", IWbemServices_CreateInstanceEnum(services, class, 0, NULL, NULL),
                 WBEM_E_INVALID_PARAMETER, WBEM_E_INVALID_CLASS);
    check("query in another language", IWbemServices_ExecQuery(services, language, good, 0, NULL, &rows),
          WBEM_E_INVALID_QUERY_TYPE);
    check("query that is none", IWbemServices_ExecQuery(services, wql, query, 0, NULL, &rows), WBEM_E_INVALID_QUERY);
    check("query into NULL", IWbemServices_ExecQuery(services, wql, good, 0, NULL, NULL), WBEM_E_INVALID_PARAMETER);
    check_that("failed enumerations give nothing", rows == NULL);
    SysFreeString(class);
    SysFreeString(language);
    SysFreeString(wql);
    SysFreeString(query);
    SysFreeString(good);
    check("compile what is no MOF", HiperfCompileMof("root\\cimv2", "class {") < 0 ? S_OK : S_FALSE, S_OK);
    check_that("compile what is no MOF says why", HiperfLastError()[0] != 0);
    check("compile NULL", HiperfCompileMof("root\\cimv2", NULL) < 0 ? S_OK : S_FALSE, S_OK);
}

/* ---- Adding to the refresher -------------------------------------------------------------------- */

static void adding_objects(IWbemServices *services, IWbemConfigureRefresher *configure)
{
    static const struct {
        const char *name;
        LPCWSTR path;
        LONG flags;
        HRESULT expected, or_else;
    } cases[] = {
        {"path of unknown class", u"Win32_Nothing.Name=\"x\"", 0, WBEM_E_NOT_FOUND, WBEM_E_NOT_FOUND},
        {"path of unknown instance", u"Win32_PerfRawData_PerfOS_Processor.Name=\"4711\"", 0, WBEM_E_NOT_FOUND,
         WBEM_E_NOT_FOUND},
        {"path with white space", u"Win32_PerfRawData_PerfOS_Processor. Name=\"_Total\"", 0, WBEM_E_INVALID_OBJECT_PATH,
         WBEM_E_INVALID_OBJECT_PATH},
        {"path with open string", u"Win32_PerfRawData_PerfOS_Processor.Name=\"_Total", 0, WBEM_E_INVALID_OBJECT_PATH,
         WBEM_E_INVALID_OBJECT_PATH},
        {"path that is empty", u"", 0, WBEM_E_INVALID_PARAMETER, WBEM_E_INVALID_OBJECT_PATH},
        {"path of keyed class without key", PROCESSOR, 0, WBEM_E_INVALID_OBJECT_PATH, WBEM_E_INVALID_PARAMETER},
        {"path with unknown key", u"Win32_PerfRawData_PerfOS_Processor.Nmae=\"_Total\"", 0, WBEM_E_INVALID_OBJECT_PATH,
         WBEM_E_NOT_FOUND},
        {"path of keyed class as singleton", u"Win32_PerfRawData_PerfOS_Processor=@", 0, WBEM_E_INVALID_OBJECT_PATH,
         WBEM_E_INVALID_OBJECT_PATH},
        {"path of singleton with key", u"Win32_PerfRawData_PerfOS_Memory.Name=\"x\"", 0, WBEM_E_INVALID_OBJECT_PATH,
         WBEM_E_INVALID_OBJECT_PATH},
        {"path into another namespace", u"root\\nowhere:Win32_PerfRawData_PerfOS_Memory=@", 0, WBEM_E_INVALID_OBJECT_PATH,
         WBEM_E_INVALID_OBJECT_PATH},
        {"path that is NULL", NULL, 0, WBEM_E_INVALID_PARAMETER, WBEM_E_INVALID_PARAMETER},
        {"path with unknown flags", TOTAL, 0x4000, WBEM_E_INVALID_PARAMETER, WBEM_E_INVALID_PARAMETER},
    };
    IWbemClassObject *object;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        object = (IWbemClassObject *)(void *)&failures;
        HRESULT hr = IWbemConfigureRefresher_AddObjectByPath(configure, services, cases[i].path, cases[i].flags, NULL,
                                                             &object, NULL);
        check_either(cases[i].name, hr, cases[i].expected, cases[i].or_else);
        check_that("  and the pointer is cleared", object == NULL);
    }
    check("path into NULL", IWbemConfigureRefresher_AddObjectByPath(configure, services, TOTAL, 0, NULL, NULL, NULL),
          WBEM_E_INVALID_PARAMETER);
    check("path without namespace", IWbemConfigureRefresher_AddObjectByPath(configure, NULL, TOTAL, 0, NULL, &object, NULL),
          WBEM_E_INVALID_PARAMETER);
    check("template that is NULL",
          IWbemConfigureRefresher_AddObjectByTemplate(configure, services, NULL, 0, NULL, &object, NULL),
          WBEM_E_INVALID_PARAMETER);

    IWbemClassObject *class = NULL, *template = NULL;
    BSTR processor = SysAllocString(PROCESSOR);
    EXPECT(IWbemServices_GetObject(services, processor, 0, NULL, &class, NULL), WBEM_S_NO_ERROR);
    SysFreeString(processor);
    EXPECT(IWbemClassObject_SpawnInstance(class, 0, &template), WBEM_S_NO_ERROR);
    check("template that is a class",
          IWbemConfigureRefresher_AddObjectByTemplate(configure, services, class, 0, NULL, &object, NULL),
          WBEM_E_INVALID_OBJECT);
    object = (IWbemClassObject *)(void *)&failures;
    check("template without its key",
          IWbemConfigureRefresher_AddObjectByTemplate(configure, services, template, 0, NULL, &object, NULL),
          WBEM_E_INVALID_OBJECT);
    check_that("template without its key says which", strstr(HiperfLastError(), "Name") != NULL && object == NULL);
    check("template into NULL",
          IWbemConfigureRefresher_AddObjectByTemplate(configure, services, template, 0, NULL, NULL, NULL),
          WBEM_E_INVALID_PARAMETER);
    check("template without namespace",
          IWbemConfigureRefresher_AddObjectByTemplate(configure, NULL, template, 0, NULL, &object, NULL),
          WBEM_E_INVALID_PARAMETER);
    check("template with unknown flags",
          IWbemConfigureRefresher_AddObjectByTemplate(configure, services, template, 0x4000, NULL, &object, NULL),
          WBEM_E_INVALID_PARAMETER);
    IWbemClassObject_Release(template);
    IWbemClassObject_Release(class);
}

static void adding_enums(IWbemServices *services, IWbemRefresher *refresher, IWbemConfigureRefresher *configure)
{
    IWbemHiPerfEnum *e = (IWbemHiPerfEnum *)(void *)&failures;
    LONG id = 0;
    check("enum of unknown class", IWbemConfigureRefresher_AddEnum(configure, services, u"Win32_Nothing", 0, NULL, &e, &id),
          WBEM_E_INVALID_CLASS);
    check_that("enum of unknown class clears the pointer", e == NULL);
    check_that("enum of unknown class says which", strstr(HiperfLastError(), "Win32_Nothing") != NULL);
    check("enum of NULL class", IWbemConfigureRefresher_AddEnum(configure, services, NULL, 0, NULL, &e, &id),
          WBEM_E_INVALID_PARAMETER);
    check("enum into NULL", IWbemConfigureRefresher_AddEnum(configure, services, PROCESSOR, 0, NULL, NULL, &id),
          WBEM_E_INVALID_PARAMETER);
    check("enum without namespace", IWbemConfigureRefresher_AddEnum(configure, NULL, PROCESSOR, 0, NULL, &e, &id),
          WBEM_E_INVALID_PARAMETER);
    check("enum with unknown flags", IWbemConfigureRefresher_AddEnum(configure, services, PROCESSOR, 0x4000, NULL, &e, &id),
          WBEM_E_INVALID_PARAMETER);
    check("child that is NULL", IWbemConfigureRefresher_AddRefresher(configure, NULL, 0, &id), WBEM_E_INVALID_PARAMETER);
    check("child with unknown flags", IWbemConfigureRefresher_AddRefresher(configure, refresher, 0x4000, &id),
          WBEM_E_INVALID_PARAMETER);
    check("child that is its parent", IWbemConfigureRefresher_AddRefresher(configure, refresher, 0, &id),
          WBEM_E_CIRCULAR_REFERENCE);
    check("remove unknown id", IWbemConfigureRefresher_Remove(configure, 4711, 0), WBEM_E_NOT_FOUND);
    check("refresh with nothing", IWbemRefresher_Refresh(refresher, 0), WBEM_S_NO_ERROR);
    check("refresh with unknown flags", IWbemRefresher_Refresh(refresher, 2), WBEM_E_INVALID_PARAMETER);

    EXPECT(IWbemConfigureRefresher_AddEnum(configure, services, PROCESSOR, 0, NULL, &e, &id), WBEM_S_NO_ERROR);
    check("remove with unknown flags", IWbemConfigureRefresher_Remove(configure, id, 0x4000), WBEM_E_INVALID_PARAMETER);
    check("remove", IWbemConfigureRefresher_Remove(configure, id, 0), WBEM_S_NO_ERROR);
    check("remove twice", IWbemConfigureRefresher_Remove(configure, id, 0), WBEM_E_NOT_FOUND);
    IWbemHiPerfEnum_Release(e);
}

/* ---- Reading ------------------------------------------------------------------------------------ */

static void reading_enums(IWbemServices *services, IWbemRefresher *refresher, IWbemConfigureRefresher *configure)
{
    IWbemHiPerfEnum *e = NULL;
    IWbemObjectAccess *objects[1] = {NULL};
    LONG ids[1] = {1};
    ULONG count = 0;
    EXPECT(IWbemConfigureRefresher_AddEnum(configure, services, PROCESSOR, 0, NULL, &e, NULL), WBEM_S_NO_ERROR);
    EXPECT(IWbemRefresher_Refresh(refresher, 0), WBEM_S_NO_ERROR);
    check("objects into no room", IWbemHiPerfEnum_GetObjects(e, 0, 0, NULL, &count), WBEM_E_BUFFER_TOO_SMALL);
    check_that("objects into no room says how many", count >= 2);
    check("objects into too little room", IWbemHiPerfEnum_GetObjects(e, 0, 1, objects, &count), WBEM_E_BUFFER_TOO_SMALL);
    check_that("objects into too little room copies nothing", objects[0] == NULL && count >= 2);
    check("objects without a count", IWbemHiPerfEnum_GetObjects(e, 0, 1, objects, NULL), WBEM_E_INVALID_PARAMETER);
    check("objects into NULL", IWbemHiPerfEnum_GetObjects(e, 0, 1000, NULL, &count), WBEM_E_INVALID_PARAMETER);
    check("objects with unknown flags", IWbemHiPerfEnum_GetObjects(e, 0x4000, 0, NULL, &count), WBEM_E_INVALID_PARAMETER);
    check("client adds objects", IWbemHiPerfEnum_AddObjects(e, 0, 1, ids, objects), WBEM_E_ACCESS_DENIED);
    check("client removes objects", IWbemHiPerfEnum_RemoveObjects(e, 0, 1, ids), WBEM_E_ACCESS_DENIED);
    check("client removes all", IWbemHiPerfEnum_RemoveAll(e, 0), WBEM_E_ACCESS_DENIED);
    IWbemHiPerfEnum_Release(e);
}

static IWbemObjectAccess *add(IWbemServices *services, IWbemConfigureRefresher *configure, LPCWSTR path)
{
    IWbemClassObject *object = NULL;
    IWbemObjectAccess *access = NULL;
    EXPECT(IWbemConfigureRefresher_AddObjectByPath(configure, services, path, 0, NULL, &object, NULL), WBEM_S_NO_ERROR);
    EXPECT(IWbemClassObject_QueryInterface(object, &IID_IWbemObjectAccess, (void **)&access), S_OK);
    IWbemClassObject_Release(object);
    return access;
}

static void reading_objects(IWbemServices *services, IWbemRefresher *refresher, IWbemConfigureRefresher *configure)
{
    IWbemObjectAccess *processor = add(services, configure, TOTAL), *memory = add(services, configure, MEMORY);
    EXPECT(IWbemRefresher_Refresh(refresher, 0), WBEM_S_NO_ERROR);
    LONG handle = 0, bytes = 0;
    CIMTYPE type = 0;
    DWORD dword = 0;
    UINT64 qword = 0;
    BYTE small[2];
    check("handle of unknown property", IWbemObjectAccess_GetPropertyHandle(memory, u"Nothing", &type, &handle),
          WBEM_E_NOT_FOUND);
    check("handle of NULL", IWbemObjectAccess_GetPropertyHandle(memory, NULL, &type, &handle), WBEM_E_INVALID_PARAMETER);
    check("handle into NULL", IWbemObjectAccess_GetPropertyHandle(memory, u"AvailableBytes", &type, NULL),
          WBEM_E_INVALID_PARAMETER);

    LONG available = handle_of(memory, u"AvailableBytes", CIM_UINT64);
    LONG faults = handle_of(memory, u"PageFaultsPersec", CIM_UINT32);
    LONG name = handle_of(processor, u"Name", CIM_STRING);
    LONG processor_time = handle_of(processor, u"PercentProcessorTime", CIM_UINT64);
    check("handle of another class", IWbemObjectAccess_ReadQWORD(processor, available, &qword),
          WBEM_E_INVALID_HANDLE_REQUEST);
    check("handle from nowhere", IWbemObjectAccess_ReadQWORD(memory, 0x7FFFFFFF, &qword), WBEM_E_INVALID_HANDLE_REQUEST);
    check("handle that is negative", IWbemObjectAccess_ReadDWORD(memory, -1, &dword), WBEM_E_INVALID_HANDLE_REQUEST);
    check("low half of 64 bits", IWbemObjectAccess_ReadDWORD(memory, available, &dword), WBEM_S_NO_ERROR);
    check_either("64 bits of 32", IWbemObjectAccess_ReadQWORD(memory, faults, &qword), WBEM_E_TYPE_MISMATCH,
                 WBEM_E_INVALID_PARAMETER);
    check_either("number of a string", IWbemObjectAccess_ReadDWORD(processor, name, &dword), WBEM_E_TYPE_MISMATCH,
                 WBEM_E_INVALID_PARAMETER);
    check("number into NULL", IWbemObjectAccess_ReadQWORD(memory, available, NULL), WBEM_E_INVALID_PARAMETER);
    check("string into too little room", IWbemObjectAccess_ReadPropertyValue(processor, name, 2, &bytes, small),
          WBEM_E_BUFFER_TOO_SMALL);
    check_that("string into too little room says how much", bytes == 2 * sizeof "_Total");
    check("value into NULL", IWbemObjectAccess_ReadPropertyValue(memory, available, 8, &bytes, NULL),
          WBEM_E_INVALID_PARAMETER);
    check_either("value of negative size", IWbemObjectAccess_ReadPropertyValue(memory, available, -8, &bytes, small),
                 WBEM_E_INVALID_PARAMETER, WBEM_E_BUFFER_TOO_SMALL);

    VARIANT value;
    VariantInit(&value);
    value.vt = VT_I4;
    value.lVal = 42;
    check("value of unknown property", IWbemObjectAccess_Get(memory, u"Nothing", 0, &value, NULL, NULL), WBEM_E_NOT_FOUND);
    check_that("value of unknown property leaves the variant alone", value.vt == VT_I4 && value.lVal == 42);
    check("value of NULL", IWbemObjectAccess_Get(memory, NULL, 0, &value, NULL, NULL), WBEM_E_INVALID_PARAMETER);
    VariantClear(&value);

    /* A copy is the client's own, so it may be written, but only as its properties are made. */
    IWbemClassObject *copy = NULL;
    IWbemObjectAccess *own = NULL;
    EXPECT(IWbemObjectAccess_Clone(memory, &copy), WBEM_S_NO_ERROR);
    EXPECT(IWbemClassObject_QueryInterface(copy, &IID_IWbemObjectAccess, (void **)&own), S_OK);
    check_either("write three bytes of four", IWbemObjectAccess_WritePropertyValue(own, faults, 3, small),
                 WBEM_E_INVALID_PARAMETER, WBEM_E_TYPE_MISMATCH);
    check("write from NULL", IWbemObjectAccess_WritePropertyValue(own, faults, 4, NULL), WBEM_E_INVALID_PARAMETER);
    check_either("write 64 bits into 32", IWbemObjectAccess_WriteQWORD(own, faults, 1), WBEM_E_TYPE_MISMATCH,
                 WBEM_E_INVALID_PARAMETER);
    check("write by a handle of another class", IWbemObjectAccess_WriteQWORD(own, processor_time, 1),
          WBEM_E_INVALID_HANDLE_REQUEST);
    VARIANT number;
    VariantInit(&number);
    number.vt = VT_I4;
    check("put a system property", IWbemClassObject_Put(copy, u"__GENUS", 0, &number, 0), WBEM_E_READ_ONLY);
    check("put an unknown property", IWbemClassObject_Put(copy, u"Nothing", 0, &number, 0), WBEM_E_NOT_FOUND);
    check("next before begin", IWbemClassObject_Next(copy, 0, NULL, NULL, NULL, NULL), WBEM_E_UNEXPECTED);
    IWbemObjectAccess_Release(own);
    IWbemClassObject_Release(copy);
    IWbemObjectAccess_Release(processor);
    IWbemObjectAccess_Release(memory);
}

/* ---- Strings, variants and arrays --------------------------------------------------------------- */

static void automation(void)
{
    CLSID clsid;
    WCHAR text[39];
    VARIANT value;
    check("class identifier that is none", CLSIDFromString(u"{C71566F2-561E}", &clsid), CO_E_CLASSSTRING);
    check_that("identifier into too little room", StringFromGUID2(&CLSID_WbemRefresher, text, 38) == 0);
    check_that("identifier as text", StringFromGUID2(&CLSID_WbemRefresher, text, 39) == 39);
    check("identifier and back", CLSIDFromString(text, &clsid), S_OK);
    check_that("identifier is the same", IsEqualCLSID(&clsid, &CLSID_WbemRefresher));
    VariantInit(&value);
    value.vt = VT_BSTR;
    value.bstrVal = SysAllocString(u"no number");
    check("text that is no number", VariantChangeType(&value, &value, 0, VT_I4), DISP_E_TYPEMISMATCH);
    check("variant is cleared", VariantClear(&value), S_OK);
    SAFEARRAY *array = SafeArrayCreateVector(VT_I4, 0, 3);
    EXPECT_THAT(array != NULL);
    LONG index = 3, element = 0;
    check("element outside", SafeArrayGetElement(array, &index, &element), DISP_E_BADINDEX);
    check("element put outside", SafeArrayPutElement(array, &index, &element), DISP_E_BADINDEX);
    check("bound of second dimension", SafeArrayGetUBound(array, 2, &index), DISP_E_BADINDEX);
    check("array is destroyed", SafeArrayDestroy(array), S_OK);
    SysFreeString(NULL);
    check_that("length of NULL", SysStringLen(NULL) == 0 && SysStringByteLen(NULL) == 0);
    CoTaskMemFree(NULL);
}

int main(int argc, char **argv)
{
    if (argc != 1 && argc != 3) {
        fprintf(stderr, "usage: bad_client [LIBRARY_WITHOUT_ENTRY_POINT WORLD_WRITABLE_LIBRARY]\n");
        return 2;
    }
    EXPECT_THAT(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    IWbemServices *services = connect_namespace();
    IWbemRefresher *refresher = NULL;
    IWbemConfigureRefresher *configure = NULL;
    create_refresher(&refresher, &configure);
    creating(argc == 3 ? argv[1] : NULL, argc == 3 ? argv[2] : NULL);
    connecting();
    namespaces(services);
    last_errors(services);
    adding_objects(services, configure);
    adding_enums(services, refresher, configure);
    reading_enums(services, refresher, configure);
    reading_objects(services, refresher, configure);
    automation();
    IWbemConfigureRefresher_Release(configure);
    IWbemRefresher_Release(refresher);
    IWbemServices_Release(services);
    CoUninitialize();
    check_that("nothing leaked", HiperfLiveObjects() == 0);
    return failures != 0;
}
