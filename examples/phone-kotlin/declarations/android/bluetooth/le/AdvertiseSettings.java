package android.bluetooth.le;

public class AdvertiseSettings {
    public static final int ADVERTISE_MODE_BALANCED = 1;
    public static final int ADVERTISE_TX_POWER_MEDIUM = 2;
    public static class Builder {
        public native Builder setAdvertiseMode(int advertiseMode);
        public native Builder setTxPowerLevel(int txPowerLevel);
        public native Builder setConnectable(boolean connectable);
        public native Builder setTimeout(int timeoutMillis);
        public native AdvertiseSettings build();
    }
}
