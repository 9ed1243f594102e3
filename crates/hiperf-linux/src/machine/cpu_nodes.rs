//! [`CpuNodes`]: which NUMA node each processor belongs to.
//!
//! `/sys/devices/system/node/online` lists the nodes, `nodeN/cpulist` the
//! processors of each. A machine that says nothing of it has one node, 0.

use crate::file::Shape::OnePiece;
use crate::number_list::NumberList;
use crate::root::Root;
use crate::text_file::TextFile;

/// The nodes with their processors.
#[derive(Debug)]
pub struct CpuNodes {
    online: TextFile<NumberList>,
    nodes: Vec<(u32, TextFile<NumberList>)>,
}

impl Default for CpuNodes {
    fn default() -> CpuNodes {
        CpuNodes { online: TextFile::new("sys/devices/system/node/online", OnePiece, 256), nodes: Vec::new() }
    }
}

impl CpuNodes {
    /// Reads the lists, if they are wanted.
    pub fn update(&mut self, wanted: bool, root: &mut Root) {
        self.online.update(wanted, root);
        let online = self.online.content().numbers();
        if wanted && !self.nodes.iter().map(|(number, _)| number).eq(online) {
            self.nodes.retain(|(number, _)| online.contains(number));
            for &number in online {
                if let Err(place) = self.nodes.binary_search_by_key(&number, |(number, _)| *number) {
                    let path = format!("sys/devices/system/node/node{number}/cpulist");
                    self.nodes.insert(place, (number, TextFile::new(path, OnePiece, 256)));
                }
            }
        }
        for (_, cpus) in &mut self.nodes {
            cpus.update(wanted, root);
        }
    }

    /// The numbers of the nodes: 0, and those that have processors.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        let has_processors = |(number, cpus): &&(u32, TextFile<NumberList>)| {
            *number > 0 && !cpus.content().numbers().is_empty()
        };
        std::iter::once(0).chain(self.nodes.iter().filter(has_processors).map(|(number, _)| *number))
    }

    /// The node of a processor; 0 if none has it.
    #[must_use]
    pub fn of(&self, processor: u32) -> u32 {
        let found = self.nodes.iter().find(|(_, cpus)| cpus.content().contains(processor));
        found.map_or(0, |(number, _)| *number)
    }
}
