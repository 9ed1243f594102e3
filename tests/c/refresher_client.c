/*
 * refresher_client.c - all that a refresher can be given, in the order in which public samples make the calls.
 *
 *   refresher_client
 *
 * One refresher with an object by path, the same object by a template, two enumerators, and a second refresher nested
 * in it, which has an object and the stored instances of a class that no provider serves. Refreshes, reads under Lock
 * and Unlock, removes one after the other, and goes on with what is left.
 *
 * Prints `released`. Leaves with status 1 and a message at the first call that does something else than documented.
 *
 *   cc -std=c11 tests/c/refresher_client.c $(pkg-config --cflags --libs hiperf) -o refresher_client
 */
#include "client.h"

#define PROCESSOR u"Win32_PerfRawData_PerfOS_Processor"
#define TOTAL u"Win32_PerfRawData_PerfOS_Processor.Name=\"_Total\""

/* A new instance of the processor class with this name: what a template is. */
static IWbemClassObject *make_template(IWbemServices *services, LPCWSTR name)
{
    IWbemClassObject *class = NULL, *template = NULL;
    BSTR path = SysAllocString(PROCESSOR);
    EXPECT(IWbemServices_GetObject(services, path, 0, NULL, &class, NULL), WBEM_S_NO_ERROR);
    SysFreeString(path);
    EXPECT(IWbemClassObject_SpawnInstance(class, 0, &template), WBEM_S_NO_ERROR);
    IWbemClassObject_Release(class);
    VARIANT value;
    VariantInit(&value);
    value.vt = VT_BSTR;
    value.bstrVal = SysAllocString(name);
    EXPECT(IWbemClassObject_Put(template, u"Name", 0, &value, 0), WBEM_S_NO_ERROR);
    VariantClear(&value);
    return template;
}

/* A counter of an object, read under its lock as the documentation shows it. */
static UINT64 read_counter(IWbemClassObject *object, LPCWSTR name)
{
    IWbemObjectAccess *access = NULL;
    UINT64 value = 0;
    EXPECT(IWbemClassObject_QueryInterface(object, &IID_IWbemObjectAccess, (void **)&access), S_OK);
    LONG handle = handle_of(access, name, CIM_UINT64);
    EXPECT(IWbemObjectAccess_Lock(access, 0), WBEM_S_NO_ERROR);
    EXPECT(IWbemObjectAccess_ReadQWORD(access, handle, &value), WBEM_S_NO_ERROR);
    EXPECT(IWbemObjectAccess_Unlock(access, 0), WBEM_S_NO_ERROR);
    IWbemObjectAccess_Release(access);
    return value;
}

static ULONG count_objects(IWbemHiPerfEnum *enumerator)
{
    ULONG count = 0;
    IWbemObjectAccess **objects = get_objects(enumerator, &count);
    for (ULONG i = 0; i < count; i++)
        IWbemObjectAccess_Release(objects[i]);
    free(objects);
    return count;
}

