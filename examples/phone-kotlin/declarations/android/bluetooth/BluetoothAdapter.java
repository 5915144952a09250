package android.bluetooth;

import android.bluetooth.le.BluetoothLeAdvertiser;
import android.bluetooth.le.BluetoothLeScanner;

public class BluetoothAdapter {
    public static final String ACTION_STATE_CHANGED = "android.bluetooth.adapter.action.STATE_CHANGED";
    public static final String EXTRA_STATE = "android.bluetooth.adapter.extra.STATE";
    public static final int ERROR = Integer.MIN_VALUE;
    public static final int STATE_ON = 12;
    public static final int STATE_TURNING_OFF = 13;
    public native boolean isEnabled();
    public native boolean isMultipleAdvertisementSupported();
    public native BluetoothLeAdvertiser getBluetoothLeAdvertiser();
    public native BluetoothLeScanner getBluetoothLeScanner();
}
