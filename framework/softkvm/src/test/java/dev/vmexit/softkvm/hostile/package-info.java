/// Guests that want to break out: random bytes as code, wild page tables, tables in MMIO, code that
/// rewrites itself, storms of interrupts. Whatever they do, `KVM_RUN` comes back when it is asked
/// to, nothing is thrown, and no byte outside the guest's memory changes.
package dev.vmexit.softkvm.hostile;