int main(void)
{
    IWbemRefresher *refresher = NULL, *nested = NULL;
    IWbemConfigureRefresher *configure = NULL, *configure_nested = NULL;
    IWbemClassObject *by_path = NULL, *by_template = NULL, *memory = NULL;
    IWbemHiPerfEnum *processors = NULL, *systems = NULL, *providers = NULL;
    LONG path_id = 0, template_id = 0, processors_id = 0, nested_id = 0;

    EXPECT_THAT(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    IWbemServices *services = connect_namespace();
    create_refresher(&refresher, &configure);
    create_refresher(&nested, &configure_nested);

    EXPECT(IWbemConfigureRefresher_AddObjectByPath(configure, services, TOTAL, WBEM_FLAG_USE_AMENDED_QUALIFIERS, NULL,
                                                   &by_path, &path_id), WBEM_S_NO_ERROR);
    IWbemClassObject *template = make_template(services, u"_Total");
    EXPECT(IWbemConfigureRefresher_AddObjectByTemplate(configure, services, template, 0, NULL, &by_template,
                                                       &template_id), WBEM_S_NO_ERROR);
    EXPECT_THAT(by_template != template && by_template != by_path && template_id != path_id);
    IWbemClassObject_Release(template);
    EXPECT(IWbemConfigureRefresher_AddEnum(configure, services, PROCESSOR, 0, NULL, &processors, &processors_id),
           WBEM_S_NO_ERROR);
    EXPECT(IWbemConfigureRefresher_AddEnum(configure, services, u"Win32_PerfRawData_PerfOS_System", 0, NULL, &systems,
                                           NULL), WBEM_S_NO_ERROR);
    EXPECT(IWbemConfigureRefresher_AddObjectByPath(configure_nested, services, u"Win32_PerfRawData_PerfOS_Memory=@", 0,
                                                   NULL, &memory, NULL), WBEM_S_NO_ERROR);
    EXPECT(IWbemConfigureRefresher_AddEnum(configure_nested, services, u"__Win32Provider", 0, NULL, &providers, NULL),
           WBEM_S_NO_ERROR);
    EXPECT(IWbemConfigureRefresher_AddRefresher(configure, nested, 0, &nested_id), WBEM_S_NO_ERROR);
    EXPECT(IWbemConfigureRefresher_AddRefresher(configure_nested, refresher, 0, NULL), WBEM_E_CIRCULAR_REFERENCE);
    EXPECT_THAT(HiperfLastError()[0] != 0);

    for (int round = 0; round < 3; round++) {
        EXPECT(IWbemRefresher_Refresh(refresher, WBEM_FLAG_REFRESH_AUTO_RECONNECT), WBEM_S_NO_ERROR);
        UINT64 busy = read_counter(by_path, u"PercentProcessorTime");
        EXPECT_THAT(busy > 0 && busy == read_counter(by_template, u"PercentProcessorTime"));
        EXPECT_THAT(read_counter(memory, u"AvailableBytes") > 0);
        EXPECT_THAT(count_objects(processors) >= 2 && count_objects(systems) == 1 && count_objects(providers) >= 2);
    }

    /* What was removed keeps its values; what is left goes on. */
    UINT64 before = read_counter(by_path, u"Timestamp_Sys100NS");
    EXPECT(IWbemConfigureRefresher_Remove(configure, path_id, WBEM_FLAG_REFRESH_NO_AUTO_RECONNECT), WBEM_S_NO_ERROR);
    EXPECT(IWbemConfigureRefresher_Remove(configure, path_id, 0), WBEM_E_NOT_FOUND);
    EXPECT(IWbemConfigureRefresher_Remove(configure, processors_id, 0), WBEM_S_NO_ERROR);
    EXPECT(IWbemRefresher_Refresh(refresher, WBEM_FLAG_REFRESH_NO_AUTO_RECONNECT), WBEM_S_NO_ERROR);
    EXPECT_THAT(read_counter(by_path, u"Timestamp_Sys100NS") == before);
    UINT64 later = read_counter(by_template, u"Timestamp_Sys100NS");
    EXPECT_THAT(later > before && count_objects(processors) >= 2);

    /* The nested refresher works by itself, within its parent and without. */
    before = read_counter(memory, u"Timestamp_Sys100NS");
    EXPECT(IWbemRefresher_Refresh(nested, 0), WBEM_S_NO_ERROR);
    EXPECT_THAT(read_counter(memory, u"Timestamp_Sys100NS") > before);
    EXPECT(IWbemConfigureRefresher_Remove(configure, nested_id, 0), WBEM_S_NO_ERROR);
    before = read_counter(memory, u"Timestamp_Sys100NS");
    EXPECT(IWbemRefresher_Refresh(refresher, 0), WBEM_S_NO_ERROR);
    EXPECT_THAT(read_counter(memory, u"Timestamp_Sys100NS") == before);
    EXPECT(IWbemRefresher_Refresh(nested, 0), WBEM_S_NO_ERROR);
    EXPECT_THAT(read_counter(memory, u"Timestamp_Sys100NS") > before);
    /* Now it may become the parent. */
    EXPECT(IWbemConfigureRefresher_AddRefresher(configure_nested, refresher, 0, NULL), WBEM_S_NO_ERROR);
    EXPECT(IWbemRefresher_Refresh(nested, 0), WBEM_S_NO_ERROR);
    EXPECT_THAT(read_counter(by_template, u"Timestamp_Sys100NS") > later);

    IWbemServices_Release(services);
    IWbemConfigureRefresher_Release(configure);
    IWbemRefresher_Release(refresher);
    IWbemHiPerfEnum_Release(processors);
    IWbemHiPerfEnum_Release(systems);
    IWbemRefresher_Release(nested);
    IWbemConfigureRefresher_Release(configure_nested);
    IWbemHiPerfEnum_Release(providers);
    IWbemClassObject_Release(by_path);
    IWbemClassObject_Release(by_template);
    IWbemClassObject_Release(memory);
    CoUninitialize();
    EXPECT_THAT(HiperfLiveObjects() == 0);
    printf("released\n");
    return 0;
}
