//! The socket, bound to the management channel.

use std::{io, num::NonZeroU32, os::fd::OwnedFd, time::Duration};

use rustix::net::{
    self, AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType,
    addr::{SocketAddrArg, SocketAddrLen, SocketAddrOpaque},
    sockopt::{Timeout, set_socket_timeout},
};

/// `BTPROTO_HCI`.
const HCI: Option<Protocol> = match NonZeroU32::new(1) {
    Some(raw) => Some(Protocol::from_raw(raw)),
    None => None,
};
/// The longest event: a header and 65,535 bytes never come; what the kernel answers here is below this.
const LONGEST_EVENT: usize = 2048;

#[derive(Debug)]
pub(crate) struct Socket(OwnedFd);

impl Socket {
    /// Opens it; sending and receiving give up after `patience`.
    pub(crate) fn open(patience: Duration) -> io::Result<Socket> {
        let fd = net::socket_with(AddressFamily::BLUETOOTH, SocketType::RAW, SocketFlags::CLOEXEC, HCI)?;
        set_socket_timeout(&fd, Timeout::Recv, Some(patience))?;
        set_socket_timeout(&fd, Timeout::Send, Some(patience))?;
        net::bind(&fd, &Control::ADDRESS)?;
        Ok(Socket(fd))
    }

    pub(crate) fn send(&self, packet: &[u8]) -> io::Result<()> {
        net::send(&self.0, packet, SendFlags::empty())?;
        Ok(())
    }

    pub(crate) fn receive(&self) -> io::Result<Vec<u8>> {
        let mut event = vec![0; LONGEST_EVENT];
        let (bytes, _) = net::recv(&self.0, &mut event[..], RecvFlags::empty())?;
        event.truncate(bytes);
        Ok(event)
    }
}

/// `struct sockaddr_hci` of the kernel.
#[repr(C)]
struct Control {
    family: u16,
    device: u16,
    channel: u16,
}

impl Control {
    /// `HCI_CHANNEL_CONTROL`, which belongs to no device (`HCI_DEV_NONE`).
    const ADDRESS: Control =
        Control { family: AddressFamily::BLUETOOTH.as_raw(), device: 0xffff, channel: 3 };
}

#[expect(unsafe_code, reason = "no safe function binds a socket of this family")]
// SAFETY: the pointer is valid for as many bytes as are told while `f` runs, since `self` is borrowed for as long, and
// every byte of the structure is initialised: three fields of two bytes, without padding.
unsafe impl SocketAddrArg for Control {
    unsafe fn with_sockaddr<R>(&self, f: impl FnOnce(*const SocketAddrOpaque, SocketAddrLen) -> R) -> R {
        const LENGTH: usize = size_of::<Control>();
        const { assert!(LENGTH == 6) };
        f((&raw const *self).cast(), LENGTH as SocketAddrLen)
    }
}
