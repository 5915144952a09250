//! What a registered session costs in memory that does nothing.

use sighej_relay_api::wire::SUBPROTOCOL;
use sighej_relay_lab::{Client, Device, connect_tls, epoch};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::{CONNECTED, Outcome, server::Server};

enum Held {
    Plain(Box<Client<TcpStream>>),
    Tls(Box<Client<TlsStream<TcpStream>>>),
}

/// KiB of the server's memory for one session.
pub(crate) async fn kib(mut server: Server) -> Outcome<f64> {
    // What the first connections bring into being is not theirs.
    let mut held = vec![connect(&server, 0).await?];
    let before = tokio::task::block_in_place(|| server.used())?;
    for number in 1..=CONNECTED {
        held.push(connect(&server, number as u64).await?);
    }
    let after = tokio::task::block_in_place(|| server.used())?;
    let kept = held.iter().map(|held| match held {
        Held::Plain(client) => std::mem::size_of_val(&**client),
        Held::Tls(client) => std::mem::size_of_val(&**client),
    });
    assert!(kept.sum::<usize>() > 0, "all of them are still connected");
    Ok((after.resident_kib - before.resident_kib) as f64 / CONNECTED as f64)
}

async fn connect(server: &Server, number: u64) -> Outcome<Held> {
    let device = Device::new(number);
    if !server.is_tls {
        return Ok(Held::Plain(Box::new(Client::register(server.address, &device, epoch()).await?)));
    }
    let mut client = Client::over(connect_tls(server.address, None).await?, SUBPROTOCOL).await?;
    client.prove(&device, epoch()).await?;
    Ok(Held::Tls(Box::new(client)))
}
