/*
 * sample_client.c - a client of the provider in examples/c: what its authors were promised comes out.
 *
 *   sample_client LIBRARY MOF
 */
#include "client.h"

#define CLASS u"Sample_PerfRawData_Queue"
#define FORMATTED u"Sample_PerfFormattedData_Queue"

static IWbemObjectAccess *add(IWbemConfigureRefresher *configure, IWbemServices *services, LPCWSTR path, HRESULT expected)
{
    IWbemClassObject *object = NULL;
    IWbemObjectAccess *access = NULL;
    EXPECT(IWbemConfigureRefresher_AddObjectByPath(configure, services, path, 0, NULL, &object, NULL), expected);
    EXPECT_THAT((object != NULL) == SUCCEEDED(expected));
    if (object == NULL)
        return NULL;
    EXPECT(IWbemClassObject_QueryInterface(object, &IID_IWbemObjectAccess, (void **)&access), S_OK);
    IWbemClassObject_Release(object);
    return access;
}

static uint64_t read(IWbemObjectAccess *object, LPCWSTR name)
{
    UINT64 value = 0;
    EXPECT(IWbemObjectAccess_ReadQWORD(object, handle_of(object, name, CIM_UINT64), &value), WBEM_S_NO_ERROR);
    return value;
}

/* All instances by a query, which the provider serves without a refresher. */
static ULONG count_by_query(IWbemServices *services)
{
    IEnumWbemClassObject *rows = NULL;
    IWbemClassObject *row;
    ULONG count = 0, one;
    BSTR language = SysAllocString(u"WQL"), query = SysAllocString(u"SELECT * FROM Sample_PerfRawData_Queue");
    EXPECT(IWbemServices_ExecQuery(services, language, query, 0, NULL, &rows), WBEM_S_NO_ERROR);
    for (; IEnumWbemClassObject_Next(rows, WBEM_INFINITE, 1, &row, &one) == WBEM_S_NO_ERROR; count++)
        IWbemClassObject_Release(row);
    IEnumWbemClassObject_Release(rows);
    SysFreeString(language);
    SysFreeString(query);
    return count;
}

int main(int argc, char **argv)
{
    static char mof[65536];
    char name[64];
    IWbemRefresher *refresher;
    IWbemConfigureRefresher *configure;
    IWbemHiPerfEnum *enumerator = NULL, *formatted = NULL;
    IWbemClassObject *instance = NULL;
    LONG id = 0;
    ULONG count;
    if (argc != 3) {
        fprintf(stderr, "usage: sample_client LIBRARY MOF\n");
        return 2;
    }
    FILE *file = fopen(argv[2], "rb");
    EXPECT_THAT(file != NULL);
    mof[fread(mof, 1, sizeof mof - 1, file)] = 0;
    fclose(file);
    EXPECT_THAT(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    register_server("{5AE1B5C4-2B6F-4E0C-8D0B-6D6A2E9F3B02}", argv[1]);
    EXPECT(HiperfCompileMof("root\\cimv2", mof), WBEM_S_NO_ERROR);
    IWbemServices *services = connect_namespace();
    create_refresher(&refresher, &configure);

    IWbemObjectAccess *out = add(configure, services, CLASS u".Name='out'", WBEM_S_NO_ERROR);
    add(configure, services, CLASS u".Name='nowhere'", WBEM_E_NOT_FOUND);
    EXPECT(IWbemConfigureRefresher_AddEnum(configure, services, CLASS, 0, NULL, &enumerator, &id), WBEM_S_NO_ERROR);
    EXPECT(IWbemConfigureRefresher_AddEnum(configure, services, FORMATTED, 0, NULL, &formatted, NULL), WBEM_S_NO_ERROR);
    for (int round = 0; round < 3; round++) {
        EXPECT(IWbemRefresher_Refresh(refresher, 0), WBEM_S_NO_ERROR);
        IWbemObjectAccess **objects = get_objects(enumerator, &count);
        EXPECT_THAT(count == 2);
        EXPECT_THAT(strcmp(read_text(objects[1], handle_of(objects[1], u"Name", CIM_STRING), name, sizeof name), "out") == 0);
        EXPECT_THAT(read(out, u"EnqueuedPersec") == read(objects[1], u"EnqueuedPersec"));
        EXPECT_THAT(read(out, u"EnqueuedPersec") == read(out, u"Timestamp_Sys100NS") / 50000);
        EXPECT_THAT(read(out, u"Frequency_Object") == 10000000);
        for (ULONG i = 0; i < count; i++)
            IWbemObjectAccess_Release(objects[i]);
        free(objects);
        objects = get_objects(formatted, &count);
        EXPECT_THAT(count == 2);
        for (ULONG i = 0; i < count; i++)
            IWbemObjectAccess_Release(objects[i]);
        free(objects);
    }
    EXPECT_THAT(count_by_query(services) == 2);
    BSTR path = SysAllocString(CLASS u".Name='in'");
    EXPECT(IWbemServices_GetObject(services, path, 0, NULL, &instance, NULL), WBEM_S_NO_ERROR);
    SysFreeString(path);
    IWbemClassObject_Release(instance);
    EXPECT(IWbemConfigureRefresher_Remove(configure, id, 0), WBEM_S_NO_ERROR);
    EXPECT(IWbemRefresher_Refresh(refresher, 0), WBEM_S_NO_ERROR);

    IWbemHiPerfEnum_Release(formatted);
    IWbemHiPerfEnum_Release(enumerator);
    IWbemObjectAccess_Release(out);
    IWbemConfigureRefresher_Release(configure);
    IWbemRefresher_Release(refresher);
    IWbemServices_Release(services);
    CoUninitialize();
    EXPECT_THAT(HiperfLiveObjects() == 0);
    puts("ok");
    return 0;
}
