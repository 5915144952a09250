package android.app;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.os.IBinder;

public abstract class Service extends Context {
    public static final int START_NOT_STICKY = 2;
    public abstract IBinder onBind(Intent intent);
    public int onStartCommand(Intent intent, int flags, int startId) {
        return START_NOT_STICKY;
    }
    public void onDestroy() {}
    public final void startForeground(int id, Notification notification, int foregroundServiceType) {}
    public final void stopSelf() {}
    public <T> T getSystemService(Class<T> serviceClass) {
        return null;
    }
    public Intent registerReceiver(BroadcastReceiver receiver, IntentFilter filter) {
        return null;
    }
    public void unregisterReceiver(BroadcastReceiver receiver) {}
    public int checkSelfPermission(String permission) {
        return 0;
    }
}
