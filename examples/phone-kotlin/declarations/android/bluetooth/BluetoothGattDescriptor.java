package android.bluetooth;

import java.util.UUID;

public class BluetoothGattDescriptor {
    public static final int PERMISSION_READ = 0x01;
    public static final int PERMISSION_WRITE = 0x10;
    public static final byte[] ENABLE_NOTIFICATION_VALUE = {0x01, 0x00};
    public BluetoothGattDescriptor(UUID uuid, int permissions) {}
}
