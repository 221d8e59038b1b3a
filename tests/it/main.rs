//! The one binary of integration tests; a module a subject.

mod template;
