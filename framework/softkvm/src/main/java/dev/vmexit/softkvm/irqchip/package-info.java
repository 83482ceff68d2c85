/// The interrupt controllers and the timer that `KVM_CREATE_IRQCHIP` and `KVM_CREATE_PIT2` put into
/// the kernel.
///
/// ```
///  setLine(gsi) ──► Route ─┬─► PicPair ── INTR ──► LINT0 of the boot CPU ─┐
///  Pit, channel 0 ─► gsi 0 ├─► IoApic ──┐                                 ├─► acknowledge
///                          └─► MSI ─────┴► ApicBus ► ApicCore: IRR, ISR ──┘
///                       ICR of another CPU ──┘
/// ```
///
/// Read [IrqChip] and [LocalApic], the doors, which lock; then [ApicCore], [IoApic], [Pic], [Pit].
/// All that is not public runs under the one lock of its machine.
package dev.vmexit.softkvm.irqchip;
