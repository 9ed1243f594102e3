/*
 * slots.c - proves that a header's interfaces have the published slots, signatures and identifiers, and its constants the
 * published numbers.
 *
 * One table, compiled against any header that claims to be WMI's: hiperf.h, and the public domain wbemcli.h and
 * wbemprov.h of mingw-w64 (with -DSLOTS_MINGW). A wrong slot, parameter type or count doesn't compile; a wrong
 * identifier makes the program fail. Both compilations together prove the two headers equal.
 *
 *   cc -std=c11 -Iinclude tests/c/slots.c -o slots && ./slots
 *   cc @tests/c/mingw.rsp -isystem "$(cc -print-file-name=include)" -DSLOTS_MINGW tests/c/slots.c -o slots-mingw
 *   x86_64-w64-mingw32-gcc -DSLOTS_MINGW -c tests/c/slots.c
 */
#ifdef SLOTS_MINGW
#define INITGUID
#define CINTERFACE
#include <windows.h>
#include <wbemcli.h>
#include <wbemprov.h>
#define BOOL_PARAMETER WINBOOL
#define CALL STDMETHODCALLTYPE
#else
#include "hiperf.h"
#define BOOL_PARAMETER BOOL
#define CALL
#endif

int printf(const char *format, ...);

_Static_assert(sizeof(LONG) == 4 && (LONG)-1 < 0, "LONG is a signed 32-bit integer");
_Static_assert(sizeof(HRESULT) == 4 && (HRESULT)-1 < 0, "HRESULT is a signed 32-bit integer");
_Static_assert(sizeof(CIMTYPE) == 4 && (CIMTYPE)-1 < 0, "CIMTYPE is a signed 32-bit integer");
_Static_assert(sizeof(ULONG) == 4 && (ULONG)-1 > 0, "ULONG is an unsigned 32-bit integer");
_Static_assert(sizeof(DWORD) == 4 && (DWORD)-1 > 0, "DWORD is an unsigned 32-bit integer");
_Static_assert(sizeof(UINT64) == 8 && (UINT64)-1 > 0, "UINT64 is an unsigned 64-bit integer");
_Static_assert(sizeof(BOOL_PARAMETER) == 4, "BOOL has 32 bits");
_Static_assert(sizeof(VARIANT_BOOL) == 2, "VARIANT_BOOL has 16 bits");
_Static_assert(sizeof(WCHAR) == 2 && (WCHAR)-1 > 0, "WCHAR is an unsigned 16-bit integer");
_Static_assert(sizeof(GUID) == 16 && offsetof(GUID, Data4) == 8, "GUID has 16 bytes");
_Static_assert(sizeof(VARIANT) == 24 && offsetof(VARIANT, lVal) == 8, "VARIANT has 24 bytes, its value at 8");
_Static_assert(sizeof(SAFEARRAYBOUND) == 8, "SAFEARRAYBOUND has 8 bytes");
_Static_assert(sizeof(SAFEARRAY) == 32 && offsetof(SAFEARRAY, pvData) == 16, "SAFEARRAY has 32 bytes, its data pointer at 16");

