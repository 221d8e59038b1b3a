//! Documents that stand bound into one: what is on the records is printed as it was, not drawn again.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Object, ObjectId, StringFormat};

use super::PdfError;
use crate::layout::paper_name;

/// Entries that a page may have from the nodes above it.
const INHERITED: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];

/// Documents bound into one.
#[derive(Debug)]
pub struct Bound {
    /// The whole.
    pub bytes: Vec<u8>,
    /// Pages of each part.
    pub pages: Vec<usize>,
    /// Paper of the first page: `A3 横向`.
    pub paper: String,
}

/// Binds documents one behind the other, with an entry of the outline for each. Tags and
/// outlines of the parts do not come along, and the whole does not claim PDF/A.
///
/// # Errors
/// A part is no PDF that can be read.
pub fn bind(parts: &[(&str, &[u8])]) -> Result<Bound, PdfError> {
    let refused = |error: lopdf::Error| PdfError::Refused(error.to_string());
    let mut whole = Document::with_version("1.7");
    let (mut pages, mut starts, mut counts): (Vec<ObjectId>, Vec<(String, ObjectId)>, Vec<usize>) = Default::default();
    let tree = whole.new_object_id();
    for (title, bytes) in parts {
        let mut part = Document::load_mem(bytes).map_err(refused)?;
        part.renumber_objects_with(whole.max_id + 1);
        let own: Vec<ObjectId> = part.get_pages().into_values().collect();
        let first = own.first().ok_or_else(|| PdfError::Refused(format!("{title}: no page")))?;
        starts.push(((*title).to_owned(), *first));
        counts.push(own.len());
        for page in &own {
            let found = inherited(&part, *page);
            let dictionary = part.get_object_mut(*page).and_then(Object::as_dict_mut).map_err(refused)?;
            for (key, value) in found {
                dictionary.set(key, value);
            }
            dictionary.set("Parent", tree);
            dictionary.remove(b"StructParents");
        }
        whole.max_id = part.max_id;
        pages.extend(own);
        whole.objects.extend(part.objects.into_iter().filter(|(_, object)| !is_of_the_whole(object)));
    }
    let kids: Vec<Object> = pages.iter().map(|page| Object::Reference(*page)).collect();
    let count = kids.len() as i64;
    let node = [("Type", Object::Name(b"Pages".to_vec())), ("Kids", Object::Array(kids)), ("Count", Object::Integer(count))];
    whole.objects.insert(tree, Object::Dictionary(dictionary(node)));
    let outline = outline(&mut whole, &starts);
    let catalog = [
        ("Type", Object::Name(b"Catalog".to_vec())),
        ("Pages", Object::Reference(tree)),
        ("Outlines", Object::Reference(outline)),
        ("Lang", Object::String(b"zh-CN".to_vec(), StringFormat::Literal)),
    ];
    let catalog = whole.add_object(dictionary(catalog));
    whole.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    whole.save_to(&mut bytes).map_err(|error| PdfError::Refused(error.to_string()))?;
    let (width, height) = pages.first().map_or((0.0, 0.0), |page| size(&whole, *page));
    let paper = paper_name(width, height);
    Ok(Bound { bytes, pages: counts, paper })
}

fn dictionary<const N: usize>(entries: [(&str, Object); N]) -> Dictionary {
    let mut all = Dictionary::new();
    for (key, value) in entries {
        all.set(key, value);
    }
    all
}

/// Width and height of a page; nothing if it does not say.
fn size(whole: &Document, page: ObjectId) -> (f32, f32) {
    let number = |value: &Object| match value {
        Object::Integer(whole) => Some(*whole as f32),
        Object::Real(real) => Some(*real as f32),
        _ => None,
    };
    let sides = whole.get_dictionary(page).and_then(|page| page.get(b"MediaBox")).and_then(Object::as_array);
    match sides.map(|sides| sides.iter().map(number).collect::<Vec<_>>()).as_deref() {
        Ok([Some(left), Some(bottom), Some(right), Some(top)]) => (right - left, top - bottom),
        _ => (0.0, 0.0),
    }
}

/// What a page has from above and not itself.
fn inherited(part: &Document, page: ObjectId) -> BTreeMap<Vec<u8>, Object> {
    let mut found = BTreeMap::new();
    let mut at = part.get_dictionary(page).ok();
    // A tree of pages is never so deep; a circle of parents ends here.
    for _ in 0..64 {
        let Some(dictionary) = at else { break };
        for key in INHERITED {
            if let Ok(value) = dictionary.get(key) {
                found.entry(key.to_vec()).or_insert_with(|| value.clone());
            }
        }
        at = dictionary.get(b"Parent").and_then(Object::as_reference).ok().and_then(|parent| part.get_dictionary(parent).ok());
    }
    found
}

/// Objects of a part that the whole has its own of.
fn is_of_the_whole(object: &Object) -> bool {
    let kind = object.as_dict().ok().and_then(|dictionary| dictionary.get(b"Type").and_then(Object::as_name).ok());
    matches!(kind, Some(b"Catalog" | b"Pages" | b"Outlines" | b"StructTreeRoot" | b"StructElem" | b"MCR"))
}

/// An outline with an entry for each part; gives its object.
fn outline(whole: &mut Document, starts: &[(String, ObjectId)]) -> ObjectId {
    let root = whole.new_object_id();
    let entries: Vec<ObjectId> = starts.iter().map(|_| whole.new_object_id()).collect();
    for (at, (title, page)) in starts.iter().enumerate() {
        let mut utf16 = vec![0xFE, 0xFF];
        utf16.extend(title.encode_utf16().flat_map(u16::to_be_bytes));
        let mut entry = Dictionary::new();
        entry.set("Title", Object::String(utf16, StringFormat::Hexadecimal));
        entry.set("Parent", root);
        entry.set("Dest", vec![Object::Reference(*page), Object::Name(b"Fit".to_vec())]);
        if let Some(before) = at.checked_sub(1) {
            entry.set("Prev", entries[before]);
        }
        if let Some(next) = entries.get(at + 1) {
            entry.set("Next", *next);
        }
        whole.objects.insert(entries[at], Object::Dictionary(entry));
    }
    let mut node = Dictionary::new();
    node.set("Type", Object::Name(b"Outlines".to_vec()));
    if let (Some(first), Some(last)) = (entries.first(), entries.last()) {
        node.set("First", *first);
        node.set("Last", *last);
        node.set("Count", entries.len() as i64);
    }
    whole.objects.insert(root, Object::Dictionary(node));
    root
}
