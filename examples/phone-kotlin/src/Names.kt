package dk.sighej.example

import android.os.ParcelUuid
import dk.sighej.gattNames
import java.util.UUID

/** The names on the air, as Android wants them. The library says them; no app writes them again. */
internal object Names {
    private val names = gattNames()

    val service: UUID = UUID.fromString(names.service)
    val advertised = ParcelUuid(service)
    val token: UUID = UUID.fromString(names.tokenCharacteristic)
    val packets: UUID = UUID.fromString(names.packetCharacteristic)
    val psm = names.psm.toInt()

    /** By which a central subscribes: Bluetooth's own "client characteristic configuration". */
    val subscription: UUID = UUID.fromString("00002902-0000-1000-8000-00805f9b34fb")
}
