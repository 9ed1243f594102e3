/*
 * repository_client.c - a client that stores classes and instances, and sees what others store.
 *
 *   repository_client
 *
 * Connects to root\default once, and then does what the lines of its standard input say, one line of output each: `ok`,
 * a number, or the status in hexadecimal.
 *
 *   namespace NAME          make a namespace below root\default, and open it for the lines that follow
 *   open NAME               open it
 *   class NAME FLAGS        a class with a key, Name, and a number, Flow, whose default is 7
 *   instance CLASS NAME     an instance
 *   flow PATH               the number of an instance
 *   count CLASS             how many instances there are
 *   delete-instance PATH    delete-class NAME    delete-namespace NAME
 *
 *   cc -std=c11 tests/c/repository_client.c $(pkg-config --cflags --libs hiperf) -o repository_client
 */
#include "client.h"

#include <string.h>

static IWbemServices *root, *services;

static BSTR text(const char *ascii)
{
    WCHAR wide[256];
    return SysAllocString(HiperfWide(wide, sizeof wide / sizeof wide[0], ascii));
}

static HRESULT get(IWbemServices *from, const char *path, IWbemClassObject **object)
{
    BSTR wide = text(path);
    *object = NULL;
    HRESULT hr = IWbemServices_GetObject(from, wide, 0, NULL, object, NULL);
    SysFreeString(wide);
    return hr;
}

static void put_text(IWbemClassObject *object, LPCWSTR name, const char *value)
{
    VARIANT variant;
    VariantInit(&variant);
    variant.vt = VT_BSTR;
    variant.bstrVal = text(value);
    EXPECT(IWbemClassObject_Put(object, name, 0, &variant, CIM_STRING), WBEM_S_NO_ERROR);
    VariantClear(&variant);
}

static HRESULT open(const char *name)
{
    BSTR path = text(name);
    IWbemServices *opened = NULL;
    HRESULT hr = IWbemServices_OpenNamespace(root, path, 0, NULL, &opened, NULL);
    SysFreeString(path);
    if (SUCCEEDED(hr)) {
        IWbemServices_Release(services);
        services = opened;
    }
    return hr;
}

/* Stores an instance of `class` in `into`. */
static HRESULT put_instance(IWbemServices *into, const char *class, const char *name, LONG flags)
{
    IWbemClassObject *definition = NULL, *instance = NULL;
    HRESULT hr = get(into, class, &definition);
    if (FAILED(hr))
        return hr;
    EXPECT(IWbemClassObject_SpawnInstance(definition, 0, &instance), WBEM_S_NO_ERROR);
    put_text(instance, u"Name", name);
    hr = IWbemServices_PutInstance(into, instance, flags, NULL, NULL);
    IWbemClassObject_Release(instance);
    IWbemClassObject_Release(definition);
    return hr;
}

static HRESULT put_class(const char *name, LONG flags)
{
    IWbemClassObject *class = NULL;
    IWbemQualifierSet *qualifiers = NULL;
    VARIANT value;
    /* No path: an empty class. */
    EXPECT(IWbemServices_GetObject(services, NULL, 0, NULL, &class, NULL), WBEM_S_NO_ERROR);
    put_text(class, u"__CLASS", name);
    VariantInit(&value);
    value.vt = VT_NULL;
    EXPECT(IWbemClassObject_Put(class, u"Name", 0, &value, CIM_STRING), WBEM_S_NO_ERROR);
    EXPECT(IWbemClassObject_GetPropertyQualifierSet(class, u"Name", &qualifiers), WBEM_S_NO_ERROR);
    value.vt = VT_BOOL;
    value.boolVal = VARIANT_TRUE;
    EXPECT(IWbemQualifierSet_Put(qualifiers, u"key", &value, 0), WBEM_S_NO_ERROR);
    IWbemQualifierSet_Release(qualifiers);
    value.vt = VT_I4;
    value.lVal = 7;
    EXPECT(IWbemClassObject_Put(class, u"Flow", 0, &value, CIM_UINT32), WBEM_S_NO_ERROR);
    HRESULT hr = IWbemServices_PutClass(services, class, flags, NULL, NULL);
    IWbemClassObject_Release(class);
    return hr;
}

