//! What the disk holds after devices were matched.

use sighej_relay_lab::{Client, Device, Script, epoch};

use crate::hall::{relay, whole_match};

pub(crate) async fn trial() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, aggregates) = relay(folder.path()).await;
    let devices = [Device::new(1), Device::new(2)];
    let mut a = Client::register(relay.address(), &devices[0], epoch()).await.unwrap();
    let mut b = Client::register(relay.address(), &devices[1], epoch()).await.unwrap();
    let script = Script::new(2, 7);
    whole_match(&mut a, &mut b, 2, &script).await.unwrap();
    relay.stop().await;
    aggregates.stop();

    let challenge = [1; 48];
    let registrations = devices.each_ref().map(|device| device.register(&challenge));
    let mut secrets: Vec<&[u8]> =
        registrations.iter().flat_map(|bytes| [&bytes[..16], &bytes[16..48]]).collect();
    for part in [&script.lo, &script.hi] {
        secrets.extend(part.upload[2..].chunks_exact(16));
        secrets.push(&part.seal[..16]);
    }
    secrets.push(&script.knock[..16]);
    let address = relay_addresses();
    let mut files = 0;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        files += usize::from(!bytes.is_empty());
        for secret in secrets.iter().chain(&address) {
            assert!(!bytes.windows(secret.len()).any(|part| part == *secret));
        }
    }
    assert!(files > 0, "something was written");
}

/// The clients' address, as text.
fn relay_addresses() -> [&'static [u8]; 1] {
    [b"127.0.0.1"]
}
