/// The guest's physical memory: addresses that nobody trusts, slots of RAM, and access to them.
///
/// ```
///  guest-physical        0 ─────────────── 3 GiB      4 GiB ────────────── …
///                        │     slot 0       │  hole    │      slot 1       │
///  host address          └── mmap ──────────┘          └── mmap ───────────┘
/// ```
///
/// Read [GuestAddress], then [MemorySlots].
package dev.vmexit.memory;
