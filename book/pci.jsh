// Sizes the BARs of a function as a driver does, and reads through ECAM.
import dev.vmexit.pci.*;
import dev.vmexit.bus.BusDevice;
BusDevice nothing = new BusDevice() {
    public long read(long offset, int size) { return 0; }
    public void write(long offset, int size, long value) {}
};
var host = new PciHost();
var disk = new PciFunction(new PciFunction.Identity(0x1AF4, 0x1042, 0x010000, 1, 0x1042));
disk.addRegion(0, 0x4000, nothing);
disk.addRegion(1, 0x1000, nothing);
host.add(disk);
var ecam = host.ecam();
long device1(int register) { return 1 << 15 | register; }
void show(String what) {
    System.out.printf("%-22s command %04x  BAR 0 %08x  BAR 1 %08x%n", what,
            ecam.read(device1(4), 2), ecam.read(device1(0x10), 4), ecam.read(device1(0x14), 4));
}
void write(int register, int size, long value) {
    ecam.write(device1(register), size, value);
    show(("write %0" + 2 * size + "x at %02x").formatted(value, register));
}
show("as the bridge placed");
write(0x04, 2, 0);
write(0x10, 1, 0xFF);
write(0x11, 1, 0xFF);
write(0x12, 1, 0xFF);
write(0x13, 1, 0xFF);
write(0x10, 4, 0xC000_0000L);
write(0x14, 4, 0xFFFF_FFFFL);
write(0x14, 4, 0xC000_4000L);
write(0x04, 2, 2);
System.out.println("==");
for (long at : new long[]{0, 0x8000, 0x8004, 0x8010, 0x8014, 0x9000, 0x1_0000}) {
    System.out.printf("%08x = base + %05x  bus %d device %d function %d register %02x  reads %08x%n",
            0xE000_0000L + at, at, at >> 20, at >> 15 & 31, at >> 12 & 7, at & 0xFFF,
            ecam.read(at, 4) & 0xFFFF_FFFFL);
}
/exit
