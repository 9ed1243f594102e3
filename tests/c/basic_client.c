/*
 * basic_client.c - the documented life of a refresher's client, through libhiperf only.
 *
 *   basic_client [ROUNDS [RELEASE_ORDER]]
 *
 * Connects, adds an enumerator of all processors and the one memory object, refreshes ROUNDS times (3), reads by
 * handles that were fetched once, removes both, and releases what it holds in the order that RELEASE_ORDER says: each
 * letter of "SRCEOA" once, for services, refresher, configuration, enumerator, object, and the object's access.
 *
 * Prints one line a value, `ROUND CLASS INSTANCE PROPERTY VALUE`, and then `released`. Leaves with status 1 and a
 * message at the first call that does something else than documented.
 *
 *   cc -std=c11 tests/c/basic_client.c $(pkg-config --cflags --libs hiperf) -o basic_client
 */
#include "client.h"

#define PROCESSOR u"Win32_PerfRawData_PerfOS_Processor"
#define MEMORY u"Win32_PerfRawData_PerfOS_Memory=@"

struct held {
    IWbemServices *services;
    IWbemRefresher *refresher;
    IWbemConfigureRefresher *configure;
    IWbemHiPerfEnum *processors;
    IWbemClassObject *memory;
    IWbemObjectAccess *memory_access;
};

struct handles {
    LONG name, processor_time, interrupts, timestamp, frequency; /* of a processor */
    LONG available, committed, faults;                           /* of the memory object */
};

static void read_processors(struct held *held, struct handles *handles, long round)
{
    ULONG count;
    IWbemObjectAccess **objects = get_objects(held->processors, &count);
    EXPECT_THAT(count >= 2); /* at least one processor, and _Total */
    if (round == 1) {
        /* Once, from the first object: they hold for all objects of the class and for all refreshes. */
        handles->name = handle_of(objects[0], u"Name", CIM_STRING);
        handles->processor_time = handle_of(objects[0], u"PercentProcessorTime", CIM_UINT64);
        handles->interrupts = handle_of(objects[0], u"InterruptsPersec", CIM_UINT32);
        handles->timestamp = handle_of(objects[0], u"Timestamp_Sys100NS", CIM_UINT64);
        handles->frequency = handle_of(objects[0], u"Frequency_Sys100NS", CIM_UINT64);
    }
    bool total = false;
    for (ULONG i = 0; i < count; i++) {
        char buffer[64];
        UINT64 time = 0, timestamp = 0, frequency = 0;
        DWORD interrupts = 0;
        const char *name = read_text(objects[i], handles->name, buffer, sizeof buffer);
        EXPECT(IWbemObjectAccess_ReadQWORD(objects[i], handles->processor_time, &time), WBEM_S_NO_ERROR);
        EXPECT(IWbemObjectAccess_ReadQWORD(objects[i], handles->timestamp, &timestamp), WBEM_S_NO_ERROR);
        EXPECT(IWbemObjectAccess_ReadQWORD(objects[i], handles->frequency, &frequency), WBEM_S_NO_ERROR);
        HRESULT hr = IWbemObjectAccess_ReadDWORD(objects[i], handles->interrupts, &interrupts);
        EXPECT_THAT(hr == WBEM_S_NO_ERROR || (hr == WBEM_S_FALSE && interrupts == 0));
        EXPECT_THAT(frequency == 10000000 && timestamp > 0);
        total = total || strcmp(name, "_Total") == 0;
        printf("%ld Win32_PerfRawData_PerfOS_Processor %s PercentProcessorTime %" PRIu64 "\n", round, name, time);
        printf("%ld Win32_PerfRawData_PerfOS_Processor %s Timestamp_Sys100NS %" PRIu64 "\n", round, name, timestamp);
        if (hr == WBEM_S_NO_ERROR)
            printf("%ld Win32_PerfRawData_PerfOS_Processor %s InterruptsPersec %" PRIu32 "\n", round, name, interrupts);
        IWbemObjectAccess_Release(objects[i]);
    }
    EXPECT_THAT(total);
    free(objects);
}

