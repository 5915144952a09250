import CoreBluetooth
import SigHej

/// A link that a central opened: packets leave as notifications. An actor would not do: the manager's delegate calls it without waiting.
final class ServedLink: PhoneLink, @unchecked Sendable {
    let id: Data
    var inbox: LinkInbox?
    private let central: CBCentral
    private let manager: CBPeripheralManager
    private let packets: CBMutableCharacteristic
    private let lock = NSLock()
    private var isOver = false
    /// Since the last try to send, so that no word of it is lost between the try and the wait.
    private var hasRoomAgain = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(id: Data, central: CBCentral, manager: CBPeripheralManager, packets: CBMutableCharacteristic) {
        self.id = id
        self.central = central
        self.manager = manager
        self.packets = packets
    }

    /// Only who was dialled is asked for its presence.
    func presence() async throws -> Data {
        throw LinkFault.Failed
    }

    /// Waits while iOS has no room: it says when it has again.
    func send(packet: Data) async throws {
        guard let value = valueWithPacket(link: id, packet: packet) else { throw LinkFault.Failed }
        repeat {
            if lock.withLock({ isOver }) {
                throw LinkFault.Gone
            }
            lock.withLock { hasRoomAgain = false }
            if manager.updateValue(value, for: packets, onSubscribedCentrals: [central]) {
                return
            }
            await room()
        } while true
    }

    func hangUp() async throws {
        end(by: manager, on: packets)
    }

    func end(by manager: CBPeripheralManager, on packets: CBMutableCharacteristic) {
        if let value = valueOfLink(link: id) {
            manager.updateValue(value, for: packets, onSubscribedCentrals: [central])
        }
        ended()
    }

    /// False where the packet is another link's, or this one has ended.
    func takes(id: Data, packet: Data) -> Bool {
        id == self.id && inbox?.received(packet: packet) ?? false
    }

    func ended() {
        lock.withLock { isOver = true }
        inbox?.closed()
        hasRoom()
    }

    func hasRoom() {
        let all = lock.withLock {
            defer { waiting = [] }
            hasRoomAgain = true
            return waiting
        }
        all.forEach { $0.resume() }
    }

    private func room() async {
        await withCheckedContinuation { continuation in
            let goesOn = lock.withLock {
                if !hasRoomAgain {
                    waiting.append(continuation)
                }
                return hasRoomAgain
            }
            if goesOn {
                continuation.resume()
            }
        }
    }
}
