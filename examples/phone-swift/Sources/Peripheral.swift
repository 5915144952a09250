import CoreBluetooth
import Dispatch
import SigHej

/// The role that is found and dialled: a token to read, and packets to write and to be notified of. It lives on the radio's queue.
final class Peripheral: NSObject, CBPeripheralManagerDelegate, @unchecked Sendable {
    private let inbox: RadioInbox
    private var manager: CBPeripheralManager!
    private var presence = Data()
    private var links: [UUID: ServedLink] = [:]
    private var isServed = false
    private var started: CheckedContinuation<Void, Error>?
    private let packets = CBMutableCharacteristic(
        type: Names.packets, properties: [.write, .notify], value: nil, permissions: [.writeable])

    init(inbox: RadioInbox, queue: DispatchQueue) {
        self.inbox = inbox
        super.init()
        let options = [CBPeripheralManagerOptionRestoreIdentifierKey: Restoration.peripheral]
        manager = CBPeripheralManager(delegate: self, queue: queue, options: options)
    }

    /// The service's UUID, and no name. In the background iOS moves even that out of the advert, into an area of its own that only
    /// iPhones read, which scan for this very service.
    func advertise(presence: Data) async throws {
        guard manager.state == .poweredOn else { throw RadioFault.PoweredOff }
        self.presence = presence
        serve()
        if manager.isAdvertising {
            return
        }
        try await withCheckedThrowingContinuation { continuation in
            started?.resume(throwing: RadioFault.CannotAdvertise)
            started = continuation
            manager.startAdvertising([CBAdvertisementDataServiceUUIDsKey: [Names.service]])
        }
    }

    /// A peripheral cannot end a connection on iOS: each link is ended by its id, and the other hangs up.
    func endLinks() {
        links.values.forEach { $0.end(by: manager, on: packets) }
        links = [:]
    }

    func fallSilent() {
        manager.stopAdvertising()
        endLinks()
        manager.removeAllServices()
        isServed = false
    }

    private func serve() {
        if isServed {
            return
        }
        let token = CBMutableCharacteristic(type: Names.token, properties: [.read], value: nil, permissions: [.readable])
        let service = CBMutableService(type: Names.service, primary: true)
        service.characteristics = [token, packets]
        manager.add(service)
        isServed = true
    }

    /// `Central` tells of Bluetooth that comes and goes; the service is gone with it.
    func peripheralManagerDidUpdateState(_ manager: CBPeripheralManager) {
        if manager.state != .poweredOn {
            isServed = false
            links.values.forEach { $0.ended() }
            links = [:]
        }
    }

    /// The app was ended and started again. Nothing is on the air before the attendee is open again: what iOS kept is taken down.
    func peripheralManager(_ manager: CBPeripheralManager, willRestoreState state: [String: Any]) {
        manager.stopAdvertising()
        manager.removeAllServices()
    }

    func peripheralManagerDidStartAdvertising(_ manager: CBPeripheralManager, error: Error?) {
        if error == nil {
            started?.resume()
        } else {
            started?.resume(throwing: RadioFault.CannotAdvertise)
        }
        started = nil
    }

    func peripheralManager(_ manager: CBPeripheralManager, didReceiveRead request: CBATTRequest) {
        guard request.characteristic.uuid == Names.token, request.offset <= presence.count else {
            return manager.respond(to: request, withResult: .invalidOffset)
        }
        request.value = presence.dropFirst(request.offset)
        manager.respond(to: request, withResult: .success)
    }

    /// Several writes may come at once; they are answered together.
    func peripheralManager(_ manager: CBPeripheralManager, didReceiveWrite requests: [CBATTRequest]) {
        guard let first = requests.first else { return }
        let areTaken = requests.allSatisfy { taken($0) }
        manager.respond(to: first, withResult: areTaken ? .success : .unlikelyError)
    }

    func peripheralManager(
        _ manager: CBPeripheralManager,
        central: CBCentral,
        didUnsubscribeFrom characteristic: CBCharacteristic
    ) {
        links.removeValue(forKey: central.identifier)?.ended()
    }

    func peripheralManagerIsReady(toUpdateSubscribers manager: CBPeripheralManager) {
        links.values.forEach { $0.hasRoom() }
    }

    private func taken(_ request: CBATTRequest) -> Bool {
        let link = links[request.central.identifier]
        switch request.value.flatMap({ readValue(value: $0) }) {
        case .packet(let id, let packet): return link?.takes(id: id, packet: packet) ?? false
        case .alone(let id): return link == nil ? opened(id: id, by: request.central) : ended(id: id, by: request.central)
        case nil: return false
        }
    }

    private func opened(id: Data, by central: CBCentral) -> Bool {
        let link = ServedLink(id: id, central: central, manager: manager, packets: packets)
        let mtu = Names.mtu(ofValue: central.maximumUpdateValueLength)
        let peer = central.identifier.uuidString
        let room = maxNotified(mtu: mtu)
        guard let inbox = inbox.accepted(link: link, peer: peer, path: .gatt, maxPacket: room) else { return false }
        link.inbox = inbox
        links[central.identifier] = link
        return true
    }

    private func ended(id: Data, by central: CBCentral) -> Bool {
        guard links[central.identifier]?.id == id else { return false }
        links.removeValue(forKey: central.identifier)?.ended()
        return true
    }
}
