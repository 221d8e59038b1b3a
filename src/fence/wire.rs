//! What goes between the run and a worker: frames of a length and that many bytes.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::sheet::{Book, Limits, Refusal};

/// A file to read.
#[derive(Serialize, Deserialize)]
pub(super) struct Request<'a> {
    pub(super) name: &'a str,
    pub(super) limits: Limits,
    /// Bytes that the worker may take for it.
    pub(super) memory: u64,
    pub(super) bytes: &'a [u8],
}

/// What became of it.
pub(super) type Answer = Result<Book, Refusal>;

/// No request and no book within the limits is longer.
const LONGEST: u32 = 256 << 20;

pub(super) fn send(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let bytes = postcard::to_stdvec(message).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len()).ok().filter(|length| *length <= LONGEST);
    to.write_all(&length.ok_or_else(|| io::Error::other("the message is too long"))?.to_le_bytes())?;
    to.write_all(&bytes)?;
    to.flush()
}

/// A frame's bytes; an error at the end of the stream.
pub(super) fn receive(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    if length > LONGEST {
        return Err(io::Error::other("the message is too long"));
    }
    let mut bytes = Vec::new();
    // Grows with what arrives: a length alone reserves nothing.
    from.take(length.into()).read_to_end(&mut bytes)?;
    if bytes.len() == length as usize { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
