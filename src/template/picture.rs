//! Whether a picture can be drawn: both writers must be able to, and finding out in the middle of a run is too late.

use std::io::Cursor;

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;

/// Pixels; an A3 page at 300 dots an inch has 17 million.
const MOST_PIXELS: u64 = 25_000_000;

/// Why a picture cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFault {
    /// It does not decode.
    Damaged,
    /// More than 25 million pixels.
    TooLarge,
    /// A JPEG for printing presses (CMYK), which a PDF/A without their profile may not hold.
    Cmyk,
}

/// Decodes the whole picture, PNG or JPEG; gives its pixels across and down.
pub fn prove(bytes: &[u8]) -> Result<(u32, u32), PictureFault> {
    if bytes.starts_with(b"\x89PNG") { png(bytes) } else { jpeg(bytes) }
}

fn within(width: u32, height: u32) -> Result<(u32, u32), PictureFault> {
    if width == 0 || height == 0 {
        return Err(PictureFault::Damaged);
    }
    let pixels = u64::from(width).saturating_mul(u64::from(height));
    if pixels > MOST_PIXELS { Err(PictureFault::TooLarge) } else { Ok((width, height)) }
}

fn png(bytes: &[u8]) -> Result<(u32, u32), PictureFault> {
    let damaged = |_| PictureFault::Damaged;
    let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().map_err(damaged)?;
    let info = reader.info();
    let size = within(info.width, info.height)?;
    while reader.next_row().map_err(damaged)?.is_some() {}
    Ok(size)
}

fn jpeg(bytes: &[u8]) -> Result<(u32, u32), PictureFault> {
    let mut decoder = JpegDecoder::new(Cursor::new(bytes));
    decoder.decode_headers().map_err(|_| PictureFault::Damaged)?;
    let info = decoder.info().ok_or(PictureFault::Damaged)?;
    let size = within(info.width.into(), info.height.into())?;
    if matches!(decoder.input_colorspace(), Some(ColorSpace::CMYK | ColorSpace::YCCK)) {
        return Err(PictureFault::Cmyk);
    }
    decoder.decode().map_err(|_| PictureFault::Damaged)?;
    Ok(size)
}
