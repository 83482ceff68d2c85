package dev.vmexit.tinycpu;

/// A word or an instruction does not end inside the segment of 64 KiB. A real CPU raises #GP or #SS
/// here; this one has no exceptions.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, section 20.1.1 "Address Translation in
///     Real-Address Mode"
public final class SegmentOverrun extends GuestError {
    private static final long serialVersionUID = 1;

    SegmentOverrun(int address) {
        super(address, ("the guest uses bytes from 0x%04x on that do not end inside its segment of "
                + "64 KiB").formatted(address));
    }
}
