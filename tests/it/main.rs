//! The one binary of integration tests; a module a subject.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

mod archive;
mod bound;
mod configuration;
mod demo;
mod engine;
mod explain;
mod fill;
mod folders;
mod fonts;
mod forms;
mod gallery;
mod hostile;
mod json;
mod letters;
mod number_format;
mod order;
mod own_form;
mod periods;
mod published;
mod ranks;
mod reading;
mod sample;
mod schemes;
mod sendback;
mod setup;
mod signed;
mod support;
mod template;
mod terminal;
mod tidy;
mod two_schemes;
mod words;
mod worked;
