package android.bluetooth;

import java.util.UUID;

public class BluetoothGattCharacteristic {
    public static final int PROPERTY_READ = 0x02;
    public static final int PROPERTY_WRITE = 0x08;
    public static final int PROPERTY_NOTIFY = 0x10;
    public static final int PERMISSION_READ = 0x01;
    public static final int PERMISSION_WRITE = 0x10;
    public static final int WRITE_TYPE_DEFAULT = 2;
    public BluetoothGattCharacteristic(UUID uuid, int properties, int permissions) {}
    public native UUID getUuid();
    public native boolean addDescriptor(BluetoothGattDescriptor descriptor);
    public native BluetoothGattDescriptor getDescriptor(UUID uuid);
}
