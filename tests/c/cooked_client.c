/*
 * cooked_client.c - a client of the formatted classes over the toy provider (toy.mof, toy_statistics.mof): they are
 * served as soon as their MOF is compiled, and one refresh of the raw provider serves all of them.
 *
 *   cooked_client LIBRARY MOF
 */
#include "client.h"

#define FORMATTED u"Toy_PerfFormattedData_Counters"
#define STATISTICS u"Toy_PerfFormattedData_Statistics"

enum { ROUNDS = 5, WINDOW = 3, INSTANCES = 3 };

static IWbemObjectAccess *add_object(IWbemConfigureRefresher *configure, IWbemServices *services, LPCWSTR path)
{
    IWbemClassObject *object = NULL;
    IWbemObjectAccess *access = NULL;
    EXPECT(IWbemConfigureRefresher_AddObjectByPath(configure, services, path, 0, NULL, &object, NULL), WBEM_S_NO_ERROR);
    EXPECT(IWbemClassObject_QueryInterface(object, &IID_IWbemObjectAccess, (void **)&access), S_OK);
    IWbemClassObject_Release(object);
    return access;
}

static uint64_t read_qword(IWbemObjectAccess *object, LPCWSTR name)
{
    UINT64 value = 0;
    EXPECT(IWbemObjectAccess_ReadQWORD(object, handle_of(object, name, CIM_UINT64), &value), WBEM_S_NO_ERROR);
    return value;
}

static uint32_t read_dword(IWbemObjectAccess *object, LPCWSTR name)
{
    DWORD value = 0;
    EXPECT(IWbemObjectAccess_ReadDWORD(object, handle_of(object, name, CIM_UINT32), &value), WBEM_S_NO_ERROR);
    return value;
}

static double read_real(IWbemObjectAccess *object, LPCWSTR name)
{
    double value = 0;
    LONG bytes = 0;
    EXPECT(IWbemObjectAccess_ReadPropertyValue(object, handle_of(object, name, CIM_REAL64), sizeof value, &bytes,
                                               (BYTE *)&value),
           WBEM_S_NO_ERROR);
    EXPECT_THAT(bytes == sizeof value);
    return value;
}

/* Why a property is NULL, which it must be. */
static LONG reason_of(IWbemObjectAccess *object, LPCWSTR name)
{
    IHiPerfValueReason *reasons = NULL;
    UINT64 value = 7;
    LONG reason = 0, handle = handle_of(object, name, CIM_UINT64);
    EXPECT(IWbemObjectAccess_ReadQWORD(object, handle, &value), WBEM_S_FALSE);
    EXPECT(IWbemObjectAccess_QueryInterface(object, &IID_IHiPerfValueReason, (void **)&reasons), S_OK);
    EXPECT(IHiPerfValueReason_GetReason(reasons, handle, &reason), WBEM_S_NO_ERROR);
    IHiPerfValueReason_Release(reasons);
    return reason;
}

static uint64_t rank_of(IWbemObjectAccess *object)
{
    char buffer[64];
    const char *name = read_text(object, handle_of(object, u"Name", CIM_STRING), buffer, sizeof buffer);
    return name[0] == 'a' ? 1 : name[0] == 'b' ? 2 : 3;
}

/* What grows by so much a second, which a refresh of the toy provider is. */
static void check_rate(IWbemObjectAccess *object, LPCWSTR name, uint64_t n, uint64_t rate)
{
    if (n == 1)
        EXPECT_THAT(reason_of(object, name) == HIPERF_REASON_NO_BASELINE);
    else
        EXPECT_THAT(read_qword(object, name) == rate);
}

/* After n refreshes of the raw provider: see toy_provider.c for what it promises. */
static void check_formatted(IWbemObjectAccess *object, uint64_t n)
{
    uint64_t r = rank_of(object);
    EXPECT_THAT(read_qword(object, u"Timestamp_PerfTime") == n * 10000000);
    EXPECT_THAT(read_dword(object, u"Level") == 10 * r + n % 10);
    check_rate(object, u"Ticks", n, 1000 * r);
    if (n > 1)
        EXPECT_THAT(read_dword(object, u"Errors") == r);
}

