//! Periods of a year, working days and the run's date: the only notion of now.
