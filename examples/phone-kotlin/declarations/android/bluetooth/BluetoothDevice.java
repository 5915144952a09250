package android.bluetooth;

import android.content.Context;
import java.io.IOException;

public class BluetoothDevice {
    public static final int TRANSPORT_LE = 2;
    public native String getAddress();
    public native BluetoothGatt connectGatt(Context context, boolean autoConnect, BluetoothGattCallback callback, int transport);
    /** Since API 29. */
    public native BluetoothSocket createInsecureL2capChannel(int psm) throws IOException;
}
