//! One PNG image: grey, RGB or palette, 1 to 16 bits, opaque.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use png::{ColorType, Decoder, DecodingError, Info, Transformations};

use super::stream::{first_bytes, hex, open};
use super::{DataError, ImageShape};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What all images have to agree on.
pub(super) struct Format {
    pub shape: ImageShape,
    pub bits: u8,
    /// The first image's file, which set the format.
    path: PathBuf,
}

impl Format {
    fn words(&self) -> String {
        let colour = if self.shape.channels == 1 { "grey" } else { "RGB" };
        format!("{} x {} {colour} of {} bits", self.shape.width, self.shape.height, self.bits)
    }
}

/// Pixels so far, `[channels, height, width]` each; one of the two is in use.
#[derive(Default)]
pub(super) struct Pixels {
    pub bytes: Vec<u8>,
    pub words: Vec<f32>,
}

/// Appends the image in this file; the first one sets the format of all.
pub(super) fn read_png(path: &Path, format: &mut Option<Format>, pixels: &mut Pixels) -> Result<(), DataError> {
    let place = path.display().to_string();
    let (mut file, len) = open(path)?;
    let head = first_bytes(path, &mut file)?;
    if head != SIGNATURE {
        let expected = "PNG's 89 50 4e 47 0d 0a 1a 0a";
        return Err(DataError::Magic { place, expected, got: hex(&head) });
    }
    let damaged = |e: DecodingError| DataError::Damaged {
        place: path.display().to_string(),
        expected: "a PNG image",
        reason: match e {
            DecodingError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => "cut short".into(),
            other => other.to_string(),
        },
    };
    let mut decoder = Decoder::new(BufReader::new(file));
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let found = check_header(path, decoder.read_header_info().map_err(damaged)?, len)?;
    match format {
        Some(first) if (first.shape, first.bits) != (found.shape, found.bits) => {
            return Err(DataError::Shape {
                place,
                expected: format!("{}, as in {}", first.words(), first.path.display()),
                got: found.words(),
                hint: Some("all images need one size, one number of channels and one depth".into()),
            });
        }
        Some(_) => {}
        None => {
            *format = Some(Format { path: path.to_path_buf(), ..found });
        }
    }
    let buffer = decode(decoder).map_err(damaged)?;
    append(pixels, &buffer, &found).map_err(|(pixel, alpha)| DataError::Value {
        place: format!("{place}: row {}, column {}", pixel / found.shape.width, pixel % found.shape.width),
        expected: "an opaque pixel".into(),
        got: format!("alpha {alpha}"),
        hint: Some("paint the images on a background, and save them without transparency".into()),
    })
}

/// The format of an image whose pixels could be in a file of this length.
fn check_header(path: &Path, info: &Info<'_>, len: u64) -> Result<Format, DataError> {
    let channels = if matches!(info.color_type, ColorType::Grayscale | ColorType::GrayscaleAlpha) { 1 } else { 3 };
    let bits = info.bits_per_pixel() as u64;
    // Lengths are below 2^31 each and at most 64 bits a pixel: the product fits 128 bits.
    let announced = (info.width as u128 * bits as u128).div_ceil(8) * info.height as u128;
    let limit = len.saturating_mul(1032);
    if announced > limit as u128 {
        let place = path.display().to_string();
        return Err(DataError::Announced { place, announced: announced.to_string(), limit });
    }
    let shape = ImageShape { channels, height: info.height as usize, width: info.width as usize };
    let bits = if info.bit_depth as u8 == 16 { 16 } else { 8 };
    Ok(Format { shape, bits, path: PathBuf::new() })
}

/// The decoded samples and the number of samples a pixel.
struct Samples {
    data: Vec<u8>,
    samples: usize,
}

fn decode(decoder: Decoder<BufReader<File>>) -> Result<Samples, DecodingError> {
    let mut reader = decoder.read_info()?;
    let mut data = vec![0; reader.output_buffer_size().ok_or(DecodingError::LimitsExceeded)?];
    let info = reader.info();
    let size = (info.width, info.height);
    let frame = reader.next_frame(&mut data)?;
    // The first frame of an animation may be smaller than the image that it is part of.
    if (frame.width, frame.height) != size {
        return Err(DecodingError::LimitsExceeded);
    }
    reader.finish()?;
    Ok(Samples { data, samples: frame.color_type.samples() })
}

/// Appends the colour channels, one plane after the other; on a pixel that is not opaque, its index and alpha.
fn append(pixels: &mut Pixels, decoded: &Samples, format: &Format) -> Result<(), (usize, u16)> {
    let Samples { data, samples } = decoded;
    let wide = format.bits == 16;
    let sample = |index: usize| {
        if wide { u16::from_be_bytes([data[2 * index], data[2 * index + 1]]) } else { data[index] as u16 }
    };
    let count = format.shape.height * format.shape.width;
    if samples % 2 == 0 {
        let opaque = if wide { u16::MAX } else { 255 };
        for pixel in 0..count {
            let alpha = sample(pixel * samples + samples - 1);
            if alpha != opaque {
                return Err((pixel, alpha));
            }
        }
    }
    for channel in 0..format.shape.channels {
        let plane = (0..count).map(|pixel| sample(pixel * samples + channel));
        if wide {
            pixels.words.extend(plane.map(f32::from));
        } else {
            pixels.bytes.extend(plane.map(|v| v as u8));
        }
    }
    Ok(())
}
