/*
 * dump_client.c - prints every property of every instance, by name.
 *
 *   dump_client [--server CLSID LIBRARY] CLASS...
 *
 * Adds an enumerator for each class, refreshes once, and prints one line a property that has a value, `CLASS INSTANCE
 * PROPERTY VALUE`, then `released`. --server takes the class CLSID from a library, which may be one that libhiperf has
 * itself. Leaves with status 1 and a message if a call fails.
 *
 *   cc -std=c11 tests/c/dump_client.c $(pkg-config --cflags --libs hiperf) -o dump_client
 */
#include "client.h"

enum { MAX_CLASSES = 64 };

/* The text of a property; "@" for an instance without a name. */
static const char *text_of(IWbemClassObject *object, LPCWSTR property, char *text, size_t capacity)
{
    VARIANT value;
    VariantInit(&value);
    HRESULT hr = IWbemClassObject_Get(object, property, 0, &value, NULL, NULL);
    if (hr == WBEM_E_NOT_FOUND)
        return "@";
    EXPECT(hr, WBEM_S_NO_ERROR);
    if (value.vt == VT_NULL)
        return "@";
    EXPECT(VariantChangeType(&value, &value, 0, VT_BSTR), S_OK);
    HiperfNarrow(text, capacity, value.bstrVal);
    EXPECT(VariantClear(&value), S_OK);
    return text;
}

static void print_object(const char *class, IWbemClassObject *object)
{
    char instance[128], property[128], text[128];
    const char *name = text_of(object, u"Name", instance, sizeof instance);
    EXPECT(IWbemClassObject_BeginEnumeration(object, WBEM_FLAG_NONSYSTEM_ONLY), WBEM_S_NO_ERROR);
    for (;;) {
        BSTR property_name = NULL;
        VARIANT value;
        VariantInit(&value);
        HRESULT hr = IWbemClassObject_Next(object, 0, &property_name, &value, NULL, NULL);
        if (hr == WBEM_S_NO_MORE_DATA)
            break;
        EXPECT(hr, WBEM_S_NO_ERROR);
        HiperfNarrow(property, sizeof property, property_name);
        if (value.vt != VT_NULL) {
            EXPECT(VariantChangeType(&value, &value, 0, VT_BSTR), S_OK);
            printf("%s %s %s %s\n", class, name, property, HiperfNarrow(text, sizeof text, value.bstrVal));
        }
        EXPECT(VariantClear(&value), S_OK);
        SysFreeString(property_name);
    }
    EXPECT(IWbemClassObject_EndEnumeration(object), WBEM_S_NO_ERROR);
}

int main(int argc, char **argv)
{
    bool server = argc > 3 && strcmp(argv[1], "--server") == 0;
    int first = server ? 4 : 1, classes = argc - first;
    if (classes < 1 || classes > MAX_CLASSES) {
        fprintf(stderr, "usage: dump_client [--server CLSID LIBRARY] CLASS...\n");
        return 2;
    }
    /* Before anything else: what the library has itself must not come after it. */
    if (server)
        register_server(argv[2], argv[3]);
    EXPECT(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_OK);
    EXPECT(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_FALSE);
    IWbemServices *services = connect_namespace();
    IWbemRefresher *refresher = NULL;
    IWbemConfigureRefresher *configure = NULL;
    IWbemHiPerfEnum *enumerators[MAX_CLASSES] = {NULL};
    create_refresher(&refresher, &configure);
    for (int i = 0; i < classes; i++) {
        WCHAR class[256];
        HiperfWide(class, sizeof class / sizeof class[0], argv[first + i]);
        EXPECT(IWbemConfigureRefresher_AddEnum(configure, services, class, 0, NULL, &enumerators[i], NULL),
               WBEM_S_NO_ERROR);
    }
    EXPECT(IWbemRefresher_Refresh(refresher, 0), WBEM_S_NO_ERROR);
    for (int i = 0; i < classes; i++) {
        ULONG count;
        IWbemObjectAccess **objects = get_objects(enumerators[i], &count);
        EXPECT_THAT(count > 0);
        for (ULONG k = 0; k < count; k++) {
            IWbemClassObject *object = NULL;
            EXPECT(IWbemObjectAccess_QueryInterface(objects[k], &IID_IWbemClassObject, (void **)&object), S_OK);
            print_object(argv[first + i], object);
            IWbemClassObject_Release(object);
            IWbemObjectAccess_Release(objects[k]);
        }
        free(objects);
        IWbemHiPerfEnum_Release(enumerators[i]);
    }
    IWbemConfigureRefresher_Release(configure);
    IWbemRefresher_Release(refresher);
    IWbemServices_Release(services);
    CoUninitialize();
    CoUninitialize();
    EXPECT_THAT(HiperfLiveObjects() == 0);
    printf("released\n");
    return 0;
}
