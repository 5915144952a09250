package dk.sighej.example

import android.bluetooth.BluetoothGatt
import android.bluetooth.BluetoothStatusCodes
import dk.sighej.LinkFault
import dk.sighej.LinkInbox
import dk.sighej.PhoneLink
import dk.sighej.valueOfLink
import dk.sighej.valueWithPacket
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock

/** A link that a central opened: packets leave as notifications, one at a time. */
internal class ServedLink(private val id: ByteArray, private val notify: (ByteArray) -> Int?) : PhoneLink {
    @Volatile var inbox: LinkInbox? = null
    @Volatile private var isOver = false
    @Volatile private var sent = CompletableDeferred<Int>()
    private val turn = Mutex()

    /** Only who was dialled is asked for its presence. */
    override suspend fun presence(): ByteArray = throw LinkFault.Failed()

    override suspend fun send(packet: ByteArray) = put(valueWithPacket(id, packet))

    override suspend fun hangUp() {
        if (!isOver) put(valueOfLink(id))
        ended()
    }

    fun isCalled(id: ByteArray) = id.contentEquals(this.id)

    /** False where the packet is another link's, or this one has ended. */
    fun takes(id: ByteArray, packet: ByteArray) = isCalled(id) && inbox?.received(packet) ?: false

    fun notified(status: Int) {
        sent.complete(status)
    }

    fun ended() {
        isOver = true
        inbox?.closed()
        sent.complete(BluetoothGatt.GATT_FAILURE)
    }

    /** Android takes a notification only after it has told that the last one left. */
    private suspend fun put(value: ByteArray?) = turn.withLock {
        if (isOver || value == null) throw LinkFault.Gone()
        sent = CompletableDeferred()
        if (notify(value) != BluetoothStatusCodes.SUCCESS) throw LinkFault.Failed()
        if (sent.await() != BluetoothGatt.GATT_SUCCESS) throw LinkFault.Gone()
    }
}
