//! IWbemObjectTextSrc: objects as text and back.

use crate::{Class, IUnknown, IWbemClassObject, IWbemContext, RawBstr, Status, interface};

interface! {
    /// Makes text of objects, and objects of text.
    pub interface IWbemObjectTextSrc [IWbemObjectTextSrcVtbl, IWbemObjectTextSrc_Impl]: IUnknown [Class] =
        "BFBF883A-CAD7-11D3-A11B-00105A1F515A" {
        /// The text of an object in a format, WMI_OBJ_TEXT_*.
        fn GetText(
            lFlags: i32,
            pObj: *mut IWbemClassObject,
            uObjTextFormat: u32,
            pCtx: *mut IWbemContext,
            strText: *mut RawBstr,
        ) -> Status;
        /// The object of a text.
        fn CreateFromText(
            lFlags: i32,
            strText: RawBstr,
            uObjTextFormat: u32,
            pCtx: *mut IWbemContext,
            pNewObj: *mut *mut IWbemClassObject,
        ) -> Status;
    }
}
