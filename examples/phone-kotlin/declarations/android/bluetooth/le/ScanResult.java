package android.bluetooth.le;

import android.bluetooth.BluetoothDevice;

public class ScanResult {
    public native BluetoothDevice getDevice();
    public native int getRssi();
    public native ScanRecord getScanRecord();
}
