//! The binary form in which objects travel: \[MS-WMIO\].
//!
//! ```text
//! EncodingUnit   78 56 34 12 | u32 length of the block | ObjectBlock
//! ObjectBlock    u8 flags | [server, namespace] | ClassType or InstanceType
//! ClassType      ClassPart MethodsPart of the parent | ClassPart MethodsPart of the class
//! InstanceType   ClassPart | u32 length | u8 0 | u32 class name | NdTable | value table
//!                | QualifierSet | property QualifierSets | Heap
//! ```
//!
//! An [`Instance`](crate::Instance) holds its NdTable and value table as they
//! stand here, so encoding one copies its class's part, which the class keeps,
//! copies the block, and puts what the tail holds into the heap. Decoding
//! trusts nothing: a length never reaches beyond the structure around it, each
//! byte of a heap belongs to one item, and objects nest at most
//! [`MAX_NESTING`] deep, so a decoder's work and memory are bounded by the
//! size of its input.
//!
//! Many objects at once travel as an ObjectArray (`array.rs`) or, from a
//! refresher, as values alone (`refreshed.rs`).
//!
//! What is written is canonical: strings are compressed, those of the
//! dictionary are written as its numbers, offsets cumulate in declaration
//! order, the heap has no gaps. What is read needn't be.
//!
//! It opens no connection and reads no file.
//!
//! Source: \[MS-WMIO\] 2; objects.md sections 6 to 8, which settle what the
//! specification leaves open or contradicts.

mod array;
mod class_decode;
mod class_encode;
mod class_wire;
mod decoder;
mod dictionary;
mod heap;
mod heap_writer;
mod instance_decode;
mod instance_encode;
mod methods;
mod object;
mod qualifiers;
mod reader;
mod refreshed;
mod spawned;
mod value;

pub(crate) use class_wire::ClassWire;
pub(crate) use object::{Embedded, embedded_block};

pub use array::{ArrayDecoder, ArrayEncoder, Packet};
pub use decoder::Decoder;
pub use object::{
    ClassObject, Object, Prototype, encode_class, encode_class_block, encode_instance, encode_instance_block,
    encode_instance_without_class,
};

pub use refreshed::{encode_refreshed, encode_refreshed_list};

/// How deep embedded objects, and classes in the signatures of methods, may be
/// nested: deeper than any object that WMI makes, shallow enough for any
/// stack.
pub const MAX_NESTING: u32 = 64;

/// What an EncodingUnit starts with.
const SIGNATURE: u32 = 0x1234_5678;
/// A reference to nothing: NULL.
const NO_REFERENCE: u32 = 0xFFFF_FFFF;
/// Set in a reference that is a number of the dictionary, and in a heap's
/// length.
const TOP_BIT: u32 = 0x8000_0000;
/// Set in the type of a property that the class doesn't declare itself.
const TYPE_INHERITED: u32 = 0x4000;
/// The two bits of a property in an NdTable.
const IS_NULL: u8 = 0b01;
const IS_DEFAULT: u8 = 0b10;

/// The bits of the property number `index` in `table`.
fn nd_bits(table: &[u8], index: usize) -> u8 {
    table.get(index / 4).map_or(0, |byte| byte >> (index % 4 * 2) & 0b11)
}

#[cfg(test)]
mod tests;
