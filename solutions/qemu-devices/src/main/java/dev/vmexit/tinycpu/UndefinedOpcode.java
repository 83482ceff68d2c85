package dev.vmexit.tinycpu;

import java.util.HexFormat;

/// The bytes at an address are none of the twelve instructions.
public final class UndefinedOpcode extends GuestError {
    private static final long serialVersionUID = 1;

    UndefinedOpcode(int address, byte[] bytes) {
        super(address,
                ("the guest executes %s at 0x%04x, which is none of the twelve instructions; "
                        + "run it on Soft KVM, or leave it out").formatted(
                                HexFormat.ofDelimiter(" ").formatHex(bytes), address));
    }
}
