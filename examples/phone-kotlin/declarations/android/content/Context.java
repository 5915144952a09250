package android.content;

public abstract class Context {
    public abstract <T> T getSystemService(Class<T> serviceClass);
    public abstract Intent registerReceiver(BroadcastReceiver receiver, IntentFilter filter);
    public abstract void unregisterReceiver(BroadcastReceiver receiver);
    public abstract int checkSelfPermission(String permission);
}
