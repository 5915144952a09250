package dk.sighej.example

import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.Service
import android.content.Intent
import android.content.pm.ServiceInfo
import android.os.IBinder
import dk.sighej.Listener
import dk.sighej.Nudge
import dk.sighej.Phone
import dk.sighej.PhoneEvent
import dk.sighej.Profile
import dk.sighej.defaultSettings
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch

private const val CHANNEL = "meeting"
private const val STANDING = 1
private const val NUDGE = 2

/**
 * The device is open for as long as this service is in the foreground. Its notification says so; swiping that away (Android 13) changes
 * nothing, stopping the app in the system's list of active apps closes the device. It may only be started while the app is visible.
 */
class MeetingService : Service(), Listener {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val notifications by lazy { getSystemService(NotificationManager::class.java) }
    private val radio by lazy { AndroidRadio(this) }
    private var phone: Phone? = null

    override fun onBind(intent: Intent): IBinder? = null

    /** Not restarted by the system: interests are in memory alone, and consent is given anew. */
    override fun onStartCommand(intent: Intent?, flags: Int, startId: Int): Int {
        notifications.createNotificationChannel(
            NotificationChannel(CHANNEL, "Open to talk", NotificationManager.IMPORTANCE_LOW),
        )
        startForeground(STANDING, notice("Open to talk"), ServiceInfo.FOREGROUND_SERVICE_TYPE_CONNECTED_DEVICE)
        val profile = chosen
        if (profile == null || !Permissions.areGranted(this)) stopSelf() else open(profile)
        return START_NOT_STICKY
    }

    private fun open(profile: Profile) {
        if (phone != null) return
        val phone = Phone(profile, defaultSettings(), radio, null, this)
        this.phone = phone
        scope.launch {
            phone.wake()
            phone.open()
        }
    }

    /** On a thread of the library's. A lock screen shows this notification: it names no interest. */
    override fun onEvent(event: PhoneEvent, text: String?) {
        when (event) {
            is PhoneEvent.Nudged -> {
                nudge = event.nudge
                notifications.notify(NUDGE, notice("Someone near you shares an interest"))
            }
            is PhoneEvent.Ended -> stopSelf()
            else -> Unit
        }
    }

    /** Letting the `Phone` go ends it; until then it falls silent by itself. */
    override fun onDestroy() {
        phone?.close()
        phone = null
        nudge = null
        radio.detach()
        scope.cancel()
        super.onDestroy()
    }

    private fun notice(text: String): Notification =
        Notification.Builder(this, CHANNEL)
            .setSmallIcon(android.R.drawable.stat_sys_data_bluetooth)
            .setContentTitle(text)
            .setVisibility(Notification.VISIBILITY_PRIVATE)
            .build()

    companion object {
        /** Handed over within the process, and not by an intent, which the system may keep. */
        @Volatile var chosen: Profile? = null

        /** For the screen that the attendee opens: it asks for the sentence. */
        @Volatile var nudge: Nudge? = null
    }
}
