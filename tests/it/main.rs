//! Tests over whole rooms.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod reading;
mod sample;
