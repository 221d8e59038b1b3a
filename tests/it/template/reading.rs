//! Workbooks as other programs write them.
