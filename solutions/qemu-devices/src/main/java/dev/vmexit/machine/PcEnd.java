package dev.vmexit.machine;

/// How a machine's run ended.
public sealed interface PcEnd {
    /// The guest switched itself off.
    record PoweredOff() implements PcEnd {}

    /// The guest asked for a reset.
    record Reset() implements PcEnd {}

    /// Somebody outside stopped it.
    record Stopped() implements PcEnd {}

    /// The guest, or KVM, could not go on; the report is for people.
    record Died(String report) implements PcEnd {}
}
