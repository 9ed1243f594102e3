//! Where objects are delivered to: IWbemObjectSink and IWbemObjectSinkEx.

use crate::{Class, IUnknown, IWbemClassObject, RawBstr, Status, Variant, interface};

interface! {
    /// Receives the objects of a call and its end.
    pub interface IWbemObjectSink [IWbemObjectSinkVtbl, IWbemObjectSink_Impl]: IUnknown [Class] =
        "7C857801-7381-11CF-884D-00AA004B2E24" {
        /// Delivers objects, which stay the caller's.
        fn Indicate(lObjectCount: i32, apObjArray: *const *mut IWbemClassObject) -> Status;
        /// The end of the call, or its progress.
        fn SetStatus(
            lFlags: i32,
            hResult: Status,
            strParam: RawBstr,
            pObjParam: *mut IWbemClassObject,
        ) -> Status;
    }
}

interface! {
    /// A sink that also takes messages, errors and progress.
    pub interface IWbemObjectSinkEx [IWbemObjectSinkExVtbl, IWbemObjectSinkEx_Impl]:
        IWbemObjectSink [IWbemObjectSink_Impl] = "E7D35CFA-348B-485E-B524-252725D697CA" {
        /// A message on a channel (warning, verbose, debug).
        fn WriteMessage(uChannel: u32, strMessage: RawBstr) -> Status;
        /// A recoverable error.
        fn WriteError(pObjError: *mut IWbemClassObject, puReturned: *mut u8) -> Status;
        /// A question to the user.
        fn PromptUser(strMessage: RawBstr, uPromptType: u8, puReturned: *mut u8) -> Status;
        /// Progress of a long activity.
        fn WriteProgress(
            strActivity: RawBstr,
            strCurrentOperation: RawBstr,
            strStatusDescription: RawBstr,
            uPercentComplete: u32,
            uSecondsRemaining: u32,
        ) -> Status;
        /// A part of a streamed parameter.
        fn WriteStreamParameter(
            strName: RawBstr,
            vtValue: *const Variant,
            ulType: u32,
            ulFlags: u32,
        ) -> Status;
    }
}
