import CoreBluetooth
import SigHej

/// The names on the air, as CoreBluetooth wants them. The library says them; no app writes them again.
enum Names {
    private static let names = gattNames()

    static let service = CBUUID(string: names.service)
    static let token = CBUUID(string: names.tokenCharacteristic)
    static let packets = CBUUID(string: names.packetCharacteristic)

    /// An ATT MTU is three bytes longer than what CoreBluetooth calls the longest value.
    static func mtu(ofValue length: Int) -> UInt16 {
        UInt16(clamping: length + 3)
    }
}

/// Under these iOS starts the app again in the background for what its managers were doing (state restoration).
enum Restoration {
    static let central = "dk.sighej.example.central"
    static let peripheral = "dk.sighej.example.peripheral"
}
