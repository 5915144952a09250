package dk.sighej.example

import android.Manifest
import android.app.Activity
import android.content.Context
import android.content.pm.PackageManager

/** What the attendee is asked for, with a sentence of the app's own before it. Each may be refused, or taken back at any time. */
object Permissions {
    /** Android shows the first three as one question, "nearby devices"; location is not asked for (see the manifest). */
    private val NEEDED =
        arrayOf(
            Manifest.permission.BLUETOOTH_SCAN,
            Manifest.permission.BLUETOOTH_ADVERTISE,
            Manifest.permission.BLUETOOTH_CONNECT,
            Manifest.permission.POST_NOTIFICATIONS,
        )

    /** For the activity's `onRequestPermissionsResult`. */
    const val REQUEST = 1

    fun areGranted(context: Context) =
        NEEDED.all { context.checkSelfPermission(it) == PackageManager.PERMISSION_GRANTED }

    fun ask(activity: Activity) = activity.requestPermissions(NEEDED, REQUEST)
}
