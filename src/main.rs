//! The program `podarium`: parses the command line and hands over to a mode.

fn main() {}
