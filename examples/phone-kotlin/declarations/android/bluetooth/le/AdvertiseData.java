package android.bluetooth.le;

import android.os.ParcelUuid;

public class AdvertiseData {
    public static class Builder {
        public native Builder setIncludeDeviceName(boolean includeDeviceName);
        public native Builder setIncludeTxPowerLevel(boolean includeTxPowerLevel);
        public native Builder addServiceUuid(ParcelUuid serviceUuid);
        public native Builder addServiceData(ParcelUuid serviceDataUuid, byte[] serviceData);
        public native AdvertiseData build();
    }
}
