//! A small Bluetooth program to try the lab with: it advertises, serves one characteristic, listens and dials.

use std::time::Duration;

use bluer::{
    Adapter, AdapterEvent, AddressType, Device, Session, Uuid,
    adv::{Advertisement, AdvertisementHandle},
    gatt::local::{Application, ApplicationHandle, Characteristic, CharacteristicRead, Service},
    l2cap::{Socket, SocketAddr, StreamListener},
};
use futures::{FutureExt, StreamExt};
use sighej_ble_lab::Failed;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{sleep, timeout},
};

/// What it is recognised by.
pub(crate) const SERVICE: Uuid = Uuid::from_u128(0x1e6b_d8a6_5f6c_4c5d_9d0c_5a7f_0b6d_9e51);
const CHARACTERISTIC: Uuid = Uuid::from_u128(0x1e6b_d8a7_5f6c_4c5d_9d0c_5a7f_0b6d_9e51);
const PSM: u16 = 0x00d5;
/// Generous: the machine may do other things beside.
const SOON: Duration = Duration::from_secs(15);
/// How long a call may hang before it is made again.
const PATIENCE: Duration = Duration::from_secs(4);

/// One controller, and what runs on it.
pub(crate) struct Bench {
    name: String,
    presence: Option<Vec<u8>>,
    adapter: Adapter,
    _session: Session,
    _service: Option<ApplicationHandle>,
    _advert: Option<AdvertisementHandle>,
}

impl Bench {
    pub(crate) async fn peripheral(name: &str, presence: &[u8]) -> Result<Bench, Failed> {
        Bench::open(name.to_owned(), Some(presence.to_owned())).await
    }

    pub(crate) async fn central(name: &str) -> Result<Bench, Failed> {
        Bench::open(name.to_owned(), None).await
    }

    pub(crate) async fn both(name: &str) -> Result<Bench, Failed> {
        Bench::peripheral(name, name.as_bytes()).await
    }

    /// Begins anew, after whatever has happened to the controller or to bluetoothd.
    pub(crate) async fn again(self) -> Result<Bench, Failed> {
        let Bench { name, presence, .. } = self;
        Bench::open(name, presence).await
    }

    async fn open(name: String, presence: Option<Vec<u8>>) -> Result<Bench, Failed> {
        let session = Session::new().await?;
        let adapter = session.adapter(&name)?;
        soon("switching on", adapter.set_powered(true)).await?;
        for address in adapter.device_addresses().await? {
            // It may have vanished by itself.
            let _gone = adapter.remove_device(address).await;
        }
        let (mut service, mut advert) = (None, None);
        if let Some(presence) = &presence {
            service = Some(soon("serving", adapter.serve_gatt_application(application(presence))).await?);
            advert = Some(advertise(&adapter, presence).await?);
        }
        Ok(Bench { name, presence, adapter, _session: session, _service: service, _advert: advert })
    }

    /// Scans for as long as what this returns is kept.
    pub(crate) async fn listen(&self) -> Result<impl Sized + use<>, Failed> {
        Ok(Box::pin(soon("scanning", self.adapter.discover_devices_with_changes()).await?))
    }

    /// Scans until somebody shows the service.
    pub(crate) async fn hear(&self) -> Result<Device, Failed> {
        let scan = async {
            let mut events = std::pin::pin!(self.adapter.discover_devices_with_changes().await?);
            while let Some(event) = events.next().await {
                let AdapterEvent::DeviceAdded(address) = event else { continue };
                let device = self.adapter.device(address)?;
                if device.service_data().await?.is_some_and(|data| data.contains_key(&SERVICE)) {
                    return Ok(device);
                }
            }
            Err(bluer::Error { kind: bluer::ErrorKind::NotFound, message: "the scan ended".to_owned() })
        };
        soon("hearing somebody", scan).await
    }

    /// Reads the characteristic of a peer that is connected.
    pub(crate) async fn read(&self, peer: &Device) -> Result<Vec<u8>, Failed> {
        for service in soon("finding services", peer.services()).await? {
            if service.uuid().await? != SERVICE {
                continue;
            }
            for characteristic in service.characteristics().await? {
                if characteristic.uuid().await? == CHARACTERISTIC {
                    return soon("reading", characteristic.read()).await;
                }
            }
        }
        Err("the peer shows no such characteristic".into())
    }

