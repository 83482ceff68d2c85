/// From guest instructions to JVM bytecode.
///
/// A [Region] is the hot blocks of one page that jump to one another. [RegionCode] writes it as one
/// method: guest registers are JVM locals, guest loops are JVM loops, and HotSpot compiles it like
/// any other method. What has no bytecode of its own calls the interpreter's action. Read
/// [Translator] first, then [RegionCode].
package dev.vmexit.softkvm.translate;
