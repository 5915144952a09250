package android.bluetooth.le;

import android.os.ParcelUuid;

public class ScanFilter {
    public static class Builder {
        public native Builder setServiceUuid(ParcelUuid serviceUuid);
        public native Builder setServiceData(ParcelUuid serviceDataUuid, byte[] serviceData);
        public native ScanFilter build();
    }
}
