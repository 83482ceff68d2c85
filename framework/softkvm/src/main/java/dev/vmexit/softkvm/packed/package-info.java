/// What the packed-integer instructions compute: MMX, SSE to SSE4.2, AES-NI and PCLMULQDQ as pure
/// functions, named by their mnemonic in lower case. Nothing here decodes, touches memory, raises
/// an exception or allocates.
///
/// An MMX register is one `long`, an XMM register two: `lo` is bits 63 to 0, `hi` bits 127 to 64.
/// [Lane], [LaneImmediate], [Wide], [WideImmediate] and [WideMasked] are the shapes a table of
/// instructions refers to; where MMX and SSE differ, one name has two overloads.
///
/// Read [Elements], then [AddSubtract], then [Interleave]. [StringCompare] and [Aes] stand alone.
/// Floating-point arithmetic is elsewhere.
package dev.vmexit.softkvm.packed;
