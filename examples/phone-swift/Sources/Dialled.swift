import CoreBluetooth
import Dispatch
import SigHej

/// A link that this phone opened. One request is out at a time; what comes back of it ends the wait.
final class Dialled: NSObject, CBPeripheralDelegate, PhoneLink, @unchecked Sendable {
    private let device: CBPeripheral
    private let manager: CBCentralManager
    private let inbox: LinkInbox
    private let queue: DispatchQueue
    private let id = linkId()
    private var waiting: CheckedContinuation<Data, Error>?
    private var isOver = false

    init(device: CBPeripheral, manager: CBCentralManager, inbox: LinkInbox, queue: DispatchQueue) {
        self.device = device
        self.manager = manager
        self.inbox = inbox
        self.queue = queue
        super.init()
        device.delegate = self
    }

    /// Connects, subscribes, and opens the link by its id; the longest packet.
    func open() async throws -> UInt32 {
        _ = try await ask { $0.manager.connect($0.device) }
        _ = try await ask { $0.device.discoverServices([Names.service]) }
        guard let service = device.services?.first else { throw LinkFault.NotSigHej }
        _ = try await ask { $0.device.discoverCharacteristics([Names.token, Names.packets], for: service) }
        let packets = try characteristic(Names.packets)
        _ = try await ask { $0.device.setNotifyValue(true, for: packets) }
        try await write(id.flatMap { valueOfLink(link: $0) })
        return maxPacket(mtu: Names.mtu(ofValue: device.maximumWriteValueLength(for: .withoutResponse)))
    }

    func presence() async throws -> Data {
        let token = try characteristic(Names.token)
        return try await ask { $0.device.readValue(for: token) }
    }

    func send(packet: Data) async throws {
        try await write(id.flatMap { valueWithPacket(link: $0, packet: packet) })
    }

    func hangUp() async throws {
        defer { disconnect() }
        try await write(id.flatMap { valueOfLink(link: $0) })
    }

    /// From any thread.
    func disconnect() {
        queue.async {
            self.manager.cancelPeripheralConnection(self.device)
            self.ended()
        }
    }

    func connected() {
        answer(.success(Data()))
    }

    func ended() {
        isOver = true
        inbox.closed()
        answer(.failure(LinkFault.Gone))
    }

    private func write(_ value: Data?) async throws {
        guard let value else { throw LinkFault.Failed }
        let packets = try characteristic(Names.packets)
        _ = try await ask { $0.device.writeValue(value, for: packets, type: .withResponse) }
    }

    private func characteristic(_ name: CBUUID) throws -> CBCharacteristic {
        let service = device.services?.first { $0.uuid == Names.service }
        guard let found = service?.characteristics?.first(where: { $0.uuid == name }) else { throw LinkFault.NotSigHej }
        return found
    }

    private func ask(_ request: @escaping (Dialled) -> Void) async throws -> Data {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                guard !self.isOver, self.waiting == nil else {
                    return continuation.resume(throwing: LinkFault.Gone)
                }
                self.waiting = continuation
                request(self)
            }
        }
    }

    private func answer(_ result: Result<Data, Error>) {
        waiting?.resume(with: result)
        waiting = nil
    }

    private func answer(_ value: Data = Data(), _ error: Error?) {
        answer(error == nil ? .success(value) : .failure(LinkFault.Failed))
    }

    func peripheral(_ device: CBPeripheral, didDiscoverServices error: Error?) {
        answer(Data(), error)
    }

    func peripheral(_ device: CBPeripheral, didDiscoverCharacteristicsFor service: CBService, error: Error?) {
        answer(Data(), error)
    }

    func peripheral(_ device: CBPeripheral, didUpdateNotificationStateFor characteristic: CBCharacteristic, error: Error?) {
        answer(Data(), error)
    }

    func peripheral(_ device: CBPeripheral, didWriteValueFor characteristic: CBCharacteristic, error: Error?) {
        answer(Data(), error)
    }

    /// A value that was read, or a notification. The latter reaches every central: what carries another's id is passed over.
    func peripheral(_ device: CBPeripheral, didUpdateValueFor characteristic: CBCharacteristic, error: Error?) {
        let value = characteristic.value ?? Data()
        if characteristic.uuid == Names.token {
            return answer(value, error)
        }
        switch readValue(value: value) {
        case .alone(let link) where link == id: disconnect()
        case .packet(let link, let packet) where link == id:
            if !inbox.received(packet: packet) {
                disconnect()
            }
        default: break
        }
    }
}
