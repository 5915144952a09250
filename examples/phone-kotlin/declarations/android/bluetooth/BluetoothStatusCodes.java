package android.bluetooth;

public class BluetoothStatusCodes {
    public static final int SUCCESS = 0;
}