static HRESULT flow(const char *path, LONG *number)
{
    IWbemClassObject *instance = NULL;
    VARIANT value;
    HRESULT hr = get(services, path, &instance);
    if (FAILED(hr))
        return hr;
    EXPECT(IWbemClassObject_Get(instance, u"Flow", 0, &value, NULL, NULL), WBEM_S_NO_ERROR);
    EXPECT_THAT(value.vt == VT_I4);
    *number = value.lVal;
    IWbemClassObject_Release(instance);
    return hr;
}

static HRESULT count(const char *class, LONG *number)
{
    BSTR name = text(class);
    IEnumWbemClassObject *all = NULL;
    HRESULT hr = IWbemServices_CreateInstanceEnum(services, name, 0, NULL, &all);
    SysFreeString(name);
    if (FAILED(hr))
        return hr;
    IWbemClassObject *instance = NULL;
    ULONG returned = 0;
    while (IEnumWbemClassObject_Next(all, WBEM_INFINITE, 1, &instance, &returned) == WBEM_S_NO_ERROR) {
        IWbemClassObject_Release(instance);
        ++*number;
    }
    IEnumWbemClassObject_Release(all);
    return hr;
}

/* Calls DeleteClass or DeleteInstance. */
static HRESULT delete(IWbemServices *from, bool is_class, const char *path)
{
    BSTR wide = text(path);
    HRESULT hr = is_class ? IWbemServices_DeleteClass(from, wide, 0, NULL, NULL)
                          : IWbemServices_DeleteInstance(from, wide, 0, NULL, NULL);
    SysFreeString(wide);
    return hr;
}

/* Does what a line says. A number that is asked for is negative before. */
static HRESULT act(const char *verb, const char *first, const char *second, LONG *number)
{
    if (strcmp(verb, "namespace") == 0) {
        HRESULT hr = put_instance(root, "__Namespace", first, WBEM_FLAG_CREATE_ONLY);
        return SUCCEEDED(hr) ? open(first) : hr;
    }
    if (strcmp(verb, "open") == 0)
        return open(first);
    if (strcmp(verb, "class") == 0)
        return put_class(first, (LONG)strtol(second, NULL, 0));
    if (strcmp(verb, "instance") == 0)
        return put_instance(services, first, second, WBEM_FLAG_CREATE_OR_UPDATE);
    if (strcmp(verb, "flow") == 0)
        return flow(first, number);
    if (strcmp(verb, "count") == 0) {
        *number = 0;
        return count(first, number);
    }
    if (strcmp(verb, "delete-instance") == 0)
        return delete(services, false, first);
    if (strcmp(verb, "delete-class") == 0)
        return delete(services, true, first);
    char path[256];
    EXPECT_THAT(strcmp(verb, "delete-namespace") == 0);
    snprintf(path, sizeof path, "__Namespace.Name=\"%s\"", first);
    return delete(root, false, path);
}

int main(void)
{
    EXPECT(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_OK);
    IWbemLocator *locator = NULL;
    BSTR path = text("root\\default");
    EXPECT(CoCreateInstance(&CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER, &IID_IWbemLocator, (void **)&locator), S_OK);
    EXPECT(IWbemLocator_ConnectServer(locator, path, NULL, NULL, NULL, 0, NULL, NULL, &root), WBEM_S_NO_ERROR);
    SysFreeString(path);
    IWbemLocator_Release(locator);
    IWbemServices_AddRef(root);
    services = root;

    char line[512], verb[32], first[200], second[200];
    while (fgets(line, sizeof line, stdin) != NULL) {
        LONG number = -1;
        first[0] = second[0] = 0;
        EXPECT_THAT(sscanf(line, "%31s %199s %199s", verb, first, second) >= 1);
        HRESULT hr = act(verb, first, second, &number);
        if (FAILED(hr))
            printf("%08" PRIx32 "\n", (uint32_t)hr);
        else if (number >= 0)
            printf("%" PRId32 "\n", (int32_t)number);
        else
            puts("ok");
        fflush(stdout);
    }
    IWbemServices_Release(services);
    IWbemServices_Release(root);
    CoUninitialize();
    puts("released");
    return 0;
}
