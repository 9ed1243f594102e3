//! [`GroupDevice`]: what each cgroup has done with each device, as a list of its
//! own, and the names of the devices.
//!
//! The files of cgroups know devices by numbers. What `/sys` calls one is looked
//! up when it appears and forgotten when no cgroup has it any more.

use crate::cgroups::device_io::{DeviceIo, numbers_of};
use crate::file::{File, Shape};
use crate::root::{Root, Unavailable};
use crate::roster::Roster;
use crate::scan::lines;

/// One cgroup and one device.
#[derive(Debug, Default)]
pub struct GroupDevice {
    /// The cgroup's path.
    pub cgroup: String,
    /// The device's name.
    pub device: String,
    /// What was read and written.
    pub io: DeviceIo,
    /// Why not all of that is known.
    pub unavailable: Option<Unavailable>,
}

/// A device that some cgroup has used.
#[derive(Debug)]
struct Known {
    device: u64,
    name: String,
    is_seen: bool,
}

/// All of them, named `CGROUP,DEVICE`.
#[derive(Debug, Default)]
pub(crate) struct GroupDevices {
    pub(crate) rows: Roster<GroupDevice>,
    known: Vec<Known>,
    name: Vec<u8>,
}

impl GroupDevices {
    pub(crate) fn begin(&mut self) {
        self.rows.begin();
        self.known.iter_mut().for_each(|known| known.is_seen = false);
    }

    /// Adds what the cgroup of this name and identity has done with a device.
    pub(crate) fn add(
        &mut self,
        root: &mut Root,
        (cgroup, identity): (&str, u64),
        io: DeviceIo,
        unavailable: Option<Unavailable>,
    ) {
        let at = self.known.iter().position(|known| known.device == io.device).unwrap_or_else(|| {
            let name = name_of(root, io.device);
            self.known.push(Known { device: io.device, name, is_seen: true });
            self.known.len() - 1
        });
        let known = &mut self.known[at];
        known.is_seen = true;
        self.name.clear();
        for part in [cgroup, ",", &known.name] {
            self.name.extend_from_slice(part.as_bytes());
        }
        // Numbers of devices and identities of cgroups are small: together they stay apart.
        let row = self.rows.entry(&self.name, io.device.rotate_left(16) ^ identity);
        if row.device.is_empty() {
            row.cgroup.push_str(cgroup);
            row.device.push_str(&known.name);
        }
        (row.io, row.unavailable) = (io, unavailable);
    }

    pub(crate) fn end(&mut self) {
        self.rows.end();
        self.known.retain(|known| known.is_seen);
    }
}

/// What the kernel calls a device; its numbers if it doesn't say.
fn name_of(root: &mut Root, device: u64) -> String {
    let (major, minor) = numbers_of(device);
    let mut file = File::new(format!("sys/dev/block/{major}:{minor}/uevent"), Shape::OnePiece, 256);
    let named = file.read(root).ok().and_then(|text| {
        let name = lines(text).find_map(|line| line.strip_prefix(b"DEVNAME="))?;
        std::str::from_utf8(name).ok().filter(|name| !name.is_empty()).map(str::to_owned)
    });
    named.unwrap_or_else(|| format!("{major}:{minor}"))
}
