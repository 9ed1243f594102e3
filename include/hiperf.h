/*
 * hiperf.h - the high-performance counters of WMI, for C and C++ on Linux.
 *
 * What is here: the types, interfaces, constants and functions that a client (a program that refreshes
 * counters) and a provider (a library that delivers them) need. Interfaces, slots and identifiers are
 * those of wbemcli.h and wbemprov.h; this header is for the platforms on which those don't exist.
 * What is not here: automation (IDispatch), the remote interfaces, and the decoupled providers.
 *
 * C11 or later, or C++17 or later. In C an interface is a structure with a table of functions, called as
 * IWbemRefresher_Refresh(refresher, 0); in C++ it is a class, called as refresher->Refresh(0).
 * The call macros of C evaluate their first argument twice.
 *
 * A client links with `pkg-config --cflags --libs hiperf`. A provider needs this header and no library.
 *
 * Rules that hold everywhere:
 *  - Strings are UTF-16 in the machine's byte order, and end with a zero: u"root\\cimv2".
 *    wchar_t and L"" have 32 bits here and don't fit. LONG and ULONG have 32 bits; C's long has 64.
 *  - A call returns an HRESULT; SUCCEEDED(hr) is hr >= 0. A call that fails sets its out-pointers to NULL.
 *  - An interface pointer that a call gives out belongs to the caller, who Releases it. A pointer that is
 *    passed in is borrowed for the call; whoever keeps it calls AddRef.
 *  - A BSTR that a call gives out belongs to the caller, who frees it with SysFreeString.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef HIPERF_H
#define HIPERF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifndef __cplusplus
#include <uchar.h>
#endif

/* ---- Scalar types ------------------------------------------------------------------------------- */

typedef int32_t LONG;
typedef uint32_t ULONG;
typedef uint32_t DWORD;
typedef uint16_t WORD;
typedef uint16_t USHORT;
typedef int16_t SHORT;
typedef uint8_t BYTE;
typedef int32_t INT;
typedef uint32_t UINT;
typedef int64_t LONGLONG;
typedef uint64_t ULONGLONG;
typedef uint64_t UINT64;
typedef size_t SIZE_T;
typedef int32_t BOOL;
typedef int16_t VARIANT_BOOL; /* VARIANT_TRUE or VARIANT_FALSE */
typedef int32_t HRESULT;
typedef int32_t SCODE;
typedef double DATE; /* days since 30 December 1899 */
typedef uint16_t VARTYPE;
typedef int32_t CIMTYPE;

typedef char16_t WCHAR; /* one UTF-16 unit */
typedef WCHAR OLECHAR;
typedef WCHAR *LPWSTR;
typedef const WCHAR *LPCWSTR;
typedef WCHAR *LPOLESTR;
typedef const WCHAR *LPCOLESTR;

/* Points to the first unit of a string whose length in bytes is in the four bytes before it. NULL is the
 * empty string. Made by SysAllocString and its kin, or by HIPERF_BSTR_LITERAL. */
typedef WCHAR *BSTR;

#define VARIANT_TRUE ((VARIANT_BOOL)-1)
#define VARIANT_FALSE ((VARIANT_BOOL)0)
#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif

#define SUCCEEDED(hr) ((HRESULT)(hr) >= 0)
#define FAILED(hr) ((HRESULT)(hr) < 0)

#ifdef __cplusplus
#define HIPERF_EXTERN_C extern "C"
#define HIPERF_ASSERT(condition, why) static_assert(condition, why)
#else
#define HIPERF_EXTERN_C extern
#define HIPERF_ASSERT(condition, why) _Static_assert(condition, why)
#endif

/* Marks a function that a library shows to its loader: DllGetClassObject and DllCanUnloadNow. */
#define HIPERF_EXPORT __attribute__((visibility("default")))

/* Puts a provider's MOF (one string literal, or several in a row) into its library, where `hiperf provider register`
 * finds it. Stands once, outside of functions. A long text is easier kept in a file: register --mof FILE. */
#define HIPERF_PROVIDER_MOF(...) \
    HIPERF_EXTERN_C HIPERF_EXPORT const char HiperfProviderMof[sizeof(__VA_ARGS__)]; \
    const char HiperfProviderMof[sizeof(__VA_ARGS__)] = __VA_ARGS__

/* ---- Identifiers -------------------------------------------------------------------------------- */

typedef struct GUID {
    uint32_t Data1;
    uint16_t Data2;
    uint16_t Data3;
    uint8_t Data4[8];
} GUID;
typedef GUID IID;
typedef GUID CLSID;

#ifdef __cplusplus
typedef const GUID &REFGUID;
typedef const IID &REFIID;
typedef const CLSID &REFCLSID;
static inline bool IsEqualGUID(REFGUID a, REFGUID b) { return memcmp(&a, &b, sizeof(GUID)) == 0; }
static inline bool operator==(REFGUID a, REFGUID b) { return IsEqualGUID(a, b); }
static inline bool operator!=(REFGUID a, REFGUID b) { return !IsEqualGUID(a, b); }
#else
typedef const GUID *REFGUID;
typedef const IID *REFIID;
typedef const CLSID *REFCLSID;
static inline int IsEqualGUID(REFGUID a, REFGUID b) { return memcmp(a, b, sizeof(GUID)) == 0; }
#endif
#define IsEqualIID(a, b) IsEqualGUID(a, b)
#define IsEqualCLSID(a, b) IsEqualGUID(a, b)

/* Defines an identifier in this translation unit, so that nothing has to be linked for it. */
#define HIPERF_GUID(name, d1, d2, d3, a, b, c, d, e, f, g, h) \
    static const GUID name __attribute__((unused)) = {d1, d2, d3, {a, b, c, d, e, f, g, h}}

/* The nil identifier, the interfaces, and the classes that libhiperf has. */
HIPERF_GUID(GUID_NULL, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0);
HIPERF_GUID(IID_IUnknown, 0x00000000, 0x0000, 0x0000, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46);
HIPERF_GUID(IID_IClassFactory, 0x00000001, 0x0000, 0x0000, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46);
HIPERF_GUID(IID_IWbemQualifierSet, 0xDC12A680, 0x737F, 0x11CF, 0x88, 0x4D, 0x00, 0xAA, 0x00, 0x4B, 0x2E, 0x24);
HIPERF_GUID(IID_IWbemClassObject, 0xDC12A681, 0x737F, 0x11CF, 0x88, 0x4D, 0x00, 0xAA, 0x00, 0x4B, 0x2E, 0x24);
HIPERF_GUID(IID_IWbemObjectAccess, 0x49353C9A, 0x516B, 0x11D1, 0xAE, 0xA6, 0x00, 0xC0, 0x4F, 0xB6, 0x88, 0x20);
HIPERF_GUID(IID_IWbemObjectSink, 0x7C857801, 0x7381, 0x11CF, 0x88, 0x4D, 0x00, 0xAA, 0x00, 0x4B, 0x2E, 0x24);
HIPERF_GUID(IID_IEnumWbemClassObject, 0x027947E1, 0xD731, 0x11CE, 0xA3, 0x57, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01);
HIPERF_GUID(IID_IWbemContext, 0x44ACA674, 0xE8FC, 0x11D0, 0xA0, 0x7C, 0x00, 0xC0, 0x4F, 0xB6, 0x88, 0x20);
HIPERF_GUID(IID_IWbemCallResult, 0x44ACA675, 0xE8FC, 0x11D0, 0xA0, 0x7C, 0x00, 0xC0, 0x4F, 0xB6, 0x88, 0x20);
HIPERF_GUID(IID_IWbemObjectTextSrc, 0xBFBF883A, 0xCAD7, 0x11D3, 0xA1, 0x1B, 0x00, 0x10, 0x5A, 0x1F, 0x51, 0x5A);
HIPERF_GUID(IID_IWbemServices, 0x9556DC99, 0x828C, 0x11CF, 0xA3, 0x7E, 0x00, 0xAA, 0x00, 0x32, 0x40, 0xC7);
HIPERF_GUID(IID_IWbemLocator, 0xDC12A687, 0x737F, 0x11CF, 0x88, 0x4D, 0x00, 0xAA, 0x00, 0x4B, 0x2E, 0x24);
HIPERF_GUID(IID_IWbemProviderInitSink, 0x1BE41571, 0x91DD, 0x11D1, 0xAE, 0xB2, 0x00, 0xC0, 0x4F, 0xB6, 0x88, 0x20);
HIPERF_GUID(IID_IWbemProviderInit, 0x1BE41572, 0x91DD, 0x11D1, 0xAE, 0xB2, 0x00, 0xC0, 0x4F, 0xB6, 0x88, 0x20);
HIPERF_GUID(IID_IWbemRefresher, 0x49353C99, 0x516B, 0x11D1, 0xAE, 0xA6, 0x00, 0xC0, 0x4F, 0xB6, 0x88, 0x20);
HIPERF_GUID(IID_IWbemHiPerfEnum, 0x2705C288, 0x79AE, 0x11D2, 0xB3, 0x48, 0x00, 0x10, 0x5A, 0x1F, 0x81, 0x77);
HIPERF_GUID(IID_IWbemHiPerfProvider, 0x49353C93, 0x516B, 0x11D1, 0xAE, 0xA6, 0x00, 0xC0, 0x4F, 0xB6, 0x88, 0x20);
HIPERF_GUID(IID_IWbemConfigureRefresher, 0x49353C92, 0x516B, 0x11D1, 0xAE, 0xA6, 0x00, 0xC0, 0x4F, 0xB6, 0x88, 0x20);
HIPERF_GUID(IID_IServerSecurity, 0x0000013E, 0x0000, 0x0000, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46);
HIPERF_GUID(IID_IHiPerfValueReason, 0xE5A3E2B4, 0x6F1C, 0x4C0E, 0x9D, 0x57, 0x2B, 0x8A, 0x4C, 0x7F, 0x91, 0xD6);
HIPERF_GUID(CLSID_WbemLocator, 0x4590F811, 0x1D3A, 0x11D0, 0x89, 0x1F, 0x00, 0xAA, 0x00, 0x4B, 0x2E, 0x24);
HIPERF_GUID(CLSID_WbemRefresher, 0xC71566F2, 0x561E, 0x11D1, 0xAD, 0x87, 0x00, 0xC0, 0x4F, 0xD8, 0xFD, 0xFF);
HIPERF_GUID(CLSID_WbemContext, 0x674B6698, 0xEE92, 0x11D0, 0xAD, 0x71, 0x00, 0xC0, 0x4F, 0xD8, 0xFD, 0xFF);
HIPERF_GUID(CLSID_WbemObjectTextSrc, 0x8D1C559D, 0x84F0, 0x4BB3, 0xA7, 0xD5, 0x56, 0xA7, 0x43, 0x5A, 0x9B, 0xA6);

/* ---- Variants and arrays ------------------------------------------------------------------------ */

typedef struct IUnknown IUnknown;
typedef struct IDispatch IDispatch;     /* named by VARIANT, never used by hiperf */
typedef struct IRecordInfo IRecordInfo; /* likewise */
typedef struct VARIANT VARIANT;
typedef VARIANT VARIANTARG;

typedef union CY { /* a fixed-point number, scaled by 10,000 */
    int64_t int64;
} CY;

typedef struct SAFEARRAYBOUND {
    ULONG cElements;
    LONG lLbound;
} SAFEARRAYBOUND;

typedef struct SAFEARRAY {
    USHORT cDims;
    USHORT fFeatures;
    ULONG cbElements; /* size of one element, in bytes */
    ULONG cLocks;
    void *pvData;
    SAFEARRAYBOUND rgsabound[1];
} SAFEARRAY;

typedef struct HIPERF_BRECORD {
    void *pvRecord;
    IRecordInfo *pRecInfo;
} HIPERF_BRECORD;

/* What a VARIANT holds. CIM types travel as: sint8, sint16, char16 VT_I2; uint8 VT_UI1; uint16, sint32, uint32 VT_I4;
 * sint64, uint64 VT_BSTR (decimal digits); string, datetime, reference VT_BSTR; arrays VT_ARRAY | the same. */
enum VARENUM {
    VT_EMPTY = 0,
    VT_NULL = 1,
    VT_I2 = 2,
    VT_I4 = 3,
    VT_R4 = 4,
    VT_R8 = 5,
    VT_CY = 6,
    VT_DATE = 7,
    VT_BSTR = 8,
    VT_DISPATCH = 9,
    VT_ERROR = 10,
    VT_BOOL = 11,
    VT_VARIANT = 12,
    VT_UNKNOWN = 13,
    VT_I1 = 16,
    VT_UI1 = 17,
    VT_UI2 = 18,
    VT_UI4 = 19,
    VT_I8 = 20,
    VT_UI8 = 21,
    VT_INT = 22,
    VT_UINT = 23,
    VT_ARRAY = 0x2000,
    VT_BYREF = 0x4000,
    VT_TYPEMASK = 0xFFF
};

/* One value with its type. Start with VariantInit; free what it holds with VariantClear. */
struct VARIANT {
    VARTYPE vt;
    WORD wReserved1;
    WORD wReserved2;
    WORD wReserved3;
    union {
        LONGLONG llVal;
        LONG lVal;
        BYTE bVal;
        SHORT iVal;
        float fltVal;
        double dblVal;
        VARIANT_BOOL boolVal;
        SCODE scode;
        CY cyVal;
        DATE date;
        BSTR bstrVal;
        IUnknown *punkVal;
        IDispatch *pdispVal;
        SAFEARRAY *parray;
        VARIANT *pvarVal;
        void *byref;
        int8_t cVal;
        USHORT uiVal;
        ULONG ulVal;
        ULONGLONG ullVal;
        INT intVal;
        UINT uintVal;
        HIPERF_BRECORD brecVal;
    };
};

#define V_VT(v) ((v)->vt)
#define V_I2(v) ((v)->iVal)
#define V_I4(v) ((v)->lVal)
#define V_UI1(v) ((v)->bVal)
#define V_UI4(v) ((v)->ulVal)
#define V_R4(v) ((v)->fltVal)
#define V_R8(v) ((v)->dblVal)
#define V_BOOL(v) ((v)->boolVal)
#define V_BSTR(v) ((v)->bstrVal)
#define V_UNKNOWN(v) ((v)->punkVal)
#define V_ARRAY(v) ((v)->parray)

HIPERF_ASSERT(sizeof(GUID) == 16, "a GUID has 16 bytes");
HIPERF_ASSERT(sizeof(WCHAR) == 2, "UTF-16 units have two bytes");
HIPERF_ASSERT(sizeof(VARIANT) == 8 + 2 * sizeof(void *), "24 bytes with 64-bit pointers, 16 with 32-bit ones");
HIPERF_ASSERT(offsetof(VARIANT, lVal) == 8, "the value follows the type and three reserved words");
HIPERF_ASSERT(offsetof(SAFEARRAY, rgsabound) == 8 + 2 * sizeof(void *), "bounds follow the data pointer");

/* ---- Result codes -------------------------------------------------------------------------------- */

