/*
 * client.h - what the client programs of this folder share: leaving with a message, connecting, and the toy provider.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include "hiperf.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Ends the program, with the status and the library's own words, unless `hr` is what was expected. */
#define EXPECT(hr, expected) expect_status((hr), (expected), #hr, __LINE__)
#define EXPECT_THAT(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "line %d: expected %s\n", __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

static inline void expect_status(HRESULT got, HRESULT expected, const char *call, int line)
{
    if (got != expected) {
        fprintf(stderr, "line %d: %s returned 0x%08" PRIX32 ", expected 0x%08" PRIX32 ": %s\n", line, call, (uint32_t)got,
                (uint32_t)expected, HiperfLastError());
        exit(1);
    }
}

static inline IWbemServices *connect_namespace(void)
{
    IWbemLocator *locator = NULL;
    IWbemServices *services = NULL;
    EXPECT(CoCreateInstance(&CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER, &IID_IWbemLocator, (void **)&locator), S_OK);
    BSTR path = SysAllocString(u"root\\cimv2");
    EXPECT(IWbemLocator_ConnectServer(locator, path, NULL, NULL, NULL, 0, NULL, NULL, &services), WBEM_S_NO_ERROR);
    SysFreeString(path);
    IWbemLocator_Release(locator);
    return services;
}

static inline void create_refresher(IWbemRefresher **refresher, IWbemConfigureRefresher **configure)
{
    EXPECT(CoCreateInstance(&CLSID_WbemRefresher, NULL, CLSCTX_INPROC_SERVER, &IID_IWbemRefresher, (void **)refresher), S_OK);
    EXPECT(IWbemRefresher_QueryInterface(*refresher, &IID_IWbemConfigureRefresher, (void **)configure), S_OK);
}

/* The handle of a property, which must have the type `type`. */
static inline LONG handle_of(IWbemObjectAccess *object, LPCWSTR name, CIMTYPE type)
{
    CIMTYPE found = CIM_ILLEGAL;
    LONG handle = 0;
    EXPECT(IWbemObjectAccess_GetPropertyHandle(object, name, &found, &handle), WBEM_S_NO_ERROR);
    EXPECT_THAT(found == type);
    return handle;
}

/* The string that a handle leads to, as ASCII; "-" if it is NULL. */
static inline const char *read_text(IWbemObjectAccess *object, LONG handle, char *text, size_t capacity)
{
    WCHAR wide[256];
    LONG bytes = 0;
    HRESULT hr = IWbemObjectAccess_ReadPropertyValue(object, handle, sizeof wide, &bytes, (BYTE *)wide);
    if (hr == WBEM_S_FALSE)
        return "-";
    EXPECT(hr, WBEM_S_NO_ERROR);
    EXPECT_THAT(bytes >= 2 && bytes % 2 == 0 && wide[bytes / 2 - 1] == 0);
    return HiperfNarrow(text, capacity, wide);
}

/* Registers the toy provider's library for this process and compiles its classes. */
static inline void load_toy(const char *library, const char *mof_path)
{
    static const CLSID clsid = {0x6D2F4A10, 0x3C0B, 0x4E5B, {0x9A, 0x77, 0x5B, 0x1E, 0x0C, 0x2D, 0x7A, 0x02}};
    static char mof[65536];
    FILE *file = fopen(mof_path, "rb");
    EXPECT_THAT(file != NULL);
    size_t length = fread(mof, 1, sizeof mof - 1, file);
    fclose(file);
    mof[length] = 0;
    EXPECT(HiperfRegisterServer(&clsid, library), S_OK);
    EXPECT(HiperfCompileMof("root\\cimv2", mof), WBEM_S_NO_ERROR);
}

/* Registers a library for the class whose identifier is the text `clsid`. */
static inline void register_server(const char *clsid, const char *library)
{
    WCHAR text[64];
    CLSID id;
    EXPECT(CLSIDFromString(HiperfWide(text, sizeof text / sizeof text[0], clsid), &id), S_OK);
    EXPECT(HiperfRegisterServer(&id, library), S_OK);
}

/* The objects of an enumerator, by the documented two calls. The caller releases each and frees the array; NULL and 0
 * if there are none. */
static inline IWbemObjectAccess **get_objects(IWbemHiPerfEnum *enumerator, ULONG *count)
{
    *count = 0;
    HRESULT hr = IWbemHiPerfEnum_GetObjects(enumerator, 0, 0, NULL, count);
    if (hr == WBEM_S_NO_ERROR) {
        EXPECT_THAT(*count == 0);
        return NULL;
    }
    EXPECT(hr, WBEM_E_BUFFER_TOO_SMALL);
    EXPECT_THAT(*count > 0);
    ULONG needed = *count, capacity = *count;
    IWbemObjectAccess **objects = calloc(capacity, sizeof(IWbemObjectAccess *));
    EXPECT_THAT(objects != NULL);
    EXPECT(IWbemHiPerfEnum_GetObjects(enumerator, 0, capacity, objects, count), WBEM_S_NO_ERROR);
    EXPECT_THAT(*count == needed);
    return objects;
}

#endif
