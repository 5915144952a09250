package android.bluetooth.le;

import android.os.ParcelUuid;

public class ScanRecord {
    public native byte[] getServiceData(ParcelUuid serviceDataUuid);
}
