package dev.vmexit;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/// The walls of the house: dependencies run one way.
class WallsTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.vmexit");

    @Test
    void modules_depend_downwards_only() {
        layeredArchitecture().consideringOnlyDependenciesInAnyPackage("dev.vmexit..")
                .layer("host").definedBy("dev.vmexit.host")
                .layer("guest").definedBy("dev.vmexit.asm", "dev.vmexit.guest")
                .layer("softkvm").definedBy("dev.vmexit.softkvm..")
                .layer("kvm-minimal").definedBy("dev.vmexit.memory", "dev.vmexit.kvm",
                        "dev.vmexit.mode", "dev.vmexit.tiny", "dev.vmexit.tinykernel")
                .layer("qemu-devices").definedBy("dev.vmexit.bus", "dev.vmexit.serial",
                        "dev.vmexit.rtc", "dev.vmexit.state", "dev.vmexit.tinycpu",
                        "dev.vmexit.power",
                        "dev.vmexit.debug",
                        "dev.vmexit.acpi", "dev.vmexit.linux", "dev.vmexit.kernelfile",
                        "dev.vmexit.machine",
                        "dev.vmexit.pci..", "dev.vmexit.virtio..", "dev.vmexit.disk..",
                        "dev.vmexit.net..")
                .layer("course").definedBy("dev.vmexit.course..")
                .layer("hypervisor").definedBy("dev.vmexit.boot", "dev.vmexit.cli")
                .whereLayer("hypervisor").mayNotBeAccessedByAnyLayer()
                .whereLayer("course").mayOnlyBeAccessedByLayers("hypervisor")
                .whereLayer("qemu-devices").mayOnlyBeAccessedByLayers("hypervisor")
                .whereLayer("softkvm").mayOnlyBeAccessedByLayers("hypervisor")
                .whereLayer("kvm-minimal").mayOnlyBeAccessedByLayers("qemu-devices",
                        "hypervisor")
                .whereLayer("guest").mayOnlyBeAccessedByLayers("kvm-minimal", "qemu-devices",
                        "hypervisor")
                .whereLayer("host").mayOnlyBeAccessedByLayers("guest", "softkvm",
                        "kvm-minimal", "qemu-devices", "hypervisor")
                .check(CLASSES);
    }

    @Test
    void the_course_knows_nothing_of_hypervisors() {
        com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses().that()
                .resideInAPackage("dev.vmexit.course..").should().dependOnClassesThat()
                .resideInAnyPackage("dev.vmexit.host..", "dev.vmexit.kvm..", "dev.vmexit.guest..",
                        "dev.vmexit.machine..", "dev.vmexit.asm..")
                .check(CLASSES);
    }

    @Test
    void the_rooms_of_Soft_KVM_stand_on_one_another_in_one_order() {
        slices().matching("dev.vmexit.softkvm.(*)..").should().beFreeOfCycles().check(CLASSES);
        com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses().that()
                .resideInAnyPackage("dev.vmexit.softkvm.(*)..").should().dependOnClassesThat()
                .resideInAPackage("dev.vmexit.softkvm").check(CLASSES);
    }

    @Test
    void no_two_packages_need_each_other() {
        slices().matching("dev.vmexit.(*)..").should().beFreeOfCycles().check(CLASSES);
    }
}
