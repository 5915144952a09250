package android.os;

import java.util.UUID;

public class ParcelUuid {
    public ParcelUuid(UUID uuid) {}
}
