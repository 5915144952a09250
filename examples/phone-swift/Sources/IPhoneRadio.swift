import CoreBluetooth
import Dispatch
import Foundation
import SigHej

/// An iPhone's Bluetooth, as SigHej calls it. An actor on the very queue on which CoreBluetooth calls its delegates (iOS 17), so that
/// nothing here is touched by two threads.
///
/// Nothing here writes an identifier, a presence or a packet to a log; nor may what calls it.
actor IPhoneRadio: PhoneRadio {
    private nonisolated let queue = DispatchSerialQueue(label: "dk.sighej.example.bluetooth")
    private var central: Central?
    private var peripheral: Peripheral?

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        queue.asUnownedSerialExecutor()
    }

    /// iOS puts the service's UUID into an advert, and no service data: others read this phone's token over a link. The PSM of a channel
    /// is the system's to choose.
    nonisolated func abilities() throws -> Abilities {
        Abilities(advertises: true, serviceData: false, l2cap: false)
    }

    /// Making the managers asks for the permission. To be done at each start of the app, also one in the background: only so are
    /// they given back what they were doing.
    nonisolated func attach(inbox: RadioInbox) throws {
        if CBManager.authorization == .denied || CBManager.authorization == .restricted {
            throw RadioFault.Forbidden
        }
        queue.sync {
            assumeIsolated { radio in
                radio.central = Central(inbox: inbox, queue: radio.queue)
                radio.peripheral = Peripheral(inbox: inbox, queue: radio.queue)
            }
        }
    }

    /// The random address is the system's affair: it changes when iOS wants it to, which an app neither asks for nor learns.
    func advertise(presence: Data, serviceData: Data?, isNew: Bool) async throws {
        guard let peripheral else { throw RadioFault.NoAdapter }
        if isNew {
            peripheral.endLinks()
            central?.endLinks()
        }
        try await peripheral.advertise(presence: presence)
    }

    func scan() async throws {
        guard let central else { throw RadioFault.NoAdapter }
        try central.scan()
    }

    func connect(peer: String, inbox: LinkInbox) async throws -> Connected {
        guard let central else { throw RadioFault.NoAdapter }
        return try await central.dial(peer: peer, inbox: inbox)
    }

    func fallSilent() async throws {
        central?.fallSilent()
        peripheral?.fallSilent()
    }
}
