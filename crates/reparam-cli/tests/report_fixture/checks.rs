//! What holds for every file that a report consists of, and made numbers.

/// Numbers in `[0, 1)` that are the same in every run (the generator `splitmix64`).
pub struct Made(pub u64);

impl Made {
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Nearly normal: twelve uniform numbers.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// Panics where the text is not well-formed XML of the kind that the reports write: tags nest, attributes are quoted and differ
/// within an element, and every `&` begins a reference.
pub fn assert_well_formed(text: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        assert_references(&rest[..start]);
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if tag.starts_with('!') || tag.starts_with('?') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name.trim()), "closing order near {tag:.60}");
            continue;
        }
        let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let name = tag.split_whitespace().next().expect("a tag has a name");
        assert!(name.chars().all(char::is_alphanumeric), "name of a tag: {name:.60}");
        let mut attributes = tag[name.len()..].trim();
        let mut seen = Vec::new();
        while !attributes.is_empty() {
            let (key, value) = attributes.split_once("=\"").expect("an attribute has a quoted value");
            let (value, after) = value.split_once('"').expect("the value ends");
            assert!(!seen.contains(&key) && !value.contains('<'), "attribute {key} of {name}");
            assert_references(value);
            seen.push(key);
            attributes = after.trim();
        }
        if !closed {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
}

fn assert_references(text: &str) {
    for part in text.split('&').skip(1) {
        let name = part.split(';').next().unwrap_or_default();
        assert!(["amp", "lt", "gt", "quot", "apos", "#39"].contains(&name), "reference &{name:.20}");
    }
    assert!(text.chars().all(|c| c >= ' ' || c == '\n' || c == '\t'), "control character");
}

/// Panics where a file would fetch or run something: addresses lie inside the file, but for plain links.
pub fn assert_self_contained(text: &str) {
    let lower = text.to_lowercase();
    for forbidden in
        ["<script", "<link", "<iframe", "<object", "@import", "url(", "javascript:", "srcset", " onload", " onerror"]
    {
        assert!(!lower.contains(forbidden), "{forbidden}");
    }
    for key in [" src=\"", " href=\""] {
        for (at, _) in text.match_indices(key) {
            let value = text[at + key.len()..].split('"').next().unwrap_or_default();
            let inside = value.starts_with('#') || value.starts_with("data:image/png;base64,");
            assert!(inside || text[..at].ends_with("<a"), "{value:.80}");
        }
    }
}
