package dk.sighej.example

import android.bluetooth.BluetoothAdapter
import android.bluetooth.le.AdvertiseCallback
import android.bluetooth.le.AdvertiseData
import android.bluetooth.le.AdvertiseSettings
import dk.sighej.RadioFault
import kotlinx.coroutines.CompletableDeferred

/** The advert. Each start takes a fresh random address: Android draws one for every set of advertising. */
internal class Advertiser(private val adapter: BluetoothAdapter) {
    private var running: AdvertiseCallback? = null

    /** Puts this advert on the air instead of the one before. */
    suspend fun start(serviceData: ByteArray?) {
        stop()
        val advertiser = adapter.bluetoothLeAdvertiser ?: throw RadioFault.CannotAdvertise()
        val started = Started()
        running = started
        advertiser.startAdvertising(settings(), data(serviceData), started)
        started.outcome.await()
    }

    fun stop() {
        running?.let { adapter.bluetoothLeAdvertiser?.stopAdvertising(it) }
        running = null
    }

    /** Without a time limit, connectable, and sent at 4 dBm or less, so that the advert's class of power is the usual one. */
    private fun settings(): AdvertiseSettings =
        AdvertiseSettings.Builder()
            .setAdvertiseMode(AdvertiseSettings.ADVERTISE_MODE_BALANCED)
            .setTxPowerLevel(AdvertiseSettings.ADVERTISE_TX_POWER_MEDIUM)
            .setConnectable(true)
            .setTimeout(0)
            .build()

    /** Flags, which Android adds, and the service data fill the 31 bytes of a legacy advert: there is no room for a name, nor a wish. */
    private fun data(serviceData: ByteArray?): AdvertiseData {
        val data = AdvertiseData.Builder().setIncludeDeviceName(false).setIncludeTxPowerLevel(false)
        if (serviceData == null) data.addServiceUuid(Names.advertised) else data.addServiceData(Names.advertised, serviceData)
        return data.build()
    }

    private class Started : AdvertiseCallback() {
        val outcome = CompletableDeferred<Unit>()

        override fun onStartSuccess(settingsInEffect: AdvertiseSettings) {
            outcome.complete(Unit)
        }

        override fun onStartFailure(errorCode: Int) {
            outcome.completeExceptionally(RadioFault.CannotAdvertise())
        }
    }
}
