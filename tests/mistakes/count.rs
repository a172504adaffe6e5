//! Built in the copy that `tests/mistakes.rs` makes: counts how many recorded runs the loop gets wrong, with the mistake
//! that `ASYNCDEMO_MISTAKE` names.

#[path = "../tests/recording/mod.rs"]
mod recording;

fn main() {
    let (_, recorded) = recording::Recording::Random.read();
    let (mut wrong, mut runs) = (0, 0);
    for recorded in &recorded {
        let (compared, differences) = recorded.compare();
        runs += compared;
        wrong += differences.len();
    }
    println!("{wrong} {runs}");
}
