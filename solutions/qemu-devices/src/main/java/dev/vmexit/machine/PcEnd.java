package dev.vmexit.machine;

/// How a machine's run ended.
public sealed interface PcEnd {
    /// The guest switched itself off.
    record PoweredOff() implements PcEnd {}

    /// The guest asked for a reset.
    record Reset() implements PcEnd {}

    /// The guest ended it with a status, through the port that is there for that.
    record Exited(int status) implements PcEnd {}

    /// Somebody outside stopped it.
    record Stopped() implements PcEnd {}

    /// The guest, or KVM, could not go on; the report is for people.
    record Died(String report) implements PcEnd {}
}
