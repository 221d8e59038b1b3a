//! Icons of conditional formats as filled outlines in a square of side 1, `(0, 0)` at its upper left.

use crate::form::condition::IconSet;
use crate::form::model::Color;

type Corners = Vec<(f32, f32)>;
type Shapes = Vec<(Color, Corners)>;

const RED: Color = Color(0xD9, 0x3B, 0x2B);
const YELLOW: Color = Color(0xF2, 0xB8, 0x1D);
const GREEN: Color = Color(0x3F, 0x9C, 0x52);
const GRAY: Color = Color(0x80, 0x80, 0x80);
const PALE: Color = Color(0xD0, 0xD0, 0xD0);
const PINK: Color = Color(0xF2, 0x9A, 0x8E);
const BLACK: Color = Color(0x40, 0x40, 0x40);
const BLUE: Color = Color(0x3B, 0x6F, 0xB5);
const WHITE: Color = Color(0xFF, 0xFF, 0xFF);

/// The icon of a set, 0 for the smallest number.
pub(super) fn shapes(set: IconSet, at: usize) -> Shapes {
    let of = |colors: &[Color]| colors.get(at).copied().unwrap_or(GRAY);
    let three = [RED, YELLOW, GREEN];
    match set {
        IconSet::Arrows3 => arrow(of(&three), [180.0, 90.0, 0.0][at.min(2)]),
        IconSet::ArrowsGray3 => arrow(GRAY, [180.0, 90.0, 0.0][at.min(2)]),
        IconSet::Arrows4 => arrow(of(&[RED, YELLOW, YELLOW, GREEN]), [180.0, 135.0, 45.0, 0.0][at.min(3)]),
        IconSet::ArrowsGray4 => arrow(GRAY, [180.0, 135.0, 45.0, 0.0][at.min(3)]),
        IconSet::Arrows5 => arrow(of(&[RED, YELLOW, YELLOW, YELLOW, GREEN]), [180.0, 135.0, 90.0, 45.0, 0.0][at.min(4)]),
        IconSet::ArrowsGray5 => arrow(GRAY, [180.0, 135.0, 90.0, 45.0, 0.0][at.min(4)]),
        IconSet::Flags3 => vec![(GRAY, rectangle(0.2, 0.08, 0.1, 0.86)), (of(&three), vec![(0.3, 0.1), (0.88, 0.32), (0.3, 0.54)])],
        IconSet::TrafficLights3 => vec![(of(&three), circle(0.5, 0.5, 0.42))],
        IconSet::TrafficLightsRimmed3 => vec![(BLACK, rectangle(0.04, 0.04, 0.92, 0.92)), (of(&three), circle(0.5, 0.5, 0.36))],
        IconSet::TrafficLights4 => vec![(of(&[BLACK, RED, YELLOW, GREEN]), circle(0.5, 0.5, 0.42))],
        IconSet::RedToBlack4 => vec![(of(&[BLACK, GRAY, PINK, RED]), circle(0.5, 0.5, 0.42))],
        IconSet::Signs3 => match at {
            0 => vec![(RED, vec![(0.5, 0.04), (0.96, 0.5), (0.5, 0.96), (0.04, 0.5)])],
            1 => vec![(YELLOW, vec![(0.5, 0.08), (0.96, 0.9), (0.04, 0.9)])],
            _ => vec![(GREEN, circle(0.5, 0.5, 0.42))],
        },
        IconSet::SymbolsCircled3 => {
            let mut shapes = vec![(of(&three), circle(0.5, 0.5, 0.46))];
            shapes.extend(symbol(at, WHITE, 0.6));
            shapes
        }
        IconSet::Symbols3 => symbol(at, of(&three), 1.0),
        IconSet::Stars3 => {
            let mut shapes = vec![(YELLOW, star(0.48))];
            // A star without its right side, or with nothing but its edge.
            let inner = star(0.34);
            match at {
                0 => shapes.push((WHITE, inner)),
                1 => shapes.push((WHITE, inner.into_iter().map(|(x, y)| (x.max(0.5), y)).collect())),
                _ => {}
            }
            shapes
        }
        IconSet::Triangles3 => match at {
            0 => vec![(RED, vec![(0.08, 0.25), (0.92, 0.25), (0.5, 0.8)])],
            1 => vec![(YELLOW, rectangle(0.1, 0.4, 0.8, 0.2))],
            _ => vec![(GREEN, vec![(0.5, 0.2), (0.92, 0.75), (0.08, 0.75)])],
        },
        IconSet::Rating4 => bars(at + 1),
        IconSet::Rating5 => bars(at),
        IconSet::Quarters5 => {
            let mut shapes = vec![(BLACK, circle(0.5, 0.5, 0.46)), (WHITE, circle(0.5, 0.5, 0.41))];
            if at > 0 {
                shapes.push((BLACK, sector(0.5, 0.5, 0.41, at.min(4) as f32 * 90.0)));
            }
            shapes
        }
        IconSet::Boxes5 => {
            let places = [(0.08, 0.52), (0.52, 0.52), (0.08, 0.08), (0.52, 0.08)];
            let boxed = |(number, (x, y)): (usize, (f32, f32))| (if number < at { BLUE } else { PALE }, rectangle(x, y, 0.4, 0.4));
            places.into_iter().enumerate().map(boxed).collect()
        }
    }
}

