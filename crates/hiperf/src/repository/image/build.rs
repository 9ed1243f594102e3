//! Makes the bytes of an image.

use hiperf_cim::{Error, Result, Status};

use super::{ENTRY, HEADER, MAGIC, VERSION};
use crate::repository::checksum::checksum;

/// The image of these keys and records, which come sorted and without doubles.
///
/// # Errors
/// * the first error among the objects.
/// * `WBEM_E_QUOTA_VIOLATION`: more than 2^32 objects, or one of 4 GiB.
pub(crate) fn build<K: AsRef<[u8]>, R: AsRef<[u8]>>(
    generation: u64,
    objects: impl Iterator<Item = Result<(K, R)>>,
) -> Result<Vec<u8>> {
    // The data go first, in a buffer of their own, because what lies before
    // them in the file depends on how many there are.
    let mut data = Vec::new();
    let mut entries: Vec<(u64, u32, u32, u64, u64)> = Vec::new();
    for object in objects {
        let (key, record) = object?;
        let (key, record) = (key.as_ref(), record.as_ref());
        let start = data.len();
        data.extend_from_slice(key);
        data.extend_from_slice(record);
        let sum = checksum(&data[start..]);
        entries.push((start as u64, length(key)?, length(record)?, sum, checksum(key)));
    }
    let count = u32::try_from(entries.len()).ok().filter(|count| *count < u32::MAX).ok_or_else(too_large)?;
    // At most half of the slots are taken, so that a look-up needs few.
    let slots = (entries.len() * 2).next_power_of_two().max(2);
    let entries_at = HEADER + slots * 4;
    let data_at = entries_at + entries.len() * ENTRY;

    let mut table = vec![0u32; slots];
    for (number, (.., hash)) in (1..=count).zip(&entries) {
        let mut slot = usize::try_from(hash & (slots as u64 - 1)).unwrap_or(0);
        while table[slot] != 0 {
            slot = (slot + 1) % slots;
        }
        table[slot] = number;
    }
    let mut image = Vec::with_capacity(data_at + data.len());
    image.resize(HEADER, 0);
    image.extend(table.iter().flat_map(|slot| slot.to_le_bytes()));
    for (start, key, record, sum, _) in &entries {
        image.extend_from_slice(&(data_at as u64 + start).to_le_bytes());
        image.extend_from_slice(&key.to_le_bytes());
        image.extend_from_slice(&record.to_le_bytes());
        image.extend_from_slice(&sum.to_le_bytes());
    }
    image.extend_from_slice(&data);

    let mut header = Vec::with_capacity(HEADER);
    header.extend_from_slice(MAGIC);
    header.extend_from_slice(&VERSION.to_le_bytes());
    header.extend_from_slice(&count.to_le_bytes());
    for word in [
        generation,
        slots as u64,
        0,
        HEADER as u64,
        checksum(&image[HEADER..entries_at]),
        entries_at as u64,
        checksum(&image[entries_at..data_at]),
        data_at as u64,
        checksum(&image[data_at..]),
        image.len() as u64,
    ] {
        header.extend_from_slice(&word.to_le_bytes());
    }
    let sum = checksum(&header);
    header.extend_from_slice(&sum.to_le_bytes());
    image[..HEADER].copy_from_slice(&header);
    Ok(image)
}

fn length(bytes: &[u8]) -> Result<u32> {
    u32::try_from(bytes.len()).map_err(|_| too_large())
}

fn too_large() -> Error {
    Error::new(Status::WBEM_E_QUOTA_VIOLATION, "the repository holds at most 2^32 objects of 4 GiB each")
}
