//! The closed list of findings and their severities.

use std::fmt;

/// How bad a finding is. An error rejects its branch's submission; the others do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Severity {
    Error,
    Warning,
    Note,
}

impl Severity {
    /// The word in machine-readable output.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

macro_rules! codes {
    ($($severity:ident { $($variant:ident $word:literal,)* })*) => {
        /// What kind of finding; the words are stable and appear in every output.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "each is explained in the catalogue: `scorebook rule CODE`")]
        pub enum Code { $($($variant,)*)* }

        impl Code {
            /// All codes, errors first.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)*)*];

            /// The stable word.
            pub fn word(self) -> &'static str {
                match self { $($(Self::$variant => $word,)*)* }
            }

            /// Its severity; a code has only one.
            pub fn severity(self) -> Severity {
                match self { $($(Self::$variant => Severity::$severity,)*)* }
            }
        }
    };
}

codes! {
    Error {
        UnreadableFile "unreadable-file",
        EncryptedFile "encrypted-file",
        TooLarge "too-large",
        MissingSheet "missing-sheet",
        MissingColumn "missing-column",
        DuplicateColumn "duplicate-column",
        UnknownBranch "unknown-branch",
        BranchMismatch "branch-mismatch",
        WrongYear "wrong-year",
        DuplicateSubmission "duplicate-submission",
        MissingSubmission "missing-submission",
        UnknownMember "unknown-member",
        DuplicateMember "duplicate-member",
        DuplicateSeq "duplicate-seq",
        AmbiguousName "ambiguous-name",
        MissingEntry "missing-entry",
        DuplicateEntry "duplicate-entry",
        DuplicateBallot "duplicate-ballot",
        CategoryMismatch "category-mismatch",
        NotANumber "not-a-number",
        OutOfRange "out-of-range",
        TooManyDecimals "too-many-decimals",
        ErrorValue "error-value",
        UncalculatedFormula "uncalculated-formula",
        ShownDiffers "shown-differs",
        BadId "bad-id",
        IdAsNumber "id-as-number",
        BadDate "bad-date",
        LeaveDatesContradict "leave-dates-contradict",
        RegisterMonths "register-months",
        MemberInTwoBranches "member-in-two-branches",
        UnknownCategory "unknown-category",
        UnknownPeriod "unknown-period",
        UnknownLevel "unknown-level",
        UnknownValue "unknown-value",
        UnknownVeto "unknown-veto",
        MissingReason "missing-reason",
        MissingReviewer "missing-reviewer",
        MissingDate "missing-date",
        TooFewBallots "too-few-ballots",
        BallotIncomplete "ballot-incomplete",
    }
    Warning {
        KeptFromEarlier "kept-from-earlier",
        NotASpreadsheet "not-a-spreadsheet",
        QuotaExceeded "quota-exceeded",
        HonourNotEligible "honour-not-eligible",
        MissingSelfAssessment "missing-self-assessment",
        SelfAssessmentGap "self-assessment-gap",
        MixedSigns "mixed-signs",
        RollMismatch "roll-mismatch",
        BranchNameDiffers "branch-name-differs",
        IdBirthdateMismatch "id-birthdate-mismatch",
        MissingId "missing-id",
        StatusDiffers "status-differs",
        HeaderMaxMismatch "header-max-mismatch",
        UniformMarks "uniform-marks",
        UnexpectedEntry "unexpected-entry",
        ChangedAfterPublication "changed-after-publication",
        UnknownCalendarYear "unknown-calendar-year",
        EarlyPosting "early-posting",
        OddReportDate "odd-report-date",
        ControlCharacters "control-characters",
        DoesNotFit "does-not-fit",
        UnusablePhoto "unusable-photo",
    }
    Note {
        SupersededSubmission "superseded-submission",
        JoinedSubmission "joined-submission",
        IdenticalSubmission "identical-submission",
        TransferredMember "transferred-member",
        WaitingForBranch "waiting-for-branch",
        TextNumber "text-number",
        ExtraSheet "extra-sheet",
        ExtraColumn "extra-column",
        RareCharacter "rare-character",
        HiddenData "hidden-data",
        PictureInCell "picture-in-cell",
        NameNormalised "name-normalised",
        CodeZeros "code-zeros",
        NotScored "not-scored",
        NoPostingDate "no-posting-date",
        MoveNotMatched "move-not-matched",
        NotOwed "not-owed",
    }
}

impl Code {
    /// The code with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.word() == word)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
