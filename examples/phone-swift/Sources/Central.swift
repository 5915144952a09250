import CoreBluetooth
import Dispatch
import SigHej

/// The role that hears and dials. It lives on the radio's queue.
final class Central: NSObject, CBCentralManagerDelegate, @unchecked Sendable {
    /// Devices that are remembered for a dial. Beyond, all are forgotten: who is near is heard again.
    private static let devicesRemembered = 256

    private let inbox: RadioInbox
    private let queue: DispatchQueue
    private var manager: CBCentralManager!
    private var heard: [String: CBPeripheral] = [:]
    private var dialled: [UUID: Dialled] = [:]

    init(inbox: RadioInbox, queue: DispatchQueue) {
        self.inbox = inbox
        self.queue = queue
        super.init()
        let options = [CBCentralManagerOptionRestoreIdentifierKey: Restoration.central]
        manager = CBCentralManager(delegate: self, queue: queue, options: options)
    }

    /// With the service named: in the background iOS hears nothing else, and each device once. An iPhone in the background is found thus
    /// by iPhones alone.
    func scan() throws {
        guard manager.state == .poweredOn else { throw RadioFault.PoweredOff }
        let options = [CBCentralManagerScanOptionAllowDuplicatesKey: true]
        manager.scanForPeripherals(withServices: [Names.service], options: options)
    }

    /// iOS never gives up a connection by itself: what is cancelled, or fails, is ended here.
    func dial(peer: String, inbox: LinkInbox) async throws -> Connected {
        guard let device = heard[peer], dialled[device.identifier] == nil else { throw RadioFault.Unreachable }
        let link = Dialled(device: device, manager: manager, inbox: inbox, queue: queue)
        dialled[device.identifier] = link
        do {
            let maxPacket = try await withTaskCancellationHandler {
                try await link.open()
            } onCancel: {
                link.disconnect()
            }
            return Connected(link: link, path: .gatt, maxPacket: maxPacket)
        } catch {
            link.disconnect()
            throw RadioFault.Unreachable
        }
    }

    func endLinks() {
        dialled.values.forEach { $0.disconnect() }
    }

    func fallSilent() {
        manager.stopScan()
        endLinks()
        heard = [:]
    }

    func centralManagerDidUpdateState(_ central: CBCentralManager) {
        switch central.state {
        case .poweredOn: inbox.up()
        case .unauthorized: inbox.down(fault: .Forbidden)
        case .unsupported: inbox.down(fault: .NoAdapter)
        default: inbox.down(fault: .PoweredOff)
        }
    }

    /// The app was ended and started again. The keys of its links, and perhaps its attendee's consent, ended with it: so do the links.
    func centralManager(_ central: CBCentralManager, willRestoreState state: [String: Any]) {
        let left = state[CBCentralManagerRestoredStatePeripheralsKey] as? [CBPeripheral] ?? []
        left.forEach { central.cancelPeripheralConnection($0) }
    }

    func centralManager(
        _ central: CBCentralManager,
        didDiscover device: CBPeripheral,
        advertisementData: [String: Any],
        rssi: NSNumber
    ) {
        if heard.count >= Self.devicesRemembered {
            heard = [:]
        }
        let peer = device.identifier.uuidString
        heard[peer] = device
        let data = advertisementData[CBAdvertisementDataServiceDataKey] as? [CBUUID: Data]
        // 127 says that it is unknown.
        let strength = rssi.intValue == 127 ? nil : Int8(clamping: rssi.intValue)
        inbox.sighted(peer: peer, serviceData: data?[Names.service], rssi: strength)
    }

    func centralManager(_ central: CBCentralManager, didConnect device: CBPeripheral) {
        dialled[device.identifier]?.connected()
    }

    func centralManager(_ central: CBCentralManager, didFailToConnect device: CBPeripheral, error: Error?) {
        dialled.removeValue(forKey: device.identifier)?.ended()
    }

    func centralManager(_ central: CBCentralManager, didDisconnectPeripheral device: CBPeripheral, error: Error?) {
        dialled.removeValue(forKey: device.identifier)?.ended()
    }
}
