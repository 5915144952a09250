package android.bluetooth;

public class BluetoothGattServer {
    public native boolean addService(BluetoothGattService service);
    public native void cancelConnection(BluetoothDevice device);
    public native boolean sendResponse(BluetoothDevice device, int requestId, int status, int offset, byte[] value);
    /** Since API 33. */
    public native int notifyCharacteristicChanged(
        BluetoothDevice device, BluetoothGattCharacteristic characteristic, boolean confirm, byte[] value);
    public native void close();
}
