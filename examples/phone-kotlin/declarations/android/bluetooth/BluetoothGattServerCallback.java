package android.bluetooth;

public abstract class BluetoothGattServerCallback {
    public void onServiceAdded(int status, BluetoothGattService service) {}
    public void onConnectionStateChange(BluetoothDevice device, int status, int newState) {}
    public void onMtuChanged(BluetoothDevice device, int mtu) {}
    public void onCharacteristicReadRequest(
        BluetoothDevice device, int requestId, int offset, BluetoothGattCharacteristic characteristic) {}
    public void onCharacteristicWriteRequest(
        BluetoothDevice device,
        int requestId,
        BluetoothGattCharacteristic characteristic,
        boolean preparedWrite,
        boolean responseNeeded,
        int offset,
        byte[] value) {}
    public void onDescriptorWriteRequest(
        BluetoothDevice device,
        int requestId,
        BluetoothGattDescriptor descriptor,
        boolean preparedWrite,
        boolean responseNeeded,
        int offset,
        byte[] value) {}
    public void onNotificationSent(BluetoothDevice device, int status) {}
}
