package android.bluetooth;

import java.util.UUID;

public class BluetoothGatt {
    public static final int GATT_SUCCESS = 0;
    public static final int GATT_FAILURE = 0x101;
    public native boolean requestMtu(int mtu);
    public native boolean discoverServices();
    public native BluetoothGattService getService(UUID uuid);
    public native boolean setCharacteristicNotification(BluetoothGattCharacteristic characteristic, boolean enable);
    public native boolean readCharacteristic(BluetoothGattCharacteristic characteristic);
    /** Since API 33, as the next. */
    public native int writeCharacteristic(BluetoothGattCharacteristic characteristic, byte[] value, int writeType);
    public native int writeDescriptor(BluetoothGattDescriptor descriptor, byte[] value);
    public native void disconnect();
    public native void close();
}
