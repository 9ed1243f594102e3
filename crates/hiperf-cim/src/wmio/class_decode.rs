//! Decodes ClassType and ClassPart: \[MS-WMIO\] 2.2.11 and 2.2.15.

use std::sync::Arc;

use super::class_wire::WireLayout;
use super::heap;
use super::heap_writer::length;
use super::reader::{Reader, invalid};
use super::value::Source;
use super::{
    ClassWire, Decoder, IS_DEFAULT, IS_NULL, NO_REFERENCE, TYPE_INHERITED, methods, nd_bits, qualifiers,
};
use crate::block::Nesting;
use crate::class_parts::ClassParts;
use crate::{CimType, Class, MAX_PROPERTIES, Property, QualifierSet, Result, Type, Value};

/// Reads a class with its parent. The class that describes the result of a
/// query may tell of no ancestors; then it gets no parent.
pub(super) fn class_type(reader: &mut Reader<'_>, decoder: &mut Decoder, depth: u32) -> Result<Arc<Class>> {
    let start = *reader;
    let parent = class(reader, None, decoder, depth)?;
    let Some(class) = class(reader, parent, decoder, depth)? else {
        return Err(reader.error("the class has no name"));
    };
    match (class.superclass(), class.superclass_name()) {
        (None, Some(parent)) => {
            Err(start.error(format_args!("the parent of {} isn't {parent}", class.name())))
        }
        _ => Ok(class),
    }
}

fn class(
    reader: &mut Reader<'_>,
    parent: Option<Arc<Class>>,
    decoder: &mut Decoder,
    depth: u32,
) -> Result<Option<Arc<Class>>> {
    let parts = class_part(reader, parent, decoder, depth)?;
    let mut section = reader.sized_section("the methods")?;
    let Some(mut parts) = parts else { return Ok(None) };
    parts.methods = methods::decode(&mut section, &parts, decoder, depth)?;
    Ok(Some(Arc::new(parts.finish(Nesting::Checked)?)))
}

/// Reads a ClassPart; `None` is the parent of a top-most class. The class
/// gets `parent` if it derives from it, and no methods.
pub(super) fn class_part(
    reader: &mut Reader<'_>,
    parent: Option<Arc<Class>>,
    decoder: &mut Decoder,
    depth: u32,
) -> Result<Option<ClassParts>> {
    let whole = *reader;
    let mut body = reader.sized_section("a class's part")?;
    let part = &whole.rest()[..body.rest().len() + 4];
    body.u8("a class's part")?;
    let name_ref = body.u32("a class's name")?;
    let table_len = body.u32("a class's table")? as usize;
    let mut derivation_list = body.sized_section("the derivation list")?;
    let mut qualifier_set = body.sized_section("the class's qualifiers")?;
    let count = body.u32("the property count")? as usize;
    if count > MAX_PROPERTIES {
        return Err(body.error(format_args!("{count} properties; a class has at most {MAX_PROPERTIES}")));
    }
    let lookup = Reader::new(body.take(count * 8, "the property table")?, 0);
    let table_at = body.offset();
    let table = body.take(if count == 0 { 0 } else { table_len }, "the class's value table")?;
    let heap = &mut body.heap("the class's heap")?;
    if name_ref == NO_REFERENCE {
        return Ok(None);
    }

    let name = heap.name(name_ref, "the class's name")?;
    let mut derivation = Vec::new();
    while !derivation_list.rest().is_empty() {
        let at = derivation_list.offset();
        derivation.push(heap::name(derivation_list.text("an ancestor's name")?, at, "an ancestor's name")?);
        derivation_list.u32("the derivation list")?;
    }
    let parent = parent.filter(|parent| {
        derivation.first().is_some_and(|name: &Arc<str>| name.eq_ignore_ascii_case(parent.name()))
    });
    let mut source = Source { heap, decoder, depth };
    let qualifiers = qualifiers::decode(&mut qualifier_set, &mut source)?;
    let origins = Origins { derivation: &derivation, name: &name };
    let properties = Properties::decode(lookup, &origins, &mut source)?;
    let (properties, layout) = properties.with_defaults(table, table_at, parent.as_deref(), &mut source)?;
    let is_whole = part.starts_with(&length(part.len())?.to_le_bytes());
    let wire = match layout {
        Some(layout) => ClassWire::of_layout(layout),
        // A nested class is part of what holds it: one copy is enough.
        None if is_whole && depth == 0 => ClassWire::of_part(part.into()),
        None => ClassWire::default(),
    };
    let methods = Vec::new();
    Ok(Some(ClassParts { name, superclass: parent, derivation, qualifiers, properties, methods, wire }))
}

/// Who may have declared a property or a method.
pub(super) struct Origins<'o> {
    pub(super) derivation: &'o [Arc<str>],
    pub(super) name: &'o Arc<str>,
}

impl Origins<'_> {
    /// The class with this number; the top-most is 0. A number that is too
    /// large means the class itself.
    pub(super) fn name_of(&self, number: u32) -> Arc<str> {
        let from_top = self.derivation.iter().rev().nth(number as usize);
        from_top.unwrap_or(self.name).clone()
    }
}

