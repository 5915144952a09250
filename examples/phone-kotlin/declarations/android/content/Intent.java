package android.content;

public class Intent {
    public native int getIntExtra(String name, int defaultValue);
}
