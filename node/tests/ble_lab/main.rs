//! The main job by Bluetooth alone, on a real Bluetooth stack: the program itself in processes of its own, each on a
//! controller of its own. See docs/bluetooth-lab.md for what the lab is, and what it cannot show.

#[cfg(target_os = "linux")]
mod attack;
#[cfg(target_os = "linux")]
mod both_ways;
#[cfg(target_os = "linux")]
mod meetings;
#[cfg(target_os = "linux")]
mod room;
#[cfg(target_os = "linux")]
mod stranger;
#[cfg(target_os = "linux")]
mod strangers;
#[cfg(target_os = "linux")]
mod upsets;

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    sighej_ble_lab::run(
        [meetings::trials(), upsets::trials(), both_ways::trials(), strangers::trials()].concat(),
    )
}
