package android.bluetooth;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

public class BluetoothSocket implements Closeable {
    public native void connect() throws IOException;
    public native void close() throws IOException;
    public native int getMaxReceivePacketSize();
    public native InputStream getInputStream() throws IOException;
    public native OutputStream getOutputStream() throws IOException;
}
