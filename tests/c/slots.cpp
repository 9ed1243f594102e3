/*
 * slots.cpp - proves that a C++ call through hiperf.h goes to the published slot.
 *
 * Every object here is a table of functions that answer with their own number; each method is called through the
 * abstract class and must answer with the number that the C table of the same header gives it (see slots.c).
 *
 *   c++ -std=c++17 -Iinclude tests/c/slots.cpp -o slots-cpp && ./slots-cpp
 */
#include "hiperf.h"

#include <cstdio>
#include <utility>

namespace {

template <size_t Slot> int32_t answer(void *) { return int32_t(Slot); }

/* The caller passes more arguments than `answer` takes, which the calling convention of this platform permits. */
template <size_t... Slot> const void *const *table(std::index_sequence<Slot...>)
{
    static const void *const slots[] = {reinterpret_cast<const void *>(&answer<Slot>)...};
    return slots;
}

struct Fake {
    const void *const *slots = table(std::make_index_sequence<40>());
};

int bad = 0;

void expect(const char *method, unsigned got, unsigned slot)
{
    if (got != slot) {
        std::printf("not ok %s went to slot %u, not %u\n", method, got, slot);
        bad++;
    }
}

} // namespace

int main()
{
    Fake fake;
    auto *pIUnknown = reinterpret_cast<IUnknown *>(&fake);
    expect("IUnknown::QueryInterface", unsigned(pIUnknown->QueryInterface(IID_IUnknown, nullptr)), 0);
    expect("IUnknown::AddRef", unsigned(pIUnknown->AddRef()), 1);
    expect("IUnknown::Release", unsigned(pIUnknown->Release()), 2);
    auto *pIClassFactory = reinterpret_cast<IClassFactory *>(&fake);
    expect("IClassFactory::QueryInterface", unsigned(pIClassFactory->QueryInterface(IID_IUnknown, nullptr)), 0);
    expect("IClassFactory::AddRef", unsigned(pIClassFactory->AddRef()), 1);
    expect("IClassFactory::Release", unsigned(pIClassFactory->Release()), 2);
    expect("IClassFactory::CreateInstance", unsigned(pIClassFactory->CreateInstance(nullptr, IID_IUnknown, nullptr)), 3);
    expect("IClassFactory::LockServer", unsigned(pIClassFactory->LockServer(0)), 4);
    auto *pIWbemQualifierSet = reinterpret_cast<IWbemQualifierSet *>(&fake);
    expect("IWbemQualifierSet::QueryInterface", unsigned(pIWbemQualifierSet->QueryInterface(IID_IUnknown, nullptr)), 0);
    expect("IWbemQualifierSet::AddRef", unsigned(pIWbemQualifierSet->AddRef()), 1);
    expect("IWbemQualifierSet::Release", unsigned(pIWbemQualifierSet->Release()), 2);
    expect("IWbemQualifierSet::Get", unsigned(pIWbemQualifierSet->Get(nullptr, 0, nullptr, nullptr)), 3);
    expect("IWbemQualifierSet::Put", unsigned(pIWbemQualifierSet->Put(nullptr, nullptr, 0)), 4);
    expect("IWbemQualifierSet::Delete", unsigned(pIWbemQualifierSet->Delete(nullptr)), 5);
    expect("IWbemQualifierSet::GetNames", unsigned(pIWbemQualifierSet->GetNames(0, nullptr)), 6);
    expect("IWbemQualifierSet::BeginEnumeration", unsigned(pIWbemQualifierSet->BeginEnumeration(0)), 7);
    expect("IWbemQualifierSet::Next", unsigned(pIWbemQualifierSet->Next(0, nullptr, nullptr, nullptr)), 8);
    expect("IWbemQualifierSet::EndEnumeration", unsigned(pIWbemQualifierSet->EndEnumeration()), 9);
    auto *pIWbemClassObject = reinterpret_cast<IWbemClassObject *>(&fake);
    expect("IWbemClassObject::QueryInterface", unsigned(pIWbemClassObject->QueryInterface(IID_IUnknown, nullptr)), 0);
    expect("IWbemClassObject::AddRef", unsigned(pIWbemClassObject->AddRef()), 1);
    expect("IWbemClassObject::Release", unsigned(pIWbemClassObject->Release()), 2);
    expect("IWbemClassObject::GetQualifierSet", unsigned(pIWbemClassObject->GetQualifierSet(nullptr)), 3);
    expect("IWbemClassObject::Get", unsigned(pIWbemClassObject->Get(nullptr, 0, nullptr, nullptr, nullptr)), 4);
    expect("IWbemClassObject::Put", unsigned(pIWbemClassObject->Put(nullptr, 0, nullptr, 0)), 5);
    expect("IWbemClassObject::Delete", unsigned(pIWbemClassObject->Delete(nullptr)), 6);
    expect("IWbemClassObject::GetNames", unsigned(pIWbemClassObject->GetNames(nullptr, 0, nullptr, nullptr)), 7);
    expect("IWbemClassObject::BeginEnumeration", unsigned(pIWbemClassObject->BeginEnumeration(0)), 8);
    expect("IWbemClassObject::Next", unsigned(pIWbemClassObject->Next(0, nullptr, nullptr, nullptr, nullptr)), 9);
    expect("IWbemClassObject::EndEnumeration", unsigned(pIWbemClassObject->EndEnumeration()), 10);
    expect("IWbemClassObject::GetPropertyQualifierSet", unsigned(pIWbemClassObject->GetPropertyQualifierSet(nullptr, nullptr)), 11);
    expect("IWbemClassObject::Clone", unsigned(pIWbemClassObject->Clone(nullptr)), 12);
    expect("IWbemClassObject::GetObjectText", unsigned(pIWbemClassObject->GetObjectText(0, nullptr)), 13);
    expect("IWbemClassObject::SpawnDerivedClass", unsigned(pIWbemClassObject->SpawnDerivedClass(0, nullptr)), 14);
    expect("IWbemClassObject::SpawnInstance", unsigned(pIWbemClassObject->SpawnInstance(0, nullptr)), 15);
    expect("IWbemClassObject::CompareTo", unsigned(pIWbemClassObject->CompareTo(0, nullptr)), 16);
    expect("IWbemClassObject::GetPropertyOrigin", unsigned(pIWbemClassObject->GetPropertyOrigin(nullptr, nullptr)), 17);
    expect("IWbemClassObject::InheritsFrom", unsigned(pIWbemClassObject->InheritsFrom(nullptr)), 18);
    expect("IWbemClassObject::GetMethod", unsigned(pIWbemClassObject->GetMethod(nullptr, 0, nullptr, nullptr)), 19);
    expect("IWbemClassObject::PutMethod", unsigned(pIWbemClassObject->PutMethod(nullptr, 0, nullptr, nullptr)), 20);
    expect("IWbemClassObject::DeleteMethod", unsigned(pIWbemClassObject->DeleteMethod(nullptr)), 21);
    expect("IWbemClassObject::BeginMethodEnumeration", unsigned(pIWbemClassObject->BeginMethodEnumeration(0)), 22);
    expect("IWbemClassObject::NextMethod", unsigned(pIWbemClassObject->NextMethod(0, nullptr, nullptr, nullptr)), 23);
    expect("IWbemClassObject::EndMethodEnumeration", unsigned(pIWbemClassObject->EndMethodEnumeration()), 24);
    expect("IWbemClassObject::GetMethodQualifierSet", unsigned(pIWbemClassObject->GetMethodQualifierSet(nullptr, nullptr)), 25);
    expect("IWbemClassObject::GetMethodOrigin", unsigned(pIWbemClassObject->GetMethodOrigin(nullptr, nullptr)), 26);
    auto *pIWbemObjectAccess = reinterpret_cast<IWbemObjectAccess *>(&fake);
    expect("IWbemObjectAccess::QueryInterface", unsigned(pIWbemObjectAccess->QueryInterface(IID_IUnknown, nullptr)), 0);
    expect("IWbemObjectAccess::AddRef", unsigned(pIWbemObjectAccess->AddRef()), 1);
    expect("IWbemObjectAccess::Release", unsigned(pIWbemObjectAccess->Release()), 2);
    expect("IWbemObjectAccess::GetQualifierSet", unsigned(pIWbemObjectAccess->GetQualifierSet(nullptr)), 3);
    expect("IWbemObjectAccess::Get", unsigned(pIWbemObjectAccess->Get(nullptr, 0, nullptr, nullptr, nullptr)), 4);
    expect("IWbemObjectAccess::Put", unsigned(pIWbemObjectAccess->Put(nullptr, 0, nullptr, 0)), 5);
    expect("IWbemObjectAccess::Delete", unsigned(pIWbemObjectAccess->Delete(nullptr)), 6);
    expect("IWbemObjectAccess::GetNames", unsigned(pIWbemObjectAccess->GetNames(nullptr, 0, nullptr, nullptr)), 7);
    expect("IWbemObjectAccess::BeginEnumeration", unsigned(pIWbemObjectAccess->BeginEnumeration(0)), 8);
    expect("IWbemObjectAccess::Next", unsigned(pIWbemObjectAccess->Next(0, nullptr, nullptr, nullptr, nullptr)), 9);
    expect("IWbemObjectAccess::EndEnumeration", unsigned(pIWbemObjectAccess->EndEnumeration()), 10);
    expect("IWbemObjectAccess::GetPropertyQualifierSet", unsigned(pIWbemObjectAccess->GetPropertyQualifierSet(nullptr, nullptr)), 11);
    expect("IWbemObjectAccess::Clone", unsigned(pIWbemObjectAccess->Clone(nullptr)), 12);
    expect("IWbemObjectAccess::GetObjectText", unsigned(pIWbemObjectAccess->GetObjectText(0, nullptr)), 13);
    expect("IWbemObjectAccess::SpawnDerivedClass", unsigned(pIWbemObjectAccess->SpawnDerivedClass(0, nullptr)), 14);
    expect("IWbemObjectAccess::SpawnInstance", unsigned(pIWbemObjectAccess->SpawnInstance(0, nullptr)), 15);
    expect("IWbemObjectAccess::CompareTo", unsigned(pIWbemObjectAccess->CompareTo(0, nullptr)), 16);
    expect("IWbemObjectAccess::GetPropertyOrigin", unsigned(pIWbemObjectAccess->GetPropertyOrigin(nullptr, nullptr)), 17);
    expect("IWbemObjectAccess::InheritsFrom", unsigned(pIWbemObjectAccess->InheritsFrom(nullptr)), 18);
    expect("IWbemObjectAccess::GetMethod", unsigned(pIWbemObjectAccess->GetMethod(nullptr, 0, nullptr, nullptr)), 19);
    expect("IWbemObjectAccess::PutMethod", unsigned(pIWbemObjectAccess->PutMethod(nullptr, 0, nullptr, nullptr)), 20);
    expect("IWbemObjectAccess::DeleteMethod", unsigned(pIWbemObjectAccess->DeleteMethod(nullptr)), 21);
    expect("IWbemObjectAccess::BeginMethodEnumeration", unsigned(pIWbemObjectAccess->BeginMethodEnumeration(0)), 22);
    expect("IWbemObjectAccess::NextMethod", unsigned(pIWbemObjectAccess->NextMethod(0, nullptr, nullptr, nullptr)), 23);
    expect("IWbemObjectAccess::EndMethodEnumeration", unsigned(pIWbemObjectAccess->EndMethodEnumeration()), 24);
    expect("IWbemObjectAccess::GetMethodQualifierSet", unsigned(pIWbemObjectAccess->GetMethodQualifierSet(nullptr, nullptr)), 25);
    expect("IWbemObjectAccess::GetMethodOrigin", unsigned(pIWbemObjectAccess->GetMethodOrigin(nullptr, nullptr)), 26);
    expect("IWbemObjectAccess::GetPropertyHandle", unsigned(pIWbemObjectAccess->GetPropertyHandle(nullptr, nullptr, nullptr)), 27);
    expect("IWbemObjectAccess::WritePropertyValue", unsigned(pIWbemObjectAccess->WritePropertyValue(0, 0, nullptr)), 28);
    expect("IWbemObjectAccess::ReadPropertyValue", unsigned(pIWbemObjectAccess->ReadPropertyValue(0, 0, nullptr, nullptr)), 29);
    expect("IWbemObjectAccess::ReadDWORD", unsigned(pIWbemObjectAccess->ReadDWORD(0, nullptr)), 30);
    expect("IWbemObjectAccess::WriteDWORD", unsigned(pIWbemObjectAccess->WriteDWORD(0, 0)), 31);
    expect("IWbemObjectAccess::ReadQWORD", unsigned(pIWbemObjectAccess->ReadQWORD(0, nullptr)), 32);
    expect("IWbemObjectAccess::WriteQWORD", unsigned(pIWbemObjectAccess->WriteQWORD(0, 0)), 33);
    expect("IWbemObjectAccess::GetPropertyInfoByHandle", unsigned(pIWbemObjectAccess->GetPropertyInfoByHandle(0, nullptr, nullptr)), 34);
    expect("IWbemObjectAccess::Lock", unsigned(pIWbemObjectAccess->Lock(0)), 35);
    expect("IWbemObjectAccess::Unlock", unsigned(pIWbemObjectAccess->Unlock(0)), 36);

    auto *pIHiPerfValueReason = reinterpret_cast<IHiPerfValueReason *>(&fake);
    expect("IHiPerfValueReason::Unlock", unsigned(pIHiPerfValueReason->Unlock(0)), 36);
    expect("IHiPerfValueReason::GetReason", unsigned(pIHiPerfValueReason->GetReason(0, nullptr)), 37);
    expect("IHiPerfValueReason::SetReason", unsigned(pIHiPerfValueReason->SetReason(0, 0)), 38);
    auto *pIWbemObjectSink = reinterpret_cast<IWbemObjectSink *>(&fake);
    expect("IWbemObjectSink::QueryInterface", unsigned(pIWbemObjectSink->QueryInterface(IID_IUnknown, nullptr)), 0);
    expect("IWbemObjectSink::AddRef", unsigned(pIWbemObjectSink->AddRef()), 1);
    expect("IWbemObjectSink::Release", unsigned(pIWbemObjectSink->Release()), 2);
    expect("IWbemObjectSink::Indicate", unsigned(pIWbemObjectSink->Indicate(0, nullptr)), 3);
    expect("IWbemObjectSink::SetStatus", unsigned(pIWbemObjectSink->SetStatus(0, 0, nullptr, nullptr)), 4);
    auto *pIEnumWbemClassObject = reinterpret_cast<IEnumWbemClassObject *>(&fake);
    expect("IEnumWbemClassObject::QueryInterface", unsigned(pIEnumWbemClassObject->QueryInterface(IID_IUnknown, nullptr)), 0);
    expect("IEnumWbemClassObject::AddRef", unsigned(pIEnumWbemClassObject->AddRef()), 1);
    expect("IEnumWbemClassObject::Release", unsigned(pIEnumWbemClassObject->Release()), 2);
    expect("IEnumWbemClassObject::Reset", unsigned(pIEnumWbemClassObject->Reset()), 3);
    expect("IEnumWbemClassObject::Next", unsigned(pIEnumWbemClassObject->Next(0, 0, nullptr, nullptr)), 4);
    expect("IEnumWbemClassObject::NextAsync", unsigned(pIEnumWbemClassObject->NextAsync(0, nullptr)), 5);
    expect("IEnumWbemClassObject::Clone", unsigned(pIEnumWbemClassObject->Clone(nullptr)), 6);
    expect("IEnumWbemClassObject::Skip", unsigned(pIEnumWbemClassObject->Skip(0, 0)), 7);
    auto *pIWbemContext = reinterpret_cast<IWbemContext *>(&fake);
    expect("IWbemContext::QueryInterface", unsigned(pIWbemContext->QueryInterface(IID_IUnknown, nullptr)), 0);
    expect("IWbemContext::AddRef", unsigned(pIWbemContext->AddRef()), 1);
    expect("IWbemContext::Release", unsigned(pIWbemContext->Release()), 2);
    expect("IWbemContext::Clone", unsigned(pIWbemContext->Clone(nullptr)), 3);
    expect("IWbemContext::GetNames", unsigned(pIWbemContext->GetNames(0, nullptr)), 4);
    expect("IWbemContext::BeginEnumeration", unsigned(pIWbemContext->BeginEnumeration(0)), 5);
    expect("IWbemContext::Next", unsigned(pIWbemContext->Next(0, nullptr, nullptr)), 6);
    expect("IWbemContext::EndEnumeration", unsigned(pIWbemContext->EndEnumeration()), 7);
    expect("IWbemContext::SetValue", unsigned(pIWbemContext->SetValue(nullptr, 0, nullptr)), 8);
    expect("IWbemContext::GetValue", unsigned(pIWbemContext->GetValue(nullptr, 0, nullptr)), 9);
    expect("IWbemContext::DeleteValue", unsigned(pIWbemContext->DeleteValue(nullptr, 0)), 10);
    expect("IWbemContext::DeleteAll", unsigned(pIWbemContext->DeleteAll()), 11);
    auto *pIWbemCallResult = reinterpret_cast<IWbemCallResult *>(&fake);
    expect("IWbemCallResult::QueryInterface", unsigned(pIWbemCallResult->QueryInterface(IID_IUnknown, nullptr)), 0);
    expect("IWbemCallResult::AddRef", unsigned(pIWbemCallResult->AddRef()), 1);
    expect("IWbemCallResult::Release", unsigned(pIWbemCallResult->Release()), 2);
    expect("IWbemCallResult::GetResultObject", unsigned(pIWbemCallResult->GetResultObject(0, nullptr)), 3);
    expect("IWbemCallResult::GetResultString", unsigned(pIWbemCallResult->GetResultString(0, nullptr)), 4);
    expect("IWbemCallResult::GetResultServices", unsigned(pIWbemCallResult->GetResultServices(0, nullptr)), 5);
    expect("IWbemCallResult::GetCallStatus", unsigned(pIWbemCallResult->GetCallStatus(0, nullptr)), 6);
    auto *pIWbemServices = reinterpret_cast<IWbemServices *>(&fake);
    expect("IWbemServices::QueryInterface", unsigned(pIWbemServices->QueryInterface(IID_IUnknown, nullptr)), 0);
    expect("IWbemServices::AddRef", unsigned(pIWbemServices->AddRef()), 1);
    expect("IWbemServices::Release", unsigned(pIWbemServices->Release()), 2);
    expect("IWbemServices::OpenNamespace", unsigned(pIWbemServices->OpenNamespace(nullptr, 0, nullptr, nullptr, nullptr)), 3);
    expect("IWbemServices::CancelAsyncCall", unsigned(pIWbemServices->CancelAsyncCall(nullptr)), 4);
    expect("IWbemServices::QueryObjectSink", unsigned(pIWbemServices->QueryObjectSink(0, nullptr)), 5);
    expect("IWbemServices::GetObject", unsigned(pIWbemServices->GetObject(nullptr, 0, nullptr, nullptr, nullptr)), 6);
    expect("IWbemServices::GetObjectAsync", unsigned(pIWbemServices->GetObjectAsync(nullptr, 0, nullptr, nullptr)), 7);
    expect("IWbemServices::PutClass", unsigned(pIWbemServices->PutClass(nullptr, 0, nullptr, nullptr)), 8);
    expect("IWbemServices::PutClassAsync", unsigned(pIWbemServices->PutClassAsync(nullptr, 0, nullptr, nullptr)), 9);
    expect("IWbemServices::DeleteClass", unsigned(pIWbemServices->DeleteClass(nullptr, 0, nullptr, nullptr)), 10);
    expect("IWbemServices::DeleteClassAsync", unsigned(pIWbemServices->DeleteClassAsync(nullptr, 0, nullptr, nullptr)), 11);
    expect("IWbemServices::CreateClassEnum", unsigned(pIWbemServices->CreateClassEnum(nullptr, 0, nullptr, nullptr)), 12);
    expect("IWbemServices::CreateClassEnumAsync", unsigned(pIWbemServices->CreateClassEnumAsync(nullptr, 0, nullptr, nullptr)), 13);
    expect("IWbemServices::PutInstance", unsigned(pIWbemServices->PutInstance(nullptr, 0, nullptr, nullptr)), 14);
    expect("IWbemServices::PutInstanceAsync", unsigned(pIWbemServices->PutInstanceAsync(nullptr, 0, nullptr, nullptr)), 15);
    expect("IWbemServices::DeleteInstance", unsigned(pIWbemServices->DeleteInstance(nullptr, 0, nullptr, nullptr)), 16);
    expect("IWbemServices::DeleteInstanceAsync", unsigned(pIWbemServices->DeleteInstanceAsync(nullptr, 0, nullptr, nullptr)), 17);
    expect("IWbemServices::CreateInstanceEnum", unsigned(pIWbemServices->CreateInstanceEnum(nullptr, 0, nullptr, nullptr)), 18);
    expect("IWbemServices::CreateInstanceEnumAsync", unsigned(pIWbemServices->CreateInstanceEnumAsync(nullptr, 0, nullptr, nullptr)), 19);
    expect("IWbemServices::ExecQuery", unsigned(pIWbemServices->ExecQuery(nullptr, nullptr, 0, nullptr, nullptr)), 20);
    expect("IWbemServices::ExecQueryAsync", unsigned(pIWbemServices->ExecQueryAsync(nullptr, nullptr, 0, nullptr, nullptr)), 21);
    expect("IWbemServices::ExecNotificationQuery", unsigned(pIWbemServices->ExecNotificationQuery(nullptr, nullptr, 0, nullptr, nullptr)), 22);
    expect("IWbemServices::ExecNotificationQueryAsync", unsigned(pIWbemServices->ExecNotificationQueryAsync(nullptr, nullptr, 0, nullptr, nullptr)), 23);
    expect("IWbemServices::ExecMethod", unsigned(pIWbemServices->ExecMethod(nullptr, nullptr, 0, nullptr, nullptr, nullptr, nullptr)), 24);
    expect("IWbemServices::ExecMethodAsync", unsigned(pIWbemServices->ExecMethodAsync(nullptr, nullptr, 0, nullptr, nullptr, nullptr)), 25);
    auto *pIWbemLocator = reinterpret_cast<IWbemLocator *>(&fake);
    expect("IWbemLocator::QueryInterface", unsigned(pIWbemLocator->QueryInterface(IID_IUnknown, nullptr)), 0);
    expect("IWbemLocator::AddRef", unsigned(pIWbemLocator->AddRef()), 1);
    expect("IWbemLocator::Release", unsigned(pIWbemLocator->Release()), 2);
    expect("IWbemLocator::ConnectServer", unsigned(pIWbemLocator->ConnectServer(nullptr, nullptr, nullptr, nullptr, 0, nullptr, nullptr, nullptr)), 3);
    auto *pIWbemObjectTextSrc = reinterpret_cast<IWbemObjectTextSrc *>(&fake);
    expect("IWbemObjectTextSrc::QueryInterface", unsigned(pIWbemObjectTextSrc->QueryInterface(IID_IUnknown, nullptr)), 0);
    expect("IWbemObjectTextSrc::AddRef", unsigned(pIWbemObjectTextSrc->AddRef()), 1);
    expect("IWbemObjectTextSrc::Release", unsigned(pIWbemObjectTextSrc->Release()), 2);
    expect("IWbemObjectTextSrc::GetText", unsigned(pIWbemObjectTextSrc->GetText(0, nullptr, 0, nullptr, nullptr)), 3);
    expect("IWbemObjectTextSrc::CreateFromText", unsigned(pIWbemObjectTextSrc->CreateFromText(0, nullptr, 0, nullptr, nullptr)), 4);
    auto *pIWbemProviderInitSink = reinterpret_cast<IWbemProviderInitSink *>(&fake);
    expect("IWbemProviderInitSink::QueryInterface", unsigned(pIWbemProviderInitSink->QueryInterface(IID_IUnknown, nullptr)), 0);
    expect("IWbemProviderInitSink::AddRef", unsigned(pIWbemProviderInitSink->AddRef()), 1);
    expect("IWbemProviderInitSink::Release", unsigned(pIWbemProviderInitSink->Release()), 2);
    expect("IWbemProviderInitSink::SetStatus", unsigned(pIWbemProviderInitSink->SetStatus(0, 0)), 3);
    auto *pIWbemProviderInit = reinterpret_cast<IWbemProviderInit *>(&fake);
    expect("IWbemProviderInit::QueryInterface", unsigned(pIWbemProviderInit->QueryInterface(IID_IUnknown, nullptr)), 0);
    expect("IWbemProviderInit::AddRef", unsigned(pIWbemProviderInit->AddRef()), 1);
    expect("IWbemProviderInit::Release", unsigned(pIWbemProviderInit->Release()), 2);
    expect("IWbemProviderInit::Initialize", unsigned(pIWbemProviderInit->Initialize(nullptr, 0, nullptr, nullptr, nullptr, nullptr, nullptr)), 3);
    auto *pIWbemRefresher = reinterpret_cast<IWbemRefresher *>(&fake);
    expect("IWbemRefresher::QueryInterface", unsigned(pIWbemRefresher->QueryInterface(IID_IUnknown, nullptr)), 0);
    expect("IWbemRefresher::AddRef", unsigned(pIWbemRefresher->AddRef()), 1);
    expect("IWbemRefresher::Release", unsigned(pIWbemRefresher->Release()), 2);
    expect("IWbemRefresher::Refresh", unsigned(pIWbemRefresher->Refresh(0)), 3);
    auto *pIWbemHiPerfEnum = reinterpret_cast<IWbemHiPerfEnum *>(&fake);
    expect("IWbemHiPerfEnum::QueryInterface", unsigned(pIWbemHiPerfEnum->QueryInterface(IID_IUnknown, nullptr)), 0);
    expect("IWbemHiPerfEnum::AddRef", unsigned(pIWbemHiPerfEnum->AddRef()), 1);
    expect("IWbemHiPerfEnum::Release", unsigned(pIWbemHiPerfEnum->Release()), 2);
    expect("IWbemHiPerfEnum::AddObjects", unsigned(pIWbemHiPerfEnum->AddObjects(0, 0, nullptr, nullptr)), 3);
    expect("IWbemHiPerfEnum::RemoveObjects", unsigned(pIWbemHiPerfEnum->RemoveObjects(0, 0, nullptr)), 4);
    expect("IWbemHiPerfEnum::GetObjects", unsigned(pIWbemHiPerfEnum->GetObjects(0, 0, nullptr, nullptr)), 5);
    expect("IWbemHiPerfEnum::RemoveAll", unsigned(pIWbemHiPerfEnum->RemoveAll(0)), 6);
    auto *pIWbemHiPerfProvider = reinterpret_cast<IWbemHiPerfProvider *>(&fake);
    expect("IWbemHiPerfProvider::QueryInterface", unsigned(pIWbemHiPerfProvider->QueryInterface(IID_IUnknown, nullptr)), 0);
    expect("IWbemHiPerfProvider::AddRef", unsigned(pIWbemHiPerfProvider->AddRef()), 1);
    expect("IWbemHiPerfProvider::Release", unsigned(pIWbemHiPerfProvider->Release()), 2);
    expect("IWbemHiPerfProvider::QueryInstances", unsigned(pIWbemHiPerfProvider->QueryInstances(nullptr, nullptr, 0, nullptr, nullptr)), 3);
    expect("IWbemHiPerfProvider::CreateRefresher", unsigned(pIWbemHiPerfProvider->CreateRefresher(nullptr, 0, nullptr)), 4);
    expect("IWbemHiPerfProvider::CreateRefreshableObject", unsigned(pIWbemHiPerfProvider->CreateRefreshableObject(nullptr, nullptr, nullptr, 0, nullptr, nullptr, nullptr)), 5);
    expect("IWbemHiPerfProvider::StopRefreshing", unsigned(pIWbemHiPerfProvider->StopRefreshing(nullptr, 0, 0)), 6);
    expect("IWbemHiPerfProvider::CreateRefreshableEnum", unsigned(pIWbemHiPerfProvider->CreateRefreshableEnum(nullptr, nullptr, nullptr, 0, nullptr, nullptr, nullptr)), 7);
    expect("IWbemHiPerfProvider::GetObjects", unsigned(pIWbemHiPerfProvider->GetObjects(nullptr, 0, nullptr, 0, nullptr)), 8);
    auto *pIServerSecurity = reinterpret_cast<IServerSecurity *>(&fake);
    expect("IServerSecurity::QueryInterface", unsigned(pIServerSecurity->QueryInterface(IID_IUnknown, nullptr)), 0);
    expect("IServerSecurity::AddRef", unsigned(pIServerSecurity->AddRef()), 1);
    expect("IServerSecurity::Release", unsigned(pIServerSecurity->Release()), 2);
    expect("IServerSecurity::QueryBlanket", unsigned(pIServerSecurity->QueryBlanket(nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr)), 3);
    expect("IServerSecurity::ImpersonateClient", unsigned(pIServerSecurity->ImpersonateClient()), 4);
    expect("IServerSecurity::RevertToSelf", unsigned(pIServerSecurity->RevertToSelf()), 5);
    expect("IServerSecurity::IsImpersonating", unsigned(pIServerSecurity->IsImpersonating()), 6);
    auto *pIWbemConfigureRefresher = reinterpret_cast<IWbemConfigureRefresher *>(&fake);
    expect("IWbemConfigureRefresher::QueryInterface", unsigned(pIWbemConfigureRefresher->QueryInterface(IID_IUnknown, nullptr)), 0);
    expect("IWbemConfigureRefresher::AddRef", unsigned(pIWbemConfigureRefresher->AddRef()), 1);
    expect("IWbemConfigureRefresher::Release", unsigned(pIWbemConfigureRefresher->Release()), 2);
    expect("IWbemConfigureRefresher::AddObjectByPath", unsigned(pIWbemConfigureRefresher->AddObjectByPath(nullptr, nullptr, 0, nullptr, nullptr, nullptr)), 3);
    expect("IWbemConfigureRefresher::AddObjectByTemplate", unsigned(pIWbemConfigureRefresher->AddObjectByTemplate(nullptr, nullptr, 0, nullptr, nullptr, nullptr)), 4);
    expect("IWbemConfigureRefresher::AddRefresher", unsigned(pIWbemConfigureRefresher->AddRefresher(nullptr, 0, nullptr)), 5);
    expect("IWbemConfigureRefresher::Remove", unsigned(pIWbemConfigureRefresher->Remove(0, 0)), 6);
    expect("IWbemConfigureRefresher::AddEnum", unsigned(pIWbemConfigureRefresher->AddEnum(nullptr, nullptr, 0, nullptr, nullptr, nullptr)), 7);
    if (bad == 0)
        std::printf("ok all C++ calls go to their slots\n");
    return bad != 0;
}