#define SLOT(interface, index, method, result, parameters) \
    _Static_assert(offsetof(interface##Vtbl, method) == (index) * sizeof(void *), #interface "::" #method " is slot " #index); \
    _Static_assert(__builtin_types_compatible_p(__typeof__(((interface##Vtbl *)0)->method), result(CALL *) parameters), \
                   #interface "::" #method " has the published signature");
#define SLOTS(interface, count) \
    _Static_assert(sizeof(interface##Vtbl) == (count) * sizeof(void *), #interface " has " #count " slots"); \
    _Static_assert(offsetof(interface, lpVtbl) == 0 && sizeof(interface) == sizeof(void *), #interface " is one pointer");

SLOTS(IUnknown, 3)
SLOT(IUnknown, 0, QueryInterface, HRESULT, (IUnknown *, REFIID, void **))
SLOT(IUnknown, 1, AddRef, ULONG, (IUnknown *))
SLOT(IUnknown, 2, Release, ULONG, (IUnknown *))

SLOTS(IClassFactory, 5)
SLOT(IClassFactory, 0, QueryInterface, HRESULT, (IClassFactory *, REFIID, void **))
SLOT(IClassFactory, 1, AddRef, ULONG, (IClassFactory *))
SLOT(IClassFactory, 2, Release, ULONG, (IClassFactory *))
SLOT(IClassFactory, 3, CreateInstance, HRESULT, (IClassFactory *, IUnknown *, REFIID, void **))
SLOT(IClassFactory, 4, LockServer, HRESULT, (IClassFactory *, BOOL_PARAMETER))

SLOTS(IWbemQualifierSet, 10)
SLOT(IWbemQualifierSet, 0, QueryInterface, HRESULT, (IWbemQualifierSet *, REFIID, void **))
SLOT(IWbemQualifierSet, 1, AddRef, ULONG, (IWbemQualifierSet *))
SLOT(IWbemQualifierSet, 2, Release, ULONG, (IWbemQualifierSet *))
SLOT(IWbemQualifierSet, 3, Get, HRESULT, (IWbemQualifierSet *, LPCWSTR, LONG, VARIANT *, LONG *))
SLOT(IWbemQualifierSet, 4, Put, HRESULT, (IWbemQualifierSet *, LPCWSTR, VARIANT *, LONG))
SLOT(IWbemQualifierSet, 5, Delete, HRESULT, (IWbemQualifierSet *, LPCWSTR))
SLOT(IWbemQualifierSet, 6, GetNames, HRESULT, (IWbemQualifierSet *, LONG, SAFEARRAY **))
SLOT(IWbemQualifierSet, 7, BeginEnumeration, HRESULT, (IWbemQualifierSet *, LONG))
SLOT(IWbemQualifierSet, 8, Next, HRESULT, (IWbemQualifierSet *, LONG, BSTR *, VARIANT *, LONG *))
SLOT(IWbemQualifierSet, 9, EndEnumeration, HRESULT, (IWbemQualifierSet *))

SLOTS(IWbemClassObject, 27)
SLOT(IWbemClassObject, 0, QueryInterface, HRESULT, (IWbemClassObject *, REFIID, void **))
SLOT(IWbemClassObject, 1, AddRef, ULONG, (IWbemClassObject *))
SLOT(IWbemClassObject, 2, Release, ULONG, (IWbemClassObject *))
SLOT(IWbemClassObject, 3, GetQualifierSet, HRESULT, (IWbemClassObject *, IWbemQualifierSet **))
SLOT(IWbemClassObject, 4, Get, HRESULT, (IWbemClassObject *, LPCWSTR, LONG, VARIANT *, CIMTYPE *, LONG *))
SLOT(IWbemClassObject, 5, Put, HRESULT, (IWbemClassObject *, LPCWSTR, LONG, VARIANT *, CIMTYPE))
SLOT(IWbemClassObject, 6, Delete, HRESULT, (IWbemClassObject *, LPCWSTR))
SLOT(IWbemClassObject, 7, GetNames, HRESULT, (IWbemClassObject *, LPCWSTR, LONG, VARIANT *, SAFEARRAY **))
SLOT(IWbemClassObject, 8, BeginEnumeration, HRESULT, (IWbemClassObject *, LONG))
SLOT(IWbemClassObject, 9, Next, HRESULT, (IWbemClassObject *, LONG, BSTR *, VARIANT *, CIMTYPE *, LONG *))
SLOT(IWbemClassObject, 10, EndEnumeration, HRESULT, (IWbemClassObject *))
SLOT(IWbemClassObject, 11, GetPropertyQualifierSet, HRESULT, (IWbemClassObject *, LPCWSTR, IWbemQualifierSet **))
SLOT(IWbemClassObject, 12, Clone, HRESULT, (IWbemClassObject *, IWbemClassObject **))
SLOT(IWbemClassObject, 13, GetObjectText, HRESULT, (IWbemClassObject *, LONG, BSTR *))
SLOT(IWbemClassObject, 14, SpawnDerivedClass, HRESULT, (IWbemClassObject *, LONG, IWbemClassObject **))
SLOT(IWbemClassObject, 15, SpawnInstance, HRESULT, (IWbemClassObject *, LONG, IWbemClassObject **))
SLOT(IWbemClassObject, 16, CompareTo, HRESULT, (IWbemClassObject *, LONG, IWbemClassObject *))
SLOT(IWbemClassObject, 17, GetPropertyOrigin, HRESULT, (IWbemClassObject *, LPCWSTR, BSTR *))
SLOT(IWbemClassObject, 18, InheritsFrom, HRESULT, (IWbemClassObject *, LPCWSTR))
SLOT(IWbemClassObject, 19, GetMethod, HRESULT, (IWbemClassObject *, LPCWSTR, LONG, IWbemClassObject **,
IWbemClassObject **))
SLOT(IWbemClassObject, 20, PutMethod, HRESULT, (IWbemClassObject *, LPCWSTR, LONG, IWbemClassObject *,
IWbemClassObject *))
SLOT(IWbemClassObject, 21, DeleteMethod, HRESULT, (IWbemClassObject *, LPCWSTR))
SLOT(IWbemClassObject, 22, BeginMethodEnumeration, HRESULT, (IWbemClassObject *, LONG))
SLOT(IWbemClassObject, 23, NextMethod, HRESULT, (IWbemClassObject *, LONG, BSTR *, IWbemClassObject **,
IWbemClassObject **))
SLOT(IWbemClassObject, 24, EndMethodEnumeration, HRESULT, (IWbemClassObject *))
SLOT(IWbemClassObject, 25, GetMethodQualifierSet, HRESULT, (IWbemClassObject *, LPCWSTR, IWbemQualifierSet **))
SLOT(IWbemClassObject, 26, GetMethodOrigin, HRESULT, (IWbemClassObject *, LPCWSTR, BSTR *))

SLOTS(IWbemObjectAccess, 37)
SLOT(IWbemObjectAccess, 0, QueryInterface, HRESULT, (IWbemObjectAccess *, REFIID, void **))
SLOT(IWbemObjectAccess, 1, AddRef, ULONG, (IWbemObjectAccess *))
SLOT(IWbemObjectAccess, 2, Release, ULONG, (IWbemObjectAccess *))
SLOT(IWbemObjectAccess, 3, GetQualifierSet, HRESULT, (IWbemObjectAccess *, IWbemQualifierSet **))
SLOT(IWbemObjectAccess, 4, Get, HRESULT, (IWbemObjectAccess *, LPCWSTR, LONG, VARIANT *, CIMTYPE *, LONG *))
SLOT(IWbemObjectAccess, 5, Put, HRESULT, (IWbemObjectAccess *, LPCWSTR, LONG, VARIANT *, CIMTYPE))
SLOT(IWbemObjectAccess, 6, Delete, HRESULT, (IWbemObjectAccess *, LPCWSTR))
SLOT(IWbemObjectAccess, 7, GetNames, HRESULT, (IWbemObjectAccess *, LPCWSTR, LONG, VARIANT *, SAFEARRAY **))
SLOT(IWbemObjectAccess, 8, BeginEnumeration, HRESULT, (IWbemObjectAccess *, LONG))
SLOT(IWbemObjectAccess, 9, Next, HRESULT, (IWbemObjectAccess *, LONG, BSTR *, VARIANT *, CIMTYPE *, LONG *))
SLOT(IWbemObjectAccess, 10, EndEnumeration, HRESULT, (IWbemObjectAccess *))
SLOT(IWbemObjectAccess, 11, GetPropertyQualifierSet, HRESULT, (IWbemObjectAccess *, LPCWSTR, IWbemQualifierSet **))
SLOT(IWbemObjectAccess, 12, Clone, HRESULT, (IWbemObjectAccess *, IWbemClassObject **))
SLOT(IWbemObjectAccess, 13, GetObjectText, HRESULT, (IWbemObjectAccess *, LONG, BSTR *))
SLOT(IWbemObjectAccess, 14, SpawnDerivedClass, HRESULT, (IWbemObjectAccess *, LONG, IWbemClassObject **))
SLOT(IWbemObjectAccess, 15, SpawnInstance, HRESULT, (IWbemObjectAccess *, LONG, IWbemClassObject **))
SLOT(IWbemObjectAccess, 16, CompareTo, HRESULT, (IWbemObjectAccess *, LONG, IWbemClassObject *))
SLOT(IWbemObjectAccess, 17, GetPropertyOrigin, HRESULT, (IWbemObjectAccess *, LPCWSTR, BSTR *))
SLOT(IWbemObjectAccess, 18, InheritsFrom, HRESULT, (IWbemObjectAccess *, LPCWSTR))
SLOT(IWbemObjectAccess, 19, GetMethod, HRESULT, (IWbemObjectAccess *, LPCWSTR, LONG, IWbemClassObject **,
IWbemClassObject **))
SLOT(IWbemObjectAccess, 20, PutMethod, HRESULT, (IWbemObjectAccess *, LPCWSTR, LONG, IWbemClassObject *,
IWbemClassObject *))
SLOT(IWbemObjectAccess, 21, DeleteMethod, HRESULT, (IWbemObjectAccess *, LPCWSTR))
SLOT(IWbemObjectAccess, 22, BeginMethodEnumeration, HRESULT, (IWbemObjectAccess *, LONG))
SLOT(IWbemObjectAccess, 23, NextMethod, HRESULT, (IWbemObjectAccess *, LONG, BSTR *, IWbemClassObject **,
IWbemClassObject **))
SLOT(IWbemObjectAccess, 24, EndMethodEnumeration, HRESULT, (IWbemObjectAccess *))
SLOT(IWbemObjectAccess, 25, GetMethodQualifierSet, HRESULT, (IWbemObjectAccess *, LPCWSTR, IWbemQualifierSet **))
SLOT(IWbemObjectAccess, 26, GetMethodOrigin, HRESULT, (IWbemObjectAccess *, LPCWSTR, BSTR *))
SLOT(IWbemObjectAccess, 27, GetPropertyHandle, HRESULT, (IWbemObjectAccess *, LPCWSTR, CIMTYPE *, LONG *))
SLOT(IWbemObjectAccess, 28, WritePropertyValue, HRESULT, (IWbemObjectAccess *, LONG, LONG, const BYTE *))
SLOT(IWbemObjectAccess, 29, ReadPropertyValue, HRESULT, (IWbemObjectAccess *, LONG, LONG, LONG *, BYTE *))
SLOT(IWbemObjectAccess, 30, ReadDWORD, HRESULT, (IWbemObjectAccess *, LONG, DWORD *))
SLOT(IWbemObjectAccess, 31, WriteDWORD, HRESULT, (IWbemObjectAccess *, LONG, DWORD))
SLOT(IWbemObjectAccess, 32, ReadQWORD, HRESULT, (IWbemObjectAccess *, LONG, UINT64 *))
SLOT(IWbemObjectAccess, 33, WriteQWORD, HRESULT, (IWbemObjectAccess *, LONG, UINT64))
SLOT(IWbemObjectAccess, 34, GetPropertyInfoByHandle, HRESULT, (IWbemObjectAccess *, LONG, BSTR *, CIMTYPE *))
SLOT(IWbemObjectAccess, 35, Lock, HRESULT, (IWbemObjectAccess *, LONG))
SLOT(IWbemObjectAccess, 36, Unlock, HRESULT, (IWbemObjectAccess *, LONG))

#ifndef SLOTS_MINGW
/* hiperf's own, which no other header has. */
SLOTS(IHiPerfValueReason, 39)
SLOT(IHiPerfValueReason, 0, QueryInterface, HRESULT, (IHiPerfValueReason *, REFIID, void **))
SLOT(IHiPerfValueReason, 36, Unlock, HRESULT, (IHiPerfValueReason *, LONG))
SLOT(IHiPerfValueReason, 37, GetReason, HRESULT, (IHiPerfValueReason *, LONG, LONG *))
SLOT(IHiPerfValueReason, 38, SetReason, HRESULT, (IHiPerfValueReason *, LONG, LONG))
#endif

SLOTS(IWbemObjectSink, 5)
SLOT(IWbemObjectSink, 0, QueryInterface, HRESULT, (IWbemObjectSink *, REFIID, void **))
SLOT(IWbemObjectSink, 1, AddRef, ULONG, (IWbemObjectSink *))
SLOT(IWbemObjectSink, 2, Release, ULONG, (IWbemObjectSink *))
SLOT(IWbemObjectSink, 3, Indicate, HRESULT, (IWbemObjectSink *, LONG, IWbemClassObject **))
SLOT(IWbemObjectSink, 4, SetStatus, HRESULT, (IWbemObjectSink *, LONG, HRESULT, BSTR, IWbemClassObject *))

SLOTS(IEnumWbemClassObject, 8)
SLOT(IEnumWbemClassObject, 0, QueryInterface, HRESULT, (IEnumWbemClassObject *, REFIID, void **))
SLOT(IEnumWbemClassObject, 1, AddRef, ULONG, (IEnumWbemClassObject *))
SLOT(IEnumWbemClassObject, 2, Release, ULONG, (IEnumWbemClassObject *))
SLOT(IEnumWbemClassObject, 3, Reset, HRESULT, (IEnumWbemClassObject *))
SLOT(IEnumWbemClassObject, 4, Next, HRESULT, (IEnumWbemClassObject *, LONG, ULONG, IWbemClassObject **, ULONG *))
SLOT(IEnumWbemClassObject, 5, NextAsync, HRESULT, (IEnumWbemClassObject *, ULONG, IWbemObjectSink *))
SLOT(IEnumWbemClassObject, 6, Clone, HRESULT, (IEnumWbemClassObject *, IEnumWbemClassObject **))
SLOT(IEnumWbemClassObject, 7, Skip, HRESULT, (IEnumWbemClassObject *, LONG, ULONG))

SLOTS(IWbemContext, 12)
SLOT(IWbemContext, 0, QueryInterface, HRESULT, (IWbemContext *, REFIID, void **))
SLOT(IWbemContext, 1, AddRef, ULONG, (IWbemContext *))
SLOT(IWbemContext, 2, Release, ULONG, (IWbemContext *))
SLOT(IWbemContext, 3, Clone, HRESULT, (IWbemContext *, IWbemContext **))
SLOT(IWbemContext, 4, GetNames, HRESULT, (IWbemContext *, LONG, SAFEARRAY **))
SLOT(IWbemContext, 5, BeginEnumeration, HRESULT, (IWbemContext *, LONG))
SLOT(IWbemContext, 6, Next, HRESULT, (IWbemContext *, LONG, BSTR *, VARIANT *))
SLOT(IWbemContext, 7, EndEnumeration, HRESULT, (IWbemContext *))
SLOT(IWbemContext, 8, SetValue, HRESULT, (IWbemContext *, LPCWSTR, LONG, VARIANT *))
SLOT(IWbemContext, 9, GetValue, HRESULT, (IWbemContext *, LPCWSTR, LONG, VARIANT *))
SLOT(IWbemContext, 10, DeleteValue, HRESULT, (IWbemContext *, LPCWSTR, LONG))
SLOT(IWbemContext, 11, DeleteAll, HRESULT, (IWbemContext *))

SLOTS(IWbemCallResult, 7)
SLOT(IWbemCallResult, 0, QueryInterface, HRESULT, (IWbemCallResult *, REFIID, void **))
SLOT(IWbemCallResult, 1, AddRef, ULONG, (IWbemCallResult *))
SLOT(IWbemCallResult, 2, Release, ULONG, (IWbemCallResult *))
SLOT(IWbemCallResult, 3, GetResultObject, HRESULT, (IWbemCallResult *, LONG, IWbemClassObject **))
SLOT(IWbemCallResult, 4, GetResultString, HRESULT, (IWbemCallResult *, LONG, BSTR *))
SLOT(IWbemCallResult, 5, GetResultServices, HRESULT, (IWbemCallResult *, LONG, IWbemServices **))
SLOT(IWbemCallResult, 6, GetCallStatus, HRESULT, (IWbemCallResult *, LONG, LONG *))

SLOTS(IWbemServices, 26)
SLOT(IWbemServices, 0, QueryInterface, HRESULT, (IWbemServices *, REFIID, void **))
SLOT(IWbemServices, 1, AddRef, ULONG, (IWbemServices *))
SLOT(IWbemServices, 2, Release, ULONG, (IWbemServices *))
SLOT(IWbemServices, 3, OpenNamespace, HRESULT, (IWbemServices *, BSTR, LONG, IWbemContext *, IWbemServices **,
IWbemCallResult **))
SLOT(IWbemServices, 4, CancelAsyncCall, HRESULT, (IWbemServices *, IWbemObjectSink *))
SLOT(IWbemServices, 5, QueryObjectSink, HRESULT, (IWbemServices *, LONG, IWbemObjectSink **))
SLOT(IWbemServices, 6, GetObject, HRESULT, (IWbemServices *, BSTR, LONG, IWbemContext *, IWbemClassObject **,
IWbemCallResult **))
SLOT(IWbemServices, 7, GetObjectAsync, HRESULT, (IWbemServices *, BSTR, LONG, IWbemContext *, IWbemObjectSink *))
SLOT(IWbemServices, 8, PutClass, HRESULT, (IWbemServices *, IWbemClassObject *, LONG, IWbemContext *,
IWbemCallResult **))
SLOT(IWbemServices, 9, PutClassAsync, HRESULT, (IWbemServices *, IWbemClassObject *, LONG, IWbemContext *,
IWbemObjectSink *))
SLOT(IWbemServices, 10, DeleteClass, HRESULT, (IWbemServices *, BSTR, LONG, IWbemContext *, IWbemCallResult **))
SLOT(IWbemServices, 11, DeleteClassAsync, HRESULT, (IWbemServices *, BSTR, LONG, IWbemContext *, IWbemObjectSink *))
SLOT(IWbemServices, 12, CreateClassEnum, HRESULT, (IWbemServices *, BSTR, LONG, IWbemContext *,
IEnumWbemClassObject **))
SLOT(IWbemServices, 13, CreateClassEnumAsync, HRESULT, (IWbemServices *, BSTR, LONG, IWbemContext *, IWbemObjectSink *))
SLOT(IWbemServices, 14, PutInstance, HRESULT, (IWbemServices *, IWbemClassObject *, LONG, IWbemContext *,
IWbemCallResult **))
SLOT(IWbemServices, 15, PutInstanceAsync, HRESULT, (IWbemServices *, IWbemClassObject *, LONG, IWbemContext *,
IWbemObjectSink *))
SLOT(IWbemServices, 16, DeleteInstance, HRESULT, (IWbemServices *, BSTR, LONG, IWbemContext *, IWbemCallResult **))
SLOT(IWbemServices, 17, DeleteInstanceAsync, HRESULT, (IWbemServices *, BSTR, LONG, IWbemContext *, IWbemObjectSink *))
SLOT(IWbemServices, 18, CreateInstanceEnum, HRESULT, (IWbemServices *, BSTR, LONG, IWbemContext *,
IEnumWbemClassObject **))
SLOT(IWbemServices, 19, CreateInstanceEnumAsync, HRESULT, (IWbemServices *, BSTR, LONG, IWbemContext *,
IWbemObjectSink *))
SLOT(IWbemServices, 20, ExecQuery, HRESULT, (IWbemServices *, BSTR, BSTR, LONG, IWbemContext *,
IEnumWbemClassObject **))
SLOT(IWbemServices, 21, ExecQueryAsync, HRESULT, (IWbemServices *, BSTR, BSTR, LONG, IWbemContext *, IWbemObjectSink *))
SLOT(IWbemServices, 22, ExecNotificationQuery, HRESULT, (IWbemServices *, BSTR, BSTR, LONG, IWbemContext *,
IEnumWbemClassObject **))
SLOT(IWbemServices, 23, ExecNotificationQueryAsync, HRESULT, (IWbemServices *, BSTR, BSTR, LONG, IWbemContext *,
IWbemObjectSink *))
SLOT(IWbemServices, 24, ExecMethod, HRESULT, (IWbemServices *, BSTR, BSTR, LONG, IWbemContext *, IWbemClassObject *,
IWbemClassObject **, IWbemCallResult **))
SLOT(IWbemServices, 25, ExecMethodAsync, HRESULT, (IWbemServices *, BSTR, BSTR, LONG, IWbemContext *,
IWbemClassObject *, IWbemObjectSink *))

SLOTS(IWbemLocator, 4)
SLOT(IWbemLocator, 0, QueryInterface, HRESULT, (IWbemLocator *, REFIID, void **))
SLOT(IWbemLocator, 1, AddRef, ULONG, (IWbemLocator *))
SLOT(IWbemLocator, 2, Release, ULONG, (IWbemLocator *))
SLOT(IWbemLocator, 3, ConnectServer, HRESULT, (IWbemLocator *, BSTR, BSTR, BSTR, BSTR, LONG, BSTR, IWbemContext *,
IWbemServices **))

SLOTS(IWbemObjectTextSrc, 5)
SLOT(IWbemObjectTextSrc, 0, QueryInterface, HRESULT, (IWbemObjectTextSrc *, REFIID, void **))
SLOT(IWbemObjectTextSrc, 1, AddRef, ULONG, (IWbemObjectTextSrc *))
SLOT(IWbemObjectTextSrc, 2, Release, ULONG, (IWbemObjectTextSrc *))
SLOT(IWbemObjectTextSrc, 3, GetText, HRESULT, (IWbemObjectTextSrc *, LONG, IWbemClassObject *, ULONG, IWbemContext *,
BSTR *))
SLOT(IWbemObjectTextSrc, 4, CreateFromText, HRESULT, (IWbemObjectTextSrc *, LONG, BSTR, ULONG, IWbemContext *,
IWbemClassObject **))

SLOTS(IWbemProviderInitSink, 4)
SLOT(IWbemProviderInitSink, 0, QueryInterface, HRESULT, (IWbemProviderInitSink *, REFIID, void **))
SLOT(IWbemProviderInitSink, 1, AddRef, ULONG, (IWbemProviderInitSink *))
SLOT(IWbemProviderInitSink, 2, Release, ULONG, (IWbemProviderInitSink *))
SLOT(IWbemProviderInitSink, 3, SetStatus, HRESULT, (IWbemProviderInitSink *, LONG, LONG))

SLOTS(IWbemProviderInit, 4)
SLOT(IWbemProviderInit, 0, QueryInterface, HRESULT, (IWbemProviderInit *, REFIID, void **))
SLOT(IWbemProviderInit, 1, AddRef, ULONG, (IWbemProviderInit *))
SLOT(IWbemProviderInit, 2, Release, ULONG, (IWbemProviderInit *))
SLOT(IWbemProviderInit, 3, Initialize, HRESULT, (IWbemProviderInit *, LPWSTR, LONG, LPWSTR, LPWSTR, IWbemServices *,
IWbemContext *, IWbemProviderInitSink *))

SLOTS(IWbemRefresher, 4)
SLOT(IWbemRefresher, 0, QueryInterface, HRESULT, (IWbemRefresher *, REFIID, void **))
SLOT(IWbemRefresher, 1, AddRef, ULONG, (IWbemRefresher *))
SLOT(IWbemRefresher, 2, Release, ULONG, (IWbemRefresher *))
SLOT(IWbemRefresher, 3, Refresh, HRESULT, (IWbemRefresher *, LONG))

SLOTS(IWbemHiPerfEnum, 7)
SLOT(IWbemHiPerfEnum, 0, QueryInterface, HRESULT, (IWbemHiPerfEnum *, REFIID, void **))
SLOT(IWbemHiPerfEnum, 1, AddRef, ULONG, (IWbemHiPerfEnum *))
SLOT(IWbemHiPerfEnum, 2, Release, ULONG, (IWbemHiPerfEnum *))
SLOT(IWbemHiPerfEnum, 3, AddObjects, HRESULT, (IWbemHiPerfEnum *, LONG, ULONG, LONG *, IWbemObjectAccess **))
SLOT(IWbemHiPerfEnum, 4, RemoveObjects, HRESULT, (IWbemHiPerfEnum *, LONG, ULONG, LONG *))
SLOT(IWbemHiPerfEnum, 5, GetObjects, HRESULT, (IWbemHiPerfEnum *, LONG, ULONG, IWbemObjectAccess **, ULONG *))
SLOT(IWbemHiPerfEnum, 6, RemoveAll, HRESULT, (IWbemHiPerfEnum *, LONG))

SLOTS(IWbemHiPerfProvider, 9)
SLOT(IWbemHiPerfProvider, 0, QueryInterface, HRESULT, (IWbemHiPerfProvider *, REFIID, void **))
SLOT(IWbemHiPerfProvider, 1, AddRef, ULONG, (IWbemHiPerfProvider *))
SLOT(IWbemHiPerfProvider, 2, Release, ULONG, (IWbemHiPerfProvider *))
SLOT(IWbemHiPerfProvider, 3, QueryInstances, HRESULT, (IWbemHiPerfProvider *, IWbemServices *, WCHAR *, LONG,
IWbemContext *, IWbemObjectSink *))
SLOT(IWbemHiPerfProvider, 4, CreateRefresher, HRESULT, (IWbemHiPerfProvider *, IWbemServices *, LONG,
IWbemRefresher **))
SLOT(IWbemHiPerfProvider, 5, CreateRefreshableObject, HRESULT, (IWbemHiPerfProvider *, IWbemServices *,
IWbemObjectAccess *, IWbemRefresher *, LONG, IWbemContext *, IWbemObjectAccess **, LONG *))
SLOT(IWbemHiPerfProvider, 6, StopRefreshing, HRESULT, (IWbemHiPerfProvider *, IWbemRefresher *, LONG, LONG))
SLOT(IWbemHiPerfProvider, 7, CreateRefreshableEnum, HRESULT, (IWbemHiPerfProvider *, IWbemServices *, LPCWSTR,
IWbemRefresher *, LONG, IWbemContext *, IWbemHiPerfEnum *, LONG *))
SLOT(IWbemHiPerfProvider, 8, GetObjects, HRESULT, (IWbemHiPerfProvider *, IWbemServices *, LONG, IWbemObjectAccess **,
LONG, IWbemContext *))

SLOTS(IServerSecurity, 7)
SLOT(IServerSecurity, 0, QueryInterface, HRESULT, (IServerSecurity *, REFIID, void **))
SLOT(IServerSecurity, 1, AddRef, ULONG, (IServerSecurity *))
SLOT(IServerSecurity, 2, Release, ULONG, (IServerSecurity *))
SLOT(IServerSecurity, 3, QueryBlanket, HRESULT, (IServerSecurity *, DWORD *, DWORD *, OLECHAR **, DWORD *, DWORD *, void **,
DWORD *))
SLOT(IServerSecurity, 4, ImpersonateClient, HRESULT, (IServerSecurity *))
SLOT(IServerSecurity, 5, RevertToSelf, HRESULT, (IServerSecurity *))
SLOT(IServerSecurity, 6, IsImpersonating, BOOL_PARAMETER, (IServerSecurity *))

SLOTS(IWbemConfigureRefresher, 8)
SLOT(IWbemConfigureRefresher, 0, QueryInterface, HRESULT, (IWbemConfigureRefresher *, REFIID, void **))
SLOT(IWbemConfigureRefresher, 1, AddRef, ULONG, (IWbemConfigureRefresher *))
SLOT(IWbemConfigureRefresher, 2, Release, ULONG, (IWbemConfigureRefresher *))
SLOT(IWbemConfigureRefresher, 3, AddObjectByPath, HRESULT, (IWbemConfigureRefresher *, IWbemServices *, LPCWSTR, LONG,
IWbemContext *, IWbemClassObject **, LONG *))
SLOT(IWbemConfigureRefresher, 4, AddObjectByTemplate, HRESULT, (IWbemConfigureRefresher *, IWbemServices *,
IWbemClassObject *, LONG, IWbemContext *, IWbemClassObject **, LONG *))
SLOT(IWbemConfigureRefresher, 5, AddRefresher, HRESULT, (IWbemConfigureRefresher *, IWbemRefresher *, LONG, LONG *))
SLOT(IWbemConfigureRefresher, 6, Remove, HRESULT, (IWbemConfigureRefresher *, LONG, LONG))
SLOT(IWbemConfigureRefresher, 7, AddEnum, HRESULT, (IWbemConfigureRefresher *, IWbemServices *, LPCWSTR, LONG,
IWbemContext *, IWbemHiPerfEnum **, LONG *))

/* Codes and enumerations: the numbers that travel. */
#define CONSTANT(name, value) _Static_assert((LONG)(name) == (LONG)(value), #name " is " #value);
CONSTANT(WBEM_S_NO_ERROR, 0x00000000)
CONSTANT(WBEM_S_FALSE, 0x00000001)
CONSTANT(WBEM_S_ALREADY_EXISTS, 0x00040001)
CONSTANT(WBEM_S_RESET_TO_DEFAULT, 0x00040002)
CONSTANT(WBEM_S_DIFFERENT, 0x00040003)
CONSTANT(WBEM_S_TIMEDOUT, 0x00040004)
CONSTANT(WBEM_S_NO_MORE_DATA, 0x00040005)
CONSTANT(WBEM_S_OPERATION_CANCELLED, 0x00040006)
CONSTANT(WBEM_S_PENDING, 0x00040007)
CONSTANT(WBEM_S_DUPLICATE_OBJECTS, 0x00040008)
CONSTANT(WBEM_S_ACCESS_DENIED, 0x00040009)
CONSTANT(WBEM_S_PARTIAL_RESULTS, 0x00040010)
CONSTANT(WBEM_S_SOURCE_NOT_AVAILABLE, 0x00040017)
CONSTANT(WBEM_E_FAILED, 0x80041001)
CONSTANT(WBEM_E_NOT_FOUND, 0x80041002)
CONSTANT(WBEM_E_ACCESS_DENIED, 0x80041003)
CONSTANT(WBEM_E_PROVIDER_FAILURE, 0x80041004)
CONSTANT(WBEM_E_TYPE_MISMATCH, 0x80041005)
CONSTANT(WBEM_E_OUT_OF_MEMORY, 0x80041006)
CONSTANT(WBEM_E_INVALID_CONTEXT, 0x80041007)
CONSTANT(WBEM_E_INVALID_PARAMETER, 0x80041008)
CONSTANT(WBEM_E_NOT_AVAILABLE, 0x80041009)
CONSTANT(WBEM_E_CRITICAL_ERROR, 0x8004100A)
CONSTANT(WBEM_E_INVALID_STREAM, 0x8004100B)
CONSTANT(WBEM_E_NOT_SUPPORTED, 0x8004100C)
CONSTANT(WBEM_E_INVALID_SUPERCLASS, 0x8004100D)
CONSTANT(WBEM_E_INVALID_NAMESPACE, 0x8004100E)
CONSTANT(WBEM_E_INVALID_OBJECT, 0x8004100F)
CONSTANT(WBEM_E_INVALID_CLASS, 0x80041010)
CONSTANT(WBEM_E_PROVIDER_NOT_FOUND, 0x80041011)
CONSTANT(WBEM_E_INVALID_PROVIDER_REGISTRATION, 0x80041012)
CONSTANT(WBEM_E_PROVIDER_LOAD_FAILURE, 0x80041013)
CONSTANT(WBEM_E_INITIALIZATION_FAILURE, 0x80041014)
CONSTANT(WBEM_E_TRANSPORT_FAILURE, 0x80041015)
CONSTANT(WBEM_E_INVALID_OPERATION, 0x80041016)
CONSTANT(WBEM_E_INVALID_QUERY, 0x80041017)
CONSTANT(WBEM_E_INVALID_QUERY_TYPE, 0x80041018)
CONSTANT(WBEM_E_ALREADY_EXISTS, 0x80041019)
CONSTANT(WBEM_E_OVERRIDE_NOT_ALLOWED, 0x8004101A)
CONSTANT(WBEM_E_PROPAGATED_QUALIFIER, 0x8004101B)
CONSTANT(WBEM_E_PROPAGATED_PROPERTY, 0x8004101C)
CONSTANT(WBEM_E_UNEXPECTED, 0x8004101D)
CONSTANT(WBEM_E_ILLEGAL_OPERATION, 0x8004101E)
CONSTANT(WBEM_E_CANNOT_BE_KEY, 0x8004101F)
CONSTANT(WBEM_E_INCOMPLETE_CLASS, 0x80041020)
CONSTANT(WBEM_E_INVALID_SYNTAX, 0x80041021)
CONSTANT(WBEM_E_NONDECORATED_OBJECT, 0x80041022)
CONSTANT(WBEM_E_READ_ONLY, 0x80041023)
CONSTANT(WBEM_E_PROVIDER_NOT_CAPABLE, 0x80041024)
CONSTANT(WBEM_E_CLASS_HAS_CHILDREN, 0x80041025)
CONSTANT(WBEM_E_CLASS_HAS_INSTANCES, 0x80041026)
CONSTANT(WBEM_E_QUERY_NOT_IMPLEMENTED, 0x80041027)
CONSTANT(WBEM_E_ILLEGAL_NULL, 0x80041028)
CONSTANT(WBEM_E_INVALID_QUALIFIER_TYPE, 0x80041029)
CONSTANT(WBEM_E_INVALID_PROPERTY_TYPE, 0x8004102A)
CONSTANT(WBEM_E_VALUE_OUT_OF_RANGE, 0x8004102B)
CONSTANT(WBEM_E_CANNOT_BE_SINGLETON, 0x8004102C)
CONSTANT(WBEM_E_INVALID_CIM_TYPE, 0x8004102D)
CONSTANT(WBEM_E_INVALID_METHOD, 0x8004102E)
CONSTANT(WBEM_E_INVALID_METHOD_PARAMETERS, 0x8004102F)
CONSTANT(WBEM_E_SYSTEM_PROPERTY, 0x80041030)
CONSTANT(WBEM_E_INVALID_PROPERTY, 0x80041031)
CONSTANT(WBEM_E_CALL_CANCELLED, 0x80041032)
CONSTANT(WBEM_E_SHUTTING_DOWN, 0x80041033)
CONSTANT(WBEM_E_PROPAGATED_METHOD, 0x80041034)
CONSTANT(WBEM_E_UNSUPPORTED_PARAMETER, 0x80041035)
CONSTANT(WBEM_E_MISSING_PARAMETER_ID, 0x80041036)
CONSTANT(WBEM_E_INVALID_PARAMETER_ID, 0x80041037)
CONSTANT(WBEM_E_NONCONSECUTIVE_PARAMETER_IDS, 0x80041038)
CONSTANT(WBEM_E_PARAMETER_ID_ON_RETVAL, 0x80041039)
CONSTANT(WBEM_E_INVALID_QUALIFIER, 0x80041042)
CONSTANT(WBEM_E_INVALID_OBJECT_PATH, 0x8004103A)
CONSTANT(WBEM_E_BUFFER_TOO_SMALL, 0x8004103C)
CONSTANT(WBEM_E_UNKNOWN_OBJECT_TYPE, 0x8004103E)
CONSTANT(WBEM_E_INVALID_DUPLICATE_PARAMETER, 0x80041043)
CONSTANT(WBEM_E_INVALID_FLAVOR, 0x80041046)
CONSTANT(WBEM_E_CIRCULAR_REFERENCE, 0x80041047)
CONSTANT(WBEM_E_CANNOT_CHANGE_KEY_INHERITANCE, 0x80041049)
CONSTANT(WBEM_E_TOO_MANY_PROPERTIES, 0x80041051)
CONSTANT(WBEM_E_UPDATE_TYPE_MISMATCH, 0x80041052)
CONSTANT(WBEM_E_METHOD_NOT_IMPLEMENTED, 0x80041055)
CONSTANT(WBEM_E_METHOD_DISABLED, 0x80041056)
CONSTANT(WBEM_E_REFRESHER_BUSY, 0x80041057)
CONSTANT(WBEM_E_UNPARSABLE_QUERY, 0x80041058)
CONSTANT(WBEM_E_NOT_EVENT_CLASS, 0x80041059)
CONSTANT(WBEM_E_LOCAL_CREDENTIALS, 0x80041064)
CONSTANT(WBEM_E_CANNOT_BE_ABSTRACT, 0x80041065)
CONSTANT(WBEM_E_QUOTA_VIOLATION, 0x8004106C)
CONSTANT(WBEM_E_HANDLE_OUT_OF_DATE, 0x80041070)
CONSTANT(WBEM_E_CONNECTION_FAILED, 0x80041071)
CONSTANT(WBEM_E_INVALID_HANDLE_REQUEST, 0x80041072)
CONSTANT(WBEM_E_PROPERTY_NAME_TOO_WIDE, 0x80041073)
CONSTANT(WBEM_E_CLASS_NAME_TOO_WIDE, 0x80041074)
CONSTANT(WBEM_E_QUALIFIER_NAME_TOO_WIDE, 0x80041076)
CONSTANT(WBEM_E_PROVIDER_SUSPENDED, 0x80041081)
CONSTANT(WBEM_E_PROVIDER_TIMED_OUT, 0x80041088)
CONSTANT(WBEM_E_NO_KEY, 0x80041089)
CONSTANT(WBEM_E_PROVIDER_DISABLED, 0x8004108A)
CONSTANT(E_NOTIMPL, 0x80004001)
CONSTANT(E_NOINTERFACE, 0x80004002)
CONSTANT(E_POINTER, 0x80004003)
CONSTANT(E_UNEXPECTED, 0x8000FFFF)
CONSTANT(E_OUTOFMEMORY, 0x8007000E)
CONSTANT(E_INVALIDARG, 0x80070057)
CONSTANT(DISP_E_TYPEMISMATCH, 0x80020005)
CONSTANT(DISP_E_BADVARTYPE, 0x80020008)
CONSTANT(DISP_E_OVERFLOW, 0x8002000A)
CONSTANT(DISP_E_BADINDEX, 0x8002000B)
CONSTANT(CLASS_E_NOAGGREGATION, 0x80040110)
CONSTANT(CLASS_E_CLASSNOTAVAILABLE, 0x80040111)
CONSTANT(REGDB_E_CLASSNOTREG, 0x80040154)
CONSTANT(RPC_E_CALL_COMPLETE, 0x80010117)
CONSTANT(RPC_E_DISCONNECTED, 0x80010108)
CONSTANT(CO_E_CLASSSTRING, 0x800401F3)
CONSTANT(CO_E_DLLNOTFOUND, 0x800401F8)
CONSTANT(CO_E_ERRORINDLL, 0x800401F9)
CONSTANT(E_ACCESSDENIED, 0x80070005)
CONSTANT(E_FAIL, 0x80004005)
CONSTANT(CIM_ILLEGAL, 0xFFF)
CONSTANT(CIM_EMPTY, 0)
CONSTANT(CIM_SINT16, 2)
CONSTANT(CIM_SINT32, 3)
CONSTANT(CIM_REAL32, 4)
CONSTANT(CIM_REAL64, 5)
CONSTANT(CIM_STRING, 8)
CONSTANT(CIM_BOOLEAN, 11)
CONSTANT(CIM_OBJECT, 13)
CONSTANT(CIM_SINT8, 16)
CONSTANT(CIM_UINT8, 17)
CONSTANT(CIM_UINT16, 18)
CONSTANT(CIM_UINT32, 19)
CONSTANT(CIM_SINT64, 20)
CONSTANT(CIM_UINT64, 21)
CONSTANT(CIM_DATETIME, 101)
CONSTANT(CIM_REFERENCE, 102)
CONSTANT(CIM_CHAR16, 103)
CONSTANT(CIM_FLAG_ARRAY, 0x2000)
CONSTANT(WBEM_FLAG_RETURN_WBEM_COMPLETE, 0)
CONSTANT(WBEM_FLAG_RETURN_IMMEDIATELY, 0x10)
CONSTANT(WBEM_FLAG_FORWARD_ONLY, 0x20)
CONSTANT(WBEM_FLAG_NO_ERROR_OBJECT, 0x40)
CONSTANT(WBEM_FLAG_SEND_STATUS, 0x80)
CONSTANT(WBEM_FLAG_ENSURE_LOCATABLE, 0x100)
CONSTANT(WBEM_FLAG_DIRECT_READ, 0x200)
CONSTANT(WBEM_MASK_RESERVED_FLAGS, 0x1F000)
CONSTANT(WBEM_FLAG_USE_AMENDED_QUALIFIERS, 0x20000)
CONSTANT(WBEM_FLAG_STRONG_VALIDATION, 0x100000)
CONSTANT(WBEM_FLAG_DEEP, 0)
CONSTANT(WBEM_FLAG_SHALLOW, 1)
CONSTANT(WBEM_FLAG_PROTOTYPE, 2)
CONSTANT(WBEM_FLAG_CREATE_OR_UPDATE, 0)
CONSTANT(WBEM_FLAG_UPDATE_ONLY, 1)
CONSTANT(WBEM_FLAG_CREATE_ONLY, 2)
CONSTANT(WBEM_FLAG_UPDATE_COMPATIBLE, 0)
CONSTANT(WBEM_FLAG_UPDATE_SAFE_MODE, 0x20)
CONSTANT(WBEM_FLAG_UPDATE_FORCE_MODE, 0x40)
CONSTANT(WBEM_FLAG_ADVISORY, 0x10000)
CONSTANT(WBEM_FLAG_ALWAYS, 0)
CONSTANT(WBEM_FLAG_ONLY_IF_TRUE, 1)
CONSTANT(WBEM_FLAG_ONLY_IF_FALSE, 2)
CONSTANT(WBEM_FLAG_ONLY_IF_IDENTICAL, 3)
CONSTANT(WBEM_FLAG_KEYS_ONLY, 4)
CONSTANT(WBEM_FLAG_REFS_ONLY, 8)
CONSTANT(WBEM_FLAG_LOCAL_ONLY, 0x10)
CONSTANT(WBEM_FLAG_PROPAGATED_ONLY, 0x20)
CONSTANT(WBEM_FLAG_SYSTEM_ONLY, 0x30)
CONSTANT(WBEM_FLAG_NONSYSTEM_ONLY, 0x40)
CONSTANT(WBEM_FLAG_CLASS_OVERRIDES_ONLY, 0x100)
CONSTANT(WBEM_FLAG_CLASS_LOCAL_AND_OVERRIDES, 0x200)
CONSTANT(WBEM_FLAVOR_DONT_PROPAGATE, 0)
CONSTANT(WBEM_FLAVOR_FLAG_PROPAGATE_TO_INSTANCE, 1)
CONSTANT(WBEM_FLAVOR_FLAG_PROPAGATE_TO_DERIVED_CLASS, 2)
CONSTANT(WBEM_FLAVOR_MASK_PROPAGATION, 0xF)
CONSTANT(WBEM_FLAVOR_OVERRIDABLE, 0)
CONSTANT(WBEM_FLAVOR_NOT_OVERRIDABLE, 0x10)
CONSTANT(WBEM_FLAVOR_ORIGIN_LOCAL, 0)
CONSTANT(WBEM_FLAVOR_ORIGIN_PROPAGATED, 0x20)
CONSTANT(WBEM_FLAVOR_ORIGIN_SYSTEM, 0x40)
CONSTANT(WBEM_FLAVOR_MASK_ORIGIN, 0x60)
CONSTANT(WBEM_FLAVOR_AMENDED, 0x80)
CONSTANT(WBEM_COMPARISON_INCLUDE_ALL, 0)
CONSTANT(WBEM_FLAG_IGNORE_QUALIFIERS, 1)
CONSTANT(WBEM_FLAG_IGNORE_OBJECT_SOURCE, 2)
CONSTANT(WBEM_FLAG_IGNORE_DEFAULT_VALUES, 4)
CONSTANT(WBEM_FLAG_IGNORE_CLASS, 8)
CONSTANT(WBEM_FLAG_IGNORE_CASE, 0x10)
CONSTANT(WBEM_FLAG_IGNORE_FLAVOR, 0x20)
CONSTANT(WBEM_FLAG_REFRESH_AUTO_RECONNECT, 0)
CONSTANT(WBEM_FLAG_REFRESH_NO_AUTO_RECONNECT, 1)
CONSTANT(WBEM_STATUS_COMPLETE, 0)
CONSTANT(WBEM_STATUS_REQUIREMENTS, 1)
CONSTANT(WBEM_STATUS_PROGRESS, 2)
CONSTANT(WBEM_FLAG_CONNECT_REPOSITORY_ONLY, 0x40)
CONSTANT(WBEM_FLAG_CONNECT_USE_MAX_WAIT, 0x80)
CONSTANT(WBEM_NO_WAIT, 0)
CONSTANT(WBEM_INFINITE, -1)
CONSTANT(WBEM_FLAG_NO_FLAVORS, 1)
CONSTANT(WMI_OBJ_TEXT_CIM_DTD_2_0, 1)
CONSTANT(WMI_OBJ_TEXT_WMI_DTD_2_0, 2)
CONSTANT(WBEM_GENUS_CLASS, 1)
CONSTANT(WBEM_GENUS_INSTANCE, 2)
CONSTANT(CLSCTX_INPROC_SERVER, 1)
CONSTANT(CLSCTX_INPROC_HANDLER, 2)
CONSTANT(CLSCTX_LOCAL_SERVER, 4)

/* The identifiers as text; each is compared with the header's constant. */
static const struct {
    const GUID *guid;
    const char *name;
    const char *text;
} identifiers[] = {
    {&IID_IUnknown, "IID_IUnknown", "00000000-0000-0000-C000-000000000046"},
    {&IID_IClassFactory, "IID_IClassFactory", "00000001-0000-0000-C000-000000000046"},
    {&IID_IWbemQualifierSet, "IID_IWbemQualifierSet", "DC12A680-737F-11CF-884D-00AA004B2E24"},
    {&IID_IWbemClassObject, "IID_IWbemClassObject", "DC12A681-737F-11CF-884D-00AA004B2E24"},
    {&IID_IWbemObjectAccess, "IID_IWbemObjectAccess", "49353C9A-516B-11D1-AEA6-00C04FB68820"},
    {&IID_IWbemObjectSink, "IID_IWbemObjectSink", "7C857801-7381-11CF-884D-00AA004B2E24"},
    {&IID_IEnumWbemClassObject, "IID_IEnumWbemClassObject", "027947E1-D731-11CE-A357-000000000001"},
    {&IID_IWbemContext, "IID_IWbemContext", "44ACA674-E8FC-11D0-A07C-00C04FB68820"},
    {&IID_IWbemCallResult, "IID_IWbemCallResult", "44ACA675-E8FC-11D0-A07C-00C04FB68820"},
    {&IID_IWbemObjectTextSrc, "IID_IWbemObjectTextSrc", "BFBF883A-CAD7-11D3-A11B-00105A1F515A"},
    {&IID_IWbemServices, "IID_IWbemServices", "9556DC99-828C-11CF-A37E-00AA003240C7"},
    {&IID_IWbemLocator, "IID_IWbemLocator", "DC12A687-737F-11CF-884D-00AA004B2E24"},
    {&IID_IWbemProviderInitSink, "IID_IWbemProviderInitSink", "1BE41571-91DD-11D1-AEB2-00C04FB68820"},
    {&IID_IWbemProviderInit, "IID_IWbemProviderInit", "1BE41572-91DD-11D1-AEB2-00C04FB68820"},
    {&IID_IWbemRefresher, "IID_IWbemRefresher", "49353C99-516B-11D1-AEA6-00C04FB68820"},
    {&IID_IWbemHiPerfEnum, "IID_IWbemHiPerfEnum", "2705C288-79AE-11D2-B348-00105A1F8177"},
    {&IID_IWbemHiPerfProvider, "IID_IWbemHiPerfProvider", "49353C93-516B-11D1-AEA6-00C04FB68820"},
    {&IID_IServerSecurity, "IID_IServerSecurity", "0000013E-0000-0000-C000-000000000046"},
    {&IID_IWbemConfigureRefresher, "IID_IWbemConfigureRefresher", "49353C92-516B-11D1-AEA6-00C04FB68820"},
    {&CLSID_WbemLocator, "CLSID_WbemLocator", "4590F811-1D3A-11D0-891F-00AA004B2E24"},
    {&CLSID_WbemRefresher, "CLSID_WbemRefresher", "C71566F2-561E-11D1-AD87-00C04FD8FDFF"},
    {&CLSID_WbemContext, "CLSID_WbemContext", "674B6698-EE92-11D0-AD71-00C04FD8FDFF"},
    {&CLSID_WbemObjectTextSrc, "CLSID_WbemObjectTextSrc", "8D1C559D-84F0-4BB3-A7D5-56A7435A9BA6"},
};

static char *put_hex(char *out, unsigned long long value, int digits)
{
    for (int i = digits - 1; i >= 0; i--)
        *out++ = "0123456789ABCDEF"[value >> (4 * i) & 15];
    return out;
}

static void guid_text(char text[37], const GUID *guid)
{
    char *out = put_hex(text, guid->Data1, 8);
    *out++ = '-';
    out = put_hex(out, guid->Data2, 4);
    *out++ = '-';
    out = put_hex(out, guid->Data3, 4);
    *out++ = '-';
    for (int i = 0; i < 8; i++) {
        if (i == 2)
            *out++ = '-';
        out = put_hex(out, guid->Data4[i], 2);
    }
    *out = 0;
}

int main(void)
{
    int bad = 0;
    for (unsigned i = 0; i < sizeof identifiers / sizeof identifiers[0]; i++) {
        char text[37];
        guid_text(text, identifiers[i].guid);
        int same = memcmp(text, identifiers[i].text, sizeof text) == 0;
        bad += !same;
        printf("%s %s %s\n", same ? "ok" : "not ok", identifiers[i].name, text);
    }
    return bad != 0;
}
