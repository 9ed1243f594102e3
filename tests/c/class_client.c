/*
 * class_client.c - classes that a client makes and changes, and their texts.
 *
 *   class_client
 *
 * Derives a class from one of Windows' names, gives it a property, a default, a qualifier and a method, spawns an
 * instance, and takes both through MOF and CIM-XML. Prints the MOF of the class, the XML of the instance, and then
 * `released`.
 *
 *   cc -std=c11 tests/c/class_client.c $(pkg-config --cflags --libs hiperf) -o class_client
 */
#include "client.h"

/* Prints a string and frees it. */
static void print(BSTR text)
{
    UINT length = SysStringLen(text);
    for (UINT i = 0; i < length; i++)
        putchar(text[i] < 128 ? (int)text[i] : '?');
    SysFreeString(text);
}

static void put_text(IWbemClassObject *object, LPCWSTR name, LPCWSTR text)
{
    VARIANT value;
    VariantInit(&value);
    value.vt = VT_BSTR;
    value.bstrVal = SysAllocString(text);
    EXPECT(IWbemClassObject_Put(object, name, 0, &value, 0), WBEM_S_NO_ERROR);
    VariantClear(&value);
}

/* A class below `parent`: `class Toy_Memory : parent { [Note(7)] string Label = "none"; void Reset(); };` */
static IWbemClassObject *derive(IWbemClassObject *parent)
{
    IWbemClassObject *class = NULL;
    IWbemQualifierSet *qualifiers = NULL;
    VARIANT seven;
    EXPECT(IWbemClassObject_SpawnDerivedClass(parent, 0, &class), WBEM_S_NO_ERROR);
    IWbemClassObject *instance = NULL;
    EXPECT(IWbemClassObject_SpawnInstance(class, 0, &instance), WBEM_E_INCOMPLETE_CLASS);
    EXPECT_THAT(instance == NULL);
    put_text(class, u"__CLASS", u"Toy_Memory");
    put_text(class, u"Label", u"none");
    EXPECT(IWbemClassObject_GetPropertyQualifierSet(class, u"Label", &qualifiers), WBEM_S_NO_ERROR);
    VariantInit(&seven);
    seven.vt = VT_I4;
    seven.lVal = 7;
    EXPECT(IWbemQualifierSet_Put(qualifiers, u"Note", &seven, WBEM_FLAVOR_FLAG_PROPAGATE_TO_INSTANCE), WBEM_S_NO_ERROR);
    EXPECT(IWbemQualifierSet_Put(qualifiers, u"Note", &seven, WBEM_FLAVOR_ORIGIN_PROPAGATED), WBEM_E_INVALID_FLAVOR);
    IWbemQualifierSet_Release(qualifiers);
    EXPECT(IWbemClassObject_PutMethod(class, u"Reset", 0, NULL, NULL), WBEM_S_NO_ERROR);
    EXPECT(IWbemClassObject_Delete(class, u"AvailableBytes"), WBEM_E_PROPAGATED_PROPERTY);
    return class;
}

int main(void)
{
    EXPECT(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_OK);
    IWbemServices *services = connect_namespace();
    IWbemClassObject *parent = NULL, *instance = NULL, *read = NULL;
    IWbemObjectTextSrc *source = NULL;
    BSTR name = SysAllocString(u"Win32_PerfRawData_PerfOS_Memory"), text = NULL;
    EXPECT(IWbemServices_GetObject(services, name, 0, NULL, &parent, NULL), WBEM_S_NO_ERROR);
    SysFreeString(name);

    IWbemClassObject *class = derive(parent);
    EXPECT(IWbemClassObject_GetObjectText(class, WBEM_FLAG_NO_FLAVORS, &text), WBEM_S_NO_ERROR);
    print(text);

    EXPECT(IWbemClassObject_SpawnInstance(class, 0, &instance), WBEM_S_NO_ERROR);
    put_text(instance, u"Label", u"seven & more");
    EXPECT(CoCreateInstance(&CLSID_WbemObjectTextSrc, NULL, CLSCTX_INPROC_SERVER, &IID_IWbemObjectTextSrc,
               (void **)&source), S_OK);
    EXPECT(IWbemObjectTextSrc_GetText(source, 0, instance, WMI_OBJ_TEXT_WMI_DTD_2_0, NULL, &text), WBEM_S_NO_ERROR);
    EXPECT(IWbemObjectTextSrc_CreateFromText(source, 0, text, WMI_OBJ_TEXT_WMI_DTD_2_0, NULL, &read), WBEM_S_NO_ERROR);
    print(text);
    EXPECT(IWbemClassObject_CompareTo(read, WBEM_FLAG_IGNORE_CLASS, instance), WBEM_S_NO_ERROR);

    IWbemObjectTextSrc_Release(source);
    IWbemClassObject_Release(read);
    IWbemClassObject_Release(instance);
    IWbemClassObject_Release(class);
    IWbemClassObject_Release(parent);
    IWbemServices_Release(services);
    CoUninitialize();
    puts("\nreleased");
    return 0;
}
