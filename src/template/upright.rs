//! A photo as its camera saw it: a camera that is held upright stores the pixels lying and says so in the Exif tag Orientation
//! (JEITA CP-3451, 4.6.4), which neither of the writers obeys.

use std::borrow::Cow;
use std::io::Cursor;

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZByteReaderTrait;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::picture::PictureFault;

/// The tag Orientation of the first directory.
const ORIENTATION: u16 = 0x0112;
/// Pixels of 35 × 49 mm at 300 dots an inch: more do not show in print, and without JPEG's losses they take room.
const BOX: (u32, u32) = (413, 579);

/// A picture, and its pixels across and down.
pub struct Upright {
    /// PNG, or as it was.
    pub bytes: Vec<u8>,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// The same picture with its pixels as they are to be seen, as PNG, no finer than a photo is printed; none of a picture that is
/// upright as it is.
///
/// # Errors
/// It does not decode.
pub fn upright(bytes: &[u8]) -> Result<Option<Upright>, PictureFault> {
    if !bytes.starts_with(b"\xFF\xD8\xFF") {
        return Ok(None);
    }
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(Cursor::new(bytes), options);
    decoder.decode_headers().map_err(|_| PictureFault::Damaged)?;
    let turn = decoder.exif().and_then(|exif| orientation(exif)).unwrap_or(1);
    if turn == 1 {
        return Ok(None);
    }
    turned(&mut decoder, turn).map(Some)
}

fn turned<T: ZByteReaderTrait>(decoder: &mut JpegDecoder<T>, turn: u16) -> Result<Upright, PictureFault> {
    let pixels = decoder.decode().map_err(|_| PictureFault::Damaged)?;
    let info = decoder.info().ok_or(PictureFault::Damaged)?;
    let stored = Pixels { width: info.width.into(), height: info.height.into(), rgb: pixels };
    if stored.rgb.len() != stored.width as usize * stored.height as usize * 3 {
        return Err(PictureFault::Damaged);
    }
    let lying = turn >= 5;
    let seen = stored.within(if lying { (BOX.1, BOX.0) } else { BOX }).turned(turn);
    let profile = decoder.icc_profile().filter(|profile| profile.get(16..20) == Some(b"RGB "));
    let bytes = seen.png(profile).map_err(|_| PictureFault::Damaged)?;
    Ok(Upright { bytes, width: seen.width, height: seen.height })
}

/// What the tag says, 1 to 8; nothing if there is none that can be understood.
fn orientation(exif: &[u8]) -> Option<u16> {
    let little = match exif.get(..4)? {
        [b'I', b'I', 42, 0] => true,
        [b'M', b'M', 0, 42] => false,
        _ => return None,
    };
    let short = |at: usize| {
        let pair = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let long = |at: usize| {
        let four = exif.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    };
    let directory = long(4)? as usize;
    let entry = (0..usize::from(short(directory)?)).map(|at| directory + 2 + 12 * at).find(|at| short(*at) == Some(ORIENTATION))?;
    // A SHORT, once: it stands in the entry itself.
    let told = (short(entry + 2)?, long(entry + 4)?) == (3, 1);
    short(entry + 8).filter(|turn| told && (1..=8).contains(turn))
}

struct Pixels {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

impl Pixels {
    fn at(&self, x: u32, y: u32) -> &[u8] {
        let at = (y as usize * self.width as usize + x as usize) * 3;
        &self.rgb[at..at + 3]
    }

    /// The picture in no more pixels than these, each the mean of those that it stands for.
    fn within(self, (most_across, most_down): (u32, u32)) -> Self {
        let (across, down) = (u64::from(self.width), u64::from(self.height));
        let (width, height) = if across * u64::from(most_down) >= down * u64::from(most_across) {
            (u64::from(most_across), (down * u64::from(most_across)).div_ceil(across))
        } else {
            ((across * u64::from(most_down)).div_ceil(down), u64::from(most_down))
        };
        if width >= across {
            return self;
        }
        let (width, height) = (width as u32, height as u32);
        let span = |at: u32, of: u32, all: u32| {
            let edge = |at: u32| u64::from(at) * u64::from(all);
            (edge(at) / u64::from(of)) as u32..edge(at + 1).div_ceil(u64::from(of)) as u32
        };
        let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
        for y in 0..height {
            for x in 0..width {
                let mut sums = [0u64; 3];
                let mut count = 0;
                for from_y in span(y, height, self.height) {
                    for from_x in span(x, width, self.width) {
                        sums.iter_mut().zip(self.at(from_x, from_y)).for_each(|(sum, part)| *sum += u64::from(*part));
                        count += 1;
                    }
                }
                rgb.extend(sums.map(|sum| ((sum + count / 2) / count) as u8));
            }
        }
        Self { width, height, rgb }
    }

    /// The picture that a stored one of this orientation is of.
    fn turned(self, turn: u16) -> Self {
        let (right, bottom) = (self.width - 1, self.height - 1);
        let (width, height) = if turn >= 5 { (self.height, self.width) } else { (self.width, self.height) };
        let mut rgb = Vec::with_capacity(self.rgb.len());
        for y in 0..height {
            for x in 0..width {
                let (from_x, from_y) = match turn {
                    2 => (right - x, y),
                    3 => (right - x, bottom - y),
                    4 => (x, bottom - y),
                    5 => (y, x),
                    6 => (y, bottom - x),
                    7 => (right - y, bottom - x),
                    8 => (right - y, x),
                    _ => (x, y),
                };
                rgb.extend_from_slice(self.at(from_x, from_y));
            }
        }
        Self { width, height, rgb }
    }

    fn png(&self, profile: Option<Vec<u8>>) -> Result<Vec<u8>, png::EncodingError> {
        let mut bytes = Vec::new();
        let mut info = png::Info::with_size(self.width, self.height);
        info.color_type = png::ColorType::Rgb;
        info.bit_depth = png::BitDepth::Eight;
        info.icc_profile = profile.map(Cow::Owned);
        let mut writer = png::Encoder::with_info(&mut bytes, info)?.write_header()?;
        writer.write_image_data(&self.rgb)?;
        writer.finish()?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Exif with one directory, its entries a tag and a SHORT each.
    fn exif(little: bool, entries: &[(u16, u16)]) -> Vec<u8> {
        let short = |value: u16| if little { value.to_le_bytes() } else { value.to_be_bytes() };
        let long = |value: u32| if little { value.to_le_bytes() } else { value.to_be_bytes() };
        let mut bytes = if little { b"II".to_vec() } else { b"MM".to_vec() };
        bytes.extend(short(42));
        bytes.extend(long(8));
        bytes.extend(short(entries.len() as u16));
        for (tag, value) in entries {
            bytes.extend([short(*tag), short(3)].concat());
            bytes.extend(long(1));
            bytes.extend([short(*value), [0, 0]].concat());
        }
        bytes
    }

    #[test]
    fn the_tag_is_found_in_both_orders_of_bytes() {
        for little in [true, false] {
            assert_eq!(orientation(&exif(little, &[(0x0100, 9), (ORIENTATION, 6)])), Some(6));
            assert_eq!(orientation(&exif(little, &[(ORIENTATION, 9)])), None, "nine is no orientation");
            assert_eq!(orientation(&exif(little, &[(0x0100, 6)])), None);
            let whole = exif(little, &[(ORIENTATION, 6)]);
            for cut in 0..whole.len() - 2 {
                assert_eq!(orientation(&whole[..cut]), None, "{cut}");
            }
        }
        assert_eq!(orientation(b"II*\0\xFF\xFF\xFF\xFF"), None, "a directory behind the end");
    }

    /// Rows of one letter per pixel.
    fn drawn(rows: &[&str]) -> Pixels {
        let rgb = rows.iter().flat_map(|row| row.bytes()).flat_map(|letter| [letter; 3]).collect();
        Pixels { width: rows[0].len() as u32, height: rows.len() as u32, rgb }
    }

    fn rows(pixels: &Pixels) -> Vec<String> {
        let letters: Vec<char> = pixels.rgb.iter().step_by(3).map(|letter| char::from(*letter)).collect();
        letters.chunks(pixels.width as usize).map(|row| row.iter().collect()).collect()
    }

    /// What is seen is an F; each orientation names the edges of the picture where row 0 and column 0 are stored.
    #[test]
    fn an_f_is_seen_whichever_way_it_was_stored() {
        let stored = [
            (1, vec!["FFF", "F..", "FF.", "F.."]),
            (2, vec!["FFF", "..F", ".FF", "..F"]),
            (3, vec!["..F", ".FF", "..F", "FFF"]),
            (4, vec!["F..", "FF.", "F..", "FFF"]),
            (5, vec!["FFFF", "F.F.", "F..."]),
            (6, vec!["F...", "F.F.", "FFFF"]),
            (7, vec!["...F", ".F.F", "FFFF"]),
            (8, vec!["FFFF", ".F.F", "...F"]),
        ];
        for (turn, stored) in stored {
            assert_eq!(rows(&drawn(&stored).turned(turn)), ["FFF", "F..", "FF.", "F.."], "orientation {turn}");
        }
    }

    #[test]
    fn a_picture_shrinks_to_means_and_never_grows() {
        let small = drawn(&["aacc", "aacc"]).within((2, 1));
        assert_eq!(rows(&small), ["ac"]);
        let mean = drawn(&["ac"]).within((1, 1));
        assert_eq!(rows(&mean), ["b"]);
        let same = drawn(&["ac"]).within((9, 9));
        assert_eq!(rows(&same), ["ac"]);
        let uneven = drawn(&["abcde", "abcde", "abcde"]).within((3, 3));
        assert_eq!((uneven.width, uneven.height), (3, 2));
    }
}
