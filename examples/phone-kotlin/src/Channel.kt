package dk.sighej.example

import android.bluetooth.BluetoothDevice
import android.bluetooth.BluetoothSocket
import dk.sighej.LinkFault
import dk.sighej.LinkInbox
import dk.sighej.PhoneLink
import java.io.IOException
import kotlin.concurrent.thread
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withContext
import kotlin.coroutines.resume

/** A link on an L2CAP channel, beside the connection to the service: a packet is what one write takes and one read gives. */
internal class Channel private constructor(
    private val socket: BluetoothSocket,
    private val beside: Dialled,
    private val inbox: LinkInbox,
) : PhoneLink {
    override suspend fun presence(): ByteArray = beside.presence()

    override suspend fun send(packet: ByteArray) = withContext(Dispatchers.IO) {
        try {
            socket.outputStream.write(packet)
        } catch (_: IOException) {
            throw LinkFault.Gone()
        }
    }

    override suspend fun hangUp() {
        socket.close()
        beside.disconnect()
    }

    /** Ends with the socket. Android gives what one SDU holds to each read that has room for all of it. */
    private fun receive() {
        val room = ByteArray(maxOf(socket.maxReceivePacketSize, PACKET_BYTES.toInt()))
        try {
            do {
                val length = socket.inputStream.read(room)
            } while (length >= 0 && inbox.received(room.copyOf(length)))
        } catch (_: IOException) {
            // The channel is gone, as it would be at a length of -1.
        }
        inbox.closed()
        socket.close()
    }

    companion object {
        val PACKET_BYTES = 512u

        /** Nothing where the other offers no channel: an app for phones cannot, a Linux machine does. */
        suspend fun open(device: BluetoothDevice, beside: Dialled, inbox: LinkInbox): Channel? {
            val socket = device.createInsecureL2capChannel(Names.psm)
            if (!connected(socket)) return null
            val channel = Channel(socket, beside, inbox)
            thread(name = "sighej-channel", isDaemon = true) { channel.receive() }
            return channel
        }

        /** Connecting blocks; closing the socket is what ends it where nobody waits any more. */
        private suspend fun connected(socket: BluetoothSocket): Boolean = suspendCancellableCoroutine { waiting ->
            waiting.invokeOnCancellation { socket.close() }
            thread(name = "sighej-dial", isDaemon = true) {
                val isConnected =
                    try {
                        socket.connect()
                        true
                    } catch (_: IOException) {
                        socket.close()
                        false
                    }
                waiting.resume(isConnected)
            }
        }
    }
}