    /// Accepts a channel and takes that many bytes.
    pub(crate) async fn take(&self, length: usize) -> Result<Vec<u8>, Failed> {
        let here = SocketAddr::new(self.adapter.address().await?, AddressType::LePublic, PSM);
        let listener = StreamListener::bind(here).await?;
        let (mut stream, _) = soon("accepting", listener.accept()).await?;
        let mut bytes = vec![0; length];
        soon("receiving", stream.read_exact(&mut bytes)).await?;
        Ok(bytes)
    }

    /// Opens a channel to a peer and gives it these bytes.
    pub(crate) async fn give(&self, peer: &Device, bytes: &[u8]) -> Result<(), Failed> {
        let socket = Socket::new_stream()?;
        socket.bind(SocketAddr::new(self.adapter.address().await?, AddressType::LePublic, 0))?;
        let there = SocketAddr::new(peer.address(), peer.address_type().await?, PSM);
        let mut stream = soon("opening a channel", socket.connect(there)).await?;
        // It says that it is connected before it knows how much it may send.
        until("the channel is open", async || Ok(stream.as_ref().send_mtu().is_ok())).await?;
        soon("sending", stream.write_all(bytes)).await?;
        soon("closing", stream.shutdown()).await
    }

    /// Ends every connection.
    pub(crate) async fn leave(&self) -> Result<(), Failed> {
        for address in self.adapter.device_addresses().await? {
            // It may be gone by now.
            let _gone = timeout(SOON, self.adapter.remove_device(address)).await?;
        }
        Ok(())
    }

    /// Whether anybody is connected.
    pub(crate) async fn is_connected(&self) -> Result<bool, Failed> {
        for address in self.adapter.device_addresses().await? {
            if self.adapter.device(address)?.is_connected().await.unwrap_or(false) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Connects. An attempt that leads to nothing is cancelled; that it can be is what counts.
pub(crate) async fn dial(peer: &Device) -> Result<(), Failed> {
    if let Ok(_answer) = timeout(PATIENCE, peer.connect()).await {
        return Ok(());
    }
    match timeout(PATIENCE, peer.disconnect()).await {
        Ok(_) => Ok(()),
        Err(_) => Err("an attempt to connect could not be cancelled".into()),
    }
}

/// The names of the adapters that bluetoothd knows.
pub(crate) async fn adapters() -> Result<Vec<String>, Failed> {
    soon("asking for adapters", Session::new().await?.adapter_names()).await
}

pub(crate) fn block_on(test: impl Future<Output = Result<(), Failed>>) -> Result<(), Failed> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(test)
}

/// Waits for an answer that must come; errors name what did not.
pub(crate) async fn soon<T, E: std::fmt::Display>(
    what: &str,
    answer: impl Future<Output = Result<T, E>>,
) -> Result<T, Failed> {
    match timeout(SOON, answer).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(format!("{what}: {error}").into()),
        Err(_) => Err(format!("{what} took too long").into()),
    }
}

/// Asks again and again until it is so.
pub(crate) async fn until(
    what: &str,
    mut done: impl AsyncFnMut() -> Result<bool, Failed>,
) -> Result<(), Failed> {
    let waited = timeout(SOON, async {
        while !done().await? {
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    });
    waited.await.unwrap_or_else(|_| Err(format!("waited in vain until {what}").into()))
}

async fn advertise(adapter: &Adapter, presence: &[u8]) -> Result<AdvertisementHandle, Failed> {
    let advert = Advertisement {
        service_data: [(SERVICE, presence.to_owned())].into(),
        discoverable: Some(true),
        ..Advertisement::default()
    };
    soon("advertising", adapter.advertise(advert)).await
}

fn application(presence: &[u8]) -> Application {
    let presence = presence.to_owned();
    let read = CharacteristicRead {
        read: true,
        fun: Box::new(move |_| {
            let presence = presence.clone();
            async move { Ok(presence) }.boxed()
        }),
        ..CharacteristicRead::default()
    };
    let characteristic =
        Characteristic { uuid: CHARACTERISTIC, read: Some(read), ..Characteristic::default() };
    let service =
        Service { uuid: SERVICE, primary: true, characteristics: vec![characteristic], ..Service::default() };
    Application { services: vec![service], ..Application::default() }
}
