package dk.sighej.example

import android.bluetooth.BluetoothDevice
import android.bluetooth.BluetoothGatt
import android.bluetooth.BluetoothGattCharacteristic
import android.bluetooth.BluetoothGattDescriptor
import android.bluetooth.BluetoothGattServer
import android.bluetooth.BluetoothGattServerCallback
import android.bluetooth.BluetoothGattService
import android.bluetooth.BluetoothManager
import android.bluetooth.BluetoothProfile
import android.content.Context
import dk.sighej.GattValue
import dk.sighej.LinkPath
import dk.sighej.RadioFault
import dk.sighej.RadioInbox
import dk.sighej.maxNotified
import dk.sighej.readValue
import java.util.concurrent.ConcurrentHashMap
import kotlinx.coroutines.CompletableDeferred

/** Before a central asks for another. */
private const val LEAST_MTU = 23

/**
 * What others connect to: a token to read, and packets to write and to be notified of. One link for each central; Android itself bounds
 * how many centrals there are.
 */
internal class Server(
    private val context: Context,
    private val manager: BluetoothManager,
    private val inbox: RadioInbox,
) : BluetoothGattServerCallback() {
    @Volatile private var gatt: BluetoothGattServer? = null
    @Volatile private var presence = byteArrayOf()
    private var added = CompletableDeferred<Int>()
    private val centrals = ConcurrentHashMap<BluetoothDevice, Int>()
    private val links = ConcurrentHashMap<BluetoothDevice, ServedLink>()
    private val packets =
        BluetoothGattCharacteristic(
            Names.packets,
            BluetoothGattCharacteristic.PROPERTY_WRITE or BluetoothGattCharacteristic.PROPERTY_NOTIFY,
            BluetoothGattCharacteristic.PERMISSION_WRITE,
        )

    suspend fun serve(presence: ByteArray) {
        this.presence = presence
        if (gatt != null) return
        val opened = manager.openGattServer(context, this) ?: throw RadioFault.PoweredOff()
        gatt = opened
        added = CompletableDeferred()
        if (!opened.addService(service())) throw RadioFault.Failed(0)
        val status = added.await()
        if (status != BluetoothGatt.GATT_SUCCESS) throw RadioFault.Failed(status)
    }

    /** As of another identity: no connection of the old one is left. */
    fun dropAll() = centrals.keys.forEach { gatt?.cancelConnection(it) }

    fun close() {
        dropAll()
        links.values.forEach { it.ended() }
        links.clear()
        gatt?.close()
        gatt = null
    }

    private fun service(): BluetoothGattService {
        val token =
            BluetoothGattCharacteristic(
                Names.token,
                BluetoothGattCharacteristic.PROPERTY_READ,
                BluetoothGattCharacteristic.PERMISSION_READ,
            )
        val access = BluetoothGattDescriptor.PERMISSION_READ or BluetoothGattDescriptor.PERMISSION_WRITE
        if (packets.getDescriptor(Names.subscription) == null) {
            packets.addDescriptor(BluetoothGattDescriptor(Names.subscription, access))
        }
        return BluetoothGattService(Names.service, BluetoothGattService.SERVICE_TYPE_PRIMARY).apply {
            addCharacteristic(token)
            addCharacteristic(packets)
        }
    }

    override fun onServiceAdded(status: Int, service: BluetoothGattService) {
        added.complete(status)
    }

    override fun onConnectionStateChange(device: BluetoothDevice, status: Int, newState: Int) {
        if (newState == BluetoothProfile.STATE_CONNECTED) {
            centrals[device] = LEAST_MTU
        } else {
            centrals.remove(device)
            links.remove(device)?.ended()
        }
    }

    override fun onMtuChanged(device: BluetoothDevice, mtu: Int) {
        centrals[device] = mtu
    }

    override fun onCharacteristicReadRequest(
        device: BluetoothDevice,
        requestId: Int,
        offset: Int,
        characteristic: BluetoothGattCharacteristic,
    ) {
        val rest = presence.takeIf { characteristic.uuid == Names.token && offset in 0..it.size }
        val status = if (rest == null) BluetoothGatt.GATT_FAILURE else BluetoothGatt.GATT_SUCCESS
        gatt?.sendResponse(device, requestId, status, offset, rest?.drop(offset)?.toByteArray())
    }

    override fun onDescriptorWriteRequest(
        device: BluetoothDevice,
        requestId: Int,
        descriptor: BluetoothGattDescriptor,
        preparedWrite: Boolean,
        responseNeeded: Boolean,
        offset: Int,
        value: ByteArray,
    ) {
        if (responseNeeded) gatt?.sendResponse(device, requestId, BluetoothGatt.GATT_SUCCESS, offset, value)
    }

    override fun onCharacteristicWriteRequest(
        device: BluetoothDevice,
        requestId: Int,
        characteristic: BluetoothGattCharacteristic,
        preparedWrite: Boolean,
        responseNeeded: Boolean,
        offset: Int,
        value: ByteArray,
    ) {
        // A value of SigHej is one write, whole.
        val isTaken = !preparedWrite && characteristic.uuid == Names.packets && taken(device, value)
        val status = if (isTaken) BluetoothGatt.GATT_SUCCESS else BluetoothGatt.GATT_FAILURE
        if (responseNeeded) gatt?.sendResponse(device, requestId, status, offset, null)
    }

    override fun onNotificationSent(device: BluetoothDevice, status: Int) {
        links[device]?.notified(status)
    }

    private fun taken(device: BluetoothDevice, value: ByteArray): Boolean =
        when (val read = readValue(value)) {
            null -> false
            is GattValue.Alone -> opened(device, read.link)
            is GattValue.Packet -> links[device]?.takes(read.link, read.packet) ?: false
        }

    /** A link id alone opens the central's link, or ends it. */
    private fun opened(device: BluetoothDevice, id: ByteArray): Boolean {
        val standing = links[device]
        if (standing != null) {
            if (standing.isCalled(id)) links.remove(device)?.ended()
            return standing.isCalled(id)
        }
        val link = ServedLink(id) { value -> gatt?.notifyCharacteristicChanged(device, packets, false, value) }
        val mtu = (centrals[device] ?: LEAST_MTU).toUShort()
        link.inbox = inbox.accepted(link, device.address, LinkPath.GATT, maxNotified(mtu)) ?: return false
        links[device] = link
        return true
    }
}
