//! Mutations of a text by its words, which keep more of it valid than those of
//! bytes do: of the latter few reach the compiler behind the parser.

/// Most words that are moved at once: a short statement.
const MOST_WORDS: usize = 16;

/// Copies, moves or drops some words of the first `size` bytes of `data`, and
/// returns how many bytes the text has then; at most `max_size`. `seed` says
/// which, the same way each time.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random(u64::from(seed) << 1 | 1);
    let words = words(&data[..size]);
    if words.len() < 2 {
        return size;
    }
    let from = random.below(words.len());
    let count = 1 + random.below(MOST_WORDS.min(words.len() - from));
    let to = random.below(words.len());
    let (moved, rest) = (&words[from..from + count], (&words[..from], &words[from + count..]));
    let text = match random.below(4) {
        0 => [rest.0, rest.1].concat(),
        1 => [&words[..to], moved, &words[to..]].concat(),
        2 => [&words[..to], moved, &words[to + 1..]].concat(),
        _ => {
            let rest = [rest.0, rest.1].concat();
            let to = to.min(rest.len());
            [&rest[..to], moved, &rest[to..]].concat()
        }
    };
    let text = text.concat();
    let len = text.len().min(max_size);
    data[..len].copy_from_slice(&text[..len]);
    len
}

/// The words of a text: names and numbers, strings, and every other byte, each
/// with the white space that follows.
fn words(text: &[u8]) -> Vec<&[u8]> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.first() {
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
        let end = match first {
            b'"' => rest.iter().skip(1).position(|byte| *byte == b'"').map_or(rest.len(), |at| at + 2),
            byte if is_name(byte) => rest.iter().position(|byte| !is_name(byte)).unwrap_or(rest.len()),
            _ => 1,
        };
        let space = rest[end..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let (word, next) = rest.split_at(end + space);
        words.push(word);
        rest = next;
    }
    words
}

/// A small generator of pseudo-random numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
        // The remainder is below a usize.
        usize::try_from((self.0 >> 33) % limit as u64).unwrap_or(0)
    }
}
