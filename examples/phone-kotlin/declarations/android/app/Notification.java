package android.app;

import android.content.Context;

public class Notification {
    public static final int VISIBILITY_PRIVATE = 0;
    public static class Builder {
        public Builder(Context context, String channelId) {}
        public native Builder setSmallIcon(int icon);
        public native Builder setContentTitle(CharSequence title);
        public native Builder setVisibility(int visibility);
        public native Notification build();
    }
}