/* WBEM_* codes first, then the COM codes that are met beside them. */
#define S_OK ((HRESULT)0)
#define S_FALSE ((HRESULT)1)
#define WBEM_S_NO_ERROR ((HRESULT)0x00000000) /* the operation was successful */
#define WBEM_S_FALSE ((HRESULT)0x00000001) /* no more or nothing to return */
#define WBEM_S_ALREADY_EXISTS ((HRESULT)0x00040001) /* the object already exists */
#define WBEM_S_RESET_TO_DEFAULT ((HRESULT)0x00040002) /* an overridden property was reset to its default */
#define WBEM_S_DIFFERENT ((HRESULT)0x00040003) /* the objects compared are different */
#define WBEM_S_TIMEDOUT ((HRESULT)0x00040004) /* the call timed out before all was returned */
#define WBEM_S_NO_MORE_DATA ((HRESULT)0x00040005) /* no more data is available */
#define WBEM_S_OPERATION_CANCELLED ((HRESULT)0x00040006) /* the operation was cancelled */
#define WBEM_S_PENDING ((HRESULT)0x00040007) /* the operation is still in progress */
#define WBEM_S_DUPLICATE_OBJECTS ((HRESULT)0x00040008) /* the same object was returned more than once */
#define WBEM_S_ACCESS_DENIED ((HRESULT)0x00040009) /* part of the data was denied to the caller */
#define WBEM_S_PARTIAL_RESULTS ((HRESULT)0x00040010) /* some objects could not be brought up to date */
#define WBEM_S_SOURCE_NOT_AVAILABLE ((HRESULT)0x00040017) /* the source of the data is not available */
#define WBEM_E_FAILED ((HRESULT)0x80041001u) /* the call failed */
#define WBEM_E_NOT_FOUND ((HRESULT)0x80041002u) /* the object could not be found */
#define WBEM_E_ACCESS_DENIED ((HRESULT)0x80041003u) /* the caller has no permission for this */
#define WBEM_E_PROVIDER_FAILURE ((HRESULT)0x80041004u) /* the provider failed */
#define WBEM_E_TYPE_MISMATCH ((HRESULT)0x80041005u) /* the value has the wrong type */
#define WBEM_E_OUT_OF_MEMORY ((HRESULT)0x80041006u) /* not enough memory */
#define WBEM_E_INVALID_CONTEXT ((HRESULT)0x80041007u) /* the context object is not valid */
#define WBEM_E_INVALID_PARAMETER ((HRESULT)0x80041008u) /* one of the parameters is not valid */
#define WBEM_E_NOT_AVAILABLE ((HRESULT)0x80041009u) /* the resource is not available */
#define WBEM_E_CRITICAL_ERROR ((HRESULT)0x8004100Au) /* an internal, critical error occurred */
#define WBEM_E_INVALID_STREAM ((HRESULT)0x8004100Bu) /* a network packet is damaged */
#define WBEM_E_NOT_SUPPORTED ((HRESULT)0x8004100Cu) /* the feature or operation is not supported */
#define WBEM_E_INVALID_SUPERCLASS ((HRESULT)0x8004100Du) /* the parent class is not valid */
#define WBEM_E_INVALID_NAMESPACE ((HRESULT)0x8004100Eu) /* the namespace could not be found */
#define WBEM_E_INVALID_OBJECT ((HRESULT)0x8004100Fu) /* the object is incomplete or not valid */
#define WBEM_E_INVALID_CLASS ((HRESULT)0x80041010u) /* the class is not valid or not known */
#define WBEM_E_PROVIDER_NOT_FOUND ((HRESULT)0x80041011u) /* the class names a provider that is not registered */
#define WBEM_E_INVALID_PROVIDER_REGISTRATION ((HRESULT)0x80041012u) /* the provider's registration is damaged */
#define WBEM_E_PROVIDER_LOAD_FAILURE ((HRESULT)0x80041013u) /* the provider could not be loaded */
#define WBEM_E_INITIALIZATION_FAILURE ((HRESULT)0x80041014u) /* a component failed to initialise */
#define WBEM_E_TRANSPORT_FAILURE ((HRESULT)0x80041015u) /* the connection failed */
#define WBEM_E_INVALID_OPERATION ((HRESULT)0x80041016u) /* the operation is not valid here */
#define WBEM_E_INVALID_QUERY ((HRESULT)0x80041017u) /* the query is not valid */
#define WBEM_E_INVALID_QUERY_TYPE ((HRESULT)0x80041018u) /* the query language is not supported */
#define WBEM_E_ALREADY_EXISTS ((HRESULT)0x80041019u) /* the object already exists */
#define WBEM_E_OVERRIDE_NOT_ALLOWED ((HRESULT)0x8004101Au) /* the qualifier may not be overridden */
#define WBEM_E_PROPAGATED_QUALIFIER ((HRESULT)0x8004101Bu) /* an inherited qualifier can't be deleted here */
#define WBEM_E_PROPAGATED_PROPERTY ((HRESULT)0x8004101Cu) /* an inherited property can't be changed here */
#define WBEM_E_UNEXPECTED ((HRESULT)0x8004101Du) /* the call came at an unexpected time */
#define WBEM_E_ILLEGAL_OPERATION ((HRESULT)0x8004101Eu) /* the operation is illegal here */
#define WBEM_E_CANNOT_BE_KEY ((HRESULT)0x8004101Fu) /* the property can't be a key */
#define WBEM_E_INCOMPLETE_CLASS ((HRESULT)0x80041020u) /* the class lacks a name or a part */
#define WBEM_E_INVALID_SYNTAX ((HRESULT)0x80041021u) /* the text is not valid */
#define WBEM_E_NONDECORATED_OBJECT ((HRESULT)0x80041022u) /* the object belongs to no namespace */
#define WBEM_E_READ_ONLY ((HRESULT)0x80041023u) /* the property can't be written */
#define WBEM_E_PROVIDER_NOT_CAPABLE ((HRESULT)0x80041024u) /* the provider does not do this */
#define WBEM_E_CLASS_HAS_CHILDREN ((HRESULT)0x80041025u) /* the class has derived classes */
#define WBEM_E_CLASS_HAS_INSTANCES ((HRESULT)0x80041026u) /* the class has instances */
#define WBEM_E_QUERY_NOT_IMPLEMENTED ((HRESULT)0x80041027u) /* the query is not implemented */
#define WBEM_E_ILLEGAL_NULL ((HRESULT)0x80041028u) /* the property may not be NULL */
#define WBEM_E_INVALID_QUALIFIER_TYPE ((HRESULT)0x80041029u) /* the qualifier has the wrong type */
#define WBEM_E_INVALID_PROPERTY_TYPE ((HRESULT)0x8004102Au) /* the property has the wrong type */
#define WBEM_E_VALUE_OUT_OF_RANGE ((HRESULT)0x8004102Bu) /* the value is out of range */
#define WBEM_E_CANNOT_BE_SINGLETON ((HRESULT)0x8004102Cu) /* the class can't be a singleton */
#define WBEM_E_INVALID_CIM_TYPE ((HRESULT)0x8004102Du) /* the CIM type is not valid */
#define WBEM_E_INVALID_METHOD ((HRESULT)0x8004102Eu) /* the method is not valid */
#define WBEM_E_INVALID_METHOD_PARAMETERS ((HRESULT)0x8004102Fu) /* the method's parameters are not valid */
#define WBEM_E_SYSTEM_PROPERTY ((HRESULT)0x80041030u) /* a system property can't be changed */
#define WBEM_E_INVALID_PROPERTY ((HRESULT)0x80041031u) /* the property is not valid or not known */
#define WBEM_E_CALL_CANCELLED ((HRESULT)0x80041032u) /* the call was cancelled */
#define WBEM_E_SHUTTING_DOWN ((HRESULT)0x80041033u) /* the service is shutting down */
#define WBEM_E_PROPAGATED_METHOD ((HRESULT)0x80041034u) /* an inherited method can't be changed here */
#define WBEM_E_UNSUPPORTED_PARAMETER ((HRESULT)0x80041035u) /* a parameter is not supported */
#define WBEM_E_MISSING_PARAMETER_ID ((HRESULT)0x80041036u) /* a method parameter has no ID */
#define WBEM_E_INVALID_PARAMETER_ID ((HRESULT)0x80041037u) /* the ID of a method parameter is not valid */
#define WBEM_E_NONCONSECUTIVE_PARAMETER_IDS ((HRESULT)0x80041038u) /* the IDs of a method's parameters are not consecutive */
#define WBEM_E_PARAMETER_ID_ON_RETVAL ((HRESULT)0x80041039u) /* the return value of a method has an ID */
#define WBEM_E_INVALID_QUALIFIER ((HRESULT)0x80041042u) /* the qualifier is not valid */
#define WBEM_E_INVALID_OBJECT_PATH ((HRESULT)0x8004103Au) /* the object path is not valid */
#define WBEM_E_BUFFER_TOO_SMALL ((HRESULT)0x8004103Cu) /* the buffer is too small */
#define WBEM_E_UNKNOWN_OBJECT_TYPE ((HRESULT)0x8004103Eu) /* the object's type is unknown */
#define WBEM_E_INVALID_DUPLICATE_PARAMETER ((HRESULT)0x80041043u) /* an [in, out] parameter differs between input and output */
#define WBEM_E_INVALID_FLAVOR ((HRESULT)0x80041046u) /* the qualifier flavor is not valid */
#define WBEM_E_CIRCULAR_REFERENCE ((HRESULT)0x80041047u) /* the reference leads back to itself */
#define WBEM_E_CANNOT_CHANGE_KEY_INHERITANCE ((HRESULT)0x80041049u) /* a key can't be added to or taken from a derived class */
#define WBEM_E_TOO_MANY_PROPERTIES ((HRESULT)0x80041051u) /* the class has too many properties */
#define WBEM_E_UPDATE_TYPE_MISMATCH ((HRESULT)0x80041052u) /* the update changes a type in use */
#define WBEM_E_METHOD_NOT_IMPLEMENTED ((HRESULT)0x80041055u) /* the method is not implemented */
#define WBEM_E_METHOD_DISABLED ((HRESULT)0x80041056u) /* the method is disabled */
#define WBEM_E_REFRESHER_BUSY ((HRESULT)0x80041057u) /* another call is using the refresher */
#define WBEM_E_UNPARSABLE_QUERY ((HRESULT)0x80041058u) /* the query can't be parsed */
#define WBEM_E_NOT_EVENT_CLASS ((HRESULT)0x80041059u) /* the class is not an event class */
#define WBEM_E_LOCAL_CREDENTIALS ((HRESULT)0x80041064u) /* a local connection takes no user credentials */
#define WBEM_E_CANNOT_BE_ABSTRACT ((HRESULT)0x80041065u) /* the class can't be abstract */
#define WBEM_E_QUOTA_VIOLATION ((HRESULT)0x8004106Cu) /* a limit was exceeded */
#define WBEM_E_HANDLE_OUT_OF_DATE ((HRESULT)0x80041070u) /* the handle is out of date */
#define WBEM_E_CONNECTION_FAILED ((HRESULT)0x80041071u) /* the connection could not be made */
#define WBEM_E_INVALID_HANDLE_REQUEST ((HRESULT)0x80041072u) /* the property handle belongs to another class */
#define WBEM_E_PROPERTY_NAME_TOO_WIDE ((HRESULT)0x80041073u) /* the property name is too long */
#define WBEM_E_CLASS_NAME_TOO_WIDE ((HRESULT)0x80041074u) /* the class name is too long */
#define WBEM_E_QUALIFIER_NAME_TOO_WIDE ((HRESULT)0x80041076u) /* the qualifier name is too long */
#define WBEM_E_PROVIDER_SUSPENDED ((HRESULT)0x80041081u) /* the provider is suspended */
#define WBEM_E_PROVIDER_TIMED_OUT ((HRESULT)0x80041088u) /* the provider did not answer in time */
#define WBEM_E_NO_KEY ((HRESULT)0x80041089u) /* the class has no key */
#define WBEM_E_PROVIDER_DISABLED ((HRESULT)0x8004108Au) /* the provider is disabled */
#define E_NOTIMPL ((HRESULT)0x80004001u) /* not implemented */
#define E_NOINTERFACE ((HRESULT)0x80004002u) /* the object does not have this interface */
#define E_POINTER ((HRESULT)0x80004003u) /* a pointer is NULL */
#define E_UNEXPECTED ((HRESULT)0x8000FFFFu) /* an unexpected failure */
#define E_OUTOFMEMORY ((HRESULT)0x8007000Eu) /* not enough memory */
#define E_INVALIDARG ((HRESULT)0x80070057u) /* an argument is not valid */
#define DISP_E_TYPEMISMATCH ((HRESULT)0x80020005u) /* the value can't be converted to this type */
#define DISP_E_BADVARTYPE ((HRESULT)0x80020008u) /* the variant's type is not valid */
#define DISP_E_OVERFLOW ((HRESULT)0x8002000Au) /* the value is out of range */
#define DISP_E_BADINDEX ((HRESULT)0x8002000Bu) /* the index is out of bounds */
#define CLASS_E_NOAGGREGATION ((HRESULT)0x80040110u) /* the class does not aggregate */
#define CLASS_E_CLASSNOTAVAILABLE ((HRESULT)0x80040111u) /* the library does not have this class */
#define REGDB_E_CLASSNOTREG ((HRESULT)0x80040154u) /* the class is not registered */
#define RPC_E_CALL_COMPLETE ((HRESULT)0x80010117u) /* there is no call to speak of */
#define RPC_E_DISCONNECTED ((HRESULT)0x80010108u) /* the object is disconnected from its clients */
#define CO_E_CLASSSTRING ((HRESULT)0x800401F3u) /* the text is not a class identifier */
#define CO_E_DLLNOTFOUND ((HRESULT)0x800401F8u) /* the library of the class is missing or cannot be opened */
#define CO_E_ERRORINDLL ((HRESULT)0x800401F9u) /* the library of the class has no entry point */
#define E_ACCESSDENIED ((HRESULT)0x80070005u) /* access is denied */
#define E_FAIL ((HRESULT)0x80004005u) /* an unspecified failure */
#define WBEM_S_SAME WBEM_S_NO_ERROR
#define WBEM_S_INITIALIZED WBEM_S_NO_ERROR
#define WBEM_NO_ERROR WBEM_S_NO_ERROR

/* ---- Enumerations -------------------------------------------------------------------------------- */

/* CIM types, as GetPropertyHandle and Get report them. */
enum tag_CIMTYPE_ENUMERATION {
    CIM_ILLEGAL = 0xFFF,
    CIM_EMPTY = 0,
    CIM_SINT16 = 2,
    CIM_SINT32 = 3,
    CIM_REAL32 = 4,
    CIM_REAL64 = 5,
    CIM_STRING = 8,
    CIM_BOOLEAN = 11,
    CIM_OBJECT = 13,
    CIM_SINT8 = 16,
    CIM_UINT8 = 17,
    CIM_UINT16 = 18,
    CIM_UINT32 = 19,
    CIM_SINT64 = 20,
    CIM_UINT64 = 21,
    CIM_DATETIME = 101,
    CIM_REFERENCE = 102,
    CIM_CHAR16 = 103,
    CIM_FLAG_ARRAY = 0x2000
};

