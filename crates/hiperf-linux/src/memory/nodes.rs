//! [`Nodes`]: `/sys/devices/system/node`, the NUMA nodes and the memory of each.
//!
//! `online` lists the nodes, as in `0-3,8`. Each has a directory with `meminfo`,
//! of the same form as `/proc/meminfo` but for `Node 0` in front of each name,
//! and `numastat` with lines of `name number`, in pages.

use crate::file::Shape::OnePiece;
use crate::memory::meminfo;
use crate::named::{NamedNumbers, named_numbers};
use crate::number_list::NumberList;
use crate::root::{Root, Unavailable};
use crate::scan::{fields, number};
use crate::text_file::TextFile;

named_numbers! {
    /// What a node's memory is used for, in bytes; of `HugePages_..` in pages.
    pub struct NodeMemory split by split_memory {
        "MemTotal" => mem_total,
        "MemFree" => mem_free,
        "MemUsed" => mem_used,
        "Active" => active,
        "Inactive" => inactive,
        "Active(anon)" => active_anon,
        "Inactive(anon)" => inactive_anon,
        "Active(file)" => active_file,
        "Inactive(file)" => inactive_file,
        "Unevictable" => unevictable,
        "Mlocked" => mlocked,
        "SwapCached" => swap_cached,
        "Dirty" => dirty,
        "Writeback" => writeback,
        "FilePages" => file_pages,
        "Mapped" => mapped,
        "AnonPages" => anon_pages,
        "Shmem" => shmem,
        "KernelStack" => kernel_stack,
        "PageTables" => page_tables,
        "Slab" => slab,
        "SReclaimable" => s_reclaimable,
        "SUnreclaim" => s_unreclaim,
        "AnonHugePages" => anon_huge_pages,
        "HugePages_Total" => huge_pages_total,
        "HugePages_Free" => huge_pages_free,
        "HugePages_Surp" => huge_pages_surplus,
    }
}

named_numbers! {
    /// Where the pages that were handed out came from, since the start.
    pub struct NodeStat split by split_stat {
        "numa_hit" => hit,
        "numa_miss" => miss,
        "numa_foreign" => foreign,
        "interleave_hit" => interleave_hit,
        "local_node" => local_node,
        "other_node" => other_node,
    }
}

/// What is known of a node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Node {
    /// What its memory is used for.
    pub memory: NodeMemory,
    /// Where pages came from.
    pub stat: NodeStat,
}

#[derive(Debug)]
struct NodeFiles {
    number: u32,
    memory: TextFile<NamedNumbers<NodeMemory>>,
    stat: TextFile<NamedNumbers<NodeStat>>,
}

/// All nodes.
#[derive(Debug)]
pub struct Nodes {
    online: TextFile<NumberList>,
    nodes: Vec<NodeFiles>,
}

impl Default for Nodes {
    fn default() -> Nodes {
        Nodes { online: TextFile::new("sys/devices/system/node/online", OnePiece, 256), nodes: Vec::new() }
    }
}

impl Nodes {
    /// Reads which nodes there are, and of each what is wanted.
    pub fn update(&mut self, root: &mut Root, wanted: bool, memory: bool, stat: bool) {
        self.online.update(wanted, root);
        if wanted {
            self.follow();
        }
        for node in &mut self.nodes {
            node.memory.update(wanted && memory, root);
            node.stat.update(wanted && stat, root);
        }
    }

    /// The nodes by number, if they were read.
    pub fn iter(&self) -> impl Iterator<Item = (u32, Node)> {
        let online = self.online.content();
        self.nodes.iter().filter(|node| online.contains(node.number)).map(|node| {
            let (memory, stat) = (*node.memory.content().numbers(), *node.stat.content().numbers());
            (node.number, Node { memory, stat })
        })
    }

    /// Why it isn't known which nodes there are.
    #[must_use]
    pub fn unavailable(&self) -> Option<Unavailable> {
        self.online.unavailable()
    }

    /// Why the memory of a node isn't known, of the first of which it isn't.
    #[must_use]
    pub fn memory_unavailable(&self) -> Option<Unavailable> {
        self.nodes.iter().find_map(|node| node.memory.unavailable())
    }

    /// The same of where pages came from.
    #[must_use]
    pub fn stat_unavailable(&self) -> Option<Unavailable> {
        self.nodes.iter().find_map(|node| node.stat.unavailable())
    }

    fn follow(&mut self) {
        let online = self.online.content();
        if self.nodes.iter().map(|node| &node.number).eq(online.numbers()) {
            return;
        }
        self.nodes.retain(|node| online.contains(node.number));
        for &number in online.numbers() {
            if let Err(place) = self.nodes.binary_search_by_key(&number, |node| node.number) {
                self.nodes.insert(place, NodeFiles::new(number));
            }
        }
    }
}

impl NodeFiles {
    fn new(number: u32) -> NodeFiles {
        let path = |file| format!("sys/devices/system/node/node{number}/{file}");
        NodeFiles {
            number,
            memory: TextFile::new(path("meminfo"), OnePiece, 4096),
            stat: TextFile::new(path("numastat"), OnePiece, 512),
        }
    }
}

/// `Node 0 MemTotal:  24684084 kB`
fn split_memory(line: &[u8]) -> Option<(&[u8], Option<u64>)> {
    let rest = line.strip_prefix(b"Node ")?.trim_ascii_start();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    meminfo::split(rest[digits..].trim_ascii_start())
}

fn split_stat(line: &[u8]) -> Option<(&[u8], Option<u64>)> {
    let mut fields = fields(line);
    Some((fields.next()?, fields.next().and_then(number)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_nodes_memory() {
        assert_eq!(split_memory(b"Node 0 MemFree: 10 kB"), Some((&b"MemFree"[..], Some(10_240))));
        assert_eq!(split_memory(b"Node 12 HugePages_Total:  3"), Some((&b"HugePages_Total"[..], Some(3))));
        assert_eq!(split_memory(b"Node 1 MemFree"), None);
        assert_eq!(split_memory(b"MemFree: 10 kB"), None);
        assert_eq!(split_memory(b"Node x"), None);
    }
}
