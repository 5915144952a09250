package android.app;

import android.content.Context;

public abstract class Activity extends Context {
    public final void requestPermissions(String[] permissions, int requestCode) {}
}
