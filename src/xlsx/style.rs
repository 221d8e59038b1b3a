//! Styles of a book as formats.

use rust_xlsxwriter::{Color as XlsxColor, Format, FormatAlign, FormatBorder, FormatUnderline};

use crate::form::model::{Borders, Color, Edge, Font, Horizontal, Line, Style, Vertical};
use crate::layout::Adjusted;
use crate::number_format;

/// The format of a style with what layout had to change about it.
pub(super) fn format(style: &Style, adjusted: Option<&Adjusted>) -> Format {
    let mut font = style.font.clone();
    let mut align = style.align;
    if let Some(adjusted) = adjusted {
        align.wrap |= adjusted.wrap;
        font.size = adjusted.size.unwrap_or(font.size);
    }
    let mut format = with_font(Format::new(), &font);
    let code = number_format::for_file(&style.number_format);
    if !code.is_empty() && !code.eq_ignore_ascii_case("general") {
        format = format.set_num_format(code);
    }
    if let Some(ground) = style.fill {
        format = format.set_background_color(color(ground));
    }
    format = with_edges(format, &style.borders);
    format = match align.horizontal {
        Horizontal::General => format,
        Horizontal::Left => format.set_align(FormatAlign::Left),
        Horizontal::Center => format.set_align(FormatAlign::Center),
        Horizontal::Right => format.set_align(FormatAlign::Right),
        Horizontal::Fill => format.set_align(FormatAlign::Fill),
        Horizontal::Justify => format.set_align(FormatAlign::Justify),
        Horizontal::CenterContinuous => format.set_align(FormatAlign::CenterAcross),
        Horizontal::Distributed => format.set_align(FormatAlign::Distributed),
    };
    format = match align.vertical {
        Vertical::Top => format.set_align(FormatAlign::Top),
        Vertical::Center => format.set_align(FormatAlign::VerticalCenter),
        Vertical::Bottom => format,
        Vertical::Justify => format.set_align(FormatAlign::VerticalJustify),
        Vertical::Distributed => format.set_align(FormatAlign::VerticalDistributed),
    };
    if align.wrap {
        format = format.set_text_wrap();
    }
    if align.shrink {
        format = format.set_shrink();
    }
    if align.indent > 0 {
        format = format.set_indent(align.indent);
    }
    // The writer says 270 for stacked text.
    match align.rotation {
        0 => format,
        255 => format.set_rotation(270),
        degrees @ 91..=180 => format.set_rotation(90 - degrees),
        degrees => format.set_rotation(degrees.clamp(-90, 90)),
    }
}

/// A format with the edges of a cell.
pub(super) fn with_edges(mut format: Format, edges: &Borders) -> Format {
    if let Some((line, ink)) = edge(edges.left) {
        format = format.set_border_left(line).set_border_left_color(ink);
    }
    if let Some((line, ink)) = edge(edges.right) {
        format = format.set_border_right(line).set_border_right_color(ink);
    }
    if let Some((line, ink)) = edge(edges.top) {
        format = format.set_border_top(line).set_border_top_color(ink);
    }
    if let Some((line, ink)) = edge(edges.bottom) {
        format = format.set_border_bottom(line).set_border_bottom_color(ink);
    }
    format
}

/// A format that has only a font: the workbook's normal style.
pub(super) fn with_font(format: Format, font: &Font) -> Format {
    let size = if font.size.is_finite() { font.size.clamp(1.0, 409.0) } else { 11.0 };
    let mut format = format.set_font_name(&font.family).set_font_size(size);
    if font.bold {
        format = format.set_bold();
    }
    if font.italic {
        format = format.set_italic();
    }
    if font.underline {
        format = format.set_underline(if font.double_underline { FormatUnderline::Double } else { FormatUnderline::Single });
    }
    if font.strike {
        format = format.set_font_strikethrough();
    }
    if let Some(ink) = font.color {
        format = format.set_font_color(color(ink));
    }
    format
}

pub(super) fn color(Color(red, green, blue): Color) -> XlsxColor {
    XlsxColor::RGB(u32::from(red) << 16 | u32::from(green) << 8 | u32::from(blue))
}

fn edge(edge: Option<Edge>) -> Option<(FormatBorder, XlsxColor)> {
    let edge = edge?;
    let line = match edge.line {
        Line::Hair => FormatBorder::Hair,
        Line::Thin => FormatBorder::Thin,
        Line::Medium => FormatBorder::Medium,
        Line::Thick => FormatBorder::Thick,
        Line::Double => FormatBorder::Double,
        Line::Dashed => FormatBorder::Dashed,
        Line::Dotted => FormatBorder::Dotted,
        Line::DashDot => FormatBorder::DashDot,
        Line::DashDotDot => FormatBorder::DashDotDot,
        Line::MediumDashed => FormatBorder::MediumDashed,
        Line::MediumDashDot => FormatBorder::MediumDashDot,
        Line::MediumDashDotDot => FormatBorder::MediumDashDotDot,
        Line::SlantDashDot => FormatBorder::SlantDashDot,
    };
    Some((line, edge.color.map_or(XlsxColor::Default, color)))
}
