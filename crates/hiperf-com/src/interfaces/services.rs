//! A namespace and the results of its calls: IWbemServices,
//! IEnumWbemClassObject, IWbemCallResult.

use crate::{Class, IUnknown, IWbemClassObject, IWbemContext, IWbemObjectSink, RawBstr, Status, interface};

interface! {
    /// The services of a namespace.
    pub interface IWbemServices [IWbemServicesVtbl, IWbemServices_Impl]: IUnknown [Class] =
        "9556DC99-828C-11CF-A37E-00AA003240C7" {
        /// A child namespace.
        fn OpenNamespace(
            strNamespace: RawBstr,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            ppWorkingNamespace: *mut *mut IWbemServices,
            ppResult: *mut *mut IWbemCallResult,
        ) -> Status;
        /// Cancels the calls that deliver to the sink.
        fn CancelAsyncCall(pSink: *mut IWbemObjectSink) -> Status;
        /// The sink to which a client may indicate objects itself.
        fn QueryObjectSink(lFlags: i32, ppResponseHandler: *mut *mut IWbemObjectSink) -> Status;
        /// A class or an instance by path.
        fn GetObject(
            strObjectPath: RawBstr,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            ppObject: *mut *mut IWbemClassObject,
            ppCallResult: *mut *mut IWbemCallResult,
        ) -> Status;
        /// `GetObject` to a sink.
        fn GetObjectAsync(
            strObjectPath: RawBstr,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            pResponseHandler: *mut IWbemObjectSink,
        ) -> Status;
        /// Creates or updates a class.
        fn PutClass(
            pObject: *mut IWbemClassObject,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            ppCallResult: *mut *mut IWbemCallResult,
        ) -> Status;
        /// `PutClass` to a sink.
        fn PutClassAsync(
            pObject: *mut IWbemClassObject,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            pResponseHandler: *mut IWbemObjectSink,
        ) -> Status;
        /// Deletes a class.
        fn DeleteClass(
            strClass: RawBstr,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            ppCallResult: *mut *mut IWbemCallResult,
        ) -> Status;
        /// `DeleteClass` to a sink.
        fn DeleteClassAsync(
            strClass: RawBstr,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            pResponseHandler: *mut IWbemObjectSink,
        ) -> Status;
        /// The classes below a class.
        fn CreateClassEnum(
            strSuperclass: RawBstr,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            ppEnum: *mut *mut IEnumWbemClassObject,
        ) -> Status;
        /// `CreateClassEnum` to a sink.
        fn CreateClassEnumAsync(
            strSuperclass: RawBstr,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            pResponseHandler: *mut IWbemObjectSink,
        ) -> Status;
        /// Creates or updates an instance.
        fn PutInstance(
            pInst: *mut IWbemClassObject,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            ppCallResult: *mut *mut IWbemCallResult,
        ) -> Status;
        /// `PutInstance` to a sink.
        fn PutInstanceAsync(
            pInst: *mut IWbemClassObject,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            pResponseHandler: *mut IWbemObjectSink,
        ) -> Status;
        /// Deletes an instance.
        fn DeleteInstance(
            strObjectPath: RawBstr,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            ppCallResult: *mut *mut IWbemCallResult,
        ) -> Status;
        /// `DeleteInstance` to a sink.
        fn DeleteInstanceAsync(
            strObjectPath: RawBstr,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            pResponseHandler: *mut IWbemObjectSink,
        ) -> Status;
        /// The instances of a class.
        fn CreateInstanceEnum(
            strFilter: RawBstr,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            ppEnum: *mut *mut IEnumWbemClassObject,
        ) -> Status;
        /// `CreateInstanceEnum` to a sink.
        fn CreateInstanceEnumAsync(
            strFilter: RawBstr,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            pResponseHandler: *mut IWbemObjectSink,
        ) -> Status;
        /// The objects of a WQL query.
        fn ExecQuery(
            strQueryLanguage: RawBstr,
            strQuery: RawBstr,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            ppEnum: *mut *mut IEnumWbemClassObject,
        ) -> Status;
        /// `ExecQuery` to a sink.
        fn ExecQueryAsync(
            strQueryLanguage: RawBstr,
            strQuery: RawBstr,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            pResponseHandler: *mut IWbemObjectSink,
        ) -> Status;
        /// The events of an event query.
        fn ExecNotificationQuery(
            strQueryLanguage: RawBstr,
            strQuery: RawBstr,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            ppEnum: *mut *mut IEnumWbemClassObject,
        ) -> Status;
        /// `ExecNotificationQuery` to a sink.
        fn ExecNotificationQueryAsync(
            strQueryLanguage: RawBstr,
            strQuery: RawBstr,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            pResponseHandler: *mut IWbemObjectSink,
        ) -> Status;
        /// Calls a method of an object.
        fn ExecMethod(
            strObjectPath: RawBstr,
            strMethodName: RawBstr,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            pInParams: *mut IWbemClassObject,
            ppOutParams: *mut *mut IWbemClassObject,
            ppCallResult: *mut *mut IWbemCallResult,
        ) -> Status;
        /// `ExecMethod` to a sink.
        fn ExecMethodAsync(
            strObjectPath: RawBstr,
            strMethodName: RawBstr,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            pInParams: *mut IWbemClassObject,
            pResponseHandler: *mut IWbemObjectSink,
        ) -> Status;
    }
}

interface! {
    /// The objects of an enumeration or query.
    pub interface IEnumWbemClassObject [IEnumWbemClassObjectVtbl, IEnumWbemClassObject_Impl]: IUnknown [Class] =
        "027947E1-D731-11CE-A357-000000000001" {
        /// Back to the first object.
        fn Reset() -> Status;
        /// The next objects, waiting at most `lTimeout` milliseconds (-1: for ever).
        fn Next(
            lTimeout: i32,
            uCount: u32,
            apObjects: *mut *mut IWbemClassObject,
            puReturned: *mut u32,
        ) -> Status;
        /// The next objects, to a sink.
        fn NextAsync(uCount: u32, pSink: *mut IWbemObjectSink) -> Status;
        /// A second enumerator at the same place.
        fn Clone(ppEnum: *mut *mut IEnumWbemClassObject) -> Status;
        /// Passes over objects.
        fn Skip(lTimeout: i32, nCount: u32) -> Status;
    }
}

interface! {
    /// The result of a call that returned at once.
    pub interface IWbemCallResult [IWbemCallResultVtbl, IWbemCallResult_Impl]: IUnknown [Class] =
        "44ACA675-E8FC-11D0-A07C-00C04FB68820" {
        /// The object of a GetObject.
        fn GetResultObject(lTimeout: i32, ppResultObject: *mut *mut IWbemClassObject) -> Status;
        /// The path of a Put.
        fn GetResultString(lTimeout: i32, pstrResultString: *mut RawBstr) -> Status;
        /// The namespace of an OpenNamespace.
        fn GetResultServices(lTimeout: i32, ppServices: *mut *mut IWbemServices) -> Status;
        /// The call's status.
        fn GetCallStatus(lTimeout: i32, plStatus: *mut Status) -> Status;
    }
}
