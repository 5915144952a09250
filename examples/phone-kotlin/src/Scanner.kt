package dk.sighej.example

import android.bluetooth.BluetoothAdapter
import android.bluetooth.BluetoothDevice
import android.bluetooth.le.ScanCallback
import android.bluetooth.le.ScanFilter
import android.bluetooth.le.ScanResult
import android.bluetooth.le.ScanSettings
import dk.sighej.RadioFault
import dk.sighej.RadioInbox

/** How many devices are remembered for a dial; the one that was heard longest ago is forgotten first. */
private const val DEVICES = 256

/**
 * The scan. It has a filter, without which Android stops it when the screen goes dark; and the library asks for it anew at every epoch,
 * which comes before Android takes a scan of half an hour for forgotten, and seldom enough: of more than five starts in 30 s none hears.
 */
internal class Scanner(private val adapter: BluetoothAdapter, private val inbox: RadioInbox) : ScanCallback() {
    /** By address. Only a device that was heard itself knows of which kind its address is. */
    private val heard =
        object : LinkedHashMap<String, BluetoothDevice>(16, 0.75f, true) {
            override fun removeEldestEntry(eldest: Map.Entry<String, BluetoothDevice>) = size > DEVICES
        }

    fun start() {
        stop()
        val scanner = adapter.bluetoothLeScanner ?: throw RadioFault.PoweredOff()
        scanner.startScan(filters(), settings(), this)
    }

    fun stop() {
        adapter.bluetoothLeScanner?.stopScan(this)
        synchronized(heard) { heard.clear() }
    }

    fun device(peer: String): BluetoothDevice? = synchronized(heard) { heard[peer] }

    override fun onScanResult(callbackType: Int, result: ScanResult) {
        val device = result.device
        synchronized(heard) { heard[device.address] = device }
        val rssi = result.rssi.takeIf { it in -127..20 }?.toByte()
        inbox.sighted(device.address, result.scanRecord?.getServiceData(Names.advertised), rssi)
    }

    override fun onScanFailed(errorCode: Int) = inbox.down(RadioFault.Failed(errorCode))

    /** Either is enough: an advert with service data, or a bare one, as an iPhone's. */
    private fun filters() =
        listOf(
            ScanFilter.Builder().setServiceData(Names.advertised, byteArrayOf()).build(),
            ScanFilter.Builder().setServiceUuid(Names.advertised).build(),
        )

    private fun settings(): ScanSettings =
        ScanSettings.Builder()
            .setScanMode(ScanSettings.SCAN_MODE_BALANCED)
            .setCallbackType(ScanSettings.CALLBACK_TYPE_ALL_MATCHES)
            .build()
}
