//! asyncdemo
fn main() {}