/* Flags of most calls. */
enum tag_WBEM_GENERIC_FLAG_TYPE {
    WBEM_FLAG_RETURN_WBEM_COMPLETE = 0,
    WBEM_FLAG_RETURN_IMMEDIATELY = 0x10,
    WBEM_FLAG_FORWARD_ONLY = 0x20,
    WBEM_FLAG_NO_ERROR_OBJECT = 0x40,
    WBEM_FLAG_SEND_STATUS = 0x80,
    WBEM_FLAG_ENSURE_LOCATABLE = 0x100,
    WBEM_FLAG_DIRECT_READ = 0x200,
    WBEM_MASK_RESERVED_FLAGS = 0x1F000,
    WBEM_FLAG_USE_AMENDED_QUALIFIERS = 0x20000,
    WBEM_FLAG_STRONG_VALIDATION = 0x100000
};

/* How far an enumeration or query goes. */
enum tag_WBEM_QUERY_FLAG_TYPE {
    WBEM_FLAG_DEEP = 0,
    WBEM_FLAG_SHALLOW = 1,
    WBEM_FLAG_PROTOTYPE = 2
};

/* PutClass and PutInstance. */
enum tag_WBEM_CHANGE_FLAG_TYPE {
    WBEM_FLAG_CREATE_OR_UPDATE = 0,
    WBEM_FLAG_UPDATE_ONLY = 1,
    WBEM_FLAG_CREATE_ONLY = 2,
    WBEM_FLAG_UPDATE_COMPATIBLE = 0,
    WBEM_FLAG_UPDATE_SAFE_MODE = 0x20,
    WBEM_FLAG_UPDATE_FORCE_MODE = 0x40,
    WBEM_FLAG_ADVISORY = 0x10000
};

/* GetNames and BeginEnumeration. */
enum tag_WBEM_CONDITION_FLAG_TYPE {
    WBEM_FLAG_ALWAYS = 0,
    WBEM_FLAG_ONLY_IF_TRUE = 1,
    WBEM_FLAG_ONLY_IF_FALSE = 2,
    WBEM_FLAG_ONLY_IF_IDENTICAL = 3,
    WBEM_FLAG_KEYS_ONLY = 4,
    WBEM_FLAG_REFS_ONLY = 8,
    WBEM_FLAG_LOCAL_ONLY = 0x10,
    WBEM_FLAG_PROPAGATED_ONLY = 0x20,
    WBEM_FLAG_SYSTEM_ONLY = 0x30,
    WBEM_FLAG_NONSYSTEM_ONLY = 0x40,
    WBEM_FLAG_CLASS_OVERRIDES_ONLY = 0x100,
    WBEM_FLAG_CLASS_LOCAL_AND_OVERRIDES = 0x200
};

/* Flavors of qualifiers and properties. */
enum tag_WBEM_FLAVOR_TYPE {
    WBEM_FLAVOR_DONT_PROPAGATE = 0,
    WBEM_FLAVOR_FLAG_PROPAGATE_TO_INSTANCE = 1,
    WBEM_FLAVOR_FLAG_PROPAGATE_TO_DERIVED_CLASS = 2,
    WBEM_FLAVOR_MASK_PROPAGATION = 0xF,
    WBEM_FLAVOR_OVERRIDABLE = 0,
    WBEM_FLAVOR_NOT_OVERRIDABLE = 0x10,
    WBEM_FLAVOR_ORIGIN_LOCAL = 0,
    WBEM_FLAVOR_ORIGIN_PROPAGATED = 0x20,
    WBEM_FLAVOR_ORIGIN_SYSTEM = 0x40,
    WBEM_FLAVOR_MASK_ORIGIN = 0x60,
    WBEM_FLAVOR_AMENDED = 0x80
};

/* CompareTo. */
enum tag_WBEM_COMPARISON_FLAG {
    WBEM_COMPARISON_INCLUDE_ALL = 0,
    WBEM_FLAG_IGNORE_QUALIFIERS = 1,
    WBEM_FLAG_IGNORE_OBJECT_SOURCE = 2,
    WBEM_FLAG_IGNORE_DEFAULT_VALUES = 4,
    WBEM_FLAG_IGNORE_CLASS = 8,
    WBEM_FLAG_IGNORE_CASE = 0x10,
    WBEM_FLAG_IGNORE_FLAVOR = 0x20
};

/* Refresh and Remove. */
enum tag_WBEM_REFRESHER_FLAGS {
    WBEM_FLAG_REFRESH_AUTO_RECONNECT = 0,
    WBEM_FLAG_REFRESH_NO_AUTO_RECONNECT = 1
};

/* IWbemObjectSink::SetStatus. */
enum tag_WBEM_STATUS_TYPE {
    WBEM_STATUS_COMPLETE = 0,
    WBEM_STATUS_REQUIREMENTS = 1,
    WBEM_STATUS_PROGRESS = 2
};

/* ConnectServer. */
enum tag_WBEM_CONNECT_OPTIONS {
    WBEM_FLAG_CONNECT_REPOSITORY_ONLY = 0x40,
    WBEM_FLAG_CONNECT_USE_MAX_WAIT = 0x80
};

/* Timeouts, in milliseconds. */
enum tag_WBEM_TIMEOUT_TYPE {
    WBEM_NO_WAIT = 0,
    WBEM_INFINITE = -1
};

/* __GENUS. */
enum tag_WBEM_GENUS_TYPE {
    WBEM_GENUS_CLASS = 1,
    WBEM_GENUS_INSTANCE = 2
};

/* Flags of GetObjectText. */
enum tag_WBEM_TEXT_FLAG_TYPE {
    WBEM_FLAG_NO_FLAVORS = 1
};

/* Formats of IWbemObjectTextSrc. */
typedef enum tag_WMI_OBJ_TEXT {
    WMI_OBJ_TEXT_CIM_DTD_2_0 = 1,
    WMI_OBJ_TEXT_WMI_DTD_2_0 = 2
} WMI_OBJ_TEXT;

/* Where an object may live, for CoCreateInstance. */
enum tagCLSCTX {
    CLSCTX_INPROC_SERVER = 1,
    CLSCTX_INPROC_HANDLER = 2,
    CLSCTX_LOCAL_SERVER = 4,
    CLSCTX_REMOTE_SERVER = 0x10,
    CLSCTX_ALL = 0x17
};

/* Threading models, for CoInitializeEx. */
enum tagCOINIT {
    COINIT_MULTITHREADED = 0,
    COINIT_APARTMENTTHREADED = 2
};


/* Why a value is missing, for IHiPerfValueReason. Later versions may have more. */
typedef enum HIPERF_REASON {
    HIPERF_REASON_NONE = 0,              /* there is a value, or nobody said */
    HIPERF_REASON_NO_BASELINE = 1,       /* two samples are needed and this is the first */
    HIPERF_REASON_NO_OPERATIONS = 2,     /* an average over operations, and there were none in the interval */
    HIPERF_REASON_RESET = 3,             /* the counter, its base or its time stamp stepped back */
    HIPERF_REASON_BASE_ZERO = 4,
    HIPERF_REASON_TIME_NOT_ADVANCED = 5, /* both samples have the same time stamp */
    HIPERF_REASON_NO_FREQUENCY = 6,
    HIPERF_REASON_MISSING = 7,           /* a raw value that is needed is NULL */
    HIPERF_REASON_NOT_A_NUMBER = 8,
    HIPERF_REASON_OUT_OF_RANGE = 9,
    HIPERF_REASON_UNSUPPORTED = 10,      /* there is no such thing on this machine */
    HIPERF_REASON_REBORN = 11,           /* another entity now bears the instance's name */
    HIPERF_REASON_GONE = 12,             /* the entity no longer exists */
    HIPERF_REASON_STALE = 13,            /* not read in the last refresh */
    HIPERF_REASON_DENIED = 14,           /* the caller may not read it */
    HIPERF_REASON_NOT_ASKED = 15,        /* the client asked for other properties only */
    HIPERF_REASON_FAILED = 16            /* reading it failed, or its provider did */
} HIPERF_REASON;

/* ---- Interfaces --------------------------------------------------------------------------------- */

/* One text serves both languages: in C, HIPERF_INTERFACE opens a table of function pointers; in C++ an abstract
 * class without a virtual destructor, whose table has the same slots in the same order. */