static void read_memory(struct held *held, struct handles *handles, long round)
{
    UINT64 available = 0, committed = 0;
    DWORD faults = 0;
    if (round == 1) {
        handles->available = handle_of(held->memory_access, u"AvailableBytes", CIM_UINT64);
        handles->committed = handle_of(held->memory_access, u"CommittedBytes", CIM_UINT64);
        handles->faults = handle_of(held->memory_access, u"PageFaultsPersec", CIM_UINT32);
    }
    EXPECT(IWbemObjectAccess_ReadQWORD(held->memory_access, handles->available, &available), WBEM_S_NO_ERROR);
    EXPECT(IWbemObjectAccess_ReadQWORD(held->memory_access, handles->committed, &committed), WBEM_S_NO_ERROR);
    EXPECT(IWbemObjectAccess_ReadDWORD(held->memory_access, handles->faults, &faults), WBEM_S_NO_ERROR);
    EXPECT_THAT(available > 0 && committed > 0);
    printf("%ld Win32_PerfRawData_PerfOS_Memory @ AvailableBytes %" PRIu64 "\n", round, available);
    printf("%ld Win32_PerfRawData_PerfOS_Memory @ CommittedBytes %" PRIu64 "\n", round, committed);
    printf("%ld Win32_PerfRawData_PerfOS_Memory @ PageFaultsPersec %" PRIu32 "\n", round, faults);
}

static void release_one(struct held *held, char letter)
{
    switch (letter) {
    case 'S': IWbemServices_Release(held->services); break;
    case 'R': IWbemRefresher_Release(held->refresher); break;
    case 'C': IWbemConfigureRefresher_Release(held->configure); break;
    case 'E': IWbemHiPerfEnum_Release(held->processors); break;
    case 'O': IWbemClassObject_Release(held->memory); break;
    default: IWbemObjectAccess_Release(held->memory_access); break;
    }
}

static bool is_permutation(const char *order)
{
    static const char letters[] = "SRCEOA";
    for (const char *c = letters; *c != 0; c++)
        if (strchr(order, *c) == NULL)
            return false;
    return strlen(order) == sizeof letters - 1;
}

int main(int argc, char **argv)
{
    long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 3;
    const char *order = argc > 2 ? argv[2] : "AOECRS";
    if (argc > 3 || rounds < 1 || !is_permutation(order)) {
        fprintf(stderr, "usage: basic_client [ROUNDS [RELEASE_ORDER]], an order of the letters SRCEOA\n");
        return 2;
    }
    struct held held = {0};
    struct handles handles = {0};
    LONG enum_id = 0, memory_id = 0;

    EXPECT_THAT(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    held.services = connect_namespace();
    create_refresher(&held.refresher, &held.configure);
    EXPECT(IWbemConfigureRefresher_AddEnum(held.configure, held.services, PROCESSOR, 0, NULL, &held.processors, &enum_id),
           WBEM_S_NO_ERROR);
    EXPECT(IWbemConfigureRefresher_AddObjectByPath(held.configure, held.services, MEMORY, 0, NULL, &held.memory, &memory_id),
           WBEM_S_NO_ERROR);
    EXPECT_THAT(held.processors != NULL && held.memory != NULL && enum_id != memory_id);
    EXPECT(IWbemClassObject_QueryInterface(held.memory, &IID_IWbemObjectAccess, (void **)&held.memory_access), S_OK);

    for (long round = 1; round <= rounds; round++) {
        EXPECT(IWbemRefresher_Refresh(held.refresher, WBEM_FLAG_REFRESH_AUTO_RECONNECT), WBEM_S_NO_ERROR);
        read_processors(&held, &handles, round);
        read_memory(&held, &handles, round);
    }
    EXPECT(IWbemConfigureRefresher_Remove(held.configure, enum_id, 0), WBEM_S_NO_ERROR);
    EXPECT(IWbemConfigureRefresher_Remove(held.configure, memory_id, 0), WBEM_S_NO_ERROR);
    EXPECT(IWbemRefresher_Refresh(held.refresher, 0), WBEM_S_NO_ERROR);
    /* What was removed stays readable as it was. */
    UINT64 available = 0;
    EXPECT(IWbemObjectAccess_ReadQWORD(held.memory_access, handles.available, &available), WBEM_S_NO_ERROR);
    EXPECT_THAT(available > 0);

    for (const char *letter = order; *letter != 0; letter++)
        release_one(&held, *letter);
    CoUninitialize();
    EXPECT_THAT(HiperfLiveObjects() == 0);
    printf("released\n");
    return 0;
}
