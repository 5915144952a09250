package android.bluetooth;

public interface BluetoothProfile {
    int STATE_CONNECTED = 2;
}
