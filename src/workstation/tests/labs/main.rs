//! The course's labs, typed into the terminal line by line.

mod lab4;
mod terminal;
