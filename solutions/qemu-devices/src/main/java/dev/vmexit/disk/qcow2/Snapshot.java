package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.qcow2.Header.Table;
import java.time.Instant;

/// One entry of the snapshot table.
///
/// @param diskBytes the size that the disk had
/// @param extra the entry's extra data, as it was found
/// @param rest bytes 24 to 35: the guest's running time, and the size of its state
public record Snapshot(String id, String name, Instant taken, long diskBytes, Table l1,
        byte[] rest, byte[] extra) {}
