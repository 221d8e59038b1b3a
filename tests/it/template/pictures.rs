//! Pictures in a template: kept in both outputs, moved by what grows above them, or refused.
