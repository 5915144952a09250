//! A stranger with bad manners, as a process of its own on a host of its own: this test program, started again.

use std::{
    env,
    io::{Read, Write},
    net::{SocketAddr, TcpStream, UdpSocket},
    process::{Command, ExitCode},
    thread,
    time::{Duration, Instant},
};

use libtest_mimic::Failed;
use sighej_lab::{Host, Program};

const TARGET: &str = "SIGHEJ_STRANGER_TARGET";
/// "Who speaks libp2p here?", as libp2p asks it.
const QUESTION: &[u8] = b"\x12\x34\0\0\0\x01\0\0\0\0\0\0\x04_p2p\x04_udp\x05local\0\0\x0c\0\x01";
const MDNS: &str = "224.0.0.251:5353";
const STAMINA: Duration = Duration::from_secs(300);

/// Lets the stranger loose on a host.
pub(crate) fn on(host: &Host, target: &str) -> Result<Program, Failed> {
    let mut command = host.command(env::current_exe()?.as_os_str());
    Ok(Program::start(command.env(TARGET, target))?)
}

/// Asks by mDNS, once, and waits for answers that should not come.
pub(crate) fn asks_who_is_there(host: &Host) -> Result<(), Failed> {
    let mut command: Command = host.command(env::current_exe()?.as_os_str());
    let status = command.env(TARGET, "ask").status()?;
    if status.success() { Ok(()) } else { Err("somebody answered".into()) }
}

/// What this process is when it is the stranger; `None` when it is the test.
pub(crate) fn main() -> Option<ExitCode> {
    let target = env::var(TARGET).ok()?;
    if target == "ask" {
        return Some(ask());
    }
    let target: SocketAddr = target.parse().ok()?;
    let random = |length: usize| {
        let mut bytes = vec![0; length];
        let mut source = std::fs::File::open("/dev/urandom").ok()?;
        source.read_exact(&mut bytes).ok()?;
        Some(bytes)
    };
    let noise = random(1 << 16)?;
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| repeat(|| shout(target, &noise)));
        }
        scope.spawn(|| repeat(|| hold_open(target)));
        scope.spawn(|| repeat(|| dribble(target)));
        scope.spawn(|| repeat(|| babble(&noise)));
        println!("{{\"event\":\"at_work\"}}");
        thread::sleep(STAMINA);
        println!("{{\"event\":\"tired\"}}");
    });
    Some(ExitCode::SUCCESS)
}

fn repeat(misbehave: impl Fn() -> std::io::Result<()>) {
    let end = Instant::now() + STAMINA;
    while Instant::now() < end {
        // Being refused is what it is after; it comes again.
        let _refused = misbehave();
        thread::sleep(Duration::from_millis(5));
    }
}

/// Random bytes, all at once, after an honest opening or without one.
fn shout(target: SocketAddr, noise: &[u8]) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(target)?;
    if stream.local_addr()?.port() % 2 == 0 {
        stream.write_all(b"\x13/multistream/1.0.0\n\x07/noise\n")?;
    }
    stream.write_all(noise)
}

/// Many connections that say nothing.
fn hold_open(target: SocketAddr) -> std::io::Result<()> {
    let held: Vec<_> = (0..200).map(|_| TcpStream::connect(target)).collect::<Result<_, _>>()?;
    thread::sleep(Duration::from_secs(2));
    drop(held);
    Ok(())
}

/// One byte now and then, of a handshake that never ends.
fn dribble(target: SocketAddr) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(target)?;
    for byte in b"\x13/multistream/1.0.0\n\x07/noise\n\0\x20".iter().cycle().take(600) {
        stream.write_all(&[*byte])?;
        thread::sleep(Duration::from_millis(500));
    }
    Ok(())
}

/// Nonsense on the mDNS group: noise, and questions without end.
fn babble(noise: &[u8]) -> std::io::Result<()> {
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    for length in [0, 1, 12, 40, 512, 1400] {
        socket.send_to(&noise[..length], MDNS)?;
    }
    socket.send_to(QUESTION, MDNS)?;
    thread::sleep(Duration::from_millis(100));
    Ok(())
}

fn ask() -> ExitCode {
    let asked = || -> std::io::Result<bool> {
        let socket = UdpSocket::bind("0.0.0.0:5353")?;
        socket.join_multicast_v4(&[224, 0, 0, 251].into(), &[0, 0, 0, 0].into())?;
        socket.set_multicast_loop_v4(false)?;
        socket.send_to(QUESTION, MDNS)?;
        socket.set_read_timeout(Some(Duration::from_secs(1)))?;
        Ok(socket.recv(&mut [0; 2048]).is_ok())
    };
    match asked() {
        Ok(false) => ExitCode::SUCCESS,
        Ok(true) | Err(_) => ExitCode::FAILURE,
    }
}
