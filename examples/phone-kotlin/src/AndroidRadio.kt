package dk.sighej.example

import android.bluetooth.BluetoothManager
import android.content.Context
import dk.sighej.Abilities
import dk.sighej.Connected
import dk.sighej.LinkInbox
import dk.sighej.PhoneRadio
import dk.sighej.RadioFault
import dk.sighej.RadioInbox

/**
 * An Android phone's Bluetooth, as SigHej calls it. The app must hold the permissions of [Permissions] before it gives this to a `Phone`.
 *
 * Nothing here writes an address, a presence or a packet to a log; nor may what calls it.
 */
class AndroidRadio(private val context: Context) : PhoneRadio {
    private val manager = context.getSystemService(BluetoothManager::class.java)
    private val adapter = manager?.adapter
    private lateinit var advertiser: Advertiser
    private lateinit var scanner: Scanner
    private lateinit var server: Server
    private var watch: PowerWatch? = null

    /** An app can dial the channel of SigHej, but not offer it: Android chooses the PSM of a channel that it listens on. */
    override fun abilities(): Abilities {
        val adapter = adapter ?: throw RadioFault.NoAdapter()
        return Abilities(advertises = adapter.isMultipleAdvertisementSupported, serviceData = true, l2cap = true)
    }

    override fun attach(inbox: RadioInbox) {
        val (manager, adapter) = (manager ?: throw RadioFault.NoAdapter()) to (adapter ?: throw RadioFault.NoAdapter())
        advertiser = Advertiser(adapter)
        scanner = Scanner(adapter, inbox)
        server = Server(context, manager, inbox)
        watch = PowerWatch(inbox).also { context.registerReceiver(it, PowerWatch.FILTER) }
    }

    /** To be called once the `Phone` has ended. */
    fun detach() {
        watch?.let { context.unregisterReceiver(it) }
        watch = null
    }

    override suspend fun advertise(presence: ByteArray, serviceData: ByteArray?, isNew: Boolean) = guarded {
        if (isNew) server.dropAll()
        server.serve(presence)
        advertiser.start(serviceData)
    }

    override suspend fun scan() = guarded { scanner.start() }

    override suspend fun connect(peer: String, inbox: LinkInbox): Connected = guarded {
        dial(context, scanner.device(peer) ?: throw RadioFault.Unreachable(), inbox)
    }

    /** Also where Bluetooth is off: then there is little to end. */
    override suspend fun fallSilent() = allowed {
        advertiser.stop()
        scanner.stop()
        server.close()
    }

    private inline fun <T> guarded(work: () -> T): T {
        if (adapter?.isEnabled != true) throw RadioFault.PoweredOff()
        return allowed(work)
    }

    /** Android throws where a permission was taken back meanwhile; the library hears which fault that is, and no text. */
    private inline fun <T> allowed(work: () -> T): T =
        try {
            work()
        } catch (_: SecurityException) {
            throw RadioFault.Forbidden()
        }
}