fn rectangle(x: f32, y: f32, width: f32, height: f32) -> Corners {
    vec![(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
}

fn circle(x: f32, y: f32, radius: f32) -> Corners {
    arc(x, y, radius, 360.0).collect()
}

/// A slice from the top on, clockwise.
fn sector(x: f32, y: f32, radius: f32, degrees: f32) -> Corners {
    if degrees >= 360.0 { circle(x, y, radius) } else { std::iter::once((x, y)).chain(arc(x, y, radius, degrees)).collect() }
}

fn arc(x: f32, y: f32, radius: f32, degrees: f32) -> impl Iterator<Item = (f32, f32)> {
    let steps = (degrees / 10.0).ceil().max(1.0);
    (0..=steps as u16).map(move |step| {
        let (sin, cos) = (f32::from(step) * degrees / steps).to_radians().sin_cos();
        (x + radius * sin, y - radius * cos)
    })
}

/// Pointing up, turned clockwise.
fn arrow(color: Color, degrees: f32) -> Shapes {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let corners = [(0.5, 0.06), (0.9, 0.5), (0.65, 0.5), (0.65, 0.94), (0.35, 0.94), (0.35, 0.5), (0.1, 0.5)];
    let turned = |(x, y): (f32, f32)| {
        let (x, y) = (x - 0.5, y - 0.5);
        (0.5 + x * cos - y * sin, 0.5 + x * sin + y * cos)
    };
    vec![(color, corners.map(turned).to_vec())]
}

fn star(radius: f32) -> Corners {
    (0u16..10)
        .map(|point| {
            let radius = if point % 2 == 0 { radius } else { radius * 0.42 };
            let (sin, cos) = (f32::from(point) * 36.0).to_radians().sin_cos();
            (0.5 + radius * sin, 0.53 - radius * cos)
        })
        .collect()
}

/// A cross, a mark of exclamation, a tick.
fn symbol(at: usize, color: Color, size: f32) -> Shapes {
    let shapes: Vec<Corners> = match at {
        0 => {
            vec![vec![(0.14, 0.26), (0.26, 0.14), (0.86, 0.74), (0.74, 0.86)], vec![(0.74, 0.14), (0.86, 0.26), (0.26, 0.86), (0.14, 0.74)]]
        }
        1 => vec![rectangle(0.41, 0.1, 0.18, 0.52), rectangle(0.41, 0.72, 0.18, 0.18)],
        _ => vec![vec![(0.1, 0.52), (0.22, 0.4), (0.42, 0.6), (0.8, 0.16), (0.93, 0.27), (0.43, 0.84)]],
    };
    let placed = |corners: Corners| corners.into_iter().map(|(x, y)| (0.5 + (x - 0.5) * size, 0.5 + (y - 0.5) * size)).collect();
    shapes.into_iter().map(|corners| (color, placed(corners))).collect()
}

/// Four bars of rising height, so many of them full.
fn bars(full: usize) -> Shapes {
    let bar = |number: u16| {
        let height = 0.28 + f32::from(number) * 0.2;
        let color = if usize::from(number) < full { BLUE } else { PALE };
        (color, rectangle(0.08 + f32::from(number) * 0.22, 0.94 - height, 0.17, height))
    };
    (0..4).map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::shapes;
    use crate::form::condition::IconSet;

    #[test]
    fn every_icon_of_every_set_is_drawn_within_its_square_and_differs() {
        for (set, name) in IconSet::NAMES {
            let all: Vec<_> = (0..set.count()).map(|at| shapes(set, at)).collect();
            for (at, icon) in all.iter().enumerate() {
                assert!(!icon.is_empty(), "{name} {at}");
                let corners = icon.iter().flat_map(|(_, corners)| corners);
                assert!(corners.into_iter().all(|(x, y)| (-0.001..=1.001).contains(x) && (-0.001..=1.001).contains(y)), "{name} {at}");
                assert!(all.iter().skip(at + 1).all(|other| other != icon), "{name} {at}");
            }
        }
    }
}
