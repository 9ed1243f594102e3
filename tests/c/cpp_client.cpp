/*
 * cpp_client.cpp - the same client as basic_client.c in the manner of C++: methods of abstract classes.
 *
 *   cpp_client
 *
 * Prints `ROUND INSTANCE PercentProcessorTime VALUE` for three rounds, then `released`; status 1 at any deviation.
 *
 *   c++ -std=c++17 tests/c/cpp_client.cpp $(pkg-config --cflags --libs hiperf) -o cpp_client
 */
#include "hiperf.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

namespace {

void expect(HRESULT got, HRESULT expected, const char *what)
{
    if (got != expected) {
        std::fprintf(stderr, "%s returned 0x%08" PRIX32 ": %s\n", what, uint32_t(got), HiperfLastError());
        std::exit(1);
    }
}

/* Owns one reference. */
template <class T> class Com {
public:
    Com() = default;
    explicit Com(T *object) : object_(object) {}
    Com(Com &&other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Com(const Com &) = delete;
    Com &operator=(const Com &) = delete;
    ~Com()
    {
        if (object_ != nullptr)
            object_->Release();
    }
    T *operator->() const { return object_; }
    T *get() const { return object_; }
    T **out() { return &object_; }
    void **out_any() { return reinterpret_cast<void **>(&object_); }

private:
    T *object_ = nullptr;
};

std::vector<Com<IWbemObjectAccess>> objects_of(IWbemHiPerfEnum *enumerator)
{
    ULONG count = 0;
    expect(enumerator->GetObjects(0, 0, nullptr, &count), WBEM_E_BUFFER_TOO_SMALL, "GetObjects without room");
    std::vector<IWbemObjectAccess *> raw(count);
    expect(enumerator->GetObjects(0, count, raw.data(), &count), WBEM_S_NO_ERROR, "GetObjects");
    std::vector<Com<IWbemObjectAccess>> objects;
    for (IWbemObjectAccess *object : raw)
        objects.emplace_back(object);
    return objects;
}

/* A second refresher within the first: an object by path, and the same by a template. */
void run_nested(IWbemServices *services, IWbemRefresher *outer, IWbemConfigureRefresher *configure_outer)
{
    Com<IWbemRefresher> inner;
    Com<IWbemConfigureRefresher> configure;
    Com<IWbemClassObject> memory, again;
    Com<IWbemObjectAccess> access;
    LONG inner_id = 0, memory_id = 0, again_id = 0, handle = 0;
    CIMTYPE type = 0;
    UINT64 available = 0;
    expect(CoCreateInstance(CLSID_WbemRefresher, nullptr, CLSCTX_INPROC_SERVER, IID_IWbemRefresher, inner.out_any()), S_OK,
           "CoCreateInstance of the inner refresher");
    expect(inner->QueryInterface(IID_IWbemConfigureRefresher, configure.out_any()), S_OK, "QueryInterface");
    expect(configure->AddObjectByPath(services, u"Win32_PerfRawData_PerfOS_Memory=@", 0, nullptr, memory.out(), &memory_id),
           WBEM_S_NO_ERROR, "AddObjectByPath");
    expect(configure->AddObjectByTemplate(services, memory.get(), 0, nullptr, again.out(), &again_id), WBEM_S_NO_ERROR,
           "AddObjectByTemplate");
    expect(configure_outer->AddRefresher(inner.get(), 0, &inner_id), WBEM_S_NO_ERROR, "AddRefresher");
    expect(configure->AddRefresher(outer, 0, nullptr), WBEM_E_CIRCULAR_REFERENCE, "AddRefresher of the parent");
    expect(configure->Remove(memory_id, 0), WBEM_S_NO_ERROR, "Remove of an object");
    expect(outer->Refresh(0), WBEM_S_NO_ERROR, "Refresh of both");
    expect(again->QueryInterface(IID_IWbemObjectAccess, access.out_any()), S_OK, "QueryInterface");
    expect(access->GetPropertyHandle(u"AvailableBytes", &type, &handle), WBEM_S_NO_ERROR, "handle of AvailableBytes");
    expect(access->Lock(0), WBEM_S_NO_ERROR, "Lock");
    expect(access->ReadQWORD(handle, &available), WBEM_S_NO_ERROR, "ReadQWORD");
    expect(access->Unlock(0), WBEM_S_NO_ERROR, "Unlock");
    expect(available > 0 ? S_OK : S_FALSE, S_OK, "AvailableBytes");
    expect(configure_outer->Remove(inner_id, 0), WBEM_S_NO_ERROR, "Remove of a refresher");
}

void run()
{
    Com<IWbemLocator> locator;
    Com<IWbemServices> services;
    Com<IWbemRefresher> refresher;
    Com<IWbemConfigureRefresher> configure;
    Com<IWbemHiPerfEnum> processors;
    LONG id = 0;
    expect(CoCreateInstance(CLSID_WbemLocator, nullptr, CLSCTX_INPROC_SERVER, IID_IWbemLocator, locator.out_any()), S_OK,
           "CoCreateInstance of the locator");
    BSTR path = SysAllocString(u"root\\cimv2");
    expect(locator->ConnectServer(path, nullptr, nullptr, nullptr, 0, nullptr, nullptr, services.out()), WBEM_S_NO_ERROR,
           "ConnectServer");
    SysFreeString(path);
    expect(CoCreateInstance(CLSID_WbemRefresher, nullptr, CLSCTX_INPROC_SERVER, IID_IWbemRefresher, refresher.out_any()),
           S_OK, "CoCreateInstance of the refresher");
    expect(refresher->QueryInterface(IID_IWbemConfigureRefresher, configure.out_any()), S_OK, "QueryInterface");
    expect(configure->AddEnum(services.get(), u"Win32_PerfRawData_PerfOS_Processor", 0, nullptr, processors.out(), &id),
           WBEM_S_NO_ERROR, "AddEnum");

    for (int round = 1; round <= 3; round++) {
        expect(refresher->Refresh(0), WBEM_S_NO_ERROR, "Refresh");
        for (const auto &object : objects_of(processors.get())) {
            LONG name = 0, time = 0, bytes = 0;
            CIMTYPE type = 0;
            WCHAR wide[64];
            char ascii[64];
            UINT64 value = 0;
            expect(object->GetPropertyHandle(u"Name", &type, &name), WBEM_S_NO_ERROR, "handle of Name");
            expect(object->GetPropertyHandle(u"PercentProcessorTime", &type, &time), WBEM_S_NO_ERROR,
                   "handle of PercentProcessorTime");
            expect(object->ReadPropertyValue(name, sizeof wide, &bytes, reinterpret_cast<BYTE *>(wide)), WBEM_S_NO_ERROR,
                   "ReadPropertyValue");
            expect(object->ReadQWORD(time, &value), WBEM_S_NO_ERROR, "ReadQWORD");
            std::printf("%d %s PercentProcessorTime %" PRIu64 "\n", round, HiperfNarrow(ascii, sizeof ascii, wide), value);
        }
    }
    run_nested(services.get(), refresher.get(), configure.get());
    expect(configure->Remove(id, 0), WBEM_S_NO_ERROR, "Remove");
}

} // namespace

int main()
{
    if (FAILED(CoInitializeEx(nullptr, COINIT_MULTITHREADED)))
        return 1;
    run();
    CoUninitialize();
    if (HiperfLiveObjects() != 0) {
        std::fprintf(stderr, "%" PRIu32 " objects are still alive\n", HiperfLiveObjects());
        return 1;
    }
    std::printf("released\n");
    return 0;
}
