package android.bluetooth;

import java.util.UUID;

public class BluetoothGattService {
    public static final int SERVICE_TYPE_PRIMARY = 0;
    public BluetoothGattService(UUID uuid, int serviceType) {}
    public native boolean addCharacteristic(BluetoothGattCharacteristic characteristic);
    public native BluetoothGattCharacteristic getCharacteristic(UUID uuid);
}
