package dev.vmexit.net.user.wire;

/// A stretch of bytes that the receiver of data has, behind a gap.
///
/// @param left its first sequence number
/// @param right the sequence number behind its last
/// @spec https://www.rfc-editor.org/rfc/rfc2018 RFC 2018, section 3 "Sack Option Format"
public record SackBlock(int left, int right) {}
