//! The same for the GNU C library and 64-bit ELF.
//!
//! ```text
//!   dl_iterate_phdr -> PT_DYNAMIC -> DT_RELA, DT_JMPREL -> each Rela whose symbol is malloc, ..
//!                                                            offset: the slot to fill anew
//! ```
//! Source: the System V ABI's chapters on dynamic linking; elf(5).

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::atomic::{AtomicUsize, Ordering};

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

pub(super) fn allocations() -> usize {
    ALLOCATIONS.load(Ordering::Relaxed)
}

pub(super) fn heap_bytes() -> Option<usize> {
    // SAFETY: no parameters.
    let info = unsafe { libc::mallinfo2() };
    Some(info.uordblks + info.hblkhd)
}

fn count() {
    ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
}

unsafe extern "C" fn counted_malloc(size: usize) -> *mut c_void {
    count();
    // SAFETY: any size will do.
    unsafe { libc::malloc(size) }
}

unsafe extern "C" fn counted_calloc(number: usize, size: usize) -> *mut c_void {
    count();
    // SAFETY: any sizes will do.
    unsafe { libc::calloc(number, size) }
}

unsafe extern "C" fn counted_realloc(block: *mut c_void, size: usize) -> *mut c_void {
    count();
    // SAFETY: the caller's block.
    unsafe { libc::realloc(block, size) }
}

unsafe extern "C" fn counted_aligned_alloc(alignment: usize, size: usize) -> *mut c_void {
    count();
    // SAFETY: any sizes will do.
    unsafe { libc::aligned_alloc(alignment, size) }
}

unsafe extern "C" fn counted_posix_memalign(slot: *mut *mut c_void, alignment: usize, size: usize) -> c_int {
    count();
    // SAFETY: the caller's slot.
    unsafe { libc::posix_memalign(slot, alignment, size) }
}

/// What a call to the function of this name is to reach.
fn replacement(name: &CStr) -> Option<usize> {
    Some(match name.to_bytes() {
        b"malloc" => counted_malloc as *const () as usize,
        b"calloc" => counted_calloc as *const () as usize,
        b"realloc" => counted_realloc as *const () as usize,
        b"aligned_alloc" | b"memalign" => counted_aligned_alloc as *const () as usize,
        b"posix_memalign" => counted_posix_memalign as *const () as usize,
        _ => return None,
    })
}

/// `Elf64_Dyn`.
#[repr(C)]
struct Dynamic {
    tag: i64,
    value: u64,
}

/// `Elf64_Rela`.
#[repr(C)]
struct Relocation {
    offset: u64,
    info: u64,
    addend: i64,
}

const DT_NULL: i64 = 0;
const DT_PLTRELSZ: i64 = 2;
const DT_STRTAB: i64 = 5;
const DT_SYMTAB: i64 = 6;
const DT_RELA: i64 = 7;
const DT_RELASZ: i64 = 8;
const DT_JMPREL: i64 = 23;
/// GLOB_DAT and JUMP_SLOT: the kinds of slots that hold a function's address.
#[cfg(target_arch = "x86_64")]
const SLOTS: [u64; 2] = [6, 7];
#[cfg(target_arch = "aarch64")]
const SLOTS: [u64; 2] = [1025, 1026];
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const SLOTS: [u64; 0] = [];

pub(super) fn redirect() -> usize {
    let mut changed = 0_usize;
    // SAFETY: the callback takes the counter, which outlives the call.
    unsafe { libc::dl_iterate_phdr(Some(redirect_object), (&raw mut changed).cast()) };
    changed
}

/// Every loaded object but the program, whose name is empty, and the kernel's,
/// which calls nobody.
unsafe extern "C" fn redirect_object(
    info: *mut libc::dl_phdr_info,
    _: libc::size_t,
    changed: *mut c_void,
) -> c_int {
    // SAFETY: the loader's description of an object, for the time of the call.
    let info = unsafe { &*info };
    // SAFETY: a string of the loader's.
    let name = unsafe { CStr::from_ptr(info.dlpi_name) }.to_bytes();
    if name.is_empty() || name.starts_with(b"linux-vdso") {
        return 0;
    }
    // SAFETY: as many program headers as the loader says.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)) };
    if let Some(header) = headers.iter().find(|header| header.p_type == libc::PT_DYNAMIC) {
        // SAFETY: the object's dynamic section, which the loader has read.
        let count = unsafe { redirect_slots(info.dlpi_addr, info.dlpi_addr + header.p_vaddr) };
        // SAFETY: the counter that `redirect` passed.
        unsafe { *changed.cast::<usize>() += count };
    }
    0
}

/// # Safety
/// An object is loaded at `base`, and its dynamic section is at `dynamic`.
unsafe fn redirect_slots(base: u64, dynamic: u64) -> usize {
    let (mut strings, mut symbols) = (0, 0);
    let (mut tables, mut sizes) = ([0_u64; 2], [0_u64; 2]);
    let mut entry = dynamic as *const Dynamic;
    loop {
        // SAFETY: the section ends with DT_NULL, where the loop ends.
        let Dynamic { tag, value } = unsafe { entry.read() };
        match tag {
            DT_NULL => break,
            DT_STRTAB => strings = value,
            DT_SYMTAB => symbols = value,
            DT_RELA => tables[0] = value,
            DT_RELASZ => sizes[0] = value,
            DT_JMPREL => tables[1] = value,
            DT_PLTRELSZ => sizes[1] = value,
            _ => {}
        }
        // SAFETY: as above.
        entry = unsafe { entry.add(1) };
    }
    // The GNU loader has made addresses of these, but not for every machine.
    let absolute = |address: u64| if address < base { base + address } else { address };
    if strings == 0 || symbols == 0 {
        return 0;
    }
    let (strings, symbols) =
        (absolute(strings) as *const c_char, absolute(symbols) as *const libc::Elf64_Sym);
    let mut changed = 0;
    for (table, size) in tables.into_iter().zip(sizes).filter(|(table, _)| *table != 0) {
        let count = size as usize / size_of::<Relocation>();
        // SAFETY: the table's address and size as the object gives them.
        let relocations = unsafe { std::slice::from_raw_parts(absolute(table) as *const Relocation, count) };
        for relocation in relocations {
            if !SLOTS.contains(&(relocation.info & 0xFFFF_FFFF)) {
                continue;
            }
            // SAFETY: the index of a symbol of the object's table.
            let symbol = unsafe { symbols.add((relocation.info >> 32) as usize) };
            // SAFETY: as above.
            let offset = unsafe { (*symbol).st_name } as usize;
            // SAFETY: the offset of a string in the object's table.
            let name = unsafe { strings.add(offset) };
            // SAFETY: as above.
            let Some(function) = replacement(unsafe { CStr::from_ptr(name) }) else { continue };
            // SAFETY: the slot of a function of this very type.
            changed += usize::from(unsafe { fill(base + relocation.offset, function) });
        }
    }
    changed
}

/// Stores a function's address in a slot that may be read-only by now.
///
/// # Safety
/// `slot` holds the address of a function of the type of `function`.
unsafe fn fill(slot: u64, function: usize) -> bool {
    // SAFETY: no parameters but a name.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    let Ok(page) = u64::try_from(page) else { return false };
    let start = slot & !(page - 1);
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: the page of data that the slot is in; nothing is executed there.
    if unsafe { libc::mprotect(start as *mut c_void, page as usize, protection) } != 0 {
        return false;
    }
    // SAFETY: writable now, and a word that others read whole.
    unsafe { &*(slot as *const AtomicUsize) }.store(function, Ordering::Relaxed);
    true
}
