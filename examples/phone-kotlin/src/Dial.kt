package dk.sighej.example

import android.bluetooth.BluetoothDevice
import android.content.Context
import dk.sighej.Connected
import dk.sighej.LinkFault
import dk.sighej.LinkInbox
import dk.sighej.LinkPath
import dk.sighej.RadioFault

/**
 * Connects: to the service, and then a channel, or where that is refused, a link of GATT on the same connection. Where the library gives
 * up waiting, this is cancelled, and nothing of it stays.
 */
internal suspend fun dial(context: Context, device: BluetoothDevice, inbox: LinkInbox): Connected {
    val dialled = Dialled(inbox)
    try {
        dialled.connect(context, device)
        Channel.open(device, dialled, inbox)?.let { return Connected(it, LinkPath.L2CAP, Channel.PACKET_BYTES) }
        return Connected(dialled, LinkPath.GATT, dialled.openLink())
    } catch (fault: Exception) {
        dialled.disconnect()
        throw if (fault is LinkFault) RadioFault.Unreachable() else fault
    }
}
