package dk.sighej.example

import android.bluetooth.BluetoothDevice
import android.bluetooth.BluetoothGatt
import android.bluetooth.BluetoothGattCallback
import android.bluetooth.BluetoothGattCharacteristic
import android.bluetooth.BluetoothGattDescriptor
import android.bluetooth.BluetoothProfile
import android.bluetooth.BluetoothStatusCodes
import android.content.Context
import dk.sighej.GattValue
import dk.sighej.LinkFault
import dk.sighej.LinkInbox
import dk.sighej.PhoneLink
import dk.sighej.linkId
import dk.sighej.maxPacket
import dk.sighej.readValue
import dk.sighej.valueOfLink
import dk.sighej.valueWithPacket
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock

/** The longest that Android negotiates. */
private const val ASKED_MTU = 517

/** A connection that this phone opened. It asks for one thing at a time: Android drops a second request while a first one is out. */
internal class Dialled(private val inbox: LinkInbox) : BluetoothGattCallback(), PhoneLink {
    @Volatile private var gatt: BluetoothGatt? = null
    @Volatile private var isOver = false
    @Volatile private var answer = CompletableDeferred<ByteArray>()
    @Volatile private var mtu = 23
    private val turn = Mutex()
    private val id = linkId()

    /** To the service, at the longest packets that the two agree on. */
    suspend fun connect(context: Context, device: BluetoothDevice) {
        ask {
            gatt = device.connectGatt(context, false, this, BluetoothDevice.TRANSPORT_LE)
            gatt != null
        }
        ask { gatt?.requestMtu(ASKED_MTU) }
        ask { gatt?.discoverServices() }
    }

    /** Subscribes, and opens the link; the longest packet. */
    suspend fun openLink(): UInt {
        val packets = characteristic(Names.packets)
        val subscription = packets.getDescriptor(Names.subscription) ?: throw LinkFault.NotSigHej()
        gatt?.setCharacteristicNotification(packets, true)
        ask {
            val value = BluetoothGattDescriptor.ENABLE_NOTIFICATION_VALUE
            gatt?.writeDescriptor(subscription, value) == BluetoothStatusCodes.SUCCESS
        }
        write(id?.let(::valueOfLink))
        return maxPacket(mtu.toUShort())
    }

    override suspend fun presence(): ByteArray {
        val token = characteristic(Names.token)
        return ask { gatt?.readCharacteristic(token) }
    }

    override suspend fun send(packet: ByteArray) = write(id?.let { valueWithPacket(it, packet) })

    override suspend fun hangUp() {
        try {
            if (!isOver) write(id?.let(::valueOfLink))
        } finally {
            disconnect()
        }
    }

    fun disconnect() {
        over()
        gatt?.disconnect()
        gatt?.close()
        gatt = null
    }

    private suspend fun write(value: ByteArray?) {
        val packets = characteristic(Names.packets)
        ask {
            value != null &&
                gatt?.writeCharacteristic(packets, value, BluetoothGattCharacteristic.WRITE_TYPE_DEFAULT) ==
                    BluetoothStatusCodes.SUCCESS
        }
    }

    private fun characteristic(name: java.util.UUID): BluetoothGattCharacteristic =
        gatt?.getService(Names.service)?.getCharacteristic(name) ?: throw LinkFault.NotSigHej()

    /** Asks for one thing and waits for what comes back of it. */
    private suspend fun ask(request: () -> Boolean?): ByteArray = turn.withLock {
        if (isOver) throw LinkFault.Gone()
        answer = CompletableDeferred()
        if (request() != true) throw LinkFault.Failed()
        answer.await()
    }

    private fun answered(status: Int, value: ByteArray = byteArrayOf()) {
        if (status == BluetoothGatt.GATT_SUCCESS) answer.complete(value) else answer.completeExceptionally(LinkFault.Failed())
    }

    private fun over() {
        isOver = true
        inbox.closed()
        answer.completeExceptionally(LinkFault.Gone())
    }

    override fun onConnectionStateChange(gatt: BluetoothGatt, status: Int, newState: Int) =
        if (newState == BluetoothProfile.STATE_CONNECTED) answered(status) else over()

    override fun onMtuChanged(gatt: BluetoothGatt, mtu: Int, status: Int) {
        if (status == BluetoothGatt.GATT_SUCCESS) this.mtu = mtu
        answered(status)
    }

    override fun onServicesDiscovered(gatt: BluetoothGatt, status: Int) = answered(status)

    override fun onDescriptorWrite(gatt: BluetoothGatt, descriptor: BluetoothGattDescriptor, status: Int) = answered(status)

    override fun onCharacteristicWrite(gatt: BluetoothGatt, characteristic: BluetoothGattCharacteristic, status: Int) =
        answered(status)

    override fun onCharacteristicRead(
        gatt: BluetoothGatt,
        characteristic: BluetoothGattCharacteristic,
        value: ByteArray,
        status: Int,
    ) = answered(status, value)

    /** A notification reaches every central: what carries another's id is passed over. */
    override fun onCharacteristicChanged(
        gatt: BluetoothGatt,
        characteristic: BluetoothGattCharacteristic,
        value: ByteArray,
    ) {
        when (val read = readValue(value)) {
            is GattValue.Alone -> if (read.link.contentEquals(id)) over()
            is GattValue.Packet -> if (read.link.contentEquals(id) && !inbox.received(read.packet)) over()
            null -> Unit
        }
    }
}