#ifdef __cplusplus
#define HIPERF_INTERFACE(name, base) struct name : public base {
#define HIPERF_ROOT_INTERFACE(name) struct name {
#define HIPERF_END(name, slots) };
#define HIPERF_METHOD(method) virtual HRESULT method
#define HIPERF_COUNT(method) virtual ULONG method
#define HIPERF_FLAG(method) virtual BOOL method
#define HIPERF_THIS
#define HIPERF_THIS_
#define HIPERF_PURE = 0
#define HIPERF_INHERIT(methods)
#else
#define HIPERF_INTERFACE(name, base) typedef struct name##Vtbl {
#define HIPERF_ROOT_INTERFACE(name) typedef struct name##Vtbl {
#define HIPERF_END(name, slots) } name##Vtbl; \
    struct name { const name##Vtbl *lpVtbl; }; \
    HIPERF_ASSERT(sizeof(name##Vtbl) == (slots) * sizeof(void (*)(void)), #name " has " #slots " slots");
#define HIPERF_METHOD(method) HRESULT (*method)
#define HIPERF_COUNT(method) ULONG (*method)
#define HIPERF_FLAG(method) BOOL (*method)
#define HIPERF_THIS INTERFACE *This
#define HIPERF_THIS_ INTERFACE *This,
#define HIPERF_PURE
#define HIPERF_INHERIT(methods) methods
#endif

typedef struct IClassFactory IClassFactory;
typedef struct IWbemQualifierSet IWbemQualifierSet;
typedef struct IWbemClassObject IWbemClassObject;
typedef struct IWbemObjectAccess IWbemObjectAccess;
typedef struct IWbemObjectSink IWbemObjectSink;
typedef struct IEnumWbemClassObject IEnumWbemClassObject;
typedef struct IWbemContext IWbemContext;
typedef struct IWbemCallResult IWbemCallResult;
typedef struct IWbemObjectTextSrc IWbemObjectTextSrc;
typedef struct IWbemServices IWbemServices;
typedef struct IWbemLocator IWbemLocator;
typedef struct IWbemProviderInitSink IWbemProviderInitSink;
typedef struct IWbemProviderInit IWbemProviderInit;
typedef struct IWbemRefresher IWbemRefresher;
typedef struct IWbemHiPerfEnum IWbemHiPerfEnum;
typedef struct IWbemHiPerfProvider IWbemHiPerfProvider;
typedef struct IWbemConfigureRefresher IWbemConfigureRefresher;
typedef struct IServerSecurity IServerSecurity;
typedef struct IHiPerfValueReason IHiPerfValueReason;

/* The slots that derived interfaces repeat in C; C++ inherits them. */
#define HIPERF_IUNKNOWN \
    HIPERF_METHOD(QueryInterface)(HIPERF_THIS_ REFIID riid, void **ppvObject) HIPERF_PURE; \
    HIPERF_COUNT(AddRef)(HIPERF_THIS) HIPERF_PURE; \
    HIPERF_COUNT(Release)(HIPERF_THIS) HIPERF_PURE;
#define HIPERF_IWBEMCLASSOBJECT \
    HIPERF_METHOD(GetQualifierSet)(HIPERF_THIS_ IWbemQualifierSet **ppQualSet) HIPERF_PURE; \
    HIPERF_METHOD(Get)(HIPERF_THIS_ LPCWSTR wszName, LONG lFlags, VARIANT *pVal, CIMTYPE *pType, \
        LONG *plFlavor) HIPERF_PURE; \
    HIPERF_METHOD(Put)(HIPERF_THIS_ LPCWSTR wszName, LONG lFlags, VARIANT *pVal, CIMTYPE Type) HIPERF_PURE; \
    HIPERF_METHOD(Delete)(HIPERF_THIS_ LPCWSTR wszName) HIPERF_PURE; \
    HIPERF_METHOD(GetNames)(HIPERF_THIS_ LPCWSTR wszQualifierName, LONG lFlags, VARIANT *pQualifierVal, \
        SAFEARRAY **pNames) HIPERF_PURE; \
    HIPERF_METHOD(BeginEnumeration)(HIPERF_THIS_ LONG lEnumFlags) HIPERF_PURE; \
    HIPERF_METHOD(Next)(HIPERF_THIS_ LONG lFlags, BSTR *strName, VARIANT *pVal, CIMTYPE *pType, \
        LONG *plFlavor) HIPERF_PURE; \
    HIPERF_METHOD(EndEnumeration)(HIPERF_THIS) HIPERF_PURE; \
    HIPERF_METHOD(GetPropertyQualifierSet)(HIPERF_THIS_ LPCWSTR wszProperty, \
        IWbemQualifierSet **ppQualSet) HIPERF_PURE; \
    HIPERF_METHOD(Clone)(HIPERF_THIS_ IWbemClassObject **ppCopy) HIPERF_PURE; \
    HIPERF_METHOD(GetObjectText)(HIPERF_THIS_ LONG lFlags, BSTR *pstrObjectText) HIPERF_PURE; \
    HIPERF_METHOD(SpawnDerivedClass)(HIPERF_THIS_ LONG lFlags, IWbemClassObject **ppNewClass) HIPERF_PURE; \
    HIPERF_METHOD(SpawnInstance)(HIPERF_THIS_ LONG lFlags, IWbemClassObject **ppNewInstance) HIPERF_PURE; \
    HIPERF_METHOD(CompareTo)(HIPERF_THIS_ LONG lFlags, IWbemClassObject *pCompareTo) HIPERF_PURE; \
    HIPERF_METHOD(GetPropertyOrigin)(HIPERF_THIS_ LPCWSTR wszName, BSTR *pstrClassName) HIPERF_PURE; \
    HIPERF_METHOD(InheritsFrom)(HIPERF_THIS_ LPCWSTR strAncestor) HIPERF_PURE; \
    HIPERF_METHOD(GetMethod)(HIPERF_THIS_ LPCWSTR wszName, LONG lFlags, IWbemClassObject **ppInSignature, \
        IWbemClassObject **ppOutSignature) HIPERF_PURE; \
    HIPERF_METHOD(PutMethod)(HIPERF_THIS_ LPCWSTR wszName, LONG lFlags, IWbemClassObject *pInSignature, \
        IWbemClassObject *pOutSignature) HIPERF_PURE; \
    HIPERF_METHOD(DeleteMethod)(HIPERF_THIS_ LPCWSTR wszName) HIPERF_PURE; \
    HIPERF_METHOD(BeginMethodEnumeration)(HIPERF_THIS_ LONG lEnumFlags) HIPERF_PURE; \
    HIPERF_METHOD(NextMethod)(HIPERF_THIS_ LONG lFlags, BSTR *pstrName, IWbemClassObject **ppInSignature, \
        IWbemClassObject **ppOutSignature) HIPERF_PURE; \
    HIPERF_METHOD(EndMethodEnumeration)(HIPERF_THIS) HIPERF_PURE; \
    HIPERF_METHOD(GetMethodQualifierSet)(HIPERF_THIS_ LPCWSTR wszMethod, IWbemQualifierSet **ppQualSet) HIPERF_PURE; \
    HIPERF_METHOD(GetMethodOrigin)(HIPERF_THIS_ LPCWSTR wszMethodName, BSTR *pstrClassName) HIPERF_PURE;
#define HIPERF_IWBEMOBJECTACCESS \
    HIPERF_METHOD(GetPropertyHandle)(HIPERF_THIS_ LPCWSTR wszPropertyName, CIMTYPE *pType, LONG *plHandle) HIPERF_PURE; \
    HIPERF_METHOD(WritePropertyValue)(HIPERF_THIS_ LONG lHandle, LONG lNumBytes, const BYTE *aData) HIPERF_PURE; \
    HIPERF_METHOD(ReadPropertyValue)(HIPERF_THIS_ LONG lHandle, LONG lBufferSize, LONG *plNumBytes, \
        BYTE *aData) HIPERF_PURE; \
    HIPERF_METHOD(ReadDWORD)(HIPERF_THIS_ LONG lHandle, DWORD *pdw) HIPERF_PURE; \
    HIPERF_METHOD(WriteDWORD)(HIPERF_THIS_ LONG lHandle, DWORD dw) HIPERF_PURE; \
    HIPERF_METHOD(ReadQWORD)(HIPERF_THIS_ LONG lHandle, UINT64 *pqw) HIPERF_PURE; \
    HIPERF_METHOD(WriteQWORD)(HIPERF_THIS_ LONG lHandle, UINT64 pw) HIPERF_PURE; \
    HIPERF_METHOD(GetPropertyInfoByHandle)(HIPERF_THIS_ LONG lHandle, BSTR *pstrName, CIMTYPE *pType) HIPERF_PURE; \
    HIPERF_METHOD(Lock)(HIPERF_THIS_ LONG lFlags) HIPERF_PURE; \
    HIPERF_METHOD(Unlock)(HIPERF_THIS_ LONG lFlags) HIPERF_PURE;

/* What every object answers. QueryInterface gives out another interface of the same object, with a reference of its own;
 * E_NOINTERFACE if it hasn't one. AddRef and Release return the new count, for tests only. */
#define INTERFACE IUnknown
HIPERF_ROOT_INTERFACE(IUnknown)
    HIPERF_IUNKNOWN
HIPERF_END(IUnknown, 3)
#undef INTERFACE

/* A class object. CreateInstance makes one object; LockServer(TRUE) keeps the library loaded until LockServer(FALSE). */
#define INTERFACE IClassFactory
HIPERF_INTERFACE(IClassFactory, IUnknown)
    HIPERF_INHERIT(HIPERF_IUNKNOWN)
    HIPERF_METHOD(CreateInstance)(HIPERF_THIS_ IUnknown *pUnkOuter, REFIID riid, void **ppvObject) HIPERF_PURE;
    HIPERF_METHOD(LockServer)(HIPERF_THIS_ BOOL fLock) HIPERF_PURE;
HIPERF_END(IClassFactory, 5)
#undef INTERFACE

/* The qualifiers of a class, property or instance: a live view of its object. */
#define INTERFACE IWbemQualifierSet
HIPERF_INTERFACE(IWbemQualifierSet, IUnknown)
    HIPERF_INHERIT(HIPERF_IUNKNOWN)
    HIPERF_METHOD(Get)(HIPERF_THIS_ LPCWSTR wszName, LONG lFlags, VARIANT *pVal, LONG *plFlavor) HIPERF_PURE;
    HIPERF_METHOD(Put)(HIPERF_THIS_ LPCWSTR wszName, VARIANT *pVal, LONG lFlavor) HIPERF_PURE;
    HIPERF_METHOD(Delete)(HIPERF_THIS_ LPCWSTR wszName) HIPERF_PURE;
    HIPERF_METHOD(GetNames)(HIPERF_THIS_ LONG lFlags, SAFEARRAY **pNames) HIPERF_PURE;
    HIPERF_METHOD(BeginEnumeration)(HIPERF_THIS_ LONG lFlags) HIPERF_PURE;
    HIPERF_METHOD(Next)(HIPERF_THIS_ LONG lFlags, BSTR *pstrName, VARIANT *pVal, LONG *plFlavor) HIPERF_PURE;
    HIPERF_METHOD(EndEnumeration)(HIPERF_THIS) HIPERF_PURE;
HIPERF_END(IWbemQualifierSet, 10)
#undef INTERFACE

/* A class or an instance, local to this process. Get and Put work by name; VT_NULL is a value that isn't there.
 * Clone is a copy with a life of its own; SpawnInstance an empty instance. Not for use by two threads at once. */
#define INTERFACE IWbemClassObject
HIPERF_INTERFACE(IWbemClassObject, IUnknown)
    HIPERF_INHERIT(HIPERF_IUNKNOWN)
    HIPERF_IWBEMCLASSOBJECT
HIPERF_END(IWbemClassObject, 27)
#undef INTERFACE

/* The same object, read and written by handle: a number that GetPropertyHandle gives once for every instance of a class.
 * Reading a NULL as DWORD or QWORD stores 0 and returns WBEM_S_FALSE. Strings are read and written with their closing zero. */
#define INTERFACE IWbemObjectAccess
HIPERF_INTERFACE(IWbemObjectAccess, IWbemClassObject)
    HIPERF_INHERIT(HIPERF_IUNKNOWN)
    HIPERF_INHERIT(HIPERF_IWBEMCLASSOBJECT)
    HIPERF_IWBEMOBJECTACCESS
HIPERF_END(IWbemObjectAccess, 37)
#undef INTERFACE

/* The same object once more, an extension of hiperf's own: why a value is missing. QueryInterface an object for it; one
 * that doesn't have it says E_NOINTERFACE, and nothing more than NULL is known then. GetReason stores a HIPERF_REASON:
 * HIPERF_REASON_NONE when the property has a value or nobody said. SetReason is for providers, inside Refresh as any
 * write: it sets the property to NULL and says why. A refresh copies reasons with the values; a value that is written
 * later makes the reason void by itself. */
#define INTERFACE IHiPerfValueReason
HIPERF_INTERFACE(IHiPerfValueReason, IWbemObjectAccess)
    HIPERF_INHERIT(HIPERF_IUNKNOWN)
    HIPERF_INHERIT(HIPERF_IWBEMCLASSOBJECT)
    HIPERF_INHERIT(HIPERF_IWBEMOBJECTACCESS)
    HIPERF_METHOD(GetReason)(HIPERF_THIS_ LONG lHandle, LONG *plReason) HIPERF_PURE;
    HIPERF_METHOD(SetReason)(HIPERF_THIS_ LONG lHandle, LONG lReason) HIPERF_PURE;
HIPERF_END(IHiPerfValueReason, 39)
#undef INTERFACE

/* Receives objects: Indicate any number of times, then SetStatus(WBEM_STATUS_COMPLETE) once. The objects of Indicate are
 * borrowed. */
#define INTERFACE IWbemObjectSink
HIPERF_INTERFACE(IWbemObjectSink, IUnknown)
    HIPERF_INHERIT(HIPERF_IUNKNOWN)
    HIPERF_METHOD(Indicate)(HIPERF_THIS_ LONG lObjectCount, IWbemClassObject **apObjArray) HIPERF_PURE;
    HIPERF_METHOD(SetStatus)(HIPERF_THIS_ LONG lFlags, HRESULT hResult, BSTR strParam,
        IWbemClassObject *pObjParam) HIPERF_PURE;
HIPERF_END(IWbemObjectSink, 5)
#undef INTERFACE

/* A walk over objects. Next returns WBEM_S_FALSE when it gave fewer than asked because that was all. */
#define INTERFACE IEnumWbemClassObject
HIPERF_INTERFACE(IEnumWbemClassObject, IUnknown)
    HIPERF_INHERIT(HIPERF_IUNKNOWN)
    HIPERF_METHOD(Reset)(HIPERF_THIS) HIPERF_PURE;
    HIPERF_METHOD(Next)(HIPERF_THIS_ LONG lTimeout, ULONG uCount, IWbemClassObject **apObjects,
        ULONG *puReturned) HIPERF_PURE;
    HIPERF_METHOD(NextAsync)(HIPERF_THIS_ ULONG uCount, IWbemObjectSink *pSink) HIPERF_PURE;
    HIPERF_METHOD(Clone)(HIPERF_THIS_ IEnumWbemClassObject **ppEnum) HIPERF_PURE;
    HIPERF_METHOD(Skip)(HIPERF_THIS_ LONG lTimeout, ULONG nCount) HIPERF_PURE;
HIPERF_END(IEnumWbemClassObject, 8)
#undef INTERFACE

/* Named values that travel with a request to the provider. */
#define INTERFACE IWbemContext
HIPERF_INTERFACE(IWbemContext, IUnknown)
    HIPERF_INHERIT(HIPERF_IUNKNOWN)
    HIPERF_METHOD(Clone)(HIPERF_THIS_ IWbemContext **ppNewCopy) HIPERF_PURE;
    HIPERF_METHOD(GetNames)(HIPERF_THIS_ LONG lFlags, SAFEARRAY **pNames) HIPERF_PURE;
    HIPERF_METHOD(BeginEnumeration)(HIPERF_THIS_ LONG lFlags) HIPERF_PURE;
    HIPERF_METHOD(Next)(HIPERF_THIS_ LONG lFlags, BSTR *pstrName, VARIANT *pValue) HIPERF_PURE;
    HIPERF_METHOD(EndEnumeration)(HIPERF_THIS) HIPERF_PURE;
    HIPERF_METHOD(SetValue)(HIPERF_THIS_ LPCWSTR wszName, LONG lFlags, VARIANT *pValue) HIPERF_PURE;
    HIPERF_METHOD(GetValue)(HIPERF_THIS_ LPCWSTR wszName, LONG lFlags, VARIANT *pValue) HIPERF_PURE;
    HIPERF_METHOD(DeleteValue)(HIPERF_THIS_ LPCWSTR wszName, LONG lFlags) HIPERF_PURE;
    HIPERF_METHOD(DeleteAll)(HIPERF_THIS) HIPERF_PURE;
HIPERF_END(IWbemContext, 12)
#undef INTERFACE

/* The outcome of a call made with WBEM_FLAG_RETURN_IMMEDIATELY. Timeouts are in milliseconds or WBEM_INFINITE. */
#define INTERFACE IWbemCallResult
HIPERF_INTERFACE(IWbemCallResult, IUnknown)
    HIPERF_INHERIT(HIPERF_IUNKNOWN)
    HIPERF_METHOD(GetResultObject)(HIPERF_THIS_ LONG lTimeout, IWbemClassObject **ppResultObject) HIPERF_PURE;
    HIPERF_METHOD(GetResultString)(HIPERF_THIS_ LONG lTimeout, BSTR *pstrResultString) HIPERF_PURE;
    HIPERF_METHOD(GetResultServices)(HIPERF_THIS_ LONG lTimeout, IWbemServices **ppServices) HIPERF_PURE;
    HIPERF_METHOD(GetCallStatus)(HIPERF_THIS_ LONG lTimeout, LONG *plStatus) HIPERF_PURE;
HIPERF_END(IWbemCallResult, 7)
#undef INTERFACE

/* A namespace. Methods that need a store or a remote partner may return WBEM_E_NOT_SUPPORTED. */
#define INTERFACE IWbemServices
HIPERF_INTERFACE(IWbemServices, IUnknown)
    HIPERF_INHERIT(HIPERF_IUNKNOWN)
    HIPERF_METHOD(OpenNamespace)(HIPERF_THIS_ BSTR strNamespace, LONG lFlags, IWbemContext *pCtx,
        IWbemServices **ppWorkingNamespace, IWbemCallResult **ppResult) HIPERF_PURE;
    HIPERF_METHOD(CancelAsyncCall)(HIPERF_THIS_ IWbemObjectSink *pSink) HIPERF_PURE;
    HIPERF_METHOD(QueryObjectSink)(HIPERF_THIS_ LONG lFlags, IWbemObjectSink **ppResponseHandler) HIPERF_PURE;
    HIPERF_METHOD(GetObject)(HIPERF_THIS_ BSTR strObjectPath, LONG lFlags, IWbemContext *pCtx,
        IWbemClassObject **ppObject, IWbemCallResult **ppCallResult) HIPERF_PURE;
    HIPERF_METHOD(GetObjectAsync)(HIPERF_THIS_ BSTR strObjectPath, LONG lFlags, IWbemContext *pCtx,
        IWbemObjectSink *pResponseHandler) HIPERF_PURE;
    HIPERF_METHOD(PutClass)(HIPERF_THIS_ IWbemClassObject *pObject, LONG lFlags, IWbemContext *pCtx,
        IWbemCallResult **ppCallResult) HIPERF_PURE;
    HIPERF_METHOD(PutClassAsync)(HIPERF_THIS_ IWbemClassObject *pObject, LONG lFlags, IWbemContext *pCtx,
        IWbemObjectSink *pResponseHandler) HIPERF_PURE;
    HIPERF_METHOD(DeleteClass)(HIPERF_THIS_ BSTR strClass, LONG lFlags, IWbemContext *pCtx,
        IWbemCallResult **ppCallResult) HIPERF_PURE;
    HIPERF_METHOD(DeleteClassAsync)(HIPERF_THIS_ BSTR strClass, LONG lFlags, IWbemContext *pCtx,
        IWbemObjectSink *pResponseHandler) HIPERF_PURE;
    HIPERF_METHOD(CreateClassEnum)(HIPERF_THIS_ BSTR strSuperclass, LONG lFlags, IWbemContext *pCtx,
        IEnumWbemClassObject **ppEnum) HIPERF_PURE;
    HIPERF_METHOD(CreateClassEnumAsync)(HIPERF_THIS_ BSTR strSuperclass, LONG lFlags, IWbemContext *pCtx,
        IWbemObjectSink *pResponseHandler) HIPERF_PURE;
    HIPERF_METHOD(PutInstance)(HIPERF_THIS_ IWbemClassObject *pInst, LONG lFlags, IWbemContext *pCtx,
        IWbemCallResult **ppCallResult) HIPERF_PURE;
    HIPERF_METHOD(PutInstanceAsync)(HIPERF_THIS_ IWbemClassObject *pInst, LONG lFlags, IWbemContext *pCtx,
        IWbemObjectSink *pResponseHandler) HIPERF_PURE;
    HIPERF_METHOD(DeleteInstance)(HIPERF_THIS_ BSTR strObjectPath, LONG lFlags, IWbemContext *pCtx,
        IWbemCallResult **ppCallResult) HIPERF_PURE;
    HIPERF_METHOD(DeleteInstanceAsync)(HIPERF_THIS_ BSTR strObjectPath, LONG lFlags, IWbemContext *pCtx,
        IWbemObjectSink *pResponseHandler) HIPERF_PURE;
    HIPERF_METHOD(CreateInstanceEnum)(HIPERF_THIS_ BSTR strFilter, LONG lFlags, IWbemContext *pCtx,
        IEnumWbemClassObject **ppEnum) HIPERF_PURE;
    HIPERF_METHOD(CreateInstanceEnumAsync)(HIPERF_THIS_ BSTR strFilter, LONG lFlags, IWbemContext *pCtx,
        IWbemObjectSink *pResponseHandler) HIPERF_PURE;
    HIPERF_METHOD(ExecQuery)(HIPERF_THIS_ BSTR strQueryLanguage, BSTR strQuery, LONG lFlags, IWbemContext *pCtx,
        IEnumWbemClassObject **ppEnum) HIPERF_PURE;
    HIPERF_METHOD(ExecQueryAsync)(HIPERF_THIS_ BSTR strQueryLanguage, BSTR strQuery, LONG lFlags, IWbemContext *pCtx,
        IWbemObjectSink *pResponseHandler) HIPERF_PURE;
    HIPERF_METHOD(ExecNotificationQuery)(HIPERF_THIS_ BSTR strQueryLanguage, BSTR strQuery, LONG lFlags,
        IWbemContext *pCtx, IEnumWbemClassObject **ppEnum) HIPERF_PURE;
    HIPERF_METHOD(ExecNotificationQueryAsync)(HIPERF_THIS_ BSTR strQueryLanguage, BSTR strQuery, LONG lFlags,
        IWbemContext *pCtx, IWbemObjectSink *pResponseHandler) HIPERF_PURE;
    HIPERF_METHOD(ExecMethod)(HIPERF_THIS_ BSTR strObjectPath, BSTR strMethodName, LONG lFlags, IWbemContext *pCtx,
        IWbemClassObject *pInParams, IWbemClassObject **ppOutParams, IWbemCallResult **ppCallResult) HIPERF_PURE;
    HIPERF_METHOD(ExecMethodAsync)(HIPERF_THIS_ BSTR strObjectPath, BSTR strMethodName, LONG lFlags,
        IWbemContext *pCtx, IWbemClassObject *pInParams, IWbemObjectSink *pResponseHandler) HIPERF_PURE;
HIPERF_END(IWbemServices, 26)
#undef INTERFACE

/* Where a client begins. ConnectServer(u"root\\cimv2" as a BSTR, NULL, NULL, NULL, 0, NULL, NULL, &services).
 * WBEM_E_INVALID_NAMESPACE; WBEM_E_LOCAL_CREDENTIALS if a user is named for this machine. */
#define INTERFACE IWbemLocator
HIPERF_INTERFACE(IWbemLocator, IUnknown)
    HIPERF_INHERIT(HIPERF_IUNKNOWN)
    HIPERF_METHOD(ConnectServer)(HIPERF_THIS_ BSTR strNetworkResource, BSTR strUser, BSTR strPassword, BSTR strLocale,
        LONG lSecurityFlags, BSTR strAuthority, IWbemContext *pCtx, IWbemServices **ppNamespace) HIPERF_PURE;
HIPERF_END(IWbemLocator, 4)
#undef INTERFACE

/* Objects as CIM-XML and back (CLSID_WbemObjectTextSrc): WMI_OBJ_TEXT_CIM_DTD_2_0 or WMI_OBJ_TEXT_WMI_DTD_2_0. The text is
 * the caller's to free; pCtx may be NULL. WBEM_E_NOT_SUPPORTED: another format, or something that XML can't hold. */
#define INTERFACE IWbemObjectTextSrc
HIPERF_INTERFACE(IWbemObjectTextSrc, IUnknown)
    HIPERF_INHERIT(HIPERF_IUNKNOWN)
    HIPERF_METHOD(GetText)(HIPERF_THIS_ LONG lFlags, IWbemClassObject *pObj, ULONG uObjTextFormat, IWbemContext *pCtx,
        BSTR *strText) HIPERF_PURE;
    HIPERF_METHOD(CreateFromText)(HIPERF_THIS_ LONG lFlags, BSTR strText, ULONG uObjTextFormat, IWbemContext *pCtx,
        IWbemClassObject **pNewObj) HIPERF_PURE;
HIPERF_END(IWbemObjectTextSrc, 5)
#undef INTERFACE

/* Takes the outcome of Initialize. */
#define INTERFACE IWbemProviderInitSink
HIPERF_INTERFACE(IWbemProviderInitSink, IUnknown)
    HIPERF_INHERIT(HIPERF_IUNKNOWN)
    HIPERF_METHOD(SetStatus)(HIPERF_THIS_ LONG lStatus, LONG lFlags) HIPERF_PURE;
HIPERF_END(IWbemProviderInitSink, 4)
#undef INTERFACE

/* Implemented by every provider. Initialize reports through the sink (WBEM_S_INITIALIZED or an error) and returns
 * WBEM_S_NO_ERROR. All pointers are borrowed. */
#define INTERFACE IWbemProviderInit
HIPERF_INTERFACE(IWbemProviderInit, IUnknown)
    HIPERF_INHERIT(HIPERF_IUNKNOWN)
    HIPERF_METHOD(Initialize)(HIPERF_THIS_ LPWSTR wszUser, LONG lFlags, LPWSTR wszNamespace, LPWSTR wszLocale,
        IWbemServices *pNamespace, IWbemContext *pCtx, IWbemProviderInitSink *pInitSink) HIPERF_PURE;
HIPERF_END(IWbemProviderInit, 4)
#undef INTERFACE

/* Brings up to date what was added: the provider's for its objects, and the client's (CLSID_WbemRefresher) for everything.
 * WBEM_S_PARTIAL_RESULTS: some items failed, the others are new. WBEM_E_REFRESHER_BUSY: another thread is inside. */
#define INTERFACE IWbemRefresher
HIPERF_INTERFACE(IWbemRefresher, IUnknown)
    HIPERF_INHERIT(HIPERF_IUNKNOWN)
    HIPERF_METHOD(Refresh)(HIPERF_THIS_ LONG lFlags) HIPERF_PURE;
HIPERF_END(IWbemRefresher, 4)
#undef INTERFACE

/* All instances of one class. A client calls GetObjects only (the others return WBEM_E_ACCESS_DENIED): with too small an
 * array it copies nothing, stores the number needed, and returns WBEM_E_BUFFER_TOO_SMALL. The caller releases each object.
 * A provider calls the others, inside Refresh; ids are its own and unique in one enumerator. */
#define INTERFACE IWbemHiPerfEnum
HIPERF_INTERFACE(IWbemHiPerfEnum, IUnknown)
    HIPERF_INHERIT(HIPERF_IUNKNOWN)
    HIPERF_METHOD(AddObjects)(HIPERF_THIS_ LONG lFlags, ULONG uNumObjects, LONG *apIds,
        IWbemObjectAccess **apObj) HIPERF_PURE;
    HIPERF_METHOD(RemoveObjects)(HIPERF_THIS_ LONG lFlags, ULONG uNumObjects, LONG *apIds) HIPERF_PURE;
    HIPERF_METHOD(GetObjects)(HIPERF_THIS_ LONG lFlags, ULONG uNumObjects, IWbemObjectAccess **apObj,
        ULONG *puReturned) HIPERF_PURE;
    HIPERF_METHOD(RemoveAll)(HIPERF_THIS_ LONG lFlags) HIPERF_PURE;
HIPERF_END(IWbemHiPerfEnum, 7)
#undef INTERFACE

/* Implemented by a high-performance provider. What it can't do returns WBEM_E_PROVIDER_NOT_CAPABLE. Refreshable objects and
 * enumerators are written inside Refresh of the refresher that owns them and nowhere else. */
#define INTERFACE IWbemHiPerfProvider
HIPERF_INTERFACE(IWbemHiPerfProvider, IUnknown)
    HIPERF_INHERIT(HIPERF_IUNKNOWN)
    HIPERF_METHOD(QueryInstances)(HIPERF_THIS_ IWbemServices *pNamespace, WCHAR *wszClass, LONG lFlags,
        IWbemContext *pCtx, IWbemObjectSink *pSink) HIPERF_PURE;
    HIPERF_METHOD(CreateRefresher)(HIPERF_THIS_ IWbemServices *pNamespace, LONG lFlags,
        IWbemRefresher **ppRefresher) HIPERF_PURE;
    HIPERF_METHOD(CreateRefreshableObject)(HIPERF_THIS_ IWbemServices *pNamespace, IWbemObjectAccess *pTemplate,
        IWbemRefresher *pRefresher, LONG lFlags, IWbemContext *pContext, IWbemObjectAccess **ppRefreshable,
        LONG *plId) HIPERF_PURE;
    HIPERF_METHOD(StopRefreshing)(HIPERF_THIS_ IWbemRefresher *pRefresher, LONG lId, LONG lFlags) HIPERF_PURE;
    HIPERF_METHOD(CreateRefreshableEnum)(HIPERF_THIS_ IWbemServices *pNamespace, LPCWSTR wszClass,
        IWbemRefresher *pRefresher, LONG lFlags, IWbemContext *pContext, IWbemHiPerfEnum *pHiPerfEnum,
        LONG *plId) HIPERF_PURE;
    HIPERF_METHOD(GetObjects)(HIPERF_THIS_ IWbemServices *pNamespace, LONG lNumObjects, IWbemObjectAccess **apObj,
        LONG lFlags, IWbemContext *pContext) HIPERF_PURE;
HIPERF_END(IWbemHiPerfProvider, 9)
#undef INTERFACE

/* The other face of CLSID_WbemRefresher: what shall be refreshed. `plId` may be NULL. The caller releases the object or
 * enumerator; Remove(id) ends its refreshing, and so does releasing the refresher. Unknown id: WBEM_E_NOT_FOUND. Of a
 * template the keys count; one without is WBEM_E_INVALID_OBJECT. A nested refresher is anyone's and stays usable by
 * itself; one that would be below itself is WBEM_E_CIRCULAR_REFERENCE. Flags: 0 or WBEM_FLAG_USE_AMENDED_QUALIFIERS;
 * of Remove, those of Refresh. */
#define INTERFACE IWbemConfigureRefresher
HIPERF_INTERFACE(IWbemConfigureRefresher, IUnknown)
    HIPERF_INHERIT(HIPERF_IUNKNOWN)
    HIPERF_METHOD(AddObjectByPath)(HIPERF_THIS_ IWbemServices *pNamespace, LPCWSTR wszPath, LONG lFlags,
        IWbemContext *pContext, IWbemClassObject **ppRefreshable, LONG *plId) HIPERF_PURE;
    HIPERF_METHOD(AddObjectByTemplate)(HIPERF_THIS_ IWbemServices *pNamespace, IWbemClassObject *pTemplate,
        LONG lFlags, IWbemContext *pContext, IWbemClassObject **ppRefreshable, LONG *plId) HIPERF_PURE;
    HIPERF_METHOD(AddRefresher)(HIPERF_THIS_ IWbemRefresher *pRefresher, LONG lFlags, LONG *plId) HIPERF_PURE;
    HIPERF_METHOD(Remove)(HIPERF_THIS_ LONG lId, LONG lFlags) HIPERF_PURE;
    HIPERF_METHOD(AddEnum)(HIPERF_THIS_ IWbemServices *pNamespace, LPCWSTR wszClassName, LONG lFlags,
        IWbemContext *pContext, IWbemHiPerfEnum **ppEnum, LONG *plId) HIPERF_PURE;
HIPERF_END(IWbemConfigureRefresher, 8)
#undef INTERFACE

/* The context of the call that a provider serves, from CoGetCallContext: who makes it, and acting as him. It is of use in
 * the thread and for the time of that call; later, every method returns RPC_E_CALL_COMPLETE. */
#define INTERFACE IServerSecurity
HIPERF_INTERFACE(IServerSecurity, IUnknown)
    HIPERF_INHERIT(HIPERF_IUNKNOWN)
    /* How the caller is known; each parameter may be NULL. No service authenticates him here, so *pAuthnSvc and *pAuthzSvc
     * are 0, *pServerPrincName and *pPrivs NULL; *pImpLevel is 3 (impersonate), or 2 (identify) if ImpersonateClient fails. */
    HIPERF_METHOD(QueryBlanket)(HIPERF_THIS_ DWORD *pAuthnSvc, DWORD *pAuthzSvc, OLECHAR **pServerPrincName,
        DWORD *pAuthnLevel, DWORD *pImpLevel, void **pPrivs, DWORD *pCapabilities) HIPERF_PURE;
    HIPERF_METHOD(ImpersonateClient)(HIPERF_THIS) HIPERF_PURE; /* as CoImpersonateClient */
    HIPERF_METHOD(RevertToSelf)(HIPERF_THIS) HIPERF_PURE;      /* as CoRevertToSelf */
    HIPERF_FLAG(IsImpersonating)(HIPERF_THIS) HIPERF_PURE;     /* TRUE between the two */
HIPERF_END(IServerSecurity, 7)
#undef INTERFACE


#ifndef __cplusplus
/* ---- Call macros of C --------------------------------------------------------------------------- */

#define IUnknown_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IUnknown_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IUnknown_Release(This) (This)->lpVtbl->Release(This)

#define IClassFactory_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IClassFactory_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IClassFactory_Release(This) (This)->lpVtbl->Release(This)
#define IClassFactory_CreateInstance(This, pUnkOuter, riid, ppvObject) (This)->lpVtbl->CreateInstance(This, pUnkOuter, riid, ppvObject)
#define IClassFactory_LockServer(This, fLock) (This)->lpVtbl->LockServer(This, fLock)

#define IWbemQualifierSet_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IWbemQualifierSet_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IWbemQualifierSet_Release(This) (This)->lpVtbl->Release(This)
#define IWbemQualifierSet_Get(This, wszName, lFlags, pVal, plFlavor) (This)->lpVtbl->Get(This, wszName, lFlags, pVal, plFlavor)
#define IWbemQualifierSet_Put(This, wszName, pVal, lFlavor) (This)->lpVtbl->Put(This, wszName, pVal, lFlavor)
#define IWbemQualifierSet_Delete(This, wszName) (This)->lpVtbl->Delete(This, wszName)
#define IWbemQualifierSet_GetNames(This, lFlags, pNames) (This)->lpVtbl->GetNames(This, lFlags, pNames)
#define IWbemQualifierSet_BeginEnumeration(This, lFlags) (This)->lpVtbl->BeginEnumeration(This, lFlags)
#define IWbemQualifierSet_Next(This, lFlags, pstrName, pVal, plFlavor) (This)->lpVtbl->Next(This, lFlags, pstrName, pVal, plFlavor)
#define IWbemQualifierSet_EndEnumeration(This) (This)->lpVtbl->EndEnumeration(This)

#define IWbemClassObject_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IWbemClassObject_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IWbemClassObject_Release(This) (This)->lpVtbl->Release(This)
#define IWbemClassObject_GetQualifierSet(This, ppQualSet) (This)->lpVtbl->GetQualifierSet(This, ppQualSet)
#define IWbemClassObject_Get(This, wszName, lFlags, pVal, pType, plFlavor) (This)->lpVtbl->Get(This, wszName, lFlags, pVal, pType, plFlavor)
#define IWbemClassObject_Put(This, wszName, lFlags, pVal, Type) (This)->lpVtbl->Put(This, wszName, lFlags, pVal, Type)
#define IWbemClassObject_Delete(This, wszName) (This)->lpVtbl->Delete(This, wszName)
#define IWbemClassObject_GetNames(This, wszQualifierName, lFlags, pQualifierVal, pNames) (This)->lpVtbl->GetNames(This, wszQualifierName, lFlags, pQualifierVal, pNames)
#define IWbemClassObject_BeginEnumeration(This, lEnumFlags) (This)->lpVtbl->BeginEnumeration(This, lEnumFlags)
#define IWbemClassObject_Next(This, lFlags, strName, pVal, pType, plFlavor) (This)->lpVtbl->Next(This, lFlags, strName, pVal, pType, plFlavor)
#define IWbemClassObject_EndEnumeration(This) (This)->lpVtbl->EndEnumeration(This)
#define IWbemClassObject_GetPropertyQualifierSet(This, wszProperty, ppQualSet) (This)->lpVtbl->GetPropertyQualifierSet(This, wszProperty, ppQualSet)
#define IWbemClassObject_Clone(This, ppCopy) (This)->lpVtbl->Clone(This, ppCopy)
#define IWbemClassObject_GetObjectText(This, lFlags, pstrObjectText) (This)->lpVtbl->GetObjectText(This, lFlags, pstrObjectText)
#define IWbemClassObject_SpawnDerivedClass(This, lFlags, ppNewClass) (This)->lpVtbl->SpawnDerivedClass(This, lFlags, ppNewClass)
#define IWbemClassObject_SpawnInstance(This, lFlags, ppNewInstance) (This)->lpVtbl->SpawnInstance(This, lFlags, ppNewInstance)
#define IWbemClassObject_CompareTo(This, lFlags, pCompareTo) (This)->lpVtbl->CompareTo(This, lFlags, pCompareTo)
#define IWbemClassObject_GetPropertyOrigin(This, wszName, pstrClassName) (This)->lpVtbl->GetPropertyOrigin(This, wszName, pstrClassName)
#define IWbemClassObject_InheritsFrom(This, strAncestor) (This)->lpVtbl->InheritsFrom(This, strAncestor)
#define IWbemClassObject_GetMethod(This, wszName, lFlags, ppInSignature, ppOutSignature) (This)->lpVtbl->GetMethod(This, wszName, lFlags, ppInSignature, ppOutSignature)
#define IWbemClassObject_PutMethod(This, wszName, lFlags, pInSignature, pOutSignature) (This)->lpVtbl->PutMethod(This, wszName, lFlags, pInSignature, pOutSignature)
#define IWbemClassObject_DeleteMethod(This, wszName) (This)->lpVtbl->DeleteMethod(This, wszName)
#define IWbemClassObject_BeginMethodEnumeration(This, lEnumFlags) (This)->lpVtbl->BeginMethodEnumeration(This, lEnumFlags)
#define IWbemClassObject_NextMethod(This, lFlags, pstrName, ppInSignature, ppOutSignature) (This)->lpVtbl->NextMethod(This, lFlags, pstrName, ppInSignature, ppOutSignature)
#define IWbemClassObject_EndMethodEnumeration(This) (This)->lpVtbl->EndMethodEnumeration(This)
#define IWbemClassObject_GetMethodQualifierSet(This, wszMethod, ppQualSet) (This)->lpVtbl->GetMethodQualifierSet(This, wszMethod, ppQualSet)
#define IWbemClassObject_GetMethodOrigin(This, wszMethodName, pstrClassName) (This)->lpVtbl->GetMethodOrigin(This, wszMethodName, pstrClassName)

#define IWbemObjectAccess_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IWbemObjectAccess_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IWbemObjectAccess_Release(This) (This)->lpVtbl->Release(This)
#define IWbemObjectAccess_GetQualifierSet(This, ppQualSet) (This)->lpVtbl->GetQualifierSet(This, ppQualSet)
#define IWbemObjectAccess_Get(This, wszName, lFlags, pVal, pType, plFlavor) (This)->lpVtbl->Get(This, wszName, lFlags, pVal, pType, plFlavor)
#define IWbemObjectAccess_Put(This, wszName, lFlags, pVal, Type) (This)->lpVtbl->Put(This, wszName, lFlags, pVal, Type)
#define IWbemObjectAccess_Delete(This, wszName) (This)->lpVtbl->Delete(This, wszName)
#define IWbemObjectAccess_GetNames(This, wszQualifierName, lFlags, pQualifierVal, pNames) (This)->lpVtbl->GetNames(This, wszQualifierName, lFlags, pQualifierVal, pNames)
#define IWbemObjectAccess_BeginEnumeration(This, lEnumFlags) (This)->lpVtbl->BeginEnumeration(This, lEnumFlags)
#define IWbemObjectAccess_Next(This, lFlags, strName, pVal, pType, plFlavor) (This)->lpVtbl->Next(This, lFlags, strName, pVal, pType, plFlavor)
#define IWbemObjectAccess_EndEnumeration(This) (This)->lpVtbl->EndEnumeration(This)
#define IWbemObjectAccess_GetPropertyQualifierSet(This, wszProperty, ppQualSet) (This)->lpVtbl->GetPropertyQualifierSet(This, wszProperty, ppQualSet)
#define IWbemObjectAccess_Clone(This, ppCopy) (This)->lpVtbl->Clone(This, ppCopy)
#define IWbemObjectAccess_GetObjectText(This, lFlags, pstrObjectText) (This)->lpVtbl->GetObjectText(This, lFlags, pstrObjectText)
#define IWbemObjectAccess_SpawnDerivedClass(This, lFlags, ppNewClass) (This)->lpVtbl->SpawnDerivedClass(This, lFlags, ppNewClass)
#define IWbemObjectAccess_SpawnInstance(This, lFlags, ppNewInstance) (This)->lpVtbl->SpawnInstance(This, lFlags, ppNewInstance)
#define IWbemObjectAccess_CompareTo(This, lFlags, pCompareTo) (This)->lpVtbl->CompareTo(This, lFlags, pCompareTo)
#define IWbemObjectAccess_GetPropertyOrigin(This, wszName, pstrClassName) (This)->lpVtbl->GetPropertyOrigin(This, wszName, pstrClassName)
#define IWbemObjectAccess_InheritsFrom(This, strAncestor) (This)->lpVtbl->InheritsFrom(This, strAncestor)
#define IWbemObjectAccess_GetMethod(This, wszName, lFlags, ppInSignature, ppOutSignature) (This)->lpVtbl->GetMethod(This, wszName, lFlags, ppInSignature, ppOutSignature)
#define IWbemObjectAccess_PutMethod(This, wszName, lFlags, pInSignature, pOutSignature) (This)->lpVtbl->PutMethod(This, wszName, lFlags, pInSignature, pOutSignature)
#define IWbemObjectAccess_DeleteMethod(This, wszName) (This)->lpVtbl->DeleteMethod(This, wszName)
#define IWbemObjectAccess_BeginMethodEnumeration(This, lEnumFlags) (This)->lpVtbl->BeginMethodEnumeration(This, lEnumFlags)
#define IWbemObjectAccess_NextMethod(This, lFlags, pstrName, ppInSignature, ppOutSignature) (This)->lpVtbl->NextMethod(This, lFlags, pstrName, ppInSignature, ppOutSignature)
#define IWbemObjectAccess_EndMethodEnumeration(This) (This)->lpVtbl->EndMethodEnumeration(This)
#define IWbemObjectAccess_GetMethodQualifierSet(This, wszMethod, ppQualSet) (This)->lpVtbl->GetMethodQualifierSet(This, wszMethod, ppQualSet)
#define IWbemObjectAccess_GetMethodOrigin(This, wszMethodName, pstrClassName) (This)->lpVtbl->GetMethodOrigin(This, wszMethodName, pstrClassName)
#define IWbemObjectAccess_GetPropertyHandle(This, wszPropertyName, pType, plHandle) (This)->lpVtbl->GetPropertyHandle(This, wszPropertyName, pType, plHandle)
#define IWbemObjectAccess_WritePropertyValue(This, lHandle, lNumBytes, aData) (This)->lpVtbl->WritePropertyValue(This, lHandle, lNumBytes, aData)
#define IWbemObjectAccess_ReadPropertyValue(This, lHandle, lBufferSize, plNumBytes, aData) (This)->lpVtbl->ReadPropertyValue(This, lHandle, lBufferSize, plNumBytes, aData)
#define IWbemObjectAccess_ReadDWORD(This, lHandle, pdw) (This)->lpVtbl->ReadDWORD(This, lHandle, pdw)
#define IWbemObjectAccess_WriteDWORD(This, lHandle, dw) (This)->lpVtbl->WriteDWORD(This, lHandle, dw)
#define IWbemObjectAccess_ReadQWORD(This, lHandle, pqw) (This)->lpVtbl->ReadQWORD(This, lHandle, pqw)
#define IWbemObjectAccess_WriteQWORD(This, lHandle, pw) (This)->lpVtbl->WriteQWORD(This, lHandle, pw)
#define IWbemObjectAccess_GetPropertyInfoByHandle(This, lHandle, pstrName, pType) (This)->lpVtbl->GetPropertyInfoByHandle(This, lHandle, pstrName, pType)
#define IWbemObjectAccess_Lock(This, lFlags) (This)->lpVtbl->Lock(This, lFlags)
#define IWbemObjectAccess_Unlock(This, lFlags) (This)->lpVtbl->Unlock(This, lFlags)

#define IHiPerfValueReason_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IHiPerfValueReason_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IHiPerfValueReason_Release(This) (This)->lpVtbl->Release(This)
#define IHiPerfValueReason_GetReason(This, lHandle, plReason) (This)->lpVtbl->GetReason(This, lHandle, plReason)
#define IHiPerfValueReason_SetReason(This, lHandle, lReason) (This)->lpVtbl->SetReason(This, lHandle, lReason)

#define IWbemObjectSink_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IWbemObjectSink_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IWbemObjectSink_Release(This) (This)->lpVtbl->Release(This)
#define IWbemObjectSink_Indicate(This, lObjectCount, apObjArray) (This)->lpVtbl->Indicate(This, lObjectCount, apObjArray)
#define IWbemObjectSink_SetStatus(This, lFlags, hResult, strParam, pObjParam) (This)->lpVtbl->SetStatus(This, lFlags, hResult, strParam, pObjParam)

#define IEnumWbemClassObject_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IEnumWbemClassObject_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IEnumWbemClassObject_Release(This) (This)->lpVtbl->Release(This)
#define IEnumWbemClassObject_Reset(This) (This)->lpVtbl->Reset(This)
#define IEnumWbemClassObject_Next(This, lTimeout, uCount, apObjects, puReturned) (This)->lpVtbl->Next(This, lTimeout, uCount, apObjects, puReturned)
#define IEnumWbemClassObject_NextAsync(This, uCount, pSink) (This)->lpVtbl->NextAsync(This, uCount, pSink)
#define IEnumWbemClassObject_Clone(This, ppEnum) (This)->lpVtbl->Clone(This, ppEnum)
#define IEnumWbemClassObject_Skip(This, lTimeout, nCount) (This)->lpVtbl->Skip(This, lTimeout, nCount)

#define IWbemContext_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IWbemContext_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IWbemContext_Release(This) (This)->lpVtbl->Release(This)
#define IWbemContext_Clone(This, ppNewCopy) (This)->lpVtbl->Clone(This, ppNewCopy)
#define IWbemContext_GetNames(This, lFlags, pNames) (This)->lpVtbl->GetNames(This, lFlags, pNames)
#define IWbemContext_BeginEnumeration(This, lFlags) (This)->lpVtbl->BeginEnumeration(This, lFlags)
#define IWbemContext_Next(This, lFlags, pstrName, pValue) (This)->lpVtbl->Next(This, lFlags, pstrName, pValue)
#define IWbemContext_EndEnumeration(This) (This)->lpVtbl->EndEnumeration(This)
#define IWbemContext_SetValue(This, wszName, lFlags, pValue) (This)->lpVtbl->SetValue(This, wszName, lFlags, pValue)
#define IWbemContext_GetValue(This, wszName, lFlags, pValue) (This)->lpVtbl->GetValue(This, wszName, lFlags, pValue)
#define IWbemContext_DeleteValue(This, wszName, lFlags) (This)->lpVtbl->DeleteValue(This, wszName, lFlags)
#define IWbemContext_DeleteAll(This) (This)->lpVtbl->DeleteAll(This)

#define IWbemCallResult_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IWbemCallResult_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IWbemCallResult_Release(This) (This)->lpVtbl->Release(This)
#define IWbemCallResult_GetResultObject(This, lTimeout, ppResultObject) (This)->lpVtbl->GetResultObject(This, lTimeout, ppResultObject)
#define IWbemCallResult_GetResultString(This, lTimeout, pstrResultString) (This)->lpVtbl->GetResultString(This, lTimeout, pstrResultString)
#define IWbemCallResult_GetResultServices(This, lTimeout, ppServices) (This)->lpVtbl->GetResultServices(This, lTimeout, ppServices)
#define IWbemCallResult_GetCallStatus(This, lTimeout, plStatus) (This)->lpVtbl->GetCallStatus(This, lTimeout, plStatus)

#define IWbemServices_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IWbemServices_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IWbemServices_Release(This) (This)->lpVtbl->Release(This)
#define IWbemServices_OpenNamespace(This, strNamespace, lFlags, pCtx, ppWorkingNamespace, ppResult) (This)->lpVtbl->OpenNamespace(This, strNamespace, lFlags, pCtx, ppWorkingNamespace, ppResult)
#define IWbemServices_CancelAsyncCall(This, pSink) (This)->lpVtbl->CancelAsyncCall(This, pSink)
#define IWbemServices_QueryObjectSink(This, lFlags, ppResponseHandler) (This)->lpVtbl->QueryObjectSink(This, lFlags, ppResponseHandler)
#define IWbemServices_GetObject(This, strObjectPath, lFlags, pCtx, ppObject, ppCallResult) (This)->lpVtbl->GetObject(This, strObjectPath, lFlags, pCtx, ppObject, ppCallResult)
#define IWbemServices_GetObjectAsync(This, strObjectPath, lFlags, pCtx, pResponseHandler) (This)->lpVtbl->GetObjectAsync(This, strObjectPath, lFlags, pCtx, pResponseHandler)
#define IWbemServices_PutClass(This, pObject, lFlags, pCtx, ppCallResult) (This)->lpVtbl->PutClass(This, pObject, lFlags, pCtx, ppCallResult)
#define IWbemServices_PutClassAsync(This, pObject, lFlags, pCtx, pResponseHandler) (This)->lpVtbl->PutClassAsync(This, pObject, lFlags, pCtx, pResponseHandler)
#define IWbemServices_DeleteClass(This, strClass, lFlags, pCtx, ppCallResult) (This)->lpVtbl->DeleteClass(This, strClass, lFlags, pCtx, ppCallResult)
#define IWbemServices_DeleteClassAsync(This, strClass, lFlags, pCtx, pResponseHandler) (This)->lpVtbl->DeleteClassAsync(This, strClass, lFlags, pCtx, pResponseHandler)
#define IWbemServices_CreateClassEnum(This, strSuperclass, lFlags, pCtx, ppEnum) (This)->lpVtbl->CreateClassEnum(This, strSuperclass, lFlags, pCtx, ppEnum)
#define IWbemServices_CreateClassEnumAsync(This, strSuperclass, lFlags, pCtx, pResponseHandler) (This)->lpVtbl->CreateClassEnumAsync(This, strSuperclass, lFlags, pCtx, pResponseHandler)
#define IWbemServices_PutInstance(This, pInst, lFlags, pCtx, ppCallResult) (This)->lpVtbl->PutInstance(This, pInst, lFlags, pCtx, ppCallResult)
#define IWbemServices_PutInstanceAsync(This, pInst, lFlags, pCtx, pResponseHandler) (This)->lpVtbl->PutInstanceAsync(This, pInst, lFlags, pCtx, pResponseHandler)
#define IWbemServices_DeleteInstance(This, strObjectPath, lFlags, pCtx, ppCallResult) (This)->lpVtbl->DeleteInstance(This, strObjectPath, lFlags, pCtx, ppCallResult)
#define IWbemServices_DeleteInstanceAsync(This, strObjectPath, lFlags, pCtx, pResponseHandler) (This)->lpVtbl->DeleteInstanceAsync(This, strObjectPath, lFlags, pCtx, pResponseHandler)
#define IWbemServices_CreateInstanceEnum(This, strFilter, lFlags, pCtx, ppEnum) (This)->lpVtbl->CreateInstanceEnum(This, strFilter, lFlags, pCtx, ppEnum)
#define IWbemServices_CreateInstanceEnumAsync(This, strFilter, lFlags, pCtx, pResponseHandler) (This)->lpVtbl->CreateInstanceEnumAsync(This, strFilter, lFlags, pCtx, pResponseHandler)
#define IWbemServices_ExecQuery(This, strQueryLanguage, strQuery, lFlags, pCtx, ppEnum) (This)->lpVtbl->ExecQuery(This, strQueryLanguage, strQuery, lFlags, pCtx, ppEnum)
#define IWbemServices_ExecQueryAsync(This, strQueryLanguage, strQuery, lFlags, pCtx, pResponseHandler) (This)->lpVtbl->ExecQueryAsync(This, strQueryLanguage, strQuery, lFlags, pCtx, pResponseHandler)
#define IWbemServices_ExecNotificationQuery(This, strQueryLanguage, strQuery, lFlags, pCtx, ppEnum) (This)->lpVtbl->ExecNotificationQuery(This, strQueryLanguage, strQuery, lFlags, pCtx, ppEnum)
#define IWbemServices_ExecNotificationQueryAsync(This, strQueryLanguage, strQuery, lFlags, pCtx, pResponseHandler) (This)->lpVtbl->ExecNotificationQueryAsync(This, strQueryLanguage, strQuery, lFlags, pCtx, pResponseHandler)
#define IWbemServices_ExecMethod(This, strObjectPath, strMethodName, lFlags, pCtx, pInParams, ppOutParams, ppCallResult) (This)->lpVtbl->ExecMethod(This, strObjectPath, strMethodName, lFlags, pCtx, pInParams, ppOutParams, ppCallResult)
#define IWbemServices_ExecMethodAsync(This, strObjectPath, strMethodName, lFlags, pCtx, pInParams, pResponseHandler) (This)->lpVtbl->ExecMethodAsync(This, strObjectPath, strMethodName, lFlags, pCtx, pInParams, pResponseHandler)

#define IWbemLocator_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IWbemLocator_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IWbemLocator_Release(This) (This)->lpVtbl->Release(This)
#define IWbemLocator_ConnectServer(This, strNetworkResource, strUser, strPassword, strLocale, lSecurityFlags, strAuthority, pCtx, ppNamespace) (This)->lpVtbl->ConnectServer(This, strNetworkResource, strUser, strPassword, strLocale, lSecurityFlags, strAuthority, pCtx, ppNamespace)

#define IWbemObjectTextSrc_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IWbemObjectTextSrc_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IWbemObjectTextSrc_Release(This) (This)->lpVtbl->Release(This)
#define IWbemObjectTextSrc_GetText(This, lFlags, pObj, uObjTextFormat, pCtx, strText) (This)->lpVtbl->GetText(This, lFlags, pObj, uObjTextFormat, pCtx, strText)
#define IWbemObjectTextSrc_CreateFromText(This, lFlags, strText, uObjTextFormat, pCtx, pNewObj) (This)->lpVtbl->CreateFromText(This, lFlags, strText, uObjTextFormat, pCtx, pNewObj)

#define IWbemProviderInitSink_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IWbemProviderInitSink_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IWbemProviderInitSink_Release(This) (This)->lpVtbl->Release(This)
#define IWbemProviderInitSink_SetStatus(This, lStatus, lFlags) (This)->lpVtbl->SetStatus(This, lStatus, lFlags)

#define IWbemProviderInit_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IWbemProviderInit_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IWbemProviderInit_Release(This) (This)->lpVtbl->Release(This)
#define IWbemProviderInit_Initialize(This, wszUser, lFlags, wszNamespace, wszLocale, pNamespace, pCtx, pInitSink) (This)->lpVtbl->Initialize(This, wszUser, lFlags, wszNamespace, wszLocale, pNamespace, pCtx, pInitSink)

#define IWbemRefresher_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IWbemRefresher_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IWbemRefresher_Release(This) (This)->lpVtbl->Release(This)
#define IWbemRefresher_Refresh(This, lFlags) (This)->lpVtbl->Refresh(This, lFlags)

#define IWbemHiPerfEnum_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IWbemHiPerfEnum_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IWbemHiPerfEnum_Release(This) (This)->lpVtbl->Release(This)
#define IWbemHiPerfEnum_AddObjects(This, lFlags, uNumObjects, apIds, apObj) (This)->lpVtbl->AddObjects(This, lFlags, uNumObjects, apIds, apObj)
#define IWbemHiPerfEnum_RemoveObjects(This, lFlags, uNumObjects, apIds) (This)->lpVtbl->RemoveObjects(This, lFlags, uNumObjects, apIds)
#define IWbemHiPerfEnum_GetObjects(This, lFlags, uNumObjects, apObj, puReturned) (This)->lpVtbl->GetObjects(This, lFlags, uNumObjects, apObj, puReturned)
#define IWbemHiPerfEnum_RemoveAll(This, lFlags) (This)->lpVtbl->RemoveAll(This, lFlags)

#define IWbemHiPerfProvider_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IWbemHiPerfProvider_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IWbemHiPerfProvider_Release(This) (This)->lpVtbl->Release(This)
#define IWbemHiPerfProvider_QueryInstances(This, pNamespace, wszClass, lFlags, pCtx, pSink) (This)->lpVtbl->QueryInstances(This, pNamespace, wszClass, lFlags, pCtx, pSink)
#define IWbemHiPerfProvider_CreateRefresher(This, pNamespace, lFlags, ppRefresher) (This)->lpVtbl->CreateRefresher(This, pNamespace, lFlags, ppRefresher)
#define IWbemHiPerfProvider_CreateRefreshableObject(This, pNamespace, pTemplate, pRefresher, lFlags, pContext, ppRefreshable, plId) (This)->lpVtbl->CreateRefreshableObject(This, pNamespace, pTemplate, pRefresher, lFlags, pContext, ppRefreshable, plId)
#define IWbemHiPerfProvider_StopRefreshing(This, pRefresher, lId, lFlags) (This)->lpVtbl->StopRefreshing(This, pRefresher, lId, lFlags)
#define IWbemHiPerfProvider_CreateRefreshableEnum(This, pNamespace, wszClass, pRefresher, lFlags, pContext, pHiPerfEnum, plId) (This)->lpVtbl->CreateRefreshableEnum(This, pNamespace, wszClass, pRefresher, lFlags, pContext, pHiPerfEnum, plId)
#define IWbemHiPerfProvider_GetObjects(This, pNamespace, lNumObjects, apObj, lFlags, pContext) (This)->lpVtbl->GetObjects(This, pNamespace, lNumObjects, apObj, lFlags, pContext)

#define IWbemConfigureRefresher_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IWbemConfigureRefresher_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IWbemConfigureRefresher_Release(This) (This)->lpVtbl->Release(This)
#define IWbemConfigureRefresher_AddObjectByPath(This, pNamespace, wszPath, lFlags, pContext, ppRefreshable, plId) (This)->lpVtbl->AddObjectByPath(This, pNamespace, wszPath, lFlags, pContext, ppRefreshable, plId)
#define IWbemConfigureRefresher_AddObjectByTemplate(This, pNamespace, pTemplate, lFlags, pContext, ppRefreshable, plId) (This)->lpVtbl->AddObjectByTemplate(This, pNamespace, pTemplate, lFlags, pContext, ppRefreshable, plId)
#define IWbemConfigureRefresher_AddRefresher(This, pRefresher, lFlags, plId) (This)->lpVtbl->AddRefresher(This, pRefresher, lFlags, plId)
#define IWbemConfigureRefresher_Remove(This, lId, lFlags) (This)->lpVtbl->Remove(This, lId, lFlags)
#define IWbemConfigureRefresher_AddEnum(This, pNamespace, wszClassName, lFlags, pContext, ppEnum, plId) (This)->lpVtbl->AddEnum(This, pNamespace, wszClassName, lFlags, pContext, ppEnum, plId)

#define IServerSecurity_QueryInterface(This, riid, ppvObject) (This)->lpVtbl->QueryInterface(This, riid, ppvObject)
#define IServerSecurity_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IServerSecurity_Release(This) (This)->lpVtbl->Release(This)
#define IServerSecurity_QueryBlanket(This, pAuthnSvc, pAuthzSvc, pServerPrincName, pAuthnLevel, pImpLevel, pPrivs, pCapabilities) (This)->lpVtbl->QueryBlanket(This, pAuthnSvc, pAuthzSvc, pServerPrincName, pAuthnLevel, pImpLevel, pPrivs, pCapabilities)
#define IServerSecurity_ImpersonateClient(This) (This)->lpVtbl->ImpersonateClient(This)
#define IServerSecurity_RevertToSelf(This) (This)->lpVtbl->RevertToSelf(This)
#define IServerSecurity_IsImpersonating(This) (This)->lpVtbl->IsImpersonating(This)

#endif /* !__cplusplus */

/* ---- What a provider's library exports ---------------------------------------------------------- */

/* Gives out the class object (IClassFactory) of one of the library's classes; CLASS_E_CLASSNOTAVAILABLE for others.
 * Called under no lock, perhaps from several threads. Define it in the library with this very signature. */
HIPERF_EXTERN_C HIPERF_EXPORT HRESULT DllGetClassObject(REFCLSID clsid, REFIID iid, void **object);

/* S_OK when no object of the library is alive and no lock (IClassFactory::LockServer) is held, else S_FALSE. */
HIPERF_EXTERN_C HIPERF_EXPORT HRESULT DllCanUnloadNow(void);

/* The calls about the caller, as the host that loads a library has them. `size` is that of the structure; a later
 * version may have more at its end. */
typedef struct HIPERF_HOST_CALLS {
    uint32_t size;
    HRESULT (*CoGetCallContext)(REFIID iid, void **object);
    HRESULT (*CoImpersonateClient)(void);
    HRESULT (*CoRevertToSelf)(void);
} HIPERF_HOST_CALLS;

HIPERF_ASSERT(offsetof(HIPERF_HOST_CALLS, CoGetCallContext) == sizeof(void *), "the calls follow the size");
HIPERF_ASSERT(sizeof(HIPERF_HOST_CALLS) == 4 * sizeof(void *), "a size and three calls");

/* Put once into a provider's library, outside of functions, this defines CoGetCallContext, CoImpersonateClient and
 * CoRevertToSelf there, for the library alone. They are those of whoever loads the library - a program with libhiperf, one
 * that contains hiperf, the provider host - which hands them over by HiperfSetHostCalls before anything else is called.
 * So a provider links with nothing; one that linked with libhiperf would ask a second hiperf, which knows of no call. */
#define HIPERF_PROVIDER_SECURITY \
    static const HIPERF_HOST_CALLS *hiperf_host_calls; \
    HIPERF_EXTERN_C HIPERF_EXPORT void HiperfSetHostCalls(const HIPERF_HOST_CALLS *calls); \
    void HiperfSetHostCalls(const HIPERF_HOST_CALLS *calls) \
    { \
        hiperf_host_calls = calls != NULL && calls->size >= sizeof *calls ? calls : NULL; \
    } \
    __attribute__((visibility("hidden"))) HRESULT CoGetCallContext(REFIID iid, void **object) \
    { \
        if (hiperf_host_calls != NULL) \
            return hiperf_host_calls->CoGetCallContext(iid, object); \
        if (object != NULL) \
            *object = NULL; \
        return RPC_E_CALL_COMPLETE; \
    } \
    __attribute__((visibility("hidden"))) HRESULT CoImpersonateClient(void) \
    { \
        return hiperf_host_calls != NULL ? hiperf_host_calls->CoImpersonateClient() : RPC_E_CALL_COMPLETE; \
    } \
    __attribute__((visibility("hidden"))) HRESULT CoRevertToSelf(void) \
    { \
        return hiperf_host_calls != NULL ? hiperf_host_calls->CoRevertToSelf() : RPC_E_CALL_COMPLETE; \
    } \
    struct hiperf_provider_security /* takes the semicolon that may follow */

/* As HIPERF_PROVIDER_MOF, from a file: the assembler takes it in, and looks for it from where the compiler runs. */
#define HIPERF_PROVIDER_MOF_FILE(path) \
    __asm__(".pushsection .rodata\n" \
            ".globl HiperfProviderMof\n" \
            ".type HiperfProviderMof, %object\n" \
            "HiperfProviderMof:\n" \
            ".incbin \"" path "\"\n" \
            ".byte 0\n" \
            ".size HiperfProviderMof, . - HiperfProviderMof\n" \
            ".popsection\n")

/* ---- What libhiperf exports --------------------------------------------------------------------- */

#ifdef __cplusplus
extern "C" {
#endif

/* Start and end of this thread's use of the library; they come in pairs. Any thread may call any object, so both
 * values of `model` mean the same. CoInitializeEx returns S_OK the first time, then S_FALSE. With the last
 * CoUninitialize of the process, cached providers are released and their libraries unloaded. */
HRESULT CoInitializeEx(void *reserved, DWORD model);
void CoUninitialize(void);

/* Makes an object of class `clsid` and gives out its interface `iid`. `outer` must be NULL, else CLASS_E_NOAGGREGATION.
 * REGDB_E_CLASSNOTREG: nobody registered the class. E_NOINTERFACE: the object hasn't that interface.
 * E_POINTER: `object` is NULL. CO_E_DLLNOTFOUND, CO_E_ERRORINDLL, E_ACCESSDENIED: its library can't be opened, has no
 * DllGetClassObject, or can be written by others than root and the calling user. */
HRESULT CoCreateInstance(REFCLSID clsid, IUnknown *outer, DWORD context, REFIID iid, void **object);

/* Gives out the class object itself, as a rule its IClassFactory. `reserved` must be NULL. Errors as above. */
HRESULT CoGetClassObject(REFCLSID clsid, DWORD context, void *reserved, REFIID iid, void **object);

/* Who makes the call that this thread serves. A provider calls them, between being called and returning; for its library
 * see HIPERF_PROVIDER_SECURITY. Everywhere else: RPC_E_CALL_COMPLETE.
 * CoGetCallContext gives out the call's IServerSecurity, which the caller releases. CoImpersonateClient lets the thread act
 * as the caller until CoRevertToSelf or the end of the call: in a provider host, whose rights are others. In a client's
 * process the provider acts as the client anyway; both succeed and change nothing. E_ACCESSDENIED: the provider is hosted
 * with ImpersonationLevel 0. */
HRESULT CoGetCallContext(REFIID iid, void **object);
HRESULT CoImpersonateClient(void);
HRESULT CoRevertToSelf(void);

/* Memory that passes from callee to caller. NULL when there is none; Free takes NULL. */
void *CoTaskMemAlloc(SIZE_T size);
void *CoTaskMemRealloc(void *memory, SIZE_T size);
void CoTaskMemFree(void *memory);

/* Strings. The caller owns what an Alloc function returns, and gives it back to SysFreeString (which takes NULL).
 * NULL in gives NULL out, except that the Len functions make a zeroed string of that length; NULL also means no memory. */
BSTR SysAllocString(const OLECHAR *text);
BSTR SysAllocStringLen(const OLECHAR *text, UINT units);
BSTR SysAllocStringByteLen(const char *bytes, UINT length);
INT SysReAllocString(BSTR *string, const OLECHAR *text); /* FALSE, and `*string` as it was, if there is no memory */
void SysFreeString(BSTR string);
UINT SysStringLen(BSTR string);     /* in units, without the closing zero; 0 for NULL */
UINT SysStringByteLen(BSTR string); /* in bytes, likewise */

/* Variants. Clear frees the string, array or interface inside and leaves VT_EMPTY. Copy clears `to` first and gives it
 * a value of its own. ChangeType converts (`to` may be `from`): DISP_E_TYPEMISMATCH, DISP_E_OVERFLOW, DISP_E_BADVARTYPE. */
void VariantInit(VARIANTARG *variant);
HRESULT VariantClear(VARIANTARG *variant);
HRESULT VariantCopy(VARIANTARG *to, const VARIANTARG *from);
HRESULT VariantChangeType(VARIANTARG *to, const VARIANTARG *from, USHORT flags, VARTYPE type);

/* Arrays of one dimension. The caller owns what Create returns and frees it, elements included, with Destroy.
 * Dimensions count from 1. GetElement and PutElement copy (the caller frees the copy of a BSTR, releases that of an
 * interface). DISP_E_BADINDEX outside the bounds. AccessData locks: no Destroy before UnaccessData. */
SAFEARRAY *SafeArrayCreateVector(VARTYPE type, LONG lower_bound, ULONG elements);
HRESULT SafeArrayDestroy(SAFEARRAY *array);
UINT SafeArrayGetDim(SAFEARRAY *array);
HRESULT SafeArrayGetLBound(SAFEARRAY *array, UINT dimension, LONG *lower_bound);
HRESULT SafeArrayGetUBound(SAFEARRAY *array, UINT dimension, LONG *upper_bound);
HRESULT SafeArrayGetElement(SAFEARRAY *array, LONG *index, void *element);
HRESULT SafeArrayPutElement(SAFEARRAY *array, LONG *index, void *element);
HRESULT SafeArrayAccessData(SAFEARRAY *array, void **data);
HRESULT SafeArrayUnaccessData(SAFEARRAY *array);

/* Identifiers as text, "{C71566F2-561E-11D1-AD87-00C04FD8FDFF}". CLSIDFromString: CO_E_CLASSSTRING if it isn't one.
 * StringFromGUID2 returns the units written with the closing zero, 39, or 0 if `capacity` is less. */
HRESULT CLSIDFromString(LPCOLESTR text, CLSID *clsid);
INT StringFromGUID2(REFGUID guid, LPOLESTR text, INT capacity);

/* Says, for this process, which library (UTF-8 path) has the class `clsid`; the last call for a class wins. The library
 * is opened when the class is first asked for. E_INVALIDARG for a NULL or empty path. */
HRESULT HiperfRegisterServer(REFCLSID clsid, const char *path);

/* Compiles MOF text (UTF-8) into this process's namespace `namespace_path` ("root\\cimv2"; NULL for the default);
 * nothing on disk is changed. All of the text counts or none of it. HiperfLastError has the line and the reason. */
HRESULT HiperfCompileMof(const char *namespace_path, const char *utf8_mof);

/* The last error of a call on this thread in words (UTF-8), those of its status if there is no more to say, "" if there
 * was none. Valid until the thread's next call into the library; never NULL. */
const char *HiperfLastError(void);

/* The objects of the library that are alive in this process, class objects that a client holds included: 0 when
 * nothing leaks. Those of a provider's library are its own affair. */
uint32_t HiperfLiveObjects(void);

#ifdef __cplusplus
} /* extern "C" */
#endif

/* ---- Inline helpers ----------------------------------------------------------------------------- */

/* Defines a constant BSTR called `name` from a u"" literal, for those who call with a BSTR and link no library.
 * Never free it. */
#define HIPERF_BSTR_LITERAL(name, text) \
    static struct { \
        uint32_t padding; \
        uint32_t bytes; \
        WCHAR text_units[sizeof(text) / sizeof(WCHAR)]; \
    } name##_storage = {0, sizeof(text) - sizeof(WCHAR), text}; \
    static const BSTR name __attribute__((unused)) = name##_storage.text_units

/* Widens ASCII (other bytes become '?') into `wide`, which holds `capacity` units; cuts what doesn't fit, always ends
 * with a zero, and returns `wide`. */
static inline WCHAR *HiperfWide(WCHAR *wide, size_t capacity, const char *ascii)
{
    size_t i = 0;
    for (; capacity > 0 && i + 1 < capacity && ascii[i] != 0; i++)
        wide[i] = (unsigned char)ascii[i] < 0x80 ? (WCHAR)ascii[i] : (WCHAR)'?';
    if (capacity > 0)
        wide[i] = 0;
    return wide;
}

/* The way back: narrows UTF-16 to ASCII (other units become '?'). NULL is the empty string. */
static inline char *HiperfNarrow(char *ascii, size_t capacity, LPCWSTR wide)
{
    size_t i = 0;
    for (; capacity > 0 && i + 1 < capacity && wide != NULL && wide[i] != 0; i++)
        ascii[i] = wide[i] < 0x80 ? (char)wide[i] : '?';
    if (capacity > 0)
        ascii[i] = 0;
    return ascii;
}

#ifndef __cplusplus
/* ---- Helpers for providers in C ------------------------------------------------------------------ */

/* What every COM object needs and says nothing about counters: references, QueryInterface, the class object. They are for
 * a provider in one file; examples/c/sample.c shows them all. Whoever writes it out instead loses nothing. */

/* Defines references and QueryInterface of `struct object`, which has the interface `interface` as its field `member` and a
 * field `ULONG references`: OBJECT_release(pointer), MEMBER_of(interface), which finds the structure, and the first slots
 * MEMBER_QueryInterface, MEMBER_AddRef, MEMBER_Release. With the last reference `destroy(pointer)` runs, which frees it.
 * HIPERF_OBJECT2 is for two interfaces; IUnknown is the first one. Whoever makes an object says HIPERF_BORN() and sets
 * its references to 1. */
#define HIPERF_OBJECT(object, destroy, member, interface) \
    static inline void *object##_find(struct object *pointer, REFIID iid) \
    { \
        return IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_##interface) ? &pointer->member : NULL; \
    } \
    HIPERF_REFERENCES(object, destroy) \
    HIPERF_UNKNOWN_SLOTS(object, member, interface) \
    struct hiperf_object /* takes the semicolon that may follow */
#define HIPERF_OBJECT2(object, destroy, member, interface, member2, interface2) \
    static inline void *object##_find(struct object *pointer, REFIID iid) \
    { \
        if (IsEqualIID(iid, &IID_##interface2)) \
            return &pointer->member2; \
        return IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_##interface) ? &pointer->member : NULL; \
    } \
    HIPERF_REFERENCES(object, destroy) \
    HIPERF_UNKNOWN_SLOTS(object, member, interface) \
    HIPERF_UNKNOWN_SLOTS(object, member2, interface2) \
    struct hiperf_object /* takes the semicolon that may follow */
#define HIPERF_REFERENCES(object, destroy) \
    static inline ULONG object##_release(struct object *pointer) \
    { \
        ULONG left = __atomic_sub_fetch(&pointer->references, 1, __ATOMIC_ACQ_REL); \
        if (left == 0) { \
            destroy(pointer); \
            __atomic_sub_fetch(&hiperf_alive, 1, __ATOMIC_RELEASE); \
        } \
        return left; \
    }
#define HIPERF_UNKNOWN_SLOTS(object, member, interface) \
    static inline struct object *member##_of(interface *This) \
    { \
        return (struct object *)(void *)((char *)This - offsetof(struct object, member)); \
    } \
    static ULONG member##_AddRef(interface *This) \
    { \
        return __atomic_add_fetch(&member##_of(This)->references, 1, __ATOMIC_RELAXED); \
    } \
    static ULONG member##_Release(interface *This) { return object##_release(member##_of(This)); } \
    static HRESULT member##_QueryInterface(interface *This, REFIID iid, void **out) \
    { \
        if (out == NULL) \
            return E_POINTER; \
        *out = object##_find(member##_of(This), iid); \
        if (*out == NULL) \
            return E_NOINTERFACE; \
        member##_AddRef(This); \
        return S_OK; \
    }

/* Counts an object that was made just now; HIPERF_OBJECT counts its end. */
#define HIPERF_BORN() ((void)__atomic_add_fetch(&hiperf_alive, 1, __ATOMIC_RELAXED))

/* Defines the library's class object and exports for the classes `host_clsid` and `client_clsid`. `IUnknown *create(void)`
 * makes a provider with one reference, which is the caller's; NULL is "no memory". Stands before the other helpers. */
#define HIPERF_PROVIDER_EXPORTS(create, host_clsid, client_clsid) \
    static long hiperf_alive; /* objects, and locks of the library */ \
    static IUnknown *create(void); \
    static HRESULT hiperf_factory_query(IClassFactory *This, REFIID iid, void **out) \
    { \
        if (out == NULL) \
            return E_POINTER; \
        *out = IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IClassFactory) ? This : NULL; \
        if (*out == NULL) \
            return E_NOINTERFACE; \
        HIPERF_BORN(); \
        return S_OK; \
    } \
    /* The class object is static; a reference to it keeps the library. */ \
    static ULONG hiperf_factory_add_ref(IClassFactory *This) \
    { \
        (void)This; \
        HIPERF_BORN(); \
        return 2; \
    } \
    static ULONG hiperf_factory_release(IClassFactory *This) \
    { \
        (void)This; \
        __atomic_sub_fetch(&hiperf_alive, 1, __ATOMIC_RELEASE); \
        return 1; \
    } \
    static HRESULT hiperf_factory_create(IClassFactory *This, IUnknown *outer, REFIID iid, void **out) \
    { \
        (void)This; \
        if (out == NULL) \
            return E_POINTER; \
        *out = NULL; \
        if (outer != NULL) \
            return CLASS_E_NOAGGREGATION; \
        IUnknown *object = create(); \
        if (object == NULL) \
            return E_OUTOFMEMORY; \
        HRESULT hr = IUnknown_QueryInterface(object, iid, out); \
        IUnknown_Release(object); \
        return hr; \
    } \
    static HRESULT hiperf_factory_lock(IClassFactory *This, BOOL lock) \
    { \
        (void)This; \
        __atomic_add_fetch(&hiperf_alive, lock ? 1 : -1, __ATOMIC_ACQ_REL); \
        return S_OK; \
    } \
    HRESULT DllGetClassObject(REFCLSID clsid, REFIID iid, void **out) \
    { \
        static const IClassFactoryVtbl table = {hiperf_factory_query, hiperf_factory_add_ref, hiperf_factory_release, \
                                                hiperf_factory_create, hiperf_factory_lock}; \
        static IClassFactory factory = {&table}; \
        if (out == NULL) \
            return E_POINTER; \
        *out = NULL; \
        if (!IsEqualCLSID(clsid, &host_clsid) && !IsEqualCLSID(clsid, &client_clsid)) \
            return CLASS_E_CLASSNOTAVAILABLE; \
        return hiperf_factory_query(&factory, iid, out); \
    } \
    HRESULT DllCanUnloadNow(void) { return __atomic_load_n(&hiperf_alive, __ATOMIC_ACQUIRE) == 0 ? S_OK : S_FALSE; } \
    struct hiperf_provider_exports /* takes the semicolon that may follow */

/* A new instance of a class, with every property at its default. The caller releases it. */
static inline HRESULT HiperfSpawn(IWbemClassObject *class_object, IWbemObjectAccess **object)
{
    IWbemClassObject *instance;
    HRESULT hr = IWbemClassObject_SpawnInstance(class_object, 0, &instance);
    if (FAILED(hr)) {
        *object = NULL;
        return hr;
    }
    hr = IWbemClassObject_QueryInterface(instance, &IID_IWbemObjectAccess, (void **)object);
    IWbemClassObject_Release(instance);
    return hr;
}

/* Hands one instance to a query's sink. The sink takes a reference of its own. */
static inline HRESULT HiperfIndicate(IWbemObjectSink *sink, IWbemObjectAccess *object)
{
    IWbemClassObject *instance = (IWbemClassObject *)object; /* which IWbemObjectAccess extends */
    return IWbemObjectSink_Indicate(sink, 1, &instance);
}

/* Whether two names are the same: of classes, properties or instances case makes no difference (in ASCII). */
static inline int HiperfSameName(LPCWSTR a, LPCWSTR b)
{
    for (;; a++, b++) {
        WCHAR lower_a = *a >= u'A' && *a <= u'Z' ? (WCHAR)(*a + 32) : *a;
        WCHAR lower_b = *b >= u'A' && *b <= u'Z' ? (WCHAR)(*b + 32) : *b;
        if (lower_a != lower_b)
            return 0;
        if (*a == 0)
            return 1;
    }
}

/* Writes a text that ends with a zero. */
static inline HRESULT HiperfWriteString(IWbemObjectAccess *object, LONG handle, LPCWSTR text)
{
    LONG units = 1; /* the zero counts */
    for (LPCWSTR unit = text; *unit != 0; unit++)
        units++;
    return IWbemObjectAccess_WritePropertyValue(object, handle, units * (LONG)sizeof *text, (const BYTE *)text);
}

/* The six times that every raw class inherits, as HiperfHandles takes their names and HiperfWriteTimes their handles. */
#define HIPERF_TIMES 6
#define HIPERF_TIME_NAMES \
    u"Timestamp_PerfTime", u"Frequency_PerfTime", u"Timestamp_Sys100NS", u"Frequency_Sys100NS", u"Timestamp_Object", \
        u"Frequency_Object"

/* Writes the moment of a sample to all of them: units of 100 ns of a clock that never steps back. */
static inline HRESULT HiperfWriteTimes(IWbemObjectAccess *object, const LONG *handles, uint64_t time_100ns)
{
    HRESULT hr = S_OK;
    for (int at = 0; at < HIPERF_TIMES && SUCCEEDED(hr); at++)
        hr = IWbemObjectAccess_WriteQWORD(object, handles[at], at % 2 == 0 ? time_100ns : 10000000u);
    return hr;
}

/* The handles of `count` properties of a class, good for all its instances. WBEM_E_NOT_FOUND: it lacks one of them. */
static inline HRESULT HiperfHandles(IWbemClassObject *class_object, const LPCWSTR *names, LONG *handles, size_t count)
{
    IWbemObjectAccess *access;
    HRESULT hr = IWbemClassObject_QueryInterface(class_object, &IID_IWbemObjectAccess, (void **)&access);
    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < count && SUCCEEDED(hr); i++) {
        CIMTYPE type;
        hr = IWbemObjectAccess_GetPropertyHandle(access, names[i], &type, &handles[i]);
    }
    IWbemObjectAccess_Release(access);
    return hr;
}

#endif /* !__cplusplus */

#endif /* HIPERF_H */
