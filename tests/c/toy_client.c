/*
 * toy_client.c - a client of the toy provider: what the provider's misbehaviours (TOY_MODE) look like from outside.
 *
 *   toy_client LIBRARY MOF MODE
 *
 * MODE is a mode of toy_provider.c, or `well`. Prints `ok MODE`; leaves with status 1 and a message if the library
 * does something else than it must: an error that says what failed, nothing lost of what did work, nothing leaked.
 */
#define _POSIX_C_SOURCE 200809L
#include "client.h"

#include <dlfcn.h>

#define CLASS u"Toy_PerfRawData_Counters"
#define OBJECT u"Toy_PerfRawData_Counters.Name=\"beta\""

enum { ROUNDS = 6 };

struct client {
    IWbemServices *services;
    IWbemRefresher *refresher;
    IWbemConfigureRefresher *configure;
};

/* Whether the Errors of beta have no value, because they may not be read. */
static bool denies;

static void check_denied(IWbemObjectAccess *object, LONG handle)
{
    IHiPerfValueReason *reasons = NULL;
    LONG reason = HIPERF_REASON_NONE;
    DWORD value = 7;
    EXPECT(IWbemObjectAccess_ReadDWORD(object, handle, &value), WBEM_S_FALSE);
    EXPECT(IWbemObjectAccess_QueryInterface(object, &IID_IHiPerfValueReason, (void **)&reasons), S_OK);
    EXPECT(IHiPerfValueReason_GetReason(reasons, handle, &reason), WBEM_S_NO_ERROR);
    EXPECT_THAT(reason == HIPERF_REASON_DENIED);
    IHiPerfValueReason_Release(reasons);
}

/* Values of rank r after refresh n, as toy_provider.c promises them. */
static void check_values(IWbemObjectAccess *object, uint64_t n)
{
    char buffer[64];
    const char *name = read_text(object, handle_of(object, u"Name", CIM_STRING), buffer, sizeof buffer);
    uint64_t r = name[0] == 'a' ? 1 : name[0] == 'b' ? 2 : 3;
    UINT64 ticks = 0, timestamp = 0;
    DWORD level = 0, errors = 0;
    EXPECT(IWbemObjectAccess_ReadQWORD(object, handle_of(object, u"Ticks", CIM_UINT64), &ticks), WBEM_S_NO_ERROR);
    EXPECT(IWbemObjectAccess_ReadDWORD(object, handle_of(object, u"Level", CIM_UINT32), &level), WBEM_S_NO_ERROR);
    LONG errors_handle = handle_of(object, u"Errors", CIM_UINT32);
    if (denies && r == 2)
        check_denied(object, errors_handle);
    else
        EXPECT(IWbemObjectAccess_ReadDWORD(object, errors_handle, &errors), WBEM_S_NO_ERROR);
    EXPECT(IWbemObjectAccess_ReadQWORD(object, handle_of(object, u"Timestamp_PerfTime", CIM_UINT64), &timestamp),
           WBEM_S_NO_ERROR);
    EXPECT_THAT(ticks == 5000000000u * r + 1000 * r * n);
    EXPECT_THAT(level == 10 * r + n % 10);
    EXPECT_THAT(errors == (denies && r == 2 ? 0 : r * n));
    EXPECT_THAT(timestamp == n * 10000000);
}

static void check_enum(IWbemHiPerfEnum *enumerator, ULONG expected, uint64_t n)
{
    ULONG count;
    IWbemObjectAccess **objects = get_objects(enumerator, &count);
    EXPECT_THAT(count == expected);
    for (ULONG i = 0; i < count; i++) {
        check_values(objects[i], n);
        IWbemObjectAccess_Release(objects[i]);
    }
    free(objects);
}

static IWbemObjectAccess *add_object(struct client *client, LPCWSTR path, HRESULT expected)
{
    IWbemClassObject *object = NULL;
    IWbemObjectAccess *access = NULL;
    EXPECT(IWbemConfigureRefresher_AddObjectByPath(client->configure, client->services, path, 0, NULL, &object, NULL),
           expected);
    EXPECT_THAT((object != NULL) == SUCCEEDED(expected));
    if (object != NULL) {
        EXPECT(IWbemClassObject_QueryInterface(object, &IID_IWbemObjectAccess, (void **)&access), S_OK);
        IWbemClassObject_Release(object);
    }
    return access;
}

