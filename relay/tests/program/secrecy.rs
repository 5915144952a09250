//! Nothing that tells one device from another reaches a log or the disk: read after a run at the highest level, with every
//! dependency asked to print what it can.

use sighej_relay_api::wire::{ClientMessage, RelayMessage, WireId};
use sighej_relay_lab::{Client, Device, Script, epoch};

use crate::process::Running;

#[tokio::test(flavor = "multi_thread")]
async fn no_log_and_no_file_holds_anything_of_a_device_or_a_pair() {
    let script = Script::new(3, 77);
    let (a, b) = (Device::new(70_001), Device::new(70_002));
    let room = [0xc5; 16];
    let running = Running::start(tempfile::tempdir().unwrap(), &["--log", "trace"]);
    let mut one = Client::register(running.relay, &a, epoch()).await.unwrap();
    let mut other = Client::register(running.relay, &b, epoch()).await.unwrap();
    one.say(&ClientMessage::Join { room: WireId::from_bytes(room), open: false }).await.unwrap();
    one.say(&ClientMessage::Knock { to: b.id(), knock: &script.knock }).await.unwrap();
    let frame = other.next().await.unwrap();
    let Ok(RelayMessage::Knocked { pair: theirs, .. }) = RelayMessage::decode(&frame) else { unreachable!() };
    other.say(&ClientMessage::Accept { pair: theirs, accept: &script.knock }).await.unwrap();
    other.say(&ClientMessage::Seal { pair: theirs, seal: &script.hi.seal }).await.unwrap();
    let frame = one.next().await.unwrap();
    let Ok(RelayMessage::Accepted { pair: ours, .. }) = RelayMessage::decode(&frame) else { unreachable!() };
    one.next().await.unwrap();
    one.say(&ClientMessage::Seal { pair: ours, seal: &script.lo.seal }).await.unwrap();
    one.say(&ClientMessage::Upload { pair: ours, upload: &script.lo.upload }).await.unwrap();
    other.next().await.unwrap();
    other.say(&ClientMessage::Upload { pair: theirs, upload: &script.hi.upload }).await.unwrap();
    for client in [&mut one, &mut other] {
        let verdict = client.next().await.unwrap();
        assert!(
            matches!(RelayMessage::decode(&verdict), Ok(RelayMessage::Verdict { verdict, .. }) if verdict[0] == 3)
        );
    }
    // Also what is refused, malformed or cut off is no reason to print it.
    one.say_bytes(script.knock.to_vec()).await.unwrap();
    one.next().await.unwrap();
    let registration = a.register(&[9; 48]);
    let secrets: Vec<(&str, Vec<u8>)> = vec![
        ("id", a.id().as_bytes().to_vec()),
        ("id", b.id().as_bytes().to_vec()),
        ("Y", registration[16..48].to_vec()),
        ("room", room.to_vec()),
        ("knock", script.knock[..16].to_vec()),
        ("seal", script.lo.seal[..16].to_vec()),
        ("m", script.lo.upload[2..18].to_vec()),
        ("seal value", script.hi.upload[18..34].to_vec()),
    ];
    // Time for the batches of counters to be written.
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    let disk_while_running = running.disk();
    let (folder, (code, log)) = tokio::task::spawn_blocking(|| {
        let disk = running.disk();
        (disk, running.stop())
    })
    .await
    .unwrap();
    assert_eq!(code, Some(0));
    assert!(log.contains("stopping"), "it logs");
    assert!(!log.contains('\u{1b}'), "in a pipe a log has no colours: {log}");
    assert!(!log.contains("127.0.0.1"), "no address stands there: {log}");
    for (what, secret) in secrets {
        for form in forms(&secret) {
            for (place, bytes) in [("log", log.as_bytes()), ("disk", &folder), ("disk", &disk_while_running)]
            {
                assert!(
                    !bytes.windows(form.len()).any(|window| window == form),
                    "{what} stands in the {place}"
                );
            }
        }
    }
}

/// The forms in which bytes get into texts and files: as they are, hexadecimal, and as Rust prints arrays and strings.
fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    let lower = hex::encode(secret);
    let list = format!("{:?}", &secret[..8]).trim_matches(['[', ']']).to_owned();
    vec![
        secret.to_vec(),
        lower.to_uppercase().into_bytes(),
        lower.into_bytes(),
        list.into_bytes(),
        secret[..8].escape_ascii().to_string().into_bytes(),
    ]
}
