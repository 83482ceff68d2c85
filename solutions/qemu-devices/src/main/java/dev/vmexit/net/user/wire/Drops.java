package dev.vmexit.net.user.wire;

import java.util.Map;
import java.util.EnumMap;
import java.util.concurrent.atomic.AtomicLongArray;

/// Counts what was dropped. Any thread may call.
public final class Drops {
    private final AtomicLongArray counts = new AtomicLongArray(Drop.values().length);

    public void count(Drop why) {
        counts.incrementAndGet(why.ordinal());
    }

    public long of(Drop why) {
        return counts.get(why.ordinal());
    }

    /// {@return the counts that are not zero}
    public Map<Drop, Long> toMap() {
        var map = new EnumMap<Drop, Long>(Drop.class);
        for (Drop why : Drop.values()) {
            if (of(why) > 0) {
                map.put(why, of(why));
            }
        }
        return map;
    }
}
