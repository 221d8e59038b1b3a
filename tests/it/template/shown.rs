//! What a cell shows.
