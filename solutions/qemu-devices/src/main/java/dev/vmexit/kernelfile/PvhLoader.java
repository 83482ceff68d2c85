package dev.vmexit.kernelfile;

import dev.vmexit.acpi.AcpiTables;
import dev.vmexit.kvm.Vcpu;
import dev.vmexit.linux.BootLoader;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.memory.MemorySlot;
import java.nio.ByteBuffer;
import java.util.List;

/// Loads a PVH kernel, and writes what EBX points to.
///
/// ```
///  hvm_start_info                    hvm_modlist_entry         hvm_memmap_table_entry
///   0  u32 magic   0x336EC578         0  u64 paddr              0  u64 addr
///   4  u32 version 1                  8  u64 size               8  u64 size
///   8  u32 flags                     16  u64 cmdline_paddr     16  u32 type
///  12  u32 nr_modules                24  u64 reserved          20  u32 reserved
///  16  u64 modlist_paddr
///  24  u64 cmdline_paddr
///  32  u64 rsdp_paddr
///  40  u64 memmap_paddr
///  48  u32 memmap_entries
///  52  u32 reserved
/// ```
///
/// @spec https://xenbits.xen.org/gitweb/?p=xen.git;a=blob;f=xen/include/public/arch-x86/hvm/start_info.h Xen 4.17, public headers, arch-x86/hvm/start_info.h
final class PvhLoader implements BootLoader {
    private static final int MAGIC = 0x336E_C578;
    private static final int VERSION = 1;
    private static final int START_INFO_BYTES = 56;
    private static final int MODULE_BYTES = 32;
    private static final int MEMMAP_BYTES = 24;

    private final Image image;
    private final List<BootModule> modules;
    private final String commandLine;
    private long startInfo;

    PvhLoader(Image image, List<BootModule> modules, String commandLine) {
        this.image = image;
        this.modules = modules;
        this.commandLine = commandLine;
    }

    @Override
    public void load(GuestMemory memory, List<MemorySlot> slots) {
        var placement = Placement.of(image, modules, slots.getFirst().sizeBytes());
        var tables = new LowTables(image.lowRoom());
        startInfo = tables.put(startInfo(tables, placement, MemoryMap.of(slots)));
        placement.write(memory);
        tables.write(memory);
    }

    // tag::doc-start-info[]
    private ByteBuffer startInfo(LowTables tables, Placement placement, MemoryMap map) {
        return LowTables.table(START_INFO_BYTES)
                .putInt(MAGIC).putInt(VERSION).putInt(0)
                .putInt(modules.size()).putLong(tables.put(modules(tables, placement)))
                .putLong(tables.text(commandLine))
                .putLong(AcpiTables.RSDP.value())
                .putLong(tables.put(memmap(map))).putInt(map.entries().size());
    }
    // end::doc-start-info[]

    private ByteBuffer modules(LowTables tables, Placement placement) {
        ByteBuffer list = LowTables.table(MODULE_BYTES * modules.size());
        for (int i = 0; i < modules.size(); i++) {
            BootModule module = modules.get(i);
            list.putLong(placement.addresses().get(i)).putLong(module.bytes().length)
                    .putLong(tables.text(module.text())).putLong(0);
        }
        return list;
    }

    private static ByteBuffer memmap(MemoryMap map) {
        ByteBuffer list = LowTables.table(MEMMAP_BYTES * map.entries().size());
        for (MemoryMap.Entry entry : map.entries()) {
            list.putLong(entry.range().start()).putLong(entry.range().sizeBytes())
                    .putInt(entry.kind()).putInt(0);
        }
        return list;
    }

    @Override
    public void enter(Vcpu vcpu, GuestMemory memory) {
        FlatMode.enter(vcpu, memory, image.entry(), 0, startInfo);
    }
}
