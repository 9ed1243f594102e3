/*
 * interop_client.c - a client built on mingw-w64's own wbemcli.h, running natively on Linux against libhiperf.
 *
 * It shares no declaration with hiperf.h, so what it proves is that hiperf's objects are those of the published
 * header: slots, parameter widths, identifiers, VARIANT and BSTR. It reads the same values by handle and by name.
 *
 *   cc @tests/c/mingw.rsp -isystem "$(cc -print-file-name=include)" -c tests/c/interop_client.c
 *   cc interop_client.o $(pkg-config --libs hiperf) -o interop_client
 *
 * The response file gives the Windows headers the few compiler words that gcc lacks here, and takes away the calling
 * conventions, so that the platform's own holds; mingw-w64 defines LONG by __LONG32, which is 32 bits under LP64 too.
 * Its stdio isn't this system's, so nothing of it is used but the declaration below.
 */
#define INITGUID
#define COBJMACROS
#define CINTERFACE
#include <windows.h>
#include <oleauto.h>
#include <wbemcli.h>

extern int dprintf(int fd, const char *format, ...);

/* Ends the program with a message unless the call returned `expected`. */
#define EXPECT(call, expected) \
    do { \
        HRESULT got = (call); \
        if (got != (HRESULT)(expected)) { \
            dprintf(2, "line %d: %s returned 0x%08X, expected 0x%08X\n", __LINE__, #call, (unsigned)got, (unsigned)(expected)); \
            return 1; \
        } \
    } while (0)
#define EXPECT_THAT(condition) EXPECT((condition) ? S_OK : S_FALSE, S_OK)

enum { CAPACITY = 4096 };
static IWbemObjectAccess *objects[CAPACITY];

/* Reads every processor by handle, and the first by name as well: both must agree. */
static int read_processors(IWbemHiPerfEnum *processors, int round)
{
    ULONG count = 0;
    LONG name = 0, time = 0, bytes = 0;
    CIMTYPE type = 0;
    WCHAR text[256];
    EXPECT(IWbemHiPerfEnum_GetObjects(processors, 0, 0, NULL, &count), WBEM_E_BUFFER_TOO_SMALL);
    EXPECT_THAT(count >= 2 && count <= CAPACITY);
    EXPECT(IWbemHiPerfEnum_GetObjects(processors, 0, CAPACITY, objects, &count), WBEM_S_NO_ERROR);
    EXPECT(IWbemObjectAccess_GetPropertyHandle(objects[0], L"Name", &type, &name), WBEM_S_NO_ERROR);
    EXPECT_THAT(type == CIM_STRING);
    EXPECT(IWbemObjectAccess_GetPropertyHandle(objects[0], L"PercentProcessorTime", &type, &time), WBEM_S_NO_ERROR);
    EXPECT_THAT(type == CIM_UINT64);

    UINT64 by_handle = 0, by_name = 0;
    VARIANT value;
    VariantInit(&value);
    EXPECT(IWbemObjectAccess_ReadQWORD(objects[0], time, &by_handle), WBEM_S_NO_ERROR);
    EXPECT(IWbemObjectAccess_Get(objects[0], L"PercentProcessorTime", 0, &value, &type, NULL), WBEM_S_NO_ERROR);
    EXPECT_THAT(V_VT(&value) == VT_BSTR && type == CIM_UINT64);
    for (UINT i = 0; i < SysStringLen(V_BSTR(&value)); i++)
        by_name = 10 * by_name + (UINT64)(V_BSTR(&value)[i] - L'0');
    EXPECT_THAT(by_name == by_handle);
    VariantClear(&value);

    for (ULONG i = 0; i < count; i++) {
        char ascii[256];
        EXPECT(IWbemObjectAccess_ReadPropertyValue(objects[i], name, sizeof text, &bytes, (byte *)text), WBEM_S_NO_ERROR);
        EXPECT(IWbemObjectAccess_ReadQWORD(objects[i], time, &by_handle), WBEM_S_NO_ERROR);
        for (LONG k = 0; k < bytes / 2; k++)
            ascii[k] = (char)text[k];
        dprintf(1, "%d Win32_PerfRawData_PerfOS_Processor %s PercentProcessorTime %llu\n", round, ascii,
                (unsigned long long)by_handle);
        IWbemObjectAccess_Release(objects[i]);
    }
    return 0;
}

int main(void)
{
    IWbemLocator *locator = NULL;
    IWbemServices *services = NULL;
    IWbemRefresher *refresher = NULL;
    IWbemConfigureRefresher *configure = NULL;
    IWbemHiPerfEnum *processors = NULL;
    IWbemClassObject *memory = NULL;
    LONG enum_id = 0, memory_id = 0;

    EXPECT_THAT(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    EXPECT(CoCreateInstance(&CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER, &IID_IWbemLocator, (void **)&locator), S_OK);
    BSTR path = SysAllocString(L"root\\cimv2");
    EXPECT(IWbemLocator_ConnectServer(locator, path, NULL, NULL, NULL, 0, NULL, NULL, &services), WBEM_S_NO_ERROR);
    SysFreeString(path);
    EXPECT(CoCreateInstance(&CLSID_WbemRefresher, NULL, CLSCTX_INPROC_SERVER, &IID_IWbemRefresher, (void **)&refresher),
           S_OK);
    EXPECT(IWbemRefresher_QueryInterface(refresher, &IID_IWbemConfigureRefresher, (void **)&configure), S_OK);
    EXPECT(IWbemConfigureRefresher_AddEnum(configure, services, L"Win32_PerfRawData_PerfOS_Processor", 0, NULL, &processors,
                                           &enum_id),
           WBEM_S_NO_ERROR);
    EXPECT(IWbemConfigureRefresher_AddObjectByPath(configure, services, L"Win32_PerfRawData_PerfOS_Memory=@", 0, NULL,
                                                   &memory, &memory_id),
           WBEM_S_NO_ERROR);
    for (int round = 1; round <= 3; round++) {
        EXPECT(IWbemRefresher_Refresh(refresher, WBEM_FLAG_REFRESH_AUTO_RECONNECT), WBEM_S_NO_ERROR);
        if (read_processors(processors, round) != 0)
            return 1;
    }
    EXPECT(IWbemConfigureRefresher_Remove(configure, enum_id, 0), WBEM_S_NO_ERROR);
    IWbemClassObject_Release(memory);
    IWbemHiPerfEnum_Release(processors);
    IWbemConfigureRefresher_Release(configure);
    IWbemRefresher_Release(refresher);
    IWbemServices_Release(services);
    IWbemLocator_Release(locator);
    CoUninitialize();
    dprintf(1, "released\n");
    return 0;
}