static void check_statistics(IWbemObjectAccess *object, uint64_t n)
{
    uint64_t r = rank_of(object), samples = n < WINDOW ? n : WINDOW;
    double steps = (double)(samples - 1);
    EXPECT_THAT(read_qword(object, u"Timestamp_PerfTime") == n * 10000000);
    EXPECT_THAT(read_dword(object, u"MostLevel") == 10 * r + n);
    EXPECT_THAT(read_dword(object, u"LeastLevel") == 10 * r + n - (samples - 1));
    EXPECT_THAT(read_real(object, u"MeanLevel") == (double)(10 * r + n) - steps / 2);
    EXPECT_THAT(read_qword(object, u"TicksRange") == 1000 * r * (samples - 1));
    /* Of k numbers a step apart: a twelfth of k squared less 1. */
    EXPECT_THAT(read_real(object, u"ErrorsVariance") == (double)(r * r * (samples * samples - 1)) / 12);
    EXPECT_THAT(read_dword(object, u"ErrorsOfNineTenths") == r * n);
    check_rate(object, u"Ticks", n, 1000 * r);
}

static void check_enum(IWbemHiPerfEnum *enumerator, void (*check)(IWbemObjectAccess *, uint64_t), uint64_t n)
{
    ULONG count;
    IWbemObjectAccess **objects = get_objects(enumerator, &count);
    EXPECT_THAT(count == INSTANCES);
    for (ULONG i = 0; i < count; i++) {
        check(objects[i], n);
        IWbemObjectAccess_Release(objects[i]);
    }
    free(objects);
}

/* A query has two samples by itself. */
static void check_query(IWbemServices *services)
{
    IEnumWbemClassObject *rows = NULL;
    IWbemClassObject *row = NULL;
    ULONG one = 0, count = 0;
    BSTR language = SysAllocString(u"WQL"), text = SysAllocString(u"SELECT * FROM " FORMATTED);
    EXPECT(IWbemServices_ExecQuery(services, language, text, WBEM_FLAG_FORWARD_ONLY, NULL, &rows), WBEM_S_NO_ERROR);
    for (; IEnumWbemClassObject_Next(rows, WBEM_INFINITE, 1, &row, &one) == WBEM_S_NO_ERROR; count++) {
        IWbemObjectAccess *access = NULL;
        EXPECT(IWbemClassObject_QueryInterface(row, &IID_IWbemObjectAccess, (void **)&access), S_OK);
        check_formatted(access, 2);
        IWbemObjectAccess_Release(access);
        IWbemClassObject_Release(row);
    }
    EXPECT_THAT(count == INSTANCES);
    IEnumWbemClassObject_Release(rows);
    SysFreeString(text);
    SysFreeString(language);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: cooked_client LIBRARY MOF\n");
        return 2;
    }
    EXPECT_THAT(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    load_toy(argv[1], argv[2]);
    IWbemServices *services = connect_namespace();
    IWbemRefresher *refresher = NULL;
    IWbemConfigureRefresher *configure = NULL;
    create_refresher(&refresher, &configure);
    IWbemHiPerfEnum *formatted = NULL, *statistics = NULL;
    EXPECT(IWbemConfigureRefresher_AddEnum(configure, services, FORMATTED, 0, NULL, &formatted, NULL), WBEM_S_NO_ERROR);
    EXPECT(IWbemConfigureRefresher_AddEnum(configure, services, STATISTICS, 0, NULL, &statistics, NULL),
           WBEM_S_NO_ERROR);
    IWbemObjectAccess *beta = add_object(configure, services, FORMATTED u".Name=\"beta\"");
    IWbemObjectAccess *gamma = add_object(configure, services, STATISTICS u".Name=\"gamma\"");
    for (uint64_t n = 1; n <= ROUNDS; n++) {
        EXPECT(IWbemRefresher_Refresh(refresher, 0), WBEM_S_NO_ERROR);
        check_enum(formatted, check_formatted, n);
        check_enum(statistics, check_statistics, n);
        check_formatted(beta, n);
        check_statistics(gamma, n);
    }
    check_query(services);
    IWbemObjectAccess_Release(gamma);
    IWbemObjectAccess_Release(beta);
    IWbemHiPerfEnum_Release(statistics);
    IWbemHiPerfEnum_Release(formatted);
    IWbemConfigureRefresher_Release(configure);
    IWbemRefresher_Release(refresher);
    IWbemServices_Release(services);
    CoUninitialize();
    EXPECT_THAT(HiperfLiveObjects() == 0);
    puts("ok");
    return 0;
}
