/// What a network card is plugged into.
///
/// Read [NetworkLink].
package dev.vmexit.net;