/* Modes in which everything can be added, and refreshes work except where the mode is about them. */
static void check_running(struct client *client, const char *mode)
{
    bool fails = strcmp(mode, "refresh_fail") == 0, is_partial = strcmp(mode, "partial") == 0;
    denies = is_partial || strcmp(mode, "denied") == 0;
    ULONG members = strcmp(mode, "churn") == 0 ? 2 : 3;
    IWbemHiPerfEnum *enumerator = NULL;
    IWbemObjectAccess *beta = add_object(client, OBJECT, WBEM_S_NO_ERROR);
    add_object(client, u"Toy_PerfRawData_Counters.Name=\"nobody\"", WBEM_E_NOT_FOUND);
    EXPECT(IWbemConfigureRefresher_AddEnum(client->configure, client->services, CLASS, 0, NULL, &enumerator, NULL),
           WBEM_S_NO_ERROR);
    for (uint64_t n = 1; n <= ROUNDS; n++) {
        HRESULT hr = IWbemRefresher_Refresh(client->refresher, 0);
        if (fails && n % 2 == 0) {
            /* Everything failed, so the first error is the answer; some failed would be WBEM_S_PARTIAL_RESULTS. */
            EXPECT(hr, WBEM_E_FAILED);
            check_values(beta, n - 1);
            check_enum(enumerator, members, n - 1);
            continue;
        }
        EXPECT(hr, is_partial ? WBEM_S_PARTIAL_RESULTS : WBEM_S_NO_ERROR);
        check_values(beta, n);
        check_enum(enumerator, members, n);
    }
    IWbemObjectAccess_Release(beta);
    IWbemHiPerfEnum_Release(enumerator);
}

/* Modes in which nothing can be added; both kinds of Add must fail alike. Two answers can be right where the
 * documents leave it open. */
static void check_refused(struct client *client, HRESULT expected, HRESULT or_else)
{
    IWbemHiPerfEnum *enumerator = NULL;
    IWbemClassObject *object = NULL;
    HRESULT by_enum =
        IWbemConfigureRefresher_AddEnum(client->configure, client->services, CLASS, 0, NULL, &enumerator, NULL);
    if (by_enum != or_else)
        EXPECT(by_enum, expected);
    EXPECT_THAT(enumerator == NULL && HiperfLastError()[0] != 0);
    HRESULT by_path =
        IWbemConfigureRefresher_AddObjectByPath(client->configure, client->services, OBJECT, 0, NULL, &object, NULL);
    if (by_path != or_else)
        EXPECT(by_path, expected);
    EXPECT_THAT(object == NULL);
}

/* The refresher must still serve another provider after this one's failure. */
static void check_not_lost(struct client *client)
{
    IWbemObjectAccess *memory = add_object(client, u"Win32_PerfRawData_PerfOS_Memory=@", WBEM_S_NO_ERROR);
    UINT64 available = 0;
    EXPECT(IWbemRefresher_Refresh(client->refresher, 0), WBEM_S_NO_ERROR);
    EXPECT(IWbemObjectAccess_ReadQWORD(memory, handle_of(memory, u"AvailableBytes", CIM_UINT64), &available),
           WBEM_S_NO_ERROR);
    EXPECT_THAT(available > 0);
    IWbemObjectAccess_Release(memory);
}

int main(int argc, char **argv)
{
    static const char *const running[] = {"well", "churn", "rebuild", "garbage_count", "refresh_fail", "allocate",
                                          "denied", "partial", "caller"};
    if (argc != 4) {
        fprintf(stderr, "usage: toy_client LIBRARY MOF MODE\n");
        return 2;
    }
    const char *mode = argv[3];
    setenv("TOY_MODE", mode, 1);
    EXPECT_THAT(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    load_toy(argv[1], argv[2]);
    struct client client = {.services = connect_namespace()};
    create_refresher(&client.refresher, &client.configure);

    /* The client itself serves no call. */
    IServerSecurity *context = (IServerSecurity *)(void *)&client;
    EXPECT(CoGetCallContext(&IID_IServerSecurity, (void **)&context), RPC_E_CALL_COMPLETE);
    EXPECT_THAT(context == NULL);
    EXPECT(CoImpersonateClient(), RPC_E_CALL_COMPLETE);
    EXPECT(CoRevertToSelf(), RPC_E_CALL_COMPLETE);

    bool runs = false;
    for (size_t i = 0; i < sizeof running / sizeof running[0]; i++)
        runs = runs || strcmp(mode, running[i]) == 0;
    if (runs) {
        check_running(&client, mode);
    } else {
        if (strcmp(mode, "no_capable") == 0)
            check_refused(&client, WBEM_E_PROVIDER_NOT_CAPABLE, WBEM_E_PROVIDER_NOT_CAPABLE);
        else if (strcmp(mode, "null_refresher") == 0)
            check_refused(&client, WBEM_E_PROVIDER_FAILURE, WBEM_E_PROVIDER_FAILURE);
        else if (strcmp(mode, "null_object") == 0)
            EXPECT_THAT(add_object(&client, OBJECT, WBEM_E_PROVIDER_FAILURE) == NULL);
        else if (strcmp(mode, "no_sink") == 0)
            check_refused(&client, WBEM_E_INITIALIZATION_FAILURE, WBEM_E_PROVIDER_TIMED_OUT);
        else
            check_refused(&client, WBEM_E_INITIALIZATION_FAILURE, WBEM_E_PROVIDER_LOAD_FAILURE);
        check_not_lost(&client);
    }
    IWbemConfigureRefresher_Release(client.configure);
    IWbemRefresher_Release(client.refresher);
    IWbemServices_Release(client.services);
    CoUninitialize();
    EXPECT_THAT(HiperfLiveObjects() == 0);
    /* The library went with its last object; to look for it doesn't load it. */
    EXPECT_THAT(dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) == NULL);
    printf("ok %s\n", mode);
    return 0;
}
