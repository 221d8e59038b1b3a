//! Names of the office fonts and the bundled face that stands in for each.

/// What a family looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Serif,
    SerifBold,
    SansBold,
    Kai,
}

impl Role {
    pub(super) const COUNT: usize = 4;
    pub(super) const ALL: [Self; Self::COUNT] = [Self::Serif, Self::SerifBold, Self::SansBold, Self::Kai];

    /// Normalised family of the bundled face, and whether its bold one is meant.
    pub(super) fn bundled(self) -> (&'static str, bool) {
        match self {
            Self::Serif => ("notoserifsc", false),
            Self::SerifBold => ("notoserifsc", true),
            Self::SansBold => ("notosanssc", true),
            Self::Kai => ("lxgwwenkai", false),
        }
    }

    /// The look of a normalised family name. Of sans faces only a bold one is bundled, so the light ones
    /// (微软雅黑, 等线, Arial) are drawn with it when bold is asked for and as 宋体 otherwise.
    pub(super) fn of(family: &str, bold: bool) -> Self {
        let is = |names: &[&str]| names.iter().any(|name| family.contains(name));
        if is(&["小标宋", "大标宋", "xiaobiaosong", "fzxbs"]) {
            Self::SerifBold
        } else if is(&["楷", "仿宋", "kai", "fangsong"]) {
            Self::Kai
        } else if is(&["黑体", "simhei", "heiti"])
            || (bold && is(&["黑", "等线", "dengxian", "yahei", "arial", "calibri", "helvetica", "sans"]))
        {
            Self::SansBold
        } else if bold {
            Self::SerifBold
        } else {
            Self::Serif
        }
    }
}

/// Lower case without the blanks, hyphens and underscores that differ between systems.
pub(super) fn normalise(family: &str) -> String {
    family.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '@')).flat_map(char::to_lowercase).collect()
}

/// Digit width in em of fonts that are not bundled but set the column unit of most templates.
pub(super) fn digit_em(family: &str) -> Option<f64> {
    let half = ["宋", "simsun", "黑体", "simhei", "楷", "kaiti", "仿", "fangsong", "timesnewroman"];
    if half.iter().any(|name| family.contains(name)) {
        return Some(0.5);
    }
    match family {
        "calibri" => Some(0.507),
        "arial" | "helvetica" | "liberationsans" => Some(0.556),
        "等线" | "dengxian" | "微软雅黑" | "microsoftyahei" => Some(0.539),
        _ => None,
    }
}
