/// Floating point as an x86 CPU does it, to the last bit and the last flag, on any host.
///
/// [Binary32] and [Binary64] are what SSE computes, steered by [MxCsr]. The `X87…` classes are what
/// the x87 computes on [Float80] registers, steered by [X87Status]. Below both lies one machine: an
/// operand is taken apart ([Unpacked]), an [Operation] gives the exact result, [Rounding] fits it
/// into a [Format]. Nothing here knows registers, stacks or instruction bytes. Read [Unpacked]
/// first, then [Rounding], then [Binary64].
package dev.vmexit.softkvm.fp;
