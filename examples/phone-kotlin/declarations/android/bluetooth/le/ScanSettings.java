package android.bluetooth.le;

public class ScanSettings {
    public static final int SCAN_MODE_BALANCED = 1;
    public static final int CALLBACK_TYPE_ALL_MATCHES = 1;
    public static class Builder {
        public native Builder setScanMode(int scanMode);
        public native Builder setCallbackType(int callbackType);
        public native ScanSettings build();
    }
}
