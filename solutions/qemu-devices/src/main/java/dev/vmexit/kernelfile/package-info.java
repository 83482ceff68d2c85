/// The file that `--kernel` names: which kind of kernel it is, and a boot loader for each kind.
///
/// ```
///  "HdrS" at 0x202                              a bzImage             the package `linux`
///  0x1BADB002 in the first 8 KiB                a multiboot kernel    EAX 0x2BADB002, EBX
///  ELF with the note XEN_ELFNOTE_PHYS32_ENTRY   a PVH kernel          EBX hvm_start_info
/// ```
///
/// Read [KernelFile], then [Image], then [MultibootLoader] and [PvhLoader].
package dev.vmexit.kernelfile;
