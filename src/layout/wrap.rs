//! Lines: UAX #14 break opportunities with the Chinese rules for line starts and line ends.

use std::ops::Range;

use icu_segmenter::LineSegmenter;
use icu_segmenter::options::LineBreakOptions;

use super::shape::Shape;

/// A line of a text, as a range of its shapes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub range: Range<usize>,
    /// Em.
    pub width: f32,
    /// The paragraph ends here: not stretched when justified.
    pub last: bool,
}

const NOT_AT_START: &str = "，。、；：？！）》〉」』】〕〗”’…—～·％‰℃,.;:?!)]}%>";
const NOT_AT_END: &str = "（《〈「『【〔〖“‘([{<￥$№#";

/// Breaks at `\n` only.
pub(super) fn paragraphs(shapes: &[Shape]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (index, shape) in shapes.iter().enumerate() {
        if shape.character == '\n' {
            lines.push(line(shapes, start..index, true));
            start = index + 1;
        }
    }
    lines.push(line(shapes, start..shapes.len(), true));
    lines
}

/// Breaks into lines of at most `width` em. A line holds one character at least, however narrow the cell.
pub(super) fn wrap(shapes: &[Shape], width: f32) -> Vec<Line> {
    let mut lines = Vec::new();
    for paragraph in paragraphs(shapes) {
        if paragraph.width <= width {
            lines.push(paragraph);
        } else {
            wrap_paragraph(shapes, paragraph.range, width, &mut lines);
        }
    }
    lines
}

fn wrap_paragraph(shapes: &[Shape], paragraph: Range<usize>, width: f32, lines: &mut Vec<Line>) {
    let mut allowed = opportunities(&shapes[paragraph.clone()]);
    keep_labels(&shapes[paragraph.clone()], width, &mut allowed);
    keep_names(&shapes[paragraph.clone()], width, &mut allowed);
    let mut start = paragraph.start;
    let mut best = None;
    let mut used = 0.0;
    let mut index = start;
    while index < paragraph.end {
        if index > start && allowed[index - paragraph.start] {
            best = Some(index);
        }
        let shape = &shapes[index];
        // A space at the end of a line may stand over its edge.
        if used + shape.advance > width && index > start && shape.character != ' ' {
            let end = best.take().unwrap_or(index);
            lines.push(line(shapes, start..end, false));
            start = end;
            index = end;
            used = 0.0;
            continue;
        }
        used += shape.advance;
        index += 1;
    }
    lines.push(line(shapes, start..paragraph.end, true));
}

/// A list of labels (`季度之星-一季度、季度之星-三季度`) is parted between them only, where each fits on a line.
fn keep_labels(shapes: &[Shape], width: f32, allowed: &mut [bool]) {
    let sentence = |shape: &Shape| "，。；：？！\u{3000} ".contains(shape.character);
    if !shapes.iter().any(|shape| shape.character == '、') || shapes.iter().any(sentence) {
        return;
    }
    let labels = shapes.split_inclusive(|shape| shape.character == '、');
    if labels.map(|label| label.iter().map(|shape| shape.advance).sum::<f32>()).any(|label| label > width) {
        return;
    }
    for index in 1..shapes.len() {
        allowed[index] &= shapes[index - 1].character == '、';
    }
}

/// A name of several parts (`阿依古丽·麦麦提依明`) is parted behind its points, where each part fits on a line.
fn keep_names(shapes: &[Shape], width: f32, allowed: &mut [bool]) {
    let point = |shape: &Shape| shape.character == '·';
    if !shapes.iter().any(point) || !shapes.iter().all(|shape| point(shape) || shape.character.is_alphabetic()) {
        return;
    }
    let parts = shapes.split_inclusive(point);
    if parts.map(|part| part.iter().map(|shape| shape.advance).sum::<f32>()).any(|part| part > width) {
        return;
    }
    for index in 1..shapes.len() {
        allowed[index] = point(&shapes[index - 1]);
    }
}

fn line(shapes: &[Shape], range: Range<usize>, last: bool) -> Line {
    let width = |range: Range<usize>| shapes[range].iter().map(|shape| shape.advance).sum::<f32>();
    if last {
        return Line { width: width(range.clone()), range, last };
    }
    let kept = shapes[range.clone()].iter().rposition(|shape| shape.character != ' ').map_or(0, |index| index + 1);
    let range = range.start..range.start + kept;
    Line { width: width(range.clone()), range, last }
}

/// For each shape whether a line may begin with it.
fn opportunities(shapes: &[Shape]) -> Vec<bool> {
    let text: String = shapes.iter().map(|shape| shape.character).collect();
    let mut allowed = vec![false; shapes.len() + 1];
    let mut breaks = LineSegmenter::new_for_non_complex_scripts(LineBreakOptions::default()).segment_str(&text).peekable();
    let mut previous = None;
    for (index, (offset, character)) in text.char_indices().enumerate() {
        while breaks.next_if(|at| *at < offset).is_some() {}
        let permitted = breaks.peek() == Some(&offset);
        allowed[index] = previous.is_some_and(|before| {
            // Quotation marks look both ways in UAX #14; in Chinese text their side is known.
            let quote = (character == '“' || character == '‘') && wide(before) || (before == '”' || before == '’') && wide(character);
            // A hyphen at a line's end is taken for a mark of hyphenation by readers of the PDF, and vanishes.
            (permitted || quote) && before != '-' && !NOT_AT_START.contains(character) && !NOT_AT_END.contains(before)
        });
        previous = Some(character);
    }
    allowed
}

fn wide(character: char) -> bool {
    matches!(character, '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::super::shape::shape;
    use super::*;
    use crate::font::tests::bundled;

    fn lines(text: &str, width: f32) -> Vec<String> {
        let shapes = shape(bundled(), bundled().choose("宋体", false), text, |_| {});
        wrap(&shapes, width).into_iter().map(|line| shapes[line.range].iter().map(|shape| shape.character).collect()).collect()
    }

    #[test]
    fn punctuation_keeps_to_its_side() {
        assert_eq!(lines("一二三四，五六", 4.0), ["一二三", "四，五六"]);
        assert_eq!(lines("一二三（四五）", 4.0), ["一二三", "（四五）"]);
        assert_eq!(lines("他说“好的”吗", 3.0), ["他说", "“好", "的”吗"]);
        assert_eq!(lines("一二三”、四", 3.0), ["一二", "三”、", "四"]);
    }

    #[test]
    fn no_line_ends_with_a_hyphen() {
        for width in 3..30u8 {
            let lines = lines("季度之星-一季度、季度之星-三季度、年度之星", f32::from(width));
            assert!(lines.iter().all(|line| !line.ends_with('-')), "{width}: {lines:?}");
        }
    }

    #[test]
    fn words_and_numbers_stay_whole_where_they_can() {
        assert_eq!(lines("得分 91.00 分", 4.0), ["得分 ", "91.00 分"].map(|line| line.trim_end().to_owned()));
        assert!(lines("abcdefghijklmnop", 2.0).len() > 3);
    }

    #[test]
    fn explicit_breaks_and_no_width_at_all_terminate() {
        assert_eq!(lines("一\n\n二", 9.0), ["一", "", "二"]);
        for width in [0.0, -1.0, f32::NAN] {
            assert!(lines(&"很".repeat(1000), width).len() <= 1000);
        }
    }
}
