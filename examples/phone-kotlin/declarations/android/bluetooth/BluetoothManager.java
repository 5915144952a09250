package android.bluetooth;

import android.content.Context;

public class BluetoothManager {
    public native BluetoothAdapter getAdapter();
    public native BluetoothGattServer openGattServer(Context context, BluetoothGattServerCallback callback);
}
