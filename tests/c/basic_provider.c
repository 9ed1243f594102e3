/*
 * basic_provider.c - a provider for the class of the Platform SDK's classic sample, Win32_BasicHiPerf, under the CLSID
 * that its BasicHiPerf.Mof registers: the toy provider by other names. Counter1 is what the toy calls Ticks, Counter2
 * Level and Counter3 Errors; the other two it leaves alone.
 *
 *   cc -std=c11 -shared -fPIC -fvisibility=hidden -Iinclude tests/c/basic_provider.c -o libbasic.so
 */
#include "hiperf.h"

/* The sample has one class for hosts and clients. */
HIPERF_GUID(CLSID_ToyHost, 0xB56B1D80, 0xAA4F, 0x11D2, 0xB3, 0x48, 0x00, 0x10, 0x5A, 0x14, 0x69, 0xB7);
#define CLSID_ToyClient CLSID_ToyHost

#define TOY_CLASS u"Win32_BasicHiPerf"
#define TOY_TICKS u"Counter1"
#define TOY_LEVEL u"Counter2"
#define TOY_ERRORS u"Counter3"
#define TOY_WRITE_TICKS(object, handle, value) IWbemObjectAccess_WriteDWORD(object, handle, (DWORD)(value))

#include "toy_provider.c"
