package android;

public class R {
    public static class drawable {
        public static final int stat_sys_data_bluetooth = 0x01080077;
    }
}
