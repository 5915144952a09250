package dk.sighej.example

import android.bluetooth.BluetoothAdapter
import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import dk.sighej.RadioFault
import dk.sighej.RadioInbox

/** Tells the library when Bluetooth is switched off and on. After `up` the node appears again by itself. */
internal class PowerWatch(private val inbox: RadioInbox) : BroadcastReceiver() {
    override fun onReceive(context: Context, intent: Intent) {
        when (intent.getIntExtra(BluetoothAdapter.EXTRA_STATE, BluetoothAdapter.ERROR)) {
            BluetoothAdapter.STATE_TURNING_OFF -> inbox.down(RadioFault.PoweredOff())
            BluetoothAdapter.STATE_ON -> inbox.up()
        }
    }

    companion object {
        val FILTER = IntentFilter(BluetoothAdapter.ACTION_STATE_CHANGED)
    }
}
