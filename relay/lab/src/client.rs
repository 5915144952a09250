//! A device's WebSocket, plain or over whatever stream carries it.

use std::net::SocketAddr;

use futures::{SinkExt, StreamExt};
use sighej_relay_api::wire::{ClientMessage, PATH, RelayMessage, SUBPROTOCOL};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        http::{HeaderValue, header::SEC_WEBSOCKET_PROTOCOL},
        protocol::WebSocketConfig,
    },
};

use crate::{Attendee, Device, Found};

/// Bytes of a client's read buffer: thousands of them share one process.
const READ_BUFFER: usize = 1024;
/// Bytes that may wait for the next frame.
const WRITE_BUFFER: usize = 4096;

/// Why a client has nothing more to say: the connection broke, was closed, or the relay spoke out of turn.
pub type ClientError = Box<Error>;

/// A connection to a relay.
pub struct Client<S> {
    socket: WebSocketStream<S>,
}

impl Client<TcpStream> {
    /// Connects in plain text. Nobody has registered yet.
    ///
    /// # Errors
    /// Whatever keeps the WebSocket from opening.
    pub async fn connect(address: SocketAddr) -> Result<Self, ClientError> {
        let stream = TcpStream::connect(address).await.map_err(|error| Box::new(error.into()))?;
        stream.set_nodelay(true).map_err(|error| Box::new(error.into()))?;
        Self::over(stream, SUBPROTOCOL).await
    }

    /// Connects, and registers this device in this epoch; returns once the relay has answered.
    ///
    /// # Errors
    /// As [`Client::connect`], or a connection that ends before.
    pub async fn register(address: SocketAddr, device: &Device, epoch: u32) -> Result<Self, ClientError> {
        let mut client = Self::connect(address).await?;
        client.prove(device, epoch).await?;
        Ok(client)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Opens a WebSocket over a stream, asking for this subprotocol.
    ///
    /// # Errors
    /// Whatever keeps it from opening.
    pub async fn over(stream: S, subprotocol: &'static str) -> Result<Self, ClientError> {
        Self::open(stream, subprotocol, None).await
    }

    /// The same, by way of a proxy that says whom it forwards for.
    ///
    /// # Errors
    /// Whatever keeps it from opening.
    pub async fn forwarded_for(stream: S, list: &'static str) -> Result<Self, ClientError> {
        Self::open(stream, SUBPROTOCOL, Some(list)).await
    }

    async fn open(
        stream: S,
        subprotocol: &'static str,
        forwarded_for: Option<&'static str>,
    ) -> Result<Self, ClientError> {
        let mut request = format!("ws://localhost{PATH}").into_client_request()?;
        request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(subprotocol));
        if let Some(list) = forwarded_for {
            request.headers_mut().insert("x-forwarded-for", HeaderValue::from_static(list));
        }
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER).write_buffer_size(WRITE_BUFFER);
        let (socket, _) = client_async_with_config(request, stream, Some(config)).await?;
        Ok(Self { socket })
    }

    /// Answers the relay's challenge, and waits for what it says to that; returns it.
    ///
    /// # Errors
    /// A connection that ends before.
    pub async fn prove(&mut self, device: &Device, epoch: u32) -> Result<Vec<u8>, ClientError> {
        let welcome = self.next().await?;
        if let Ok(RelayMessage::Welcome { challenge, .. }) = RelayMessage::decode(&welcome) {
            let registration = &device.register(challenge);
            self.say(&ClientMessage::Register { epoch, registration }).await?;
        }
        self.next().await
    }

    /// Says something.
    ///
    /// # Errors
    /// A connection that is over.
    pub async fn say(&mut self, message: &ClientMessage<'_>) -> Result<(), ClientError> {
        self.say_bytes(message.encode()).await
    }

    /// Says something together with what is said next.
    ///
    /// # Errors
    /// A connection that is over.
    pub async fn queue(&mut self, message: &ClientMessage<'_>) -> Result<(), ClientError> {
        Ok(self.socket.feed(Message::Binary(message.encode().into())).await?)
    }

    /// Sends a frame, whatever it holds.
    ///
    /// # Errors
    /// A connection that is over.
    pub async fn say_bytes(&mut self, frame: Vec<u8>) -> Result<(), ClientError> {
        Ok(self.socket.send(Message::Binary(frame.into())).await?)
    }

    /// Sends a text message, which no device does.
    ///
    /// # Errors
    /// A connection that is over.
    pub async fn say_text(&mut self, text: &'static str) -> Result<(), ClientError> {
        Ok(self.socket.send(Message::text(text)).await?)
    }

    /// Plays a whole device until it finds something out. `lie` is given each frame before it is sent, and says what is
    /// sent in its place.
    ///
    /// # Errors
    /// A connection that is over.
    pub async fn attend(
        &mut self,
        attendee: &mut Attendee,
        lie: impl Fn(Vec<u8>) -> Vec<u8>,
    ) -> Result<Found, ClientError> {
        loop {
            let frame = self.next().await?;
            let reaction = attendee.hear(&frame);
            for frame in reaction.say {
                self.say_bytes(lie(frame)).await?;
            }
            if let Some(found) = reaction.found {
                return Ok(found);
            }
        }
    }

    /// Waits until the relay asks whether anybody is there. The answer goes out with whatever is said or read next.
    ///
    /// # Errors
    /// A connection that is over, or anything else that comes first.
    pub async fn pinged(&mut self) -> Result<(), ClientError> {
        match self.socket.next().await {
            Some(Ok(Message::Ping(_))) => Ok(()),
            Some(Err(error)) => Err(Box::new(error)),
            Some(Ok(_)) | None => Err(Box::new(Error::ConnectionClosed)),
        }
    }

    /// The next frame. Pings are answered on the way.
    ///
    /// # Errors
    /// A connection that is over.
    pub async fn next(&mut self) -> Result<Vec<u8>, ClientError> {
        while let Some(message) = self.socket.next().await {
            if let Message::Binary(frame) = message? {
                return Ok(frame.into());
            }
        }
        Err(Box::new(Error::ConnectionClosed))
    }
}