/// The properties of a class in the order of its lookup table.
struct Properties(Vec<Described>);

struct Described {
    property: Property,
    order: usize,
    offset: usize,
}

impl Properties {
    fn decode(
        mut lookup: Reader<'_>,
        origins: &Origins<'_>,
        source: &mut Source<'_, '_>,
    ) -> Result<Properties> {
        let mut properties = Vec::with_capacity(lookup.rest().len() / 8);
        while !lookup.rest().is_empty() {
            let name = source.heap.name(lookup.u32("the property table")?, "a property's name")?;
            let info = lookup.u32("the property table")?;
            let described = Described::decode(name.clone(), info, origins, source)
                .map_err(|error| error.context(format_args!("property {name}")))?;
            properties.push(described);
        }
        Ok(Properties(properties))
    }

    /// The properties in declaration order, with their defaults from the value
    /// table; and the layout, if it isn't the one that we give the class.
    fn with_defaults(
        self,
        table: &[u8],
        table_at: usize,
        parent: Option<&Class>,
        source: &mut Source<'_, '_>,
    ) -> Result<(Vec<Property>, Option<WireLayout>)> {
        let nd_len = self.0.len().div_ceil(4);
        let values = table.get(nd_len..).unwrap_or_default();
        let lookup: Vec<usize> = self.0.iter().map(|described| described.order).collect();
        let mut ordered = self.0;
        ordered.sort_by_key(|described| described.order);
        if ordered.iter().enumerate().any(|(n, described)| described.order != n) {
            return Err(invalid(table_at, "the properties aren't numbered from 0 without a gap"));
        }
        for Described { property, order, offset } in &mut ordered {
            let what = "a default value";
            let bits = nd_bits(table, *order);
            let mut slot = Reader::new(values, table_at + nd_len);
            slot.take(*offset, what)?;
            let mut slot = Reader::new(slot.take(property.ty.width(), what)?, table_at + nd_len + *offset);
            property.is_default_inherited = bits & IS_DEFAULT != 0;
            let inherited = || {
                let from = parent.and_then(|parent| parent.property(&property.name));
                from.filter(|from| from.ty == property.ty)
            };
            property.default = match (bits & IS_NULL != 0, bits & IS_DEFAULT != 0) {
                (true, _) => Value::Null,
                (false, true) if let Some(from) = inherited() => from.default.clone(),
                _ => source.value(&mut slot, property.ty, what)?,
            };
        }
        let layout = foreign_layout(&ordered, &lookup, values.len());
        let properties: Vec<Property> = ordered.into_iter().map(|described| described.property).collect();
        Ok((properties, layout))
    }
}

/// The layout of a class, unless it is the one that we give it ourselves.
fn foreign_layout(ordered: &[Described], lookup: &[usize], table_len: usize) -> Option<WireLayout> {
    let mut next = 0;
    let cumulates = ordered.iter().all(|described| {
        let fits = described.offset == next;
        next += described.property.ty.width();
        fits
    });
    let key = |order: &usize| ordered[*order].property.name.to_ascii_uppercase();
    if cumulates && next == table_len && lookup.is_sorted_by_key(key) {
        return None;
    }
    let offsets = ordered.iter().map(|described| described.offset).collect();
    let lookup = lookup.iter().filter_map(|&order| u16::try_from(order).ok()).collect();
    Some(WireLayout { offsets, lookup, table_len })
}

impl Described {
    fn decode(
        name: Arc<str>,
        info: u32,
        origins: &Origins<'_>,
        source: &mut Source<'_, '_>,
    ) -> Result<Described> {
        let what = "its description";
        let mut item = source.heap.item(info, what)?;
        let start = item.offset();
        let code = item.u32(what)?;
        let Some(ty) = Type::from_code(code & !TYPE_INHERITED) else {
            return Err(invalid(start, format_args!("it is of the unknown type {code:#x}")));
        };
        let order = usize::from(item.u16(what)?);
        let offset = item.u32(what)? as usize;
        let origin = origins.name_of(item.u32(what)?);
        let mut section = item.sized_section("its qualifiers")?;
        source.heap.took(item.offset() - start, what)?;
        let qualifiers = qualifiers::decode(&mut section, source)?;
        let property = Property {
            name,
            ty,
            class_name: class_name(ty, &qualifiers),
            origin,
            is_key: qualifiers.is_true("key"),
            qualifiers,
            default: Value::Null,
            is_default_inherited: false,
            is_local: code & TYPE_INHERITED == 0,
        };
        Ok(Described { property, order, offset })
    }
}

/// The class that a reference or an embedded object names, which only its
/// `CIMTYPE` says.
fn class_name(ty: Type, qualifiers: &QualifierSet) -> Option<Arc<str>> {
    if !matches!(ty.scalar, CimType::Reference | CimType::Object) {
        return None;
    }
    let (_, name) = qualifiers.text("CIMTYPE")?.split_once(':')?;
    let is_any = ty.scalar == CimType::Reference && name.eq_ignore_ascii_case("object");
    (!is_any && !name.is_empty()).then(|| name.into())
}
